//! Lamps over a floor, against formulas.

use endcap::catalog::Material;
use endcap::scene::{Light, Scene};
use glam::{DAffine3, DQuat, DVec2, DVec3, Vec3};

use crate::materials::matt;
use crate::measure::{Estimate, How, blocks, camera, dark, estimates, pixels, sheet};
use crate::support::scenes;

const SIZE: usize = 32;

/// A matt floor of albedo 0.5 seen from above, lit by nothing yet.
fn floor() -> Scene {
    let size = [SIZE as u32; 2];
    let mut scene = dark(camera(size, DVec3::new(0.0, 2.0, 0.001), DVec3::ZERO, 53.0));
    let look = scenes::look("floor", scenes::cuboid(Vec3::new(4.0, 0.1, 4.0)), matt(0.5));
    scene.units.push(scenes::unit(&look, DAffine3::from_translation(DVec3::new(0.0, -0.05, 0.0))));
    scene
}

/// Mean over each of 8 × 8 blocks of the picture of a function of the floor's points.
fn expected(scene: &Scene, value: impl Fn(DVec3) -> f64) -> Vec<f64> {
    let eye = scene.camera.world_from_camera.w_axis.truncate();
    let (side, steps) = (SIZE * 8, 8.0);
    let mut sums = vec![0.0; 64];
    for i in 0..side * side {
        let (row, column) = (i / side, i % side);
        let pixel = DVec2::new(column as f64 + 0.5, row as f64 + 0.5) / steps;
        let ray = scene.camera.unproject(pixel).expect("a pinhole");
        let ray = scene.camera.world_from_camera.transform_vector3(ray);
        sums[row * 8 / side * 8 + column * 8 / side] += value(eye - ray * (eye.y / ray.y));
    }
    sums.iter().map(|sum| sum * 64.0 / (side * side) as f64).collect()
}

fn found(scene: &Scene, samples: u32) -> Vec<Estimate> {
    estimates(scene, How::full(samples), |pixels| blocks(pixels, SIZE, [8, 8]))
}

/// `model` is the share by which the sum over a block's points may be off.
fn compare(scene: &Scene, samples: u32, model: f64, value: impl Fn(DVec3) -> f64) {
    for (i, (found, wanted)) in found(scene, samples).iter().zip(expected(scene, value)).enumerate() {
        let off = (found.mean - wanted).abs();
        assert!(off <= found.reach() + model * wanted, "block {i}: {found}, and {wanted} is right");
        assert!(found.error <= 0.02 * wanted + 1e-6, "block {i}: {found} says nothing of {wanted}");
    }
}

/// Form factor from a point of the floor at the origin to the rectangle x0..x1 by z0..z1 at a height above it, which faces
/// down (Siegel and Howell, configuration factor B-4, as a sum over signed corners).
fn form_factor([x0, x1]: [f64; 2], [z0, z1]: [f64; 2], height: f64) -> f64 {
    let corner = |x: f64, z: f64| {
        let (a, b) = (x / height, z / height);
        let (p, q) = ((1.0 + a * a).sqrt(), (1.0 + b * b).sqrt());
        (a / p * (b / p).atan() + b / q * (a / q).atan()) / std::f64::consts::TAU
    };
    corner(x1, z1) - corner(x0, z1) - corner(x1, z0) + corner(x0, z0)
}

const LAMP: (DVec3, f64, f64) = (DVec3::new(0.1, 0.9, -0.2), 0.3, 0.15);
const LAMP_RADIANCE: f32 = 6.0;

/// A lamp over the floor that faces down, `LAMP.1` and `LAMP.2` its half sizes along x and z.
fn lamp() -> Light {
    let (center, half_x, half_z) = LAMP;
    let radiance = Vec3::splat(LAMP_RADIANCE);
    // x × z = -y.
    Light::Rect { center, half_u: DVec3::X * half_x, half_v: DVec3::Z * half_z, radiance }
}

/// Radiance of the floor at a point that sees the part of the lamp with x of at least `from`.
fn lit(point: DVec3, from: f64) -> f64 {
    let (center, half_x, half_z) = LAMP;
    let low = (center.x - half_x).max(from).min(center.x + half_x);
    let along_x = [low - point.x, center.x + half_x - point.x];
    let along_z = [center.z - half_z - point.z, center.z + half_z - point.z];
    0.5 * f64::from(LAMP_RADIANCE) * form_factor(along_x, along_z, center.y)
}

#[test]
fn a_lamp_lights_the_floor_as_its_form_factor_says() {
    let mut scene = floor();
    scene.lights.push(lamp());
    compare(&scene, 16, 1e-4, |point| lit(point, f64::NEG_INFINITY));
    // Twice the same half lamp is one lamp, whichever of the two a sample picks.
    let (center, half_x, half_z) = LAMP;
    let half = |side: f64| Light::Rect {
        center: center + DVec3::X * side * half_x * 0.5,
        half_u: DVec3::X * half_x * 0.5,
        half_v: DVec3::Z * half_z,
        radiance: Vec3::splat(LAMP_RADIANCE),
    };
    scene.lights = vec![half(-1.0), half(1.0)];
    compare(&scene, 16, 1e-4, |point| lit(point, f64::NEG_INFINITY));
}

#[test]
fn a_board_throws_the_shadow_that_geometry_says() {
    let mut scene = floor();
    scene.lights.push(lamp());
    // A black board between lamp and floor, above the camera: it hides all of the lamp's part left of the line from a
    // point past the board's edge.
    let (edge, height) = (0.05, 0.45);
    scene.camera = camera([SIZE as u32; 2], DVec3::new(0.0, 0.4, 0.001), DVec3::ZERO, 90.0);
    let board = scenes::look("board", scenes::cuboid(Vec3::new(3.0, 1e-4, 6.0)), matt(0.0));
    scene.props.push(scenes::prop(&board, DAffine3::from_translation(DVec3::new(edge - 1.5, height, 0.0))));
    let shaded = |point: DVec3| lit(point, point.x + (edge - point.x) * LAMP.0.y / height);
    let wanted = expected(&scene, shaded);
    let open = expected(&scene, |point| lit(point, f64::NEG_INFINITY));
    let (mut full, mut half, mut dark) = (0, 0, 0);
    for ((found, wanted), open) in found(&scene, 32).iter().zip(&wanted).zip(&open) {
        if *wanted == 0.0 {
            assert_eq!(found.mean, 0.0, "in the umbra");
            dark += 1;
        } else {
            // The board's thickness, and the sum over a block with the shadow's edge in it.
            assert!((found.mean - wanted).abs() <= found.reach() + 2e-3 * open, "{found}: {wanted} of {open}");
            *(if *wanted < 0.95 * open { &mut half } else { &mut full }) += 1;
        }
    }
    assert!(full > 5 && half > 5 && dark > 5, "{full} lit, {half} half lit, {dark} dark blocks");
}

#[test]
fn the_sheet_that_shows_a_lamp_adds_no_light() {
    let mut scene = floor();
    scene.lights.push(lamp());
    let glowing = Material { emissive: Vec3::splat(LAMP_RADIANCE), shows_lamp: true, ..matt(0.0) };
    let (center, half_x, half_z) = LAMP;
    let look = scenes::look("shown lamp", sheet(1.0), glowing);
    // Well above the lamp, so that its own light would reach past the lamp's edges.
    let size = DVec3::new(half_x, 1.0, half_z);
    let pose = DAffine3::from_scale_rotation_translation(size, DQuat::IDENTITY, center + DVec3::Y * 0.05);
    scene.props.push(scenes::prop(&look, pose));
    compare(&scene, 16, 1e-4, |point| lit(point, f64::NEG_INFINITY));
    scene.camera = camera([8, 8], DVec3::new(0.1, 0.2, 0.4), center, 10.0);
    let seen = pixels(&scene, How::full(1));
    assert!(seen.iter().all(|pixel| *pixel == Vec3::splat(LAMP_RADIANCE)), "the camera sees the sheet: {seen:?}");
}

#[test]
fn points_and_parallel_light_follow_their_laws() {
    let mut scene = floor();
    let position = DVec3::new(0.2, 0.8, 0.1);
    scene.lights.push(Light::Point {
        position,
        direction: -DVec3::Y,
        intensity: Vec3::splat(2.0),
        cos_inner: -2.0,
        cos_outer: -3.0,
        range: f32::INFINITY,
    });
    let inverse_square = |point: DVec3| {
        let away = position - point;
        0.5 / std::f64::consts::PI * 2.0 * away.y / away.length().powi(3)
    };
    compare(&scene, 4, 2e-4, inverse_square);
    let direction = DVec3::new(0.6, -0.8, 0.0);
    scene.lights = vec![Light::Sun { direction, irradiance: Vec3::splat(1.5) }];
    compare(&scene, 1, 1e-5, |_| 0.5 / std::f64::consts::PI * 1.5 * 0.8);
}

#[test]
fn four_times_the_light_makes_four_times_the_radiance() {
    let mut scene = scenes::clutter(21, 32, 24);
    let light = |factor: f32| Light::Rect {
        center: DVec3::new(0.2, 2.5, 1.0),
        half_u: DVec3::X * 0.6,
        half_v: DVec3::Z * 0.2,
        radiance: Vec3::new(9.0, 8.0, 7.0) * factor,
    };
    let mut picture = |factor: f32| {
        scene.lights = vec![light(factor)];
        scene.environment.radiance = Vec3::new(0.3, 0.4, 0.5) * factor;
        // Exposure is no part of radiance.
        scene.exposure = 1.0 / factor;
        pixels(&scene, How::full(4))
    };
    let (once, four_times) = (picture(1.0), picture(4.0));
    assert!(once.iter().any(|pixel| pixel.y > 2.0 * once[0].y), "light and shade");
    for (once, four_times) in once.iter().zip(four_times) {
        assert_eq!(*once * 4.0, four_times);
    }
}
