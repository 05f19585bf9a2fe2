use super::*;

/// Focal length of the test cameras, pixels: the width of their picture.
const SIDE: u32 = 96;

#[test]
fn a_point_out_of_focus_becomes_the_circle_of_confusion() {
    let (radius, focus, depth) = (0.1, 1.0, 2.0);
    // Flat: from beside the axis a cube would show its sides.
    let size = Vec3::new(0.02, 0.02, 0.0002);
    let mut sharp = lamp(SIDE, SIDE, DVec3::new(0.1, -0.05, depth), size, 0.9);
    let (center, spread) = moments(&linear(&render(&sharp, 256), 1));
    sharp.photography.lens = Lens { aperture_radius_m: radius, focus_m: depth, ..Lens::default() };
    let (in_focus, still) = moments(&linear(&render(&sharp, 256), 1));
    assert!(
        center.distance(in_focus) < 0.02 && (still - spread).length() < 0.1,
        "{center} {in_focus} {spread} {still}"
    );

    let mut blurred = lamp(SIDE, SIDE, DVec3::new(0.1, -0.05, depth), size, 40.0);
    blurred.photography.lens = Lens { aperture_radius_m: radius, focus_m: focus, ..Lens::default() };
    let light = linear(&render(&blurred, 1024), 1);
    let (moved, wide) = moments(&light);
    // Thin lens: diameter of the circle on the sensor, in pixels. A disc of diameter d has the variance d²/16.
    let diameter = f64::from(SIDE) * 2.0 * radius * (1.0_f64 / focus - 1.0 / depth).abs();
    let measured = ((wide - spread) * 16.0).powf(0.5);
    assert!((measured - diameter).abs().max_element() < 0.03 * diameter, "{measured} should be {diameter}");
    // A few thousand of the samples meet the lamp, so the centre is known to about a hundredth of the diameter.
    assert!(moved.distance(center) < 0.03 * diameter, "{moved} {center}");
    // The disc is evenly bright and ends where it should.
    let lit = light.iter().filter(|&&light| light > 0.05).count() as f64;
    let area = std::f64::consts::PI * diameter * diameter / 4.0;
    assert!(lit > 0.85 * area && lit < 1.9 * area, "{lit} pixels, {area}");
}

#[test]
fn a_moving_camera_smears_by_velocity_times_shutter() {
    let (speed, shutter, depth) = (1.5, 0.1, 1.5);
    let place = DVec3::new(0.0, 0.0, depth);
    let still = lamp(SIDE, SIDE, place, Vec3::splat(0.03), 0.9);
    let (center, spread) = moments(&linear(&render(&still, 256), 1));
    let mut moving = lamp(SIDE, SIDE, place, Vec3::splat(0.03), 4.0);
    moving.photography.motion = Motion { velocity_m_s: DVec3::X * speed, shutter_s: shutter, ..Motion::default() };
    let (mean, wide) = moments(&linear(&render(&moving, 1024), 1));
    // A line of length s has the variance s²/12.
    let length = f64::from(SIDE) * speed * shutter / depth;
    let measured = ((wide.x - spread.x) * 12.0).sqrt();
    assert!((measured - length).abs() < 0.03 * length, "{measured} should be {length}");
    assert!((wide.y - spread.y).abs() < 0.1 && mean.distance(center) < 0.1, "{wide} {spread} {mean} {center}");
}

#[test]
fn a_turning_camera_smears_by_its_angle() {
    let (turning, shutter) = (0.8, 0.1);
    let still = lamp(SIDE, SIDE, DVec3::Z * 1.5, Vec3::splat(0.03), 0.9);
    let (_, spread) = moments(&linear(&render(&still, 256), 1));
    let mut moving = lamp(SIDE, SIDE, DVec3::Z * 1.5, Vec3::splat(0.03), 4.0);
    moving.photography.motion = Motion { turning_rad_s: DVec3::X * turning, shutter_s: shutter, ..Motion::default() };
    let (_, wide) = moments(&linear(&render(&moving, 1024), 1));
    let length = f64::from(SIDE) * turning * shutter;
    let measured = ((wide.y - spread.y) * 12.0).sqrt();
    assert!((measured - length).abs() < 0.03 * length, "{measured} should be {length}");
    assert!((wide.x - spread.x).abs() < 0.1, "{wide} {spread}");
}

/// Middle of the light in each row.
fn middles(light: &Array2<f64>) -> Vec<f64> {
    let middle = |row: ndarray::ArrayView1<'_, f64>| {
        row.iter().enumerate().map(|(x, light)| (x as f64 + 0.5) * light).sum::<f64>() / row.sum()
    };
    light.rows().into_iter().map(middle).collect()
}

#[test]
fn a_rolling_shutter_skews_an_upright_line() {
    let (speed, readout, depth) = (1.2, 0.08, 1.0);
    let mut scene = lamp(SIDE, SIDE, DVec3::Z * depth, Vec3::new(0.05, 3.0, 0.01), 0.5);
    let upright = middles(&linear(&render(&scene, 64), 1));
    scene.photography.motion =
        Motion { velocity_m_s: DVec3::X * speed, readout_s: DVec2::new(0.0, readout), ..Motion::default() };
    let skewed = middles(&linear(&render(&scene, 64), 1));
    // The camera moves to the right, so what later rows see has moved to the left.
    let skew = |row: usize| skewed[row] - upright[row];
    let expected = |row: usize| {
        let share = (row as f64 + 0.5) / f64::from(SIDE) - 0.5;
        -f64::from(SIDE) * speed * readout * share / depth
    };
    for row in [0, 20, 47, 48, 70, 95] {
        assert!((skew(row) - expected(row)).abs() < 0.1, "row {row}: {} should be {}", skew(row), expected(row));
    }
    // Read out column by column, the line is as upright as it was.
    scene.photography.motion.readout_s = DVec2::new(readout, 0.0);
    let columns = middles(&linear(&render(&scene, 64), 1));
    assert!((columns[0] - columns[95]).abs() < 0.05, "{} {}", columns[0], columns[95]);
}

#[test]
fn red_and_blue_are_magnified_around_the_principal_point() {
    let mut scene = lamp(192, 96, DVec3::new(0.42, -0.15, 1.0), Vec3::splat(0.03), 0.9);
    let (place, _) = moments(&linear(&render(&scene, 64), 1));
    let arm = place - DVec2::new(scene.camera.cx, scene.camera.cy);
    let lens = Lens { red_magnification: 1.01, blue_magnification: 0.992, ..Lens::default() };
    for blur_px in [0.0, 0.6] {
        scene.photography.lens = Lens { blur_px, ..lens };
        let frame = render(&scene, 64);
        let [red, green, blue] = [0, 1, 2].map(|channel| moments(&linear(&frame, channel)).0);
        assert!(green.distance(place) < 0.02, "{green} {place}");
        assert!((red - green).distance(arm * 0.01) < 0.03, "{} should be {}", red - green, arm * 0.01);
        assert!((blue - green).distance(arm * -0.008) < 0.03, "{} should be {}", blue - green, arm * -0.008);
        assert!(arm.length() > 80.0, "the shift is worth measuring");
    }
}

#[test]
fn blur_has_its_standard_deviation() {
    let mut scene = lamp(SIDE, SIDE, DVec3::new(0.1, 0.1, 1.0), Vec3::splat(0.05), 0.9);
    let (center, spread) = moments(&linear(&render(&scene, 64), 1));
    for blur_px in [0.6, 1.0, 1.7] {
        scene.photography.lens.blur_px = blur_px;
        let (mean, wide) = moments(&linear(&render(&scene, 64), 1));
        let measured = ((wide - spread).element_sum() / 2.0).sqrt();
        assert!((measured - blur_px).abs() < 0.04, "{measured} should be {blur_px}");
        assert!(mean.distance(center) < 0.02);
    }
}

#[test]
fn corners_darken_by_a_power_of_the_cosine() {
    for strength in [0.0, 0.5, 1.0, 2.0] {
        let mut scene = grey(SIDE, 64, 0.8);
        scene.photography.lens.vignetting = strength;
        let light = linear(&render(&scene, 1), 1);
        for (x, y) in [(0, 0), (95, 63), (95, 0), (48, 31), (10, 40)] {
            let ray = scene.camera.unproject(DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5)).expect("a pinhole");
            let expected = 0.8 * (1.0 / ray.length()).powf(4.0 * strength);
            let found = light[[y as usize, x as usize]];
            assert!((found - expected).abs() < 0.01 * expected + 0.002, "{strength}: {found} should be {expected}");
        }
    }
}
