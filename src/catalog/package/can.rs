//! Can. Fields: `style` = `drink` (necked, tab on the lid) or `food` (double seams); `lid` = `tab` or `plain` for a
//! drink, `ring` or `plain` for food; `beads` = `no` or `yes`, the stiffening rings of a food can; `body_color`, the bare
//! metal (default: tin).
//!
//! Sheet: one wrap, 7/33 of the radius less high than the can.

use glam::{DVec2, DVec3};

use super::landmark::{self, Landmark};
use super::loft::{circle, lathe, loft};
use super::mesher::{Mesher, Skin};
use super::paint::{self, LABEL};
use super::profile::Profile;
use super::request::Request;
use super::sheet::Sheet;
use super::{Package, Parts, round_if_square, section, vessel};
use crate::catalog::Material;

pub(super) const PACKAGE: Package = Package { name: "can", sheet, build };

const METAL: u16 = 1;
const PAPER: u16 = 2;
const COLUMNS: usize = 40;

fn sheet(size: DVec3) -> Sheet {
    Sheet::wrap(section::ellipse_perimeter(0.5 * size.x, 0.5 * size.z), size.y - 7.0 * scale(size))
}

/// Factor for rims and seams: 1 for a 66 mm drink can.
fn scale(size: DVec3) -> f64 {
    (size.x.min(size.z) / 66.0).min(size.y / 40.0).min(1.6)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let style = request.choice("style", &["drink", "food"])?;
    let lid = request.choice("lid", if style == "drink" { &["tab", "plain"] } else { &["ring", "plain"] })?;
    let beads = if style == "food" { request.choice("beads", &["no", "yes"])? } else { "no" };
    let (r, h, k) = (0.5 * request.size.x, request.size.y, scale(request.size));
    let profile = if style == "drink" { drink(r, h, k) } else { food(r, h, k, beads == "yes") };
    let stations = profile.stations();
    let stations = if style == "food" { vessel::raised(&stations, PAPER) } else { stations };
    loft(mesher, &stations, sheet.size(), |station| circle(station, COLUMNS));
    match lid {
        "tab" => {
            mouth(mesher, h - 4.5 * k, k, r - 11.6 * k);
            pull_tab(mesher, h - 4.3 * k, k, 0.9);
        }
        "ring" => pull_tab(mesher, h - 3.1 * k, k * (r / (30.0 * k)).clamp(0.9, 1.25), 1.4),
        _ => {}
    }
    let metal = match request.fields.get("body_color") {
        Some(_) => paint::brushed(Material::metal("metal", request.color(&["body_color"], "#ffffff")?, 0.3)),
        None => paint::tin("metal"),
    };
    let printed = if style == "drink" && !request.fields.contains_key("finish") {
        // Ink over bare aluminium, under a hard lacquer.
        Material { metallic: 0.3, clearcoat: 0.6, clearcoat_roughness: 0.08, ..paint::label(0.3) }
    } else {
        paint::printed(request, "matt")?
    };
    let mut landmarks = vec![Landmark::bottom("base_center"), Landmark::top("top_center")];
    if style == "drink" {
        landmarks.extend(Landmark::around(landmark::BASE, 9.0 * k));
        landmarks.extend(Landmark::around(landmark::SHOULDER, h - 15.5 * k));
        landmarks.extend(Landmark::around(landmark::RIM, h - 1.0 * k));
    } else {
        landmarks.extend(Landmark::around(landmark::BASE, 1.4 * k));
        landmarks.extend(Landmark::around(landmark::RIM, h - 1.4 * k));
    }
    Ok(Parts {
        materials: if style == "food" { vec![printed, metal, paint::paper()] } else { vec![printed, metal] },
        footprint: round_if_square(request.size),
        variant: format!("{style}-{lid}-{beads}"),
        landmarks,
    })
}

/// Domed base on its stand ring, printed wall up into the neck, curled rim, countersunk lid.
fn drink(r: f64, h: f64, k: f64) -> Profile {
    let rim = r - 6.0 * k;
    Profile::new(METAL, 0.0, 9.5 * k)
        .to(r - 15.0 * k, 6.0 * k, 14.0 * k)
        .to(r - 10.4 * k, 0.8 * k, 1.0 * k)
        .to(r - 9.0 * k, 0.0, 0.9 * k)
        .to(r - 7.4 * k, 1.0 * k, 1.0 * k)
        .to(r - 2.2 * k, 5.6 * k, 3.0 * k)
        .slot(LABEL)
        .to(r, 9.0 * k, 3.0 * k)
        .to(r, h - 15.5 * k, 9.0 * k)
        .to(rim - 0.6 * k, h - 5.4 * k, 5.0 * k)
        .to(rim - 0.8 * k, h - 4.2 * k, 0.0)
        .slot(METAL)
        .to(rim - 0.7 * k, h - 3.0 * k, 0.5 * k)
        .to(rim, h - 2.4 * k, 0.4 * k)
        .to(rim, h, 1.0 * k)
        .to(rim - 1.9 * k, h, 0.7 * k)
        .to(rim - 3.6 * k, h - 6.8 * k, 0.9 * k)
        .to(rim - 5.0 * k, h - 6.8 * k, 0.7 * k)
        .to(rim - 5.4 * k, h - 4.6 * k, 0.8 * k)
        .to(0.0, h - 4.5 * k, 0.0)
}

/// Double seams at both ends, a straight or beaded wall, lids with an expansion ring.
fn food(r: f64, h: f64, k: f64, beads: bool) -> Profile {
    let wall = r - 1.1 * k;
    let mut profile = Profile::new(METAL, 0.0, 2.6 * k)
        .to(r - 7.0 * k, 2.6 * k, 0.0)
        .to(r - 3.0 * k, 3.4 * k, 0.0)
        .to(r - 2.2 * k, 0.0, 0.0)
        .to(r, 0.0, 0.7 * k)
        .to(r, 2.8 * k, 0.0)
        .to(wall, 3.4 * k, 0.0)
        .slot(LABEL);
    let (bottom, top) = (4.0 * k, h - 4.0 * k);
    profile = profile.to(wall, bottom, 0.0);
    if beads {
        const COUNT: usize = 7;
        let (from, to) = (bottom + 0.24 * (top - bottom), bottom + 0.76 * (top - bottom));
        let pitch = (to - from) / COUNT as f64;
        let depth = (0.9 * k).min(0.2 * pitch);
        for i in 0..COUNT {
            let y = from + pitch * i as f64;
            profile = profile.to(wall, y, 0.0).to(wall - depth, y + 0.36 * pitch, 0.0).to(
                wall - depth,
                y + 0.64 * pitch,
                0.0,
            );
        }
        profile = profile.to(wall, to, 0.0);
    }
    profile
        .to(wall, top, 0.0)
        .slot(METAL)
        .to(wall, h - 3.4 * k, 0.0)
        .to(r, h - 2.8 * k, 0.0)
        .to(r, h, 0.8 * k)
        .to(r - 2.3 * k, h, 0.6 * k)
        .to(r - 3.0 * k, h - 3.8 * k, 0.0)
        .to(r - 5.0 * k, h - 3.8 * k, 0.0)
        .to(r - 5.6 * k, h - 3.0 * k, 0.0)
        .to(r - 11.0 * k, h - 3.0 * k, 0.0)
        .to(r - 11.8 * k, h - 3.5 * k, 0.0)
        .to(0.0, h - 3.4 * k, 0.0)
}

/// The mouth of a drink can: the scored panel in front of the tab, pressed up a little, at lid height `y`.
fn mouth(mesher: &mut Mesher, y: f64, k: f64, lid: f64) {
    let half = DVec2::new(8.5 * k, 0.36 * lid);
    let center = 0.94 * lid - half.y;
    let ring = |inset: f64, height: f64| -> Vec<DVec3> {
        let ring = section::superellipse(half - inset, 2.0, 6);
        ring.iter().map(|p| DVec3::new(p.x, y + height, p.y + center)).collect()
    };
    let rows = [(0.0, -0.3 * k), (0.25 * k, 0.22 * k), (0.9 * k, 0.3 * k), (1.6 * k, 0.12 * k)]
        .map(|(inset, height)| mesher.points(&ring(inset, height)));
    let skin = Skin::new(METAL);
    for pair in rows.windows(2) {
        mesher.band(skin, &pair[0], &pair[1], |_, _| DVec2::ZERO);
    }
    mesher.fan(skin, &rows[0], DVec3::new(0.0, y - 0.3 * k, center), false, |_| DVec2::ZERO);
    mesher.fan(skin, &rows[3], DVec3::new(0.0, y + 0.16 * k, center), true, |_| DVec2::ZERO);
}

/// The opener: a finger ring with a solid nose, riveted to the middle of the lid at height `y`.
fn pull_tab(mesher: &mut Mesher, y: f64, k: f64, thick: f64) {
    let (half_width, thick) = (7.6 * k, thick * k);
    let low = y + 0.25 * k;
    // The finger ring lies towards the back, its hole is an oval; inner and outer loop have the same points.
    let loop_at = |inset: f64, height: f64| {
        let half = DVec2::new(half_width - inset, 8.4 * k - inset);
        let ring = section::superellipse(half, 2.6, 7);
        let moved: Vec<DVec3> = ring.iter().map(|p| DVec3::new(p.x, height, p.y - 6.6 * k)).collect();
        moved
    };
    let wide = 3.0 * k;
    let tube = [(0.45 * thick, low), (0.0, low + 0.5 * thick), (0.45 * thick, low + thick)];
    let outer = tube.map(|(inset, height)| mesher.points(&loop_at(inset, height)));
    let inner = tube.map(|(inset, height)| mesher.points(&loop_at(wide - inset, height)));
    let skin = Skin::new(METAL);
    let none = |_, _| DVec2::ZERO;
    for (lower, upper) in [
        (&outer[0], &outer[1]),
        (&outer[1], &outer[2]),
        (&outer[2], &inner[2]),
        (&inner[2], &inner[1]),
        (&inner[1], &inner[0]),
        (&inner[0], &outer[0]),
    ] {
        mesher.band(skin, lower, upper, none);
    }
    // The nose reaches over the rivet to the mouth of the can.
    let plate = |half: DVec2, height: f64| {
        section::superellipse(half, 3.0, 5).iter().map(|p| DVec3::new(p.x, height, p.y + 3.4 * k)).collect::<Vec<_>>()
    };
    let half = DVec2::new(half_width - 0.4 * k, 5.6 * k);
    let bevel = 0.4 * thick;
    let rings =
        [plate(half - bevel, low + 0.05 * k), plate(half, low + 0.5 * thick), plate(half - bevel, low + 0.95 * thick)]
            .map(|ring| mesher.points(&ring));
    mesher.band(skin, &rings[0], &rings[1], none);
    mesher.band(skin, &rings[1], &rings[2], none);
    mesher.fan(skin, &rings[0], DVec3::new(0.0, low + 0.05 * k, 3.4 * k), false, |_| DVec2::ZERO);
    mesher.fan(skin, &rings[2], DVec3::new(0.0, low + 0.95 * thick, 3.4 * k), true, |_| DVec2::ZERO);
    // Riveted in front of the ring.
    let rivet = Profile::new(METAL, 0.0, y - 0.4 * k)
        .to(2.6 * k, y - 0.4 * k, 0.0)
        .to(2.4 * k, low + thick + 0.5 * k, 0.5 * k)
        .to(0.0, low + thick + 0.6 * k, 0.0);
    mesher.place = glam::DAffine3::from_translation(DVec3::new(0.0, 0.0, 3.0 * k));
    lathe(mesher, &rivet, 16, DVec2::ONE);
    mesher.place = glam::DAffine3::IDENTITY;
}
