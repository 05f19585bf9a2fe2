use glam::{DVec3, Vec3};

use super::framing::{Aim, whole};
use super::{Display, Kind, Order, goods, tiers};
use crate::geometry::Aabb;
use crate::scene::Error;
use crate::scene::fixture::{Cooler, Gondola};
use crate::scene::planogram::BayPlan;
use crate::scene::recipe::{Count, Range, draw_color};

/// An upright cooler for drinks and dairy, open or with glass doors, lit from inside.
pub(super) const KIND: Kind = Kind { name: "cooler", arrange };

/// Categories whose names contain one of these belong into a cooler.
const CHILLED: [&str; 18] = [
    "beer", "butter", "cheese", "chilled", "cider", "dairy", "drink", "juice", "lemonade", "milk", "quark", "smoothie",
    "soda", "tofu", "water", "wine", "yogurt", "yoghurt",
];
/// Highest underside of a ceiling, metres: tiers that would not fit under it are left out.
const HIGHEST: f64 = 2.05;
/// Air between the tallest goods of the topmost shelves and the ceiling, metres.
const HEADROOM: f64 = 0.03;

fn arrange(order: &mut Order<'_>) -> Result<Display, Error> {
    let mut rng = order.seed.rng("scene/cooler");
    let mut recipe = order.recipe.clone();
    let has_doors = rng.chance(recipe.fixture.doors);
    recipe.gondola.shelves = Count(4, 6);
    recipe.planogram.trays *= 0.3;
    recipe.planogram.dividers = if rng.chance(0.4) { 0.8 } else { 0.0 };
    if has_doors {
        // Nothing hangs into the way of a door.
        recipe.prices.flags = 0.0;
        let details = &mut recipe.details;
        (details.wobblers, details.flags, details.strips, details.banners) = (0.0, 0.0, 0.0, 0.0);
    }
    let pick = |colors: &[Vec3], rng: &mut crate::seed::Rng| colors[rng.below(colors.len())];
    let dark = rng.chance(0.4);
    let outside = pick(
        &[Vec3::splat(0.75), Vec3::splat(0.03), Vec3::new(0.35, 0.36, 0.37), Vec3::new(0.4, 0.02, 0.02)],
        &mut rng,
    );
    let inside = if dark { Vec3::splat(0.035) } else { Vec3::splat(0.78) };
    let frame = pick(&[Vec3::splat(0.05), Vec3::splat(0.62), Vec3::new(0.58, 0.57, 0.55)], &mut rng);
    let centimetres = |range: Range, rng: &mut crate::seed::Rng| libm::round(range.draw(rng) * 100.0) / 100.0;
    let doors = if has_doors { rng.between(1, 3) } else { rng.between(1, 2) };
    let depth = centimetres(Range(0.46, 0.58), &mut rng);
    let run = Gondola {
        bays: doors,
        main: 0..doors,
        bay_width: centimetres(if has_doors { Range(0.62, 0.78) } else { Range(0.9, 1.25) }, &mut rng),
        height: 1.68,
        base_height: centimetres(Range(0.18, 0.3), &mut rng),
        base_depth: depth,
        shelf_depth: if has_doors { depth } else { depth - 0.06 },
        slot_pitch: 0.025,
        steel: draw_color(&recipe.gondola.steel, &mut rng),
        rail: if dark { Vec3::splat(0.05) } else { Vec3::splat(0.75) },
    };

    // The goods decide how high the compartment is.
    let families = goods::fitting(order, &CHILLED);
    let mut bays = tiers::plan(order, (&recipe, &run), &families, recipe.camera.height_m.1)?;
    for plan in &mut bays {
        let fits = |clear: f64, surface: f64| surface + clear <= HIGHEST - HEADROOM;
        while plan.tiers.len() > 1 && plan.tiers.last().is_some_and(|top| !fits(top.clear, top.surface)) {
            plan.tiers.pop();
        }
    }
    let highest = bays.iter().filter_map(|plan| plan.tiers.last()).map(|top| top.surface + top.clear);
    let inner_top = libm::ceil((highest.fold(1.6, f64::max) + HEADROOM) * 100.0) / 100.0;

    bays.iter_mut().for_each(|plan| raise(plan, inner_top - HEADROOM, run.slot_pitch));

    let radiance = recipe.lights.radiance.draw(&mut rng) as f32 * rng.uniform(2.0..3.0) as f32;
    let open = rng.chance(0.3).then(|| (rng.below(doors as usize) as u32, rng.uniform(1.1..1.75)));
    let cooler = Cooler {
        inner_top,
        header: centimetres(Range(0.16, 0.28), &mut rng),
        colors: [outside, inside, frame],
        glass_shelves: rng.chance(0.25),
        doors: has_doors.then(|| rng.chance(0.5)),
        open: open.filter(|_| has_doors),
        upright_lamps: has_doors && rng.chance(0.75),
        radiance: Vec3::new(0.96, 1.0, 1.04) * radiance,
    };
    let half = 0.5 * f64::from(doors) * run.bay_width + 0.06;
    let bounds =
        Aabb { min: DVec3::new(-half, 0.05, 0.0), max: DVec3::new(half, cooler.height(), Cooler::front(&run) + 0.03) };
    let view = whole(order, &run, Aim { bounds, lift: 0.0 });
    let run = Gondola { height: cooler.height(), ..run };
    let mut display = Display::new(run, view, cooler.height());
    cooler.build(&display.run, &mut rng, &mut display.lights, &mut display.props);
    tiers::fill(&mut display, &mut bays, (&recipe, order), |run, bay, surfaces, props| {
        cooler.shelves(run, bay, surfaces, props);
    });
    Ok(display)
}

/// Hangs the shelves further apart, so that the topmost goods reach up to `top` as far as slots allow.
fn raise(plan: &mut BayPlan, top: f64, slot_pitch: f64) {
    let Some(spare) = plan.tiers.last().map(|last| top - last.surface - last.clear) else { return };
    let gaps = plan.tiers.len() as f64;
    let slots = libm::floor((spare / slot_pitch).max(0.0) / gaps);
    for (below, tier) in plan.tiers.iter_mut().enumerate() {
        tier.surface += below as f64 * slots * slot_pitch;
        tier.clear += slots * slot_pitch;
    }
}
