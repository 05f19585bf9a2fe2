use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

use glam::{DAffine3, DMat3, DVec3, Vec3};

use super::framing::{Aim, whole};
use super::goods::{self, Block, Nudge};
use super::{Display, Kind, Order};
use crate::catalog::label::PriceStyle;
use crate::geometry::Aabb;
use crate::scene::fixture::{self, Gondola, Message, PALLET};
use crate::scene::planogram::{Item, Place};
use crate::scene::recipe::draw_color;
use crate::scene::stocking::REST;
use crate::scene::{Error, PriceTag, SeenFrom};
use crate::seed::Rng;

/// One to three pallets with stacked packs, or with transport cases of which the topmost are cut open.
pub(super) const KIND: Kind = Kind { name: "pallet", arrange };

/// Packs of at least this volume stand on a pallet as they are, cubic metres.
const BULKY: f64 = 0.0028;
/// How far the load stays from the pallet's edge, metres.
const EDGE: f64 = 0.004;
/// Layers may differ in width and depth by this much, metres, or they would overhang.
const OVERHANG: f64 = 0.05;
/// Share of a pack's width that stays free beside it.
const SPARE: f64 = 0.006;
/// Distance between pallets, metres.
const BETWEEN: f64 = 0.06;

fn arrange(order: &mut Order<'_>) -> Result<Display, Error> {
    let mut rng = order.seed.rng("scene/pallet");
    let count = [1, 1, 2, 2, 3][rng.below(5)];
    // The short side in front is common where several stand side by side.
    let turned = rng.chance(if count > 1 { 0.6 } else { 0.35 });
    let (width, depth) = if turned { (PALLET.z, PALLET.x) } else { (PALLET.x, PALLET.z) };
    let step = libm::round((width + BETWEEN + rng.uniform(0.0..0.05)) * 1000.0) / 1000.0;
    let run = Gondola {
        bays: count,
        main: 0..count,
        bay_width: step,
        height: order.recipe.gondola.height_m.draw(&mut rng),
        base_height: PALLET.y,
        base_depth: depth,
        shelf_depth: depth,
        slot_pitch: 0.025,
        steel: draw_color(&order.recipe.gondola.steel, &mut rng),
        rail: Vec3::splat(0.7),
    };
    let loads: Vec<Load> =
        (0..count).map(|_| Load::draw(order, (width, depth), count, &mut rng)).collect::<Result<_, _>>()?;

    let mut pending = Display::new(
        run.clone(),
        whole(order, &run, Aim { bounds: bounds(&run, &loads), lift: 0.05 }),
        bounds(&run, &loads).max.y + 0.75,
    );
    for (bay, load) in (0..count).zip(&loads) {
        let middle = run.left_of(bay) + 0.5 * step;
        let turn = if turned { DAffine3::from_rotation_y(FRAC_PI_2) } else { DAffine3::IDENTITY };
        let pose = DAffine3::from_translation(DVec3::new(middle, 0.0005, 0.5 * depth)) * turn;
        fixture::pallet(pose, &mut rng, &mut pending.props);
        let corner = DVec3::new(middle - 0.5 * width, 0.0, 0.0);
        pending.retail.add_bay(bay, corner, DVec3::new(width, load.top(), depth));
        load.place(bay, middle, (order, &mut rng), &mut pending);
        if rng.chance(0.75) {
            sign(load, (middle, width), (order, &mut rng), &mut pending);
        }
    }
    Ok(pending)
}

/// What the camera should see: pallets and loads, and a part of the signs behind them.
fn bounds(run: &Gondola, loads: &[Load]) -> Aabb {
    let top = loads.iter().map(Load::top).fold(0.0, f64::max);
    Aabb {
        min: DVec3::new(run.left_of(0), 0.0, 0.0),
        max: DVec3::new(run.left_of(run.bays), top + 0.22, run.base_depth),
    }
}

/// What stands on one pallet.
struct Load {
    /// Layers of every second kind, the lower one first; both are the same where they all look alike.
    layers: [Block; 2],
    /// Number of layers.
    count: u32,
    /// Size of the case around a pack of units that a layer consists of; `None` where the units stand as they are.
    case: Option<Case>,
    /// Middle of the pallet's depth, and its front edge, metres.
    middle: f64,
}

/// Transport cases: what they hold and how large they are.
struct Case {
    /// The units inside.
    inside: Block,
    /// Outside of the case, metres.
    size: DVec3,
    /// Cases side by side and behind each other.
    counts: [u32; 2],
    /// Layers of closed cases under the open one.
    closed: u32,
}

impl Load {
    fn draw(order: &mut Order<'_>, (width, depth): (f64, f64), pallets: u32, rng: &mut Rng) -> Result<Self, Error> {
        let most = (order.recipe.stocking.units / pallets).max(1);
        let area = DVec3::new(width - 2.0 * EDGE, 1.3, depth - 2.0 * EDGE);
        let families = order.families.to_vec();
        let wants_bulk = rng.chance(0.7);
        let is_bulky = |item: &Item| item.size.element_product() >= BULKY && item.size.y < 0.6 && item.bears_layers();
        let fits = |item: &Item| {
            let stacks = |block: &Block| block.counts[0] * block.counts[2] <= most;
            is_bulky(item)
                && Block::filling(item.clone().into(), DMat3::IDENTITY, area, SPARE).is_some_and(|b| stacks(&b))
        };
        if wants_bulk {
            match goods::draw_product(order, &families, rng, area, fits) {
                Ok(item) => return Ok(Self::of_packs(item, area, most, rng)),
                // Then it comes in cases.
                Err(Error::NothingFits { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let packs = |item: &Item| Case::around(item.clone().into(), area, most).is_some();
        let item = goods::draw_product(order, &families, rng, area, packs)?;
        Ok(Self::of_cases(item, area, most, rng))
    }

    /// Packs on top of each other, every second layer turned where that keeps its outline.
    fn of_packs(item: Arc<Item>, area: DVec3, most: u32, rng: &mut Rng) -> Self {
        let quarter = DMat3::from_rotation_y(FRAC_PI_2);
        let filling = |rotation| Block::filling(item.clone(), rotation, area, SPARE);
        let straight = filling(DMat3::IDENTITY).expect("it has been accepted");
        let crossed = filling(quarter).filter(|other| {
            let difference = (other.size() - straight.size()).abs();
            !item.round && difference.x < OVERHANG && difference.z < OVERHANG
        });
        let other = crossed.unwrap_or_else(|| straight.clone());
        let per_layer = (straight.counts[0] * straight.counts[2]).max(other.counts[0] * other.counts[2]);
        let high = libm::floor(rng.uniform(0.75..1.25) / straight.pitch.y) as u32;
        let count = high.min(most / per_layer.max(1)).clamp(1, 30);
        Self { layers: [straight, other], count, case: None, middle: 0.5 * area.z + EDGE }
    }

    fn of_cases(item: Arc<Item>, area: DVec3, most: u32, rng: &mut Rng) -> Self {
        let mut case = Case::around(item, area, most).expect("it has been accepted");
        let high = libm::floor(rng.uniform(0.6..1.15) / case.size.y) as u32;
        case.closed = high.saturating_sub(1).clamp(1, 12);
        let layer = case.inside.clone();
        Self { layers: [layer.clone(), layer], count: 1, case: Some(case), middle: 0.5 * area.z + EDGE }
    }

    /// Height of its top, metres.
    fn top(&self) -> f64 {
        let below = self.case.as_ref().map_or(0.0, |case| f64::from(case.closed) * (case.size.y + REST) + 0.004);
        PALLET.y + below + f64::from(self.count) * self.layers[0].pitch.y
    }

    fn place(&self, bay: u32, middle: f64, (order, rng): (&Order<'_>, &mut Rng), display: &mut Display) {
        let std = (0.3 * order.recipe.disorder.yaw_std_deg.1).to_radians();
        if let Some(case) = &self.case {
            case.place(bay, DVec3::new(middle, PALLET.y + 0.0005, self.middle), (std, rng), display);
            return;
        }
        let mut y = PALLET.y + 0.0005;
        let sold = rng.uniform(0.0..0.7);
        for layer in 0..self.count {
            let block = &self.layers[(layer % 2) as usize];
            let one = Block { counts: [block.counts[0], 1, block.counts[2]], ..block.clone() };
            let front = DVec3::new(middle, y, self.middle + 0.5 * one.size().z);
            let (edge, size) = (front - DVec3::X * 0.5 * one.size().x, one.size());
            display.retail.add_shelf([bay, layer], edge, DVec3::new(size.x, 0.0, size.z));
            let place = Place { bay, shelf: layer, position: 0 };
            display.retail.add_position(one.planned(place, front, SeenFrom::Front));
            let top = layer + 1 == self.count && layer > 0;
            let [facings, _, deep] = one.counts;
            for facing in 0..facings {
                // Customers begin in front, and at the corners.
                let reach = if top { libm::floor(sold * rng.uniform(0.0..1.6) * f64::from(deep)) as u32 } else { 0 };
                for depth in 0..deep {
                    let slot = [facing, 0, depth];
                    display.cells.push(one.cell(place, slot));
                    let nudge = Nudge::draw(one.play(), std, rng);
                    // The last pack of the layer stays: an empty layer would be no layer.
                    let kept = depth >= reach || (facing + 1 == facings && depth + 1 == deep);
                    if kept {
                        display.units.push(one.unit(slot, front, nudge, one.cell(place, slot)));
                    }
                }
            }
            y += block.pitch.y;
        }
    }
}

impl Case {
    /// A case of a handy size for a product, and how many have room.
    fn around(item: Arc<Item>, area: DVec3, most: u32) -> Option<Self> {
        let space = DVec3::new(0.385, item.size.y + 0.002, 0.285);
        let inside = Block::filling(item, DMat3::IDENTITY, space, 0.01)?;
        if inside.item.size.y > 0.4 {
            return None;
        }
        let up = |metres: f64| libm::ceil(metres * 1000.0) / 1000.0;
        let wall = fixture::TRAY_WALL;
        let size = DVec3::new(
            up(inside.size().x + 2.0 * wall + 0.001),
            up(inside.item.size.y + 2.0 * wall + 0.002),
            up(inside.size().z + 2.0 * wall + 0.001),
        );
        let fit = |room: f64, one: f64| libm::floor(room / (one + 0.003)).max(0.0) as u32;
        let counts = [fit(area.x, size.x), fit(area.z, size.z)];
        let units = counts[0] * counts[1] * inside.len();
        (counts[0] > 0 && counts[1] > 0 && units <= most).then_some(Self { inside, size, counts, closed: 0 })
    }

    /// Closed cases in layers, bonded like bricks where their outline allows it, and open ones on top of them.
    fn place(&self, bay: u32, base: DVec3, (std, rng): (f64, &mut Rng), display: &mut Display) {
        let [across, along] = self.counts;
        let pitch = self.size + DVec3::new(0.003, REST, 0.003);
        let offset = |number: u32, count: u32| f64::from(number) + 0.5 - 0.5 * f64::from(count);
        let product = &self.inside.item.product;
        let mut y = base.y + REST;
        for layer in 0..self.closed {
            // Every second layer is turned round: the print of its rear shows.
            let turn = if layer % 2 == 1 { std::f64::consts::PI } else { 0.0 };
            for (i, j) in (0..across).flat_map(|i| (0..along).map(move |j| (i, j))) {
                let at = DVec3::new(base.x + offset(i, across) * pitch.x, y, base.z + offset(j, along) * pitch.z);
                let yaw = turn + rng.uniform(-0.002..0.002);
                fixture::case(self.size, (at, yaw), product, &mut display.props);
            }
            y += pitch.y;
        }
        let tray = DVec3::new(self.size.x, (0.5 * self.size.y * 100.0).ceil().max(3.0) * 0.01, self.size.z);
        let sold = rng.uniform(0.0..0.8);
        let [facings, _, deep] = self.inside.counts;
        let outline = DVec3::new(f64::from(across) * pitch.x, 0.0, f64::from(along) * pitch.z);
        let edge = DVec3::new(base.x - 0.5 * outline.x, y, base.z + 0.5 * outline.z);
        display.retail.add_shelf([bay, 0], edge, outline);
        for i in 0..across {
            // Rows of trays from the front.
            for j in 0..along {
                let at = DVec3::new(
                    base.x + offset(i, across) * pitch.x,
                    y,
                    base.z - offset(j, along) * pitch.z + 0.5 * self.size.z,
                );
                let torn = rng.chance(0.6).then(|| rng.below(1 << 16));
                display.props.push(fixture::tray(tray, at, product, torn));
                let place = Place { bay, shelf: 0, position: i * along + j };
                let front = at + DVec3::new(0.0, fixture::TRAY_WALL, -fixture::TRAY_WALL - 0.0005);
                display.retail.add_position(self.inside.planned(place, front, SeenFrom::Front));
                for facing in 0..facings {
                    let taken = rng.chance(sold * if j == 0 { 0.8 } else { 0.3 });
                    let reach = if taken { rng.between(1, deep) } else { 0 };
                    for depth in 0..deep {
                        let slot = [facing, 0, depth];
                        let cell = self.inside.cell(place, slot);
                        display.cells.push(cell.clone());
                        let nudge = Nudge::draw(self.inside.play(), std, rng);
                        if depth >= reach {
                            display.units.push(self.inside.unit(slot, front, nudge, cell));
                        }
                    }
                }
            }
        }
    }
}

/// A sign on a post behind the load, with the price of what stands there.
fn sign(load: &Load, (middle, width): (f64, f64), (order, rng): (&Order<'_>, &mut Rng), display: &mut Display) {
    let (w, h) = (0.42, 0.3);
    let top = load.top();
    let x = middle + rng.uniform(-0.3..0.3) * (width - w);
    let height = top + 0.32;
    fixture::post(DVec3::new(x, 0.0, -0.12), height, &mut display.props);
    let lean = DAffine3::from_rotation_y(rng.uniform(-0.1..0.1));
    let pose = DAffine3::from_translation(DVec3::new(x, height, -0.1)) * lean;
    let board = fixture::board_artwork(Message::Offer, (w, h), rng);
    fixture::board(board, (w, h, 0.01), (pose, Vec3::ZERO), &mut display.props);
    let product = &load.layers[0].item.product;
    let cents = fixture::price_of(product, &order.recipe.prices, order.seed);
    let style = if rng.chance(0.5) { PriceStyle::Promo } else { PriceStyle::Red };
    let below = pose * DAffine3::from_translation(DVec3::new(0.0, -0.5 * h - 0.12, 0.0));
    let tag = PriceTag { product: product.clone(), cents, style, place: None };
    fixture::poster(tag, (0.38, 0.206, 0.006), below, &mut display.props);
}
