use super::*;

/// Mean and variance.
fn statistics(light: &Array2<f64>) -> (f64, f64) {
    let mean = light.mean().expect("not empty");
    (mean, light.map(|light| (light - mean) * (light - mean)).mean().expect("not empty"))
}

#[test]
fn the_noise_s_variance_grows_linearly_with_the_signal() {
    let noise = Noise { white_electrons: 600.0, read_electrons: 8.0 };
    for signal in [0.15, 0.3, 0.6] {
        let mut scene = grey(160, 120, signal as f32);
        scene.photography.sensor.noise = Some(noise);
        let frame = render(&scene, 1);
        for channel in 0..3 {
            let (mean, variance) = statistics(&linear(&frame, channel));
            let electrons = signal * noise.white_electrons;
            let expected = (electrons + noise.read_electrons * noise.read_electrons) / noise.white_electrons.powi(2);
            // Of 19 200 pixels the variance is known to 1 %.
            assert!((variance / expected - 1.0).abs() < 0.05, "{signal}: {variance} should be {expected}");
            assert!((mean - signal).abs() < 0.002, "{mean} should be {signal}");
        }
        // Channels and neighbours know nothing of each other.
        let [red, green] = [0, 1].map(|channel| linear(&frame, channel) - signal);
        let (_, variance) = statistics(&red);
        let across = (&red * &green).mean().expect("not empty") / variance;
        let beside = (&red.slice(ndarray::s![.., 1..]) * &red.slice(ndarray::s![.., ..-1])).mean().expect("not empty");
        assert!(across.abs() < 0.04 && (beside / variance).abs() < 0.04, "{across} {beside}");
    }
}

#[test]
fn other_frames_have_other_noise() {
    let mut scene = grey(16, 16, 0.4);
    scene.photography.sensor.noise = Some(Noise { white_electrons: 100.0, read_electrons: 0.0 });
    let first = render(&scene, 1);
    assert_eq!(first.rgb(), render(&scene, 1).rgb());
    scene.seed.index += 1;
    assert_ne!(first.rgb(), render(&scene, 1).rgb());
}

#[test]
fn exposure_and_white_balance_are_factors() {
    let mut scene = grey(4, 4, 0.3);
    scene.photography.sensor.exposure_error_ev = 0.5;
    scene.photography.sensor.white_balance = DVec3::new(1.3, 0.9, 0.7);
    let frame = render(&scene, 1);
    for (channel, gain) in [1.3, 0.9, 0.7].into_iter().enumerate() {
        let expected = 0.3 * 0.5_f64.exp2() * gain;
        let found = linear(&frame, channel)[[1, 2]];
        assert!((found - expected).abs() < 0.003, "{found} should be {expected}");
    }
}

#[test]
fn a_mosaic_keeps_flat_colours_and_lets_fine_detail_change_its_colour() {
    // Flat colours and smooth gradients, here those of the vignetting, stay what they are.
    let mut scene = grey(96, 72, 0.4);
    scene.environment.radiance = Vec3::new(0.6, 0.3, 0.1);
    for vignetting in [0.0, 2.0] {
        scene.photography.lens.vignetting = vignetting;
        scene.photography.sensor.mosaic = false;
        let full = render(&scene, 1);
        scene.photography.sensor.mosaic = true;
        let mosaic = render(&scene, 1);
        // The mirrored border is where a gradient bends.
        let inside = ndarray::s![2..70, 2..94, ..];
        let [full, mosaic] = [&full, &mosaic].map(|frame| frame.rgb().expect("asked for").slice_move(inside));
        let worst = full.iter().zip(&mosaic).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{vignetting}: {worst:?}");
    }

    // A white line narrower than a pixel, on black: it lies behind filters of two colours only.
    let mut scene = lamp(64, 64, DVec3::new(0.02, 0.0, 1.0), Vec3::new(0.012, 0.9, 0.01), 0.8);
    scene.photography.sensor.mosaic = true;
    let frame = render(&scene, 64);
    let [red, green, blue] = [0, 1, 2].map(|channel| linear(&frame, channel));
    let worst = red.iter().zip(&green).zip(&blue).map(|((r, g), b)| (r - g).abs().max((b - g).abs()));
    assert!(worst.fold(0.0, f64::max) > 0.05, "a mosaic has false colours at fine detail");
}
