//! The sampler's numbers, as the shader makes them.

use bytemuck::Zeroable as _;
use endcap::render::gpu_data::View;
use glam::UVec2;

use crate::probe::Probe;

fn view(seed: u32, samples: u32) -> View {
    View { seed: UVec2::new(seed, 3), sample_total: samples, ..View::zeroed() }
}

/// Whether every elementary interval of the unit square, of every shape, holds exactly one of the points.
fn is_net(points: &[[f32; 2]]) -> bool {
    let bits = points.len().ilog2();
    (0..=bits).all(|wide| {
        let (columns, rows) = (1 << wide, 1 << (bits - wide));
        let mut seen = vec![false; points.len()];
        points.iter().all(|[x, y]| {
            let cell = (x * columns as f32) as usize * rows as usize + (y * rows as f32) as usize;
            !std::mem::replace(&mut seen[cell], true)
        })
    })
}

#[test]
fn samples_of_a_pixel_and_of_a_block_are_even_in_every_draw() {
    let (pixels, draws, samples) = (16_usize, 6_usize, 64_usize);
    let numbers = Probe::new().numbers(&view(7, samples as u32), [pixels as u32, draws as u32, samples as u32]);
    let pair = |pixel: usize, draw: usize, sample: usize, first: usize| {
        let number = numbers[(pixel * draws + draw) * samples + sample];
        [number[first], number[first + 1]]
    };
    for draw in 0..draws {
        for first in [0, 2] {
            // Any power of two of a pixel's first samples is a net.
            for count in [1, 4, 16, 64] {
                for pixel in 0..pixels {
                    let points: Vec<_> = (0..count).map(|sample| pair(pixel, draw, sample, first)).collect();
                    assert!(is_net(&points), "first {count} samples of pixel {pixel}, draw {draw}, pair {first}");
                }
            }
            // All samples of a block of 2 × 2 or 4 × 4 pixels are one net.
            for block in [4, 16] {
                let points: Vec<_> =
                    (0..block * samples).map(|i| pair(i / samples, draw, i % samples, first)).collect();
                assert!(is_net(&points), "block of {block} pixels, draw {draw}, pair {first}");
            }
        }
    }
    // Draws and pairs are different points, not copies.
    assert_ne!(pair(0, 0, 0, 0), pair(0, 1, 0, 0));
    assert_ne!(pair(0, 0, 0, 0), pair(0, 0, 0, 2));
}

#[test]
fn any_number_of_samples_is_even_and_within_bounds() {
    // A count that is no power of two still starts each pixel at its own even stretch.
    let numbers = Probe::new().numbers(&view(8, 9), [64, 2, 9]);
    assert!(numbers.iter().flatten().all(|number| (0.0..1.0).contains(number)));
    for pixel in 0..64 {
        let points: Vec<_> = numbers[pixel * 18..pixel * 18 + 8].iter().map(|n| [n[0], n[1]]).collect();
        assert!(is_net(&points), "first 8 samples of pixel {pixel}");
    }
}

#[test]
fn noise_of_a_block_is_far_below_that_of_independent_samples() {
    // An edge and a slope: the error of the mean over 4 × 4 pixels with 4 samples each, over 64 blocks.
    let value = |[x, y]: [f32; 2]| f64::from(u8::from(0.6 * x + y < 0.7)) + f64::from(x * y);
    let blocks = 64;
    let (mut block_error, mut pixel_error, mut spread) = (0.0, 0.0, 0.0);
    let steps = 1000;
    let point = |i: i32| [(i % steps) as f32 + 0.5, (i / steps) as f32 + 0.5].map(|c| c / steps as f32);
    let truth = (0..steps * steps).map(|i| value(point(i))).sum::<f64>() / f64::from(steps * steps);
    let numbers = Probe::new().numbers(&view(9, 4), [16 * blocks, 1, 4]);
    for block in numbers.chunks(64) {
        let values: Vec<f64> = block.iter().map(|number| value([number[0], number[1]])).collect();
        block_error += (values.iter().sum::<f64>() / 64.0 - truth).powi(2) / f64::from(blocks);
        for pixel in values.chunks(4) {
            pixel_error += (pixel.iter().sum::<f64>() / 4.0 - truth).powi(2) / f64::from(blocks * 16);
        }
        spread += values.iter().map(|value| (value - truth).powi(2)).sum::<f64>() / f64::from(blocks * 64);
    }
    // Independent samples would have spread / 4 and spread / 64; independent pixels pixel_error / 16.
    assert!(pixel_error < 0.5 * spread / 4.0, "pixels: {pixel_error} of {}", spread / 4.0);
    assert!(block_error < 0.3 * pixel_error / 16.0, "blocks: {block_error} of {}", pixel_error / 16.0);
}
