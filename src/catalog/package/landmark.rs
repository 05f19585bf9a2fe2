//! Keypoints of packages, found on the finished mesh: what a shape's file says is where to look, so that each of them
//! lies exactly on the surface.

use glam::DVec3;

use crate::catalog::Keypoint;
use crate::catalog::keypoint::CORNERS;
use crate::geometry::Mesh;

/// A named place, and where to look for it. Heights in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Landmark {
    name: &'static str,
    look: Look,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Look {
    /// From afar along a direction that leads to the axis, at a height.
    Along { from: DVec3, y: f64 },
    /// For the corner of the mesh that lies farthest along a direction, between two heights. The direction is in shares of
    /// the size.
    Farthest { towards: DVec3, y: [f64; 2] },
}

impl Landmark {
    /// What somebody sees first who looks down on the middle.
    pub(super) const fn top(name: &'static str) -> Self {
        Self { name, look: Look::Along { from: DVec3::Y, y: 0.0 } }
    }

    /// What somebody sees first who looks up at the middle.
    pub(super) const fn bottom(name: &'static str) -> Self {
        Self { name, look: Look::Along { from: DVec3::NEG_Y, y: 0.0 } }
    }

    /// The surface in the middle of the front, at a height.
    pub(super) const fn front(name: &'static str, y: f64) -> Self {
        Self { name, look: Look::Along { from: DVec3::Z, y } }
    }

    /// The surface in the middle of each side, at a height; `names` for front, right, back and left.
    pub(super) fn around(names: [&'static str; 4], y: f64) -> [Self; 4] {
        let ways = [DVec3::Z, DVec3::X, DVec3::NEG_Z, DVec3::NEG_X];
        std::array::from_fn(|i| Self { name: names[i], look: Look::Along { from: ways[i], y } })
    }

    /// The point that lies farthest along a direction, in shares of the size, between two heights.
    pub(super) const fn farthest(name: &'static str, towards: [f64; 3], y: [f64; 2]) -> Self {
        Self { name, look: Look::Farthest { towards: DVec3::from_array(towards), y } }
    }

    /// The eight corners of what fills a box of this height.
    pub(super) fn corners(height: f64) -> [Self; 8] {
        std::array::from_fn(|i| {
            let sign = |bit: usize| if i & bit == 0 { -1.0 } else { 1.0 };
            let half = if i & 2 == 0 { [0.0, 0.5 * height] } else { [0.5 * height, height] };
            Self::farthest(CORNERS[i], [sign(1), sign(2), sign(4)], half)
        })
    }

    /// The four corners of what is flat from front to back, of this height.
    pub(super) fn flat_corners(height: f64) -> [Self; 4] {
        let (low, high) = ([0.0, 0.5 * height], [0.5 * height, height]);
        [
            Self::farthest("base_left", [-1.0, -1.0, 0.0], low),
            Self::farthest("base_right", [1.0, -1.0, 0.0], low),
            Self::farthest("top_left", [-1.0, 1.0, 0.0], high),
            Self::farthest("top_right", [1.0, 1.0, 0.0], high),
        ]
    }

    /// Whether it is looked for low on the shape.
    pub(super) fn is_low(&self) -> bool {
        self.name.starts_with("base")
    }

    /// The place on a mesh of this size (millimetres); none where there is no surface.
    pub(super) fn find(self, mesh: &Mesh, size: DVec3) -> Option<Keypoint> {
        let point = match self.look {
            Look::Along { from, y } => first_along(mesh, DVec3::Y * y * 1e-3, from, size),
            Look::Farthest { towards, y } => {
                // A hair of room for the rounding of the mesh.
                let within = |p: &DVec3| p.y * 1e3 >= y[0] - 1e-3 && p.y * 1e3 <= y[1] + 1e-3;
                let reach = |p: DVec3| (p * 1e3 / size).dot(towards);
                let points = mesh.positions.iter().map(|p| p.as_dvec3()).filter(within);
                points.reduce(|best, other| if reach(other) > reach(best) + 1e-9 { other } else { best })
            }
        }?;
        Some(Keypoint { name: self.name.into(), point })
    }
}

/// Names for [`Landmark::around`].
pub(super) const BASE: [&str; 4] = ["base_front", "base_right", "base_back", "base_left"];
pub(super) const LABEL_TOP: [&str; 4] = ["label_top_front", "label_top_right", "label_top_back", "label_top_left"];
pub(super) const SHOULDER: [&str; 4] = ["shoulder_front", "shoulder_right", "shoulder_back", "shoulder_left"];
pub(super) const CAP: [&str; 4] = ["cap_front", "cap_right", "cap_back", "cap_left"];
pub(super) const RIM: [&str; 4] = ["rim_front", "rim_right", "rim_back", "rim_left"];

/// The first point of the surface for somebody who looks along `-from` at `aim`, in metres.
fn first_along(mesh: &Mesh, aim: DVec3, from: DVec3, size: DVec3) -> Option<DVec3> {
    let origin = aim + from * size.max_element() * 2e-3;
    let hits = (0..mesh.triangles.len()).filter_map(|i| {
        let [a, b, c] = mesh.corners(i);
        // Möller and Trumbore 1997, with a hair of room at the edges.
        let (ab, ac) = (b - a, c - a);
        let p = (-from).cross(ac);
        let determinant = ab.dot(p);
        if determinant.abs() < 1e-18 {
            return None;
        }
        let to = origin - a;
        let u = to.dot(p) / determinant;
        let q = to.cross(ab);
        let v = (-from).dot(q) / determinant;
        let t = ac.dot(q) / determinant;
        (u >= -1e-9 && v >= -1e-9 && u + v <= 1.0 + 1e-9 && t > 0.0).then_some(t)
    });
    hits.reduce(f64::min).map(|t| origin - from * t)
}
