use std::sync::Arc;

use glam::DVec3;

use super::*;
use crate::catalog::Catalog;
use crate::scene::Composer;

fn composer(recipe: Recipe) -> Composer {
    Composer::new(Arc::new(Catalog::builtin().expect("the built-in catalogue")), recipe).expect("a sound recipe")
}

/// What some frames of a recipe are taken with.
fn drawn(recipe: &Recipe, frames: u64) -> Vec<Photography> {
    (0..frames)
        .map(|index| {
            let seed = Seed { dataset: 3, index };
            let gondola = crate::scene::fixture::Gondola::draw(recipe, seed);
            draw(recipe, &crate::scene::camera::draw(recipe, &gondola, seed), seed)
        })
        .collect()
}

#[test]
fn the_tidy_recipe_has_an_ideal_camera() {
    let tidy = Recipe::builtin("tidy").expect("built in");
    for photography in drawn(&tidy, 20) {
        let lens = Lens { focus_m: photography.lens.focus_m, ..Lens::default() };
        assert_eq!(photography, Photography { lens, ..Photography::default() });
    }
}

#[test]
fn the_composer_draws_it_and_other_seeds_draw_others() {
    let composer = composer(Recipe::default());
    let scene = |index| composer.compose(Seed { dataset: 3, index }).expect("composed");
    let expected = drawn(&Recipe::default(), 2);
    assert_eq!([scene(0).photography, scene(1).photography], [expected[0], expected[1]]);
    assert_ne!(expected[0], expected[1]);
}

#[test]
fn draws_of_the_default_recipe_are_a_phone_s() {
    let all = drawn(&Recipe::default(), 2000);
    let share = |count: usize| count as f64 / all.len() as f64;
    assert!(all.iter().all(|photography| photography.problems().is_empty()));
    let walking = share(all.iter().filter(|p| p.motion.velocity_m_s != DVec3::ZERO).count());
    assert!((walking - 0.25).abs() < 0.04, "{walking}");
    let jpeg = share(all.iter().filter(|p| p.jpeg_quality.is_some()).count());
    assert!((jpeg - 0.7).abs() < 0.04, "{jpeg}");
    // The logarithm of the sensitivity is uniform: half of all frames are below ISO 400.
    let low = all.iter().filter(|p| p.sensor.noise.expect("always").white_electrons > 3000.0).count();
    assert!((share(low) - 0.5).abs() < 0.04, "{}", share(low));
    // Shaking has no preferred axis.
    let mean = all.iter().map(|p| p.motion.turning_rad_s).sum::<DVec3>() / all.len() as f64;
    assert!(mean.length() < 0.1 * 2.0_f64.to_radians(), "{mean}");
    // Upright pictures are read out column by column, others row by row.
    assert!(all.iter().all(|p| (p.motion.readout_s.x == 0.0) != (p.motion.readout_s.y == 0.0)));
    let upright = share(all.iter().filter(|p| p.motion.readout_s.y == 0.0).count());
    assert!((upright - 0.8).abs() < 0.04, "{upright}");
}

#[test]
fn the_focus_lies_on_the_shelf_edge_where_the_camera_aims() {
    let recipe = Recipe {
        photography: crate::scene::recipe::PhotographyRanges {
            focus_error_dpt: crate::scene::recipe::Range(0.0, 0.0),
            missed_focus: 0.0,
            ..Default::default()
        },
        ..Recipe::default()
    };
    for index in 0..50 {
        let seed = Seed { dataset: 5, index };
        let gondola = crate::scene::fixture::Gondola::draw(&recipe, seed);
        let view = crate::scene::camera::draw(&recipe, &gondola, seed);
        let lens = draw(&recipe, &view, seed).lens;
        let aim = view.camera.camera_from_world().transform_point3(view.target);
        assert!((lens.focus_m - aim.z).abs() < 1e-9 && aim.z > 1.0, "{} {aim}", lens.focus_m);
    }
}

#[test]
fn what_no_camera_has_is_named() {
    let mut photography = Photography::default();
    assert!(photography.problems().is_empty());
    photography.lens.focus_m = 0.0;
    photography.motion.turning_rad_s.y = f64::NAN;
    photography.sensor.noise = Some(Noise { white_electrons: f64::INFINITY, read_electrons: -1.0 });
    photography.sharpening = Some(Sharpening { amount: 1.0, radius_px: 9.0 });
    photography.jpeg_quality = Some(0);
    let text = photography.problems().to_string();
    for place in [
        "lens.focus_m: 0",
        "turning_rad_s: NaN",
        "white_electrons: inf",
        "read_electrons: -1",
        "radius_px: 9",
        "jpeg_quality: 0",
    ] {
        assert!(text.contains(place), "{place} in {text}");
    }
}

#[test]
fn json_keeps_every_bit() {
    for photography in drawn(&Recipe::default(), 20) {
        let text = serde_json::to_string(&photography).expect("serialisable");
        assert_eq!(serde_json::from_str::<Photography>(&text).expect("its own text"), photography);
    }
}
