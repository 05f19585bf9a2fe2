use std::fs;
use std::path::Path;

use ndarray::Array3;

use super::Profile;
use super::rows::{Row, rows};
use crate::annotate::{InstanceAnnotation, PixelBox};
use crate::dataset::native::record_path;
use crate::dataset::{Error, FrameRecord, Header, plane_path, png_file};
use crate::frame::Plane;
use crate::problem::Problems;

/// After so many problems in a file the rest is not listed.
const ENOUGH: usize = 20;

/// What is read of one frame.
pub(super) struct Reading {
    pub(super) record: FrameRecord,
    /// 8-bit sRGB, `[row, column, 3]`; none where the dataset has no such plane.
    pub(super) rgb: Option<Array3<u8>>,
}

impl Reading {
    /// Reads one frame of a dataset's folder.
    ///
    /// # Errors
    /// If a file cannot be read, is broken, or has another size than the dataset says; the error names it.
    pub(super) fn open(folder: &Path, header: &Header, index: u64) -> Result<Self, Error> {
        let path = folder.join(record_path(index));
        let text = fs::read(&path).map_err(|source| Error::read(&path, source))?;
        let record: FrameRecord =
            serde_json::from_slice(&text).map_err(|error| Error::invalid(&path, "", error.to_string()))?;
        let problems = problems(&record, header, index);
        if !problems.is_empty() {
            return Err(Error::Invalid { path, problems });
        }
        let rgb = header.planes().contains(&Plane::Rgb).then(|| {
            let path = folder.join(plane_path(Plane::Rgb, index));
            let file = fs::read(&path).map_err(|source| Error::read(&path, source))?;
            png_file::decode_rgb(&file, (record.camera.width, record.camera.height))
                .map_err(|message| Error::invalid(&path, "", message))
        });
        Ok(Self { rgb: rgb.transpose()?, record })
    }
}

fn problems(record: &FrameRecord, header: &Header, index: u64) -> Problems {
    let mut problems = Problems::default();
    if record.frame != index {
        problems.add("frame", format!("is {}, not {index}", record.frame));
    }
    let (width, height) = (record.camera.width, record.camera.height);
    if !header.allows_size((width, height)) {
        let message = format!("has {width} x {height} pixels, and the dataset {} x {}", header.width, header.height);
        problems.add("camera", message);
    }
    for (i, unit) in record.instances.iter().enumerate() {
        if problems.0.len() >= ENOUGH {
            break;
        }
        if let Some(PixelBox { x, y, width: w, height: h }) = unit.bbox_visible
            && (u64::from(x) + u64::from(w) > width.into() || u64::from(y) + u64::from(h) > height.into())
        {
            let message = format!("[{x}, {y}, {w}, {h}] leaves the picture of {width} x {height} pixels");
            problems.add(format!("instances[{i}].bbox_visible"), message);
        }
        if unit.amodal_px == 0 || unit.visible_px > unit.amodal_px {
            let message = format!("{} visible of {} amodal pixels", unit.visible_px, unit.amodal_px);
            problems.add(format!("instances[{i}].visible_px"), message);
        }
    }
    problems
}

/// A unit that counts as a product in the picture, as a person would draw a box around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) unit: &'a InstanceAnnotation,
    /// Tight around its visible pixels.
    pub(super) bbox: PixelBox,
}

/// One frame, ready to be measured.
pub(super) struct Shot<'a> {
    pub(super) reading: &'a Reading,
    /// Units of which enough is seen.
    pub(super) products: Vec<Seen<'a>>,
    /// Their rows.
    pub(super) rows: Vec<Row>,
}

impl<'a> Shot<'a> {
    /// The profile says how much of a unit must be seen for it to be a product.
    pub(super) fn new(reading: &'a Reading, profile: &Profile) -> Self {
        let seen = |unit: &'a InstanceAnnotation| {
            let (visible, amodal) = (f64::from(unit.visible_px), f64::from(unit.amodal_px));
            let enough =
                visible >= profile.min_visibility * amodal && amodal >= profile.min_inside * unit.silhouette_px as f64;
            unit.bbox_visible.filter(|_| enough && unit.visible_px > 0).map(|bbox| Seen { unit, bbox })
        };
        let products: Vec<Seen<'a>> = reading.record.instances.iter().filter_map(seen).collect();
        let rows = rows(&products);
        Self { reading, products, rows }
    }

    /// Width and height of the picture in pixels.
    pub(super) fn size(&self) -> (f64, f64) {
        (self.reading.record.camera.width.into(), self.reading.record.camera.height.into())
    }

    /// True for a box that ends at the left or right border of the picture: its width is not known.
    pub(super) fn is_cut_aside(&self, bbox: PixelBox) -> bool {
        bbox.x == 0 || bbox.x + bbox.width >= self.reading.record.camera.width
    }

    /// True for a box that ends at the lower border of the picture.
    pub(super) fn is_cut_below(&self, bbox: PixelBox) -> bool {
        bbox.y + bbox.height >= self.reading.record.camera.height
    }
}
