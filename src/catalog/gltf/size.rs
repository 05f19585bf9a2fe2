//! The size of a model, from the bounds that its file declares.

use std::path::Path;

use glam::{DAffine3, DMat3, DVec3};
use gltf::json::mesh::Semantic;
use gltf::json::validation::Checked;

use super::check::{self, valid};
use super::document::Document;
use super::{accessor, container, hierarchy, model, primitive};
use crate::catalog::Error;
use crate::geometry::Aabb;

/// Width, height and depth of the default scene.
pub(super) fn measure(path: &Path) -> Result<DVec3, Error> {
    let document = Document::parse(path, &container::read_json(path)?)?;
    let bounds = match declared(&document)? {
        Some(bounds) => bounds,
        None => model::load(path, None)?.0.model.bounds,
    };
    if bounds.is_empty() { Err(document.invalid("", "shows no triangle")) } else { Ok(bounds.size()) }
}

/// Bounds of the scene as far as its JSON tells; `None` if the vertices must be asked.
fn declared(document: &Document) -> Result<Option<Aabb>, Error> {
    let mut bounds = Aabb::EMPTY;
    for placed in hierarchy::walk(document)? {
        let Some(mesh) = document.root.nodes[placed.node].mesh else { continue };
        for primitive in &document.root.meshes[mesh.value()].primitives {
            if !primitive::shows_triangles(valid(primitive.mode)) {
                continue;
            }
            let position = primitive.attributes.get(&Checked::Valid(Semantic::Positions));
            let of_mesh = position.and_then(|index| accessor_bounds(document, index.value()));
            match of_mesh {
                Some(of_mesh) if is_axis_aligned(placed.world_from_node) => {
                    bounds = bounds.union(of_mesh.transformed(placed.world_from_node));
                }
                _ => return Ok(None),
            }
        }
    }
    Ok(Some(bounds))
}

/// `min` and `max` of an accessor, if they make sense.
pub(super) fn accessor_bounds(document: &Document, index: usize) -> Option<Aabb> {
    let json = &document.root.accessors[index];
    let corner = |value: &Option<serde_json::Value>| {
        let raw: [f32; 3] = serde_json::from_value(value.clone()?).ok()?;
        let component = accessor::component(json);
        let corner = raw.map(|part| if json.normalized { accessor::normalize(component, part) } else { part });
        let corner = DVec3::from_array(corner.map(f64::from));
        (corner.abs().max_element() <= check::FARTHEST).then_some(corner)
    };
    let bounds = Aabb { min: corner(&json.min)?, max: corner(&json.max)? };
    (!bounds.is_empty()).then_some(bounds)
}

/// True if a box stays a box. Quarter turns written as quaternions miss the axes by some 1e-8.
fn is_axis_aligned(transform: DAffine3) -> bool {
    let DMat3 { x_axis, y_axis, z_axis } = transform.matrix3;
    [x_axis, y_axis, z_axis].iter().all(|axis| {
        let axis = axis.abs();
        axis.element_sum() - axis.max_element() <= 1e-6 * axis.max_element()
    })
}
