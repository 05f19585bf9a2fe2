use std::collections::BTreeSet;
use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use super::native::plane_path;
use super::{ClassRecord, Encoded, Error, FileRecord, Folder, Format, Header, Sample};
use crate::annotate::{InstanceAnnotation, Occluder, OnShelf, PixelBox, PlanogramPlace, Rle};
use crate::catalog::{Gtin, Symmetry};
use crate::frame::Plane;
use crate::geometry::YawPitchRoll;

/// COCO instance segmentation: `annotations/instances.json`.
///
/// Image ids are frame numbers, category ids those of the semantic plane, annotation ids count from 1. A unit that is
/// not seen at all has no annotation. Whatever COCO does not define is under the key `endcap`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coco;

/// Begins a row that says of a frame, by its number, that its picture is turned.
const TURNED: &[u8] = b"turned ";
pub(super) const INSTANCES: &str = "annotations/instances.json";

/// `images[]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CocoImage {
    pub(super) id: u64,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) file_name: String,
}

impl CocoImage {
    /// The picture of a frame; `turned` swaps the dataset's width and height.
    pub(super) fn new(header: &Header, index: u64, turned: bool) -> Self {
        let planes = header.planes();
        // Without a colour picture any other plane stands for the image.
        let plane =
            if planes.contains(&Plane::Rgb) { Plane::Rgb } else { planes.first().copied().unwrap_or(Plane::Rgb) };
        let (width, height) = if turned { (header.height, header.width) } else { (header.width, header.height) };
        Self { id: index, width, height, file_name: plane_path(plane, index) }
    }
}

/// `categories[]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CocoCategory {
    pub(super) id: u16,
    pub(super) name: String,
    pub(super) supercategory: String,
}

/// The product classes.
pub(super) fn categories(header: &Header) -> Vec<CocoCategory> {
    let products = header.classes.iter().filter(|class| class.is_product);
    let category = |class: &ClassRecord| CocoCategory {
        id: class.id,
        name: class.name.clone(),
        supercategory: "product".to_owned(),
    };
    products.map(category).collect()
}

/// `annotations[]` without its `id`, which is given at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CocoAnnotation {
    pub(super) image_id: u64,
    pub(super) category_id: u16,
    pub(super) bbox: PixelBox,
    pub(super) area: u32,
    pub(super) iscrowd: u8,
    pub(super) segmentation: Rle,
    pub(super) endcap: CocoExtras,
}

/// What COCO has no field for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CocoExtras {
    pub(super) instance: u32,
    gtin: Option<Gtin>,
    sku: Option<String>,
    name: String,
    amodal_px: u32,
    silhouette_px: u64,
    visibility: Option<f64>,
    truncated: bool,
    bbox_amodal: Option<PixelBox>,
    mask_amodal: Rle,
    world_from_object: [[f64; 4]; 4],
    size_m: [f64; 3],
    camera_from_object_quaternion: [f64; 4],
    yaw_pitch_roll_deg: YawPitchRoll,
    occluded_by: Vec<Occluder>,
    planogram: Option<PlanogramPlace>,
    symmetry: Symmetry,
    on_shelf: Option<OnShelf>,
}

impl CocoAnnotation {
    /// The annotation of a unit; none if it is not seen.
    pub(super) fn new(image_id: u64, unit: &InstanceAnnotation) -> Option<Self> {
        Some(Self {
            image_id,
            category_id: unit.category_id,
            bbox: unit.bbox_visible?,
            area: unit.visible_px,
            iscrowd: 0,
            segmentation: unit.mask_visible.clone(),
            endcap: CocoExtras {
                instance: unit.id,
                gtin: unit.gtin,
                sku: unit.sku.clone(),
                name: unit.name.clone(),
                amodal_px: unit.amodal_px,
                silhouette_px: unit.silhouette_px,
                visibility: unit.visibility,
                truncated: unit.truncated,
                bbox_amodal: unit.bbox_amodal,
                mask_amodal: unit.mask_amodal.clone(),
                world_from_object: unit.world_from_object,
                size_m: unit.size_m,
                camera_from_object_quaternion: unit.camera_from_object_quaternion,
                yaw_pitch_roll_deg: unit.yaw_pitch_roll_deg,
                occluded_by: unit.occluded_by.clone(),
                planogram: unit.planogram.clone(),
                symmetry: unit.symmetry,
                on_shelf: unit.on_shelf.clone(),
            },
        })
    }
}

impl Format for Coco {
    fn name(&self) -> &'static str {
        "coco"
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let refuse = |message: String| Error::Sample { frame, message };
        let mut rows = Vec::new();
        if (sample.frame.width, sample.frame.height) != (header.width, header.height) {
            rows.extend_from_slice(TURNED);
            rows.extend_from_slice(format!("{frame}\n").as_bytes());
        }
        for unit in &sample.annotation.instances {
            let class = header.classes.iter().find(|class| class.id == unit.category_id);
            if !class.is_some_and(|class| class.is_product) {
                let InstanceAnnotation { id, name, category, category_id, .. } = unit;
                let message = format!("unit {id} ({name}) has class {category_id} ({category}), no product category");
                return Err(refuse(message));
            }
            if let Some(annotation) = CocoAnnotation::new(frame, unit) {
                serde_json::to_writer(&mut rows, &annotation).map_err(|error| refuse(error.to_string()))?;
                rows.push(b'\n');
            }
        }
        Ok(Encoded { files: Vec::new(), rows })
    }

    fn finish(&self, header: &Header, rows: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        let mut file = folder.begin(INSTANCES)?;
        let target = file.target().to_owned();
        write_instances(header, rows, &mut file).map_err(|source| Error::write(target, source))?;
        Ok(vec![file.commit()?])
    }

    fn frame_files(&self, _: &Header, _: u64) -> Vec<String> {
        Vec::new()
    }

    fn dataset_files(&self) -> Vec<String> {
        vec![INSTANCES.to_owned()]
    }
}

/// Streams the file: of all frames only the numbers of turned ones are in memory.
fn write_instances(header: &Header, rows: &mut dyn BufRead, file: &mut impl Write) -> std::io::Result<()> {
    let engine = serde_json::to_string(&header.engine)?;
    write!(file, "{{\n\"info\": {{\"description\": {engine}}},\n\"annotations\": [")?;
    // A row is an object without its id, which becomes the first field.
    let mut turned = BTreeSet::new();
    let mut id = 0_u64;
    let mut row = Vec::new();
    while rows.read_until(b'\n', &mut row)? > 0 {
        let text = row.trim_ascii_end();
        if let Some(frame) = text.strip_prefix(TURNED) {
            turned.extend(str::from_utf8(frame).ok().and_then(|frame| frame.parse::<u64>().ok()));
        } else {
            let separator = if id == 0 { "\n" } else { ",\n" };
            id += 1;
            write!(file, "{separator}{{\"id\":{id},")?;
            file.write_all(text.strip_prefix(b"{").unwrap_or(text))?;
        }
        row.clear();
    }
    write!(file, "\n],\n\"images\": [")?;
    for index in header.frames.clone() {
        let separator = if index == header.frames.start { "\n" } else { ",\n" };
        let image = CocoImage::new(header, index, turned.contains(&index));
        write!(file, "{separator}{}", serde_json::to_string(&image)?)?;
    }
    let categories = categories(header).iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    write!(file, "\n],\n\"categories\": [\n{}\n]\n}}\n", categories.join(",\n"))
}
