//! Pillow bag: crisps, sweets, frozen food. A sleeve of film, flattened and crimped above and below, swollen between. Field:
//! `finish` (`gloss`); `window` = `no` or `yes`, a clear one in front of what is in the bag, whose colour is
//! `content_color`; `body_color` (the cut ends).
//!
//! Sheet: front and back, each as wide as the flat seam and as high as the bag.

use glam::{DVec2, DVec3};

use super::landmark::Landmark;
use super::mesher::{Mesher, Skin};
use super::paint;
use super::request::Request;
use super::sheet::Sheet;
use super::window::{self, Window};
use super::{Footprint, Package, Parts, soft};

pub(super) const PACKAGE: Package = Package { name: "pillow_bag", sheet, build };

const CUT: u16 = 1;
const WINDOW: u16 = 2;
const GOODS: u16 = 3;
const QUARTER: usize = 15;
const BODY_ROWS: usize = 20;
const SEAM_ROWS: usize = 5;

fn sheet(size: DVec3) -> Sheet {
    Sheet::pair(size.x, size.y)
}

/// What a bag looks like at one height.
struct Level {
    y: f64,
    half: DVec2,
    /// Share of the way from the lower to the upper seam, 0 to 1.
    share: f64,
    /// Forward shift of the whole film: the ridges of the crimping jaws.
    shift: f64,
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let size = request.size;
    let rows: Vec<Vec<DVec3>> = levels(size).iter().map(|level| ring(level, size)).collect();
    let has_window = window::wanted(request)?;
    // In the lower half of the front, between the cut ends' slot and no other.
    let window = Window { rows: [9, 14], columns: [QUARTER - 6, QUARTER + 6], slots: [WINDOW, GOODS] };
    let ids = soft::two_panels_with(mesher, &rows, sheet, has_window.then_some(window));
    if has_window {
        window.add_goods(mesher, &rows);
    }
    let cut = Skin::new(CUT);
    soft::zip(mesher, cut, &ids[0], false);
    soft::zip(mesher, cut, &ids[ids.len() - 1], true);
    let cut = paint::plastic("cut", request.color(&["body_color"], "#d9d9d6")?);
    let mut materials = vec![paint::creased(paint::printed(request, "gloss")?, 0.7), cut];
    if has_window {
        materials.extend(window::materials(request)?);
    }
    let variant = if has_window { "film-window" } else { "film" };
    let mut landmarks = Landmark::flat_corners(size.y).to_vec();
    landmarks.push(Landmark::front("front_center", 0.5 * size.y));
    Ok(Parts { materials, footprint: Footprint::Box, variant: variant.to_owned(), landmarks })
}

fn levels(size: DVec3) -> Vec<Level> {
    let DVec3 { x: w, y: h, z: d } = size;
    let seam = (0.055 * h).min(13.0);
    let film = 0.3_f64.min(0.02 * d);
    let ridge = 0.35 * (seam / SEAM_ROWS as f64).min(0.1 * d).min(1.4);
    let crimp = |i: usize| if i.is_multiple_of(2) { ridge } else { -ridge };
    let seam_level =
        |y: f64, share: f64, i: usize| Level { y, half: DVec2::new(0.5 * w, film), share, shift: crimp(i) };

    let mut levels: Vec<Level> =
        (0..SEAM_ROWS).map(|i| seam_level(seam * i as f64 / SEAM_ROWS as f64, 0.0, i)).collect();
    for i in 0..=BODY_ROWS {
        // Rows crowd towards the seams, where the film turns.
        let share = 0.5 - 0.5 * libm::cos(std::f64::consts::PI * i as f64 / BODY_ROWS as f64);
        let swell = libm::pow(libm::sin(std::f64::consts::PI * libm::pow(share, 0.9)).max(0.0), 0.62);
        let depth = film + (0.5 * d - film) * swell;
        let width = soft::half_width(2.0 * w, depth, 0.4 * w).min(0.5 * w);
        levels.push(Level { y: seam + (h - 2.0 * seam) * share, half: DVec2::new(width, depth), share, shift: 0.0 });
    }
    levels.extend((1..=SEAM_ROWS).map(|i| seam_level(h - seam + seam * i as f64 / SEAM_ROWS as f64, 1.0, i)));
    levels
}

/// The film at one height, with the gathers that run out from the seams and the dents of what is in the bag.
fn ring(level: &Level, size: DVec3) -> Vec<DVec3> {
    let DVec2 { x: half_width, y: depth } = level.half;
    let near = |distance: f64| libm::exp(-distance / 0.13) * (distance / 0.035).min(1.0);
    let gathered = near(level.share) + near(1.0 - level.share);
    let bend_fade = libm::exp(-level.share.min(1.0 - level.share) / 0.08);
    soft::sleeve(level.half, 2.0, QUARTER)
        .into_iter()
        .map(|p| {
            let across = 0.5 + 0.5 * p.x / half_width;
            let side = if p.y < 0.0 { 1.0 } else { 0.0 } + if level.share > 0.5 { 2.0 } else { 0.0 };
            let inner = (1.0 - (2.0 * across - 1.0) * (2.0 * across - 1.0)).max(0.0);
            let fold = soft::gathers(across, side) * gathered * (0.05 * size.x).min(0.34 * depth) * libm::sqrt(inner);
            let dent = libm::cos(7.0 * across + 5.0 * level.share + side) * libm::cos(9.0 * level.share - 3.0 * across);
            let dent = 0.035 * depth * dent * inner;
            let bend = 0.05 * size.z * bend_fade * libm::sin(4.1 * across + 6.0 * level.share.round() + 0.6);
            let outwards = if p.y == 0.0 { 0.0 } else { p.y.signum() };
            DVec3::new(p.x, level.y, p.y + outwards * (fold + dent) + bend + level.shift)
        })
        .collect()
}
