use glam::{DAffine3, DVec3, Vec3};

use super::framing::{Aim, whole};
use super::{Display, Kind, Order, tiers};
use crate::catalog::label::PriceStyle;
use crate::geometry::Aabb;
use crate::scene::fixture::{self, Gondola, Message};
use crate::scene::recipe::{Count, Range};
use crate::scene::{Error, PriceTag};
use crate::seed::Rng;

/// The narrow bay at the end of a run, with a few products in big blocks under a promotion board.
pub(super) const KIND: Kind = Kind { name: "end_cap", arrange };

fn arrange(order: &mut Order<'_>) -> Result<Display, Error> {
    let mut rng = order.seed.rng("scene/end_cap");
    let mut recipe = order.recipe.clone();
    recipe.gondola.shelves = Count(3, 5);
    recipe.planogram.categories_per_bay = Count(1, 1);
    recipe.planogram.facings = Count(3, 12);
    recipe.planogram.block_width_m = Range(0.4, 0.95);
    recipe.planogram.vertical_blocks = 0.6;
    recipe.planogram.levels = recipe.planogram.levels.max(2);
    recipe.planogram.dividers = 0.0;
    recipe.prices.promotions = recipe.prices.promotions.max(0.7);
    let (rules, centimetres) = (&order.recipe.gondola, |metres: f64| libm::round(metres * 100.0) / 100.0);
    let depth = centimetres(rng.uniform(0.42..0.52));
    let pick = |colors: &[String], rng: &mut Rng| crate::scene::recipe::draw_color(colors, rng);
    let run = Gondola {
        bays: 1,
        main: 0..1,
        bay_width: centimetres(rng.uniform(0.86..1.02)),
        height: centimetres(rng.uniform(1.45..1.8)),
        base_height: centimetres(rules.base_height_m.draw(&mut rng)),
        base_depth: depth,
        shelf_depth: depth - 0.04,
        slot_pitch: rules.slot_pitch_m,
        steel: pick(&rules.steel, &mut rng),
        rail: pick(&rules.rail, &mut rng),
    };
    let mut bays = tiers::plan(order, (&recipe, &run), order.families, recipe.camera.height_m.1)?;
    let tops = bays.iter().flat_map(|plan| &plan.tiers).map(|tier| tier.surface + tier.clear);
    // The panels close around everything that stands in the bay.
    let height = libm::ceil(tops.fold(run.height, f64::max) * 100.0) / 100.0;
    let run = Gondola { height, ..run };

    let board_height = centimetres(rng.uniform(0.26..0.42));
    let half = 0.5 * run.bay_width + 0.03;
    let bounds =
        Aabb { min: DVec3::new(-half, 0.0, 0.0), max: DVec3::new(half, height + 0.6 * board_height, run.base_depth) };
    let view = whole(order, &run, Aim { bounds, lift: 0.0 });
    let panels = [Vec3::splat(0.72), Vec3::splat(0.06), Vec3::new(0.45, 0.03, 0.03), Vec3::new(0.02, 0.08, 0.25)];
    let panel = panels[rng.below(panels.len())];
    // It must not reach into the next aisle.
    let length = order.recipe.store.aisle_m.0.min(1.6) * 0.8;
    let mut display = Display::new(run, view, height + board_height);
    let behind: Vec<_> = order.assortment.items().cloned().collect();
    fixture::end_cap(&display.run, (panel, length), (&behind, &mut rng), &mut display.props);
    let wear = recipe.details.wear.draw(&mut order.seed.rng("scene/wear"));
    tiers::fill(&mut display, &mut bays, (&recipe, order), |run, bay, surfaces, props| {
        fixture::shelves(run, bay, (surfaces, wear), props);
    });
    header(order, board_height, &mut rng, &mut display);
    Ok(display)
}

/// The board over the bay, and the price of what stands there in large digits beside it.
fn header(order: &Order<'_>, board_height: f64, rng: &mut Rng, display: &mut Display) {
    let (width, top) = (display.run.bay_width, display.run.height + 0.022);
    let z = 0.08;
    let lean = DAffine3::from_rotation_x(0.06);
    let at = |x: f64, y: f64, z: f64| DAffine3::from_translation(DVec3::new(x, y, z)) * lean;
    let artwork = fixture::board_artwork(Message::Offer, (width, board_height), rng);
    let size = (width, board_height, 0.014);
    fixture::board(artwork, size, (at(0.0, top + 0.5 * board_height, z), Vec3::ZERO), &mut display.props);
    let products: Vec<_> = display.units.iter().filter_map(|unit| unit.product.clone()).collect();
    if products.is_empty() || !rng.chance(0.8) {
        return;
    }
    let product = &products[rng.below(products.len())];
    let cents = fixture::price_of(product, &order.recipe.prices, order.seed);
    let style = if rng.chance(0.6) { PriceStyle::Promo } else { PriceStyle::Red };
    let (w, h) = (0.3, 0.163);
    let x = 0.5 * (width - w) * rng.uniform(-0.9..0.9);
    // It hangs over the lower edge of the board, in front of it.
    let place = at(x, top + 0.35 * h, z + 0.025);
    let tag = PriceTag { product: product.clone(), cents, style, place: None };
    fixture::poster(tag, (w, h, 0.004), place, &mut display.props);
}
