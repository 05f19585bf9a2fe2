use glam::DVec2;

/// A height of a lofted body: how far its wall is from the axis there, and what the wall below it is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Station {
    /// Distance from the axis in millimetres.
    pub(super) r: f64,
    /// Height in millimetres.
    pub(super) y: f64,
    /// Slot of the wall between the station before and this one.
    pub(super) slot: u16,
    /// Depth of the vertical grip ribs in millimetres; 0 for a plain wall.
    pub(super) ribs: f64,
}

/// The outline of a body of revolution, from the middle of its underside by the outer wall to the middle of its top.
///
/// A corner is rounded by its fillet radius, which shrinks where its neighbours are too near.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    corners: Vec<(DVec2, f64, u16, f64)>,
    slot: u16,
    ribs: f64,
}

impl Profile {
    /// Starts at a distance from the axis and a height; the wall that follows has material `slot`.
    pub(super) fn new(slot: u16, r: f64, y: f64) -> Self {
        Self { corners: vec![(DVec2::new(r, y), 0.0, slot, 0.0)], slot, ribs: 0.0 }
    }

    /// Material of the wall from here on.
    pub(super) fn slot(mut self, slot: u16) -> Self {
        self.slot = slot;
        self
    }

    /// Depth of grip ribs at the corners from here on.
    pub(super) fn ribs(mut self, depth: f64) -> Self {
        self.ribs = depth;
        self
    }

    /// A straight wall to a corner with this fillet radius.
    pub(super) fn to(mut self, r: f64, y: f64, fillet: f64) -> Self {
        self.corners.push((DVec2::new(r, y), fillet, self.slot, self.ribs));
        self
    }

    /// A cubic Bézier curve by two control points to an end, in `steps` straight pieces.
    pub(super) fn curve(mut self, controls: [(f64, f64); 2], end: (f64, f64), steps: usize) -> Self {
        let start = self.corners[self.corners.len() - 1].0;
        let [c0, c1] = controls.map(|(r, y)| DVec2::new(r, y));
        let end = DVec2::new(end.0, end.1);
        for i in 1..=steps {
            let t = i as f64 / steps as f64;
            let s = 1.0 - t;
            let point = start * (s * s * s) + c0 * (3.0 * s * s * t) + c1 * (3.0 * s * t * t) + end * (t * t * t);
            self.corners.push((point, 0.0, self.slot, self.ribs));
        }
        self
    }

    /// The corners with their fillets as stations.
    pub(super) fn stations(&self) -> Vec<Station> {
        let mut stations = Vec::new();
        for (i, &(corner, fillet, slot, ribs)) in self.corners.iter().enumerate() {
            let points = match (i.checked_sub(1).map(|j| self.corners[j].0), self.corners.get(i + 1)) {
                (Some(before), Some(&(after, ..))) if fillet > 0.0 => round_corner(before, corner, after, fillet),
                _ => vec![corner],
            };
            stations.extend(points.into_iter().map(|p| Station { r: p.x.max(0.0), y: p.y, slot, ribs }));
        }
        stations.dedup_by(|b, a| (b.r - a.r).abs() + (b.y - a.y).abs() < 1e-6);
        stations
    }
}

/// Points of the arc that rounds the corner between two neighbours; the corner itself where it is nearly straight.
pub(super) fn round_corner(before: DVec2, corner: DVec2, after: DVec2, radius: f64) -> Vec<DVec2> {
    let (back, forth) = (before - corner, after - corner);
    let (a, b) = (back.normalize_or_zero(), forth.normalize_or_zero());
    let turn = std::f64::consts::PI - libm::acos(a.dot(b).clamp(-1.0, 1.0));
    if !(0.02..3.1).contains(&turn) {
        return vec![corner];
    }
    let tangent = libm::tan(0.5 * turn);
    let reach = (radius * tangent).min(0.48 * back.length()).min(0.48 * forth.length());
    let radius = reach / tangent;
    let center = corner + (a + b).normalize_or_zero() * (radius / libm::cos(0.5 * turn));
    let (start, end) = (corner + a * reach, corner + b * reach);
    let steps = arc_steps(turn, radius);
    let side = (start - center).perp_dot(end - center).signum();
    (0..=steps)
        .map(|i| center + DVec2::from_angle(side * turn * i as f64 / steps as f64).rotate(start - center))
        .collect()
}

/// Pieces of an arc: as many as keep it within a chord error that nobody sees, two where the bend is sharp.
fn arc_steps(turn: f64, radius: f64) -> usize {
    const CHORD_ERROR_MM: f64 = 0.1;
    const FINEST_STEP: f64 = 0.42;
    let step = 2.0 * libm::acos((1.0 - CHORD_ERROR_MM / radius.max(CHORD_ERROR_MM)).clamp(-1.0, 1.0));
    let least = if turn > 1.1 { 2.0 } else { 1.0 };
    libm::ceil(turn / step.max(FINEST_STEP)).max(least) as usize
}

/// A closed outline with each corner rounded by its own radius.
pub(super) fn round_outline(corners: &[(f64, f64, f64)]) -> Vec<DVec2> {
    let n = corners.len();
    let at = |i: usize| DVec2::new(corners[i % n].0, corners[i % n].1);
    (0..n).flat_map(|i| round_corner(at(i + n - 1), at(i), at(i + 1), corners[i].2)).collect()
}
