//! Gable-top carton: milk, juice. The ridge runs from left to right, the gussets are folded in at the sides. Fields:
//! `lid` = `screw` (a cap on the front slope) or `none`; `cap_color`.
//!
//! Sheet: the unfolded body, as for a carton; above the row of panels the four gable panels of face `Top`, each with
//! its share of the seal, the front's first.

use glam::{DAffine3, DVec2, DVec3};

use super::boxy::{Boxy, bevel, flat_uv};
use super::landmark::Landmark;
use super::mesher::{Mesher, Skin};
use super::paint::{self, LABEL};
use super::request::Request;
use super::sheet::{Face, Panel, Sheet};
use super::{Footprint, Package, Parts, closure, section};
use crate::catalog::Material;
use glam::Vec3;

pub(super) const PACKAGE: Package = Package { name: "gable_top", sheet, build };

const BOARD: u16 = 1;
const CAP: u16 = 2;

/// Where the folds are, in millimetres.
struct Folds {
    half: DVec2,
    /// Height of the shoulder fold, of the ridge fold, and of the seal's upper edge.
    shoulder: f64,
    ridge: f64,
    top: f64,
    /// Half the thickness of the seal.
    seal: f64,
    /// Length of the slope.
    slope: f64,
}

impl Folds {
    fn new(size: DVec3) -> Self {
        let half = DVec2::new(0.5 * size.x, 0.5 * size.z);
        let seal = 1.3_f64.min(0.05 * size.min_element());
        let ridge = size.y - (0.085 * size.y).min(0.24 * size.z).min(20.0);
        let run = half.y - seal;
        let rise = (1.08 * run).min(0.36 * size.y);
        Self { half, shoulder: ridge - rise, ridge, top: size.y, seal, slope: libm::hypot(run, rise) }
    }
}

fn sheet(size: DVec3) -> Sheet {
    let folds = Folds::new(size);
    let top = folds.slope + folds.top - folds.ridge;
    let mut sheet = Sheet::unfolded(size.x, folds.shoulder, size.z, top);
    for body in [Face::Back, Face::Left, Face::Right] {
        if let Some(panel) = sheet.panel(body) {
            sheet.panels.push(Panel { face: Face::Top, y: 0.0, height: top, ..panel });
        }
    }
    sheet
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let lid = request.choice("lid", &["screw", "none"])?;
    let folds = Folds::new(request.size);
    let radius = 1.4_f64.min(0.06 * request.size.min_element());
    let boxy = Boxy { half: folds.half, radius, flat: 0 };
    let full = 2.0 * folds.half;
    let u = boxy.columns_u(full);
    let (skin, inner) = (Skin::new(LABEL), Skin::new(BOARD));
    let top_height = sheet.height_mm - folds.shoulder - full.y;

    // Body: rounded lower edge, wall up to the shoulder fold.
    let mut rows: Vec<(f64, f64)> = bevel(radius).map(|(inset, y)| (inset, -y)).to_vec();
    rows.reverse();
    rows.push((0.0, folds.shoulder));
    let points: Vec<Vec<DVec3>> = rows.iter().map(|&(inset, y)| section::at_height(&boxy.ring(inset), y)).collect();
    let ids: Vec<Vec<u32>> = points.iter().map(|row| mesher.points(row)).collect();
    let n = ids[0].len();
    for i in 0..rows.len() - 1 {
        mesher.band(skin, &ids[i], &ids[i + 1], |column, upper| {
            let row = i + upper;
            if i == 0 {
                return flat_uv(sheet, Face::Bottom, points[row][column % n]);
            }
            let y = if row == 1 { 0.0 } else { rows[row].1 };
            DVec2::new(u[column], top_height + folds.shoulder - y)
        });
    }
    mesher.fan(skin, &ids[0], DVec3::ZERO, false, |point| flat_uv(sheet, Face::Bottom, point));

    // Gable: the ring narrows to the seal, and the middle of each side is drawn in under the ridge.
    let seal = Boxy { half: DVec2::new(folds.half.x, folds.seal), radius: 0.7 * folds.seal, flat: 0 };
    let fold_in = 0.94 * folds.half.y.min(folds.half.x);
    let middle_of_side = |column: usize| column == 2 || column == 2 + n / 2;
    let seal_row = |mesher: &mut Mesher, inset: f64, y: f64| mesher.points(&section::at_height(&seal.ring(inset), y));
    let straight = seal_row(mesher, 0.0, folds.ridge);
    let gusset: Vec<u32> = (0..n)
        .map(|column| match middle_of_side(column) {
            true => {
                let outwards = if column == 2 { -1.0 } else { 1.0 };
                mesher.point(DVec3::new(outwards * (folds.half.x - fold_in), folds.ridge, 0.0))
            }
            false => straight[column],
        })
        .collect();
    let lower = &ids[ids.len() - 1];
    for column in 0..n {
        let next = (column + 1) % n;
        let corners = [lower[column], lower[next], gusset[next], gusset[column]];
        let uvs = [
            (column, top_height),
            (column + 1, top_height),
            (column + 1, top_height - folds.slope),
            (column, top_height - folds.slope),
        ]
        .map(|(column, v)| DVec2::new(u[column], v));
        // A gusset folds along the line from the shoulder's corner to the point under the ridge.
        let cut: [[usize; 3]; 2] = if middle_of_side(column) { [[0, 1, 3], [1, 2, 3]] } else { [[0, 1, 2], [0, 2, 3]] };
        let cut = if middle_of_side(column) || middle_of_side(next) { cut } else { [[0, 1, 2], [0, 2, 3]] };
        let crease = Skin::creased(LABEL, 30.0);
        for triangle in cut {
            mesher.face(crease, triangle.map(|c| corners[c]), triangle.map(|c| uvs[c]));
        }
    }
    mesher.band(inner, &gusset, &straight, |_, _| DVec2::ZERO);

    // Seal: straight up, with a rounded upper edge.
    let mut below = (straight, folds.ridge);
    for (inset, y) in bevel(0.5 * folds.seal) {
        let row = seal_row(mesher, inset, folds.top + y);
        let (from, to) = (below.1, folds.top + y);
        mesher.band(skin, &below.0, &row, |column, upper| {
            DVec2::new(u[column], folds.top - if upper == 0 { from } else { to })
        });
        below = (row, to);
    }
    mesher.fan(inner, &below.0, DVec3::new(0.0, folds.top, 0.0), true, |_| DVec2::ZERO);

    let mut materials = vec![waxed(paint::printed(request, "satin")?), paint::plastic("board", Vec3::splat(0.8))];
    if lid == "screw" {
        add_cap(mesher, &folds);
        materials.push(paint::milky("cap", request.color(&["cap_color"], "#1f4fa3")?, 0.1));
    }
    let fold = [0.95 * folds.shoulder, folds.shoulder];
    let ridge = [folds.ridge, folds.top];
    let mut landmarks = Landmark::corners(2.0 * folds.shoulder).to_vec();
    landmarks.retain(Landmark::is_low);
    landmarks.extend([
        Landmark::farthest("shoulder_front_left", [-1.0, 0.0, 1.0], fold),
        Landmark::farthest("shoulder_front_right", [1.0, 0.0, 1.0], fold),
        Landmark::farthest("shoulder_back_left", [-1.0, 0.0, -1.0], fold),
        Landmark::farthest("shoulder_back_right", [1.0, 0.0, -1.0], fold),
        Landmark::farthest("ridge_left", [-1.0, 1.0, 0.0], ridge),
        Landmark::farthest("ridge_right", [1.0, 1.0, 0.0], ridge),
        Landmark::front("front_center", 0.5 * folds.shoulder),
    ]);
    Ok(Parts { materials, footprint: Footprint::Box, variant: lid.to_owned(), landmarks })
}

/// Board soaked with wax lets a little light into the carton and out again.
fn waxed(printed: Material) -> Material {
    Material { diffuse_transmission: 0.1, ..printed }
}

/// A cap on its flange in the middle of the front slope, as large as fits over it.
fn add_cap(mesher: &mut Mesher, folds: &Folds) {
    let run = folds.half.y - folds.seal;
    let rise = folds.ridge - folds.shoulder;
    let (forward, up) = (rise / folds.slope, run / folds.slope);
    let radius = (0.29 * folds.slope).min(0.4 * folds.half.x).min(15.0);
    let middle = DVec3::new(0.0, folds.shoulder + 0.5 * rise, folds.seal + 0.5 * run);
    let room = (folds.half.y - middle.z - radius * up) / forward;
    let height = (0.8 * radius).min(0.95 * room);
    mesher.place = DAffine3::from_translation(middle) * DAffine3::from_rotation_x(libm::atan2(forward, up));
    closure::screw_cap(mesher, CAP, radius, -0.15 * height, 1.15 * height);
    mesher.place = DAffine3::IDENTITY;
}
