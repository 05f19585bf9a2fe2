//! Proof that solids do not meet: a plane between them, looked for by the physics engine in f32 and tested in f64.

use glam::{DAffine3, DVec3};
use rapier3d::parry::query;

use super::Hull;
use super::pour::{pose_of, shape_of};

/// Pairs whose boxes keep this distance are not looked at, metres.
const NEAR: f64 = 0.002;
/// Surfaces this close to each other touch, metres: skins keep them a little apart.
const TOUCH: f64 = 0.0015;
/// A neighbour carries if it pushes up by at least this share, metres a metre.
const CARRIES: f64 = 0.05;
/// Rounds of pushing pairs apart.
const ROUNDS: usize = 24;
/// Distance beyond touching that a pair is pushed to, metres.
const AIR: f64 = 0.00002;

/// A hull in its place.
pub(super) struct Placed<'a> {
    pub(super) hull: &'a Hull,
    /// Takes the hull's coordinates (about its middle) to those of the container.
    pub(super) pose: DAffine3,
    shape: rapier3d::geometry::SharedShape,
}

impl<'a> Placed<'a> {
    pub(super) fn new(hull: &'a Hull, pose: DAffine3) -> Self {
        Self { hull, pose, shape: shape_of(hull) }
    }

    /// Largest coordinate along a unit direction that a vertex of the mesh can have.
    fn reach(&self, direction: DVec3) -> f64 {
        let local = self.pose.matrix3.transpose() * direction;
        let farthest = self.hull.points.iter().map(|point| local.dot(*point)).fold(f64::NEG_INFINITY, f64::max);
        farthest + self.hull.slack + direction.dot(self.pose.translation)
    }

    /// Extent of the mesh along the axes of the container.
    fn extent(&self) -> (DVec3, DVec3) {
        let ends =
            |sign: f64| DVec3::from_array([DVec3::X, DVec3::Y, DVec3::Z].map(|axis| sign * self.reach(axis * sign)));
        (ends(-1.0), ends(1.0))
    }
}

/// Depth by which two solids may overlap at most, and the unit direction from the first to the second along which that
/// was measured. Negative: the width of the free slab between them. `None`: farther apart than [`NEAR`].
///
/// Any direction gives a true bound, so the direction may come from f32; the bound itself is f64.
pub(super) fn overlap(a: &Placed<'_>, b: &Placed<'_>) -> Option<(f64, DVec3)> {
    let ((low_a, high_a), (low_b, high_b)) = (a.extent(), b.extent());
    if (low_a - high_b).max(low_b - high_a).max_element() > NEAR {
        return None;
    }
    let prediction = (NEAR + 2.0 * (a.hull.slack + b.hull.slack)) as f32;
    let contact = query::contact(&pose_of(a.pose), &*a.shape, &pose_of(b.pose), &*b.shape, prediction).ok()??;
    let normal = DVec3::from_array(contact.normal1.to_array().map(f64::from)).try_normalize()?;
    let depth = a.reach(normal) + b.reach(-normal);
    (depth > -NEAR).then_some((depth, normal))
}

/// Pushes bodies that meet others or the walls apart, the upper one of a pair, by no more than they overlap. Returns for
/// each body whether it may stay: it is proven to meet nothing that stays, and a chain of touching bodies carries it.
pub(super) fn push_apart(bodies: &mut [Placed<'_>], walls: &[Placed<'_>]) -> Vec<bool> {
    for _ in 0..ROUNDS {
        let mut moved = false;
        for i in 0..bodies.len() {
            for wall in walls {
                if let Some((depth, normal)) = overlap(wall, &bodies[i]).filter(|(depth, _)| *depth > 0.0) {
                    bodies[i].pose.translation += normal * (depth + AIR);
                    moved = true;
                }
            }
            for j in 0..i {
                if let Some((depth, normal)) = overlap(&bodies[j], &bodies[i]).filter(|(depth, _)| *depth > 0.0) {
                    // The lower one rests on something already.
                    let (upper, direction) = if normal.y >= 0.0 { (i, normal) } else { (j, -normal) };
                    bodies[upper].pose.translation += direction * (depth + AIR);
                    moved = true;
                }
            }
        }
        if !moved {
            break;
        }
    }
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by(|&a, &b| bodies[a].pose.translation.y.total_cmp(&bodies[b].pose.translation.y));
    let mut free: Vec<bool> = vec![false; bodies.len()];
    for &i in &order {
        let meets = |other: &Placed<'_>| overlap(other, &bodies[i]).is_some_and(|(depth, _)| depth > 0.0);
        let mut below = order.iter().filter(|&&j| free[j]).map(|&j| &bodies[j]);
        free[i] = !walls.iter().any(meets) && !below.any(meets);
    }
    carried(bodies, walls, &free)
}

/// Of the bodies that are free, those that a chain of touching bodies connects with the walls from below.
fn carried(bodies: &[Placed<'_>], walls: &[Placed<'_>], free: &[bool]) -> Vec<bool> {
    let touches = |carrier: &Placed<'_>, body: &Placed<'_>| {
        overlap(carrier, body).is_some_and(|(depth, normal)| depth > -TOUCH && normal.y > CARRIES)
    };
    let mut carried: Vec<bool> =
        (0..bodies.len()).map(|i| free[i] && walls.iter().any(|wall| touches(wall, &bodies[i]))).collect();
    let mut fresh: Vec<usize> = (0..bodies.len()).filter(|&i| carried[i]).collect();
    while let Some(carrier) = fresh.pop() {
        for i in 0..bodies.len() {
            if free[i] && !carried[i] && touches(&bodies[carrier], &bodies[i]) {
                carried[i] = true;
                fresh.push(i);
            }
        }
    }
    carried
}
