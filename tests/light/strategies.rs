//! Ways of finding light that must agree in the mean.

use endcap::catalog::Material;
use endcap::render::{Integrator, Strategy};
use endcap::scene::{Light, Scene};
use endcap::seed::Seed;
use glam::{DAffine3, DVec3, Vec3, Vec4};

use crate::glass::lopsided;
use crate::materials::{matt, medium, wall};
use crate::measure::{Estimate, How, blocks, camera, dark, estimates, sheet};
use crate::support::{scenes, shelves};

fn lamp(center: DVec3, radiance: f32) -> Light {
    // x × z = −y: it faces down.
    Light::Rect { center, half_u: DVec3::X * 0.5, half_v: DVec3::Z * 0.25, radiance: Vec3::splat(radiance) }
}

fn with(strategy: Strategy, bounces: u32, samples: u32) -> How {
    let integrator = Integrator { strategy, bounces, ..Integrator::unbiased() };
    How { integrator, samples, window: None }
}

fn columns(scene: &Scene, how: How) -> Vec<Estimate> {
    let width = scene.camera.width as usize;
    estimates(scene, how, |pixels| blocks(pixels, width, [2, 2]))
}

fn assert_agree(what: &str, a: &[Estimate], b: &[Estimate]) {
    for (a, b) in a.iter().zip(b) {
        assert!(a.agrees(*b), "{what}: {a} and {b}");
        assert!(a.mean > 1e-3 && a.error.max(b.error) < 0.1 * a.mean, "{what}: {a} and {b} say nothing");
    }
}

/// Shapes of several materials before a panel, under two lamps and a grey sky.
fn mixed() -> Scene {
    let mut scene = scenes::clutter(5, 16, 12);
    let glossy = Material { roughness: 0.35, ..Material::plain("glossy", Vec3::new(0.7, 0.5, 0.3), 0.35) };
    let kinds = [
        matt(0.7),
        glossy,
        Material::metal("metal", Vec3::new(0.9, 0.8, 0.6), 0.4),
        Material { diffuse_transmission: 0.5, ..matt(0.8) },
        Material { clearcoat: 1.0, clearcoat_roughness: 0.3, ..matt(0.4) },
        Material { alpha: endcap::catalog::AlphaMode::Blend, base_color: Vec4::new(0.8, 0.7, 0.6, 0.6), ..matt(0.5) },
        Material { base_color: Vec4::new(0.9, 1.0, 0.9, 1.0), ..wall(0.1) },
        medium(0.0, 1.5),
    ];
    for (i, unit) in scene.units.iter_mut().enumerate() {
        let kind = kinds[i % kinds.len()].clone();
        unit.look.materials = std::sync::Arc::from([kind]);
    }
    scene.environment.radiance = Vec3::splat(0.2);
    scene.lights = vec![lamp(DVec3::new(0.3, 2.4, 0.5), 5.0), lamp(DVec3::new(-0.6, 2.2, 0.8), 3.0)];
    scene
}

#[test]
fn lamps_are_found_alike_however_they_are_sought() {
    let scene = mixed();
    for (bounces, samples) in [(0, 64), (1, 64), (8, 64)] {
        let both = columns(&scene, with(Strategy::Both, bounces, samples));
        for strategy in [Strategy::Lamps, Strategy::Reflections] {
            let other = columns(&scene, with(strategy, bounces, samples));
            assert_agree(&format!("{strategy:?}, {bounces} bounces"), &both, &other);
        }
    }
}

#[test]
fn a_picture_of_the_environment_is_found_alike() {
    let mut scene = mixed();
    scene.environment.picture = Some(lopsided(200.0));
    for (lights, name) in [(Vec::new(), "no lamps"), (scene.lights.clone(), "lamps")] {
        scene.lights = lights;
        let both = columns(&scene, with(Strategy::Both, 2, 64));
        for strategy in [Strategy::Lamps, Strategy::Reflections] {
            let other = columns(&scene, with(strategy, 2, 64));
            assert_agree(&format!("{name}, {strategy:?}"), &both, &other);
        }
    }
}

#[test]
fn a_shelf_is_lit_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = shelves::write_catalog(folder.path());
    let scene =
        shelves::composer(&catalog, "tidy", (12, 16)).compose(Seed { dataset: 3, index: 21 }).expect("composed");
    for bounces in [0, 1, 8] {
        let both = columns(&scene, with(Strategy::Both, bounces, 64));
        for strategy in [Strategy::Lamps, Strategy::Reflections] {
            let other = columns(&scene, with(strategy, bounces, 64));
            assert_agree(&format!("{strategy:?}, {bounces} bounces"), &both, &other);
        }
    }
}

#[test]
fn direct_light_of_the_preview_is_that_of_the_studio() {
    // Where everything is matt and the sky is dark, the preview's stand-in for further light has nothing to do.
    let mut scene = dark(camera([16, 16], DVec3::new(0.0, 1.2, 1.6), DVec3::new(0.0, 0.2, 0.0), 45.0));
    scene.units.push(scenes::unit(&scenes::look("floor", sheet(3.0), matt(0.6)), DAffine3::IDENTITY));
    let cube = scenes::look("cube", scenes::cuboid(Vec3::splat(0.4)), matt(0.8));
    scene.units.push(scenes::unit(&cube, DAffine3::from_translation(DVec3::Y * 0.2)));
    scene.lights = vec![lamp(DVec3::new(0.4, 1.8, 0.3), 4.0)];
    let direct = |integrator| {
        columns(&scene, How { integrator: Integrator { bounces: 0, ..integrator }, samples: 64, window: None })
    };
    assert_agree("direct light", &direct(Integrator::preview()), &direct(Integrator::studio()));
}
