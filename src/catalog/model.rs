use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::{Keypoint, Material, keypoint};
use crate::geometry::{Aabb, Mesh};

/// Names a geometry for good: equal keys mean equal meshes, so that a renderer uploads each of them once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelKey(pub Arc<str>);

impl ModelKey {
    /// Key from a path-like text such as `"package/can/66x122x66"`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }
}

impl fmt::Display for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The geometry of one shape, shared by all products that come in it.
///
/// Object space: metres, y up, front towards +z, standing on its lowest point. Packages made by this crate have their
/// origin in the middle of their base; models of others keep the coordinates of their file.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Identity of the geometry.
    pub key: ModelKey,
    /// All triangles.
    pub mesh: Mesh,
    /// For each triangle the material slot it belongs to.
    pub slots: Vec<u16>,
    /// Bounding box of the mesh.
    pub bounds: Aabb,
    /// What the shape needs of the shelf.
    pub footprint: Footprint,
    /// Named places, for pose estimation; see [`Model::keypoints`].
    pub named: Vec<Keypoint>,
}

impl Model {
    /// A model whose triangles all use slot 0.
    #[must_use]
    pub fn single(key: ModelKey, mesh: Mesh, footprint: Footprint) -> Self {
        let (slots, bounds) = (vec![0; mesh.triangles.len()], mesh.bounds());
        Self { key, mesh, slots, bounds, footprint, named: Vec::new() }
    }

    /// Its keypoints: those that its package names, or else the corners of its box and the middles of the box's underside
    /// and top.
    #[must_use]
    pub fn keypoints(&self) -> Cow<'_, [Keypoint]> {
        if self.named.is_empty() { keypoint::of_box(self.bounds).into() } else { (&self.named[..]).into() }
    }

    /// Number of material slots that the triangles name.
    #[must_use]
    pub fn slot_count(&self) -> usize {
        self.slots.iter().max().map_or(0, |&slot| usize::from(slot) + 1)
    }
}

/// Shape of a unit seen from above, for placing units without overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footprint {
    /// Fills its box.
    Box,
    /// A body of revolution about the middle of its box: turning it does not widen it.
    Round,
}

/// A geometry together with the materials of its slots: how one product looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The geometry.
    pub model: Arc<Model>,
    /// One material per slot of the model.
    pub materials: Arc<[Material]>,
}
