//! A stranger's glTF scene as a [`Scene`] that can be rendered and labelled like our own.

mod lamps;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::{DAffine3, DMat3, DMat4, DVec3, Vec3};

use super::glb::extras::{CameraExtras, Lighting, SceneExtras};
use super::{Environment, Light, Photography, Scene, SemanticClass, Unit, interior};
use crate::catalog::gltf::{GltfCamera, GltfLight, GltfLightKind, GltfScene, load_scene};
use crate::catalog::{Artwork, Error};
use crate::geometry::{Aabb, Camera, CameraRecord, Distortion};
use crate::seed::Seed;

/// Picture height when neither the caller nor a camera file says one.
const HEIGHT: u32 = 480;
/// Picture width when not even an aspect ratio is known.
const WIDTH: u32 = 640;
/// Vertical field of view of the camera that is made for a file without one.
const YFOV_DEG: f64 = 50.0;
/// Largest picture side that an aspect ratio may lead to.
const MAX_SIDE: f64 = 32_768.0;

/// How to look at somebody's scene.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShotOptions {
    /// Which camera; `None` takes the first one of the file, or makes one if there is none.
    pub camera: Option<CameraChoice>,
    /// Picture width and height in pixels. `None`: what the camera's file says, else 480 rows in the camera's aspect
    /// ratio, else 640x480.
    pub size: Option<(u32, u32)>,
    /// What is around the scene; `None`: what its file says.
    pub environment: Option<Surroundings>,
}

/// An equirectangular picture around a scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surroundings {
    /// An `.hdr` or `.exr` file.
    File(PathBuf),
    /// The inside of a made-up store, mean radiance 1.
    Interior,
}

impl Surroundings {
    /// What a user means by `--environment TEXT`: `interior`, or a file.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if text == "interior" { Self::Interior } else { Self::File(text.into()) }
    }
}

/// Where the camera is described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameraChoice {
    /// A JSON file with a [`CameraRecord`], or with one under the key `camera` as in `frames/<number>.json`.
    File(PathBuf),
    /// A camera of the scene, by the name of its node or its own.
    Name(String),
}

impl CameraChoice {
    /// What a user means by `--camera TEXT`: a file if it ends in `.json`, else a name.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let is_file = Path::new(text).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if is_file { Self::File(text.into()) } else { Self::Name(text.to_owned()) }
    }
}

impl Scene {
    /// Loads the default scene of a glTF file: one unit per node with a mesh, depth first in the order of the document,
    /// named as the node (`node-<index>` if it has no name). All units have class 1, `"object"`.
    ///
    /// * **Camera**: looks along −z of its node in glTF and along +z here; pixels are square. A file without a
    ///   perspective camera is seen from the front (+z) through a 50° lens that just holds all of it.
    /// * **Lights** of `KHR_lights_punctual`: candela and lux are taken as W·sr⁻¹ and W·m⁻², factor 1, exposure 1.
    ///   Surfaces with emissive materials shine; up to 64 plain rectangles among them get a [`Light::Rect`] 0.1 mm in
    ///   front, so that light is sought there, unless the file has rectangular lights of ours.
    /// * **Environment**: the picture of the options with factor 1; without one it is black, but for a file without any
    ///   light and emissive material it is a uniform radiance of 1, so that there is something to see.
    /// * What `crate::scene::glb` has written is read back: the lens, rectangular lights, environment and exposure.
    ///
    /// What the file holds and the picture will not show is told through `tracing`.
    ///
    /// # Errors
    /// As [`load_scene`]; and if the scene shows no mesh, has no camera of the name asked for, or the camera file is
    /// wrong (all its problems are listed).
    pub fn from_gltf(path: &Path, options: &ShotOptions) -> Result<Self, Error> {
        let file = load_scene(path)?;
        for warning in &file.warnings {
            tracing::warn!(file = %path.display(), "{warning}");
        }
        let units: Vec<Unit> = file.nodes.iter().map(unit).collect();
        if units.is_empty() {
            return Err(Error::invalid(path, "", "shows no mesh"));
        }
        let camera = camera(path, &file, &units, options)?;
        let ours: Option<SceneExtras> = serde_json::from_str(&file.extras).ok();
        let lighting = ours.as_ref().map(|extras| &extras.endcap);
        let rect_lights = lighting.iter().flat_map(|lighting| &lighting.rect_lights).filter_map(|light| light.light());
        let mut lights: Vec<Light> = file.lights.iter().map(light).chain(rect_lights).collect();
        let environment = environment(options, lighting, lights.is_empty() && !units.iter().any(emits));
        let exposure = lighting.map_or(1.0, |lighting| lighting.exposure);
        // What we have written has its lamps in front of what shines.
        if lighting.is_none_or(|lighting| lighting.rect_lights.is_empty()) {
            lights.extend(lamps::lamps(&units));
        }
        Ok(Self {
            seed: ours
                .as_ref()
                .map_or(Seed { dataset: 0, index: 0 }, |ours| Seed { dataset: ours.seed, index: ours.index }),
            camera,
            units,
            props: Vec::new(),
            lights,
            environment,
            exposure: if exposure.is_finite() && exposure > 0.0 { exposure } else { 1.0 },
            photography: Photography::default(),
            classes: vec![SemanticClass { id: 1, name: "object".to_owned(), is_product: true }],
            planogram: Vec::new(),
            neighbor: None,
            retail: super::Retail::default(),
        })
    }
}

fn unit(node: &crate::catalog::gltf::MeshNode) -> Unit {
    Unit {
        name: node.name.clone(),
        product: None,
        look: node.look.clone(),
        world_from_object: node.world_from_node,
        class: 1,
        cell: None,
    }
}

fn emits(unit: &Unit) -> bool {
    unit.look.materials.iter().any(|material| material.emissive.max_element() > 0.0)
}

fn environment(options: &ShotOptions, lighting: Option<&Lighting>, is_dark: bool) -> Environment {
    if let Some(surroundings) = &options.environment {
        let picture = match surroundings {
            Surroundings::File(path) => Arc::new(Artwork::from_file(path)),
            Surroundings::Interior => interior::artwork(),
        };
        return Environment { radiance: Vec3::ONE, picture: Some(picture) };
    }
    let written = lighting.map(|lighting| lighting.environment_radiance).filter(|radiance| radiance.is_finite());
    let radiance = written.unwrap_or(if is_dark { Vec3::ONE } else { Vec3::ZERO });
    Environment::uniform(radiance)
}

/// A light's place and direction; glTF's candela and lux are kept as they are.
fn light(light: &GltfLight) -> Light {
    let pose = light.world_from_node;
    let direction = (-pose.matrix3.z_axis).try_normalize().unwrap_or(DVec3::NEG_Z);
    let point = |cos_inner, cos_outer| Light::Point {
        position: pose.translation,
        direction,
        intensity: light.intensity,
        cos_inner,
        cos_outer,
        range: light.range,
    };
    match light.kind {
        GltfLightKind::Directional => Light::Sun { direction, irradiance: light.intensity },
        GltfLightKind::Point => point(-2.0, -3.0),
        GltfLightKind::Spot { inner, outer } => point(libm::cosf(inner), libm::cosf(outer)),
    }
}

fn camera(path: &Path, file: &GltfScene, units: &[Unit], options: &ShotOptions) -> Result<Camera, Error> {
    let found = match &options.camera {
        Some(CameraChoice::File(path)) => {
            let camera = read_camera(path)?;
            let (width, height) = options.size.unwrap_or((camera.width, camera.height));
            return Ok(camera.resized(width, height));
        }
        Some(CameraChoice::Name(name)) => {
            let named = file.cameras.iter().find(|camera| camera.names.iter().any(|known| **known == **name));
            Some(named.ok_or_else(|| no_such_camera(path, name, &file.cameras))?)
        }
        None => file.cameras.first(),
    };
    Ok(match found {
        Some(camera) => from_node(camera, options.size),
        None => framing(units, options.size.unwrap_or((WIDTH, HEIGHT))),
    })
}

fn no_such_camera(path: &Path, name: &str, cameras: &[GltfCamera]) -> Error {
    let names: Vec<String> =
        cameras.iter().filter_map(|camera| camera.names.first()).map(|name| format!("{name:?}")).collect();
    let known = if names.is_empty() { "no perspective camera".to_owned() } else { names.join(", ") };
    Error::invalid(path, "cameras", format!("there is no camera {name:?}; the scene has {known}"))
}

/// Reads a camera file.
fn read_camera(path: &Path) -> Result<Camera, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mut json: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| Error::invalid(path, "JSON", error.to_string()))?;
    let json = json.get_mut("camera").map(serde_json::Value::take).unwrap_or(json);
    let record: CameraRecord =
        serde_json::from_value(json).map_err(|error| Error::invalid(path, "camera", error.to_string()))?;
    Camera::try_from(record).map_err(|problems| Error::Invalid { path: path.to_owned(), problems })
}

/// A camera of the file. One that we have written has its exact lens in its extras.
fn from_node(node: &GltfCamera, size: Option<(u32, u32)>) -> Camera {
    let world_from_camera = opencv_pose(node.world_from_node);
    let record: Option<CameraRecord> =
        serde_json::from_str::<CameraExtras>(&node.extras).ok().map(|extras| extras.endcap);
    if let Some(camera) = record.and_then(|record| Camera::try_from(record).ok()) {
        // Somebody may have given the node another lens since; then the record is out of date.
        if (yfov(&camera) - node.yfov).abs() < 1e-4 {
            let (width, height) = size.unwrap_or((camera.width, camera.height));
            return Camera { world_from_camera, ..camera.resized(width, height) };
        }
    }
    let (width, height) = size.unwrap_or_else(|| {
        let ratio = node.aspect_ratio.unwrap_or(f64::from(WIDTH) / f64::from(HEIGHT));
        ((f64::from(HEIGHT) * ratio).round().clamp(1.0, MAX_SIDE) as u32, HEIGHT)
    });
    pinhole(width, height, node.yfov, world_from_camera)
}

/// Vertical field of view in radians.
pub(super) fn yfov(camera: &Camera) -> f64 {
    2.0 * libm::atan(f64::from(camera.height) / (2.0 * camera.fy))
}

/// A camera without distortion whose axis meets the middle of the picture.
fn pinhole(width: u32, height: u32, yfov: f64, world_from_camera: DMat4) -> Camera {
    let focal = f64::from(height) / (2.0 * libm::tan(yfov / 2.0));
    let (cx, cy) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    Camera { width, height, fx: focal, fy: focal, cx, cy, distortion: Distortion::default(), world_from_camera }
}

/// Pose of a node whose camera looks along −z with +y up, for OpenCV axes; scale and mirroring are left out.
fn opencv_pose(world_from_node: DAffine3) -> DMat4 {
    let DMat3 { y_axis, z_axis, .. } = world_from_node.matrix3;
    let back = z_axis.try_normalize().unwrap_or(DVec3::Z);
    let up = y_axis.reject_from_normalized(back).try_normalize().unwrap_or_else(|| back.any_orthonormal_vector());
    let right = up.cross(back);
    DMat4::from_cols(right.extend(0.0), (-up).extend(0.0), (-back).extend(0.0), world_from_node.translation.extend(1.0))
}

/// A camera in front of the scene, as near as it can be while all of its box is in the picture.
fn framing(units: &[Unit], (width, height): (u32, u32)) -> Camera {
    let bounds = units
        .iter()
        .map(|unit| unit.look.model.bounds.transformed(unit.world_from_object))
        .fold(Aabb::EMPTY, Aabb::union);
    let (center, half) = (bounds.center(), bounds.size() / 2.0);
    let slope = libm::tan(YFOV_DEG.to_radians() / 2.0);
    let slope_across = slope * f64::from(width) / f64::from(height);
    let reach = (half.y / slope).max(half.x / slope_across).max(1e-3);
    // A twentieth more leaves a margin around the scene.
    let eye = center + DVec3::Z * (half.z + 1.05 * reach);
    pinhole(width, height, YFOV_DEG.to_radians(), Camera::looking_at(eye, center))
}

#[cfg(test)]
mod tests;
