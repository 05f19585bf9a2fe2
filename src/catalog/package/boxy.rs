use glam::{DVec2, DVec3};

use super::mesher::{Mesher, Skin};
use super::section;
use super::sheet::{Face, Sheet};

/// Points of each rounded vertical edge; the middle one is where two panels meet.
const ARC: usize = 3;

/// Rings around a box with rounded vertical edges, and how the row of panels `left | front | right | back` lies on
/// them. Rings start in the middle of the back left edge, so columns run through the panels in their order on the
/// sheet. Millimetres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Boxy {
    /// Half the width and half the depth.
    pub(super) half: DVec2,
    /// Radius of the vertical edges.
    pub(super) radius: f64,
    /// Points between the middle and the end of each side, for sides that are not flat.
    pub(super) flat: usize,
}

impl Boxy {
    /// Columns of one panel.
    pub(super) fn columns(&self) -> usize {
        ARC + 1 + 2 * self.flat
    }

    /// The ring, drawn in by `inset` on all sides.
    pub(super) fn ring(&self, inset: f64) -> Vec<DVec2> {
        let radius = (self.radius - inset).max(0.2 * self.radius);
        let mut ring = section::rounded(self.half - inset, radius, ARC, self.flat);
        ring.rotate_left(self.flat + 2);
        ring
    }

    /// Positions of all columns on the sheet, the end included, in millimetres from its left border. The panels are as
    /// wide as `full` (width and depth); each lies on its side from edge to edge with an even scale.
    pub(super) fn columns_u(&self, full: DVec2) -> Vec<f64> {
        let (ring, m) = (section::at_height(&self.ring(0.0), 0.0), self.columns());
        let shares = section::shares(&ring);
        let starts = [0.0, full.y, full.y + full.x, 2.0 * full.y + full.x, 2.0 * (full.x + full.y)];
        let within = |column: usize| {
            let panel = (column / m).min(3);
            let (from, to) = (shares[panel * m], shares[(panel + 1) * m]);
            starts[panel] + (starts[panel + 1] - starts[panel]) * (shares[column] - from) / (to - from)
        };
        (0..=4 * m).map(within).collect()
    }
}

/// Position on the sheet of a point of the top or bottom, seen from above or below.
pub(super) fn flat_uv(sheet: &Sheet, face: Face, point: DVec3) -> DVec2 {
    let Some(panel) = sheet.panel(face) else { return DVec2::ZERO };
    let down = if face == Face::Bottom { -point.z } else { point.z };
    DVec2::new(panel.x + 0.5 * panel.width + point.x, panel.y + 0.5 * panel.height + down)
}

/// Rounds off a horizontal edge: (inset, height) pairs from the wall inwards, for an edge at height 0 below which the
/// wall lies.
pub(super) fn bevel(radius: f64) -> [(f64, f64); 3] {
    let cut = radius * (1.0 - std::f64::consts::FRAC_1_SQRT_2);
    [(0.0, -radius), (cut, -cut), (radius, 0.0)]
}

/// Adds a rounded slab that lies flat, printed with the sheet's top panel: a flap, a sleeve's end. `min` and `max` are
/// its corners.
pub(super) fn slab(mesher: &mut Mesher, skin: Skin, sheet: &Sheet, min: DVec3, max: DVec3) {
    let (middle, half) = (0.5 * (min + max), 0.5 * (max - min));
    let edge = 0.45 * half.min_element();
    let boxy = Boxy { half: DVec2::new(half.x, half.z), radius: 2.0 * edge, flat: 0 };
    let mut heights: Vec<(f64, f64)> = bevel(edge).map(|(inset, y)| (inset, min.y - y)).to_vec();
    heights.reverse();
    heights.extend(bevel(edge).map(|(inset, y)| (inset, max.y + y)));
    let ring_at = |inset: f64, y: f64| -> Vec<DVec3> {
        boxy.ring(inset).iter().map(|p| DVec3::new(p.x + middle.x, y, p.y + middle.z)).collect()
    };
    let rows: Vec<Vec<u32>> = heights.iter().map(|&(inset, y)| mesher.points(&ring_at(inset, y))).collect();
    for i in 0..rows.len() - 1 {
        // The print runs over the edges: each row lies as far outwards on the sheet as it is below the slab's top, or
        // above its underside.
        let under = i < 2;
        let printed = [i, i + 1].map(|row| {
            let (inset, y) = heights[row];
            ring_at(inset - if under { y - min.y } else { max.y - y }, y)
        });
        mesher.band(skin, &rows[i], &rows[i + 1], |column, row| {
            let point = printed[row][column % printed[row].len()];
            flat_uv(sheet, if under { Face::Bottom } else { Face::Top }, point)
        });
    }
    let last = rows.len() - 1;
    mesher.fan(skin, &rows[0], DVec3::new(middle.x, min.y, middle.z), false, |p| flat_uv(sheet, Face::Bottom, p));
    mesher.fan(skin, &rows[last], DVec3::new(middle.x, max.y, middle.z), true, |p| flat_uv(sheet, Face::Top, p));
}
