//! What the store means by the things in a scene: bays and shelves as frames of reference, the planogram with a place for
//! every facing, and what price labels say.
//!
//! **The shelf frame** of a tier has its origin at the left end of the front edge of the surface on which goods stand, x
//! along the edge to the viewer's right, y up, z out into the aisle: goods stand at negative z. **The bay frame** has the
//! same axes and its origin on the floor at the left end of the bay's back. Metres.

mod face;
mod file;

use std::sync::Arc;

use glam::{DAffine3, DVec3};
use serde::{Deserialize, Serialize};

pub use face::Face;
pub use file::PlanogramRow;

use super::Cell;
use crate::catalog::Product;
use crate::catalog::label::PriceStyle;
use crate::geometry::Aabb;

/// Everything of a scene that belongs to the trade. Empty for scenes that have no fixture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retail {
    /// Kind of fixture, as recipes call it; empty without one.
    pub fixture: String,
    /// Bays that hold goods, ascending.
    pub bays: Vec<Bay>,
    /// Tiers of the bays, ascending by bay and number.
    pub shelves: Vec<Shelf>,
    /// The planogram, in the order bay, shelf, position.
    pub positions: Vec<PlannedPosition>,
}

/// One module of a fixture: a bay between uprights, a door of a cooler, a pallet, a bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bay {
    /// Number, 0 at the left.
    pub bay: u32,
    /// Pose of the bay frame, rigid.
    pub world_from_bay: DAffine3,
    /// Width, height and depth: the bay fills 0 … size in its frame.
    pub size: DVec3,
}

/// One tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shelf {
    /// Number of the bay.
    pub bay: u32,
    /// Number in the bay, 0 at the bottom.
    pub shelf: u32,
    /// Pose of the shelf frame, rigid.
    pub world_from_shelf: DAffine3,
    /// Length of the front edge, free height above it (0 where nothing limits it), and depth of the surface.
    pub size: DVec3,
}

/// From where customers see the front units of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenFrom {
    /// From the aisle: files run along the depth, front units stand at the edge.
    Front,
    /// From above, into a chest freezer: files run down, front units lie on top.
    Top,
    /// Goods lie as they fell: there are no facings.
    Nowhere,
}

/// A product's place on a shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedPosition {
    /// Bay number.
    pub bay: u32,
    /// Shelf number.
    pub shelf: u32,
    /// Number along the shelf.
    pub position: u32,
    /// What should stand here.
    pub product: Arc<Product>,
    /// Units side by side, on top of each other, behind each other; the first two are 0 where goods have no order.
    pub counts: [u32; 3],
    /// The face that is shown to the aisle.
    pub face: Face,
    /// Where its front units are.
    pub seen_from: SeenFrom,
    /// Width, height and depth of a unit as it is turned, metres.
    pub unit_size: DVec3,
    /// The room of each file in the shelf frame, [`PlannedPosition::files`] in rows from the lowest or foremost, each from
    /// the left; `None` where the planogram's facing found no room, or something lies across it.
    pub rooms: Vec<Option<Aabb>>,
}

impl PlannedPosition {
    /// Number of files side by side, and of rows of them: facings wide and high, or, seen from above, wide and deep.
    #[must_use]
    pub fn files(&self) -> [u32; 2] {
        let [wide, high, deep] = self.counts;
        match self.seen_from {
            SeenFrom::Front => [wide, high],
            SeenFrom::Top => [wide, deep],
            SeenFrom::Nowhere => [0, 0],
        }
    }

    /// The file that a cell belongs to, and its rank there: the unit of least rank is the front unit. `None` for a cell
    /// of another position or without facing.
    #[must_use]
    pub fn file_of(&self, cell: &Cell) -> Option<(usize, u32)> {
        if (cell.bay, cell.shelf, cell.position) != (self.bay, self.shelf, self.position) {
            return None;
        }
        let [wide, rows] = self.files();
        let (row, rank) = match self.seen_from {
            SeenFrom::Front => (cell.level, cell.depth),
            SeenFrom::Top => (cell.depth, self.counts[1].checked_sub(cell.level + 1)?),
            SeenFrom::Nowhere => return None,
        };
        (cell.facing < wide && row < rows).then(|| ((row * wide + cell.facing) as usize, rank))
    }
}

/// What a price label says.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceTag {
    /// Whose price it is.
    pub product: Arc<Product>,
    /// The price in cents.
    pub cents: u32,
    /// How it is printed.
    pub style: PriceStyle,
    /// Bay, shelf and position that it hangs at; `None` for posters and signs of a fixture as a whole.
    pub place: Option<[u32; 3]>,
}

impl Retail {
    /// The tier with these numbers.
    #[must_use]
    pub fn shelf(&self, bay: u32, shelf: u32) -> Option<&Shelf> {
        let at = self.shelves.binary_search_by_key(&(bay, shelf), |shelf| (shelf.bay, shelf.shelf));
        at.ok().map(|at| &self.shelves[at])
    }

    /// Sorts everything into its order.
    pub(in crate::scene) fn sort(&mut self) {
        self.bays.sort_by_key(|bay| bay.bay);
        self.shelves.sort_by_key(|shelf| (shelf.bay, shelf.shelf));
        self.positions.sort_by_key(|position| (position.bay, position.shelf, position.position));
    }

    /// Notes a bay that faces +z, from the lower left corner of its back and its size.
    pub(in crate::scene) fn add_bay(&mut self, bay: u32, corner: DVec3, size: DVec3) {
        self.bays.push(Bay { bay, world_from_bay: DAffine3::from_translation(corner), size });
    }

    /// Notes a tier that faces +z, from the left end of its front edge and its size.
    pub(in crate::scene) fn add_shelf(&mut self, [bay, shelf]: [u32; 2], edge: DVec3, size: DVec3) {
        self.shelves.push(Shelf { bay, shelf, world_from_shelf: DAffine3::from_translation(edge), size });
    }

    /// Notes a position on the tier that was noted last. `rooms` are in the world, in the order of
    /// [`PlannedPosition::rooms`].
    pub(in crate::scene) fn add_position(&mut self, planned: PlannedPosition) {
        let shelf_from_world = self.shelves.last().map_or(DAffine3::IDENTITY, |shelf| shelf.world_from_shelf.inverse());
        let rooms = planned.rooms.into_iter().map(|room| room.map(|room| room.transformed(shelf_from_world)));
        self.positions.push(PlannedPosition { rooms: rooms.collect(), ..planned });
    }
}
