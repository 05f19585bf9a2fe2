//! Things between the camera and the goods: a trolley, a basket, an arm, a customer. They stand in the free aisle.

use std::f64::consts::FRAC_PI_2;

use glam::{DAffine3, DVec2, DVec3};

use super::Prop;
use super::fixture::{self, Gondola, Pose};
use super::recipe::Occluders;
use crate::geometry::{Aabb, Camera};
use crate::seed::{Rng, Seed};

/// How far things hang out from the shelf edge, and a little air, metres.
const CLEARANCE: f64 = 0.17;
/// Least distance of a customer's middle from the camera, metres.
const APART: f64 = 0.55;
/// Half the width of a customer's shoulders, metres.
const SHOULDERS: f64 = 0.27;

/// Draws what gets in the way of this frame, each with its own probability. What would stand in another one is left out.
pub(super) fn occluders(camera: &Camera, gondola: &Gondola, (rules, seed): (&Occluders, Seed), props: &mut Vec<Prop>) {
    let mut rng = seed.rng("scene/occluders");
    let [trolley, basket, arm, person] =
        [rules.trolleys, rules.baskets, rules.arms, rules.people].map(|share| rng.chance(share));
    let free = gondola.base_depth + CLEARANCE;
    // One side of the picture for each of the two people.
    let side = if rng.chance(0.5) { 1.0 } else { -1.0 };
    let candidates = [
        arm.then(|| customer_at((camera, free), (-side, true), &mut rng)),
        person.then(|| customer_at((camera, free), (side, false), &mut rng)),
        trolley.then(|| trolley_at(camera, free, &mut rng)),
        basket.then(|| basket_at(camera, free, &mut rng)),
    ];
    let mut taken: Vec<Aabb> = Vec::new();
    for prop in candidates.into_iter().flatten().flatten() {
        let bounds = prop.look.model.bounds.transformed(prop.world_from_object);
        let meets = |other: &Aabb| bounds.min.cmplt(other.max).all() && bounds.max.cmpgt(other.min).all();
        if !taken.iter().any(meets) {
            taken.push(bounds);
            props.push(prop);
        }
    }
}

/// A basket on the floor, anywhere across the picture.
fn basket_at(camera: &Camera, free: f64, rng: &mut Rng) -> Option<Prop> {
    let z = free + 0.17 + rng.uniform(0.0..0.15);
    let (left, right) = seen_at(camera, z, 0.9);
    let x = left + (right - left) * rng.uniform(0.1..0.9);
    let pose = DAffine3::from_translation(DVec3::new(x, 0.0, z)) * DAffine3::from_rotation_y(rng.normal(0.0, 0.25));
    let eye = camera.world_from_camera.w_axis.truncate();
    (x.is_finite() && eye.z - z > 0.3).then(|| fixture::basket(pose, rng))
}

/// A customer at the left (−1) or the right (1) border: half inside the picture, or beyond it with an arm inside.
fn customer_at((camera, free): (&Camera, f64), (side, reaches): (f64, bool), rng: &mut Rng) -> Option<Prop> {
    // As deep as a body is, so that nothing of it meets what hangs from the shelves.
    let z = free + 0.36 + rng.uniform(0.0..0.2);
    let (left, right) = seen_at(camera, z, 0.45);
    let border = if side > 0.0 { right } else { left };
    let beyond = if reaches { rng.uniform(0.05..0.2) } else { rng.uniform(-0.16..0.12) };
    let x = border + side * beyond;
    let eye = camera.world_from_camera.w_axis.truncate();
    if !x.is_finite() || DVec2::new(x - eye.x, z - eye.z).length() < APART || eye.z < z + 0.3 {
        return None;
    }
    let pose = match (reaches, side > 0.0) {
        (false, _) => Pose::Waiting,
        (true, true) => Pose::ReachingLeft,
        (true, false) => Pose::ReachingRight,
    };
    let turn = rng.normal(0.0, if reaches { 0.08 } else { 0.35 }).clamp(-0.7, 0.7);
    let place = DAffine3::from_translation(DVec3::new(x, 0.0, z)) * DAffine3::from_rotation_y(turn);
    Some(fixture::customer(place, pose, rng))
}

/// A trolley whose front corner shows at the lower border.
fn trolley_at(camera: &Camera, free: f64, rng: &mut Rng) -> Option<Prop> {
    let eye = camera.world_from_camera.w_axis.truncate();
    let z = free + 0.48 + rng.uniform(0.0..0.35);
    let (left, right) = seen_at(camera, z, 0.85);
    let x = left + (right - left) * if rng.chance(0.5) { rng.uniform(0.0..0.3) } else { rng.uniform(0.7..1.0) };
    let turn = FRAC_PI_2 * if rng.chance(0.5) { 1.0 } else { -1.0 } + rng.normal(0.0, 0.2).clamp(-0.3, 0.3);
    let pose = DAffine3::from_translation(DVec3::new(x, 0.0, z)) * DAffine3::from_rotation_y(turn);
    // The camera must not look out of the basket.
    (x.is_finite() && eye.z - z > SHOULDERS + 0.15).then(|| fixture::trolley(pose, rng))
}

/// Where the left and the right border of the picture meet the plane of this z, at this share of the picture's height
/// from above.
fn seen_at(camera: &Camera, z: f64, height: f64) -> (f64, f64) {
    let eye = camera.world_from_camera.w_axis.truncate();
    let row = height * f64::from(camera.height);
    let [left, right] = [0.0, f64::from(camera.width)].map(|column| {
        let ray = camera.unproject(DVec2::new(column, row)).unwrap_or(DVec3::Z);
        let ray = camera.world_from_camera.transform_vector3(ray);
        let away = (z - eye.z) / ray.z;
        if away > 0.0 { eye.x + ray.x * away } else { f64::INFINITY.copysign(ray.x) }
    });
    (left, right)
}
