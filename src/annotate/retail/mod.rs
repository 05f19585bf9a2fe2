//! What is true about shelves: bays and edges, the planogram and what is left of it, voids, price labels, share of shelf.

mod lens;
mod on_shelf;
mod price_labels;
mod record;
mod share;
mod stand;
#[cfg(test)]
mod tests;
mod voids;

use glam::{DAffine3, DMat4, DVec3};

use self::lens::Lens;
pub(super) use self::on_shelf::Neighbors;
pub use self::on_shelf::{Neighbor, OnShelf};
pub use self::record::{
    BayRecord, GroupShare, PointRecord, PositionRecord, PriceLabelRecord, ProductShare, Share, ShareRecord,
    ShelfRecord, TierRecord, VoidRecord,
};
use self::stand::{Front, Standing};
pub(crate) use self::voids::side as void_side;
use crate::frame::Frame;
use crate::geometry::Aabb;
use crate::scene::{Bay, Retail, Scene, Shelf};

/// The truth about the fixture of a scene; `None` where it has none. Pixels are counted in the frame's planes `part` and
/// `depth`, where they are there.
pub(super) fn shelf(scene: &Scene, frame: &Frame) -> Option<ShelfRecord> {
    if scene.retail == Retail::default() {
        return None;
    }
    let lens = Lens::new(&scene.camera);
    let standing = stand::standing(scene);
    Some(ShelfRecord {
        fixture: scene.retail.fixture.clone(),
        bays: scene.retail.bays.iter().map(|bay| bay_record(bay, &lens)).collect(),
        shelves: scene.retail.shelves.iter().map(|shelf| tier_record(shelf, &lens)).collect(),
        positions: standing.iter().map(position_record).collect(),
        voids: standing.iter().flat_map(|standing| voids::voids(standing, &lens, frame.depth())).collect(),
        price_labels: price_labels::price_labels(scene, &lens, frame.part()),
        share: share::share(&standing),
    })
}

fn bay_record(bay: &Bay, lens: &Lens) -> BayRecord {
    let corners = Aabb { min: DVec3::ZERO, max: bay.size }.corners();
    BayRecord {
        bay: bay.bay,
        world_from_bay: rows(bay.world_from_bay),
        size_m: bay.size.to_array(),
        corners: corners.map(|corner| point(bay.world_from_bay.transform_point3(corner), lens)).to_vec(),
    }
}

fn point(world: DVec3, lens: &Lens) -> PointRecord {
    let px = lens.pixel(world);
    PointRecord {
        world: world.to_array(),
        px: px.map(|px| px.to_array()),
        in_picture: px.is_some_and(|px| lens.contains(px)),
    }
}

fn tier_record(shelf: &Shelf, lens: &Lens) -> TierRecord {
    let ends = [DVec3::ZERO, DVec3::X * shelf.size.x].map(|end| shelf.world_from_shelf.transform_point3(end));
    TierRecord {
        bay: shelf.bay,
        shelf: shelf.shelf,
        world_from_shelf: rows(shelf.world_from_shelf),
        size_m: shelf.size.to_array(),
        edge_px: lens.polylines(ends[0], ends[1]),
    }
}

fn position_record(standing: &Standing<'_>) -> PositionRecord {
    let planned = standing.planned;
    let front = |front: &Front<'_>| match front {
        Front::Unit(id, _) => Some(*id),
        Front::Void(_) => Some(0),
        Front::Taken => None,
    };
    PositionRecord {
        bay: planned.bay,
        shelf: planned.shelf,
        position: planned.position,
        gtin: planned.product.gtin,
        sku: planned.product.sku.clone(),
        facings_wide: planned.counts[0],
        facings_high: planned.counts[1],
        units_deep: planned.counts[2],
        face: planned.face,
        seen_from: planned.seen_from,
        unit_size_m: planned.unit_size.to_array(),
        fronts: standing.fronts.iter().map(front).collect(),
    }
}

/// A transform as rows; adding zero turns -0 into 0.
fn rows(transform: DAffine3) -> [[f64; 4]; 4] {
    DMat4::from(transform).transpose().to_cols_array_2d().map(|row| row.map(|value| value + 0.0))
}
