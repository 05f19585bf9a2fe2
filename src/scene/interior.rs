//! The inside of a store as an equirectangular picture: what rays see that leave the hall, and light for products that
//! stand alone.

use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use glam::{DVec3, Vec3};
use image::codecs::hdr::HdrEncoder;
use image::{Rgb, Rgb32FImage};

use crate::catalog::Artwork;
use crate::seed::Seed;

/// Width and height of the picture, pixels.
const SIZE: (u32, u32) = (512, 256);
/// Half the room, and the place of the eye in it, metres.
const HALF: (f64, f64) = (9.0, 7.0);
/// Height of the ceiling and of the eye, metres.
const CEILING: f64 = 3.6;
const EYE: f64 = 1.5;
/// Top of the shelves along the walls, metres.
const SHELVES: f64 = 2.1;
/// Height of a tier, metres.
const TIER: f64 = 0.38;
/// Radiance of the strips; a white wall has about 1.
const STRIP: f32 = 7.0;

/// The picture, made once: mean radiance over the sphere 1 in luminance, neutral in colour.
pub(super) fn artwork() -> Arc<Artwork> {
    static PICTURE: OnceLock<Arc<Artwork>> = OnceLock::new();
    PICTURE.get_or_init(|| Arc::new(Artwork::from_encoded(encoded(), "store interior"))).clone()
}

fn encoded() -> Vec<u8> {
    let goods = Goods::new();
    let (width, height) = SIZE;
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for row in 0..height {
        for column in 0..width {
            // Four rays a pixel, so that the strips have no steps.
            let rays = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
            let sum: Vec3 =
                rays.map(|(x, y)| goods.radiance(direction(f64::from(column) + x, f64::from(row) + y))).iter().sum();
            pixels.push(sum * 0.25);
        }
    }
    let at = |x: u32, y: u32| Rgb(pixels[(y * width + x) as usize].to_array());
    let picture = Rgb32FImage::from_fn(width, height, at);
    let mean = mean_of(&picture);
    let pixels: Vec<Rgb<f32>> =
        picture.pixels().map(|pixel| Rgb((Vec3::from_array(pixel.0) / mean).to_array())).collect();
    let mut bytes = Cursor::new(Vec::new());
    HdrEncoder::new(&mut bytes)
        .encode(&pixels, width as usize, height as usize)
        .expect("a picture in memory can be written to memory");
    bytes.into_inner()
}

/// Mean of an equirectangular picture over the sphere: each row counts as much as its band of the sphere is wide.
pub(super) fn mean_of(picture: &Rgb32FImage) -> Vec3 {
    let rows = f64::from(picture.height());
    let (mut sum, mut weights) = (DVec3::ZERO, 0.0);
    for (row, pixels) in picture.rows().enumerate() {
        let weight = libm::cos(PI * row as f64 / rows) - libm::cos(PI * (row + 1) as f64 / rows);
        sum += pixels.map(|pixel| Vec3::from_array(pixel.0).as_dvec3()).sum::<DVec3>() * weight;
        weights += weight * f64::from(picture.width());
    }
    if weights > 0.0 { (sum / weights).as_vec3() } else { Vec3::ZERO }
}

/// Unit vector of a place in the picture: its middle looks along −z, +y is up.
fn direction(column: f64, row: f64) -> DVec3 {
    let azimuth = TAU * (column / f64::from(SIZE.0) - 0.5);
    let elevation = FRAC_PI_2 - PI * row / f64::from(SIZE.1);
    let flat = libm::cos(elevation);
    DVec3::new(flat * libm::sin(azimuth), libm::sin(elevation), -flat * libm::cos(azimuth))
}

/// Colours of the blocks of goods, tier by tier around the room.
struct Goods {
    colors: Vec<Vec3>,
}

impl Goods {
    /// Blocks on a tier around the room, and their width in metres.
    const BLOCKS: usize = 160;
    const WIDTH: f64 = 0.4;

    fn new() -> Self {
        let mut rng = Seed { dataset: 0, index: 0 }.rng("scene/interior");
        let mut color = || {
            let grey = rng.uniform(0.15..0.75);
            let mut channel = || (grey * rng.uniform(0.45..1.2)) as f32;
            Vec3::new(channel(), channel(), channel())
        };
        Self { colors: (0..Self::BLOCKS * 8).map(|_| color()).collect() }
    }

    /// What the room sends to the eye from there.
    fn radiance(&self, towards: DVec3) -> Vec3 {
        // Distances at which the ray meets ceiling or floor, and the walls.
        let level = if towards.y > 0.0 { (CEILING - EYE) / towards.y } else { EYE / (-towards.y).max(1e-9) };
        let across = HALF.0 / towards.x.abs().max(1e-9);
        let along = HALF.1 / towards.z.abs().max(1e-9);
        let met = level.min(across).min(along);
        let place = towards * met + DVec3::Y * EYE;
        if met >= level {
            return if towards.y > 0.0 { ceiling(place) } else { floor(place) };
        }
        let around = if across < along { place.z + 40.0 } else { place.x + 60.0 };
        self.wall(around, place.y)
    }

    fn wall(&self, around: f64, height: f64) -> Vec3 {
        if height > SHELVES {
            // Light falls on the wall from above, and a coloured band runs along it.
            let lit = 0.55 + 0.35 * ((height - SHELVES) / (CEILING - SHELVES)) as f32;
            let is_band = (SHELVES + 0.25..SHELVES + 0.65).contains(&height);
            return if is_band { Vec3::new(0.35, 0.55, 0.40) * lit } else { Vec3::new(0.95, 0.93, 0.90) * lit };
        }
        let (tier, within) = (libm::floor(height / TIER), height / TIER - libm::floor(height / TIER));
        // Top tiers are bright, the lowest ones dim.
        let lit = 0.35 + 0.65 * (height / SHELVES) as f32;
        if within < 0.1 {
            return Vec3::splat(0.85 * lit);
        }
        if within > 0.86 {
            return Vec3::splat(0.06);
        }
        let block = libm::floor(around / Self::WIDTH) as usize % Self::BLOCKS;
        let color = self.colors[(tier as usize).min(7) * Self::BLOCKS + block];
        let gap = (around / 0.1 - libm::floor(around / 0.1)) < 0.06;
        color * lit * if gap { 0.3 } else { 1.0 }
    }
}

/// Rows of strips between tiles.
fn ceiling(place: DVec3) -> Vec3 {
    let repeat = |value: f64, period: f64| value - period * libm::floor(value / period);
    let is_strip = repeat(place.z + 0.9, 2.4) < 0.22 && repeat(place.x + 0.3, 2.2) < 1.7;
    if is_strip {
        return Vec3::splat(STRIP);
    }
    let is_joint = repeat(place.x, 0.6) < 0.02 || repeat(place.z, 0.6) < 0.02;
    Vec3::splat(if is_joint { 0.3 } else { 0.5 })
}

/// Pale tiles that mirror the strips a little.
fn floor(place: DVec3) -> Vec3 {
    let mirrored = ceiling(DVec3::new(place.x * 1.9, CEILING, place.z * 1.9)).x.min(6.0);
    Vec3::new(0.42, 0.41, 0.38) * 0.8 + Vec3::splat(0.035 * mirrored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interior_has_mean_one_and_strips_above() {
        let picture = artwork().load_hdr().expect("its own picture");
        assert_eq!(picture.dimensions(), SIZE);
        let mean = mean_of(&picture);
        assert!((mean - Vec3::ONE).abs().max_element() < 0.01, "{mean}");
        let pixels: Vec<Vec3> = picture.pixels().map(|pixel| Vec3::from_array(pixel.0)).collect();
        let (above, below) = pixels.split_at(pixels.len() / 2);
        let brightest = |pixels: &[Vec3]| pixels.iter().map(|pixel| pixel.y).fold(0.0, f32::max);
        assert!(brightest(above) > 4.0 * brightest(below), "{} {}", brightest(above), brightest(below));
    }

    #[test]
    fn the_mean_weighs_rows_by_their_bands() {
        // One bright row at the zenith of four: its band is (1 - cos 45°) / 2 of the sphere.
        let picture = Rgb32FImage::from_fn(2, 4, |_, y| Rgb([f32::from(y == 0); 3]));
        assert!((mean_of(&picture).x - 0.146447).abs() < 1e-5);
        assert_eq!(mean_of(&Rgb32FImage::new(0, 0)), Vec3::ZERO);
    }

    #[test]
    fn directions_follow_the_convention() {
        let (width, height) = (f64::from(SIZE.0), f64::from(SIZE.1));
        assert!(direction(0.5 * width, 0.5 * height).abs_diff_eq(DVec3::NEG_Z, 1e-12));
        assert!(direction(0.75 * width, 0.5 * height).abs_diff_eq(DVec3::X, 1e-12));
        assert!(direction(0.0, 0.0).abs_diff_eq(DVec3::Y, 1e-12));
    }
}
