use std::sync::Arc;

use super::{Assortment, BayPlan, Item, Place, Position, tier};
use crate::scene::fixture::Gondola;
use crate::scene::recipe::Recipe;
use crate::scene::{Error, stocking};
use crate::seed::{Rng, Seed};

/// Most products of one family that stand side by side.
const FAMILY: usize = 10;
/// Products that are tried before a bay is given up.
const TRIES: usize = 3_000;
/// Tallest product that is put on a shelf, metres.
const TALLEST: f64 = 0.6;
/// Blocks among which one is looked for that fits the end of a shelf.
const LOOK_AHEAD: usize = 8;
/// Free height that a further tier needs, metres.
const HEADROOM: f64 = 0.14;

/// The order of the categories along the aisle.
#[derive(Debug, Clone)]
pub(in crate::scene) struct Theme<'a> {
    /// Indices of families, one list per category.
    categories: Vec<&'a [usize]>,
}

impl<'a> Theme<'a> {
    /// Shuffles the categories; `families` lists the indices of each allowed category's families.
    pub(in crate::scene) fn draw(families: &'a [Vec<usize>], seed: Seed) -> Self {
        let mut categories: Vec<&[usize]> =
            families.iter().filter(|list| !list.is_empty()).map(Vec::as_slice).collect();
        seed.rng("scene/planogram/theme").shuffle(&mut categories);
        Self { categories }
    }
}

/// A block of facings that waits for its shelf.
struct Block {
    item: Arc<Item>,
    facings: u32,
}

/// Makes up a bay: as many tiers as its goods and the gondola's height allow.
///
/// # Errors
/// If products cannot be loaded, or none fits.
pub(in crate::scene) fn generate(
    bay: u32,
    theme: &Theme<'_>,
    (recipe, gondola): (&Recipe, &Gondola),
    assortment: &mut Assortment<'_>,
    seed: Seed,
) -> Result<BayPlan, Error> {
    let mut rng = seed.rng(&format!("scene/planogram/{bay}"));
    let rules = &recipe.planogram;
    let target = recipe.gondola.shelves.draw(&mut rng);
    let nominal = (gondola.height - gondola.base_height) / f64::from(target);
    let width = gondola.usable_width();

    let wanted = width * f64::from(recipe.gondola.shelves.1) * 1.1;
    let mut blocks = blocks(bay, theme, (recipe, gondola), assortment, (wanted, &mut rng))?;
    blocks.reverse();
    let mut rows: Vec<(Vec<Position>, f64, bool)> = Vec::new();
    let mut surface = gondola.base_height;
    while (rows.len() as u32) < recipe.gondola.shelves.1 && surface + HEADROOM <= gondola.height {
        // The wanted number of tiers may leave half the back panel bare when the packs are small.
        if rows.len() as u32 >= target && surface + nominal.max(2.0 * HEADROOM) > gondola.height {
            break;
        }
        let shelf = rows.len() as u32;
        let repeats = rng.chance(rules.vertical_blocks);
        let mut positions = match rows.last() {
            Some((below, _, _)) if repeats && !below.is_empty() => below.clone(),
            _ => fill(&mut blocks, (recipe, nominal), width, &mut rng),
        };
        if positions.is_empty() {
            break;
        }
        for (i, position) in positions.iter_mut().enumerate() {
            position.place = Place { bay, shelf, position: i as u32 };
            position.deep = tier::units_deep(position.item.size.z, gondola.depth_of(shelf), recipe.stocking.deep);
        }
        let gap = tier::gap(&positions, rules.air_m.draw(&mut rng), gondola.slot_pitch);
        surface += gap;
        rows.push((positions, gap, rng.chance(rules.dividers)));
    }
    Ok(BayPlan { bay, tiers: tier::hang(gondola, rows) })
}

/// Blocks for at least `wanted` metres of shelf, in the order in which they fill the bay from the bottom: category by
/// category, in each the families with the largest packs first.
fn blocks(
    bay: u32,
    theme: &Theme<'_>,
    (recipe, gondola): (&Recipe, &Gondola),
    assortment: &mut Assortment<'_>,
    (wanted, rng): (f64, &mut Rng),
) -> Result<Vec<Block>, Error> {
    let rules = &recipe.planogram;
    let count = theme.categories.len().max(1);
    let shared = rules.categories_per_bay.draw(rng) as usize;
    let room = (gondola.usable_width(), gondola.shelf_depth - Gondola::BACK - stocking::EDGE);
    let (mut groups, mut total, mut tried) = (Vec::new(), 0.0, 0);
    // The bay's own categories come first; the following ones help out where they are too small to fill it.
    for turn in 0..4 * count {
        if (total >= wanted && turn >= shared) || tried >= TRIES {
            break;
        }
        let Some(category) = theme.categories.get((bay as usize + turn) % count) else { break };
        let mut order = category.to_vec();
        rng.shuffle(&mut order);
        let mut families: Vec<(f64, Vec<Block>)> = Vec::new();
        let share = wanted / shared as f64;
        let mut here = 0.0;
        for family in order {
            if here >= share || tried >= TRIES {
                break;
            }
            let products = &assortment.catalog().families()[family].products;
            let start = if products.len() > FAMILY { rng.below(products.len() - FAMILY + 1) } else { 0 };
            let mut members = Vec::new();
            for &id in products.iter().skip(start).take(FAMILY) {
                tried += 1;
                let item = assortment.item(id)?;
                if !(item.size.x < room.0
                    && item.size.z < room.1
                    && item.size.y < TALLEST
                    && item.size.min_element() > 0.0)
                {
                    continue;
                }
                let pitch = tier::facing_width(item.size.x, item.size.z, item.round);
                let facings = libm::round(rules.block_width_m.draw(rng) / pitch) as u32;
                let facings = facings.clamp(rules.facings.0, rules.facings.1);
                here += pitch * f64::from(facings);
                members.push(Block { item, facings });
            }
            let tallest = members.iter().map(|block| block.item.size.y).fold(0.0, f64::max);
            families.push((tallest * rng.uniform(0.85..1.15), members));
        }
        total += here;
        families.sort_by(|a, b| b.0.total_cmp(&a.0));
        let tallest = families.first().map_or(0.0, |family| family.0);
        groups.push((tallest, families));
    }
    if total == 0.0 {
        return Err(Error::NothingFits { tried, width: room.0, depth: room.1 });
    }
    groups.sort_by(|a, b| b.0.total_cmp(&a.0));
    Ok(groups.into_iter().flat_map(|(_, families)| families).flat_map(|(_, members)| members).collect())
}

/// Takes blocks from the end of the list until a shelf is full.
fn fill(blocks: &mut Vec<Block>, (recipe, nominal): (&Recipe, f64), width: f64, rng: &mut Rng) -> Vec<Position> {
    let rules = &recipe.planogram;
    let pitch = |item: &Item| tier::facing_width(item.size.x, item.size.z, item.round);
    let mut positions: Vec<Position> = Vec::new();
    let mut room = width;
    loop {
        // The next block that has room, or at the end of the shelf one of those soon after it. Half a block is not begun
        // unless it is all that the shelf will hold.
        let fit = |block: &Block| libm::floor((room - stocking::BETWEEN) / pitch(&block.item)).max(0.0) as u32;
        let begins = |block: &Block| fit(block) > 0 && (fit(block) >= block.facings.min(2) || positions.is_empty());
        let soon = blocks.len().saturating_sub(LOOK_AHEAD);
        let Some(next) = (soon..blocks.len()).rev().find(|&i| begins(&blocks[i])) else { break };
        let block = blocks.remove(next);
        let item = block.item;
        let levels = if item.is_stackable() {
            (libm::floor(nominal * 0.82 / item.size.y).max(1.0) as u32).min(rules.levels)
        } else {
            1
        };
        let in_tray = levels == 1 && item.comes_in_trays() && rng.chance(rules.trays);
        let edges = stocking::BETWEEN + if in_tray { 0.012 } else { 0.0 };
        let facings = block.facings.min(libm::floor((room - edges) / pitch(&item)).max(0.0) as u32);
        if facings == 0 {
            continue;
        }
        room -= f64::from(facings) * pitch(&item) + edges;
        let place = Place { bay: 0, shelf: 0, position: 0 };
        positions.push(Position { place, item, facings, levels, deep: 1, in_tray, deep_is_fixed: false });
    }
    // The rest of the shelf goes to products that are already there, one facing at a time.
    let mut order: Vec<usize> = (0..positions.len()).collect();
    rng.shuffle(&mut order);
    for i in order.iter().chain(&order) {
        let position = &mut positions[*i];
        if pitch(&position.item) <= room && (!position.in_tray || position.facings < 5) {
            room -= pitch(&position.item);
            position.facings += 1;
        }
    }
    positions
}
