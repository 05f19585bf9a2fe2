use endcap::render::Window;
use endcap::seed::Seed;

use super::*;

fn picture(scene: &Scene, window: Option<Window>, samples: u32) -> ndarray::Array3<u8> {
    let settings =
        RenderSettings { planes: vec![Plane::Rgb], silhouettes: false, samples, window, ..Default::default() };
    render_with(scene, &settings).rgb().expect("asked for").to_owned()
}

fn assert_tile(scene: &Scene, whole: &ndarray::Array3<u8>, window: Window, samples: u32) {
    let tile = picture(scene, Some(window), samples);
    let (x, y) = (window.x as usize, window.y as usize);
    let (columns, rows) = (window.width as usize, window.height as usize);
    assert!(whole.slice(ndarray::s![y..y + rows, x..x + columns, ..]) == tile, "{window:?} differs");
}

#[test]
fn any_tile_equals_that_of_the_whole_picture_with_all_effects() {
    let mut scene = scenes::clutter(3, 101, 75);
    scene.photography = wild();
    let whole = picture(&scene, None, 2);
    let mut rng = Seed { dataset: 1, index: 1 }.rng("test/tiles");
    let mut windows: Vec<Window> = (0..20)
        .map(|_| {
            let (x, y) = (rng.below(101) as u32, rng.below(75) as u32);
            Window { x, y, width: rng.between(1, (101 - x).min(40)), height: rng.between(1, (75 - y).min(40)) }
        })
        .collect();
    windows.extend(
        [(0, 0, 1, 1), (100, 74, 1, 1), (8, 8, 8, 8), (0, 30, 101, 3), (50, 0, 3, 75)]
            .map(|(x, y, width, height)| Window { x, y, width, height }),
    );
    for window in windows {
        assert_tile(&scene, &whole, window, 2);
    }
    // Each effect that looks around, alone.
    for photography in [
        Photography { lens: wild().lens, ..plain() },
        Photography { sensor: wild().sensor, ..plain() },
        Photography { sharpening: wild().sharpening, ..plain() },
        Photography { jpeg_quality: Some(60), ..plain() },
    ] {
        scene.photography = photography;
        let whole = picture(&scene, None, 1);
        assert_tile(&scene, &whole, Window { x: 37, y: 21, width: 30, height: 19 }, 1);
    }
}

#[test]
fn bands_of_rows_leave_no_seam() {
    // More pixels than one dispatch takes: the picture is made in two bands.
    let mut scene = scenes::clutter(4, 1501, 1450);
    scene.photography = wild();
    let whole = picture(&scene, None, 1);
    let seam = (1 << 21) / 1501;
    assert_tile(&scene, &whole, Window { x: 700, y: seam - 30, width: 120, height: 60 }, 1);
    assert_tile(&scene, &whole, Window { x: 1490, y: seam - 1, width: 11, height: 2 }, 1);
}
