use std::sync::Arc;

use glam::DVec3;

use super::{Display, Order};
use crate::scene::fixture::{self, Gondola, SHELF_END};
use crate::scene::planogram::{self, BayPlan, Item, Theme};
use crate::scene::recipe::Recipe;
use crate::scene::{Error, PlannedPosition, Prop, stocking};

/// Makes up all bays of a run, from the families of the chosen categories, with no more units than the recipe wants.
pub(super) fn plan(
    order: &mut Order<'_>,
    (recipe, run): (&Recipe, &Gondola),
    families: &[Vec<usize>],
    eye_height: f64,
) -> Result<Vec<BayPlan>, Error> {
    let theme = Theme::draw(families, order.seed);
    let assortment = &mut order.assortment;
    let mut bays = (0..run.bays)
        .map(|bay| planogram::generate(bay, &theme, (recipe, run), assortment, order.seed))
        .collect::<Result<Vec<_>, Error>>()?;
    planogram::shorten_files(&mut bays, run, recipe.stocking.units, (eye_height, 0.5 * f64::from(run.bays) - 0.5));
    Ok(bays)
}

/// Furnishes the bays with shelves, puts the goods onto them and hangs price labels under them.
pub(super) fn fill(
    display: &mut Display,
    bays: &mut [BayPlan],
    (recipe, order): (&Recipe, &Order<'_>),
    furnish: impl Fn(&Gondola, u32, &[f64], &mut Vec<Prop>),
) {
    let seed = order.seed;
    let others: Vec<Arc<Item>> = order.assortment.items().cloned().collect();
    for plan in bays {
        let surfaces: Vec<f64> = plan.tiers.iter().map(|tier| tier.surface).collect();
        furnish(&display.run, plan.bay, &surfaces, &mut display.props);
        let (left, width) = (display.run.left_of(plan.bay), display.run.bay_width);
        let size = DVec3::new(width, display.run.height, display.run.base_depth);
        display.retail.add_bay(plan.bay, DVec3::X * left, size);
        for tier in &mut plan.tiers {
            let depth = display.run.depth_of(tier.shelf);
            let edge = DVec3::new(left + SHELF_END, tier.surface, depth);
            let size = DVec3::new(width - 2.0 * SHELF_END, tier.clear, depth - Gondola::BACK);
            display.retail.add_shelf([plan.bay, tier.shelf], edge, size);
            let stocked = stocking::stock(tier, plan.bay, (recipe, &display.run), &others, seed);
            for (position, rooms) in tier.positions.iter().zip(&stocked.rooms) {
                display.retail.add_position(PlannedPosition::stocked(position, rooms));
            }
            let details = (&recipe.details, seed);
            fixture::promotions(&display.run, (plan.bay, tier), &stocked.spans, details, &mut display.props);
            let spans = tier.positions.iter().zip(stocked.spans).filter(|(_, span)| span.0 < span.1);
            for (position, (left, right)) in spans {
                let span = (left, right, tier.surface);
                fixture::price_labels(&display.run, position, span, (&recipe.prices, seed), &mut display.props);
            }
            display.props.extend(stocked.props);
            display.units.extend(stocked.units);
            display.cells.extend(stocked.cells);
        }
    }
}
