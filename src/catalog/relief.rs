//! Pictures of relief and wear, made by computation: tileable, once per process, shared by all packages.
//!
//! Normal maps are in tangent space with y up; masks are grey. All of them come from a few octaves of value noise on a
//! grid that wraps, keyed by constants, so that they are equal on every machine.

use std::sync::{Arc, OnceLock};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::Artwork;

/// Side in pixels.
const SIDE: usize = 512;
/// Different pictures of worn edges.
pub(crate) const EDGE_VARIANTS: usize = 4;

/// Normal map of shrink film: fine wrinkles in a few directions, most of the film is smooth.
pub(crate) fn wrinkles() -> Arc<Artwork> {
    static MADE: OnceLock<Arc<Artwork>> = OnceLock::new();
    shared(&MADE, "relief of shrink film", || {
        normals(7.0, |u, v| {
            let warp = 0.05 * (noise(u, v, [3, 3], 11) - 0.5);
            let where_ = smooth((noise(u, v, [3, 4], 12) - 0.45) * 4.0);
            let along = ridge(noise(u + warp, v + warp, [4, 22], 13));
            let across = ridge(noise(u + v + warp, v - warp, [6, 17], 14));
            where_ * (0.7 * along + 0.5 * across) + 0.35 * noise(u, v, [5, 4], 15)
        })
    })
}

/// Normal map of a bag's film: facets between sharp creases.
pub(crate) fn creases() -> Arc<Artwork> {
    static MADE: OnceLock<Arc<Artwork>> = OnceLock::new();
    shared(&MADE, "relief of a bag's film", || {
        normals(9.0, |u, v| {
            let warp = 0.08 * (noise(u, v, [4, 4], 21) - 0.5);
            let (u, v) = (u + warp, v - warp);
            let large = ridge(noise(u, v, [4, 4], 22));
            let middle = ridge(noise(u - v, u + v, [5, 5], 23));
            let fine = ridge(noise(u, v, [13, 12], 24));
            0.9 * large + 0.6 * middle + 0.2 * fine
        })
    })
}

/// Normal map of knocks on a thin wall: a few shallow dents.
pub(crate) fn dents() -> Arc<Artwork> {
    static MADE: OnceLock<Arc<Artwork>> = OnceLock::new();
    shared(&MADE, "relief of dents", || {
        normals(10.0, |u, v| {
            let dent = smooth((noise(u, v, [5, 5], 31) - 0.68) * 5.0);
            let crease = smooth((noise(u + 0.3 * v.floor(), v, [3, 9], 32) - 0.78) * 6.0);
            -(dent + 0.6 * crease)
        })
    })
}

/// Normal map of a carton's side: crushed edges and corners, and a crease over the board.
pub(crate) fn crushed_edges(variant: usize) -> Arc<Artwork> {
    static MADE: [OnceLock<Arc<Artwork>>; EDGE_VARIANTS] = [const { OnceLock::new() }; EDGE_VARIANTS];
    let variant = variant % EDGE_VARIANTS;
    shared(&MADE[variant], "relief of worn edges", || {
        let salt = 100 * variant as u32;
        normals(8.0, move |u, v| {
            let crushed = edge(u, v, salt) * (0.5 + noise(u, v, [23, 23], 41 + salt));
            let place = noise(u, v, [2, 2], 42 + salt);
            let crease = ridge(noise(u, v, [3, 2], 43 + salt)) * smooth((place - 0.6) * 5.0);
            -1.4 * crushed + 0.7 * crease
        })
    })
}

/// Mask of a carton's side, white where the varnish is whole and black where it is rubbed off.
pub(crate) fn varnish(variant: usize) -> Arc<Artwork> {
    static MADE: [OnceLock<Arc<Artwork>>; EDGE_VARIANTS] = [const { OnceLock::new() }; EDGE_VARIANTS];
    let variant = variant % EDGE_VARIANTS;
    shared(&MADE[variant], "mask of rubbed varnish", || grey(move |u, v| 1.0 - rubbed(u, v, variant)))
}

/// Mask of a carton's side, white where bare fibres and dust are.
pub(crate) fn fibres(variant: usize) -> Arc<Artwork> {
    static MADE: [OnceLock<Arc<Artwork>>; EDGE_VARIANTS] = [const { OnceLock::new() }; EDGE_VARIANTS];
    let variant = variant % EDGE_VARIANTS;
    shared(&MADE[variant], "mask of fibres and dust", || {
        grey(move |u, v| {
            let dust = 0.12 * noise(u, v, [40, 40], 51) * noise(u, v, [5, 5], 52);
            (rubbed(u, v, variant) + dust).min(1.0)
        })
    })
}

/// Where a carton's side is rubbed: along its edges, and in a few scratches.
fn rubbed(u: f64, v: f64, variant: usize) -> f64 {
    let salt = 100 * variant as u32;
    let edge = smooth((edge(u, v, salt) * (0.4 + noise(u, v, [60, 60], 61 + salt)) - 0.25) * 3.0);
    let scratch = ridge(noise(u + 0.2 * noise(u, v, [2, 2], 62 + salt), v, [2, 5], 63 + salt));
    let somewhere = smooth((noise(u, v, [4, 4], 64 + salt) - 0.6) * 5.0);
    (edge + 0.7 * smooth((scratch - 0.9) * 12.0) * somewhere).min(1.0)
}

/// 1 at some stretches of the border of 0..1 and most at its corners, 0 inside.
fn edge(u: f64, v: f64, salt: u32) -> f64 {
    let near = |x: f64| x.min(1.0 - x);
    let (to_u, to_v) = (near(u.rem_euclid(1.0)), near(v.rem_euclid(1.0)));
    let stretch = smooth((noise(u, v, [7, 7], 71 + salt) - 0.4) * 3.0);
    let along = smooth(1.0 - to_u.min(to_v) / (0.008 + 0.022 * stretch)) * stretch;
    let corner = smooth(1.0 - libm::sqrt(to_u * to_u + to_v * to_v) / 0.06);
    along.max(corner * (0.3 + 0.7 * noise(u, v, [3, 3], 72 + salt)))
}

/// Sharp where the noise passes its middle.
fn ridge(noise: f64) -> f64 {
    let crest = 1.0 - (2.0 * noise - 1.0).abs();
    crest * crest * crest
}

/// Hermite step from 0 to 1.
fn smooth(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// Value noise, 0 to 1, that repeats with u and v; `cells` of it lie in one unit of each.
fn noise(u: f64, v: f64, cells: [i64; 2], salt: u32) -> f64 {
    let (x, y) = (u * cells[0] as f64, v * cells[1] as f64);
    let (column, row) = (x.floor(), y.floor());
    let (a, b) = (smooth(x - column), smooth(y - row));
    let at = |dx: i64, dy: i64| {
        let (cx, cy) = ((column as i64 + dx).rem_euclid(cells[0]), (row as i64 + dy).rem_euclid(cells[1]));
        let mut h = (cx as u32).wrapping_mul(0x9e37_79b1) ^ (cy as u32).wrapping_mul(0x85eb_ca77);
        h = (h ^ salt.wrapping_mul(0xc2b2_ae3d)).wrapping_mul(0x27d4_eb2f);
        h = (h ^ h >> 15).wrapping_mul(0x1656_67b1);
        f64::from((h ^ h >> 13) >> 8) / f64::from(1_u32 << 24)
    };
    let low = at(0, 0) + (at(1, 0) - at(0, 0)) * a;
    let high = at(0, 1) + (at(1, 1) - at(0, 1)) * a;
    low + (high - low) * b
}

/// Heights over 0..1 as normals; a height of 1 is `steepness` pixels.
fn normals(steepness: f64, height: impl Fn(f64, f64) -> f64) -> Vec<u8> {
    let heights = sampled(height);
    let at = |x: usize, y: usize| heights[y % SIDE * SIDE + x % SIDE];
    let mut pixels = Vec::with_capacity(3 * SIDE * SIDE);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let du = 0.5 * steepness * (at(x + 1, y) - at(x + SIDE - 1, y));
            let dv = 0.5 * steepness * (at(x, y + 1) - at(x, y + SIDE - 1));
            // v points down, the bitangent up.
            let normal = glam::DVec3::new(-du, dv, 1.0).normalize();
            pixels.extend((normal * 127.5 + 127.5).round().to_array().map(|c| c as u8));
        }
    }
    pixels
}

fn grey(value: impl Fn(f64, f64) -> f64) -> Vec<u8> {
    sampled(value).into_iter().flat_map(|value| [(value.clamp(0.0, 1.0) * 255.0).round() as u8; 3]).collect()
}

fn sampled(value: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let at = |i: usize| (i as f64 + 0.5) / SIDE as f64;
    (0..SIDE * SIDE).map(|i| value(at(i % SIDE), at(i / SIDE))).collect()
}

fn shared(made: &OnceLock<Arc<Artwork>>, origin: &str, make: impl FnOnce() -> Vec<u8>) -> Arc<Artwork> {
    let encode = || {
        let mut bytes = Vec::new();
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
            .write_image(&make(), SIDE as u32, SIDE as u32, ExtendedColorType::Rgb8)
            .expect("a picture of this size fits into memory");
        Arc::new(Artwork::from_encoded(bytes, origin))
    };
    made.get_or_init(encode).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_tile_and_are_not_flat() {
        for map in [wrinkles(), creases(), dents(), crushed_edges(1), varnish(2), fibres(3)] {
            let pixels = map.load(SIDE as u32, SIDE as u32).expect("a sound picture");
            let step = |a: (u32, u32), b: (u32, u32)| {
                let (a, b) = (pixels.get_pixel(a.0, a.1), pixels.get_pixel(b.0, b.1));
                (0..3).map(|c| f64::from(a[c].abs_diff(b[c]))).sum::<f64>()
            };
            let last = SIDE as u32 - 1;
            let over = |at: &dyn Fn(u32) -> f64| (0..SIDE as u32).map(at).sum::<f64>();
            // Across the border neighbours differ about as much as inside.
            let inside = over(&|i| step((i, 200), (i, 201))) + over(&|i| step((300, i), (301, i)));
            let across = over(&|i| step((i, last), (i, 0))) + over(&|i| step((last, i), (0, i)));
            let origin = map.origin().display();
            // Pictures of a whole side end where the side does.
            let tiles = !origin.to_string().contains("edges");
            assert!(!tiles || across < 12.0 * inside + 4096.0, "{origin}: {across} across, {inside} inside");
            assert!(over(&|i| step((i, i), ((i + 7) % SIDE as u32, i))) > 100.0, "{origin} is flat");
        }
    }

    #[test]
    fn normals_point_outwards_on_average() {
        for map in [wrinkles(), creases(), dents(), crushed_edges(0)] {
            let pixels = map.load(SIDE as u32, SIDE as u32).expect("a sound picture");
            let count = (SIDE * SIDE) as f64;
            let mean: [f64; 3] = std::array::from_fn(|c| pixels.pixels().map(|p| f64::from(p[c])).sum::<f64>() / count);
            assert!((mean[0] - 127.5).abs() < 2.0 && (mean[1] - 127.5).abs() < 2.0 && mean[2] > 200.0, "{mean:?}");
            assert!(pixels.pixels().all(|p| p[2] > 140), "{} has overhangs", map.origin().display());
        }
    }
}
