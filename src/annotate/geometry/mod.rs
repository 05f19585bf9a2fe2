//! Boxes and keypoints: what pose estimation and oriented detection are trained on.

mod flow;
mod oriented_box;
mod record;

pub use self::flow::{Flow, flow};
pub use self::oriented_box::OrientedBox;
pub use self::record::{Box3d, BoxCorner, KeypointState, SeenKeypoint};
use super::sight::Sight;
use super::{InstanceAnnotation, micrometre, thousandth};
use crate::scene::Scene;
use crate::trace::Tracer;

/// Keypoints may lie so far behind what the ray to them meets first and still count as seen, in metres.
const MARGIN_M: f64 = 1e-3;

/// Adds boxes to all units, and keypoints to those of which something is seen.
pub(super) fn add(scene: &Scene, tracer: &Tracer, instances: &mut [InstanceAnnotation]) {
    let camera_from_world = scene.camera.camera_from_world();
    for instance in instances {
        let sight = Sight::new(scene, tracer, camera_from_world, instance.id);
        instance.obb_visible = OrientedBox::around(&instance.mask_visible);
        instance.obb_amodal = OrientedBox::around(&instance.mask_amodal);
        instance.box_3d = box_3d(&sight);
        if instance.visible_px > 0 {
            instance.keypoints = keypoints(&sight);
        }
    }
}

fn box_3d(sight: &Sight<'_>) -> Option<Box3d> {
    let bounds = sight.unit.look.model.bounds;
    if bounds.is_empty() {
        return None;
    }
    let (min_m, max_m) = (bounds.min.to_array().map(micrometre), bounds.max.to_array().map(micrometre));
    let corners = Box3d::corners_m(min_m, max_m).map(|corner| {
        let pixel = sight.pixel(corner);
        BoxCorner {
            px: pixel.map(|pixel| pixel.to_array().map(thousandth)),
            in_picture: pixel.is_some_and(|pixel| sight.camera.contains(pixel)),
        }
    });
    Some(Box3d { min_m, max_m, corners })
}

fn keypoints(sight: &Sight<'_>) -> Vec<SeenKeypoint> {
    let seen = |keypoint: &crate::catalog::Keypoint| {
        let object_m = keypoint.point.to_array().map(micrometre);
        let point = object_m.into();
        let pixel = sight.pixel(point);
        let is_inside = pixel.is_some_and(|pixel| sight.camera.contains(pixel));
        let state = if !is_inside {
            KeypointState::Outside
        } else if sight.tracer.is_hidden(sight.unit.world_from_object.transform_point3(point), MARGIN_M) {
            KeypointState::Hidden
        } else {
            KeypointState::Visible
        };
        let px = pixel.map(|pixel| pixel.to_array().map(thousandth));
        SeenKeypoint { name: keypoint.name.clone().into_owned(), object_m, px, state }
    };
    sight.unit.look.model.keypoints().iter().map(seen).collect()
}
