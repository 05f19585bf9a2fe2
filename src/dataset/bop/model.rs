use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use glam::DVec3;
use serde_json::{Value, json};

use crate::dataset::Error;
use crate::scene::Unit;

/// Millimetres in a metre.
const MM: f64 = 1000.0;
/// Begins the comments that [`read_info`] reads.
const COMMENT: &str = "comment endcap ";
/// Longest head of a file.
const MAX_HEAD: u64 = 1 << 20;

/// What a model's file says about itself.
pub(super) struct Info {
    /// `diameter`, `min_x`, `size_x` and the like, millimetres.
    pub(super) dimensions: Value,
    /// Which product it is.
    pub(super) product: Value,
}

/// PLY, binary: positions in millimetres, normals, texture coordinates (v from the bottom), triangles.
pub(super) fn encode(unit: &Unit) -> Result<Vec<u8>, String> {
    let mesh = &unit.look.model.mesh;
    if mesh.triangles.is_empty() {
        return Err(format!("the model of {} has no triangles", unit.name));
    }
    let points: Vec<DVec3> = mesh.positions.iter().map(|point| point.as_dvec3() * MM).collect();
    let (low, high) = bounds(&points);
    let size = high - low;
    let dimensions = json!({
        "diameter": diameter(&points),
        "min_x": low.x, "min_y": low.y, "min_z": low.z,
        "size_x": size.x, "size_y": size.y, "size_z": size.z,
    });
    let product = unit.product.as_ref().map_or(Value::Null, |product| {
        json!({"sku": product.sku, "gtin": product.gtin, "name": product.name, "brand": product.brand,
            "category": product.category})
    });
    let mut head = format!(
        "ply\nformat binary_little_endian 1.0\n{COMMENT}{dimensions}\n{COMMENT}{product}\nelement vertex {}\n",
        points.len()
    );
    let mut property = |kind: &str, names: &[&str]| {
        names.iter().for_each(|name| head += &format!("property {kind} {name}\n"));
    };
    property("double", &["x", "y", "z"]);
    let has_normals = mesh.normals.len() == points.len();
    let has_uvs = mesh.uvs.len() == points.len();
    if has_normals {
        property("float", &["nx", "ny", "nz"]);
    }
    if has_uvs {
        property("float", &["texture_u", "texture_v"]);
    }
    head += &format!("element face {}\nproperty list uchar int vertex_indices\nend_header\n", mesh.triangles.len());
    let mut file = head.into_bytes();
    for (i, point) in points.iter().enumerate() {
        point.to_array().iter().for_each(|value| file.extend(value.to_le_bytes()));
        if has_normals {
            mesh.normals[i].to_array().iter().for_each(|value| file.extend(value.to_le_bytes()));
        }
        if has_uvs {
            [mesh.uvs[i].x, 1.0 - mesh.uvs[i].y].iter().for_each(|value| file.extend(value.to_le_bytes()));
        }
    }
    for triangle in &mesh.triangles {
        file.push(3);
        triangle.iter().for_each(|corner| file.extend(corner.to_le_bytes()));
    }
    Ok(file)
}

/// Reads the comments that [`encode`] has written.
pub(super) fn read_info(path: &Path) -> Result<Info, Error> {
    let file = File::open(path).map_err(|source| Error::read(path, source))?;
    let mut comments = Vec::new();
    for line in BufReader::new(file.take(MAX_HEAD)).split(b'\n') {
        let line = line.map_err(|source| Error::read(path, source))?;
        if line == b"end_header" {
            break;
        }
        if let Some(text) = line.strip_prefix(COMMENT.as_bytes()) {
            let value = serde_json::from_slice(text);
            comments.push(value.map_err(|error| Error::invalid(path, "comment", error.to_string()))?);
        }
    }
    let mut comments = comments.into_iter();
    let broken = || Error::invalid(path, "comment", "says nothing about the model");
    Ok(Info { dimensions: comments.next().ok_or_else(broken)?, product: comments.next().ok_or_else(broken)? })
}

/// Corners of the box around all points.
fn bounds(points: &[DVec3]) -> (DVec3, DVec3) {
    let around = |(low, high): (DVec3, DVec3), point: &DVec3| (low.min(*point), high.max(*point));
    points.iter().fold((DVec3::INFINITY, DVec3::NEG_INFINITY), around)
}

/// Largest distance between two points.
///
/// Points are taken from the farthest from the middle inwards. No two that are left can be farther apart than their
/// distances from the middle together, which ends the search early but on a sphere.
fn diameter(points: &[DVec3]) -> f64 {
    let (low, high) = bounds(points);
    let middle = (low + high) / 2.0;
    let mut far: Vec<(f64, DVec3)> = points.iter().map(|&point| (point.distance(middle), point)).collect();
    far.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| a.1.to_array().partial_cmp(&b.1.to_array()).unwrap_or(std::cmp::Ordering::Equal))
    });
    far.dedup_by(|a, b| a.1 == b.1);
    let mut best = 0.0_f64;
    for (i, (radius, point)) in far.iter().enumerate() {
        if 2.0 * radius <= best {
            break;
        }
        for (other_radius, other) in &far[i + 1..] {
            if radius + other_radius <= best {
                break;
            }
            best = best.max(point.distance(*other));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_diameter_is_that_of_all_pairs(
            points in proptest::collection::vec((-9.0..9.0f64, -9.0..9.0f64, -9.0..9.0f64), 1..40)
        ) {
            let points: Vec<DVec3> = points.into_iter().map(DVec3::from).collect();
            let pairs = points.iter().flat_map(|a| points.iter().map(|b| a.distance(*b)));
            prop_assert_eq!(diameter(&points), pairs.fold(0.0, f64::max));
        }
    }
}
