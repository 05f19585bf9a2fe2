use glam::{DMat3, DMat4, DVec2, DVec3};

use super::Order;
use crate::geometry::{Aabb, Camera};
use crate::scene::camera::{self, View};
use crate::scene::fixture::Gondola;

/// Least distance of the camera from the front of what it looks at, metres.
const NEAREST: f64 = 0.45;
/// Farthest place of the camera, metres from the middle of what it looks at.
const FARTHEST: f64 = 7.0;

/// Width of what is photographed, in multiples of what its height would fill.
const WIDEST: f64 = 1.25;
/// Width to which nothing is narrowed, metres.
const NARROWEST: f64 = 1.1;

/// What a camera should see.
#[derive(Debug, Clone, Copy)]
pub(in crate::scene) struct Aim {
    /// What fills the picture.
    pub(in crate::scene) bounds: Aabb,
    /// How much higher than usual the camera is held, to look into something, metres.
    pub(in crate::scene) lift: f64,
}

/// A camera that sees all of the bounds, the visible part of the fixture, as large as `fixture.fill` says; or a part of
/// them, where they are much wider than the picture. Lens, yaw, tilt
/// and the height of the eye are drawn as the recipe's section `camera` says; its distance and aim are not used.
pub(in crate::scene) fn whole(order: &Order<'_>, run: &Gondola, Aim { bounds, lift }: Aim) -> View {
    let (recipe, rules) = (order.recipe, &order.recipe.camera);
    let View { mut camera, .. } = camera::draw(recipe, run, order.seed);
    let mut rng = order.seed.rng("scene/camera/framing");
    let skew = rng.unit();
    let yaw = rules.yaw_deg.0 + (rules.yaw_deg.1 - rules.yaw_deg.0) * skew * skew;
    let yaw = if rng.chance(0.5) { yaw } else { -yaw }.to_radians();
    let height = rules.height_m.draw(&mut rng) + lift;
    let fill = recipe.fixture.fill.draw(&mut rng);
    let off = DVec2::new(rng.uniform(-1.0..1.0), rng.uniform(-1.0..1.0)) * 0.03;
    let (pitch, roll) = (rules.pitch_deg.draw(&mut rng).to_radians(), rules.roll_deg.draw(&mut rng).to_radians());

    let picture = f64::from(camera.width) / f64::from(camera.height);
    let bounds = section(bounds, picture, rng.uniform(-1.0..1.0));
    let target = bounds.center() + DVec3::new(off.x, off.y, 0.0) * bounds.size();
    let toward = DVec3::new(libm::sin(yaw), 0.0, libm::cos(yaw));
    // The distance decides how steeply the camera looks, and the steepness how far away it must stand.
    let mut distance = bounds.size().max_element().max(NEAREST);
    let mut eye = target;
    for _ in 0..12 {
        let rise = (height - target.y).clamp(-0.9 * distance, 0.9 * distance);
        eye = target + toward * libm::sqrt(distance * distance - rise * rise) + DVec3::Y * rise;
        distance = needed(&camera, eye, target, bounds, fill).min(FARTHEST);
    }
    eye.z = eye.z.max(bounds.max.z + NEAREST);
    let tilt = DMat4::from_rotation_x(pitch * 0.5) * DMat4::from_rotation_z(roll);
    camera.world_from_camera = Camera::looking_at(eye, target) * tilt;
    View { camera, target }
}

/// The part of a wide box that is photographed, for a picture of this width / height; `shift` moves it, −1 to 1.
fn section(bounds: Aabb, picture: f64, shift: f64) -> Aabb {
    let size = bounds.size();
    let width = (WIDEST * picture * size.y).max(NARROWEST).min(size.x);
    let middle = bounds.center().x + 0.5 * (size.x - width) * shift;
    let (mut min, mut max) = (bounds.min, bounds.max);
    (min.x, max.x) = (middle - 0.5 * width, middle + 0.5 * width);
    Aabb { min, max }
}

/// Distance from the target at which a box takes this share of the picture, for a camera that looks from the direction
/// of `eye`.
fn needed(camera: &Camera, eye: DVec3, target: DVec3, bounds: Aabb, fill: f64) -> f64 {
    let camera_from_world = DMat3::from_mat4(Camera::looking_at(eye, target)).transpose();
    let half = DVec2::new(f64::from(camera.width) / camera.fx, f64::from(camera.height) / camera.fy) * (0.5 / fill);
    let mut distance = NEAREST;
    for corner in bounds.corners() {
        // The corner lies |x| aside and z behind the target: |x| / (distance + z) must not exceed the half width.
        let p = camera_from_world * (corner - target);
        distance = distance.max(p.x.abs() / half.x - p.z).max(p.y.abs() / half.y - p.z);
    }
    distance
}
