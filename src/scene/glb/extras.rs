//! What glTF has no words for, kept in `extras`; [`Scene::from_gltf`](crate::scene::Scene::from_gltf) reads it back.

use glam::{DVec3, Vec3};
use serde::{Deserialize, Serialize};

use crate::geometry::CameraRecord;
use crate::scene::Light;

/// `extras` of the glTF scene.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::scene) struct SceneExtras {
    /// Seed of the dataset.
    pub(in crate::scene) seed: u64,
    /// Number of the frame.
    pub(in crate::scene) index: u64,
    /// The rest, apart from what strangers may write there.
    pub(in crate::scene) endcap: Lighting,
}

/// How the scene is lit beyond `KHR_lights_punctual`.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::scene) struct Lighting {
    /// [`Scene::exposure`](crate::scene::Scene::exposure).
    pub(in crate::scene) exposure: f32,
    /// Linear radiance from everywhere.
    pub(in crate::scene) environment_radiance: Vec3,
    /// Lamps with an area.
    pub(in crate::scene) rect_lights: Vec<RectLight>,
}

/// A [`Light::Rect`]; the fields have the same meaning.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(in crate::scene) struct RectLight {
    center: DVec3,
    half_u: DVec3,
    half_v: DVec3,
    radiance: Vec3,
}

impl RectLight {
    /// `None` for a light of another kind.
    pub(super) fn of(light: &Light) -> Option<Self> {
        match *light {
            Light::Rect { center, half_u, half_v, radiance } => Some(Self { center, half_u, half_v, radiance }),
            _ => None,
        }
    }

    /// The light; `None` if it would not be of finite size and brightness.
    pub(in crate::scene) fn light(self) -> Option<Light> {
        let Self { center, half_u, half_v, radiance } = self;
        let is_sound = center.is_finite() && half_u.cross(half_v).length_squared() > 0.0 && radiance.is_finite();
        is_sound.then_some(Light::Rect { center, half_u, half_v, radiance })
    }
}

/// `extras` of the glTF camera.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::scene) struct CameraExtras {
    /// The whole camera: glTF can neither say a principal point nor a distortion.
    pub(in crate::scene) endcap: CameraRecord,
}
