use std::collections::BTreeMap;

use super::shot::Seen;
use crate::annotate::PixelBox;

/// A box belongs to a row while its bottom is at most this share of its height above or below those before it.
const REACH: f64 = 0.4;

/// Products that stand side by side on one shelf, from left to right in the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Bay that it belongs to; 0 where there is no planogram.
    pub(super) bay: u32,
    pub(super) boxes: Vec<PixelBox>,
}

/// Finds the rows of products.
///
/// Where the record says which bay and shelf units belong to, a row is one shelf of one bay, and each facing gives its
/// foremost product that stands on the shelf itself, not on another unit. Units that belong to no shelf are in no
/// row then. In a picture without any planogram boxes are taken by their bottoms from below, and a box that ends
/// further from the mean bottom of the row so far than 0.4 of its own height begins the next row.
pub(super) fn rows(products: &[Seen<'_>]) -> Vec<Row> {
    let mut rows = if products.iter().any(|product| product.unit.planogram.is_some()) {
        of_shelves(products)
    } else {
        of_bottoms(products)
    };
    for row in &mut rows {
        row.boxes.sort_by_key(|bbox| (bbox.x, bbox.width, bbox.y, bbox.height));
    }
    rows
}

/// The front unit of each facing (position, facing) of a shelf: its depth and its box.
type Fronts = BTreeMap<(u32, u32), (u32, PixelBox)>;

fn of_shelves(products: &[Seen<'_>]) -> Vec<Row> {
    let mut shelves: BTreeMap<(u32, u32), Fronts> = BTreeMap::new();
    for product in products {
        let Some(place) = product.unit.planogram.as_ref().filter(|place| place.level == 0) else { continue };
        let facing = shelves.entry((place.bay, place.shelf)).or_default().entry((place.position, place.facing));
        let here = (place.depth, product.bbox);
        facing
            .and_modify(|front| {
                if here.0 < front.0 {
                    *front = here
                }
            })
            .or_insert(here);
    }
    let row = |((bay, _), facings): ((u32, u32), Fronts)| Row {
        bay,
        boxes: facings.into_values().map(|(_, bbox)| bbox).collect(),
    };
    shelves.into_iter().map(row).collect()
}

fn of_bottoms(products: &[Seen<'_>]) -> Vec<Row> {
    let mut boxes: Vec<PixelBox> = products.iter().map(|product| product.bbox).collect();
    boxes.sort_by_key(|bbox| (std::cmp::Reverse(bottom(*bbox)), bbox.x, bbox.width, bbox.height));
    let mut rows: Vec<Row> = Vec::new();
    let mut sum = 0;
    for bbox in boxes {
        let joins = rows.last().is_some_and(|row| {
            let mean = sum as f64 / row.boxes.len() as f64;
            (bottom(bbox) as f64 - mean).abs() <= REACH * f64::from(bbox.height)
        });
        match rows.last_mut().filter(|_| joins) {
            Some(row) => row.boxes.push(bbox),
            None => {
                rows.push(Row { bay: 0, boxes: vec![bbox] });
                sum = 0;
            }
        }
        sum += bottom(bbox);
    }
    rows
}

/// First row of pixels below the box.
pub(super) fn bottom(bbox: PixelBox) -> u64 {
    u64::from(bbox.y) + u64::from(bbox.height)
}
