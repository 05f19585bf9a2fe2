use std::collections::BTreeMap;

use glam::{DMat4, DQuat};
use serde::{Deserialize, Serialize};

use crate::annotate::{RelativeRotation, smallest_equivalent};
use crate::catalog::Symmetry;
use crate::geometry::{YawPitchRoll, quaternion_from_matrix, rotation_of};
use crate::scene::{PlannedPosition, Scene, SeenFrom, Unit};

/// How a unit stands on its shelf: against the shelf, against the planogram, and against its neighbours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnShelf {
    /// Pose in the frame of its shelf, row by row.
    pub shelf_from_object: [[f64; 4]; 4],
    /// Rotation against "faces the aisle, stands upright" of that shelf, however the fixture is turned.
    pub yaw_pitch_roll_deg: YawPitchRoll,
    /// Whether it is another product than the planogram wants in its place.
    pub misplaced: bool,
    /// The neighbour at the left in the planogram's row.
    pub left: Option<Neighbor>,
    /// The neighbour at the right.
    pub right: Option<Neighbor>,
}

/// The unit in the next facing of the same bay, shelf, level and depth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbor {
    /// Its number.
    pub id: u32,
    /// Rotation of this unit against the neighbour, the smallest that their symmetries allow.
    pub rotation: RelativeRotation,
}

/// Bay, shelf, position, facing, level, depth.
type Slot = [u32; 6];

/// Who stands beside whom.
pub(in crate::annotate) struct Neighbors<'a> {
    scene: &'a Scene,
    by_slot: BTreeMap<Slot, u32>,
    positions: BTreeMap<[u32; 3], &'a PlannedPosition>,
}

impl<'a> Neighbors<'a> {
    pub(in crate::annotate) fn new(scene: &'a Scene) -> Self {
        let slot = |(id, unit): (u32, &Unit)| {
            let cell = unit.cell.as_ref()?;
            Some(([cell.bay, cell.shelf, cell.position, cell.facing, cell.level, cell.depth], id))
        };
        let by_slot = (1..).zip(&scene.units).filter_map(slot).collect();
        let place = |planned: &'a PlannedPosition| ([planned.bay, planned.shelf, planned.position], planned);
        Self { scene, by_slot, positions: scene.retail.positions.iter().map(place).collect() }
    }

    /// The truth about a unit; none if it belongs to no shelf of the scene.
    pub(in crate::annotate) fn on_shelf(&self, unit: &Unit) -> Option<OnShelf> {
        let cell = unit.cell.as_ref()?;
        let shelf = self.scene.retail.shelf(cell.bay, cell.shelf)?;
        let shelf_from_object = shelf.world_from_shelf.inverse() * unit.world_from_object;
        let rows = DMat4::from(shelf_from_object).transpose().to_cols_array_2d();
        let [bay, shelf, position] = [cell.bay, cell.shelf, cell.position];
        let planned = self.positions.get(&[bay, shelf, position]);
        let ordered = planned.filter(|planned| planned.seen_from != SeenFrom::Nowhere);
        let beside = |right: bool| {
            let wide = ordered?.counts[0];
            let (position, facing) = match (right, cell.facing) {
                (true, facing) if facing + 1 < wide => (position, facing + 1),
                (true, _) => (position + 1, 0),
                (false, 0) => {
                    let before = position.checked_sub(1)?;
                    (before, self.positions.get(&[bay, shelf, before])?.counts[0].checked_sub(1)?)
                }
                (false, facing) => (position, facing - 1),
            };
            let id = *self.by_slot.get(&[bay, shelf, position, facing, cell.level, cell.depth])?;
            Some(Neighbor { id, rotation: against(&self.scene.units[id as usize - 1], unit) })
        };
        let sku = unit.product.as_ref().map(|product| &product.sku);
        Some(OnShelf {
            shelf_from_object: rows.map(|row| row.map(|value| value + 0.0)),
            yaw_pitch_roll_deg: YawPitchRoll::from_matrix(rotation_of(shelf_from_object.matrix3)),
            misplaced: sku.is_some_and(|sku| *sku != cell.expected_sku),
            left: beside(false),
            right: beside(true),
        })
    }
}

/// Rotation of `b` against `a`.
fn against(a: &Unit, b: &Unit) -> RelativeRotation {
    let [p, q]: [DQuat; 2] = [a, b].map(|unit| quaternion_from_matrix(rotation_of(unit.world_from_object.matrix3)));
    let [s, t] = [a, b].map(|unit| Symmetry::of(unit.product.as_deref(), &unit.look));
    RelativeRotation::new(smallest_equivalent(p.conjugate() * q, (s, t)))
}
