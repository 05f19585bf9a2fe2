//! Kinds of fixture, one file each. A kind takes an [`Order`] and returns a [`Display`]: its furniture, the goods in it,
//! their planogram and the camera in front of it. Seed, building, ceiling lights, exposure and classes are common to all
//! and stand in `compose.rs`.
//!
//! A new kind is a file with a `KIND`, its `mod` and its entry in `KINDS`, and a line in `assets/recipes/default.toml`.

mod bulk_bin;
mod cooler;
mod end_cap;
mod framing;
mod freezer;
mod gondola;
mod goods;
mod pallet;
mod pegboard;
#[cfg(test)]
mod tests;
mod tiers;

use super::camera::View;
use super::fixture::Gondola;
use super::planogram::Assortment;
use super::recipe::Recipe;
use super::{Cell, Error, Light, Prop, Retail, Unit};
use crate::problem::Problems;
use crate::seed::Seed;

/// All kinds that a recipe may name.
const KINDS: [Kind; 7] =
    [gondola::KIND, cooler::KIND, end_cap::KIND, freezer::KIND, pallet::KIND, bulk_bin::KIND, pegboard::KIND];

/// Name of the kind that shows listed planograms.
pub(super) const GONDOLA: &str = gondola::KIND.name;

/// One kind of fixture.
pub(super) struct Kind {
    /// What recipes call it.
    pub(super) name: &'static str,
    /// Puts one together. Draws from `order.seed.rng(purpose)` alone.
    pub(super) arrange: fn(&mut Order<'_>) -> Result<Display, Error>,
}

/// What a fixture is put together from.
pub(super) struct Order<'a> {
    pub(super) recipe: &'a Recipe,
    /// Indices of the families of each category of the catalogue; none where the recipe leaves the category out.
    pub(super) families: &'a [Vec<usize>],
    /// The products that this frame has loaded.
    pub(super) assortment: Assortment<'a>,
    pub(super) seed: Seed,
}

/// A fixture with its goods, and the camera in front of it. World axes as in [`Scene`](super::Scene): the fixture's back
/// is at z = 0, and it faces +z.
pub(super) struct Display {
    /// The run of bays that the fixture is or takes the place of: its height, depth and width are those of the fixture.
    /// Building and ceiling lights are arranged around it.
    pub(super) run: Gondola,
    pub(super) view: View,
    /// Height that fixture and goods reach, metres; the ceiling hangs above it.
    pub(super) top: f64,
    /// Furniture, labels and signs, in front of which the store's props come in the scene.
    pub(super) props: Vec<Prop>,
    pub(super) units: Vec<Unit>,
    /// All places, in the order bay, shelf, position, facing, level, depth; numbers are dense.
    pub(super) cells: Vec<Cell>,
    /// What each bay holds, for the store's signs; empty where none belong to such a fixture.
    pub(super) names: Vec<String>,
    /// The fixture's own lamps. Their visible sheets are among the props, a centimetre behind them.
    pub(super) lights: Vec<Light>,
    /// Bays, shelves and positions with their places, in any order.
    pub(super) retail: Retail,
}

impl Display {
    /// A fixture that is still empty.
    pub(super) fn new(run: Gondola, view: View, top: f64) -> Self {
        let (props, units, cells, names, lights, retail) = Default::default();
        Self { run, view, top, props, units, cells, names, lights, retail }
    }
}

/// Names of all kinds.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    const { &KINDS }.iter().map(|kind| kind.name)
}

/// Draws the kind of a frame.
///
/// # Errors
/// If a name is none of a kind.
pub(super) fn draw(kinds: &[String], seed: Seed) -> Result<&'static Kind, Error> {
    let drawn = seed.rng("scene/fixture").below(kinds.len().max(1));
    let name = kinds.get(drawn).map_or(GONDOLA, String::as_str);
    let unknown = || Error::Unfit(Problems::one("fixture.kinds", format!("there is no fixture {name:?}")));
    const { &KINDS }.iter().find(|kind| kind.name == name).ok_or_else(unknown)
}
