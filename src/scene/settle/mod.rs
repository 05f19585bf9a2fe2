//! Goods that have been tipped into a bin: rigid bodies fall, tumble and come to rest on each other.
//!
//! The bodies are convex hulls of the real models ([`Hull`]). While they fall each is kept away from the others by a
//! skin, so that the true models never meet; afterwards every pair is shown to be apart by a plane between the two in
//! f64 ([`apart`]), and what cannot be shown is taken out. Fixed order, fixed steps, one thread and the physics
//! engine's own deterministic arithmetic: equal draws give equal poses on every machine.

mod apart;
mod hull;
mod pour;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use glam::{DAffine3, DVec3};

pub(super) use hull::Hull;
pub(super) use pour::pour;

/// A fixed box that goods lie in or lean on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wall {
    /// Takes the box's own axes to those of the container; rigid.
    pub(super) pose: DAffine3,
    /// Half its size, metres.
    pub(super) half: DVec3,
}

impl Wall {
    /// A box with the axes of the container between two corners.
    pub(super) fn between(low: DVec3, high: DVec3) -> Self {
        Self { pose: DAffine3::from_translation((low + high) * 0.5), half: (high - low) * 0.5 }
    }
}

/// What goods are poured into. Y is up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Container {
    /// Floor, sides and whatever else is in the way.
    pub(super) walls: Vec<Wall>,
    /// Smallest corner of the room inside, on the floor.
    pub(super) low: DVec3,
    /// Largest corner of the room inside, at the height of the rim.
    pub(super) high: DVec3,
}

/// A unit to pour: its hull, and how much it weighs for its size.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) hull: Arc<Hull>,
    /// Kilogrammes per cubic metre of hull.
    pub(super) density: f64,
}
