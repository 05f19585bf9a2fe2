use std::sync::Arc;

use glam::{DAffine3, DMat3, DVec3};

use super::Order;
use crate::geometry::Aabb;
use crate::scene::planogram::{Item, Place};
use crate::scene::stocking::{REST, extents};
use crate::scene::{Cell, Error, Face, PlannedPosition, SeenFrom, Unit};
use crate::seed::Rng;

/// Air between neighbouring units, metres.
const AIR: f64 = 0.0008;
/// Products that are loaded in search of one that fits.
const TRIES: usize = 400;

/// The allowed families of the categories whose names contain one of these words; all allowed ones where the catalogue
/// has no such category.
pub(super) fn fitting(order: &Order<'_>, words: &[&str]) -> Vec<Vec<usize>> {
    let names = order.assortment.catalog().categories();
    let is_fitting = |name: &str| {
        let name = name.to_lowercase();
        words.iter().any(|word| name.contains(word))
    };
    let chosen: Vec<Vec<usize>> = names
        .iter()
        .zip(order.families)
        .map(|(name, families)| if is_fitting(name) { families.clone() } else { Vec::new() })
        .collect();
    if chosen.iter().all(Vec::is_empty) { order.families.to_vec() } else { chosen }
}

/// Draws products until `accept` takes one: families in random order, a random product of each.
///
/// # Errors
/// If a product cannot be loaded, or none of those that were tried is accepted; `room` is the space that the
/// message names.
pub(super) fn draw_product(
    order: &mut Order<'_>,
    families: &[Vec<usize>],
    rng: &mut Rng,
    room: DVec3,
    accept: impl Fn(&Item) -> bool,
) -> Result<Arc<Item>, Error> {
    let mut all: Vec<usize> = families.iter().flatten().copied().collect();
    rng.shuffle(&mut all);
    let mut tried = 0;
    for family in all.into_iter().take(TRIES) {
        let products = &order.assortment.catalog().families()[family].products;
        let item = order.assortment.item(products[rng.below(products.len())])?;
        tried += 1;
        if item.size.min_element() > 0.0 && accept(&item) {
            return Ok(item);
        }
    }
    Err(Error::NothingFits { tried, width: room.x, depth: room.z })
}

/// Products side by side in rows, on top of each other and behind each other, all turned the same way.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) item: Arc<Item>,
    /// Takes the model's axes to those of the fixture.
    pub(super) rotation: DMat3,
    /// Units side by side (x), on top of each other, and behind each other (z).
    pub(super) counts: [u32; 3],
    /// Size of a unit as it is turned, with the air around it, metres.
    pub(super) pitch: DVec3,
}

impl Block {
    /// As many units as have room in `space`: width, height and depth in metres. `spare` is the share of a unit's width
    /// that stays free beside it; none if not even one fits.
    pub(super) fn filling(item: Arc<Item>, rotation: DMat3, space: DVec3, spare: f64) -> Option<Self> {
        let size = extents(&item, rotation) * 2.0;
        let pitch = DVec3::new(size.x * (1.0 + spare) + AIR, size.y + REST, size.z * (1.0 + spare) + AIR);
        let fit = (space / pitch).to_array().map(|count| libm::floor(count + 1e-9).clamp(0.0, 200.0) as u32);
        fit.iter().all(|&count| count > 0).then_some(Self { item, rotation, counts: fit, pitch })
    }

    /// Number of units when it is full.
    pub(super) fn len(&self) -> u32 {
        self.counts.iter().product()
    }

    /// Width, height and depth, metres.
    pub(super) fn size(&self) -> DVec3 {
        self.pitch * DVec3::from_array(self.counts.map(f64::from))
    }

    /// The unit of a facing (from the left), a level and a depth (from the front). `front` is the middle of the block's
    /// front lower edge; `nudge` shifts the unit in shares of the air around it, −1 to 1, and turns it.
    pub(super) fn unit(&self, [facing, level, depth]: [u32; 3], front: DVec3, nudge: Nudge, cell: Cell) -> Unit {
        let item = &self.item;
        let rotation = DMat3::from_rotation_y(nudge.yaw) * self.rotation;
        let half = extents(item, rotation);
        let free = (0.5 * self.pitch - half).max(DVec3::ZERO) * 0.95;
        let x = (f64::from(facing) + 0.5 - 0.5 * f64::from(self.counts[0])) * self.pitch.x + nudge.x * free.x;
        let z = -(f64::from(depth) + 0.5) * self.pitch.z + nudge.z * free.z;
        let y = REST + f64::from(level) * self.pitch.y + half.y;
        let middle = front + DVec3::new(x, y, z);
        Unit {
            name: item.product.name.clone(),
            product: Some(item.product.clone()),
            look: item.look.clone(),
            world_from_object: DAffine3::from_mat3_translation(
                rotation,
                middle - rotation * item.look.model.bounds.center(),
            ),
            class: item.class,
            cell: Some(cell),
        }
    }

    /// The planned position that the block is, with the rooms of its files in the world; the other arguments as in
    /// [`Block::unit`]. Seen from above a file runs down, else from the front to the back.
    pub(super) fn planned(&self, place: Place, front: DVec3, seen_from: SeenFrom) -> PlannedPosition {
        let [wide, high, deep] = self.counts;
        let size = extents(&self.item, self.rotation) * 2.0;
        let room = |[from, to]: [[u32; 3]; 2]| {
            let share = |slot: u32| f64::from(slot);
            let left = |facing: u32| front.x + (share(facing) - 0.5 * share(wide)) * self.pitch.x;
            let min = DVec3::new(
                left(from[0]),
                front.y + REST + share(from[1]) * self.pitch.y,
                front.z - share(to[2]) * self.pitch.z,
            );
            let max =
                DVec3::new(left(to[0]), front.y + share(to[1]) * self.pitch.y, front.z - share(from[2]) * self.pitch.z);
            Some(Aabb { min, max })
        };
        let rows = if seen_from == SeenFrom::Top { deep } else { high };
        let file = |row: u32, facing: u32| match seen_from {
            SeenFrom::Top => [[facing, 0, row], [facing + 1, high, row + 1]],
            _ => [[facing, row, 0], [facing + 1, row + 1, deep]],
        };
        let rooms = (0..rows).flat_map(|row| (0..wide).map(move |facing| room(file(row, facing)))).collect();
        PlannedPosition {
            counts: self.counts,
            face: Face::shown_by(self.rotation),
            seen_from,
            unit_size: size,
            rooms,
            ..PlannedPosition::new(place, &self.item)
        }
    }

    /// Most radians by which a unit may be turned about the vertical inside of its pitch.
    pub(super) fn play(&self) -> f64 {
        let half = extents(&self.item, self.rotation);
        if self.item.round {
            return std::f64::consts::PI;
        }
        // A turn by a grows the half width by no more than a · half depth, and the other way round.
        let free = 0.5 * self.pitch - half;
        (free.x / half.z).min(free.z / half.x).max(0.0) * 0.95
    }

    /// The place of a unit in the planogram.
    pub(super) fn cell(&self, place: Place, [facing, level, depth]: [u32; 3]) -> Cell {
        let product = &self.item.product;
        Cell {
            bay: place.bay,
            shelf: place.shelf,
            position: place.position,
            facing,
            level,
            depth,
            expected_sku: product.sku.clone(),
            expected_gtin: product.gtin,
        }
    }
}

/// How a unit stands off from its place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nudge {
    /// Sideways and forwards, in shares of the air around the unit, −1 to 1.
    pub(super) x: f64,
    pub(super) z: f64,
    /// Radians about the vertical.
    pub(super) yaw: f64,
}

impl Nudge {
    /// A small one, with no more than `play` radians.
    pub(super) fn draw(play: f64, std: f64, rng: &mut Rng) -> Self {
        let (x, z) = (rng.uniform(-1.0..1.0), rng.uniform(-1.0..1.0));
        let yaw = rng.normal(0.0, std).clamp(-play, play);
        Self { x, z, yaw }
    }
}
