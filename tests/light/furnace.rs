//! Light of 1 from everywhere: what sends back all it gets cannot be told from the light around it.

use endcap::scene::Scene;
use glam::{DAffine3, DVec3, Vec3};

use crate::materials::{self, White};
use crate::measure::{How, blocks, camera, estimates};
use crate::support::scenes;

/// A plate that is seen at angles from 0° (last row) to 84° (first row).
fn plate(white: &White) -> Scene {
    let angle = 42.0_f64.to_radians();
    let eye = DVec3::new(0.0, 1.0, 0.0);
    let mut scene = scenes::empty(camera([8, 32], eye, eye + DVec3::new(0.0, -angle.cos(), -angle.sin()), 84.0));
    let look = scenes::look("plate", scenes::cuboid(Vec3::new(200.0, 0.2, 200.0)), white.material.clone());
    scene.units.push(scenes::unit(&look, DAffine3::from_translation(DVec3::new(0.0, -0.1, 0.0))));
    scene
}

fn check(whites: Vec<White>) {
    let mut wrong = Vec::new();
    for white in whites {
        // From grazing to steep.
        let bands = estimates(&plate(&white), How::full(16), |pixels| blocks(pixels, 8, [1, 4]));
        let shown = bands.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let (least, most) = (1.0 - white.lost, 1.0 + white.added);
        if bands.iter().any(|band| band.mean < least - band.reach() || band.mean > most + band.reach()) {
            wrong.push(format!("{}: {shown}", white.name));
        }
        println!("{:20} {shown}", white.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn white_surfaces_vanish() {
    check(materials::surfaces());
}

#[test]
fn clear_things_vanish() {
    check(materials::clear());
}

#[test]
fn a_glass_ball_vanishes() {
    let mut scene = scenes::empty(camera([24, 24], DVec3::new(0.0, 0.0, 3.0), DVec3::ZERO, 44.0));
    for (name, ior) in [("glass", 1.5), ("diamond", 2.4)] {
        let look = scenes::look("fine ball", scenes::sphere(1.0, 128, 64), materials::medium(0.0, ior));
        scene.units = vec![scenes::unit(&look, DAffine3::IDENTITY)];
        let bands = estimates(&scene, How::full(4), |pixels| blocks(pixels, 24, [3, 3]));
        for band in bands {
            assert!(band.agrees_with(1.0), "{name}: {band}");
        }
    }
}
