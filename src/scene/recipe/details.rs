use serde::{Deserialize, Serialize};

use super::{Count, Range};

/// What hangs on, stands at and surrounds the shelves besides goods and price labels. Every probability may be 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Details {
    /// Probability that a position has a wobbler: a promotional tag on a clear arm that stands out from the rail.
    pub wobblers: f64,
    /// Probability that a position has a flag that stands out into the aisle, printed on both sides.
    pub flags: f64,
    /// Probability that the rail of a shelf carries a coloured promotional strip along its whole length.
    pub strips: f64,
    /// Probability that a banner hangs from the edge of a shelf.
    pub banners: f64,
    /// Probability that a shelf has a wire fence along its front.
    pub fences: f64,
    /// Probability that a shelf with dividers has pushers behind its files.
    pub pushers: f64,
    /// Share of the shelf-ready trays whose front is torn rather than cut.
    pub torn_trays: f64,
    /// Probability that the back panels are perforated steel; otherwise they are plain.
    pub perforated: f64,
    /// Probability that boards with the name of the category crown the bays.
    pub headers: f64,
    /// Signs that hang from the ceiling.
    pub signs: Count,
    /// How worn shelf edges and floor are: 0 is new, 1 scuffed all over. Wear changes the gloss, and the colour a little.
    pub wear: Range,
    /// Perceptual roughness of the floor between its scuffs: below 0.2 lamps are mirrored in it.
    pub floor_roughness: Range,
    /// Tiers of real packages that the gondolas around the aisle show; 0 leaves them bare.
    pub distant_tiers: Count,
}

impl Default for Details {
    fn default() -> Self {
        Self {
            wobblers: 0.04,
            flags: 0.02,
            strips: 0.07,
            banners: 0.05,
            fences: 0.06,
            pushers: 0.5,
            torn_trays: 0.8,
            perforated: 0.6,
            headers: 0.35,
            signs: Count(0, 3),
            wear: Range(0.2, 0.8),
            floor_roughness: Range(0.12, 0.35),
            distant_tiers: Count(4, 6),
        }
    }
}
