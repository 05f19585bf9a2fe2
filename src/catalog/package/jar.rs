//! Glass jar with a twist lid. Fields: `style` = `round` or `tall` (straight shoulder); `cap_color`, `content_color`,
//! `body_color` (tint of the glass).
//!
//! Sheet: one wrap, half as high as the jar.

use glam::{DVec2, DVec3, Vec3};

use super::loft::lathe;
use super::mesher::Mesher;
use super::paint::{self, LABEL};
use super::profile::Profile;
use super::request::Request;
use super::sheet::Sheet;
use super::{Package, Parts, round_if_square, section};

pub(super) const PACKAGE: Package = Package { name: "jar", sheet, build };

const CONTENT: u16 = 1;
const GLASS: u16 = 2;
const CAP: u16 = 3;
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
    let body = Profile::new(GLASS, 0.0, 4.5 * k)
        .to(0.7 * r, 2.5 * k, 0.0)
        .to(0.8 * r, 0.0, 0.0)
        .to(0.92 * r, 0.0, 0.0)
        .to(r, 5.5 * k, 3.5 * k)
        .slot(CONTENT)
        .to(r, from * h - 2.0 * k, 1.5 * k)
        .to(label, from * h, 0.0)
        .slot(LABEL)
        .to(label, top * h, 0.0)
        .slot(CONTENT)
        .to(r, (top * h + 2.0 * k).min(shoulder_y), 1.5 * k)
        .curve(
            [(r, shoulder_y + 0.6 * shoulder * h), (neck, shoulder_y + 0.55 * shoulder * h)],
            (neck, lid_y - 2.0 * k),
            8,
        )
        .slot(GLASS)
        .to(neck, lid_y - 1.2 * k, 0.0)
        .to(neck, h - 4.0 * k, 0.0)
        .to(0.0, h - 4.0 * k, 0.0);
    lathe(mesher, &body, COLUMNS, sheet.size());

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

    let tint = request.color(&["body_color"], "#f3f8f6")?;
    let content = request.color(&["content_color"], "#a3131d")?;
    Ok(Parts {
        materials: vec![
            paint::label(0.55),
            paint::glass("content", tint * content),
            paint::glass("glass", tint * (content * 0.3 + Vec3::splat(0.45))),
            paint::lacquer("cap", request.color(&["cap_color"], "#d8b13a")?),
        ],
        footprint: round_if_square(request.size),
        variant: style.to_owned(),
    })
}
