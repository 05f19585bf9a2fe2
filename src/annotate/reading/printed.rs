//! The print of one look as it lies in space.

use glam::{DMat2, DVec2, DVec3};

use super::charts::{Anchor, Charts};
use crate::catalog::label::{LabelContent, LabelRegion, label_regions};
use crate::catalog::{Error, Gtin, Look};

/// Points along each edge of a region that are followed over the surface.
const STEPS: usize = 16;
/// Places in a region, along and across, at which it is tested whether the region is seen there.
const SAMPLES: [usize; 2] = [16, 4];

/// What can be read on a look, and where it lies.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) charts: Charts,
    pub(super) regions: Vec<Region>,
}

/// One region of the label on one chart.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) content: LabelContent,
    chart: u32,
    /// Top left corner on the label.
    origin: DVec2,
    /// Shares along the upper and the left edge, of a difference on the label.
    shares: DMat2,
    /// Points of its border in object space, from the top left corner clockwise; each edge has as many as the others.
    pub(super) outline: Vec<DVec3>,
    /// Points inside of it, evenly spread.
    pub(super) samples: Vec<DVec3>,
    pub(super) middle: DVec3,
    /// Unit normal in the middle.
    pub(super) normal: DVec3,
    /// The way along the line and across it by the region's whole width and height, as the surface leads in the middle.
    /// Object space, metres.
    pub(super) span: [DVec3; 2],
}

impl Printed {
    /// `None` where the look has no SVG label or a ray cannot tell what it shows.
    pub(super) fn new(look: &Look, gtin: Option<Gtin>) -> Result<Option<Self>, Error> {
        let Some(charts) = Charts::new(look) else { return Ok(None) };
        let regions = label_regions(&charts.artwork, gtin)?;
        let on_all_charts = |region| (0..charts.count).map(move |chart| (region, chart));
        let regions = regions
            .iter()
            .flat_map(on_all_charts)
            .filter_map(|(region, chart)| Region::new(&charts, region, chart))
            .collect();
        Ok(Some(Self { charts, regions }))
    }

    /// Numbers of the regions that a point of the mesh belongs to, by its triangle and the weights of the second and
    /// third corner.
    pub(super) fn at(&self, triangle: u32, weights: DVec2) -> impl Iterator<Item = usize> + '_ {
        let place = self.charts.place(triangle, weights);
        self.regions
            .iter()
            .enumerate()
            .filter(move |(_, region)| place.is_some_and(|place| region.has(place)))
            .map(|(i, _)| i)
    }
}

impl Region {
    /// `None` where the chart does not carry the whole of it.
    fn new(charts: &Charts, region: &LabelRegion, chart: u32) -> Option<Self> {
        let [a, b, _, d] = region.corners;
        let edges = DMat2::from_cols(b - a, d - a);
        let at = |across: DVec2| charts.locate(chart, a + edges * across);
        let border = [DVec2::ZERO, DVec2::X, DVec2::ONE, DVec2::Y];
        let outline = (0..4 * STEPS).map(|i| {
            let (from, to) = (border[i / STEPS], border[(i / STEPS + 1) % 4]);
            at(from.lerp(to, (i % STEPS) as f64 / STEPS as f64)).map(|anchor| anchor.point)
        });
        let outline = outline.collect::<Option<Vec<_>>>()?;
        let [columns, rows] = SAMPLES;
        let samples = (0..columns * rows).map(|i| {
            let cell = DVec2::new((i % columns) as f64 + 0.5, (i / columns) as f64 + 0.5);
            at(cell / DVec2::new(columns as f64, rows as f64)).map(|anchor| anchor.point)
        });
        let samples = samples.collect::<Option<Vec<_>>>()?;
        let Anchor { point, normal, along } = at(DVec2::splat(0.5))?;
        Some(Self {
            content: region.content.clone(),
            chart,
            origin: a,
            shares: edges.inverse(),
            outline,
            samples,
            middle: point,
            normal,
            span: [b - a, d - a].map(|edge| along[0] * edge.x + along[1] * edge.y),
        })
    }

    /// The four corners in object space, from the top left one clockwise.
    pub(super) fn corners(&self) -> [DVec3; 4] {
        std::array::from_fn(|i| self.outline[i * STEPS])
    }

    /// Its border as four edges that follow the surface, each with both of its corners.
    pub(super) fn edges(&self) -> [Vec<DVec3>; 4] {
        let count = self.outline.len();
        std::array::from_fn(|edge| (0..=STEPS).map(|i| self.outline[(edge * STEPS + i) % count]).collect())
    }

    fn has(&self, (chart, place): (u32, DVec2)) -> bool {
        let share = self.shares * (place - self.origin);
        chart == self.chart && share.cmpge(DVec2::ZERO).all() && share.cmple(DVec2::ONE).all()
    }
}
