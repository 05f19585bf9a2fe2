use glam::{DMat3, DMat4, DVec3};
use ndarray::Array2;
use serde_json::{Value, json};

use crate::annotate::InstanceAnnotation;
use crate::dataset::{Error, Sample};
use crate::frame::Plane;
use crate::geometry::{Camera, Distortion};

/// How far axes may be from unit length and right angles.
const RIGID: f64 = 1e-6;
/// Millimetres in a metre.
const MM: f64 = 1000.0;

/// Steps of `scale` millimetres along the optical axis; 0 where nothing is hit.
///
/// # Errors
/// If a depth does not fit 16 bits, which is said with its place and value.
pub(super) fn depth(sample: &Sample<'_>, scale: f64) -> Result<Array2<u16>, Error> {
    let frame = sample.index;
    let metres = sample.frame.depth().ok_or(Error::MissingPlane { frame, plane: Plane::Depth })?;
    let mut steps = Array2::zeros(metres.dim());
    for (at, &metres) in metres.indexed_iter() {
        if metres.is_infinite() {
            continue;
        }
        let wanted = (f64::from(metres) * MM / scale).round();
        if !(1.0..=65535.0).contains(&wanted) {
            let message = format!(
                "pixel ({}, {}) is {metres} m deep, which is {wanted} steps of {scale} mm and does not fit the 16 bits \
                 of BOP's depth; choose other steps with --depth-scale",
                at.1, at.0
            );
            return Err(Error::Sample { frame, message });
        }
        steps[at] = wanted as u16;
    }
    Ok(steps)
}

/// An entry of `scene_gt.json`.
pub(super) fn pose(sample: &Sample<'_>, unit: &InstanceAnnotation, object: u32) -> Result<Value, String> {
    let placed = &sample.scene.units[unit.id as usize - 1];
    let InstanceAnnotation { id, name, .. } = unit;
    let axes = placed.world_from_object.matrix3;
    let is_rigid = (axes.transpose() * axes).abs_diff_eq(DMat3::IDENTITY, RIGID) && axes.determinant() > 0.0;
    if !is_rigid {
        return Err(format!("unit {id} ({name}) is scaled, sheared or mirrored, which BOP's poses cannot hold"));
    }
    let camera_from_object = sample.scene.camera.camera_from_world() * DMat4::from(placed.world_from_object);
    Ok(json!({
        "obj_id": object,
        "cam_R_m2c": rotation(camera_from_object),
        "cam_t_m2c": millimetres(camera_from_object),
        "instance": id,
    }))
}

/// An entry of `scene_gt_info.json`.
pub(super) fn counts(unit: &InstanceAnnotation, depth: &Array2<u16>) -> Value {
    let InstanceAnnotation { silhouette_px, visible_px, .. } = unit;
    let valid = unit.mask_amodal.pixels().filter(|&(x, y)| depth[[y as usize, x as usize]] > 0).count();
    let visible = unit.bbox_visible.map_or([-1; 4], |bounds| <[u32; 4]>::from(bounds).map(i64::from));
    let mut entry = json!({
        "bbox_obj": unit.bbox_silhouette,
        "bbox_visib": visible,
        "px_count_all": silhouette_px,
        "px_count_valid": valid,
        "px_count_visib": visible_px,
        "visib_fract": f64::from(*visible_px) / *silhouette_px as f64,
    });
    if unit.silhouette_is_cut {
        // The unit reaches behind the camera: what of it could be counted is less than all.
        entry["silhouette_is_cut"] = true.into();
    }
    entry
}

/// An entry of `scene_camera.json`.
pub(super) fn camera(camera: &Camera, scale: f64) -> Value {
    let camera_from_world = camera.camera_from_world();
    // BOP's first pixel has its middle at 0.
    let mut entry = json!({
        "cam_K": [camera.fx, 0.0, camera.cx - 0.5, 0.0, camera.fy, camera.cy - 0.5, 0.0, 0.0, 1.0],
        "cam_R_w2c": rotation(camera_from_world),
        "cam_t_w2c": millimetres(camera_from_world),
        "depth_scale": scale,
    });
    let Distortion { k1, k2, p1, p2, k3 } = camera.distortion;
    if camera.distortion != Distortion::default() {
        entry["cam_dist"] = json!([k1, k2, p1, p2, k3]);
    }
    entry
}

/// Row by row.
fn rotation(transform: DMat4) -> [f64; 9] {
    DMat3::from_mat4(transform).transpose().to_cols_array()
}

fn millimetres(transform: DMat4) -> [f64; 3] {
    let DVec3 { x, y, z } = transform.w_axis.truncate() * MM;
    [x, y, z]
}
