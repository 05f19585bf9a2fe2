use image::imageops::{self, FilterType};
use image::{ImageBuffer, Luma};
use ndarray::ArrayView3;

use super::definition::Group;
use super::{Definition, Shot, Tally, Unit};

/// Side of the picture that gradients are measured in.
const SIDE: u32 = 640;
/// Luma above which a pixel counts as clipped.
const CLIPPED: f64 = 0.98;
/// Luma below which a pixel counts as black.
const BLACK: f64 = 0.03;

const fn figure(key: &'static str, title: &'static str, unit: Unit, most: f64) -> Definition {
    Definition { key, title, unit, per: "picture", resolution: 0.000_1, bounds: (0.0, most) }
}

const LUMA: Definition = figure("luma", "mean luma", Unit::Number, 1.0);
const LUMA_STD: Definition = figure("luma_std", "std of luma inside a picture", Unit::Number, 1.0);
const CLIPPED_SHARE: Definition = figure("clipped", "clipped pixels (luma > 0.98)", Unit::Percent, 1.0);
const BLACK_SHARE: Definition = figure("black", "black pixels (luma < 0.03)", Unit::Percent, 1.0);
const SATURATION: Definition = figure("saturation", "mean saturation", Unit::Number, 1.0);
const GRADIENT: Definition = figure("gradient", "luma gradient per pixel at 640 x 640", Unit::Number, 1.5);
const RED: Definition = figure("cast_red", "R / G of the mean colour", Unit::Number, 10.0);
const BLUE: Definition = figure("cast_blue", "B / G of the mean colour", Unit::Number, 10.0);

/// Light and colour of the pictures, on sRGB values from 0 to 1 as they stand in the file.
pub(super) const GROUP: Group = Group {
    key: "color",
    title: "Colour",
    figures: &[LUMA, LUMA_STD, CLIPPED_SHARE, BLACK_SHARE, SATURATION, GRADIENT, RED, BLUE],
    measure,
};

fn measure(shot: &Shot<'_>, tally: &mut Tally) {
    let Some(rgb) = &shot.reading.rgb else { return };
    let pixels = rgb.len() as f64 / 3.0;
    let (mut sum, mut squares, mut clipped, mut black, mut saturation) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut mean = [0u64; 3];
    for pixel in rgb.lanes(ndarray::Axis(2)) {
        let pixel = [pixel[0], pixel[1], pixel[2]];
        let y = luma(pixel);
        sum += y;
        squares += y * y;
        clipped += f64::from(u8::from(y > CLIPPED));
        black += f64::from(u8::from(y < BLACK));
        let (low, high) = (pixel[0].min(pixel[1]).min(pixel[2]), pixel[0].max(pixel[1]).max(pixel[2]));
        saturation += f64::from(high - low) / f64::from(high.max(1));
        for (sum, channel) in mean.iter_mut().zip(pixel) {
            *sum += u64::from(channel);
        }
    }
    let average = sum / pixels;
    tally.add(&LUMA, average);
    tally.add(&LUMA_STD, (squares / pixels - average * average).max(0.0).sqrt());
    tally.add(&CLIPPED_SHARE, clipped / pixels);
    tally.add(&BLACK_SHARE, black / pixels);
    tally.add(&SATURATION, saturation / pixels);
    tally.add(&GRADIENT, gradient(rgb.view()));
    if mean[1] > 0 {
        tally.add(&RED, mean[0] as f64 / mean[1] as f64);
        tally.add(&BLUE, mean[2] as f64 / mean[1] as f64);
    }
}

/// Luma Y' of ITU-R BT.709 of encoded sRGB values, 0 to 1.
fn luma([r, g, b]: [u8; 3]) -> f64 {
    (0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)) / 255.0
}

/// Mean length of the luma's gradient: the picture is resized to 640 × 640 whatever its shape, with a triangle filter as
/// wide as a pixel of the coarser grid (what Pillow calls BILINEAR), and differences are taken to the next pixel to
/// the right and below.
pub(super) fn gradient(rgb: ArrayView3<'_, u8>) -> f64 {
    let (height, width, _) = rgb.dim();
    let full = ImageBuffer::from_fn(width as u32, height as u32, |x, y| {
        let at = |channel: usize| rgb[[y as usize, x as usize, channel]];
        Luma([luma([at(0), at(1), at(2)]) as f32])
    });
    let small = imageops::resize(&full, SIDE, SIDE, FilterType::Triangle);
    let at = |x: u32, y: u32| f64::from(small.get_pixel(x, y).0[0]);
    let mut sum = 0.0;
    for y in 0..SIDE - 1 {
        for x in 0..SIDE - 1 {
            let here = at(x, y);
            let (right, down) = (at(x + 1, y) - here, at(x, y + 1) - here);
            sum += (right * right + down * down).sqrt();
        }
    }
    sum / f64::from((SIDE - 1) * (SIDE - 1))
}
