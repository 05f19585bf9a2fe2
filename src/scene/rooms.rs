//! From what a tier was stocked with to the planogram's positions and their rooms.

use glam::DVec3;

use super::fixture::Gondola;
use super::planogram::{Place, Position};
use super::stocking::{FileRoom, REST};
use super::{Face, PlannedPosition, SeenFrom};
use crate::geometry::Aabb;

/// Air between two units of a file that is planned with, metres.
const AIR: f64 = 0.002;

impl PlannedPosition {
    /// A position whose counts and rooms are still to come.
    pub(super) fn new(place: Place, item: &super::planogram::Item) -> Self {
        Self {
            bay: place.bay,
            shelf: place.shelf,
            position: place.position,
            product: item.product.clone(),
            counts: [0; 3],
            face: item.face,
            seen_from: SeenFrom::Front,
            unit_size: item.size,
            rooms: Vec::new(),
        }
    }

    /// A position of a stocked tier, with rooms in the world.
    pub(super) fn stocked(position: &Position, files: &[Option<FileRoom>]) -> Self {
        let size = position.item.size;
        let room = |file: &FileRoom, level: u32| {
            let bottom = file.bottom + REST + f64::from(level) * (size.y + REST);
            let back = (file.front - f64::from(position.deep) * (size.z + AIR)).max(Gondola::BACK);
            Aabb {
                min: DVec3::new(file.sides.0, bottom, back),
                max: DVec3::new(file.sides.1, bottom + size.y, file.front),
            }
        };
        let row = |level: u32| files.iter().map(move |file| file.as_ref().map(|file| room(file, level)));
        Self {
            counts: [position.facings, position.levels, position.deep],
            rooms: (0..position.levels).flat_map(row).collect(),
            ..Self::new(position.place, &position.item)
        }
    }

    /// The planned position of goods that lie as they fell.
    pub(super) fn loose(place: Place, item: &super::planogram::Item, units: u32) -> Self {
        Self { counts: [0, 0, units], face: Face::Front, seen_from: SeenFrom::Nowhere, ..Self::new(place, item) }
    }
}
