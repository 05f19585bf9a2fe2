//! The nodes of the default scene with their places in the world.

use glam::DAffine3;

use super::check;
use super::document::Document;
use crate::catalog::Error;

/// A node and its pose.
pub(super) struct Placed {
    /// Its index in the document.
    pub(super) node: usize,
    /// Takes its coordinates to the world.
    pub(super) world_from_node: DAffine3,
}

/// All nodes of the default scene, depth first, in the order of the document. A document without scenes shows every
/// node that has no parent.
pub(super) fn walk(document: &Document) -> Result<Vec<Placed>, Error> {
    let nodes = &document.root.nodes;
    let children = |node: usize| nodes[node].children.iter().flatten().map(|child| child.value());
    let scene = document.root.scene.map_or(0, |scene| scene.value());
    let roots: Vec<usize> = match document.root.scenes.get(scene) {
        Some(scene) => scene.nodes.iter().map(|node| node.value()).collect(),
        None => {
            let mut has_parent = vec![false; nodes.len()];
            (0..nodes.len()).flat_map(children).for_each(|child| has_parent[child] = true);
            (0..nodes.len()).filter(|&node| !has_parent[node]).collect()
        }
    };

    let mut placed = Vec::new();
    let mut seen = vec![false; nodes.len()];
    let mut waiting: Vec<(usize, DAffine3)> = roots.into_iter().rev().map(|root| (root, DAffine3::IDENTITY)).collect();
    while let Some((node, world_from_parent)) = waiting.pop() {
        if std::mem::replace(&mut seen[node], true) {
            let message = "is reached twice; nodes must form trees, without cycles and shared branches";
            return Err(document.invalid(format!("nodes[{node}]"), message));
        }
        let world_from_node = world_from_parent * document.parent_from_node[node];
        if !world_from_node.to_cols_array().iter().all(|value| value.abs() <= check::FARTHEST) {
            let message = format!("its place in the world is not within ±{:e}", check::FARTHEST);
            return Err(document.invalid(format!("nodes[{node}]"), message));
        }
        placed.push(Placed { node, world_from_node });
        let below: Vec<usize> = children(node).collect();
        waiting.extend(below.into_iter().rev().map(|child| (child, world_from_node)));
    }
    Ok(placed)
}
