use std::collections::BTreeMap;
use std::sync::Arc;

use glam::{DAffine3, DVec3, Vec3};

use super::framing::{self, Aim};
use super::{Display, Kind, Order};
use crate::catalog::Shape;
use crate::catalog::label::PriceStyle;
use crate::geometry::Aabb;
use crate::scene::fixture::{self, BinPlan, BinStyle, Gondola};
use crate::scene::planogram::{Item, Place};
use crate::scene::settle::{Body, Hull, pour};
use crate::scene::{Cell, Error, PlannedPosition, Retail, Unit};
use crate::seed::Rng;

/// One to a few bins that goods have been tipped into, each with a price sign.
pub(super) const KIND: Kind = Kind { name: "bulk_bin", arrange };

/// Packages that nobody tips into a bin: they would break or spill.
const STANDING: [&str; 6] = ["bottle", "bottle_pack", "gable_top", "jar", "multipack", "spray"];
/// Packages of film, which most bins hold.
const SOFT: [&str; 2] = ["pillow_bag", "pouch"];
/// Probability that a bin holds packages of film.
const MOSTLY_SOFT: f64 = 0.65;
/// Share of a pile's room that its hulls fill.
const PACKED: f64 = 0.58;
/// Space between neighbouring bins, metres.
const BETWEEN: f64 = 0.12;
/// Families that are looked at for a bin.
const TRIES: usize = 60;
/// Share of the width inside of a bin that a unit may be long.
const LONGEST: f64 = 0.7;
/// Least depth of the goods' room, metres.
const SHALLOW: f64 = 0.1;

/// A product that can be poured.
struct Goods {
    item: Arc<Item>,
    hull: Arc<Hull>,
}

fn arrange(order: &mut Order<'_>) -> Result<Display, Error> {
    let (recipe, seed) = (order.recipe, order.seed);
    let rules = &recipe.bulk_bin;
    let mut rng = seed.rng("scene/bulk_bin");
    // Few bins are seen from nearer, and drawn more often.
    let bins = rules.bins.draw(&mut rng).min(rules.bins.draw(&mut rng));
    let sizes: Vec<BinPlan> = (0..bins).map(|_| measures(&mut rng)).collect();
    let width: f64 = sizes.iter().map(|plan| plan.outside().0 + BETWEEN).sum::<f64>() - BETWEEN;
    let depth = sizes.iter().map(|plan| plan.outside().1).fold(0.0, f64::max);

    let mut run = Gondola::draw(recipe, seed);
    run.base_depth = libm::ceil(depth * 100.0) / 100.0;
    let (mut props, mut units, mut cells) = (Vec::new(), Vec::new(), Vec::new());
    let mut retail = Retail::default();
    let (mut left, mut top) = (-0.5 * width, 0.0f64);
    let mut seen = Aabb::EMPTY;
    for (bin, mut plan) in sizes.into_iter().enumerate() {
        let mut rng = seed.rng(&format!("scene/bulk_bin/{bin}"));
        let goods = choose(order, &plan, &mut rng)?;
        let count = fill(&mut plan, &goods, order, &mut rng);
        let (outer_width, outer_depth) = plan.outside();
        let place = DVec3::new(left + 0.5 * outer_width, 0.0, 0.5 * outer_depth + rng.uniform(0.0..0.04));
        left += outer_width + BETWEEN;
        fixture::bin(&plan, place, &mut props);
        let outside = DVec3::new(outer_width, plan.rim, outer_depth);
        let corner = place - DVec3::new(0.5 * outer_width, 0.0, 0.5 * outer_depth);
        retail.add_bay(bin as u32, corner, outside);
        let edge = corner + DVec3::new(0.0, plan.rim, outer_depth);
        retail.add_shelf([bin as u32, 0], edge, DVec3::new(outer_width, 0.0, outer_depth));

        let chosen: Vec<usize> = (0..count).map(|_| rng.below(goods.len())).collect();
        let bodies: Vec<Body> = chosen.iter().map(|&i| Body { hull: goods[i].hull.clone(), density: 350.0 }).collect();
        let poses = pour(&bodies, &plan.container(), &mut rng);
        let world_from_bin = DAffine3::from_translation(place + DVec3::Y * plan.floor);
        let mut poured: BTreeMap<usize, Vec<DAffine3>> = BTreeMap::new();
        for (product, pose) in chosen.into_iter().zip(poses) {
            poured.entry(product).or_default().extend(pose.map(|pose| world_from_bin * pose));
        }
        let found = poured.into_iter().filter(|(_, poses)| !poses.is_empty());
        for (position, (product, poses)) in found.enumerate() {
            let slot = Place { bay: bin as u32, shelf: 0, position: position as u32 };
            let lying = PlannedPosition::loose(slot, &goods[product].item, poses.len() as u32);
            retail.add_position(lying);
            for (depth, pose) in poses.into_iter().enumerate() {
                let cell = cell(bin as u32, position as u32, depth as u32, &goods[product].item);
                cells.push(cell.clone());
                units.push(unit(&goods[product].item, pose, cell));
            }
        }

        // The sign stands behind the goods, above the highest of them.
        let foot = DVec3::new(place.x + rng.uniform(-0.1..0.1), 0.0, place.z - 0.5 * outer_depth - 0.015);
        let sign = plan.rim + rng.uniform(0.36..0.5);
        let style = if rng.chance(0.65) { PriceStyle::Promo } else { PriceStyle::Red };
        let size = (sign, libm::round(rng.uniform(0.36..0.5).min(outer_width) * 100.0) / 100.0);
        fixture::price_sign(&goods[0].item.product, foot, size, (&recipe.prices, seed), style, &mut props);
        top = top.max(sign + 0.15);
        let low = place - DVec3::new(0.5 * outer_width, 0.0, 0.5 * outer_depth) + DVec3::Y * (plan.rim - 0.18);
        let high = place + DVec3::new(0.5 * outer_width, plan.rim + 0.2, 0.5 * outer_depth);
        seen = seen.union(Aabb { min: low, max: high });
    }
    run.height = libm::ceil(top * 100.0) / 100.0;
    let view = framing::whole(order, &run, Aim { bounds: seen, lift: 0.1 });
    Ok(Display { props, units, cells, retail, ..Display::new(run, view, top) })
}

/// Style and size of a bin; its floor is set when the goods are known.
fn measures(rng: &mut Rng) -> BinPlan {
    const COLORS: [[f32; 3]; 5] =
        [[0.55, 0.02, 0.03], [0.03, 0.10, 0.35], [0.04, 0.24, 0.09], [0.62, 0.25, 0.02], [0.20, 0.03, 0.22]];
    const WIRES: [[f32; 3]; 4] = [[0.72, 0.72, 0.70], [0.55, 0.02, 0.03], [0.06, 0.06, 0.07], [0.03, 0.10, 0.35]];
    let style = [BinStyle::Cardboard, BinStyle::Wire, BinStyle::Wood][rng.below(3)];
    let centimetres = |metres: f64| libm::round(metres * 100.0) / 100.0;
    let inside = (centimetres(rng.uniform(0.58..0.86)), centimetres(rng.uniform(0.46..0.64)));
    let rim = centimetres(match style {
        BinStyle::Wood => rng.uniform(0.5..0.72),
        _ => rng.uniform(0.68..0.86),
    });
    let color = match style {
        BinStyle::Wire => WIRES[rng.below(WIRES.len())],
        _ => COLORS[rng.below(COLORS.len())],
    };
    BinPlan { style, inside, floor: rim - 0.3, rim, color: Vec3::from_array(color) }
}

/// Products of one family that can be tipped into a bin.
fn choose(order: &mut Order<'_>, plan: &BinPlan, rng: &mut Rng) -> Result<Vec<Goods>, Error> {
    let wanted = order.recipe.bulk_bin.products.draw(rng) as usize;
    let soft_only = rng.chance(MOSTLY_SOFT);
    let mut families: Vec<usize> = order.families.iter().flatten().copied().collect();
    rng.shuffle(&mut families);
    let room = LONGEST * plan.inside.0.min(plan.inside.1);
    for must_be_soft in [true, false] {
        if must_be_soft && !soft_only {
            continue;
        }
        for &family in families.iter().take(TRIES) {
            let mut products = order.assortment.catalog().families()[family].products.clone();
            rng.shuffle(&mut products);
            let mut goods = Vec::new();
            for id in products.into_iter().take(wanted) {
                let product = order.assortment.catalog().product(id)?;
                if !may_tumble(&product.shape, must_be_soft) {
                    break;
                }
                let item = order.assortment.item(id)?;
                let hull = Arc::new(Hull::of(&item.look.model.mesh));
                if item.size.max_element() < room && item.size.min_element() > 0.008 {
                    goods.push(Goods { item, hull });
                }
            }
            if !goods.is_empty() {
                return Ok(goods);
            }
        }
    }
    Err(Error::NothingFits { tried: families.len().min(TRIES), width: room, depth: room })
}

fn may_tumble(shape: &Shape, must_be_soft: bool) -> bool {
    match shape {
        Shape::Package(name) => !STANDING.contains(&name.as_str()) && (!must_be_soft || SOFT.contains(&name.as_str())),
        Shape::Model(_) => !must_be_soft,
    }
}

/// Number of units that fill a bin as the recipe wants; the floor is raised where that would be too many.
fn fill(plan: &mut BinPlan, goods: &[Goods], order: &Order<'_>, rng: &mut Rng) -> usize {
    let rules = &order.recipe.bulk_bin;
    let filled = rules.filled.draw(rng);
    let area = plan.inside.0 * plan.inside.1;
    let volume = goods.iter().map(|goods| goods.hull.volume).sum::<f64>() / goods.len().max(1) as f64;
    let each = volume.max(1e-6) / PACKED;
    let depth = rng.uniform(0.22..0.34);
    let most = f64::from(rules.units.min(order.recipe.stocking.units).max(1));
    let depth = depth.min(most * each / (area * filled)).max(SHALLOW);
    plan.floor = libm::round((plan.rim - depth) * 1000.0) / 1000.0;
    libm::round(area * depth * filled / each).clamp(1.0, most) as usize
}

fn cell(bin: u32, position: u32, depth: u32, item: &Item) -> Cell {
    Cell {
        bay: bin,
        shelf: 0,
        position,
        facing: 0,
        level: 0,
        depth,
        expected_sku: item.product.sku.clone(),
        expected_gtin: item.product.gtin,
    }
}

fn unit(item: &Item, world_from_object: DAffine3, cell: Cell) -> Unit {
    Unit {
        name: item.product.name.clone(),
        product: Some(item.product.clone()),
        look: item.look.clone(),
        world_from_object,
        class: item.class,
        cell: Some(cell),
    }
}
