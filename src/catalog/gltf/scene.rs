//! A file as a scene: one look per mesh, and where nodes, cameras and lights are.

use std::path::Path;
use std::sync::Arc;

use glam::{DAffine3, Vec3};
use gltf::json;
use gltf::json::camera::Type as Projection;
use gltf::json::extensions::scene::khr_lights_punctual::Type as LightType;

use super::check::valid;
use super::document::Document;
use super::material::Materials;
use super::model::{self, Flat, Meshes, Part};
use super::{Warnings, hierarchy, shared};
use crate::catalog::{Error, Footprint, Look, Material, Model, ModelKey};

/// The default scene of a file, its nodes in document order (depth first).
#[derive(Debug, Clone, Default)]
pub struct GltfScene {
    /// Nodes that show a mesh.
    pub nodes: Vec<MeshNode>,
    /// Perspective cameras.
    pub cameras: Vec<GltfCamera>,
    /// Lights of `KHR_lights_punctual`.
    pub lights: Vec<GltfLight>,
    /// `extras` of the scene as JSON text; empty if there are none.
    pub extras: String,
    /// What will not be seen, and where.
    pub warnings: Vec<String>,
}

/// A node with a mesh.
#[derive(Debug, Clone, PartialEq)]
pub struct MeshNode {
    /// Its name; `node-<index in the document>` if it has none.
    pub name: String,
    /// Its mesh, shared by all nodes that show the same one.
    pub look: Look,
    /// Takes the mesh's coordinates to the world; invertible.
    pub world_from_node: DAffine3,
}

/// A node with a perspective camera. In its own coordinates it looks along −z, with +y up.
#[derive(Debug, Clone, PartialEq)]
pub struct GltfCamera {
    /// Name of the node, and of the camera if that has another; either finds it.
    pub names: Vec<Arc<str>>,
    /// Vertical field of view in radians.
    pub yfov: f64,
    /// Width by height, if the file says it.
    pub aspect_ratio: Option<f64>,
    /// Takes the camera's coordinates to the world.
    pub world_from_node: DAffine3,
    /// `extras` of the camera as JSON text; empty if there are none.
    pub extras: String,
}

/// A node with a light. In its own coordinates it shines along −z.
#[derive(Debug, Clone, PartialEq)]
pub struct GltfLight {
    /// What kind it is.
    pub kind: GltfLightKind,
    /// Linear colour times intensity: candela, or lux for a directional light.
    pub intensity: Vec3,
    /// Metres; infinite if unlimited.
    pub range: f32,
    /// Takes the light's coordinates to the world.
    pub world_from_node: DAffine3,
}

/// Kinds of lights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GltfLightKind {
    /// Parallel light.
    Directional,
    /// Shines everywhere.
    Point,
    /// Shines in a cone.
    Spot {
        /// Radians from the axis up to which it is fully bright.
        inner: f32,
        /// Radians from the axis beyond which it is dark.
        outer: f32,
    },
}

/// Loads the default scene of a file without baking its nodes.
///
/// Model keys are `glb/<digest>/<mesh>`. Nodes whose transform flattens their mesh are left out, with a warning, and so
/// are orthographic cameras.
///
/// # Errors
/// As [`super::load_model`]; a scene without a mesh is none.
pub fn load_scene(path: &Path) -> Result<GltfScene, Error> {
    let (document, buffers) = model::open(path)?;
    super::primitive::expect_bearable(&document, 0..document.root.meshes.len())?;
    let mut warnings = Warnings::default();
    let mut meshes = Meshes::new(&document, &buffers);
    let mut materials = Materials::new(&document, &buffers);
    let digest = buffers.digest().to_hex();
    let mut looks: Vec<Option<Look>> = vec![None; document.root.meshes.len()];
    let mut scene = GltfScene { extras: scene_extras(&document.root), ..GltfScene::default() };
    for placed in hierarchy::walk(&document)? {
        let node = &document.root.nodes[placed.node];
        let place = format!("nodes[{}]", placed.node);
        let name = node.name.clone().filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| format!("node-{}", placed.node));
        let world_from_node = placed.world_from_node;
        if let Some(camera) = node.camera {
            let camera = &document.root.cameras[camera.value()];
            scene.cameras.extend(self::camera(&document, &place, camera, &name, world_from_node, &mut warnings)?);
        }
        if let Some(light) = node.extensions.as_ref().and_then(|extensions| extensions.khr_lights_punctual.as_ref()) {
            scene.lights.extend(self::light(&document, &place, light.light.value(), world_from_node)?);
        }
        let Some(mesh) = node.mesh.map(|mesh| mesh.value()) else { continue };
        if node.skin.is_some() {
            warnings.add(&place, "its skin is ignored; the mesh is shown as it is stored");
        }
        if !world_from_node.inverse().is_finite() {
            warnings.add(&place, "its transform flattens the mesh, which is not shown");
            continue;
        }
        let look = match &looks[mesh] {
            Some(look) => look.clone(),
            None => {
                let key = ModelKey::new(format!("glb/{digest}/{mesh}"));
                looks[mesh].insert(look(key, meshes.read(mesh, &mut warnings)?, &mut materials, &mut warnings)?).clone()
            }
        };
        if look.model.mesh.triangles.is_empty() {
            warnings.add(&place, "shows no triangle");
        } else {
            scene.nodes.push(MeshNode { name, look, world_from_node });
        }
    }
    scene.warnings = warnings.0;
    Ok(scene)
}

/// One mesh with its materials.
fn look(key: ModelKey, parts: &[Part], reader: &mut Materials<'_>, warnings: &mut Warnings) -> Result<Look, Error> {
    let mut flat = Flat::default();
    for (mesh, material) in parts {
        flat.add(mesh.clone(), *material);
    }
    let materials: Result<Vec<Material>, Error> =
        flat.materials.iter().map(|&material| reader.read(material, warnings)).collect();
    let bounds = flat.mesh.bounds();
    let model = Model { key, mesh: flat.mesh, slots: flat.slots, bounds, footprint: Footprint::Box, named: Vec::new() };
    Ok(Look { model: Arc::new(model), materials: materials?.into() })
}

fn camera(
    document: &Document,
    place: &str,
    json: &json::Camera,
    name: &str,
    world_from_node: DAffine3,
    warnings: &mut Warnings,
) -> Result<Option<GltfCamera>, Error> {
    if valid(json.type_) == Projection::Orthographic {
        warnings.add(place, "its orthographic camera is left out; only perspective ones are read");
        return Ok(None);
    }
    let Some(perspective) = &json.perspective else {
        return Err(document.invalid(place, "its camera is perspective and has no such property"));
    };
    let yfov = f64::from(perspective.yfov);
    let aspect_ratio = perspective.aspect_ratio.map(f64::from);
    if !(1e-4..std::f64::consts::PI - 1e-4).contains(&yfov) {
        return Err(document.invalid(place, format!("yfov {yfov} of its camera is not between 0 and π")));
    }
    if let Some(ratio) = aspect_ratio.filter(|ratio| !(1e-3..=1e3).contains(ratio)) {
        return Err(document.invalid(place, format!("aspectRatio {ratio} of its camera makes no picture")));
    }
    let names = std::iter::once(name).chain(json.name.as_deref()).map(shared).collect();
    let extras = json.extras.as_ref().map_or_else(String::new, |extras| extras.get().to_owned());
    Ok(Some(GltfCamera { names, yfov, aspect_ratio, world_from_node, extras }))
}

fn light(
    document: &Document,
    place: &str,
    index: usize,
    world_from_node: DAffine3,
) -> Result<Option<GltfLight>, Error> {
    let lights = document.root.extensions.as_ref().and_then(|extensions| extensions.khr_lights_punctual.as_ref());
    let Some(json) = lights.and_then(|lights| lights.lights.get(index)) else { return Ok(None) };
    let intensity = Vec3::from(json.color) * json.intensity;
    if !intensity.is_finite() || intensity.min_element() < 0.0 {
        return Err(document.invalid(place, format!("light {index} has the intensity {intensity}")));
    }
    let kind = match valid(json.type_) {
        LightType::Directional => GltfLightKind::Directional,
        LightType::Point => GltfLightKind::Point,
        LightType::Spot => {
            let spot = json.spot.clone().unwrap_or_default();
            let (inner, outer) = (spot.inner_cone_angle, spot.outer_cone_angle);
            if !(0.0 <= inner && inner <= outer && outer <= std::f32::consts::FRAC_PI_2 + 1e-4) {
                let message = format!("light {index} has cone angles {inner} and {outer}, not 0 ≤ inner ≤ outer ≤ π/2");
                return Err(document.invalid(place, message));
            }
            GltfLightKind::Spot { inner, outer }
        }
    };
    let range = json.range.filter(|range| *range > 0.0).unwrap_or(f32::INFINITY);
    Ok(Some(GltfLight { kind, intensity, range, world_from_node }))
}

fn scene_extras(root: &json::Root) -> String {
    let index = root.scene.map_or(0, |scene| scene.value());
    let extras = root.scenes.get(index).and_then(|scene| scene.extras.as_ref());
    extras.map_or_else(String::new, |extras| extras.get().to_owned())
}
