//! What stands where: the front unit of every facing, and the facings that are void.

use std::collections::BTreeMap;

use glam::DAffine3;

use crate::geometry::Aabb;
use crate::scene::{PlannedPosition, Scene, Shelf, Unit};

/// Overlap that does not count: rounding, metres.
const TOUCH: f64 = 1e-6;
/// Share of a facing's width, height and depth that must be free for a void.
const ENOUGH: f64 = 0.5;

/// One position as it stands.
pub(super) struct Standing<'a> {
    pub(super) planned: &'a PlannedPosition,
    pub(super) shelf: &'a Shelf,
    /// What is in front in each facing, in the order of [`PlannedPosition::rooms`].
    pub(super) fronts: Vec<Front<'a>>,
}

/// What is in front in a facing.
#[derive(Clone, Copy)]
pub(super) enum Front<'a> {
    /// A unit and its number.
    Unit(u32, &'a Unit),
    /// Nothing: this much is empty, in the shelf frame.
    Void(Aabb),
    /// Nothing of its own, and no room for it.
    Taken,
}

/// All positions of a scene whose tier is known, in their order.
pub(super) fn standing(scene: &Scene) -> Vec<Standing<'_>> {
    let positions = &scene.retail.positions;
    let numbers: BTreeMap<[u32; 3], usize> =
        positions.iter().enumerate().map(|(i, planned)| (place(planned), i)).collect();
    // Of each file the unit of least rank.
    let mut first: Vec<Vec<Option<(u32, u32)>>> =
        positions.iter().map(|planned| vec![None; planned.rooms.len()]).collect();
    let mut of_bay: BTreeMap<u32, Vec<&Unit>> = BTreeMap::new();
    for (id, unit) in (1..).zip(&scene.units) {
        let Some(cell) = &unit.cell else { continue };
        of_bay.entry(cell.bay).or_default().push(unit);
        let Some(&at) = numbers.get(&[cell.bay, cell.shelf, cell.position]) else { continue };
        if let Some((file, rank)) = positions[at].file_of(cell)
            && let Some(known) = first[at].get_mut(file)
            && known.is_none_or(|(best, _)| rank < best)
        {
            *known = Some((rank, id));
        }
    }
    let mut all = Vec::new();
    for (planned, first) in positions.iter().zip(first) {
        let Some(shelf) = scene.retail.shelf(planned.bay, planned.shelf) else { continue };
        let near = of_bay.get(&planned.bay).map_or(&[][..], Vec::as_slice);
        let front = |(room, found): (&Option<Aabb>, Option<(u32, u32)>)| match (found, room) {
            (Some((_, id)), _) => Front::Unit(id, &scene.units[id as usize - 1]),
            (None, Some(room)) => free(*room, shelf, near).map_or(Front::Taken, Front::Void),
            (None, None) => Front::Taken,
        };
        let fronts = planned.rooms.iter().zip(first).map(front).collect();
        all.push(Standing { planned, shelf, fronts });
    }
    all
}

fn place(planned: &PlannedPosition) -> [u32; 3] {
    [planned.bay, planned.shelf, planned.position]
}

/// Tight box around a unit in the shelf frame.
pub(super) fn around(unit: &Unit, shelf: &Shelf) -> Aabb {
    let pose = shelf.world_from_shelf.inverse() * unit.world_from_object;
    let corner = |point: &glam::Vec3| pose.transform_point3(point.as_dvec3());
    Aabb::from_points(unit.look.model.mesh.positions.iter().map(corner))
}

/// The part of a room that units of other facings leave free, cut back from one side per unit so that as much as
/// possible is left; `None` if that is too little to stand in.
fn free(room: Aabb, shelf: &Shelf, units: &[&Unit]) -> Option<Aabb> {
    let mut left = room;
    let shelf_from_world: DAffine3 = shelf.world_from_shelf.inverse();
    for unit in units {
        let loose = unit.look.model.bounds.transformed(shelf_from_world * unit.world_from_object);
        if !meets(left, loose) {
            continue;
        }
        let tight = around(unit, shelf);
        if !meets(left, tight) {
            continue;
        }
        let mut cuts = Vec::with_capacity(6);
        for axis in 0..3 {
            let (mut below, mut above) = (left, left);
            below.max[axis] = tight.min[axis];
            above.min[axis] = tight.max[axis];
            cuts.extend([below, above]);
        }
        let volume = |cut: &Aabb| cut.size().element_product();
        left = cuts.into_iter().reduce(|best, cut| if volume(&cut) > volume(&best) { cut } else { best })?;
    }
    left.size().cmpge(room.size() * ENOUGH).all().then_some(left)
}

fn meets(a: Aabb, b: Aabb) -> bool {
    (a.min + TOUCH).cmplt(b.max).all() && (b.min + TOUCH).cmplt(a.max).all()
}
