//! Squeeze tube that stands on its cap: toothpaste, cream, mustard. Fields: `lid` = `flip` (smooth wide cap) or `screw`
//! (ribbed); `cap_color`, `body_color` (the shoulder above the cap and the cut end).
//!
//! Sheet: front and back, each as wide as the flat end of the tube and as high as its wall.

use glam::{DVec2, DVec3};

use super::landmark::{self, Landmark};
use super::loft::lathe;
use super::mesher::{Mesher, Skin};
use super::paint;
use super::profile::Profile;
use super::request::Request;
use super::sheet::Sheet;
use super::{Footprint, Package, Parts, section, soft};

pub(super) const PACKAGE: Package = Package { name: "tube", sheet, build };

const CAP: u16 = 1;
const SHOULDER: u16 = 2;
const QUARTER: usize = 11;
const WALL_ROWS: usize = 14;
const SEAL_ROWS: usize = 6;

/// Measures in millimetres.
struct Frame {
    /// Half width and half depth above the shoulder.
    half: DVec2,
    wall_y: f64,
    seal_y: f64,
}

impl Frame {
    fn new(size: DVec3) -> Self {
        let half = 0.5 * DVec2::new(size.z.min(size.x), size.z);
        let wall_y = (0.19 * size.y).min(1.3 * half.x);
        Self { half, wall_y, seal_y: size.y - (0.055 * size.y).min(9.0) }
    }
}

fn sheet(size: DVec3) -> Sheet {
    let f = Frame::new(size);
    let around = section::ellipse_perimeter(f.half.x, f.half.y);
    Sheet::pair(0.25 * around + 0.5 * size.x, size.y - f.wall_y)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let lid = request.choice("lid", &["flip", "screw"])?;
    let size = request.size;
    if size.z > size.x {
        return Err(format!("a tube is {} mm wide and {} mm deep, it cannot be deeper than wide", size.x, size.z));
    }
    let f = Frame::new(size);
    let k = (f.half.min_element() / 20.0).min(size.y / 130.0);

    // Shoulder: from inside the cap out to the wall, in one closed surface with it.
    let shoulder = [(0.7, -4.0 * k), (0.86, -1.8 * k), (0.97, -0.8 * k)];
    let circle = |scale: f64, y: f64| section::at_height(&soft::sleeve(f.half * scale, 2.0, QUARTER), f.wall_y + y);
    let mut rows = vec![circle(1.0, 0.0)];
    let film = 0.35_f64.min(0.05 * f.half.y);
    let (bottom, top) = (section::ellipse_perimeter(f.half.x, f.half.y), 2.0 * size.x);
    for i in 1..=WALL_ROWS {
        let t = i as f64 / WALL_ROWS as f64;
        let depth = film + (f.half.y - film) * libm::pow(1.0 - t, 0.82);
        let around = bottom + (top - bottom) * t;
        let width = if i == WALL_ROWS { 0.5 * size.x } else { soft::half_width(around, depth, 0.0).min(0.5 * size.x) };
        let exponent = 2.0 + 0.25 * libm::sin(std::f64::consts::PI * t);
        rows.push(section::at_height(
            &soft::sleeve(DVec2::new(width, depth), exponent, QUARTER),
            f.wall_y + (f.seal_y - f.wall_y) * t,
        ));
    }
    for i in 1..=SEAL_ROWS {
        let ridge = if i == SEAL_ROWS { 0.0 } else { 0.3 * film * if i % 2 == 0 { 1.0 } else { -1.0 } };
        let y = f.seal_y + (size.y - f.seal_y) * i as f64 / SEAL_ROWS as f64;
        rows.push(section::at_height(&soft::sleeve(DVec2::new(0.5 * size.x, film + ridge), 2.0, QUARTER), y));
    }
    let ids = soft::two_panels(mesher, &rows, sheet);
    soft::zip(mesher, Skin::new(SHOULDER), &ids[ids.len() - 1], true);
    let skin = Skin::new(SHOULDER);
    let lower: Vec<Vec<u32>> = shoulder.iter().map(|&(scale, y)| mesher.points(&circle(scale, y))).collect();
    for pair in lower.windows(2) {
        mesher.band(skin, &pair[0], &pair[1], |_, _| DVec2::ZERO);
    }
    mesher.band(skin, &lower[lower.len() - 1], &ids[0], |_, _| DVec2::ZERO);
    mesher.fan(skin, &lower[0], DVec3::new(0.0, f.wall_y + shoulder[0].1, 0.0), false, |_| DVec2::ZERO);

    add_cap(mesher, &f, lid, k);
    let mut landmarks = Landmark::flat_corners(size.y).to_vec();
    landmarks.retain(|landmark| !landmark.is_low());
    landmarks.extend([Landmark::bottom("base_center"), Landmark::front("front_center", 0.5 * size.y)]);
    landmarks.extend(Landmark::around(landmark::CAP, 0.4 * f.wall_y));
    landmarks.extend(Landmark::around(landmark::SHOULDER, f.wall_y + 0.3));
    Ok(Parts {
        materials: vec![
            paint::printed(request, "satin")?,
            paint::milky("cap", request.color(&["cap_color"], "#f4f4f2")?, 0.1),
            paint::plastic("shoulder", request.color(&["body_color"], "#f4f4f2")?),
        ],
        footprint: Footprint::Box,
        variant: lid.to_owned(),
        landmarks,
    })
}

/// The cap that the tube stands on, a little narrower than the wall.
fn add_cap(mesher: &mut Mesher, f: &Frame, lid: &str, k: f64) {
    let r = (if lid == "flip" { 0.94 } else { 0.86 }) * f.half.min_element();
    let top = f.wall_y - 1.6 * k;
    let profile = if lid == "flip" {
        let seam = 0.66 * top;
        Profile::new(CAP, 0.0, 0.6 * k)
            .to(0.8 * r, 0.0, 0.0)
            .to(0.97 * r, 0.0, 1.4 * k)
            .to(r, seam - 0.5 * k, 0.0)
            .to(0.97 * r, seam - 0.3 * k, 0.0)
            .to(0.97 * r, seam + 0.2 * k, 0.0)
            .to(r, seam + 0.4 * k, 0.0)
            .to(r, top, 1.0 * k)
            .to(0.0, top, 0.0)
    } else {
        Profile::new(CAP, 0.0, 0.5 * k)
            .to(0.84 * r, 0.0, 0.0)
            .to(0.95 * r, 0.0, 0.8 * k)
            .to(0.96 * r, 1.6 * k, 0.5 * k)
            .ribs(0.04 * r)
            .to(0.98 * r, 2.2 * k, 0.0)
            .to(r, top - 1.2 * k, 0.0)
            .ribs(0.0)
            .to(0.95 * r, top, 0.6 * k)
            .to(0.0, top, 0.0)
    };
    lathe(mesher, &profile, 48, DVec2::ONE);
}
