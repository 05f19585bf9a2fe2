use glam::{DMat4, DVec2, DVec3};

use super::fixture::Gondola;
use super::recipe::Recipe;
use crate::geometry::{Camera, Distortion};
use crate::seed::Seed;

/// Who looks, and at which point of the shelf edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct View {
    pub(super) camera: Camera,
    /// Aimed-at point in the plane of the shelf edges.
    pub(super) target: DVec3,
}

/// Draws the phone and its place in the aisle.
pub(super) fn draw(recipe: &Recipe, gondola: &Gondola, seed: Seed) -> View {
    let (rules, picture) = (&recipe.camera, &recipe.picture);
    let mut rng = seed.rng("scene/camera");
    let (mut width, mut height) = (picture.width, picture.height);
    if rng.chance(picture.turned) {
        (width, height) = (height, width);
    }
    let longer = f64::from(width.max(height));
    let focal = 0.5 * longer / libm::tan(0.5 * rules.fov_deg.draw(&mut rng).to_radians());

    // The camera aims at a main bay and stands aside by its yaw; small angles are drawn more often.
    let bay = gondola.main.start + rng.below(gondola.main.len().max(1)) as u32;
    let x = gondola.left_of(bay) + gondola.bay_width * rng.uniform(0.25..0.75);
    let target = DVec3::new(x, rules.aim_height_m.draw(&mut rng), gondola.shelf_depth);
    let skew = rng.unit();
    let yaw = rules.yaw_deg.0 + (rules.yaw_deg.1 - rules.yaw_deg.0) * skew * skew;
    let yaw = if rng.chance(0.5) { yaw } else { -yaw }.to_radians();
    let distance = rules.distance_m.draw(&mut rng);
    let mut eye = target + DVec3::new(libm::sin(yaw), 0.0, libm::cos(yaw)) * distance;
    eye.y = rules.height_m.draw(&mut rng);
    eye.z = eye.z.max(gondola.base_depth + 0.25);
    let pitch = rules.pitch_deg.draw(&mut rng).to_radians();
    let roll = rules.roll_deg.draw(&mut rng).to_radians();
    let tilt = DMat4::from_rotation_x(pitch) * DMat4::from_rotation_z(roll);

    let offset = rules.principal_point_std * longer;
    let mut principal = |middle: f64| middle + rng.normal(0.0, offset).clamp(-3.0 * offset, 3.0 * offset);
    let (cx, cy) = (principal(f64::from(width) * 0.5), principal(f64::from(height) * 0.5));
    let distortion = Distortion {
        k1: rules.k1.draw(&mut rng),
        k2: rules.k2.draw(&mut rng),
        p1: rules.tangential.draw(&mut rng),
        p2: rules.tangential.draw(&mut rng),
        k3: 0.0,
    };
    let world_from_camera = Camera::looking_at(eye, target) * tilt;
    View { camera: Camera { width, height, fx: focal, fy: focal, cx, cy, distortion, world_from_camera }, target }
}

/// Smallest and largest x that the picture shows between the back panels (z = 0) and `front`; infinite where the camera
/// looks along the aisle.
pub(super) fn seen_x(camera: &Camera, front: f64) -> (f64, f64) {
    let eye = camera.world_from_camera.w_axis.truncate();
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for i in 0..=16 {
        let share = f64::from(i) / 16.0;
        let (x, y) = (share * f64::from(camera.width), share * f64::from(camera.height));
        let border = [(0.0, y), (f64::from(camera.width), y), (x, 0.0), (x, f64::from(camera.height))];
        for ray in border.into_iter().filter_map(|(x, y)| camera.unproject(DVec2::new(x, y))) {
            let ray = camera.world_from_camera.transform_vector3(ray);
            for plane in [0.0, front] {
                let away = (plane - eye.z) / ray.z;
                let x = if away > 0.0 { eye.x + ray.x * away } else { f64::INFINITY.copysign(ray.x) };
                (low, high) = (low.min(x), high.max(x));
            }
        }
    }
    (low, high)
}

/// True if every pixel of every camera that the recipe can draw has a ray: the lens model must not fold over itself.
pub(super) fn lens_is_invertible(recipe: &Recipe) -> bool {
    let (rules, picture) = (&recipe.camera, &recipe.picture);
    let longer = f64::from(picture.width.max(picture.height));
    let slope = 2.0 * libm::tan(0.5 * rules.fov_deg.1.to_radians()) / longer;
    let offset = 3.0 * rules.principal_point_std * longer;
    let far = |side: u32| (0.5 * f64::from(side) + offset) * slope;
    let corner = DVec2::new(far(picture.width), far(picture.height));
    let ends = |range: super::recipe::Range| [range.0, range.1];
    ends(rules.k1).into_iter().all(|k1| {
        ends(rules.k2).into_iter().all(|k2| {
            ends(rules.tangential).into_iter().all(|p| {
                [(p, p), (p, -p), (-p, p), (-p, -p)].into_iter().all(|(p1, p2)| {
                    let lens = Distortion { k1, k2, p1, p2, k3: 0.0 };
                    (1..=8).all(|i| lens.invert(corner * (f64::from(i) / 8.0)).is_some())
                })
            })
        })
    })
}
