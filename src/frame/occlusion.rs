use serde::{Deserialize, Serialize};

/// An edge of the occlusion graph: one body in front of one unit.
///
/// Written as `[front, behind, px]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "[u32; 3]", into = "[u32; 3]")]
pub struct Occlusion {
    /// Number of the unit that is hidden.
    pub behind: u32,
    /// Number of the unit in front, or 0 for everything that is no unit.
    pub front: u32,
    /// Pixels of the picture where both lie on the ray, and the first surface of `front` before the first of `behind`.
    pub px: u32,
}

impl From<[u32; 3]> for Occlusion {
    fn from([front, behind, px]: [u32; 3]) -> Self {
        Self { behind, front, px }
    }
}

impl From<Occlusion> for [u32; 3] {
    fn from(edge: Occlusion) -> Self {
        [edge.front, edge.behind, edge.px]
    }
}
