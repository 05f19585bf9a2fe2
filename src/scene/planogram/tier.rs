use super::{Position, Tier};
use crate::scene::fixture::{Gondola, SHELF_THICKNESS};
use crate::scene::stocking;

/// Gap that an empty shelf gets, metres.
const EMPTY: f64 = 0.25;

/// Distance from a surface to the next, a multiple of the slot pitch, so that the tallest stack has its air.
pub(super) fn gap(positions: &[Position], air: f64, pitch: f64) -> f64 {
    let tallest = positions.iter().map(Position::height).fold(0.0, f64::max);
    let needed = if tallest > 0.0 { tallest + air } else { EMPTY } + SHELF_THICKNESS;
    libm::ceil(needed / pitch) * pitch
}

/// Tiers on top of each other from the base deck upwards. What is left of the gondola's height is shared out among
/// them.
pub(super) fn hang(gondola: &Gondola, rows: Vec<(Vec<Position>, f64, bool)>) -> Vec<Tier> {
    let pitch = gondola.slot_pitch;
    let below: f64 = rows.iter().rev().skip(1).map(|(_, gap, _)| gap).sum();
    let top = rows.last().map_or(0.0, |(_, gap, _)| gap.min(0.25));
    let spare = gondola.height - gondola.base_height - below - top;
    let steps = libm::floor(spare / pitch / rows.len().max(1) as f64).clamp(0.0, 2.0);
    let mut surface = gondola.base_height;
    let mut tiers = Vec::new();
    for (shelf, (positions, gap, dividers)) in rows.into_iter().enumerate() {
        let gap = gap + steps * pitch;
        tiers.push(Tier { shelf: shelf as u32, surface, clear: gap - SHELF_THICKNESS, positions, dividers });
        surface += gap;
    }
    tiers
}

/// Width that one facing is planned with: the pack, the air beside it, and room to be a little turned.
pub(super) fn facing_width(position_width: f64, depth: f64, round: bool) -> f64 {
    position_width + 0.0025 + if round { 0.0 } else { 0.025 * depth }
}

/// Units that fit behind each other in `depth` metres.
pub(super) fn units_deep(item_depth: f64, depth: f64, most: u32) -> u32 {
    let fit = libm::floor((depth - Gondola::BACK - stocking::EDGE) / (item_depth + 0.002));
    (fit.max(1.0) as u32).min(most.max(1))
}
