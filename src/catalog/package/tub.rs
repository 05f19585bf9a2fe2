//! Tapering plastic tub: yoghurt, margarine, ice cream. Round when as deep as wide, else a rounded rectangle. Fields:
//! `lid` = `snap` (plastic lid) or `foil`; `cap_color` (the lid), `body_color`.
//!
//! Sheet: one wrap as long as the tub is around at half the label's height.

use glam::{DVec2, DVec3};

use super::landmark::{self, Landmark};
use super::loft::loft;
use super::mesher::Mesher;
use super::paint::{self, LABEL};
use super::profile::{Profile, Station};
use super::request::Request;
use super::sheet::Sheet;
use super::{Footprint, Package, Parts, round_if_square, section};
use crate::catalog::Material;

pub(super) const PACKAGE: Package = Package { name: "tub", sheet, build };

const BODY: u16 = 1;
const LID: u16 = 2;
/// Points of a quarter of a ring: 4 * (ARC + 1) columns.
const ARC: usize = 11;

/// Measures of a tub in millimetres; radii are half widths.
struct Frame {
    half: DVec2,
    h: f64,
    k: f64,
    /// Half width at the foot and under the rim.
    foot: f64,
    wall: f64,
    /// Heights at which the printed wall begins and ends.
    label: [f64; 2],
}

impl Frame {
    fn new(size: DVec3) -> Self {
        let half = DVec2::new(0.5 * size.x, 0.5 * size.z);
        let (h, k) = (size.y, (half.min_element() / 45.0).min(size.y / 60.0).min(1.4));
        let wall = half.x - 3.2 * k;
        let foot = wall - (0.09 * h).min(0.16 * half.min_element());
        Self { half, h, k, foot, wall, label: [7.0 * k, h - 9.5 * k] }
    }

    /// Half width of the wall at a height.
    fn wall_at(&self, y: f64) -> f64 {
        let (from, to) = (1.5 * self.k, self.label[1]);
        self.foot + (self.wall - self.foot) * (y - from) / (to - from)
    }

    /// Half width and depth where the half width is `r`: the wall keeps its distance from the tub's box.
    fn section(&self, r: f64) -> (DVec2, f64) {
        let inset = self.half.x - r;
        let half =
            if inset < 0.6 * self.half.min_element() { self.half - inset } else { self.half * (r / self.half.x) };
        let radius = if round(self.half) { half.min_element() } else { 0.42 * half.min_element() };
        (half, radius)
    }
}

fn round(half: DVec2) -> bool {
    (half.x - half.y).abs() < 0.02 * half.x
}

fn sheet(size: DVec3) -> Sheet {
    let f = Frame::new(size);
    let (half, radius) = f.section(f.wall_at(0.5 * (f.label[0] + f.label[1])));
    Sheet::wrap(section::rounded_perimeter(half, radius), f.label[1] - f.label[0])
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let lid = request.choice("lid", &["snap", "foil"])?;
    let f = Frame::new(request.size);
    let Frame { h, k, foot, wall, label, .. } = f;
    let ring = |station: &Station| {
        let (half, radius) = f.section(station.r);
        let mut ring = section::rounded(half, radius, ARC, 0);
        super::loft::press_ribs(&mut ring, station.ribs);
        section::at_height(&ring, station.y)
    };
    let rim = f.half.x - if lid == "snap" { 1.2 * k } else { 0.9 * k };
    let rim_y = h - if lid == "snap" { 3.5 * k } else { 0.8 * k };
    let body = Profile::new(BODY, 0.0, 2.5 * k)
        .to(foot - 5.0 * k, 2.2 * k, 0.0)
        .to(foot - 3.4 * k, 0.0, 0.8 * k)
        .to(foot - 0.6 * k, 0.0, 1.6 * k)
        .to(f.wall_at(label[0]), label[0], 1.5 * k)
        .slot(LABEL)
        .to(wall, label[1], 0.0)
        .slot(BODY)
        .to(wall + 0.1 * k, rim_y - 3.2 * k, 0.6 * k)
        .to(rim, rim_y - 2.6 * k, 0.5 * k)
        .to(rim, rim_y, 0.5 * k)
        .to(0.0, rim_y, 0.0);
    loft(mesher, &body.stations(), sheet.size(), ring);

    let lid_profile = if lid == "snap" {
        let r = f.half.x;
        Profile::new(LID, rim - 1.6 * k, h - 7.6 * k)
            .to(r - 0.4 * k, h - 7.8 * k, 0.4 * k)
            .to(r, h - 7.0 * k, 0.4 * k)
            .to(r - 0.3 * k, h, 1.3 * k)
            .to(r - 3.4 * k, h, 0.9 * k)
            .to(r - 4.4 * k, h - 2.4 * k, 0.9 * k)
            .to(0.8 * r - 4.0 * k, h - 2.4 * k, 0.0)
            .to(0.8 * r - 4.6 * k, h - 1.9 * k, 0.0)
            .to(0.0, h - 1.9 * k, 0.0)
    } else {
        // Foil: crimped down over the rim, slightly sunken.
        let r = f.half.x;
        Profile::new(LID, rim - 0.6 * k, h - 2.2 * k)
            .ribs(0.5 * k)
            .to(r - 0.2 * k, h - 2.4 * k, 0.0)
            .ribs(0.0)
            .to(r, h - 0.6 * k, 0.3 * k)
            .to(r - 0.6 * k, h, 0.4 * k)
            .to(r - 3.6 * k, h - 0.1 * k, 0.3 * k)
            .to(r - 4.4 * k, h - 0.7 * k, 0.4 * k)
            .to(0.0, h - 0.9 * k, 0.0)
    };
    loft(mesher, &lid_profile.stations(), DVec2::ONE, ring);

    let cap = request.color(&["cap_color"], if lid == "snap" { "#f2efe6" } else { "#e4e4e2" })?;
    let cap = if lid == "snap" {
        paint::milky("lid", cap, 0.2)
    } else {
        paint::creased(Material { metallic: 0.9, ..Material::plain("lid", cap, 0.32) }, 0.35)
    };
    let mut landmarks = vec![Landmark::bottom("base_center"), Landmark::top("top_center")];
    landmarks.extend(Landmark::around(landmark::BASE, label[0]));
    landmarks.extend(Landmark::around(landmark::LABEL_TOP, label[1] - 0.3));
    landmarks.extend(Landmark::around(landmark::RIM, if lid == "snap" { h - 1.75 * k } else { h - 0.6 * k }));
    Ok(Parts {
        materials: vec![
            paint::printed(request, "satin")?,
            paint::milky("body", request.color(&["body_color"], "#f4f2ec")?, 0.2),
            cap,
        ],
        footprint: if round(f.half) { round_if_square(request.size) } else { Footprint::Box },
        variant: lid.to_owned(),
        landmarks,
    })
}
