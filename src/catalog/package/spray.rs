//! Trigger spray bottle: cleaners. The nozzle points to the viewer's left. Fields: `cap_color` (head), `trigger_color`
//! (trigger and nozzle), `body_color`.
//!
//! Sheet: one wrap around the body, 0.36 times as high as the bottle.

use glam::{DAffine3, DVec2, DVec3};

use super::extrude::extrude;
use super::landmark::{self, Landmark};
use super::loft::{lathe, loft};
use super::mesher::{Mesher, Skin};
use super::paint::{self, LABEL};
use super::profile::{Profile, round_outline};
use super::request::Request;
use super::sheet::Sheet;
use super::{Footprint, Package, Parts, section};

pub(super) const PACKAGE: Package = Package { name: "spray", sheet, build };

const BODY: u16 = 1;
const HEAD: u16 = 2;
const TRIGGER: u16 = 3;
const ARC: usize = 9;
/// Height of the label by the height of the bottle.
const LABEL_HEIGHT: f64 = 0.36;
/// Height of the body without its neck by the height of the bottle.
const BODY_HEIGHT: f64 = 0.66;

/// Half width and depth where the wall is at its widest, and the radius of its edges.
fn widest(size: DVec3) -> (DVec2, f64) {
    let half = DVec2::new(0.5 * size.x, 0.5 * size.z);
    (half, 0.8 * half.min_element())
}

fn sheet(size: DVec3) -> Sheet {
    let (half, radius) = widest(size);
    Sheet::wrap(section::rounded_perimeter(half, radius), LABEL_HEIGHT * size.y)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let size = request.size;
    let (half, radius) = widest(size);
    let neck = 0.36 * half.min_element().min(0.2 * size.y);
    let (r, h) = (half.x, size.y);
    let at = |share: f64| share * h;
    let body = Profile::new(BODY, 0.0, 0.01 * h)
        .to(0.8 * r, 0.008 * h, 0.0)
        .to(0.88 * r, 0.0, 0.03 * r)
        .curve([(0.98 * r, 0.0), (0.995 * r, at(0.02))], (0.995 * r, at(0.055)), 5)
        .slot(LABEL)
        .to(r, at(0.2), 0.2 * h)
        .to(0.985 * r, at(0.055 + LABEL_HEIGHT), 0.0)
        .slot(BODY)
        .curve([(0.96 * r, at(0.54)), (1.6 * neck, at(0.55))], (1.15 * neck, at(BODY_HEIGHT - 0.03)), 9)
        .to(1.1 * neck, at(BODY_HEIGHT + 0.02), 0.0)
        .to(0.0, at(BODY_HEIGHT + 0.02), 0.0);
    loft(mesher, &body.stations(), sheet.size(), |station| {
        let wide = ((station.r - 1.15 * neck) / (r - 1.15 * neck)).clamp(0.0, 1.0);
        let section_half = DVec2::new(station.r, station.r + (half.y / half.x - 1.0) * station.r * wide);
        let edge = section_half.min_element() * (1.0 + (radius / half.min_element() - 1.0) * wide);
        section::at_height(&section::rounded(section_half, edge, ARC, 0), station.y)
    });
    add_head(mesher, size, neck);

    let head = request.color(&["cap_color"], "#f3f3f0")?;
    let mut landmarks = vec![
        Landmark::bottom("base_center"),
        Landmark::top("head_top"),
        Landmark::farthest("nozzle_tip", [-1.0, 0.0, 0.0], [at(BODY_HEIGHT), h]),
    ];
    landmarks.extend(Landmark::around(landmark::BASE, at(0.06)));
    landmarks.extend(Landmark::around(landmark::LABEL_TOP, at(0.055 + LABEL_HEIGHT) - 0.3));
    landmarks.extend(Landmark::around(landmark::SHOULDER, at(0.5)));
    Ok(Parts {
        materials: vec![
            paint::printed(request, "satin")?,
            paint::plastic("body", request.color(&["body_color"], "#f3f3f0")?),
            paint::plastic("head", head),
            paint::plastic("trigger", request.color(&["trigger_color"], "#d22f27")?),
        ],
        footprint: Footprint::Box,
        variant: "trigger".to_owned(),
        landmarks,
    })
}

/// Collar, shroud, trigger and nozzle.
fn add_head(mesher: &mut Mesher, size: DVec3, neck: f64) {
    let (half_width, base) = (0.5 * size.x, (BODY_HEIGHT - 0.03) * size.y);
    let height = size.y - base;
    let collar_height = 0.2 * height;
    let r = 1.55 * neck;
    let collar = Profile::new(HEAD, 0.9 * r, base)
        .to(r, base, 0.06 * r)
        .ribs(0.07 * r)
        .to(r, base + 0.12 * collar_height, 0.0)
        .to(0.97 * r, base + 0.9 * collar_height, 0.0)
        .ribs(0.0)
        .to(0.9 * r, base + collar_height, 0.1 * r)
        .to(0.62 * r, base + 1.1 * collar_height, 0.1 * r)
        .to(0.55 * r, base + 2.2 * collar_height, 0.0)
        .to(0.0, base + 2.2 * collar_height, 0.0);
    lathe(mesher, &collar, 40, DVec2::ONE);

    // Outlines in shares of the half width and of the head's height; fillets in millimetres.
    let fillet = 0.11 * height.min(half_width);
    let outline = |corners: &[(f64, f64, f64)]| {
        let scaled: Vec<(f64, f64, f64)> =
            corners.iter().map(|&(x, y, f)| (x * half_width, base + y * height, f * fillet)).collect();
        round_outline(&scaled)
    };
    let depth = (0.36 * size.z).min(0.2 * height);
    let shroud = outline(&[
        (0.30, 0.24, 0.6),
        (0.34, 0.42, 2.0),
        (0.62, 0.66, 2.0),
        (0.70, 0.86, 1.5),
        (0.52, 1.0, 2.0),
        (-0.50, 1.0, 3.0),
        (-0.80, 0.93, 1.0),
        (-0.84, 0.70, 0.6),
        (-0.34, 0.62, 1.2),
        (-0.28, 0.24, 0.6),
    ]);
    extrude(mesher, Skin::new(HEAD), &shroud, depth, 0.16 * depth);
    let trigger = outline(&[
        (-0.36, 0.72, 0.3),
        (-0.56, 0.72, 0.3),
        (-0.58, 0.50, 2.0),
        (-0.70, 0.26, 2.0),
        (-0.90, 0.06, 0.5),
        (-0.82, 0.0, 0.5),
        (-0.58, 0.18, 2.0),
        (-0.44, 0.42, 2.0),
    ]);
    extrude(mesher, Skin::new(TRIGGER), &trigger, 0.6 * depth, 0.08 * depth);

    let tip = (0.13 * height).min(0.9 * depth);
    let (start, end) = (0.74 * half_width, half_width);
    let nozzle = Profile::new(TRIGGER, 0.0, start)
        .to(0.8 * tip, start, 0.0)
        .to(tip, start + 0.45 * (end - start), 0.1 * tip)
        .ribs(0.1 * tip)
        .to(tip, start + 0.5 * (end - start), 0.0)
        .to(0.96 * tip, start + 0.9 * (end - start), 0.0)
        .ribs(0.0)
        .to(0.85 * tip, end, 0.1 * tip)
        .to(0.35 * tip, end, 0.05 * tip)
        .to(0.25 * tip, end - 0.2 * tip, 0.0)
        .to(0.0, end - 0.2 * tip, 0.0);
    mesher.place = DAffine3::from_translation(DVec3::new(0.0, base + 0.82 * height, 0.0))
        * DAffine3::from_rotation_z(std::f64::consts::FRAC_PI_2);
    lathe(mesher, &nozzle, 24, DVec2::ONE);
    mesher.place = DAffine3::IDENTITY;
}
