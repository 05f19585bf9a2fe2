//! Walls and media against Fresnel, Snell, Beer, and each other.

use std::sync::Arc;

use endcap::catalog::{Artwork, Material};
use endcap::scene::Scene;
use glam::{DAffine3, DVec3, Vec3};

use crate::closed_forms::glowing;
use crate::materials::{matt, medium, wall};
use crate::measure::{How, blocks, camera, dark, estimate, estimates, mean_over_rays, sheet};
use crate::support::scenes;

/// Reflectance for light that is not polarised, from Snell's law.
fn fresnel(cosine: f64, eta: f64) -> f64 {
    let behind = (1.0 - (1.0 - cosine * cosine) / (eta * eta)).max(0.0).sqrt();
    let across = (cosine - eta * behind) / (cosine + eta * behind);
    let along = (eta * cosine - behind) / (eta * cosine + behind);
    0.5 * (across * across + along * along)
}

/// A glowing floor below y = −2, seen from y = 1 at 55° through something at y = 0.
fn over_light(radiance: f32) -> Scene {
    let eye = DVec3::new(0.0, 1.0, 0.0);
    let mut scene = dark(camera([8, 16], eye, eye + DVec3::new(0.0, -0.57, -0.82), 40.0));
    let light = scenes::look("light", scenes::cuboid(Vec3::new(400.0, 1.0, 400.0)), glowing(radiance));
    scene.props.push(scenes::prop(&light, DAffine3::from_translation(DVec3::new(0.0, -2.5, 0.0))));
    scene
}

#[test]
fn a_thin_wall_lets_through_what_both_its_sides_leave() {
    for (ior, color) in [(1.5_f32, 1.0_f32), (1.33, 0.7)] {
        let mut scene = over_light(2.0);
        let material = Material { ior, base_color: Vec3::splat(color).extend(1.0), ..wall(0.0) };
        scene.units.push(scenes::unit(&scenes::look("sheet", sheet(100.0), material), DAffine3::IDENTITY));
        let found = estimate(&scene, How::full(64));
        let expected = mean_over_rays(&scene.camera, |ray| {
            let reflectance = fresnel(-ray.y, f64::from(ior));
            2.0 * f64::from(color) * (1.0 - reflectance) / (1.0 + reflectance)
        });
        assert!(found.agrees_with(expected), "ior {ior}: {found}, and {expected} is right");
        assert!(found.error < 0.003, "{found}");
    }
}

#[test]
fn a_slab_absorbs_along_the_bent_way() {
    let (ior, thickness) = (1.5, 0.3);
    let mut scene = over_light(2.0);
    let material =
        Material { attenuation_color: Vec3::splat(0.5), attenuation_distance: 0.4, ..medium(0.0, ior as f32) };
    let look = scenes::look("slab", scenes::cuboid(Vec3::new(100.0, thickness as f32, 100.0)), material);
    scene.units.push(scenes::unit(&look, DAffine3::from_translation(DVec3::new(0.0, -0.5 * thickness, 0.0))));
    let found = estimate(&scene, How::full(64));
    let expected = mean_over_rays(&scene.camera, |ray| {
        let reflectance = fresnel(-ray.y, ior);
        let cosine = (1.0 - (1.0 - ray.y * ray.y) / (ior * ior)).sqrt();
        let left = 0.5_f64.powf(thickness / cosine / 0.4);
        2.0 * (1.0 - reflectance).powi(2) * left / (1.0 - (reflectance * left).powi(2))
    });
    assert!(found.agrees_with(expected), "{found}, and {expected} is right");
    assert!(found.error < 0.003, "{found}");
}

#[test]
fn light_under_a_block_stays_hidden_from_its_side() {
    // The ray meets the side at 72°: with n² > 1 + sin² 72° the bottom, which it meets next, mirrors it totally.
    for (ior, is_seen) in [(1.50_f32, false), (1.44, false), (1.3, true)] {
        let mut scene = dark(camera([8, 8], DVec3::new(0.0, 2.2, 1.2), DVec3::new(0.0, 0.0, 0.5), 4.0));
        let block = scenes::look("block", scenes::cuboid(Vec3::ONE), medium(0.0, ior));
        scene.units.push(scenes::unit(&block, DAffine3::IDENTITY));
        let light = scenes::look("light below", scenes::cuboid(Vec3::new(0.98, 0.1, 0.98)), glowing(1.0));
        scene.props.push(scenes::prop(&light, DAffine3::from_translation(DVec3::new(0.0, -0.56, 0.0))));
        let found = estimate(&scene, How::full(16));
        assert_eq!(found.mean > 0.0, is_seen, "ior {ior}: {found}");
    }
}

/// An environment that is brighter towards one side and above, as a picture.
pub(crate) fn lopsided(sun: f32) -> Arc<Artwork> {
    let picture = image::Rgb32FImage::from_fn(64, 32, |x, y| {
        let sky = 0.2 + 0.8 * (x as f32 / 64.0) + 0.5 * (1.0 - y as f32 / 32.0);
        let disc = if (44..46).contains(&x) && (7..9).contains(&y) { sun } else { 0.0 };
        image::Rgb([sky + disc, 0.9 * sky + disc, 0.7 * sky + disc])
    });
    let mut bytes = Vec::new();
    let colors: Vec<_> = picture.pixels().copied().collect();
    image::codecs::hdr::HdrEncoder::new(&mut bytes).encode(&colors, 64, 32).expect("encodes");
    Arc::new(Artwork::from_encoded(bytes, format!("lopsided {sun}")))
}

#[test]
fn liquid_that_reaches_into_the_glass_is_as_good_as_one_that_just_touches_it() {
    let eye = DVec3::new(0.25, 0.35, 0.9);
    let mut scene = scenes::empty(camera([16, 16], eye, DVec3::ZERO, 24.0));
    scene.environment.picture = Some(lopsided(0.0));
    let tint = |ior, color, priority| Material {
        attenuation_color: color,
        attenuation_distance: 0.1,
        medium_priority: priority,
        ..medium(0.0, ior)
    };
    let (clear, red) = (Vec3::new(0.8, 0.95, 0.9), Vec3::new(0.8, 0.4, 0.3));
    let outer = scenes::cuboid(Vec3::splat(0.3));
    let block = |scene: &mut Scene, name: &str, mesh, material| {
        scene.units.push(scenes::unit(&scenes::look(name, mesh, material), DAffine3::IDENTITY));
    };
    // A hollow block of glass, and liquid that reaches 5 mm into its wall.
    let mut hollow = outer.clone();
    let cavity = scenes::cuboid(Vec3::splat(0.2));
    let first = hollow.positions.len() as u32;
    hollow.positions.extend(&cavity.positions);
    hollow.normals.extend(cavity.normals.iter().map(|normal| -normal));
    hollow.uvs.extend(&cavity.uvs);
    hollow.triangles.extend(cavity.triangles.iter().map(|[a, b, c]| [a + first, c + first, b + first]));
    let mut nested = scene.clone();
    block(&mut nested, "hollow", hollow, tint(1.5, clear, 2));
    block(&mut nested, "liquid", scenes::cuboid(Vec3::splat(0.21)), tint(1.33, red, 1));
    // Solid glass, in which the liquid has its place.
    let mut exact = scene;
    block(&mut exact, "solid", outer, tint(1.5, clear, 1));
    block(&mut exact, "core", cavity, tint(1.33, red, 2));
    let [found, right] =
        [nested, exact].map(|scene| estimates(&scene, How::full(32), |pixels| blocks(pixels, 16, [4, 4])));
    let empty = right.iter().all(|block| block.mean > 0.8);
    assert!(!empty, "the liquid is to be seen");
    for (found, right) in found.iter().zip(&right) {
        assert!(found.agrees(*right), "{found}, and {right} is right");
    }
}

#[test]
fn a_lamp_behind_glass_lights_alike_with_every_sort_of_glass_that_bends_nothing() {
    // A thin wall and a medium of the index of air leave light alone, one in shadow rays and one in paths.
    let mut scene = dark(camera([8, 8], DVec3::new(0.0, 0.4, 0.6), DVec3::ZERO, 12.0));
    let floor = scenes::look("floor", sheet(2.0), matt(0.6));
    scene.units.push(scenes::unit(&floor, DAffine3::IDENTITY));
    scene.lights.push(endcap::scene::Light::Rect {
        center: DVec3::new(0.0, 1.5, 0.0),
        half_u: DVec3::X * 0.8,
        half_v: DVec3::Z * 0.8,
        radiance: Vec3::splat(4.0),
    });
    let bare = estimate(&scene, How::full(64));
    for (name, material) in [("thin", Material { ior: 1.0, ..wall(0.0) }), ("filled", medium(0.0, 1.0))] {
        let look = scenes::look("pane", scenes::cuboid(Vec3::new(4.0, 0.02, 4.0)), material);
        let mut glazed = scene.clone();
        glazed.props.push(scenes::prop(&look, DAffine3::from_translation(DVec3::new(0.0, 1.0, 0.0))));
        let found = estimate(&glazed, How::full(64));
        assert!(found.agrees(bare), "{name}: {found}, and {bare} without it");
    }
}
