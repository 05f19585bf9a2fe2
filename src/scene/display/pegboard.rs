use std::sync::Arc;

use glam::{DAffine3, DMat3, DVec3};

use super::{Display, Kind, Order};
use crate::catalog::Shape;
use crate::geometry::Aabb;
use crate::scene::camera;
use crate::scene::fixture::{self, Gondola, HOLE, HOOK_TIP, Hanging, WIRE, hanging};
use crate::scene::planogram::{Item, Place};
use crate::scene::recipe::{Details, PegboardRules};
use crate::scene::sequence;
use crate::scene::{Cell, Error, PlannedPosition, Unit};
use crate::seed::Rng;

/// Bays with a perforated board or a slatwall, and hooks that bags and cards hang on.
pub(super) const KIND: Kind = Kind { name: "pegboard", arrange };

/// Packages that hang.
const HANGING: [&str; 3] = ["carton", "pillow_bag", "pouch"];
/// Largest goods that a hook carries, metres.
const LARGEST: DVec3 = DVec3::new(0.22, 0.29, 0.075);
/// Largest of them that is no film, metres: the tab of a heavy carton would tear.
const LARGEST_CARTON: DVec3 = DVec3::new(0.135, 0.2, 0.055);
/// Distance of the holes that hooks are put into, metres.
const HOLES: f64 = 0.025;
/// Free height between the goods of one row and the hooks of the next, metres.
const BETWEEN: f64 = 0.065;
/// Least air between neighbouring files, and between units of a file, metres.
const SIDE: f64 = 0.012;
const AIR: f64 = 0.0006;
/// Air between hole and wire where the one hangs on the other, metres.
const REST: f64 = 0.0001;
/// Families that are looked at, and products of one of them.
const TRIES: usize = 200;
const FAMILY: usize = 4;

/// A product and its width on the board.
#[derive(Clone)]
struct Goods {
    item: Arc<Item>,
    hanging: Arc<Hanging>,
    /// Distance of the hooks it hangs on, metres.
    pitch: f64,
    /// Height of the hole over the goods' lowest point, metres.
    drop: f64,
}

/// A hook and what hangs on it.
struct Hook {
    goods: Goods,
    /// Middle of the wire on the board's front.
    root: DVec3,
}

fn arrange(order: &mut Order<'_>) -> Result<Display, Error> {
    let (recipe, seed) = (order.recipe, order.seed);
    let rules = &recipe.pegboard;
    let mut run = Gondola::draw(recipe, seed);
    let mut rng = seed.rng("scene/pegboard");
    let slatwall = rng.chance(rules.slatwall);
    let length = libm::round(rules.hook_m.draw(&mut rng) * 100.0) / 100.0;
    run.shelf_depth = length + 0.03;
    run.base_depth = run.base_depth.max(run.shelf_depth);
    let view = camera::draw(recipe, &run, seed);
    let (low, high) = sequence::seen_x(recipe, seed, &view, run.base_depth);
    let goods = choose(order, &mut rng)?;

    let mut display = Display::new(run, view, 0.0);
    display.top = display.run.height;
    let Display { run, props, units, cells, retail, .. } = &mut display;
    // The board is what the hooks are put into, whatever panels the other shelves of the store have.
    let details = Details { perforated: 1.0, ..recipe.details.clone() };
    fixture::frame(run, (&details, seed), props);
    let wear = recipe.details.wear.draw(&mut seed.rng("scene/wear"));
    for bay in (0..run.bays).filter(|&bay| run.left_of(bay) < high + 0.1 && run.left_of(bay + 1) > low - 0.1) {
        let mut rng = seed.rng(&format!("scene/pegboard/{bay}"));
        fixture::shelves(run, bay, (&[run.base_height], wear), props);
        let front = if slatwall { fixture::slats(run, bay, run.steel, props) } else { 0.001 };
        retail.add_bay(bay, DVec3::X * run.left_of(bay), DVec3::new(run.bay_width, run.height, run.base_depth));
        for (row, hooks) in rows(run, bay, front, &goods, &mut rng).into_iter().enumerate() {
            // What stands for an edge is the line through the tips of a row's hooks.
            let height = hooks.first().map_or(0.0, |hook| hook.root.y);
            let edge = DVec3::new(run.left_of(bay) + Gondola::SIDE, height, front + length);
            retail.add_shelf([bay, row as u32], edge, DVec3::new(run.usable_width(), 0.0, length));
            for (position, hook) in hooks.into_iter().enumerate() {
                let place = (bay, row as u32, position as u32);
                let product = (&hook.goods.item.product, [place.0, place.1, place.2]);
                fixture::hook(hook.root, length, product, (&recipe.prices, seed), props);
                let files = file(&hook, place, (length, rules), &mut rng);
                retail.add_position(planned(&hook, place, (length, files.1.len() as u32)));
                cells.extend(files.1);
                units.extend(files.0);
            }
        }
    }
    Ok(display)
}

/// Products that can hang, family by family.
fn choose(order: &mut Order<'_>, rng: &mut Rng) -> Result<Vec<Vec<Goods>>, Error> {
    let mut families: Vec<usize> = order.families.iter().flatten().copied().collect();
    rng.shuffle(&mut families);
    let mut found = Vec::new();
    for &family in families.iter().take(TRIES) {
        let products = order.assortment.catalog().families()[family].products.clone();
        let mut members = Vec::new();
        for id in products.into_iter().take(FAMILY) {
            let product = order.assortment.catalog().product(id)?;
            let hangs = match &product.shape {
                Shape::Package(name) => HANGING.contains(&name.as_str()),
                Shape::Model(_) => true,
            };
            let is_film = matches!(&product.shape, Shape::Package(name) if name != "carton");
            let largest = if is_film { LARGEST } else { LARGEST_CARTON };
            if !hangs || product.size.cmpgt(largest).any() {
                break;
            }
            let item = order.assortment.item(id)?;
            let slim = item.size.z <= 0.6 * item.size.x && item.size.y >= 0.5 * item.size.x;
            if slim && item.size.cmple(largest).all() && item.size.min_element() > 0.005 {
                let hanging = Arc::new(hanging(&item.look, &item.product));
                let width = hanging.look.model.bounds.size().x + SIDE;
                let drop = hanging.hole.y - hanging.look.model.bounds.min.y;
                let pitch = libm::ceil(width / HOLES) * HOLES;
                members.push(Goods { item, hanging, pitch, drop });
            }
        }
        if !members.is_empty() {
            found.push(members);
        }
    }
    if found.is_empty() {
        return Err(Error::NothingFits { tried: families.len().min(TRIES), width: LARGEST.x, depth: LARGEST.z });
    }
    Ok(found)
}

/// Hooks of a bay, row by row from below, from left to right.
fn rows(run: &Gondola, bay: u32, front: f64, families: &[Vec<Goods>], rng: &mut Rng) -> Vec<Vec<Hook>> {
    let (left, width) = (run.left_of(bay) + Gondola::SIDE, run.usable_width());
    let mut rows = Vec::new();
    let mut next = rng.below(families.len());
    let mut height = run.height - 0.1;
    loop {
        let mut row: Vec<(Goods, f64)> = Vec::new();
        let mut used = 0.0;
        // Sister products hang side by side, each on one to three hooks.
        for _ in 0..families.len() {
            let family = &families[next % families.len()];
            for goods in family {
                for _ in 0..rng.between(1, 3) {
                    if used + goods.pitch <= width {
                        row.push((goods.clone(), used + 0.5 * goods.pitch));
                        used += goods.pitch;
                    }
                }
            }
            if width - used < 0.12 {
                break;
            }
            next += 1;
        }
        let tallest = row.iter().map(|(goods, _)| goods.drop).fold(0.0, f64::max);
        if row.is_empty() || height - tallest < run.base_height + 0.02 {
            break;
        }
        let shift = left + libm::floor(0.5 * (width - used) / HOLES) * HOLES;
        let hook = |(goods, x): (Goods, f64)| Hook { goods, root: DVec3::new(shift + x, height, front) };
        rows.push(row.into_iter().map(hook).collect());
        height -= libm::ceil((tallest + BETWEEN) / HOLES) * HOLES;
        next += usize::from(rng.chance(0.7));
    }
    rows.reverse();
    rows
}

/// The units of one hook, from its front, and all places that the planogram gives it.
fn file(
    hook: &Hook,
    (bay, shelf, position): (u32, u32, u32),
    (length, rules): (f64, &PegboardRules),
    rng: &mut Rng,
) -> (Vec<Unit>, Vec<Cell>) {
    let Goods { item, hanging, pitch, .. } = &hook.goods;
    let bounds = hanging.look.model.bounds;
    let room = length - HOOK_TIP - 0.004;
    let fit = libm::floor(room / (bounds.size().z + 0.004)).max(1.0) as u32;
    let wanted = rules.deep.draw(rng).min(fit);
    let left = if rng.chance(rules.empty) { 0 } else { rng.between(1, wanted) };
    let cell = |depth: u32| Cell {
        bay,
        shelf,
        position,
        facing: 0,
        level: 0,
        depth,
        expected_sku: item.product.sku.clone(),
        expected_gtin: item.product.gtin,
    };
    let mut units = Vec::new();
    let mut front = room - rng.uniform(0.0..0.02).min(room * 0.1);
    // Some hooks are pulled to the front, on others the goods have been pushed back.
    let lean = rng.normal(0.0, rules.swing_std_deg.to_radians());
    for depth in 0..left {
        let swing = 0.6 * lean + rng.normal(0.0, 0.5 * rules.swing_std_deg.to_radians());
        let yaw = rng.normal(0.0, 0.02).clamp(-0.06, 0.06);
        let Some((rotation, around)) = turned(hanging, (swing, yaw), 0.5 * pitch - 0.001) else { continue };
        // `around` is the box of the turned model about its hole.
        if front - around.size().z < 0.003 {
            break;
        }
        let z = front - around.max.z;
        front -= around.size().z + AIR + rng.uniform(0.0..0.004);
        // The upper edge of the hole lies on the wire.
        let sag = rotation * DVec3::new(0.0, HOLE - WIRE - REST, 0.0);
        let hole = hook.root + DVec3::new(0.0, 0.0, z) - sag;
        let pose = DAffine3::from_mat3_translation(rotation, hole - rotation * hanging.hole);
        units.push(Unit {
            name: item.product.name.clone(),
            product: Some(item.product.clone()),
            look: hanging.look.clone(),
            world_from_object: pose,
            class: item.class,
            cell: Some(cell(depth)),
        });
    }
    (units, (0..wanted).map(cell).collect())
}

/// The position of a hook: the room of its goods, when none of them swings.
fn planned(hook: &Hook, (bay, shelf, position): (u32, u32, u32), (length, deep): (f64, u32)) -> PlannedPosition {
    let Goods { item, hanging, .. } = &hook.goods;
    let around = hanging.look.model.bounds;
    let front = hook.root.z + length - HOOK_TIP - 0.004;
    let back = front - f64::from(deep) * (around.size().z + 0.004);
    // The upper edge of the hole lies on the wire.
    let low = hook.root.y - HOLE + WIRE + REST + around.min.y - hanging.hole.y;
    let middle = hook.root.x + around.center().x - hanging.hole.x;
    let half = 0.5 * around.size().x;
    let room = Aabb {
        min: DVec3::new(middle - half, low, back.max(hook.root.z)),
        max: DVec3::new(middle + half, low + around.size().y, front),
    };
    PlannedPosition {
        counts: [1, 1, deep],
        unit_size: around.size(),
        rooms: vec![Some(room)],
        ..PlannedPosition::new(Place { bay, shelf, position }, item)
    }
}

/// Rotation of a unit that swings and turns by these angles, made smaller until it keeps within `half` of its hook, and
/// the box around it about its hole.
fn turned(hanging: &Hanging, (swing, yaw): (f64, f64), half: f64) -> Option<(DMat3, Aabb)> {
    [1.0, 0.6, 0.3, 0.0].into_iter().find_map(|share| {
        let rotation = DMat3::from_rotation_y(share * yaw) * DMat3::from_rotation_z(share * swing);
        let pose = DAffine3::from_mat3(rotation) * DAffine3::from_translation(-hanging.hole);
        let around = hanging.look.model.bounds.transformed(pose);
        (around.max.x <= half && around.min.x >= -half).then_some((rotation, around))
    })
}
