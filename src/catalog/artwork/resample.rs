//! Pictures to another size without dark fringes around transparent parts.

use image::imageops::{self, FilterType};
use image::{Rgba, Rgba32FImage, RgbaImage};

/// Resamples to exactly this size. Where anything is transparent, colours are weighted by their alpha, so that the
/// colour hidden under alpha 0 never shows.
pub(super) fn resize(picture: RgbaImage, width: u32, height: u32) -> RgbaImage {
    if picture.dimensions() == (width, height) {
        return picture;
    }
    if picture.pixels().all(|pixel| pixel.0[3] == 255) {
        return imageops::resize(&picture, width, height, FilterType::Lanczos3);
    }
    let weighted = Rgba32FImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0.map(|value| f32::from(value) / 255.0);
        Rgba([r * a, g * a, b * a, a])
    });
    let resized = imageops::resize(&weighted, width, height, FilterType::Lanczos3);
    RgbaImage::from_fn(width, height, |x, y| {
        let [r, g, b, a] = resized.get_pixel(x, y).0;
        let straight = |value: f32| if a > 1e-4 { (value / a).clamp(0.0, 1.0) } else { 0.0 };
        Rgba([straight(r), straight(g), straight(b), a.clamp(0.0, 1.0)].map(|value| (value * 255.0).round() as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_colour_never_shows() {
        let picture =
            RgbaImage::from_fn(32, 32, |x, _| if x < 16 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 255, 0, 0]) });
        for pixel in resize(picture, 9, 9).pixels() {
            assert!(pixel.0[3] == 0 || pixel.0[1] == 0, "{pixel:?}");
        }
    }

    #[test]
    fn shrinking_keeps_the_mean() {
        let board = RgbaImage::from_fn(64, 64, |x, y| Rgba([if (x + y) % 2 == 0 { 255 } else { 0 }, 9, 9, 255]));
        for pixel in resize(board, 4, 4).pixels() {
            assert!(pixel.0[0].abs_diff(128) < 3 && pixel.0[1] == 9, "{pixel:?}");
        }
    }
}
