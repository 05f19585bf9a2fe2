//! Meshes: each geometry is stored once, each combination of geometry and materials is one glTF mesh.

use std::collections::BTreeMap;
use std::sync::Arc;

use glam::{Vec3, Vec4};
use serde_json::{Map, Value, json};

use super::buffer::Buffer;
use super::material::Materials;
use crate::catalog::{Look, Material, Model, ModelKey};
use crate::geometry::Mesh;

/// All meshes so far.
#[derive(Default)]
pub(super) struct Geometries {
    stored: BTreeMap<ModelKey, Geometry>,
    meshes: Vec<Value>,
}

/// One geometry in the buffer.
struct Geometry {
    attributes: Value,
    /// For each slot with triangles the accessor of its indices.
    indices: Vec<(usize, usize)>,
    /// Meshes that show it, by their materials.
    meshes: Vec<(Arc<[Material]>, usize)>,
}

impl Geometries {
    /// The mesh of a look; `None` if it has no triangles.
    pub(super) fn mesh(&mut self, look: &Look, materials: &mut Materials, buffer: &mut Buffer) -> Option<usize> {
        if look.model.mesh.triangles.is_empty() {
            return None;
        }
        let key = &look.model.key;
        if !self.stored.contains_key(key) {
            self.stored.insert(key.clone(), Geometry::store(&look.model, buffer));
        }
        let geometry = self.stored.get_mut(key)?;
        let known =
            geometry.meshes.iter().find(|(known, _)| Arc::ptr_eq(known, &look.materials) || **known == *look.materials);
        if let Some((_, mesh)) = known {
            return Some(*mesh);
        }
        let primitives: Vec<Value> = geometry
            .indices
            .iter()
            .map(|&(slot, indices)| {
                let mut primitive = json!({ "attributes": geometry.attributes, "indices": indices });
                if let Some(material) = look.materials.get(slot) {
                    primitive["material"] = json!(materials.index(material));
                }
                primitive
            })
            .collect();
        let mesh = self.meshes.len();
        self.meshes.push(json!({ "name": key.0.as_ref(), "primitives": primitives }));
        geometry.meshes.push((look.materials.clone(), mesh));
        Some(mesh)
    }

    /// Enters the meshes into the document.
    pub(super) fn finish(self, root: &mut Map<String, Value>) {
        if !self.meshes.is_empty() {
            root.insert("meshes".into(), Value::Array(self.meshes));
        }
    }
}

impl Geometry {
    fn store(model: &Model, buffer: &mut Buffer) -> Self {
        let mesh = &model.mesh;
        let slots = model.slot_count();
        let mut corners: Vec<Vec<u32>> = vec![Vec::new(); slots];
        for (triangle, &slot) in mesh.triangles.iter().zip(&model.slots) {
            corners[usize::from(slot)].extend(triangle);
        }
        let attributes = attributes(mesh, buffer);
        let indices = corners
            .iter()
            .enumerate()
            .filter(|(_, corners)| !corners.is_empty())
            .map(|(slot, corners)| (slot, buffer.indices(corners, mesh.positions.len())))
            .collect();
        Self { attributes, indices, meshes: Vec::new() }
    }
}

fn attributes(mesh: &Mesh, buffer: &mut Buffer) -> Value {
    let unit = |normal: &Vec3| normal.try_normalize().unwrap_or(Vec3::Y).to_array();
    let mut attributes = Map::new();
    let mut add = |name: &str, accessor: usize| attributes.insert(name.to_owned(), json!(accessor));
    let positions: Vec<[f32; 3]> = mesh.positions.iter().map(Vec3::to_array).collect();
    add("POSITION", buffer.floats(&positions, true));
    if !mesh.normals.is_empty() {
        add("NORMAL", buffer.floats(&mesh.normals.iter().map(unit).collect::<Vec<_>>(), false));
    }
    for (name, uvs) in [("TEXCOORD_0", &mesh.uvs), ("TEXCOORD_1", &mesh.uvs1)] {
        if !uvs.is_empty() {
            add(name, buffer.floats(&uvs.iter().map(|uv| uv.to_array()).collect::<Vec<_>>(), false));
        }
    }
    if !mesh.tangents.is_empty() {
        let unit = |tangent: &Vec4| {
            let direction = tangent.truncate().try_normalize().unwrap_or(Vec3::X);
            direction.extend(if tangent.w < 0.0 { -1.0 } else { 1.0 }).to_array()
        };
        add("TANGENT", buffer.floats(&mesh.tangents.iter().map(unit).collect::<Vec<_>>(), false));
    }
    if !mesh.colors.is_empty() {
        // glTF wants colours within 0..1.
        let clamped = |color: &Vec4| color.clamp(Vec4::ZERO, Vec4::ONE).to_array();
        add("COLOR_0", buffer.floats(&mesh.colors.iter().map(clamped).collect::<Vec<_>>(), false));
    }
    Value::Object(attributes)
}
