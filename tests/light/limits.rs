//! What may be left out, and what may not.

use endcap::catalog::Material;
use endcap::render::{Integrator, Window};
use endcap::scene::Scene;
use glam::{DAffine3, DVec3, Vec3};

use crate::closed_forms::glowing;
use crate::materials::matt;
use crate::measure::{How, camera, dark, mean, pixels, sheet};
use crate::support::scenes;

/// A small bright ball that a glossy floor and a matt one mirror: fireflies.
fn fireflies() -> Scene {
    let mut scene = dark(camera([16, 16], DVec3::new(0.0, 1.0, 1.4), DVec3::ZERO, 40.0));
    let metal = Material::metal("metal", Vec3::splat(0.9), 0.5);
    scene.units.push(scenes::unit(&scenes::look("floor", sheet(3.0), metal), DAffine3::IDENTITY));
    let cube = scenes::look("cube", scenes::cuboid(Vec3::splat(0.3)), matt(0.8));
    scene.units.push(scenes::unit(&cube, DAffine3::from_translation(DVec3::new(-0.2, 0.15, 0.0))));
    let ball = scenes::look("small ball", scenes::sphere(0.02, 32, 16), glowing(800.0));
    scene.props.push(scenes::prop(&ball, DAffine3::from_translation(DVec3::new(0.3, 0.4, 0.1))));
    scene
}

#[test]
fn a_limit_on_fireflies_never_makes_a_pixel_brighter() {
    let scene = fireflies();
    let with = |firefly_limit| {
        let integrator = Integrator { firefly_limit, ..Integrator::unbiased() };
        pixels(&scene, How { integrator, samples: 16, window: None })
    };
    let free = with(None);
    let mut last = free.clone();
    for limit in [1e6, 100.0, 10.0, 1.0] {
        let limited = with(Some(limit));
        for (less, more) in limited.iter().zip(&last) {
            assert!(less.cmple(*more * 1.000_01).all(), "limit {limit}: {less} from {more}");
        }
        last = limited;
    }
    assert!(mean(&last) < 0.9 * mean(&free), "{} from {}: there were no fireflies", mean(&last), mean(&free));
    // A limit that nothing reaches, and none at all, are the same.
    assert_eq!(with(Some(1e9)), free);
}

#[test]
fn a_part_of_the_picture_has_the_same_light_as_in_the_whole() {
    let scene = scenes::clutter(9, 40, 30);
    let how = How { integrator: Integrator::studio(), samples: 6, window: None };
    let whole = pixels(&scene, how);
    let window = Window { x: 7, y: 5, width: 19, height: 13 };
    let part = pixels(&scene, How { window: Some(window), ..how });
    for (i, pixel) in part.iter().enumerate() {
        let (x, y) = (i % 19 + 7, i / 19 + 5);
        assert_eq!(*pixel, whole[y * 40 + x], "pixel {x}, {y}");
    }
}
