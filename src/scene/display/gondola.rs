use super::{Display, Kind, Order, tiers};
use crate::scene::Error;
use crate::scene::camera::{self, View};
use crate::scene::fixture::{self, Gondola};
use crate::scene::planogram::{self, BayPlan, Theme};
use crate::scene::sequence;

/// A run of bays with shelves, as the recipe's section `gondola` describes it.
pub(super) const KIND: Kind = Kind { name: "gondola", arrange };

/// Bays this close to the picture's border are stocked too: they throw shadows into it, metres.
const MARGIN: f64 = 0.1;

fn arrange(order: &mut Order<'_>) -> Result<Display, Error> {
    let (recipe, seed) = (order.recipe, order.seed);
    let gondola = Gondola::draw(recipe, seed);
    let view = camera::draw(recipe, &gondola, seed);
    let mut bays = plan(order, &gondola, &view)?;
    let eye = view.camera.world_from_camera.w_axis.truncate();
    let eye_bay = (view.target.x - gondola.left_of(0)) / gondola.bay_width - 0.5;
    planogram::shorten_files(&mut bays, &gondola, recipe.stocking.units, (eye.y, eye_bay));

    let tiers = || bays.iter().flat_map(|plan| &plan.tiers);
    let top = tiers().map(|tier| tier.surface + tier.clear).fold(gondola.height, f64::max);
    let mut display = Display::new(gondola, view, top);
    display.names = names(&bays);
    fixture::frame(&display.run, (&recipe.details, seed), &mut display.props);
    let wear = recipe.details.wear.draw(&mut seed.rng("scene/wear"));
    tiers::fill(&mut display, &mut bays, (recipe, order), |run, bay, surfaces, props| {
        fixture::shelves(run, bay, (surfaces, wear), props);
    });
    Ok(display)
}

/// The bays that the recipe lists, or made-up ones where the camera looks.
fn plan(order: &mut Order<'_>, gondola: &Gondola, view: &View) -> Result<Vec<BayPlan>, Error> {
    let (recipe, seed) = (order.recipe, order.seed);
    if !recipe.planogram.positions.is_empty() {
        return planogram::explicit(recipe, gondola, &mut order.assortment, seed);
    }
    let theme = Theme::draw(order.families, seed);
    let (low, high) = sequence::seen_x(recipe, seed, view, gondola.base_depth);
    (0..gondola.bays)
        .filter(|&bay| gondola.left_of(bay) < high + MARGIN && gondola.left_of(bay + 1) > low - MARGIN)
        .map(|bay| planogram::generate(bay, &theme, (recipe, gondola), &mut order.assortment, seed))
        .collect()
}

/// The category of the first product of each bay; empty for bays that nobody sees.
fn names(bays: &[BayPlan]) -> Vec<String> {
    let mut names = vec![String::new(); bays.iter().map(|plan| plan.bay as usize + 1).max().unwrap_or(0)];
    for plan in bays {
        if let Some(position) = plan.tiers.iter().flat_map(|tier| &tier.positions).next() {
            names[plan.bay as usize].clone_from(&position.item.product.category);
        }
    }
    names
}
