//! Folding carton with slightly bulging sides. Fields: `lid` = `flap` (glued flap over the top), `plain`, or `screw` (a
//! drink brick with a cap); `finish` (`satin`); `window` = `no` or `yes`, a clear one in the front (not of a drink brick),
//! behind which goods of `content_color` show; `cap_color`.
//!
//! Sheet: the unfolded box.

use glam::{DVec2, DVec3};

use super::boxy::{Boxy, bevel, flat_uv, slab};
use super::landmark::Landmark;
use super::mesher::{Mesher, Skin};
use super::paint::{self, LABEL};
use super::request::Request;
use super::sheet::{Face, Sheet};
use super::window::{self, Window};
use super::{Footprint, Package, Parts, closure, section};

pub(super) const PACKAGE: Package = Package { name: "carton", sheet, build };

const CAP: u16 = 1;
/// A carton with a window has no cap.
const WINDOW: u16 = 1;
const GOODS: u16 = 2;
/// Rows of the bulging walls.
const ROWS: usize = 6;
/// Thickness of the board.
const BOARD: f64 = 0.5;

fn sheet(size: DVec3) -> Sheet {
    Sheet::unfolded(size.x, size.y, size.z, size.z)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let lid = request.choice("lid", &["flap", "plain", "screw"])?;
    let DVec3 { x: w, y: h, z: d } = request.size;
    let smallest = request.size.min_element();
    let board = BOARD.min(0.04 * smallest);
    let cap = (0.32 * w.min(d)).min(15.0);
    let cap_height = (0.55 * cap).min(0.1 * h);
    let top = match lid {
        "flap" => h - board,
        "screw" => h - cap_height,
        _ => h,
    };

    let radius = 1.1_f64.min(0.06 * smallest);
    // How far the walls swell; the box that the swollen walls fill is the size asked for.
    let swell = DVec2::new((0.004 * d.min(h)).min(0.7), (0.007 * w.min(h)).min(1.3)).min(DVec2::splat(0.05 * smallest));
    let boxy = Boxy { half: DVec2::new(0.5 * w, 0.5 * d) - swell, radius, flat: 2 };
    let has_window = window::wanted(request)? && lid != "screw";
    // Rows count the bevel of the lower edge; the front's columns follow those of the left side.
    let first = boxy.columns() + 2;
    let window = Window { rows: [3, 5], columns: [first, first + 4], slots: [WINDOW, GOODS] };
    add_body(mesher, sheet, &boxy, (top, swell), has_window.then_some(window));

    let skin = Skin::new(LABEL);
    match lid {
        "flap" => {
            // The outer flap is hinged at the back edge and ends a little in front of the middle.
            let min = DVec3::new(-boxy.half.x + radius, top - 0.8 * board, -boxy.half.y + radius);
            let max = DVec3::new(boxy.half.x - radius, h, 0.14 * d);
            slab(mesher, skin, sheet, min, max);
        }
        "screw" => {
            let place = DVec3::new(0.0, 0.0, (0.5 * d - 1.35 * cap).max(0.0));
            mesher.place = glam::DAffine3::from_translation(place);
            closure::screw_cap(mesher, CAP, cap, top - 0.2 * cap_height, 1.2 * cap_height);
            mesher.place = glam::DAffine3::IDENTITY;
        }
        _ => {}
    }
    let mut materials = vec![paint::printed(request, "satin")?];
    if lid == "screw" {
        materials.push(paint::milky("cap", request.color(&["cap_color"], "#f4f4f0")?, 0.1));
    }
    if has_window {
        materials.extend(window::materials(request)?);
    }
    let variant = if has_window { format!("{lid}-window") } else { lid.to_owned() };
    let mut landmarks = Landmark::corners(top).to_vec();
    landmarks.extend([Landmark::front("front_center", 0.5 * top), Landmark::top("top_center")]);
    if lid == "screw" {
        landmarks.push(Landmark::farthest("cap_front", [0.0, 0.0, 1.0], [h - 0.5 * cap_height, h]));
    }
    Ok(Parts { materials, footprint: Footprint::Box, variant, landmarks })
}

/// The closed box from y = 0 to `top`, all of it printed.
fn add_body(mesher: &mut Mesher, sheet: &Sheet, boxy: &Boxy, (top, swell): (f64, DVec2), window: Option<Window>) {
    let skin = Skin::new(LABEL);
    let front = sheet.panel(Face::Front).map_or((0.0, 1.0), |panel| (panel.y, panel.height));
    let radius = boxy.radius;
    let mut rows: Vec<(f64, f64)> = bevel(radius).map(|(inset, y)| (inset, -y)).to_vec();
    rows.reverse();
    rows.extend((1..ROWS).map(|i| (0.0, radius + (top - 2.0 * radius) * i as f64 / ROWS as f64)));
    rows.extend(bevel(radius).map(|(inset, y)| (inset, top + y)));

    let points: Vec<Vec<DVec3>> = rows
        .iter()
        .map(|&(inset, y)| {
            let ring = boxy.ring(inset);
            let along = 1.0 - (2.0 * y / top - 1.0) * (2.0 * y / top - 1.0);
            let swollen: Vec<DVec2> = ring.into_iter().map(|p| p + swollen(p, boxy.half, swell * along)).collect();
            section::at_height(&swollen, y)
        })
        .collect();
    let ids: Vec<Vec<u32>> = points.iter().map(|row| mesher.points(row)).collect();
    if let Some(window) = window {
        window.add_goods(mesher, &points);
    }
    let n = ids[0].len();
    let u = boxy.columns_u(DVec2::new(
        sheet.panel(Face::Front).map_or(1.0, |panel| panel.width),
        sheet.panel(Face::Left).map_or(1.0, |panel| panel.width),
    ));
    let last = rows.len() - 1;
    for i in 0..last {
        let skin = |column| match window {
            Some(window) if window.has(i, column) => Skin::new(window.slots[0]),
            _ => skin,
        };
        mesher.band_of(skin, &ids[i], &ids[i + 1], |column, upper| {
            let row = i + upper;
            match i {
                0 => flat_uv(sheet, Face::Bottom, points[row][column % n]),
                _ if i == last - 1 => flat_uv(sheet, Face::Top, points[row][column % n]),
                // The walls take the outer halves of the rounded edges along.
                _ => {
                    let down = match row {
                        1 => 1.0,
                        _ if row == last - 1 => 0.0,
                        _ => 1.0 - rows[row].1 / top,
                    };
                    DVec2::new(u[column], front.0 + front.1 * down)
                }
            }
        });
    }
    mesher.fan(skin, &ids[0], DVec3::ZERO, false, |point| flat_uv(sheet, Face::Bottom, point));
    mesher.fan(skin, &ids[last], DVec3::new(0.0, top, 0.0), true, |point| flat_uv(sheet, Face::Top, point));
}

/// Displacement of a wall point: nothing at the edges, `swell` in the middle of a side.
fn swollen(point: DVec2, half: DVec2, swell: DVec2) -> DVec2 {
    let share = (point / half).abs().min(DVec2::ONE);
    let bulge =
        |along: f64, across: f64, amount: f64| if across > 0.999 { amount * (1.0 - along * along) } else { 0.0 };
    DVec2::new(bulge(share.y, share.x, swell.x), bulge(share.x, share.y, swell.y)) * point.signum()
}
