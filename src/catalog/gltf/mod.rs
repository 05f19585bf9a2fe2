//! Reads glTF 2.0 (`.glb` and `.gltf`): models of products, and whole scenes of other people.
//!
//! A stranger's file is checked before it is used: the container, the JSON, every index, every accessor against its
//! buffer, every vertex index and every number. What is wrong ends as an [`Error`] that names the file, the place in it
//! and the value. What is merely not shown (points and lines, skins, maps without a slot) ends as a warning.
//! Pictures stay encoded until somebody needs their pixels.

mod accessor;
mod bake;
mod buffers;
mod check;
mod container;
mod document;
mod extensions;
mod factors;
mod footprint;
mod hierarchy;
mod image;
mod material;
mod mesh;
mod model;
mod primitive;
mod scene;
mod size;
mod specular_glossiness;
mod texture;
mod uri;
mod variants;

#[cfg(test)]
pub(crate) mod tests;

use std::path::Path;
use std::sync::Arc;

use glam::DVec3;

pub use scene::{GltfCamera, GltfLight, GltfLightKind, GltfScene, MeshNode, load_scene};

use super::{Error, Look};

/// Loads the default scene of a file as one model: all nodes are baked into one mesh, in metres, in the scene's own
/// coordinates, with one material slot per material that is used.
///
/// The material with the largest textured surface gets `is_label`. Warnings go to `tracing`.
///
/// # Errors
/// [`Error::Read`] if the file cannot be read, [`Error::Invalid`] if it is no valid glTF, needs an extension that is
/// not supported, lacks a buffer or an image, or shows no triangle.
pub fn load_model(path: &Path) -> Result<Look, Error> {
    load(path, None)
}

/// [`load_model`] with the materials of one of the file's variants (`KHR_materials_variants`), by its name; where the
/// variant does not mention a part, the part keeps its own material. A product of a catalogue chooses its variant with
/// the field `material_variant`.
///
/// # Errors
/// As [`load_model`], and if the file has no such variant.
pub fn load_model_variant(path: &Path, variant: &str) -> Result<Look, Error> {
    load(path, Some(variant))
}

/// Names of the variants of a file, in its order; none if it has no `KHR_materials_variants`.
///
/// # Errors
/// As [`load_model`] of a file whose JSON is broken.
pub fn material_variants(path: &Path) -> Result<Vec<String>, Error> {
    let document = document::Document::parse(path, &container::read_json(path)?)?;
    Ok(variants::names(&document).into_iter().map(str::to_owned).collect())
}

fn load(path: &Path, variant: Option<&str>) -> Result<Look, Error> {
    let (look, warnings) = model::load(path, variant)?;
    for warning in warnings {
        tracing::warn!(file = %path.display(), "{warning}");
    }
    Ok(look)
}

/// Width, height and depth in metres of what [`load_model`] gives for this file.
///
/// Reads nothing but the JSON of the file if all its nodes are axis-aligned, and then believes the bounds that the
/// accessors declare; so a folder of many models is measured quickly.
///
/// # Errors
/// As [`load_model`].
pub fn model_size(path: &Path) -> Result<DVec3, Error> {
    size::measure(path)
}

/// Notes for people about what a file holds and a picture will not show.
#[derive(Debug, Default)]
struct Warnings(Vec<String>);

impl Warnings {
    /// Notes something once.
    fn add(&mut self, place: impl std::fmt::Display, message: impl std::fmt::Display) {
        let text = format!("{place}: {message}");
        if self.0.len() < Self::MOST && !self.0.contains(&text) {
            self.0.push(text);
        }
    }

    /// A file with ten thousand odd meshes needs no ten thousand notes.
    const MOST: usize = 50;
}

/// The name as text that can be shared.
fn shared(text: &str) -> Arc<str> {
    Arc::from(text)
}
