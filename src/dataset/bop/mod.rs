//! The BOP format: scenes with poses, masks, depth, and models in millimetres.

mod model;
mod truth;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use super::native::frame_name;
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, Shard, StagedFile, png_file};
use crate::annotate::InstanceAnnotation;
use crate::frame::Plane;

/// BOP: `bop/PART/SCENE/`, where a scene is what one shard has of a part and images keep the numbers of their frames,
/// and `bop/models/` with one PLY a product. Objects are products, numbered by the rank of their SKU from 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bop;

const MODELS: &str = "bop/models";
const INFO: &str = "bop/models/models_info.json";
const PRODUCTS: &str = "bop/products.json";
/// The JSON files of a scene, in the order of their rows.
const FILES: [&str; 3] = ["scene_gt", "scene_gt_info", "scene_camera"];

fn scene_folder(header: &Header, index: u64) -> String {
    format!("bop/{}/{:06}", header.part_name(index), header.shard_of(index).number)
}

fn model_path(object: u32) -> String {
    format!("{MODELS}/obj_{object:06}.ply")
}

/// Number of the object whose model has this path.
fn object_of(path: &str) -> Option<u32> {
    let digits = path.strip_prefix(MODELS)?.strip_prefix("/obj_")?.strip_suffix(".ply")?;
    digits.parse().ok().filter(|&object| model_path(object) == path)
}

/// Number of a unit's object.
fn object(header: &Header, frame: u64, unit: &InstanceAnnotation) -> Result<u32, Error> {
    let refuse = |message: String| Error::Sample { frame, message };
    let InstanceAnnotation { id, name, sku, .. } = unit;
    let sku =
        sku.as_ref().ok_or_else(|| refuse(format!("unit {id} ({name}) is of no product, as BOP's objects are")))?;
    let rank = header.export.products.binary_search(sku);
    rank.map(|rank| rank as u32 + 1)
        .map_err(|_| refuse(format!("unit {id} ({name}) has the SKU {sku:?}, which is none of the catalogue's")))
}

impl Format for Bop {
    fn name(&self) -> &'static str {
        "bop"
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Rgb, Plane::Depth]
    }

    fn is_sharded(&self) -> bool {
        true
    }

    fn numbers_products(&self) -> bool {
        true
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let refuse = |message: String| Error::Sample { frame, message };
        let (folder, name) = (scene_folder(header, frame), frame_name(frame));
        let depth = truth::depth(sample, header.export.depth_scale_mm)?;
        let encoded = png_file::encode_grey16(depth.view()).map_err(|error| refuse(error.to_string()))?;
        let mut files = vec![
            (format!("{folder}/rgb/{name}.png"), encodings.plane(Plane::Rgb)?),
            (format!("{folder}/depth/{name}.png"), encoded),
        ];
        let (mut poses, mut counts) = (Vec::new(), Vec::new());
        let labelled = sample.annotation.instances.iter().filter(|unit| header.is_labelled(unit));
        for (i, unit) in labelled.enumerate() {
            poses.push(truth::pose(sample, unit, object(header, frame, unit)?).map_err(refuse)?);
            counts.push(truth::counts(unit, &depth));
            for (kind, mask) in [("mask", &unit.mask_amodal), ("mask_visib", &unit.mask_visible)] {
                let mask = png_file::encode_mask(mask).map_err(|error| refuse(error.to_string()))?;
                files.push((format!("{folder}/{kind}/{name}_{i:06}.png"), mask));
            }
        }
        let camera = truth::camera(&sample.scene.camera, header.export.depth_scale_mm);
        let part = header.part_of(frame);
        let mut rows = Vec::new();
        for (file, value) in FILES.iter().zip([poses.into(), counts.into(), camera]) {
            let value: serde_json::Value = value;
            rows.extend(format!("{part} {file} \"{frame}\": {value}\n").into_bytes());
        }
        Ok(Encoded { files, rows })
    }

    fn shared_files(&self, header: &Header, sample: &Sample<'_>) -> Result<Vec<String>, Error> {
        let labelled = sample.annotation.instances.iter().filter(|unit| header.is_labelled(unit));
        let objects = labelled.map(|unit| object(header, sample.index, unit));
        let objects: std::collections::BTreeSet<u32> = objects.collect::<Result<_, _>>()?;
        Ok(objects.into_iter().map(model_path).collect())
    }

    fn encode_shared(&self, header: &Header, sample: &Sample<'_>, path: &str) -> Result<Vec<u8>, Error> {
        let frame = sample.index;
        for unit in &sample.annotation.instances {
            if unit.sku.is_some() && Some(object(header, frame, unit)?) == object_of(path) {
                let placed = &sample.scene.units[unit.id as usize - 1];
                return model::encode(placed).map_err(|message| Error::Sample { frame, message });
            }
        }
        Err(Error::Sample { frame, message: format!("no unit has the model {path}") })
    }

    fn finish_shard(
        &self,
        header: &Header,
        shard: &Shard,
        rows: &mut dyn BufRead,
        folder: &Folder,
    ) -> Result<Vec<FileRecord>, Error> {
        let names = header.part_names();
        let mut files = BTreeMap::new();
        for part in header.parts_in(shard) {
            for file in FILES {
                let staged = folder.begin(&format!("bop/{}/{:06}/{file}.json", names[part], shard.number))?;
                files.insert(format!("{part} {file}"), (staged, true));
            }
        }
        for line in rows.lines() {
            let line = line.map_err(|source| Error::read("rows", source))?;
            // The part and the file, then what to add to it.
            let split = line.match_indices(' ').nth(1).map(|(at, _)| line.split_at(at));
            let found = split.and_then(|(key, text)| Some((files.get_mut(key)?, text.trim_start())));
            let ((staged, is_first), text) =
                found.ok_or_else(|| Error::invalid("rows", "", format!("{line:?} is no row of a scene")))?;
            write!(staged, "{}{text}", if *is_first { "{\n" } else { ",\n" })
                .map_err(|source| Error::write(staged.target(), source))?;
            *is_first = false;
        }
        let close = |(mut staged, _): (StagedFile, bool)| {
            staged.write_all(b"\n}\n").map_err(|source| Error::write(staged.target(), source))?;
            staged.commit()
        };
        files.into_values().map(close).collect()
    }

    /// Lists the models that frames have called for.
    fn finish(&self, header: &Header, _: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        let mut files = Vec::new();
        let (mut infos, mut products) = (Vec::new(), Vec::new());
        for object in 1..=header.export.products.len() as u32 {
            let path = model_path(object);
            if folder.path(&path).is_file() {
                let info = model::read_info(&folder.path(&path))?;
                infos.push(format!("\"{object}\": {}", info.dimensions));
                products.push(format!("\"{object}\": {}", info.product));
                files.push(folder.record(&path)?);
            }
        }
        let table = |lines: Vec<String>| format!("{{\n{}\n}}\n", lines.join(",\n")).into_bytes();
        files.extend(folder.write_all(&[(INFO.to_owned(), table(infos)), (PRODUCTS.to_owned(), table(products))])?);
        Ok(files)
    }

    fn frame_files(&self, header: &Header, index: u64) -> Vec<String> {
        let (folder, name) = (scene_folder(header, index), frame_name(index));
        ["rgb", "depth"].map(|kind| format!("{folder}/{kind}/{name}.png")).into()
    }

    fn shard_files(&self, header: &Header, shard: &Shard) -> Vec<String> {
        let names = header.part_names();
        let folders = header.parts_in(shard).into_iter();
        let folders = folders.map(|part| format!("bop/{}/{:06}", names[part], shard.number));
        folders.flat_map(|folder| FILES.map(|file| format!("{folder}/{file}.json"))).collect()
    }

    fn dataset_files(&self, _: &Header) -> Vec<String> {
        vec![INFO.to_owned(), PRODUCTS.to_owned()]
    }

    fn may_have(&self, header: &Header, path: &str) -> bool {
        if let Some(object) = object_of(path) {
            return (1..=header.export.products.len() as u32).contains(&object);
        }
        // FOLDER/mask/FRAME_UNIT.png
        let mask = path.strip_suffix(".png").and_then(|path| path.rsplit_once('_'));
        let Some((frame, unit)) = mask else { return false };
        let index = frame.rsplit('/').next().and_then(|index| index.parse().ok());
        let Some(index) = index.filter(|index| header.frames.contains(index)) else { return false };
        let folder = scene_folder(header, index);
        let is_mask = |kind: &str| format!("{folder}/{kind}/{}", frame_name(index)) == frame;
        unit.parse::<u64>().is_ok_and(|number| format!("{number:06}") == unit)
            && (is_mask("mask") || is_mask("mask_visib"))
    }
}
