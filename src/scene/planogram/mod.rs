//! What should stand where: read from the recipe, or made up in the way of the trade: families in blocks, sister products
//! side by side, large packs at the bottom.

mod assortment;
mod depth;
mod explicit;
mod generate;
mod tier;

use std::sync::Arc;

pub(super) use assortment::{Assortment, Item};
pub(super) use depth::shorten_files;
pub(super) use explicit::{explicit, needed_width};
pub(super) use generate::{Theme, generate};

/// All tiers of one bay, from the base deck upwards.
#[derive(Debug, Clone)]
pub(super) struct BayPlan {
    pub(super) bay: u32,
    pub(super) tiers: Vec<Tier>,
}

/// One shelf, or the base deck.
#[derive(Debug, Clone)]
pub(super) struct Tier {
    /// Number in the bay, 0 is the base deck.
    pub(super) shelf: u32,
    /// Height of its surface, metres.
    pub(super) surface: f64,
    /// Free height above the surface up to the next shelf, or as far as goods may reach on the topmost one, metres.
    pub(super) clear: f64,
    /// From left to right.
    pub(super) positions: Vec<Position>,
    /// Whether plastic dividers stand between the positions.
    pub(super) dividers: bool,
}

/// Where a position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) bay: u32,
    pub(super) shelf: u32,
    pub(super) position: u32,
}

/// A product's place on a shelf.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub(super) place: Place,
    pub(super) item: Arc<Item>,
    /// Units side by side.
    pub(super) facings: u32,
    /// Units on top of each other.
    pub(super) levels: u32,
    /// Units behind each other.
    pub(super) deep: u32,
    /// Whether they stand in their shelf-ready tray.
    pub(super) in_tray: bool,
    /// Whether `deep` was asked for and must stay.
    pub(super) deep_is_fixed: bool,
}

impl Position {
    /// Height of a full stack, metres.
    pub(super) fn height(&self) -> f64 {
        let tray = if self.in_tray { super::fixture::TRAY_WALL + 0.001 } else { 0.0 };
        f64::from(self.levels) * (self.item.size.y + super::stocking::REST) + tray
    }

    /// Number of units when it is full.
    pub(super) fn units(&self) -> u64 {
        u64::from(self.facings) * u64::from(self.levels) * u64::from(self.deep)
    }
}
