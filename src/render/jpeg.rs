use image::ExtendedColorType;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{ImageDecoder, ImageError};

use super::Error;

/// Sends pixels (red, green, blue and a byte that is kept) through a JPEG of this quality.
///
/// The encoder does not subsample chroma, so every block of 8 × 8 pixels is on its own: what a block becomes depends on
/// nothing outside of it.
pub(super) fn pass_through(pixels: &mut [u8], (width, height): (u32, u32), quality: u8) -> Result<(), Error> {
    let failed = |error: ImageError| Error::Failed(format!("a JPEG of {width}x{height} pixels: {error}"));
    let rgb: Vec<u8> = pixels.chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode(&rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(failed)?;
    let mut decoded = rgb;
    JpegDecoder::new(std::io::Cursor::new(file))
        .and_then(|decoder| decoder.read_image(&mut decoded))
        .map_err(failed)?;
    for (pixel, color) in pixels.chunks_exact_mut(4).zip(decoded.chunks_exact(3)) {
        pixel[..3].copy_from_slice(color);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    fn noise(width: u32, height: u32) -> Vec<u8> {
        let mut rng = Seed { dataset: 1, index: 1 }.rng("test/jpeg");
        let mut pixels = vec![255; (width * height * 4) as usize];
        for pixel in pixels.chunks_exact_mut(4) {
            pixel[..3].fill_with(|| rng.bits() as u8);
        }
        pixels
    }

    fn part(pixels: &[u8], width: u32, (x, y, columns, rows): (u32, u32, u32, u32)) -> Vec<u8> {
        (y..y + rows)
            .flat_map(|row| {
                let start = ((row * width + x) * 4) as usize;
                &pixels[start..start + (columns * 4) as usize]
            })
            .copied()
            .collect()
    }

    #[test]
    fn blocks_are_independent() {
        // Sizes that are and are not multiples of what the decoder works on at once.
        for (width, height) in [(64, 40), (77, 45), (33, 17)] {
            let before = noise(width, height);
            let mut whole = before.clone();
            pass_through(&mut whole, (width, height), 85).expect("a picture");
            assert_ne!(whole, before);
            for (x, y) in [(0, 0), (8, 8), (16, 0), (24, 8), (32, 16)] {
                for (columns, rows) in [(8, 8), (16, 8), (width - x, height - y)] {
                    let (columns, rows) = (columns.min(width - x), rows.min(height - y));
                    let mut tile = part(&before, width, (x, y, columns, rows));
                    pass_through(&mut tile, (columns, rows), 85).expect("a picture");
                    assert!(
                        tile == part(&whole, width, (x, y, columns, rows)),
                        "{columns}x{rows} at {x}, {y} of {width}x{height}"
                    );
                }
            }
        }
    }

    #[test]
    fn quality_bounds_the_error() {
        let error = |quality| {
            let before = noise(64, 64);
            let mut after = before.clone();
            pass_through(&mut after, (64, 64), quality).expect("a picture");
            let sum: u64 = before.iter().zip(&after).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            sum as f64 / (64.0 * 64.0 * 3.0)
        };
        assert!(error(100) < 2.0 && error(90) < error(50) && error(50) > 10.0, "{} {}", error(100), error(50));
    }
}
