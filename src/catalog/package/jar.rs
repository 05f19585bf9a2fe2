//! Glass jar with a twist lid. Fields: `style` = `round` or `tall` (straight shoulder); `content` = `opaque` (jam, sauce),
//! `clear`, `oil` or `honey` (light passes it), `powder` (instant coffee: air between it and the glass); `fill`, how high
//! it is filled, as a share of its height below the lid (0: empty); `finish` of the label; `cap_color`, `content_color`,
//! `body_color` (tint of the glass).
//!
//! Sheet: one wrap, half as high as the jar.

use glam::{DVec2, DVec3};

use super::landmark::{self, Landmark};
use super::loft::{circle, lathe};
use super::mesher::Mesher;
use super::paint::{self, LABEL};
use super::profile::{Profile, Station};
use super::request::Request;
use super::sheet::Sheet;
use super::vessel::{self, Content, Slots};
use super::{Package, Parts, round_if_square, section};
use crate::catalog::Material;

pub(super) const PACKAGE: Package = Package { name: "jar", sheet, build };

const CONTENT: u16 = 1;
const GLASS: u16 = 2;
const PAPER: u16 = 3;
const CAP: u16 = 4;
const COLUMNS: usize = 40;
/// Radius of the wall under the label by the largest radius.
const LABEL_RADIUS: f64 = 0.985;
/// Height of the label by the height of the jar.
const LABEL_HEIGHT: f64 = 0.5;

fn sheet(size: DVec3) -> Sheet {
    let half = 0.5 * LABEL_RADIUS * size;
    Sheet::wrap(section::ellipse_perimeter(half.x, half.z), LABEL_HEIGHT * size.y)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let style = request.choice("style", &["round", "tall"])?;
    let (r, h) = (0.5 * request.size.x, request.size.y);
    let k = (r / 35.0).min(h / 100.0).min(1.3);
    let label = LABEL_RADIUS * r;
    let lid_height = 13.5 * k;
    let (neck, lid, shoulder) =
        if style == "round" { (r - 5.5 * k, r - 2.6 * k, 0.11) } else { (0.72 * r, 0.79 * r, 0.17) };
    let lid_y = h - lid_height;

    let from = 0.14;
    let top = from + LABEL_HEIGHT;
    let shoulder_y = (lid_y - 2.0 * k) - shoulder * h;
    let wall = 2.4 * k;
    let body = Profile::new(GLASS, 0.0, 2.6 * k)
        .to(0.7 * r, 1.6 * k, 0.0)
        .to(0.8 * r, 0.0, 0.0)
        .to(0.92 * r, 0.0, 0.0)
        .to(r, 5.5 * k, 3.5 * k)
        .to(r, from * h - 2.0 * k, 1.5 * k)
        .to(label, from * h, 0.0)
        .slot(LABEL)
        .to(label, top * h, 0.0)
        .slot(GLASS)
        .to(r, (top * h + 2.0 * k).min(shoulder_y), 1.5 * k)
        .curve(
            [(r, shoulder_y + 0.6 * shoulder * h), (neck, shoulder_y + 0.55 * shoulder * h)],
            (neck, lid_y - 2.0 * k),
            8,
        )
        .to(neck, lid_y - 1.2 * k, 0.0)
        .to(neck, h - 4.0 * k, 0.0);
    let inside = label - wall;
    let cavity = Profile::new(CONTENT, 0.0, 6.4 * k)
        .to(0.7 * inside, 5.8 * k, 0.3 * r)
        .to(inside, 5.4 * k, 4.0 * k)
        .to(inside, (shoulder_y - 1.5 * k).max(10.0 * k), 0.0)
        .curve(
            [(inside, shoulder_y + 0.6 * shoulder * h - wall), (neck - wall, shoulder_y + 0.55 * shoulder * h - wall)],
            (neck - wall, lid_y - 2.0 * k),
            8,
        )
        .to(neck - wall, h - 4.4 * k, 0.0);
    let ring = |station: &Station| circle(station, COLUMNS);
    let level = vessel::level(request, 0.93, lid_y - 2.5 * k, 0.2 * h)?;
    let content = Content::of(request, "opaque")?;
    let stations = vessel::sleeve(mesher, &body.stations(), (GLASS, PAPER), sheet.size(), ring);
    let cavity = cavity.stations();
    let slots = Slots { wall: GLASS, content: CONTENT };
    match content {
        Content::Clear => {
            vessel::thick_wall(mesher, (&stations, ring), (&cavity, ring), GLASS);
            if let Some(level) = level {
                vessel::content(mesher, &cavity, level, (0.5 * wall, CONTENT), ring);
            }
        }
        Content::Opaque | Content::Thick(..) => vessel::wet_wall(mesher, &stations, level, slots, ring),
        Content::Powder => {
            vessel::wet_wall(mesher, &stations, None, slots, ring);
            if let Some(level) = level {
                vessel::content(mesher, &cavity, level, (0.0, CONTENT), ring);
            }
        }
    }

    // Twist lid: a rolled lower edge, a skirt with fine grips, a raised rim, and the button in its sunken panel.
    let at = |share: f64| lid_y + share * lid_height;
    let cap = Profile::new(CAP, neck + 0.4 * k, at(0.06))
        .to(lid - 0.3 * k, at(0.0), 0.0)
        .to(lid + 0.5 * k, at(0.04), 0.0)
        .to(lid + 0.6 * k, at(0.12), 0.0)
        .to(lid, at(0.2), 0.0)
        .ribs(0.35 * k)
        .to(lid, at(0.26), 0.0)
        .to(lid, at(0.72), 0.0)
        .ribs(0.0)
        .to(lid - 0.1 * k, at(0.78), 0.0)
        .to(lid - 0.8 * k, at(1.0), 1.6 * k)
        .to(lid - 3.6 * k, at(1.0), 0.0)
        .to(lid - 4.6 * k, at(0.87), 0.0)
        .to(0.42 * lid, at(0.87), 0.0)
        .to(0.36 * lid, at(0.93), 0.0)
        .to(0.0, at(0.94), 0.0);
    lathe(mesher, &cap, COLUMNS, DVec2::ONE);

    let tint = request.color(&["body_color"], "#f8fcfa")?;
    let depth = paint::depth(request.size.x);
    let color = request.color(&["content_color"], "#a3131d")?;
    let (inner, glass) = match content {
        Content::Clear => (paint::liquid("content", color, depth), paint::glass("glass", tint, (1e-3 * wall) as f32)),
        Content::Thick(thousandths, clear) => {
            let optics = (f32::from(thousandths) / 1000.0, f32::from(clear) / 100.0);
            (
                paint::thick_liquid("content", (color, tint), depth, optics),
                paint::sheet("glass", tint, paint::GLASS_IOR),
            )
        }
        Content::Opaque => (
            paint::behind_wall("content", color * tint, paint::GLASS_IOR),
            paint::sheet("glass", tint, paint::GLASS_IOR),
        ),
        Content::Powder => (Material::plain("content", color, 0.8), paint::sheet("glass", tint, paint::GLASS_IOR)),
    };
    let kind = match content {
        Content::Clear => "clear",
        Content::Opaque | Content::Thick(..) => "wet",
        Content::Powder => "powder",
    };
    let level = level.map_or(0.0, |level| libm::round(level * 10.0));
    let cap = paint::lacquer("cap", request.color(&["cap_color"], "#d8b13a")?);
    let mut landmarks = vec![Landmark::bottom("base_center"), Landmark::top("top_center")];
    landmarks.extend(Landmark::around(landmark::BASE, 7.0 * k));
    landmarks.extend(Landmark::around(landmark::LABEL_TOP, top * h - 0.3));
    landmarks.extend(Landmark::around(landmark::SHOULDER, shoulder_y));
    landmarks.extend(Landmark::around(landmark::CAP, at(0.5)));
    Ok(Parts {
        materials: vec![paint::printed(request, "matt")?, inner, glass, paint::paper(), cap],
        footprint: round_if_square(request.size),
        variant: format!("{style}-{kind}-{level}"),
        landmarks,
    })
}
