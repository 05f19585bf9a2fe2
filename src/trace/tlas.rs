use std::time::Duration;

use glam::Vec3;
use obvhs::BvhBuildParams;
use obvhs::aabb::Aabb as BuildBox;
use obvhs::bvh2::builder::build_bvh2;

use super::blas::convert;
use super::{Error, Node, Reference};
use crate::geometry::Aabb;

/// The tree over the instances of one scene. Node 0 is the root.
#[derive(Debug, Clone, PartialEq)]
pub struct Tlas {
    /// The nodes; leaves name instances.
    pub nodes: Vec<Node>,
    /// Levels of the tree.
    pub depth: usize,
}

impl Tlas {
    /// Builds the tree over the boxes of the instances, given relative to the camera. Empty boxes are left out.
    ///
    /// # Errors
    /// When there are too many instances, or the tree becomes too deep.
    pub fn build(boxes: &[Aabb]) -> Result<Self, Error> {
        if boxes.len() >= Reference::MAX_NODES {
            let (count, limit) = (boxes.len(), Reference::MAX_NODES - 1);
            return Err(Error::TooMany { name: "instances".into(), count, limit });
        }
        let kept: Vec<u32> = (0..boxes.len() as u32).filter(|&i| !boxes[i as usize].is_empty()).collect();
        if kept.is_empty() {
            return Ok(Self { nodes: vec![Node::EMPTY], depth: 1 });
        }
        let built: Vec<BuildBox> = kept.iter().map(|&i| padded(boxes[i as usize])).collect();
        let params = BvhBuildParams { max_prims_per_leaf: 1, ..BvhBuildParams::medium_build() };
        let bvh = build_bvh2(&built, params, &mut Duration::default());
        let mut nodes = Vec::new();
        let depth = convert(&bvh, &mut nodes, |first, _| {
            Reference::Instance(kept[bvh.primitive_indices[first as usize] as usize])
        });
        Ok(Self { nodes, depth })
    }
}

/// Widens a box by the rounding errors of a ray's way into object space, so that no hit inside of it is missed.
fn padded(aabb: Aabb) -> BuildBox {
    let reach = aabb.min.abs().max(aabb.max.abs()).max_element();
    let margin = (reach * 1e-6) as f32;
    BuildBox::new((aabb.min.as_vec3() - Vec3::splat(margin)).into(), (aabb.max.as_vec3() + Vec3::splat(margin)).into())
}
