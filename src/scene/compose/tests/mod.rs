mod explicit;
mod laws;
mod solids;
mod statistics;

use std::sync::Arc;

use super::*;
use crate::scene::Unit;

fn catalog() -> Arc<Catalog> {
    Arc::new(Catalog::builtin().expect("the built-in catalogue is sound"))
}

/// A composer for the built-in catalogue.
fn composer(recipe: Recipe) -> Composer {
    Composer::new(catalog(), recipe).unwrap_or_else(|error| panic!("{error}"))
}

/// A composer for the built-in catalogue and a built-in recipe.
fn named(recipe: &str) -> Composer {
    composer(Recipe::builtin(recipe).expect("a built-in recipe"))
}

fn seed(index: u64) -> Seed {
    Seed { dataset: 3, index }
}

/// Bay, shelf, position, facing, level, depth.
fn slot(unit: &Unit) -> [u32; 6] {
    key(unit.cell.as_ref().expect("the composer gives every unit a place"))
}

fn key(cell: &crate::scene::Cell) -> [u32; 6] {
    [cell.bay, cell.shelf, cell.position, cell.facing, cell.level, cell.depth]
}
