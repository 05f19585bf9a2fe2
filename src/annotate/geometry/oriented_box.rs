use glam::DVec2;
use serde::{Deserialize, Serialize};

use crate::annotate::{Rle, thousandth};

/// The rectangle of least area, at any angle, around all pixels of a mask, each taken as a square of side 1.
///
/// The corners are pixel positions, rounded to the thousandth: the topmost first (the leftmost of two), then clockwise in
/// the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrientedBox(pub [[f64; 2]; 4]);

impl OrientedBox {
    /// None around an empty mask. A rectangle of least area has a side along an edge of the convex hull (Freeman and
    /// Shapira 1975); of equal ones it is that of the hull's first edge, from its leftmost corner clockwise.
    #[must_use]
    pub fn around(mask: &Rle) -> Option<Self> {
        let hull = hull(corners(mask));
        let mut best: Option<(f64, [DVec2; 4])> = None;
        for (i, &from) in hull.iter().enumerate() {
            let along = hull[(i + 1) % hull.len()] - from;
            let squared = along.length_squared();
            let across = along.perp();
            // Numbers on both axes, in units of the edge: whole numbers, so that equal areas are equal.
            let (mut low, mut high) = (DVec2::INFINITY, DVec2::NEG_INFINITY);
            for &point in &hull {
                let place = DVec2::new((point - from).dot(along), (point - from).dot(across));
                (low, high) = (low.min(place), high.max(place));
            }
            let area = (high - low).element_product() / squared;
            if best.is_none_or(|(least, _)| area < least * (1.0 - 1e-12)) {
                let at = |x: f64, y: f64| from + (along * x + across * y) / squared;
                best = Some((area, [at(low.x, low.y), at(high.x, low.y), at(high.x, high.y), at(low.x, high.y)]));
            }
        }
        let mut corners = best?.1.map(|corner| corner.to_array().map(thousandth));
        let first = (0..4).min_by(|&a, &b| {
            let key = |i: usize| [corners[i][1], corners[i][0]];
            key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal)
        });
        corners.rotate_left(first.unwrap_or(0));
        Some(Self(corners))
    }
}

/// Corners of the first and last pixel of every column of a mask: the others are in their hull.
fn corners(mask: &Rle) -> Vec<[i64; 2]> {
    let height = mask.height();
    let mut columns: Vec<[i64; 3]> = Vec::new();
    for (start, length) in mask.spans() {
        let (mut at, end) = (start, start + length);
        // A run may go on in the next column.
        while at < end {
            let (x, stop) = (at / height, end.min((at / height + 1) * height));
            let (top, bottom) = (i64::from(at % height), i64::from(stop - x * height));
            match columns.last_mut().filter(|column| column[0] == i64::from(x)) {
                Some(column) => column[2] = bottom,
                None => columns.push([x.into(), top, bottom]),
            }
            at = stop;
        }
    }
    columns.into_iter().flat_map(|[x, top, bottom]| [[x, top], [x, bottom], [x + 1, top], [x + 1, bottom]]).collect()
}

/// Convex hull without points on its edges, from the leftmost point clockwise in the picture (Andrew's monotone chain).
fn hull(mut points: Vec<[i64; 2]>) -> Vec<DVec2> {
    points.sort_unstable();
    points.dedup();
    if points.len() < 3 {
        return Vec::new();
    }
    let turn = |a: [i64; 2], b: [i64; 2], c: [i64; 2]| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let mut chain: Vec<[i64; 2]> = Vec::new();
    let mut half = |points: &mut dyn Iterator<Item = [i64; 2]>| {
        let start = chain.len();
        for point in points {
            while chain.len() >= start + 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
    };
    half(&mut points.iter().copied());
    half(&mut points.iter().rev().copied());
    chain.into_iter().map(|[x, y]| DVec2::new(x as f64, y as f64)).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    fn around(size: (usize, usize), inside: impl Fn(f64, f64) -> bool) -> OrientedBox {
        let mask = Array2::from_shape_fn(size, |(y, x)| inside(x as f64 + 0.5, y as f64 + 0.5));
        OrientedBox::around(&Rle::from_mask(mask.view())).expect("not empty")
    }

    fn sides(OrientedBox(corners): OrientedBox) -> [DVec2; 2] {
        let [a, b, _, d] = corners.map(DVec2::from_array);
        [b - a, d - a]
    }

    #[test]
    fn an_upright_rectangle_is_its_own_box() {
        let found = around((30, 40), |x, y| (7.0..19.0).contains(&x) && (3.0..9.0).contains(&y));
        assert_eq!(found, OrientedBox([[7.0, 3.0], [19.0, 3.0], [19.0, 9.0], [7.0, 9.0]]));
        assert_eq!(OrientedBox::around(&Rle::from_mask(Array2::from_elem((4, 5), false).view())), None);
        assert_eq!(around((9, 9), |x, y| x == 4.5 && y == 2.5).0[2], [5.0, 3.0]);
    }

    #[test]
    fn a_turned_rectangle_has_a_box_of_its_size_and_angle() {
        let (sin, cos) = libm::sincos(0.5);
        let found = around((200, 200), |x, y| {
            let (x, y) = (x - 100.0, y - 100.0);
            (x * cos + y * sin).abs() < 60.0 && (y * cos - x * sin).abs() < 25.0
        });
        let [a, b] = sides(found);
        let (long, short) = if a.length() > b.length() { (a, b) } else { (b, a) };
        assert!((long.length() - 120.0).abs() < 2.0 && (short.length() - 50.0).abs() < 2.0, "{found:?}");
        assert!((libm::atan2(long.y, long.x).abs() - 0.5).abs() < 0.02, "{found:?}");
        assert!(a.perp_dot(b) > 0.0, "clockwise in the picture: {found:?}");
    }

    proptest! {
        #[test]
        fn it_holds_all_pixels_and_is_no_larger_than_any_other(pixels in proptest::collection::vec((0usize..40, 0usize..30), 1..60)) {
            let mut mask = Array2::from_elem((30, 40), false);
            pixels.iter().for_each(|&(x, y)| mask[[y, x]] = true);
            let found = OrientedBox::around(&Rle::from_mask(mask.view())).expect("not empty");
            let [a, b] = sides(found);
            let origin = DVec2::from_array(found.0[0]);
            let squares = pixels.iter().flat_map(|&(x, y)| [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)]);
            let points: Vec<DVec2> = squares.map(|(x, y)| DVec2::new(x as f64, y as f64)).collect();
            // Rounding turns a short side more than a long one.
            let along = if a.length() > b.length() { a.normalize() } else { -b.normalize().perp() };
            let size = DVec2::new(a.length(), b.length());
            for &point in &points {
                let place = DVec2::new((point - origin).dot(along), (point - origin).dot(along.perp()));
                prop_assert!(place.cmpge(DVec2::splat(-1e-2)).all() && place.cmple(size + 1e-2).all(), "{found:?} {point}");
            }
            for step in 0..90 {
                let (sin, cos) = libm::sincos(f64::from(step).to_radians());
                let turned = points.iter().map(|p| DVec2::new(p.x * cos + p.y * sin, p.y * cos - p.x * sin));
                let (low, high) = turned.fold((DVec2::INFINITY, DVec2::NEG_INFINITY), |(a, b), p| (a.min(p), b.max(p)));
                prop_assert!(a.length() * b.length() < (high - low).element_product() + 0.2);
            }
        }
    }
}
