use std::sync::Arc;

use glam::DVec3;

use super::{Assortment, BayPlan, Item, Place, Position, tier};
use crate::catalog;
use crate::scene::fixture::Gondola;
use crate::scene::recipe::{self, Recipe};
use crate::scene::{Error, Face, stocking};
use crate::seed::Seed;

/// The planogram that the recipe lists. Facings that do not fit into their bay are left out.
///
/// # Errors
/// If a product is unknown or cannot be loaded.
pub(in crate::scene) fn explicit(
    recipe: &Recipe,
    gondola: &Gondola,
    assortment: &mut Assortment<'_>,
    seed: Seed,
) -> Result<Vec<BayPlan>, Error> {
    let listed = &recipe.planogram.positions;
    let mut bays = Vec::new();
    for bay in 0..gondola.bays {
        let mut rng = seed.rng(&format!("scene/planogram/{bay}"));
        let here = || listed.iter().filter(|position| position.bay == bay);
        let shelves = here().map(|position| position.shelf + 1).max().unwrap_or(recipe.gondola.shelves.0);
        let mut rows = Vec::new();
        for shelf in 0..shelves {
            let depth = gondola.depth_of(shelf);
            let mut room = gondola.usable_width();
            let mut positions: Vec<Position> = Vec::new();
            for wanted in here().filter(|position| position.shelf == shelf) {
                let id = assortment
                    .catalog()
                    .find(&wanted.product)
                    .ok_or_else(|| catalog::Error::NoSuchProduct(wanted.product.clone()))?;
                let face: Face = wanted.face.parse().unwrap_or_default();
                let item = showing(assortment.item(id)?, face);
                let place = Place { bay, shelf, position: positions.len() as u32 };
                let fit = libm::floor(room / (item.size.x + NARROW)).max(0.0) as u32;
                let facings = wanted.facings.min(fit);
                if facings == 0 || item.size.z > depth - Gondola::BACK - stocking::EDGE {
                    continue;
                }
                room -= f64::from(facings) * (item.size.x + NARROW) + stocking::BETWEEN;
                let fill = tier::units_deep(item.size.z, depth, recipe.stocking.deep);
                let deep =
                    if wanted.deep == 0 { fill } else { wanted.deep.min(tier::units_deep(item.size.z, depth, 50)) };
                positions.push(Position {
                    place,
                    item,
                    facings,
                    levels: wanted.levels,
                    deep,
                    in_tray: false,
                    deep_is_fixed: wanted.deep != 0,
                });
            }
            let air = recipe.planogram.air_m.draw(&mut rng);
            rows.push((positions.clone(), tier::gap(&positions, air, gondola.slot_pitch), false));
        }
        bays.push(BayPlan { bay, tiers: tier::hang(gondola, rows) });
    }
    Ok(bays)
}

/// The product with this face to the aisle.
fn showing(item: Arc<Item>, face: Face) -> Arc<Item> {
    if face == Face::Front { item } else { Arc::new(item.showing(face)) }
}

/// Least air beside a facing of an explicit planogram, metres.
const NARROW: f64 = 0.0006;

/// Width that a listed position needs, metres, if its product is as large as the catalogue says.
pub(in crate::scene) fn needed_width(position: &recipe::Position, product: DVec3) -> f64 {
    let width = match position.face.parse() {
        Ok(Face::Left | Face::Right) => product.z,
        _ => product.x,
    };
    f64::from(position.facings) * (width + NARROW) + stocking::BETWEEN
}
