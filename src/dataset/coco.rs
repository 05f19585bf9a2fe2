use std::collections::BTreeSet;
use std::io::BufRead;

use serde::{Deserialize, Serialize};

use super::native::plane_path;
use super::rows::{PartFiles, line_start};
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, LabelClass, Sample, keypoints};
use crate::annotate::{
    InstanceAnnotation, Occluder, OnShelf, Outline, OutlinePart, PixelBox, PlanogramPlace, Rle, outlines,
};
use crate::catalog::{Gtin, Symmetry};
use crate::frame::Plane;
use crate::geometry::YawPitchRoll;

/// COCO instance segmentation: `annotations/instances.json`, or `annotations/instances_PART.json` for each part.
///
/// Image ids are frame numbers, annotation ids count from 1 in each file. Units of which too little is seen have no
/// annotation. Whatever COCO does not define is under the key `endcap`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coco;

/// Begins a row that says of a frame that its picture is turned.
pub(super) const TURNED: &str = "turned ";

/// Path of the file of a part.
pub(super) fn instances_path(header: &Header, part: &str) -> String {
    match header.export.splits {
        None => "annotations/instances.json".to_owned(),
        Some(_) => format!("annotations/instances_{part}.json"),
    }
}

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

/// Writes `images` into the files of all parts.
pub(super) fn write_images(header: &Header, turned: &BTreeSet<u64>, files: &mut PartFiles) -> Result<(), Error> {
    files.write_all("\"images\": [")?;
    let mut separators = vec!["\n"; header.part_names().len()];
    for index in header.frames.clone() {
        let part = header.part_of(index);
        let image = CocoImage::new(header, index, turned.contains(&index));
        let image = serde_json::to_string(&image).expect("plain data");
        files.write(part, &format!("{}{image}", separators[part]))?;
        separators[part] = ",\n";
    }
    Ok(())
}

/// `categories[]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CocoCategory {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) supercategory: String,
    pub(super) keypoints: Vec<String>,
    pub(super) skeleton: Vec<[u32; 2]>,
}

/// The classes.
pub(super) fn categories(header: &Header) -> Vec<CocoCategory> {
    let category = |class: LabelClass<'_>| CocoCategory {
        id: class.id,
        name: class.name.to_owned(),
        supercategory: "product".to_owned(),
        keypoints: keypoints::NAMES.map(str::to_owned).to_vec(),
        // Nothing connects the keypoints of a package.
        skeleton: Vec::new(),
    };
    header.label_classes().into_iter().map(category).collect()
}

/// A mask in one of COCO's two spellings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Segmentation {
    /// Compressed runs.
    Runs(Rle),
    /// x and y of the corners of each part; pixels are covered when their centres are inside.
    Polygons(Vec<Vec<u32>>),
}

/// `annotations[]` without its `id`, which is given at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CocoAnnotation {
    pub(super) image_id: u64,
    pub(super) category_id: u32,
    pub(super) bbox: PixelBox,
    pub(super) area: u32,
    pub(super) iscrowd: u8,
    pub(super) segmentation: Segmentation,
    keypoints: Vec<f64>,
    num_keypoints: u32,
    pub(super) endcap: CocoExtras,
}

/// What COCO has no field for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CocoExtras {
    pub(super) instance: u32,
    gtin: Option<Gtin>,
    sku: Option<String>,
    brand: Option<String>,
    category: String,
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
    /// The annotation of a unit; none if too little of it is seen.
    pub(super) fn new(header: &Header, image_id: u64, unit: &InstanceAnnotation) -> Result<Option<Self>, String> {
        let Some(bbox) = unit.bbox_visible.filter(|_| header.is_labelled(unit)) else { return Ok(None) };
        let segmentation = if header.export.polygons {
            let flat = |outline: Outline| outline.into_iter().flatten().collect();
            let parts = outlines(&unit.mask_visible);
            Segmentation::Polygons(parts.iter().map(OutlinePart::joined).map(flat).collect())
        } else {
            Segmentation::Runs(unit.mask_visible.clone())
        };
        let keypoints = keypoints::of_unit(unit)?;
        let num_keypoints = keypoints.iter().filter(|[.., visibility]| *visibility > 0.0).count() as u32;
        Ok(Some(Self {
            image_id,
            category_id: header.label_of(unit)?.id,
            bbox,
            area: unit.visible_px,
            iscrowd: 0,
            segmentation,
            keypoints: keypoints.into_flattened(),
            num_keypoints,
            endcap: CocoExtras {
                instance: unit.id,
                gtin: unit.gtin,
                sku: unit.sku.clone(),
                brand: unit.brand.clone(),
                category: unit.category.clone(),
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
        }))
    }
}

impl Format for Coco {
    fn name(&self) -> &'static str {
        "coco"
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, _: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let refuse = |message: String| Error::Sample { frame, message };
        let start = line_start(header, frame);
        let mut rows = String::new();
        if (sample.frame.width, sample.frame.height) != (header.width, header.height) {
            rows += &format!("{start}{TURNED}{frame}\n");
        }
        for unit in &sample.annotation.instances {
            if let Some(annotation) = CocoAnnotation::new(header, frame, unit).map_err(refuse)? {
                let text = serde_json::to_string(&annotation).map_err(|error| refuse(error.to_string()))?;
                rows += &format!("{start}{text}\n");
            }
        }
        Ok(Encoded { files: Vec::new(), rows: rows.into_bytes() })
    }

    /// Streams the files: of all frames only the numbers of turned ones are in memory.
    fn finish(&self, header: &Header, rows: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        let mut files = PartFiles::begin(header, folder, |part| instances_path(header, part))?;
        let plain = "a header is plain data";
        let engine = serde_json::to_string(&header.engine).expect(plain);
        files.write_all(&format!("{{\n\"info\": {{\"description\": {engine}}},\n\"annotations\": ["))?;
        // A row is an object without its id, which becomes the first field.
        let mut turned = BTreeSet::new();
        let mut ids = vec![0_u64; header.part_names().len()];
        files.each_line(rows, |files, part, text| {
            if let Some(frame) = text.strip_prefix(TURNED) {
                turned.extend(frame.parse::<u64>());
                return Ok(());
            }
            let separator = if ids[part] == 0 { "\n" } else { ",\n" };
            ids[part] += 1;
            let fields = text.strip_prefix('{').unwrap_or(text);
            files.write(part, &format!("{separator}{{\"id\":{},{fields}", ids[part]))
        })?;
        files.write_all("\n],\n")?;
        write_images(header, &turned, &mut files)?;
        let categories: Vec<String> =
            categories(header).iter().map(|category| serde_json::to_string(category).expect(plain)).collect();
        files.write_all(&format!("\n],\n\"categories\": [\n{}\n]\n}}\n", categories.join(",\n")))?;
        files.commit()
    }

    fn frame_files(&self, _: &Header, _: u64) -> Vec<String> {
        Vec::new()
    }

    fn dataset_files(&self, header: &Header) -> Vec<String> {
        header.part_names().into_iter().map(|part| instances_path(header, part)).collect()
    }
}
