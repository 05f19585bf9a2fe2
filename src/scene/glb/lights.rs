//! Lights of `KHR_lights_punctual`.

use glam::{DMat4, DVec3, Vec3};
use serde_json::{Value, json};

use crate::scene::Light;

/// A light and the pose of its node; `None` for one with an area, which the extension does not know.
///
/// Radiant intensity and irradiance are written as candela and lux, factor 1.
pub(super) fn punctual(light: &Light) -> Option<(Value, DMat4)> {
    match *light {
        Light::Rect { .. } => None,
        Light::Sun { direction, irradiance } => {
            let (color, intensity) = split(irradiance);
            let sun = json!({ "type": "directional", "color": color, "intensity": intensity });
            Some((sun, pose(DVec3::ZERO, direction)))
        }
        Light::Point { position, direction, intensity, cos_inner, cos_outer, range } => {
            let (color, intensity) = split(intensity);
            let mut point = json!({ "type": "point", "color": color, "intensity": intensity });
            if range.is_finite() {
                point["range"] = json!(range);
            }
            if cos_outer < -1.0 {
                return Some((point, DMat4::from_translation(position)));
            }
            // The extension allows cones of up to a half space and wants a soft edge, be it ever so narrow.
            let outer = libm::acos(f64::from(cos_outer).clamp(0.0, 1.0)).max(2e-6);
            let inner = libm::acos(f64::from(cos_inner).clamp(0.0, 1.0)).min(outer - 1e-6);
            point["type"] = json!("spot");
            point["spot"] = json!({ "innerConeAngle": inner, "outerConeAngle": outer });
            Some((point, pose(position, direction)))
        }
    }
}

/// A colour within 0..1 and the intensity that belongs to it.
fn split(intensity: Vec3) -> (Vec3, f32) {
    let most = intensity.max_element();
    if most > 0.0 { ((intensity / most).max(Vec3::ZERO), most) } else { (Vec3::ONE, 0.0) }
}

/// Pose of a node whose −z points in a direction.
fn pose(position: DVec3, direction: DVec3) -> DMat4 {
    let back = -direction.try_normalize().unwrap_or(DVec3::NEG_Z);
    let (right, up) = back.any_orthonormal_pair();
    DMat4::from_cols(right.extend(0.0), up.extend(0.0), back.extend(0.0), position.extend(1.0))
}
