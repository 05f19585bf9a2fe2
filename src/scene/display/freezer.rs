use std::f64::consts::FRAC_PI_2;

use glam::{DAffine3, DMat3, DVec3, Vec3};

use super::framing::{Aim, whole};
use super::goods::{self, Block, Nudge};
use super::{Display, Kind, Order};
use crate::geometry::Aabb;
use crate::scene::fixture::{self, FREEZER_WALL, Freezer, Gondola, LID_AIR, Message};
use crate::scene::planogram::{Item, Place, Position};
use crate::scene::recipe::draw_color;
use crate::scene::{Error, SeenFrom};
use crate::seed::Rng;

/// A chest freezer with baskets, into which the camera looks from above.
pub(super) const KIND: Kind = Kind { name: "freezer", arrange };

/// Categories whose names contain one of these belong into a freezer.
const FROZEN: [&str; 6] = ["frozen", "freez", "ice cream", "ice_cream", "ice-cream", "pizza"];
/// Free width on each side of a basket's goods, metres: the wire and some air.
const MARGIN: f64 = 0.008;
/// Lowest floor of a basket, metres.
const LOWEST: f64 = 0.3;
/// Share of a unit's width that stays free beside it.
const SPARE: f64 = 0.03;

fn arrange(order: &mut Order<'_>) -> Result<Display, Error> {
    let mut rng = order.seed.rng("scene/freezer");
    let recipe = order.recipe;
    let centimetres = |low: f64, high: f64, rng: &mut Rng| libm::round(rng.uniform(low..high) * 100.0) / 100.0;
    let baskets = rng.between(3, 5);
    let basket_width = centimetres(0.36, 0.52, &mut rng);
    let length = f64::from(baskets) * basket_width + 2.0 * FREEZER_WALL + 0.012;
    let depth = centimetres(0.82, 0.98, &mut rng);
    let rim = centimetres(0.78, 0.88, &mut rng);
    let pick = |colors: [Vec3; 4], rng: &mut Rng| colors[rng.below(4)];
    let outside = [Vec3::splat(0.78), Vec3::splat(0.62), Vec3::new(0.05, 0.12, 0.32), Vec3::new(0.5, 0.03, 0.03)];
    let bumper = [Vec3::splat(0.04), Vec3::splat(0.3), Vec3::new(0.03, 0.1, 0.4), Vec3::new(0.45, 0.02, 0.03)];
    let colors = [pick(outside, &mut rng), Vec3::splat(0.62), pick(bumper, &mut rng)];
    let run = Gondola {
        bays: 1,
        main: 0..1,
        bay_width: length,
        height: recipe.gondola.height_m.draw(&mut rng),
        base_height: 0.16,
        base_depth: depth,
        shelf_depth: depth,
        slot_pitch: 0.025,
        steel: draw_color(&recipe.gondola.steel, &mut rng),
        rail: Vec3::splat(0.75),
    };

    let (inner_left, inner_right) = Freezer::inside(&run);
    let lids = if rng.chance(recipe.fixture.doors) { lids((inner_left, inner_right), &mut rng) } else { Vec::new() };
    let freezer = Freezer { rim, colors, lids };
    let families = goods::fitting(order, &FROZEN);
    let reach = (FREEZER_WALL + 0.012, depth - FREEZER_WALL - 0.012);
    let most = recipe.stocking.units / baskets;
    let mut stock: Vec<(Block, f64)> = Vec::new();
    for _ in 0..baskets {
        let space = DVec3::new(basket_width - 2.0 * MARGIN, rim - LID_AIR - LOWEST, reach.1 - reach.0 - 2.0 * MARGIN);
        let floor = rim - LID_AIR - rng.uniform(0.0..0.08);
        let lying = rng.chance(0.6);
        let accept = |item: &Item| block(item.clone(), space, lying, most).is_some();
        let item = goods::draw_product(order, &families, &mut rng, space, accept)?;
        let block = block((*item).clone(), space, lying, most).expect("it has been accepted");
        let floor = libm::floor((floor - block.size().y).max(LOWEST) * 1000.0) / 1000.0;
        stock.push((block, floor));
    }

    // The camera is held up high to look down on two or three of the baskets.
    let bounds = Aabb { min: DVec3::new(-0.5 * length, 0.62, 0.0), max: DVec3::new(0.5 * length, rim, depth) };
    let view = whole(order, &run, Aim { bounds, lift: 0.4 });
    let mut display = Display::new(run, view, rim + 0.06);
    freezer.build(&display.run, &mut display.props);
    let (wide, high) = (0.6 * length, 0.24);
    let print = fixture::board_artwork(Message::Frozen, (wide, high), &mut rng);
    let pose = DAffine3::from_translation(DVec3::new(0.0, 0.56, depth + 0.0045));
    fixture::board(print, (wide, high, 0.004), (pose, Vec3::ZERO), &mut display.props);
    let length = display.run.bay_width;
    display.retail.add_bay(0, DVec3::X * display.run.left_of(0), DVec3::new(length, rim, depth));
    // The rim is the edge; the goods lie below it.
    let (edge, reached) = (DVec3::new(inner_left, rim, depth - FREEZER_WALL), depth - 2.0 * FREEZER_WALL);
    display.retail.add_shelf([0, 0], edge, DVec3::new(inner_right - inner_left, 0.0, reached));
    for (number, (block, floor)) in stock.into_iter().enumerate() {
        let left = inner_left + 0.006 + number as f64 * basket_width;
        let span = (left + 0.001, left + basket_width - 0.001);
        let top = (floor + block.size().y * 0.9).min(rim - LID_AIR).max(floor + 0.06);
        fixture::wire_basket(span, reach, (floor, top), &mut display.props);
        let place = Place { bay: 0, shelf: 0, position: number as u32 };
        let front = DVec3::new(0.5 * (span.0 + span.1), floor, reach.1 - MARGIN);
        display.retail.add_position(block.planned(place, front, SeenFrom::Top));
        fill(&block, place, front, (recipe.disorder.yaw_std_deg.1, &mut rng), &mut display);
        let position = Position {
            place,
            item: block.item.clone(),
            facings: block.counts[0],
            levels: block.counts[1],
            deep: block.counts[2],
            in_tray: false,
            deep_is_fixed: true,
        };
        let span = (span.0, span.1, freezer.label_surface());
        fixture::price_labels(&display.run, &position, span, (&recipe.prices, order.seed), &mut display.props);
    }
    Ok(display)
}

/// The goods of one basket, lying on their backs or standing in files; not more than `most`, as near to the front as they
/// stand.
fn block(item: Item, space: DVec3, lying: bool, most: u32) -> Option<Block> {
    // What is flat and stands safely on its back may lie; its front then faces up.
    let flat = !item.round && item.size.z < 0.6 * item.size.y;
    let rotation = if lying && flat { DMat3::from_rotation_x(-FRAC_PI_2) } else { DMat3::IDENTITY };
    let carries = rotation != DMat3::IDENTITY || item.is_stackable();
    let mut block = Block::filling(item.into(), rotation, space, SPARE)?;
    block.counts[1] = if carries { block.counts[1].min(6) } else { 1 };
    while block.len() > most.max(1) {
        let axis = if block.counts[1] > 1 {
            1
        } else if block.counts[2] > 1 {
            2
        } else {
            0
        };
        if block.counts[axis] == 1 {
            break;
        }
        block.counts[axis] -= 1;
    }
    Some(block)
}

/// Places the units; customers have taken some from the top, most of all around one place.
fn fill(block: &Block, place: Place, front: DVec3, (yaw_std_deg, rng): (f64, &mut Rng), display: &mut Display) {
    let [facings, levels, deep] = block.counts;
    let (taken_x, taken_z) = (rng.unit() * f64::from(facings), rng.unit() * f64::from(deep));
    let gone = rng.unit() * rng.unit() * 1.3;
    let std = (0.5 * yaw_std_deg).to_radians();
    let play = block.play();
    // Goods that do not fill the depth stand in its middle.
    for facing in 0..facings {
        let mut left = vec![0; deep as usize];
        for (depth, left) in left.iter_mut().enumerate() {
            let (x, z) = (f64::from(facing) + 0.5 - taken_x, depth as f64 + 0.5 - taken_z);
            let near = libm::exp(-(x * x / f64::from(facings) + z * z / f64::from(deep)));
            let taken = libm::round(f64::from(levels) * near * gone * rng.uniform(0.6..1.1)) as u32;
            *left = levels - taken.min(levels);
        }
        for level in 0..levels {
            for depth in 0..deep {
                let slot = [facing, level, depth];
                display.cells.push(block.cell(place, slot));
                let nudge = Nudge::draw(play, std, rng);
                if level < left[depth as usize] {
                    let cell = block.cell(place, slot);
                    display.units.push(block.unit(slot, front, nudge, cell));
                }
            }
        }
    }
}

/// Two panes that slide past each other, closed or one of them pushed over the other.
fn lids((left, right): (f64, f64), rng: &mut Rng) -> Vec<(f64, f64, bool)> {
    let width = libm::round((0.5 * (right - left) + 0.03) * 1000.0) / 1000.0;
    let (first, last) = (left - 0.01, right - width + 0.01);
    let shift = if rng.chance(0.6) { rng.uniform(0.2..1.0) * (last - first) } else { 0.0 };
    if rng.chance(0.5) {
        vec![(first, width, false), (last - shift, width, true)]
    } else {
        vec![(first + shift, width, true), (last, width, false)]
    }
}
