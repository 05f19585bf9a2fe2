use std::collections::HashMap;
use std::sync::{Arc, Weak};

use glam::{Vec2, Vec4};
use rayon::prelude::*;

use super::gpu_data::{Corners, Node, Vertex};
use super::grow_buffer::GrowBuffer;
use super::{Context, Error};
use crate::catalog::{Model, ModelKey};
use crate::trace::{Blas, Reference, Tlas, kept};

/// Bytes of geometries that nobody else has any more, which may stay however little the others take.
const DEAD_BYTES: u64 = 16 << 20;

/// Where a geometry lies in the pool.
#[derive(Debug, Clone)]
pub(super) struct Resident {
    /// Reference of its tree's root.
    pub(super) root: u32,
    /// For each material slot the metres that one unit of texture coordinates covers, 0 if it has no texture area.
    pub(super) metres_per_uv: Vec<f32>,
    /// The model that was last seen with this key.
    model: Weak<Model>,
    /// What it takes in all buffers.
    bytes: u64,
}

/// The geometries of a renderer: each is uploaded when a scene first needs it, and stays for those to come. Shapes that
/// were made for one scene alone are never wanted again; they go with all others once they take half as much as those
/// that somebody still has.
///
/// The trees of the geometries follow the tree of the frame, which has room for `frame_nodes` nodes at the start.
#[derive(Debug)]
pub(super) struct GeometryPool {
    pub(super) nodes: GrowBuffer,
    pub(super) triangles: GrowBuffer,
    pub(super) corners: GrowBuffer,
    pub(super) vertices: GrowBuffer,
    resident: HashMap<ModelKey, Resident>,
    frame_nodes: usize,
    counts: Counts,
}

/// What the pool holds.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    nodes: u32,
    triangles: u32,
    vertices: u32,
}

impl GeometryPool {
    pub(super) fn new(context: &Context) -> Result<Self, Error> {
        let mut pool = Self {
            nodes: GrowBuffer::new(context, "nodes"),
            triangles: GrowBuffer::new(context, "triangles"),
            corners: GrowBuffer::new(context, "corners"),
            vertices: GrowBuffer::new(context, "vertices"),
            resident: HashMap::new(),
            frame_nodes: 4096,
            counts: Counts::default(),
        };
        pool.clear(context)?;
        Ok(pool)
    }

    /// Uploads what is missing of a scene's geometries. When they do not fit beside what earlier scenes left, those go.
    pub(super) fn ensure(&mut self, context: &Context, models: &[Arc<Model>], tlas: &Tlas) -> Result<(), Error> {
        if self.is_stale(models) {
            self.clear(context)?;
        }
        if tlas.nodes.len() > self.frame_nodes {
            self.frame_nodes = tlas.nodes.len().next_power_of_two();
            self.clear(context)?;
        }
        if let Err(first) = self.upload_missing(context, models) {
            if !matches!(first, Error::TooLarge { .. }) {
                return Err(first);
            }
            self.clear(context)?;
            self.upload_missing(context, models)?;
        }
        self.nodes.overwrite(context, 0, bytemuck::cast_slice(&tlas.nodes));
        Ok(())
    }

    /// Where a geometry lies.
    ///
    /// # Panics
    /// If [`GeometryPool::ensure`] was not called with it.
    pub(super) fn get(&self, key: &ModelKey) -> &Resident {
        self.resident.get(key).expect("the scene's geometries were uploaded before")
    }

    /// Whether too much of the pool belongs to models that are gone.
    fn is_stale(&mut self, models: &[Arc<Model>]) -> bool {
        for model in models {
            if let Some(resident) = self.resident.get_mut(&model.key) {
                resident.model = Arc::downgrade(model);
            }
        }
        let bytes = |is_alive: bool| -> u64 {
            let found = self.resident.values().filter(|resident| (resident.model.strong_count() > 0) == is_alive);
            found.map(|resident| resident.bytes).sum()
        };
        bytes(false) > DEAD_BYTES.max(bytes(true) / 2)
    }

    fn upload_missing(&mut self, context: &Context, models: &[Arc<Model>]) -> Result<(), Error> {
        let missing: Vec<_> = models.iter().filter(|model| !self.resident.contains_key(&model.key)).collect();
        let built: Vec<_> = missing.par_iter().map(|model| kept(model)).collect::<Result<_, _>>()?;
        for (model, blas) in missing.into_iter().zip(built) {
            self.upload(context, model, &blas)?;
        }
        Ok(())
    }

    fn upload(&mut self, context: &Context, model: &Arc<Model>, blas: &Blas) -> Result<(), Error> {
        let Counts { nodes: first_node, triangles: first_triangle, vertices: first_vertex } = self.counts;
        let total = first_triangle as usize + blas.triangles.len();
        if total > Reference::MAX_TRIANGLES {
            let adapter = context.adapter.name.clone();
            let (needed, limit) = (total as u64, Reference::MAX_TRIANGLES as u64);
            return Err(Error::TooLarge { what: "triangle numbering", needed, limit, adapter });
        }
        let moved = |bits: u32| Reference::unpack(bits).moved(first_node, first_triangle).pack();
        let nodes: Vec<Node> =
            blas.nodes.iter().map(|node| Node { left: moved(node.left), right: moved(node.right), ..*node }).collect();
        let corners: Vec<Corners> = blas
            .order
            .iter()
            .map(|&i| {
                let [a, b, c] = model.mesh.triangles[i as usize].map(|vertex| vertex + first_vertex);
                Corners { a, b, c, slot: model.slots[i as usize].into() }
            })
            .collect();
        let vertices = vertices(model);
        let parts: [&[u8]; 4] = [
            bytemuck::cast_slice(&nodes),
            bytemuck::cast_slice(&blas.triangles),
            bytemuck::cast_slice(&corners),
            bytemuck::cast_slice(&vertices),
        ];
        let buffers = [&mut self.nodes, &mut self.triangles, &mut self.corners, &mut self.vertices];
        for (buffer, part) in buffers.into_iter().zip(parts) {
            buffer.append(context, part)?;
        }
        self.counts.nodes += nodes.len() as u32;
        self.counts.triangles += corners.len() as u32;
        self.counts.vertices += vertices.len() as u32;
        let bytes = parts.iter().map(|part| part.len() as u64).sum();
        let (metres_per_uv, weak) = (metres_per_uv(model), Arc::downgrade(model));
        let resident = Resident { root: first_node, metres_per_uv, model: weak, bytes };
        self.resident.insert(model.key.clone(), resident);
        Ok(())
    }

    fn clear(&mut self, context: &Context) -> Result<(), Error> {
        self.resident.clear();
        for buffer in [&mut self.nodes, &mut self.triangles, &mut self.corners, &mut self.vertices] {
            buffer.clear();
        }
        self.counts = Counts { nodes: self.frame_nodes as u32, ..Counts::default() };
        let room = vec![Node::EMPTY; self.frame_nodes];
        self.nodes.append(context, bytemuck::cast_slice(&room)).map(|_| ())
    }
}

fn vertices(model: &Model) -> Vec<Vertex> {
    let mesh = &model.mesh;
    (0..mesh.positions.len())
        .map(|i| {
            let uv1 = mesh.uvs1.get(i).copied().unwrap_or(Vec2::ZERO);
            let uv0 = mesh.uvs.get(i).copied().unwrap_or(Vec2::ZERO);
            let color = mesh.colors.get(i).copied().unwrap_or(Vec4::ONE).clamp(Vec4::ZERO, Vec4::ONE);
            Vertex {
                normal: mesh.normals[i],
                color: u32::from_le_bytes((color * 255.0 + 0.5).to_array().map(|channel| channel as u8)),
                uv: Vec4::new(uv0.x, uv0.y, uv1.x, uv1.y),
                tangent: mesh.tangents.get(i).copied().unwrap_or(Vec4::ZERO),
            }
        })
        .collect()
}

/// Square root of surface over texture area, per slot.
fn metres_per_uv(model: &Model) -> Vec<f32> {
    let mesh = &model.mesh;
    let mut areas = vec![(0.0_f64, 0.0_f64); model.slot_count()];
    for (i, triangle) in mesh.triangles.iter().enumerate() {
        let [a, b, c] = mesh.corners(i);
        let [p, q, r] = triangle.map(|v| mesh.uvs.get(v as usize).copied().unwrap_or(Vec2::ZERO).as_dvec2());
        let area = &mut areas[usize::from(model.slots[i])];
        area.0 += (b - a).cross(c - a).length();
        area.1 += (q - p).perp_dot(r - p).abs();
    }
    areas.iter().map(|&(surface, uv)| if uv > 0.0 { (surface / uv).sqrt() as f32 } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use glam::Vec3;

    use super::*;
    use crate::catalog::Footprint;
    use crate::geometry::Mesh;
    use crate::render::AdapterChoice;

    /// One triangle, and vertices that take two megabytes.
    fn shape(name: &str) -> Arc<Model> {
        let positions: Vec<_> = (0..40_000).map(|i| Vec3::new((i / 2) as f32, (i % 2) as f32, 0.0)).collect();
        let normals = vec![Vec3::Z; positions.len()];
        let mesh = Mesh { positions, normals, triangles: vec![[0, 1, 2]], ..Mesh::default() };
        Model::single(ModelKey::new(name), mesh, Footprint::Box).into()
    }

    #[test]
    fn shapes_of_one_scene_go_and_those_that_somebody_has_come_back() {
        let context = Context::new(&AdapterChoice::Cpu).expect("a Vulkan driver");
        let mut pool = GeometryPool::new(&context).expect("room");
        let tlas = Tlas::build(&[]).expect("an empty tree");
        let lasting = shape("geometry/lasting");
        let mut most = 0;
        for scene in 0..24 {
            let models = [lasting.clone(), shape(&format!("geometry/{scene}"))];
            pool.ensure(&context, &models, &tlas).expect("room");
            assert!(models.iter().all(|model| pool.resident.contains_key(&model.key)));
            let bytes: u64 = pool.resident.values().map(|resident| resident.bytes).sum();
            most = most.max(bytes);
        }
        let one = pool.get(&lasting.key).bytes;
        assert!(one > 1 << 20, "{one} bytes are too few for this test");
        assert!(most > DEAD_BYTES && most <= DEAD_BYTES + 3 * one, "{most} bytes, {one} a shape");
    }
}
