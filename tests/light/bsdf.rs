//! The surface functions themselves, without any path: what they sample, what they add up to, and the same seen from both
//! ends.

use glam::Vec3;

use crate::materials::surfaces;
use crate::probe::{CELLS, Probe, Sheet};

/// Draws per case.
const DRAWS: f64 = 65536.0;

/// Steeper lobes than these are too narrow for the probe's grid.
fn is_broad(name: &str) -> bool {
    !["plain 0.1", "metal 0.1", "coat on matt", "coat on mirror"].contains(&name)
}

fn sheet(wanted: impl Fn(&str) -> bool) -> (Sheet, Vec<String>) {
    let materials: Vec<_> = surfaces().into_iter().filter(|white| wanted(white.name)).collect();
    let directions: Vec<Vec3> = [0.96_f32, 0.6, 0.2]
        .into_iter()
        .map(|cosine| {
            let sine = (1.0 - cosine * cosine).sqrt();
            Vec3::new(sine * 0.764_842_2, sine * 0.644_217_7, cosine)
        })
        .collect();
    let names = materials
        .iter()
        .flat_map(|white| directions.iter().map(move |direction| format!("{} at {}", white.name, direction.z)))
        .collect();
    let materials: Vec<_> = materials.into_iter().map(|white| (white.name, white.material)).collect();
    (Sheet::new(&materials, &directions), names)
}

#[test]
fn directions_are_drawn_as_their_density_says() {
    let (sheet, names) = sheet(is_broad);
    let probe = Probe::new();
    let integrals = probe.integrate(&sheet);
    let (estimates, counts) = probe.draw(&sheet);
    for (case, name) in names.iter().enumerate() {
        let integrals = &integrals[case * CELLS..(case + 1) * CELLS];
        let counts = &counts[case * (CELLS + 1)..(case + 1) * (CELLS + 1)];
        // Pearson's test; rare cells are taken together. For about 200 cells its normal form is beyond 7 less than once
        // in 10⁸ times.
        let (mut chi, mut cells) = (0.0, 0.0);
        let (mut rare, mut rare_count) = (0.0, 0.0);
        for (integral, &count) in integrals.iter().zip(counts) {
            let (expected, count) = (f64::from(integral[0]) * DRAWS, f64::from(count));
            if expected < 20.0 {
                (rare, rare_count) = (rare + expected, rare_count + count);
            } else {
                (chi, cells) = (chi + (count - expected).powi(2) / expected, cells + 1.0);
            }
        }
        chi += (rare_count - rare).powi(2) / rare.max(20.0);
        let z = (chi - cells) / (2.0_f64 * cells).sqrt();
        assert!(cells > 20.0 && z < 7.0, "{name}: chi² {chi} over {cells} cells");
        // The density lacks what is lost below the horizon. The grid itself is good to 0.1 %.
        let whole: f64 = integrals.iter().map(|integral| f64::from(integral[0])).sum();
        let lost = f64::from(counts[CELLS]) / DRAWS;
        assert!((whole + lost - 1.0).abs() < 0.001 + 5.0 * (lost / DRAWS).sqrt(), "{name}: {whole} and {lost} lost");
        // The mean of value over density is the integral of the value: 6 standard errors, once in 10⁹.
        for channel in 0..3 {
            let integral: f64 = integrals.iter().map(|integral| f64::from(integral[channel + 1])).sum();
            let means: Vec<f64> = (0..1024).map(|i| f64::from(estimates[(case * 1024 + i) * 3 + channel])).collect();
            let mean = means.iter().sum::<f64>() / 1024.0;
            let spread = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / 1023.0;
            let error = (spread / 1024.0).sqrt() + 2e-4;
            assert!((mean - integral).abs() < 6.0 * error, "{name}: {mean} ± {error} drawn, {integral} integrated");
        }
    }
}

#[test]
fn white_surfaces_send_everything_back() {
    let (sheet, names) = sheet(is_broad);
    let integrals = Probe::new().integrate(&sheet);
    let whites: Vec<_> = surfaces().into_iter().filter(|white| is_broad(white.name)).collect();
    let mut wrong = Vec::new();
    for (case, name) in names.iter().enumerate() {
        let white = &whites[case / 3];
        for channel in 1..4 {
            let cells = &integrals[case * CELLS..(case + 1) * CELLS];
            let sent: f64 = cells.iter().map(|integral| f64::from(integral[channel])).sum();
            if sent < 0.999 - white.lost || sent > 1.001 + white.added {
                wrong.push(format!("{name}: {sent:.4}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn light_and_viewer_can_be_swapped() {
    let (sheet, names) = sheet(|_| true);
    let pairs = Probe::new().swap(&sheet);
    for (case, name) in names.iter().enumerate() {
        let mut brightest = 0.0_f32;
        for pair in pairs[case * 6144..(case + 1) * 6144].chunks(6) {
            for channel in 0..3 {
                let (there, back) = (pair[channel], pair[channel + 3]);
                assert!((there - back).abs() <= 1e-5 + 2e-3 * there.max(back), "{name}: {there} there, {back} back");
                brightest = brightest.max(there);
            }
        }
        assert!(brightest > 0.1, "{name} is dark");
    }
}
