use std::fs;
use std::path::Path;

use glam::DMat3;
use ndarray::{Array2, Array3};

use super::flow::check_flow;
use super::geometry::check_geometry;
use super::instances::{Owners, check_instance};
use super::layers::check_layers;
use super::occlusion::check_occlusion;
use super::parts::{self, Products};
use super::{problem, shelf};
use crate::dataset::layers_file::{self, layers_path};
use crate::dataset::native::{flow_path, record_path};
use crate::dataset::{FrameRecord, Header, MANIFEST, PixelEncoding, exr_file, plane_path, png_file};
use crate::frame::Plane;
use crate::geometry::Camera;
use crate::problem::Problem;

/// Everything about one frame, and the products in it. A file that cannot be opened is not reported here: its digest is.
pub(super) fn check_frame(folder: &Path, header: &Header, index: u64) -> (Vec<Problem>, Products) {
    let place = record_path(index);
    let Ok(text) = fs::read(folder.join(&place)) else { return Default::default() };
    let record: FrameRecord = match serde_json::from_slice(&text) {
        Ok(record) => record,
        Err(error) => return (vec![problem(place, error.to_string())], Products::default()),
    };
    let products = parts::products(header, index, &record);
    (check_record(folder, header, index, record), products)
}

fn check_record(folder: &Path, header: &Header, index: u64, record: FrameRecord) -> Vec<Problem> {
    let place = record_path(index);
    let mut problems = Vec::new();
    if record.frame != index {
        problems.push(problem(format!("{place}: frame"), format!("is {}, not {index}", record.frame)));
    }
    let camera = match Camera::try_from(record.camera) {
        Ok(camera) => {
            if !header.allows_size((camera.width, camera.height)) {
                let message = format!(
                    "has {} x {} pixels, and the dataset {} x {}",
                    camera.width, camera.height, header.width, header.height
                );
                problems.push(problem(format!("{place}: camera"), message));
            }
            Some(camera)
        }
        Err(wrong) => {
            let at = |wrong: Problem| problem(format!("{place}: camera.{}", wrong.place), wrong.message);
            problems.extend(wrong.0.into_iter().map(at));
            None
        }
    };

    let size = (record.camera.width, record.camera.height);
    if !header.allows_size(size) {
        return problems;
    }
    let mut owners = Owners::new(size.0, size.1);
    for (i, pair) in record.instances.windows(2).enumerate() {
        if pair[0].id >= pair[1].id {
            problems
                .push(problem(format!("{place}: instances[{}].id", i + 1), format!("{} is out of order", pair[1].id)));
        }
    }
    // All visible masks first: who hides whom can only be counted when all of them are known.
    for (i, unit) in record.instances.iter().enumerate() {
        if let Err(message) = owners.paint(unit) {
            problems.push(problem(format!("{place}: instances[{i}].mask_visible"), message));
        }
    }
    let camera_from_world = camera.map(|camera| DMat3::from_mat4(camera.camera_from_world()));
    for (i, unit) in record.instances.iter().enumerate() {
        let mut of_unit = check_instance(unit, header, &owners, camera_from_world);
        of_unit.0.extend(camera.iter().flat_map(|camera| check_geometry(unit, camera).0));
        let at = |wrong: Problem| problem(format!("{place}: instances[{i}].{}", wrong.place), wrong.message);
        problems.extend(of_unit.0.into_iter().map(at));
    }
    let at = |wrong: Problem| problem(format!("{place}: occlusion{}", wrong.place), wrong.message);
    problems.extend(check_occlusion(&record).0.into_iter().map(at));
    // A plane that is broken itself is reported below.
    let depth = || {
        let file = fs::read(folder.join(plane_path(Plane::Depth, index)));
        exr_file::decode(&file.ok().filter(|_| header.planes().contains(&Plane::Depth))?, size, 1).ok()
    };
    if header.layers > 0
        && let Ok(file) = fs::read(folder.join(layers_path(index)))
    {
        let depth = depth();
        let layers = layers_file::decode(&file, size, header.layers);
        if let Err(message) = layers.and_then(|layers| check_layers(&layers, depth.as_ref(), &record, &owners)) {
            problems.push(problem(layers_path(index), message));
        }
    }
    if record.sequence.is_some() != (header.pictures > 1) {
        let message = format!("does not fit the {} pictures of a scene in {MANIFEST}", header.pictures);
        problems.push(problem(format!("{place}: sequence"), message));
    }
    if let (Some(sequence), Some(camera)) = (&record.sequence, &camera) {
        if header.scene_of(sequence.flow_to) != header.scene_of(index) || sequence.flow_to.abs_diff(index) != 1 {
            let message = format!("is {}, no neighbour of the frame in its scene", sequence.flow_to);
            problems.push(problem(format!("{place}: sequence.flow_to"), message));
        }
        if let Ok(file) = fs::read(folder.join(flow_path(index))) {
            let flow = exr_file::decode(&file, size, 3);
            if let Err(message) = flow.and_then(|flow| check_flow(&flow, depth().as_ref(), camera, sequence)) {
                problems.push(problem(flow_path(index), message));
            }
        }
    }
    if let (Some(of_shelf), Ok(camera)) = (&record.shelf, Camera::try_from(record.camera)) {
        let at = |wrong: Problem| problem(format!("{place}: {}", wrong.place), wrong.message);
        problems.extend(shelf::check_shelf(of_shelf, &record, &camera).0.into_iter().map(at));
    }
    for plane in header.planes() {
        let path = plane_path(plane, index);
        let Ok(file) = fs::read(folder.join(&path)) else { continue };
        if let Err(message) = check_plane(plane, &file, header, &record, &owners) {
            problems.push(problem(path, message));
        }
    }
    problems
}

/// Opens a plane and compares it with the masks, where they say anything about it.
fn check_plane(
    plane: Plane,
    file: &[u8],
    header: &Header,
    record: &FrameRecord,
    owners: &Owners,
) -> Result<(), String> {
    let size = (record.camera.width, record.camera.height);
    match PixelEncoding::of(plane) {
        PixelEncoding::Srgb8 => png_file::decode_rgb(file, size).map(|_| ()),
        PixelEncoding::Uint16 => {
            let numbers = png_file::decode_grey16(file, size)?;
            if plane == Plane::Instance {
                owners.check_numbers(&numbers)
            } else if plane == Plane::Part {
                shelf::check_parts(&numbers, record, owners)
            } else {
                check_classes(&numbers, header, record, owners)
            }
        }
        PixelEncoding::Float32 | PixelEncoding::Float16 => {
            let values = exr_file::decode(file, size, plane.channels())?;
            if plane == Plane::Rotation { check_rotations(&values, record, owners) } else { Ok(()) }
        }
    }
}

fn check_classes(classes: &Array2<u16>, header: &Header, record: &FrameRecord, owners: &Owners) -> Result<(), String> {
    for ((y, x), &class) in classes.indexed_iter() {
        if class != 0 && header.classes.binary_search_by_key(&class, |known| known.id).is_err() {
            return Err(format!(
                "pixel ({x}, {y}) has class {class}, which {} does not name",
                crate::dataset::MANIFEST
            ));
        }
        if let Some(unit) = owners.unit(record, x as u32, y as u32)
            && class != unit.category_id
        {
            return Err(format!("pixel ({x}, {y}) has class {class}, and unit {} there {}", unit.id, unit.category_id));
        }
    }
    Ok(())
}

fn check_rotations(values: &Array3<f32>, record: &FrameRecord, owners: &Owners) -> Result<(), String> {
    for ((y, x), expected) in owners.quaternions(record) {
        let found: [f32; 4] = std::array::from_fn(|channel| values[[y as usize, x as usize, channel]]);
        // q and -q are the same rotation.
        let cosine: f64 = expected.iter().zip(found).map(|(&a, b)| a * f64::from(b)).sum();
        let length: f64 = found.iter().map(|&value| f64::from(value).powi(2)).sum();
        let is_same = (cosine.abs() - 1.0).abs() < 1e-5 && (length - 1.0).abs() < 1e-5;
        if !is_same {
            return Err(format!("pixel ({x}, {y}) has the rotation {found:?}, and its unit {expected:?}"));
        }
    }
    Ok(())
}
