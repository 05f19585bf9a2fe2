//! Radiance of the colour picture, measured in linear light.
//!
//! The picture is developed by a tone curve. What it makes of a radiance is measured, not assumed: an empty scene shows its
//! environment, so pictures of empty scenes are the scale that others are read off.

use std::sync::{LazyLock, Mutex};

use endcap::catalog::Material;
use endcap::frame::{Frame, Plane};
use endcap::geometry::{Camera, Mesh};
use endcap::render::{RenderSettings, Renderer, Window};
use endcap::scene::{Light, Scene};
use glam::{DAffine3, DVec2, DVec3, Vec3};

use crate::support::{self, scenes};

static RENDERER: LazyLock<Mutex<Renderer>> = LazyLock::new(|| Mutex::new(support::renderer()));

/// Byte of the green channel for radiance times exposure, ascending.
static SCALE: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let steps = (0..=220).map(|step| 2.0_f64.powf(f64::from(step) / 20.0 - 8.0));
    steps.map(|radiance| (radiance, empty_picture(radiance))).collect()
});

fn render(scene: &Scene, samples: u32) -> Frame {
    render_window(scene, samples, None)
}

fn render_window(scene: &Scene, samples: u32, window: Option<Window>) -> Frame {
    let planes = vec![Plane::Rgb, Plane::Instance, Plane::Depth, Plane::Normal];
    let settings = RenderSettings { planes, silhouettes: false, samples, window, ..Default::default() };
    let mut renderer = RENDERER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    renderer.render(scene, &settings).expect("rendered")
}

fn empty_picture(radiance: f64) -> f64 {
    let mut scene = scenes::empty(scenes::camera(2, 2, DVec3::Z, DVec3::ZERO));
    scene.environment.radiance = Vec3::splat(radiance as f32);
    f64::from(render(&scene, 1).rgb().expect("asked for")[[0, 0, 1]])
}

/// Radiance times exposure that a byte stands for.
fn radiance_of(byte: u8) -> f64 {
    let byte = f64::from(byte);
    let (first, last) = (SCALE.partition_point(|step| step.1 < byte), SCALE.partition_point(|step| step.1 <= byte));
    if first < last {
        return (SCALE[first].0 * SCALE[last - 1].0).sqrt();
    }
    let ((low, dark), (high, bright)) = (SCALE[first - 1], SCALE[first]);
    low + (high - low) * (byte - dark) / (bright - dark)
}

/// Mean radiance times exposure of some pixels (row, column).
fn mean_radiance(frame: &Frame, pixels: impl IntoIterator<Item = (usize, usize)>) -> f64 {
    let picture = frame.rgb().expect("asked for");
    let (sum, count) = pixels.into_iter().fold((0.0, 0), |(sum, count), (row, column)| {
        let gray = picture[[row, column, 1]];
        assert!((4..252).contains(&gray), "pixel {column}, {row} is {gray}: choose another exposure");
        (sum + radiance_of(gray), count + 1)
    });
    sum / f64::from(count)
}

/// Pixels whose neighbours show the same unit: no sample of theirs passes by it.
fn interior(frame: &Frame) -> Vec<(usize, usize)> {
    let ids = frame.instance().expect("asked for");
    let (rows, columns) = ids.dim();
    let pixels = (1..rows - 1).flat_map(|row| (1..columns - 1).map(move |column| (row, column)));
    pixels
        .filter(|&(row, column)| {
            ids[[row, column]] > 0 && (0..9).all(|i| ids[[row + i / 3 - 1, column + i % 3 - 1]] == ids[[row, column]])
        })
        .collect()
}

fn matt(albedo: f32) -> Material {
    Material { specular: 0.0, ..Material::plain("matt", Vec3::splat(albedo), 1.0) }
}

fn alone((name, mesh): (&str, Mesh), material: Material) -> Scene {
    let mut scene = scenes::empty(scenes::camera(64, 64, DVec3::new(0.3, 0.5, 1.2), DVec3::ZERO));
    let look = scenes::look(name, mesh, material);
    scene.units.push(scenes::unit(&look, DAffine3::IDENTITY));
    scene
}

#[test]
fn in_a_white_furnace_a_matt_convex_body_shows_its_albedo() {
    for albedo in [0.1_f32, 0.5, 0.9, 1.0] {
        let expected = empty_picture(f64::from(albedo));
        for (shape, mesh) in
            [("cube", scenes::cuboid(Vec3::splat(0.4))), ("large sphere", scenes::sphere(0.4, 256, 128))]
        {
            let frame = render(&alone((shape, mesh), matt(albedo)), 4);
            let interior = interior(&frame);
            assert!(interior.len() > 400, "{shape}: only {} pixels", interior.len());
            for (row, column) in interior {
                for channel in 0..3 {
                    let found = f64::from(frame.rgb().expect("asked for")[[row, column, channel]]);
                    // Where a facet's own horizon lies above that of the smooth normal, a few directions are lost.
                    let rough = if shape == "large sphere" { 4.0 } else { 0.0 };
                    assert!(
                        found <= expected + 1.0 && found >= expected - 1.0 - rough,
                        "{shape}, albedo {albedo}: pixel {column}, {row} is {found}, and {expected} is right"
                    );
                }
            }
        }
    }
}

/// Mean reflected share of a sphere in the furnace, by the cosine at which it is seen: ten equal steps from 0.
fn furnace_profile(material: Material) -> Vec<f64> {
    let mut scene = alone(("large sphere", scenes::sphere(0.4, 256, 128)), material);
    scene.camera = scenes::camera(256, 256, DVec3::new(0.3, 0.5, 1.2), DVec3::ZERO);
    scene.exposure = 0.5;
    // A strip through the middle crosses all angles.
    let strip = Window { x: 0, y: 123, width: 256, height: 10 };
    let frame = render_window(&scene, 100, Some(strip));
    let normals = frame.floats(Plane::Normal).expect("asked for");
    let mut steps = vec![Vec::new(); 10];
    for (row, column) in interior(&frame) {
        let pixel = DVec2::new(column as f64 + 0.5, row as f64 + 123.5);
        let ray = scene.camera.unproject(pixel).expect("a pinhole").normalize();
        let normal = DVec3::from_array([0, 1, 2].map(|c| f64::from(normals[[row, column, c]])));
        steps[((-normal.dot(ray) * 10.0) as usize).min(9)].push((row, column));
    }
    steps.into_iter().filter(|step| step.len() >= 8).map(|step| mean_radiance(&frame, step) / 0.5).collect()
}

#[test]
fn no_surface_reflects_more_than_it_gets() {
    for roughness in [0.05, 0.2, 0.35, 0.5, 0.7, 1.0] {
        let dielectric = furnace_profile(Material::plain("white", Vec3::ONE, roughness));
        let metal = furnace_profile(Material::metal("white", Vec3::ONE, roughness));
        assert!(dielectric.len() > 7, "the sphere shows {} steps", dielectric.len());
        for (what, profile) in [("dielectric", &dielectric), ("metal", &metal)] {
            let most = profile.iter().copied().fold(0.0, f64::max);
            assert!(most < 1.02, "{what}, roughness {roughness}: {profile:.3?}");
        }
        let least = dielectric.iter().copied().fold(2.0, f64::min);
        assert!(least > 0.85, "a white dielectric loses light, roughness {roughness}: {dielectric:.3?}");
        if roughness < 0.3 {
            let least = metal.iter().copied().fold(2.0, f64::min);
            assert!(least > 0.96, "a smooth white mirror loses light, roughness {roughness}: {metal:.3?}");
        }
    }
}

/// A matt floor of albedo 0.5 seen from above, lit by nothing yet.
fn floor() -> Scene {
    let mut scene = scenes::empty(scenes::camera(64, 64, DVec3::new(0.0, 2.0, 0.001), DVec3::ZERO));
    scene.environment.radiance = Vec3::ZERO;
    let look = scenes::look("floor", scenes::cuboid(Vec3::new(4.0, 0.1, 4.0)), matt(0.5));
    scene.units.push(scenes::unit(&look, DAffine3::from_translation(DVec3::new(0.0, -0.05, 0.0))));
    scene
}

/// Where a pixel of the picture lies on the floor.
fn floor_point(scene: &Scene, (row, column): (usize, usize)) -> DVec3 {
    let ray = scene.camera.unproject(DVec2::new(column as f64 + 0.5, row as f64 + 0.5)).expect("a pinhole");
    let (eye, ray) =
        (scene.camera.world_from_camera.w_axis.truncate(), scene.camera.world_from_camera.transform_vector3(ray));
    eye - ray * (eye.y / ray.y)
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

/// Compares 4 by 4 blocks of pixels with the mean of what they should show; gives how many were compared.
fn compare_blocks(scene: &Scene, samples: u32, tolerance: f64, expected: impl Fn(DVec3) -> f64) -> usize {
    let frame = render(scene, samples);
    let mut compared = 0;
    for block in 0..256 {
        let pixels: Vec<_> = (0..16).map(|i| (block / 16 * 4 + i / 4, block % 16 * 4 + i % 4)).collect();
        let exposure = f64::from(scene.exposure);
        let wanted = pixels.iter().map(|&pixel| expected(floor_point(scene, pixel))).sum::<f64>() / 16.0 * exposure;
        if !(0.02..2.0).contains(&wanted) {
            continue;
        }
        let found = mean_radiance(&frame, pixels);
        assert!((found / wanted - 1.0).abs() < tolerance, "block {block}: {found} should be {wanted}");
        compared += 1;
    }
    compared
}

#[test]
fn a_lamp_lights_the_floor_as_its_form_factor_says() {
    let mut scene = floor();
    scene.lights.push(lamp());
    assert!(compare_blocks(&scene, 144, 0.025, |point| lit(point, f64::NEG_INFINITY)) > 200);
    // Twice the same half lamp is one lamp, whichever of the two a sample picks.
    let (center, half_x, half_z) = LAMP;
    let half = |side: f64| Light::Rect {
        center: center + DVec3::X * side * half_x * 0.5,
        half_u: DVec3::X * half_x * 0.5,
        half_v: DVec3::Z * half_z,
        radiance: Vec3::splat(LAMP_RADIANCE),
    };
    scene.lights = vec![half(-1.0), half(1.0)];
    assert!(compare_blocks(&scene, 256, 0.03, |point| lit(point, f64::NEG_INFINITY)) > 200);
}

#[test]
fn a_board_throws_the_shadow_that_geometry_says() {
    let mut scene = floor();
    scene.lights.push(lamp());
    scene.exposure = 2.0;
    // A black board that hides all of the lamp's part left of the line from a point past the board's edge.
    let (edge, height) = (0.05, 0.45);
    let board = scenes::look("board", scenes::cuboid(Vec3::new(3.0, 1e-4, 6.0)), matt(0.0));
    let pose = DAffine3::from_translation(DVec3::new(edge - 1.5, height, 0.0));
    scene.props.push(scenes::prop(&board, pose));
    // Seen from below the lamp's own plane, past the board's edge.
    scene.camera.world_from_camera = Camera::looking_at(DVec3::new(0.5, 0.4, 0.9), DVec3::new(-0.05, 0.0, -0.2));
    let from = |point: DVec3| point.x + (edge - point.x) * LAMP.0.y / height;
    let frame = render(&scene, 256);
    let ids = frame.instance().expect("asked for");
    let (mut full, mut half, mut dark) = (0, 0, 0);
    for block in 0..256_usize {
        let pixels: Vec<_> = (0..16).map(|i| (block / 16 * 4 + i / 4, block % 16 * 4 + i % 4)).collect();
        if pixels.iter().any(|&(row, column)| ids[[row, column]] != 1) {
            continue;
        }
        let points: Vec<DVec3> = pixels.iter().map(|&pixel| floor_point(&scene, pixel)).collect();
        let wanted = points.iter().map(|&point| lit(point, from(point))).sum::<f64>() / 16.0 * 2.0;
        let open = points.iter().map(|&point| lit(point, f64::NEG_INFINITY)).sum::<f64>() / 16.0 * 2.0;
        let picture = frame.rgb().expect("asked for");
        let brightest = pixels.iter().map(|&(row, column)| picture[[row, column, 1]]).max();
        if wanted == 0.0 {
            assert_eq!(brightest, Some(0), "block {block} lies in the umbra");
            dark += 1;
        } else if wanted > 0.05 {
            let found = mean_radiance(&frame, pixels);
            assert!((found - wanted).abs() < 0.03 * open, "block {block}: {found} should be {wanted} of {open}");
            *(if wanted < 0.95 * open { &mut half } else { &mut full }) += 1;
        }
    }
    assert!(full > 20 && half > 20 && dark > 5, "{full} lit, {half} half lit, {dark} dark blocks");
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
    assert!(compare_blocks(&scene, 4, 0.015, inverse_square) > 200);
    let direction = DVec3::new(0.6, -0.8, 0.0);
    scene.lights = vec![Light::Sun { direction, irradiance: Vec3::splat(1.5) }];
    assert!(compare_blocks(&scene, 1, 0.015, |_| 0.5 / std::f64::consts::PI * 1.5 * 0.8) > 200);
}

#[test]
fn four_times_the_light_at_a_quarter_of_the_exposure_is_the_same_picture() {
    let mut scene = scenes::clutter(21, 96, 72);
    let light = |factor: f32| Light::Rect {
        center: DVec3::new(0.2, 2.5, 1.0),
        half_u: DVec3::X * 0.6,
        half_v: DVec3::Z * 0.2,
        radiance: Vec3::new(9.0, 8.0, 7.0) * factor,
    };
    let mut picture = |factor: f32| {
        scene.lights = vec![light(factor)];
        scene.environment.radiance = Vec3::new(0.3, 0.4, 0.5) * factor;
        scene.exposure = 1.0 / factor;
        render(&scene, 4).rgb().expect("asked for").to_owned()
    };
    let (once, four_times) = (picture(1.0), picture(4.0));
    let (dark, bright) = (once.iter().min(), once.iter().max());
    assert!(dark < Some(&110) && bright > Some(&160), "light and shade from {dark:?} to {bright:?}");
    assert_eq!(once, four_times);
}
