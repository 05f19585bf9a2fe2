//! Proof that solids do not meet: a plane between them, looked for by the physics engine in f32 and tested in f64.

use glam::{DAffine3, DVec3};
use rapier3d::parry::query;

use super::Hull;
use super::pour::{pose_of, shape_of};

/// Pairs whose boxes keep this distance are not looked at, metres.
const NEAR: f64 = 0.002;
/// Farther apart than anything in a container, metres.
const FAR: f32 = 10.0;
/// Surfaces this close to each other touch, metres: skins keep them a little apart.
const TOUCH: f64 = 0.0015;
/// A neighbour carries if it pushes up by at least this share, metres a metre.
const CARRIES: f64 = 0.02;
/// Rounds of pushing pairs apart.
const ROUNDS: usize = 24;
/// Steps that a body is let down in.
const DROPS: usize = 4;
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

    /// Normals of the hull's faces in the container.
    fn normals(&self) -> impl Iterator<Item = DVec3> {
        self.hull.faces.iter().filter_map(|face| {
            let [a, b, c] = face.map(|corner| self.hull.points[corner as usize]);
            (b - a).cross(c - a).try_normalize().map(|normal| self.pose.matrix3 * normal)
        })
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
    let contact = query::contact(&pose_of(a.pose), &*a.shape, &pose_of(b.pose), &*b.shape, FAR).ok().flatten();
    let found =
        contact.and_then(|contact| DVec3::from_array(contact.normal1.to_array().map(f64::from)).try_normalize());
    let bound = |normal: DVec3| (a.reach(normal) + b.reach(-normal), normal);
    let (depth, normal) = found.map(bound).filter(|(depth, _)| *depth <= 0.0).unwrap_or_else(|| {
        // The engine's search may end nowhere or in a poor direction: then the faces of both are tried too.
        let faces = a.normals().chain(b.normals().map(|normal| -normal)).map(bound);
        let start = found.map_or((f64::INFINITY, DVec3::Y), bound);
        faces.fold(start, |best, other| if other.0 < best.0 { other } else { best })
    });
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
    let free = clear(bodies, walls, &order, &vec![true; bodies.len()]);
    let_down(bodies, walls, (&order, &free));
    let free = clear(bodies, walls, &order, &free);
    carried(bodies, walls, &free)
}

/// Of the candidates, taken in this order, those that meet neither the walls nor one taken before.
fn clear(bodies: &[Placed<'_>], walls: &[Placed<'_>], order: &[usize], candidates: &[bool]) -> Vec<bool> {
    let mut free: Vec<bool> = vec![false; bodies.len()];
    for &i in order.iter().filter(|&&i| candidates[i]) {
        let meets = |other: &Placed<'_>| overlap(other, &bodies[i]).is_some_and(|(depth, _)| depth > 0.0);
        let mut before = order.iter().filter(|&&j| free[j]).map(|&j| &bodies[j]);
        free[i] = !walls.iter().any(meets) && !before.any(meets);
    }
    free
}

/// Closes what the skins have left open below the bodies that are free: the lowest first, each goes down until a plane
/// between it and another body stops it.
fn let_down(bodies: &mut [Placed<'_>], walls: &[Placed<'_>], (order, free): (&[usize], &[bool])) {
    for &i in order.iter().filter(|&&i| free[i]) {
        for _ in 0..DROPS {
            let others = (0..bodies.len()).filter(|&j| j != i && free[j]).map(|j| &bodies[j]);
            let step = walls.iter().chain(others).filter_map(|other| {
                let (depth, normal) = overlap(other, &bodies[i])?;
                // Going down narrows the free slab by the slope of its plane.
                (normal.y > 1e-6).then(|| (-depth - AIR) / normal.y)
            });
            let step = step.fold(0.75 * NEAR, f64::min);
            if step < AIR {
                break;
            }
            bodies[i].pose.translation.y -= step;
        }
    }
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
