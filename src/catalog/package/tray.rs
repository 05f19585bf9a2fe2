//! Shallow tray with its content under film, in a printed sleeve: meat, produce, ready meals. Fields: `body_color` (the
//! tray), `content_color`.
//!
//! Sheet: the sleeve, 0.62 times as wide as the tray: `top` above `front` above `bottom` in a column, `back` at the right
//! of the front.

use glam::{DVec2, DVec3, Vec3};

use super::landmark::Landmark;
use super::mesher::{Mesher, Skin};
use super::paint::{self, LABEL};
use super::profile::round_corner;
use super::request::Request;
use super::sheet::{Face, Panel, Sheet};
use super::{Footprint, Package, Parts, section};
use crate::catalog::Material;

pub(super) const PACKAGE: Package = Package { name: "tray", sheet, build };

const TRAY: u16 = 1;
const FILM: u16 = 2;
const INSIDE: u16 = 3;

/// Width of the sleeve by the width of the tray.
const SLEEVE: f64 = 0.62;
/// Length of the tray's foot by the length of its rim.
const TAPER: f64 = 0.86;
/// Points of a corner of the tray, and further points of each half side.
const ARC: usize = 5;
const FLAT: usize = 2;

/// The four corners of the sleeve seen from its right end, (z, y), from the lower front one counter-clockwise seen from
/// the right, and the sheet's sizes.
fn corners(size: DVec3) -> [DVec2; 4] {
    let (top, foot) = (0.5 * size.z, 0.5 * TAPER * size.z);
    [DVec2::new(foot, 0.0), DVec2::new(-foot, 0.0), DVec2::new(-top, size.y), DVec2::new(top, size.y)]
}

fn sheet(size: DVec3) -> Sheet {
    let [front_low, back_low, _, front_high] = corners(size);
    let (width, wall) = (SLEEVE * size.x, front_low.distance(front_high));
    let (top, bottom) = (size.z, front_low.distance(back_low));
    let panel = |face, x, y, height| Panel { face, x, y, width, height };
    Sheet {
        width_mm: 2.0 * width,
        height_mm: top + wall + bottom,
        panels: vec![
            panel(Face::Front, 0.0, top, wall),
            panel(Face::Top, 0.0, 0.0, top),
            panel(Face::Bottom, 0.0, top + wall, bottom),
            panel(Face::Back, width, top, wall),
        ],
    }
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let size = request.size;
    let board = 0.5_f64.min(0.04 * size.min_element());
    add_tray(mesher, size, board);
    add_sleeve(mesher, sheet, size);
    let content = request.color(&["content_color"], "#b5322c")?;
    Ok(Parts {
        materials: vec![
            paint::printed(request, "gloss")?,
            paint::plastic("tray", request.color(&["body_color"], "#1b1c1e")?),
            paint::creased(paint::behind_wall("film", content, 1.5), 0.5),
            Material::plain("inside", Vec3::splat(0.12), 0.9),
        ],
        footprint: Footprint::Box,
        variant: "sleeve".to_owned(),
        landmarks: [&Landmark::corners(size.y)[..], &[Landmark::top("top_center")]].concat(),
    })
}

/// The tray itself: foot, sloping walls with ribs, rim, and film that lies on the content.
fn add_tray(mesher: &mut Mesher, size: DVec3, board: f64) {
    let half = DVec2::new(0.5 * size.x, 0.5 * size.z - 2.0 * board);
    let (low, high) = (1.2 * board, size.y - 1.5 * board);
    let smallest = half.min_element();
    let corner = 0.3 * smallest;
    let rim = (0.07 * smallest).min(6.0);
    let lip = rim.min(0.1 * (high - low));
    let foot = half - ((1.0 - TAPER) * 0.5 * size.z).min(0.3 * smallest) - rim;
    let wall = half - rim;
    let dome = 0.14 * (high - low);
    let flange = high - dome;

    let row = |mesher: &mut Mesher, half: DVec2, radius: f64, y: f64| {
        mesher.points(&section::at_height(&section::rounded(half, radius, ARC, FLAT), y))
    };
    let outside = [
        (foot - 0.5 * lip, 0.7, low),
        (foot - 0.15 * lip, 0.75, low + 0.15 * lip),
        (foot, 0.8, low + 0.6 * lip),
        (foot.lerp(wall, 0.93), 0.9, flange - 1.4 * lip),
        (wall, 0.9, flange - 0.9 * lip),
        (half - 0.1 * rim, 1.0, flange - 0.9 * lip),
        (half, 1.0, flange - 0.7 * lip),
        (half, 1.0, flange - 0.2 * lip),
        (half - 0.15 * rim, 1.0, flange),
        (half - 0.9 * rim, 0.95, flange + 0.02 * dome),
    ];
    let skin = Skin::new(TRAY);
    let mut below: Option<Vec<u32>> = None;
    for (half, share, y) in outside {
        let ring = row(mesher, half, share * corner, y);
        match &below {
            None => mesher.fan(skin, &ring, DVec3::new(0.0, y, 0.0), false, |_| DVec2::ZERO),
            Some(lower) => mesher.band(skin, lower, &ring, |_, _| DVec2::ZERO),
        }
        below = Some(ring);
    }

    // Film: rings that shrink to the middle, on lumps of content; flat again under the sleeve.
    let film = Skin::new(FILM);
    let inner = half - 0.9 * rim;
    let lumps = |p: DVec2| {
        let (x, z) = (9.0 * p.x / half.y, 9.0 * p.y / half.y);
        0.5 + 0.28 * libm::sin(x + 0.6 * z) * libm::cos(0.7 * z - 0.3 * x) + 0.22 * libm::sin(1.7 * x - 1.1 * z + 1.0)
    };
    let height = |p: DVec2, share: f64| {
        let rise = (share / 0.12).min(1.0);
        flange + 0.02 * dome + dome * rise * (0.25 + 0.7 * lumps(p)).clamp(0.0, 0.98)
    };
    for share in [0.05, 0.13, 0.25, 0.4, 0.58, 0.78] {
        let ring = section::rounded(inner * (1.0 - share), (0.9 - 0.5 * share) * corner * (1.0 - share), ARC, FLAT);
        let points: Vec<DVec3> = ring.iter().map(|&p| DVec3::new(p.x, height(p, share), p.y)).collect();
        let ids = mesher.points(&points);
        if let Some(lower) = &below {
            mesher.band(film, lower, &ids, |_, _| DVec2::ZERO);
        }
        below = Some(ids);
    }
    if let Some(ring) = below {
        mesher.fan(film, &ring, DVec3::new(0.0, height(DVec2::ZERO, 1.0), 0.0), true, |_| DVec2::ZERO);
    }
}

/// The sleeve: a rounded prism along x around tray and film.
fn add_sleeve(mesher: &mut Mesher, sheet: &Sheet, size: DVec3) {
    let corners = corners(size);
    let half = 0.5 * SLEEVE * size.x;
    let radius = (0.04 * size.y.min(size.z)).min(2.5);
    let mut outline: Vec<(DVec2, usize)> = Vec::new();
    for i in 0..4 {
        let arc = round_corner(corners[(i + 3) % 4], corners[i], corners[(i + 1) % 4], radius);
        // The first half of each bend belongs to the side before the corner, the second half to the side after it.
        let middle = arc.len() / 2;
        outline.extend(arc.iter().enumerate().map(|(j, &p)| (p, if j < middle { (i + 3) % 4 } else { i })));
    }
    // Sides by the corner they start at: 0 bottom, 1 back, 2 top, 3 front.
    let side_uv = |side: usize, point: DVec2, x: f64| {
        let (start, end) = (corners[side], corners[(side + 1) % 4]);
        let length = start.distance(end);
        let along = (point - start).dot(end - start) / length;
        let at = |face: Face, across: f64, down: f64| {
            sheet.panel(face).map_or(DVec2::ZERO, |p| DVec2::new(p.x + across, p.y + down))
        };
        match side {
            0 => at(Face::Bottom, half + x, along),
            1 => at(Face::Back, half - x, length - along),
            2 => at(Face::Top, half + x, along),
            _ => at(Face::Front, half + x, along),
        }
    };
    let row = |mesher: &mut Mesher, x: f64| {
        let points: Vec<DVec3> = outline.iter().map(|(p, _)| DVec3::new(x, p.y, p.x)).collect();
        mesher.points(&points)
    };
    let (left, right) = (row(mesher, -half), row(mesher, half));
    let (skin, n) = (Skin::new(LABEL), outline.len());
    for j in 0..n {
        let next = (j + 1) % n;
        let (side, a, b) = (outline[j].1, outline[j].0, outline[next].0);
        mesher.face(
            skin,
            [left[j], left[next], right[next], right[j]],
            [side_uv(side, a, -half), side_uv(side, b, -half), side_uv(side, b, half), side_uv(side, a, half)],
        );
    }
    let inside = Skin::new(INSIDE);
    let middle = 0.5 * size.y;
    mesher.fan(inside, &left, DVec3::new(-half, middle, 0.0), false, |_| DVec2::ZERO);
    mesher.fan(inside, &right, DVec3::new(half, middle, 0.0), true, |_| DVec2::ZERO);
}
