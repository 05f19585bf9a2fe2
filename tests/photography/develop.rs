use super::*;

#[test]
fn without_a_tone_curve_bytes_are_srgb() {
    for radiance in [0.0, 0.001, 0.02, 0.18, 0.5, 0.9, 1.0, 3.0] {
        let light = f64::from(radiance).min(1.0);
        let encoded = if light <= 0.0031308 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        let byte = render(&grey(2, 2, radiance), 1).rgb().expect("asked for")[[0, 0, 1]];
        assert!((f64::from(byte) - 255.0 * encoded).abs() < 0.51, "{radiance}: {byte}");
    }
}

#[test]
fn agx_rises_from_black_to_white_and_fades_bright_colours() {
    let bytes = |radiance: Vec3| {
        let mut scene = grey(2, 2, 1.0);
        scene.environment.radiance = radiance;
        scene.photography.tone = ToneCurve::Agx;
        let frame = render(&scene, 1);
        let rgb = frame.rgb().expect("asked for");
        [0, 1, 2].map(|channel| rgb[[0, 0, channel]])
    };
    let steps: Vec<u8> =
        (-20..=10).map(|stop| bytes(Vec3::splat((f32::from(stop as i8) * 0.5).exp2() * 0.18))[1]).collect();
    assert!(steps.is_sorted(), "{steps:?}");
    assert!(bytes(Vec3::ZERO)[1] <= 1 && bytes(Vec3::splat(20.0))[1] >= 250, "{steps:?}");
    // AgX puts a grey card in the middle of the scale: the pivot of its sigmoid is (10 / 16.5, 0.5).
    let card = bytes(Vec3::splat(0.18));
    assert!(card.iter().all(|byte| (127..=130).contains(byte)), "{card:?}");
    let [red, green, _] = bytes(Vec3::new(16.0, 0.5, 0.5));
    assert!(red > 230 && green > 120, "a bright red fades: {red} {green}");
}

#[test]
fn sharpening_adds_the_difference_to_the_blur() {
    // A box whose left side fills the picture's left half: a step from 0.55 to 0.12 between two columns.
    let mut scene = lamp(32, 32, DVec3::new(-0.5, 0.0, 1.0), Vec3::new(1.0, 3.0, 0.001), 0.5);
    scene.environment.radiance = Vec3::splat(0.12);
    let row = |frame: &Frame| -> Vec<f64> {
        frame.rgb().expect("asked for").slice(ndarray::s![16, .., 1]).iter().map(|&byte| f64::from(byte)).collect()
    };
    let before = row(&render(&scene, 16));
    let sharpening = Sharpening { amount: 0.8, radius_px: 1.0 };
    scene.photography.sharpening = Some(sharpening);
    let after = row(&render(&scene, 16));
    let weights: Vec<f64> = (-4..=4).map(|x| (-0.5 * f64::from(x * x) / sharpening.radius_px.powi(2)).exp()).collect();
    for x in 4..28 {
        let blurred = (0..9).map(|i| weights[i] * before[x + i - 4]).sum::<f64>() / weights.iter().sum::<f64>();
        let expected = before[x] + sharpening.amount * (before[x] - blurred);
        assert!((after[x] - expected).abs() < 2.0, "column {x}: {} should be {expected}", after[x]);
    }
    let highest = before.iter().copied().fold(0.0, f64::max);
    assert!(after.iter().any(|&light| light > highest + 10.0), "a seam along the edge");
}

#[test]
fn a_jpeg_changes_no_block_but_those_whose_pixels_differ() {
    let picture = |x: f64| {
        let mut scene = lamp(61, 43, DVec3::new(x, 0.0, 1.0), Vec3::splat(0.04), 0.6);
        scene.environment.radiance = Vec3::new(0.3, 0.25, 0.2);
        let before = render(&scene, 16);
        scene.photography.jpeg_quality = Some(40);
        (before.rgb().expect("asked for").to_owned(), render(&scene, 16).rgb().expect("asked for").to_owned())
    };
    let ((before, after), (other, changed)) = (picture(0.0), picture(0.3));
    assert_ne!(before, after);
    let (rows, columns, _) = before.dim();
    let mut same = 0;
    for (y, x) in (0..rows).step_by(8).flat_map(|y| (0..columns).step_by(8).map(move |x| (y, x))) {
        let block = ndarray::s![y..rows.min(y + 8), x..columns.min(x + 8), ..];
        if before.slice(block) == other.slice(block) {
            assert_eq!(after.slice(block), changed.slice(block), "block at {x}, {y}");
            same += 1;
        }
    }
    assert!(same > 20 && same < 48, "{same} blocks are the same");
}

#[test]
fn what_no_camera_has_is_refused() {
    let mut scene = grey(4, 4, 0.3);
    scene.photography.lens.red_magnification = f64::NAN;
    let mut renderer = RENDERER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let error = renderer.render(&scene, &RenderSettings::default()).expect_err("refused").to_string();
    assert!(error.contains("lens.red_magnification: NaN"), "{error}");
}
