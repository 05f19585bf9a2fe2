//! Light whose amount is known from a formula.

use endcap::catalog::Material;
use endcap::scene::Scene;
use glam::{DAffine3, DVec3, Vec3};

use crate::materials::matt;
use crate::measure::{How, camera, dark, estimate, mean_over_rays};
use crate::support::scenes;

/// Something black that glows.
pub(crate) fn glowing(radiance: f32) -> Material {
    Material { emissive: Vec3::splat(radiance), ..matt(0.0) }
}

/// A matt floor of albedo 0.5 around the origin, seen from above.
fn floor() -> Scene {
    let mut scene = dark(camera([16, 16], DVec3::new(0.0, 0.5, 0.001), DVec3::ZERO, 20.0));
    let look = scenes::look("floor", scenes::cuboid(Vec3::new(40.0, 0.1, 40.0)), matt(0.5));
    scene.units.push(scenes::unit(&look, DAffine3::from_translation(DVec3::new(0.0, -0.05, 0.0))));
    scene
}

/// Where a ray of the floor's camera meets it.
fn on_floor(ray: DVec3) -> DVec3 {
    DVec3::new(0.0, 0.5, 0.001) - ray * (0.5 / ray.y)
}

#[test]
fn a_ball_lights_the_floor_by_the_square_of_its_angle() {
    let mut scene = floor();
    let (center, radius) = (DVec3::new(0.4, 1.6, -0.5), 0.6);
    let look = scenes::look("lamp ball", scenes::sphere(radius as f32, 256, 128), glowing(3.0));
    scene.props.push(scenes::prop(&look, DAffine3::from_translation(center)));
    let found = estimate(&scene, How::full(64).bounces(0));
    // E = π L (r/d)² cos θ while all of the ball is above the horizon. The ball of facets looks smaller than the true
    // one by the square of its steps, (2π/256)²/6 + (π/128)²/6.
    let expected = mean_over_rays(&scene.camera, |ray| {
        let to = center - on_floor(ray);
        0.5 * 3.0 * radius * radius / to.length_squared() * (to.y / to.length())
    });
    let smaller = (std::f64::consts::TAU / 256.0).powi(2) / 3.0;
    assert!(
        (found.mean - expected * (1.0 - 0.5 * smaller)).abs() < found.reach() + expected * smaller,
        "{found} {expected}"
    );
    assert!(found.error < 0.01 * expected, "{found} is too noisy to say anything");
}

#[test]
fn light_in_a_closed_box_adds_up_to_its_series() {
    for (albedo, radiance) in [(0.5_f32, 1.0_f32), (0.8, 0.25)] {
        let mut scene = dark(camera([8, 8], DVec3::new(0.1, 0.2, 0.3), DVec3::new(1.0, 0.1, 0.4), 70.0));
        let walls = Material { emissive: Vec3::splat(radiance), ..matt(albedo) };
        let look = scenes::look("room", scenes::cuboid(Vec3::new(2.0, 1.5, 3.0)), walls);
        scene.units.push(scenes::unit(&look, DAffine3::IDENTITY));
        let (albedo, radiance) = (f64::from(albedo), f64::from(radiance));
        let found = estimate(&scene, How::full(16));
        assert!(found.agrees_with(radiance / (1.0 - albedo)), "albedo {albedo}: {found}");
        // Emission, and light that has met up to `bounces` surfaces before the one that is seen.
        for bounces in [0, 1, 3] {
            let found = estimate(&scene, How::full(16).bounces(bounces));
            let expected = radiance * (1.0 - albedo.powi(bounces as i32 + 2)) / (1.0 - albedo);
            assert!(
                found.agrees_with(expected),
                "albedo {albedo}, {bounces} bounces: {found}, and {expected} is right"
            );
        }
    }
}

#[test]
fn a_furnace_with_a_grey_body_shows_its_albedo() {
    for albedo in [0.1_f32, 0.5, 0.9] {
        let mut scene = scenes::empty(camera([8, 8], DVec3::new(0.3, 0.5, 1.2), DVec3::ZERO, 12.0));
        let look = scenes::look("cube", scenes::cuboid(Vec3::splat(0.6)), matt(albedo));
        scene.units.push(scenes::unit(&look, DAffine3::IDENTITY));
        let found = estimate(&scene, How::full(4));
        assert!((found.mean - f64::from(albedo)).abs() < 1e-5 + found.reach(), "{albedo}: {found}");
    }
}
