//! Writes a [`Scene`] as one GLB, for Blender, Mitsuba, trimesh and for [`Scene::from_gltf`].
//!
//! The scene's nodes, in this order: `instance-<id>` per unit, with `{gtin, sku, name}` in its extras, `prop-<n>` per
//! prop (n counts from 0), `light-<n>` per point and sun light, and `camera`. Meshes are shared by units that look the
//! same; pictures are embedded, PNG and JPEG as they are, everything else as PNG. glTF knows neither a principal point
//! nor lens distortion nor lamps with an area nor an exposure: those are in the extras of camera and scene, and an
//! environment picture is replaced by its mean. Equal scenes give equal bytes.

mod buffer;
mod extensions;
pub(super) mod extras;
mod geometry;
mod lights;
mod material;
mod picture;

#[cfg(test)]
mod tests;

use std::io::Write;

use glam::{DAffine3, DMat4, DVec4, Vec3};
use serde_json::{Map, Value, json};

use self::buffer::Buffer;
use self::extras::{CameraExtras, Lighting, RectLight, SceneExtras};
use self::geometry::Geometries;
use self::material::Materials;
use super::{Scene, interior, shot};
use crate::catalog;
use crate::geometry::{Camera, CameraRecord};

/// Why a scene could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A picture could not be read.
    #[error(transparent)]
    Artwork(#[from] catalog::Error),
    /// A picture could not be encoded.
    #[error("cannot encode {origin} as PNG")]
    Encode {
        /// The picture.
        origin: String,
        /// What the encoder says.
        source: image::ImageError,
    },
    /// GLB counts bytes in 32 bits.
    #[error("the scene has {0} bytes of geometry and pictures, more than a GLB can hold")]
    TooLarge(u64),
    /// The bytes could not be written.
    #[error("cannot write the GLB")]
    Write(#[from] std::io::Error),
}

/// Writes the scene.
///
/// # Errors
/// If a picture cannot be read, the scene is larger than 4 GiB or writing fails.
pub fn write(scene: &Scene, mut out: impl Write) -> Result<(), Error> {
    let mut document = Document::default();
    document.add_units(scene);
    document.add_props(scene);
    document.add_lights(scene);
    document.add_camera(&scene.camera);
    let Document { nodes, geometries, materials, lights, camera, mut buffer } = document;

    let mut used = materials.used_extensions();
    let mut root = Map::new();
    root.insert(
        "asset".into(),
        json!({ "version": "2.0", "generator": concat!("endcap ", env!("CARGO_PKG_VERSION")) }),
    );
    root.insert("scene".into(), json!(0));
    let all: Vec<usize> = (0..nodes.len()).collect();
    root.insert("scenes".into(), json!([{ "nodes": all, "extras": scene_extras(scene)? }]));
    root.insert("nodes".into(), Value::Array(nodes));
    root.insert("cameras".into(), json!([camera]));
    geometries.finish(&mut root);
    materials.finish(&mut root, &mut buffer)?;
    if !lights.is_empty() {
        used.push("KHR_lights_punctual");
        root.insert("extensions".into(), json!({ "KHR_lights_punctual": { "lights": lights } }));
    }
    if !used.is_empty() {
        used.sort_unstable();
        root.insert("extensionsUsed".into(), json!(used));
    }
    let bytes = buffer.finish(&mut root);
    container(&Value::Object(root), &bytes, &mut out)
}

/// The parts of the file as they come together.
#[derive(Default)]
struct Document {
    nodes: Vec<Value>,
    geometries: Geometries,
    materials: Materials,
    lights: Vec<Value>,
    camera: Value,
    buffer: Buffer,
}

impl Document {
    fn add_units(&mut self, scene: &Scene) {
        for (unit, id) in scene.units.iter().zip(1_u32..) {
            let mut extras = json!({ "name": unit.name });
            if let Some(product) = &unit.product {
                extras["sku"] = json!(product.sku);
                extras["gtin"] = json!(product.gtin.map(|gtin| gtin.to_string()));
            }
            let mut node = self.mesh_node(&unit.look, unit.world_from_object);
            node.insert("name".into(), json!(format!("instance-{id}")));
            node.insert("extras".into(), extras);
            self.nodes.push(Value::Object(node));
        }
    }

    fn add_props(&mut self, scene: &Scene) {
        for (prop, number) in scene.props.iter().zip(0_u32..) {
            let mut node = self.mesh_node(&prop.look, prop.world_from_object);
            node.insert("name".into(), json!(format!("prop-{number}")));
            node.insert("extras".into(), json!({ "name": prop.name }));
            self.nodes.push(Value::Object(node));
        }
    }

    fn mesh_node(&mut self, look: &catalog::Look, pose: DAffine3) -> Map<String, Value> {
        let mut node = Map::new();
        if let Some(mesh) = self.geometries.mesh(look, &mut self.materials, &mut self.buffer) {
            node.insert("mesh".into(), json!(mesh));
        }
        place(&mut node, DMat4::from(pose));
        node
    }

    fn add_lights(&mut self, scene: &Scene) {
        for (light, pose) in scene.lights.iter().filter_map(lights::punctual) {
            let number = self.lights.len();
            let mut node = Map::new();
            node.insert("name".into(), json!(format!("light-{number}")));
            node.insert("extensions".into(), json!({ "KHR_lights_punctual": { "light": number } }));
            place(&mut node, pose);
            self.nodes.push(Value::Object(node));
            self.lights.push(light);
        }
    }

    fn add_camera(&mut self, camera: &Camera) {
        // Nothing is clipped here, but readers want a near plane.
        let perspective = json!({
            "yfov": shot::yfov(camera),
            "aspectRatio": f64::from(camera.width) * camera.fy / (f64::from(camera.height) * camera.fx),
            "znear": 0.01,
        });
        let extras = CameraExtras { endcap: CameraRecord::from(camera) };
        self.camera = json!({ "type": "perspective", "perspective": perspective, "extras": extras });
        let mut node = Map::new();
        node.insert("name".into(), json!("camera"));
        node.insert("camera".into(), json!(0));
        // glTF cameras look along −z and have +y up; ours look along +z and have +y down.
        place(&mut node, camera.world_from_camera * DMat4::from_diagonal(DVec4::new(1.0, -1.0, -1.0, 1.0)));
        self.nodes.push(Value::Object(node));
    }
}

/// Gives a node its pose, in 64 bits.
fn place(node: &mut Map<String, Value>, world_from_node: DMat4) {
    if world_from_node != DMat4::IDENTITY {
        node.insert("matrix".into(), json!(world_from_node.to_cols_array()));
    }
}

/// Mean radiance that arrives from all around.
fn environment_radiance(scene: &Scene) -> Result<Vec3, Error> {
    let Some(picture) = &scene.environment.picture else { return Ok(scene.environment.radiance) };
    Ok(scene.environment.radiance * interior::mean_of(&picture.load_hdr()?))
}

fn scene_extras(scene: &Scene) -> Result<SceneExtras, Error> {
    let endcap = Lighting {
        exposure: scene.exposure,
        environment_radiance: environment_radiance(scene)?,
        rect_lights: scene.lights.iter().filter_map(RectLight::of).collect(),
    };
    Ok(SceneExtras { seed: scene.seed.dataset, index: scene.seed.index, endcap })
}

/// Header, JSON chunk and binary chunk.
fn container(json: &Value, bytes: &[u8], out: &mut impl Write) -> Result<(), Error> {
    let mut text = json.to_string().into_bytes();
    text.resize(text.len().next_multiple_of(4), b' ');
    let binary = if bytes.is_empty() { 0 } else { 8 + bytes.len() as u64 };
    let total = 20 + text.len() as u64 + binary;
    let word = |value: u64| u32::try_from(value).map(u32::to_le_bytes).map_err(|_| Error::TooLarge(total));
    let length = word(total)?;
    out.write_all(b"glTF\x02\0\0\0")?;
    out.write_all(&length)?;
    out.write_all(&word(text.len() as u64)?)?;
    out.write_all(b"JSON")?;
    out.write_all(&text)?;
    if !bytes.is_empty() {
        out.write_all(&word(bytes.len() as u64)?)?;
        out.write_all(b"BIN\0")?;
        out.write_all(bytes)?;
    }
    out.flush()?;
    Ok(())
}
