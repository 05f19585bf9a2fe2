//! A whole scene as one model.

use std::path::Path;
use std::sync::Arc;

use super::Warnings;
use super::accessor::Accessors;
use super::bake::bake;
use super::buffers::Buffers;
use super::container::Container;
use super::document::Document;
use super::footprint::footprint;
use super::hierarchy;
use super::material::Materials;
use super::primitive::{self, Primitives};
use super::variants;
use crate::catalog::{Error, Look, Material, Model, ModelKey};
use crate::geometry::Mesh;

/// Opens and checks a file.
pub(super) fn open(path: &Path) -> Result<(Document, Buffers), Error> {
    let container = Container::open(path)?;
    let document = Document::parse(path, &container.bytes[container.json.clone()])?;
    let buffers = Buffers::load(&document, container)?;
    Ok((document, buffers))
}

/// Loads and bakes in a variant's materials; also what is worth knowing.
pub(super) fn load(path: &Path, variant: Option<&str>) -> Result<(Look, Vec<String>), Error> {
    let (document, buffers) = open(path)?;
    let mut warnings = Warnings::default();
    let mut meshes = Meshes::new(&document, &buffers);
    meshes.variant = variant.map(|name| variants::find(&document, name)).transpose()?;
    let mut flat = Flat::default();
    let placed = hierarchy::walk(&document)?;
    let shown = placed.iter().filter_map(|placed| document.root.nodes[placed.node].mesh);
    primitive::expect_bearable(&document, shown.map(|mesh| mesh.value()))?;
    for placed in placed {
        let node = &document.root.nodes[placed.node];
        let Some(mesh) = node.mesh else { continue };
        if node.skin.is_some() {
            warnings.add(format!("nodes[{}]", placed.node), "its skin is ignored; the mesh is shown as it is stored");
        }
        for (mesh, material) in meshes.read(mesh.value(), &mut warnings)? {
            flat.add(bake(mesh, placed.world_from_node), *material);
        }
    }
    if flat.mesh.triangles.is_empty() {
        return Err(document.invalid("", "shows no triangle"));
    }

    let mut reader = Materials::new(&document, &buffers);
    let materials: Result<Vec<Material>, Error> =
        flat.materials.iter().map(|&material| reader.read(material, &mut warnings)).collect();
    let mut materials = materials?;
    if let Some(label) = label_slot(&flat, &materials) {
        materials[label].is_label = true;
    }
    let bounds = flat.mesh.bounds();
    let digest = buffers.digest().to_hex();
    // Another variant may divide the triangles into other slots.
    let key = variant.map_or_else(|| format!("glb/{digest}"), |variant| format!("glb/{digest}/variant {variant}"));
    let model = Model {
        key: ModelKey::new(key),
        footprint: footprint(&flat.mesh),
        mesh: flat.mesh,
        slots: flat.slots,
        bounds,
        named: Vec::new(),
    };
    Ok((Look { model: Arc::new(model), materials: materials.into() }, warnings.0))
}

/// The slot with the largest surface under a base colour texture.
fn label_slot(flat: &Flat, materials: &[Material]) -> Option<usize> {
    let mut areas = vec![0.0; materials.len()];
    for (triangle, &slot) in flat.slots.iter().enumerate() {
        let [a, b, c] = flat.mesh.corners(triangle);
        areas[usize::from(slot)] += (b - a).cross(c - a).length();
    }
    (0..materials.len())
        .filter(|&slot| materials[slot].textures.base_color.is_some())
        .max_by(|&a, &b| areas[a].total_cmp(&areas[b]).then(b.cmp(&a)))
}

/// The meshes of a file, each read once.
pub(super) struct Meshes<'a> {
    document: &'a Document,
    primitives: Primitives<'a>,
    read: Vec<Option<Vec<Part>>>,
    /// Number of the variant whose materials are read.
    variant: Option<u32>,
}

/// A primitive's triangles and the index of its material.
pub(super) type Part = (Mesh, Option<usize>);

impl<'a> Meshes<'a> {
    /// Nothing is read yet.
    pub(super) fn new(document: &'a Document, buffers: &'a Buffers) -> Self {
        let primitives = Primitives { accessors: Accessors { document, buffers } };
        let read = document.root.meshes.iter().map(|_| None).collect();
        Self { document, primitives, read, variant: None }
    }

    /// The primitives of a mesh that show triangles, with their materials.
    pub(super) fn read(&mut self, mesh: usize, warnings: &mut Warnings) -> Result<&[Part], Error> {
        if self.read[mesh].is_none() {
            let mut parts = Vec::new();
            for (i, primitive) in self.document.root.meshes[mesh].primitives.iter().enumerate() {
                if let Some(part) = self.primitives.read(mesh, i, warnings)? {
                    let place = format!("meshes[{mesh}].primitives[{i}]");
                    parts.push((part, variants::material(self.document, primitive, self.variant, &place)?));
                }
            }
            self.read[mesh] = Some(parts);
        }
        Ok(self.read[mesh].as_deref().unwrap_or_default())
    }
}

/// Several meshes as one, with a slot for each material.
#[derive(Default)]
pub(super) struct Flat {
    /// All triangles so far.
    pub(super) mesh: Mesh,
    /// For each triangle its slot.
    pub(super) slots: Vec<u16>,
    /// For each slot the index of its material in the document.
    pub(super) materials: Vec<Option<usize>>,
}

impl Flat {
    /// Adds the triangles of one mesh.
    pub(super) fn add(&mut self, mesh: Mesh, material: Option<usize>) {
        let slot = self.materials.iter().position(|&known| known == material).unwrap_or_else(|| {
            self.materials.push(material);
            self.materials.len() - 1
        });
        let slot = u16::try_from(slot).expect("a checked document has fewer materials");
        self.slots.extend(std::iter::repeat_n(slot, mesh.triangles.len()));
        if self.mesh.positions.is_empty() { self.mesh = mesh } else { self.mesh.append(&mesh) }
    }
}
