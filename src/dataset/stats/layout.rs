use std::collections::BTreeMap;

use super::definition::Group;
use super::rows::{Row, bottom};
use super::{Definition, Shot, Tally, Unit};

/// Gaps wider than this share of a product: something is missing.
pub(super) const WIDE: f64 = 0.5;
/// Products that a row needs before its baseline says anything.
const BASELINE: usize = 5;
/// Products that make a row.
const ROW: usize = 2;

const PRODUCTS: Definition = Definition {
    key: "products",
    title: "products per picture",
    unit: Unit::Count,
    per: "picture",
    resolution: 1.0,
    bounds: (0.0, 20_000.0),
};
const COVERED: Definition = Definition {
    key: "covered",
    title: "picture covered by products",
    unit: Unit::Percent,
    per: "picture",
    resolution: 0.001,
    bounds: (0.0, 3.0),
};
const ROWS: Definition = Definition {
    key: "rows",
    title: "rows of products",
    unit: Unit::Count,
    per: "picture",
    resolution: 1.0,
    bounds: (0.0, 1000.0),
};
const GAP: Definition = Definition {
    key: "gap",
    title: "gap to the right neighbour / width",
    unit: Unit::Number,
    per: "pair",
    resolution: 0.001,
    bounds: (-2.0, 20.0),
};
const WIDE_GAPS: Definition = Definition {
    key: "wide_gaps",
    title: "gaps wider than half a product",
    unit: Unit::Percent,
    per: "picture",
    resolution: 0.001,
    bounds: (0.0, 1.0),
};
const RAGGED: Definition = Definition {
    key: "ragged",
    title: "ragged baseline / height",
    unit: Unit::Number,
    per: "row",
    resolution: 0.001,
    bounds: (0.0, 5.0),
};
const BOTTOMS: Definition = Definition {
    key: "bottoms",
    title: "bottoms in a row, slope included / height",
    unit: Unit::Number,
    per: "row",
    resolution: 0.001,
    bounds: (0.0, 5.0),
};

/// How the picture is filled, and how products stand beside each other.
pub(super) const GROUP: Group = Group {
    key: "layout",
    title: "Layout",
    figures: &[PRODUCTS, COVERED, ROWS, GAP, WIDE_GAPS, RAGGED, BOTTOMS],
    measure,
};

fn measure(shot: &Shot<'_>, tally: &mut Tally) {
    let (width, height) = shot.size();
    let boxes = || shot.products.iter().map(|product| product.bbox);
    tally.add(&PRODUCTS, shot.products.len() as f64);
    let area: f64 = boxes().map(|bbox| f64::from(bbox.width) * f64::from(bbox.height)).sum();
    tally.add(&COVERED, area / (width * height));

    // Bays side by side show the same tiers: the picture has as many rows as its fullest bay.
    let mut of_bay: BTreeMap<u32, u32> = BTreeMap::new();
    for row in shot.rows.iter().filter(|row| row.boxes.len() >= ROW) {
        *of_bay.entry(row.bay).or_default() += 1;
    }
    tally.add(&ROWS, of_bay.into_values().max().unwrap_or(0).into());

    let (mut pairs, mut wide) = (0u32, 0u32);
    for gap in shot.rows.iter().flat_map(|row| gaps(shot, row)) {
        tally.add(&GAP, gap.share);
        pairs += 1;
        wide += u32::from(gap.share > WIDE);
    }
    if pairs > 0 {
        tally.add(&WIDE_GAPS, f64::from(wide) / f64::from(pairs));
    }
    for (about_line, about_mean) in shot.rows.iter().filter_map(|row| baseline(shot, row)) {
        tally.add(&RAGGED, about_line);
        tally.add(&BOTTOMS, about_mean);
    }
}

/// What lies between a product and the next one to the right in its row.
pub(super) struct Gap {
    /// Pixels, negative where the boxes overlap.
    pub(super) width: f64,
    /// `width` as a share of the left product's width.
    pub(super) share: f64,
    /// Height of the left product, pixels.
    pub(super) height: f64,
}

/// The gaps of a row. Products that the picture's side borders cut have no width and give none.
pub(super) fn gaps<'a>(shot: &'a Shot<'_>, row: &'a Row) -> impl Iterator<Item = Gap> + 'a {
    let whole = |pair: &&[crate::annotate::PixelBox]| !shot.is_cut_aside(pair[0]);
    row.boxes.windows(2).filter(whole).map(|pair| {
        let width = f64::from(pair[1].x) - f64::from(pair[0].x) - f64::from(pair[0].width);
        Gap { width, share: width / f64::from(pair[0].width), height: pair[0].height.into() }
    })
}

/// Standard deviation of the bottoms in a row about their least-squares line, which is the shelf's edge as the camera
/// sees it, and about their mean; both divided by the products' mean height.
fn baseline(shot: &Shot<'_>, row: &Row) -> Option<(f64, f64)> {
    let boxes: Vec<_> = row.boxes.iter().filter(|&&bbox| !shot.is_cut_below(bbox)).collect();
    if boxes.len() < BASELINE {
        return None;
    }
    let count = boxes.len() as f64;
    let middle = |i: usize| f64::from(boxes[i].x) + 0.5 * f64::from(boxes[i].width);
    let below = |i: usize| bottom(*boxes[i]) as f64;
    let mean = |value: &dyn Fn(usize) -> f64| (0..boxes.len()).map(value).sum::<f64>() / count;
    let (x, y) = (mean(&middle), mean(&below));
    let height = mean(&|i| boxes[i].height.into());
    let xx = mean(&|i| (middle(i) - x) * (middle(i) - x));
    let xy = mean(&|i| (middle(i) - x) * (below(i) - y));
    let yy = mean(&|i| (below(i) - y) * (below(i) - y));
    let left = if xx > 0.0 { yy - xy * xy / xx } else { yy };
    Some((left.max(0.0).sqrt() / height, yy.sqrt() / height))
}
