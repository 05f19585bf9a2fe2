use glam::{DVec2, DVec3};

use super::mesher::{Mesher, Skin};
use super::paint::LABEL;
use super::section;
use super::sheet::Sheet;
use super::window::Window;

/// Adds the printed wall of a soft pack through rings that start at the left side and pass the front first. The front
/// half of each ring carries the sheet's front panel, the back half the back panel; heights on the sheet follow the
/// mean distance from ring to ring. Returns the points of all rings.
pub(super) fn two_panels(mesher: &mut Mesher, rows: &[Vec<DVec3>], sheet: &Sheet) -> Vec<Vec<u32>> {
    two_panels_with(mesher, rows, sheet, None)
}

/// [`two_panels`] with a window among the faces; columns count from the left side.
pub(super) fn two_panels_with(
    mesher: &mut Mesher,
    rows: &[Vec<DVec3>],
    sheet: &Sheet,
    window: Option<Window>,
) -> Vec<Vec<u32>> {
    let ids: Vec<Vec<u32>> = rows.iter().map(|row| mesher.points(row)).collect();
    let n = rows[0].len();
    let steps = rows.windows(2).map(|pair| {
        let total: f64 = (0..n).map(|j| pair[0][j].distance(pair[1][j])).sum();
        total / n as f64
    });
    let along = section::running(steps);
    let total = along[along.len() - 1];
    let u: Vec<Vec<f64>> = rows.iter().map(|row| halves(row)).collect();
    for i in 0..rows.len() - 1 {
        let skin = |column| match window {
            Some(window) if window.has(i, column) => Skin::new(window.slots[0]),
            _ => Skin::new(LABEL),
        };
        mesher.band_of(skin, &ids[i], &ids[i + 1], |column, upper| {
            let row = i + upper;
            DVec2::new(0.5 * sheet.width_mm * u[row][column], sheet.height_mm * (1.0 - along[row] / total))
        });
    }
    ids
}

/// Position of each column, 0 to 1 along the front half of the ring and 1 to 2 along the back half.
fn halves(row: &[DVec3]) -> Vec<f64> {
    let n = row.len();
    let lengths = section::running((0..n).map(|j| row[j].distance(row[(j + 1) % n])));
    let middle = lengths[n / 2];
    lengths
        .iter()
        .map(|&length| if length <= middle { length / middle } else { 1.0 + (length - middle) / (lengths[n] - middle) })
        .collect()
}

/// Closes a flattened ring by joining its front half with its back half; `up` at the upper end of a pack.
pub(super) fn zip(mesher: &mut Mesher, skin: Skin, ring: &[u32], up: bool) {
    let n = ring.len();
    for j in 0..n / 2 {
        let corners = [ring[j], ring[j + 1], ring[(n - j - 1) % n], ring[(n - j) % n]];
        let corners = if up { corners } else { [corners[3], corners[2], corners[1], corners[0]] };
        mesher.face(skin, corners, [DVec2::ZERO; 4]);
    }
}

/// The ring of a flattened or swollen sleeve: an ellipse, or the like, that starts at the left side.
pub(super) fn sleeve(half: DVec2, exponent: f64, per_quarter: usize) -> Vec<DVec2> {
    let mut ring = section::superellipse(half, exponent, per_quarter);
    ring.rotate_left(per_quarter);
    ring
}

/// Half width of an ellipse with the given perimeter and half depth; never less than `least`.
pub(super) fn half_width(perimeter: f64, half_depth: f64, least: f64) -> f64 {
    let (mut low, mut high) = (0.0, 0.25 * perimeter);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if section::ellipse_perimeter(middle, half_depth) < perimeter {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.max(least)
}

/// Waves of film that was gathered by a seam, -1 to 1, over a position of 0 to 1 across the pack. `side` chooses
/// another pattern.
pub(super) fn gathers(across: f64, side: f64) -> f64 {
    let wave = |count: f64, phase: f64| libm::cos(std::f64::consts::TAU * count * across + phase);
    0.45 * wave(3.0, 0.7 + 2.1 * side) + 0.35 * wave(5.0, 2.9 + 1.3 * side) + 0.2 * wave(7.0, 4.4 + 3.7 * side)
}
