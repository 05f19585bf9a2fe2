use glam::DVec3;
use ndarray::ArrayView2;

use super::lens::Lens;
use super::record::VoidRecord;
use super::stand::{Front, Standing};
use crate::annotate::PixelBox;
use crate::geometry::Aabb;
use crate::scene::SeenFrom;

/// The voids of a position.
pub(super) fn voids(standing: &Standing<'_>, lens: &Lens, depth: Option<ArrayView2<'_, f32>>) -> Vec<VoidRecord> {
    let planned = standing.planned;
    let wide = planned.files()[0].max(1);
    let mut voids = Vec::new();
    for (file, front) in (0..).zip(&standing.fronts) {
        let Front::Void(room) = *front else { continue };
        let corners =
            side(room, planned.seen_from).map(|point| standing.shelf.world_from_shelf.transform_point3(point));
        let (mut pixels, mut visible_px) = (Vec::new(), 0);
        lens.pixels(&corners, |x, y, face| {
            pixels.push((x, y));
            // In front of the face is whatever is nearer than it; an infinite depth is nothing at all.
            let is_seen = |depth: &f32| f64::from(*depth) >= face;
            let depth = depth.as_ref().and_then(|depth| depth.get((y as usize, x as usize)));
            visible_px += u32::from(depth.is_some_and(is_seen));
        });
        voids.push(VoidRecord {
            bay: planned.bay,
            shelf: planned.shelf,
            position: planned.position,
            facing: file % wide,
            row: file / wide,
            gtin: planned.product.gtin,
            sku: planned.product.sku.clone(),
            min_m: room.min.to_array(),
            max_m: room.max.to_array(),
            quad_px: quad(lens, corners),
            amodal_px: pixels.len() as u32,
            bbox: PixelBox::around(pixels),
            visible_px: depth.is_some().then_some(visible_px),
        });
    }
    voids
}

/// The side of a room that customers see: top left, top right, bottom right, bottom left.
pub(crate) fn side(room: Aabb, seen_from: SeenFrom) -> [DVec3; 4] {
    let (low, high) = (room.min, room.max);
    if seen_from == SeenFrom::Top {
        return [(low.x, low.z), (high.x, low.z), (high.x, high.z), (low.x, high.z)]
            .map(|(x, z)| DVec3::new(x, high.y, z));
    }
    [(low.x, high.y), (high.x, high.y), (high.x, low.y), (low.x, low.y)].map(|(x, y)| DVec3::new(x, y, high.z))
}

/// Four corners in pixels; `None` if one of them has none.
pub(super) fn quad(lens: &Lens, corners: [DVec3; 4]) -> Option<[[f64; 2]; 4]> {
    let found = corners.map(|corner| lens.pixel(corner).map(|pixel| pixel.to_array()));
    found.iter().all(Option::is_some).then(|| found.map(|corner| corner.unwrap_or_default()))
}
