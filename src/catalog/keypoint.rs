use std::borrow::Cow;

use glam::DVec3;

use crate::geometry::Aabb;

/// A named place of a shape, for pose estimation.
#[derive(Debug, Clone, PartialEq)]
pub struct Keypoint {
    /// What it is: `base_front_left`, `shoulder_front`, `cap_top`, …. Left and right are those of somebody who looks at
    /// the front.
    pub name: Cow<'static, str>,
    /// Object space, metres.
    pub point: DVec3,
}

/// Names of the corners of a box, in the order of [`Aabb::corners`].
pub(super) const CORNERS: [&str; 8] = [
    "base_back_left",
    "base_back_right",
    "top_back_left",
    "top_back_right",
    "base_front_left",
    "base_front_right",
    "top_front_left",
    "top_front_right",
];

/// The keypoints of a shape that nobody named any on: the corners of its bounding box, and the middles of the box's
/// underside and top. They need not lie on the surface.
pub(super) fn of_box(bounds: Aabb) -> Vec<Keypoint> {
    if bounds.is_empty() {
        return Vec::new();
    }
    let middle = bounds.center();
    let ends = [("base_center", middle.with_y(bounds.min.y)), ("top_center", middle.with_y(bounds.max.y))];
    let named = CORNERS.into_iter().zip(bounds.corners()).chain(ends);
    named.map(|(name, point)| Keypoint { name: name.into(), point }).collect()
}
