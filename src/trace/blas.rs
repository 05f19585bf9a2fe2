use std::time::Duration;

use glam::Vec3;
use obvhs::bvh2::Bvh2;
use obvhs::bvh2::builder::build_bvh2;
use obvhs::{BvhBuildParams, aabb::Aabb, triangle::Triangle as BuildTriangle};

use super::{Error, MAX_STACK, Node, Reference, Triangle};
use crate::catalog::Model;
use crate::geometry::Mesh;

/// Levels that are left for the tree over the instances, its entry included.
const TLAS_LEVELS: usize = 24;

/// The tree of one geometry. Node 0 is the root.
#[derive(Debug, Clone, PartialEq)]
pub struct Blas {
    /// The nodes; references count from this array's start.
    pub nodes: Vec<Node>,
    /// The triangles in the order of the leaves.
    pub triangles: Vec<Triangle>,
    /// For each of them its number in the mesh.
    pub order: Vec<u32>,
    /// Levels of the tree.
    pub depth: usize,
}

impl Blas {
    /// Builds the tree of a model's mesh (obvhs: PLOC and reinsertion). Triangles without area are left out: no ray
    /// through their plane can tell them from their edge.
    ///
    /// # Errors
    /// When the mesh has too many triangles, or its tree becomes too deep.
    pub fn build(model: &Model) -> Result<Self, Error> {
        let name = || model.key.to_string();
        let mesh = &model.mesh;
        if mesh.triangles.len() > Reference::MAX_TRIANGLES {
            let count = mesh.triangles.len();
            return Err(Error::TooMany { name: name() + ": triangles", count, limit: Reference::MAX_TRIANGLES });
        }
        let kept: Vec<u32> = (0..mesh.triangles.len() as u32).filter(|&i| has_area(mesh, i)).collect();
        let built: Vec<BuildTriangle> = kept
            .iter()
            .map(|&i| {
                let [v0, v1, v2] = corners(mesh, i).map(Into::into);
                BuildTriangle { v0, v1, v2 }
            })
            .collect();
        if built.is_empty() {
            return Ok(Self { nodes: vec![Node::EMPTY], triangles: Vec::new(), order: Vec::new(), depth: 1 });
        }
        let params = BvhBuildParams { max_prims_per_leaf: 4, ..BvhBuildParams::medium_build() };
        let bvh = build_bvh2(&built, params, &mut Duration::default());

        // Triangles are copied in the order of the leaves, so that a leaf is a run.
        let order: Vec<u32> = bvh.primitive_indices.iter().map(|&i| kept[i as usize]).collect();
        let triangles = order
            .iter()
            .map(|&i| {
                let [a, b, c] = corners(mesh, i);
                Triangle { a, unused_0: 0, b, unused_1: 0, c, unused_2: 0 }
            })
            .collect();
        let mut nodes = Vec::new();
        let depth = convert(&bvh, &mut nodes, |first, count| Reference::Triangles { first, count });
        let limit = MAX_STACK - TLAS_LEVELS;
        if depth > limit {
            return Err(Error::TooDeep { name: name(), depth, limit });
        }
        Ok(Self { nodes, triangles, order, depth })
    }
}

/// Turns an obvhs tree into nodes that hold their children's boxes; returns the number of levels.
pub(super) fn convert(bvh: &Bvh2, nodes: &mut Vec<Node>, leaf: impl Fn(u32, u32) -> Reference) -> usize {
    nodes.push(Node::EMPTY);
    let root = bvh.nodes[0];
    if root.is_leaf() {
        set_left(&mut nodes[0], &root.aabb, leaf(root.first_index, root.prim_count));
        return 1;
    }
    let mut pending = vec![(0_usize, root.first_index, 1_usize)];
    let mut levels = 1;
    while let Some((own, first_child, level)) = pending.pop() {
        levels = levels.max(level);
        for side in 0..2 {
            let child = bvh.nodes[(first_child + side) as usize];
            let reference = if child.is_leaf() {
                leaf(child.first_index, child.prim_count)
            } else {
                let number = nodes.len();
                nodes.push(Node::EMPTY);
                pending.push((number, child.first_index, level + 1));
                Reference::Inner(number as u32)
            };
            if side == 0 {
                set_left(&mut nodes[own], &child.aabb, reference);
            } else {
                set_right(&mut nodes[own], &child.aabb, reference);
            }
        }
    }
    levels
}

fn set_left(node: &mut Node, aabb: &Aabb, reference: Reference) {
    (node.left_min, node.left_max, node.left) = (aabb.min.into(), aabb.max.into(), reference.pack());
}

fn set_right(node: &mut Node, aabb: &Aabb, reference: Reference) {
    (node.right_min, node.right_max, node.right) = (aabb.min.into(), aabb.max.into(), reference.pack());
}

fn corners(mesh: &Mesh, triangle: u32) -> [Vec3; 3] {
    mesh.triangles[triangle as usize].map(|vertex| mesh.positions[vertex as usize])
}

fn has_area(mesh: &Mesh, triangle: u32) -> bool {
    let [a, b, c] = mesh.corners(triangle as usize);
    (b - a).cross(c - a).length_squared() > 0.0
}
