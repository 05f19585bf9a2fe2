use glam::DVec2;

use super::Rle;

/// Corners of the rectangle of least area around the pixels of a mask, among those with a side along the mask's convex
/// hull that `accept` takes, and the upright one; of equal ones the first. Clockwise as the picture is seen, in pixels
/// from its top left; pixels count with their whole squares. None around nothing.
///
/// The least rectangle of all has a side along the hull (Freeman and Shapira 1975, "Determining the minimum-area
/// encasing rectangle for an arbitrary closed curve").
#[must_use]
pub fn oriented_box(mask: &Rle, accept: impl Fn(&[DVec2; 4]) -> bool) -> Option<[DVec2; 4]> {
    let bounds = mask.bbox()?;
    let (left, top) = (f64::from(bounds.x), f64::from(bounds.y));
    let (right, bottom) = (left + f64::from(bounds.width), top + f64::from(bounds.height));
    let upright = [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| DVec2::new(x, y));
    let hull = hull(mask);
    let mut best = (f64::from(bounds.width) * f64::from(bounds.height), upright);
    for (i, &from) in hull.iter().enumerate() {
        let Some(u) = (hull[(i + 1) % hull.len()] - from).try_normalize() else { continue };
        let v = DVec2::new(-u.y, u.x);
        let (mut low, mut high) = (DVec2::INFINITY, DVec2::NEG_INFINITY);
        for &corner in &hull {
            let local = DVec2::new((corner - from).dot(u), (corner - from).dot(v));
            (low, high) = (low.min(local), high.max(local));
        }
        let area = (high.x - low.x) * (high.y - low.y);
        let at = |x: f64, y: f64| from + u * x + v * y;
        let corners = [at(low.x, low.y), at(high.x, low.y), at(high.x, high.y), at(low.x, high.y)];
        if area < best.0 && accept(&corners) {
            best = (area, corners);
        }
    }
    Some(best.1)
}

/// Convex hull of the squares of a mask's pixels, clockwise as the picture is seen (Andrew's monotone chain).
fn hull(mask: &Rle) -> Vec<DVec2> {
    // Of each column of pixels only the ends can be corners. Whole numbers keep the turns exact.
    let mut points: Vec<(i64, i64)> = Vec::new();
    for (start, length) in mask.spans() {
        let height = mask.height();
        let (mut at, end) = (start, start + length);
        while at < end {
            let (x, y) = (at / height, at % height);
            let rows = (height - y).min(end - at);
            for x in [x, x + 1] {
                points.extend([(i64::from(x), i64::from(y)), (i64::from(x), i64::from(y + rows))]);
            }
            at += rows;
        }
    }
    points.sort_unstable();
    points.dedup();
    let turns = |a: (i64, i64), b: (i64, i64), c: (i64, i64)| (b.0 - a.0) * (c.1 - b.1) - (b.1 - a.1) * (c.0 - b.0);
    let chain = |points: &mut dyn Iterator<Item = (i64, i64)>| {
        let mut chain: Vec<(i64, i64)> = Vec::new();
        for point in points {
            while chain.len() > 1 && turns(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut hull = chain(&mut points.iter().copied());
    hull.extend(chain(&mut points.iter().rev().copied()));
    hull.into_iter().map(|(x, y)| DVec2::new(x as f64, y as f64)).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    fn area(corners: &[DVec2; 4]) -> f64 {
        corners[0].distance(corners[1]) * corners[1].distance(corners[2])
    }

    #[test]
    fn a_diagonal_bar_has_a_diagonal_box() {
        let bar = Array2::from_shape_fn((40, 40), |(y, x)| (x as i32 - y as i32).abs() < 3);
        let mask = Rle::from_mask(bar.view());
        let corners = oriented_box(&mask, |_| true).expect("not empty");
        assert!(area(&corners) < 350.0, "{corners:?}");
        let inside = |corners: &[DVec2; 4]| corners.iter().all(|c| c.min_element() >= 0.0 && c.max_element() <= 40.0);
        assert!(!inside(&corners));
        assert_eq!(area(&oriented_box(&mask, inside).expect("not empty")), 1600.0);
        assert_eq!(oriented_box(&Rle::from_mask(Array2::from_elem((4, 4), false).view()), |_| true), None);
    }

    proptest! {
        #[test]
        fn it_holds_every_pixel_and_is_no_larger_than_the_upright_box(
            pixels in proptest::collection::btree_set((0u32..30, 0u32..20), 1..12)
        ) {
            let mask = Array2::from_shape_fn((20, 30), |(y, x)| pixels.contains(&(x as u32, y as u32)));
            let mask = Rle::from_mask(mask.view());
            let corners = oriented_box(&mask, |_| true).expect("not empty");
            let bounds = mask.bbox().expect("not empty");
            prop_assert!(area(&corners) <= f64::from(bounds.width * bounds.height) + 1e-9);
            for (x, y) in mask.pixels() {
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let point = DVec2::new(f64::from(x + dx), f64::from(y + dy));
                    for i in 0..4 {
                        let side = corners[(i + 1) % 4] - corners[i];
                        prop_assert!(side.perp_dot(point - corners[i]) >= -1e-6, "{point} is outside of {corners:?}");
                    }
                }
            }
        }
    }
}
