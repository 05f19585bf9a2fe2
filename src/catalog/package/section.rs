use glam::{DVec2, DVec3};

/// A rectangle with round corners as a closed ring in the plane of x and z (in that order), counter-clockwise seen from
/// above: it starts at the middle of the back, goes by the left side to the front and by the right side to the back.
///
/// `half` is half the width and half the depth, `arc` the number of points of each corner, `flat` the number of
/// further points on each half side. The ring has `4 * (arc + 2 * flat + 1)` points; with the largest radius and no
/// flat points it is a regular polygon on a circle (or the like on a stadium), so that rings of all kinds can be joined
/// point by point.
pub(super) fn rounded(half: DVec2, radius: f64, arc: usize, flat: usize) -> Vec<DVec2> {
    let radius = radius.clamp(1e-3 * half.min_element(), half.min_element());
    let center = half - radius;
    let step = std::f64::consts::FRAC_PI_2 / (arc + 1) as f64;
    // Where a side has no length, the arcs keep one step of distance from its middle instead of ending upon it.
    let gap = |flat: f64| step * (1.0 - flat / (0.3 * radius)).clamp(0.0, 1.0);
    let (first, last) = (gap(center.x), std::f64::consts::FRAC_PI_2 - gap(center.y));
    let corner: Vec<DVec2> = (0..arc)
        .map(|i| {
            let angle = first + (last - first) * i as f64 / (arc - 1) as f64;
            center + radius * DVec2::new(libm::sin(angle), libm::cos(angle))
        })
        .collect();
    let (front, right) = (DVec2::new(0.0, half.y), DVec2::new(half.x, 0.0));
    let between = |a: DVec2, b: DVec2| (1..=flat).map(move |i| a.lerp(b, i as f64 / (flat + 1) as f64));
    let mut quarter = vec![front];
    quarter.extend(between(front, corner[0]));
    quarter.extend_from_slice(&corner);
    quarter.extend(between(corner[arc - 1], right));
    quarter.push(right);
    from_quarter(&quarter)
}

/// A superellipse of the given exponent (2: ellipse) with points at equal distances; `4 * per_quarter` points in the
/// order of [`rounded`].
pub(super) fn superellipse(half: DVec2, exponent: f64, per_quarter: usize) -> Vec<DVec2> {
    const FINE: usize = 96;
    let curve: Vec<DVec2> = (0..=FINE)
        .map(|i| {
            let angle = std::f64::consts::FRAC_PI_2 * i as f64 / FINE as f64;
            let power = |x: f64| libm::pow(x.max(0.0), 2.0 / exponent);
            let (x, z) = (power(libm::sin(angle)), power(libm::cos(angle)));
            half * DVec2::new(if i == FINE { 1.0 } else { x }, if i == FINE { 0.0 } else { z })
        })
        .collect();
    from_quarter(&spread(&curve, per_quarter))
}

/// `count + 1` points at equal distances along a polyline, ends included.
fn spread(curve: &[DVec2], count: usize) -> Vec<DVec2> {
    let lengths = running(curve.windows(2).map(|pair| pair[0].distance(pair[1])));
    let total = lengths[lengths.len() - 1];
    (0..=count)
        .map(|i| {
            let target = total * i as f64 / count as f64;
            let k = lengths.partition_point(|&length| length < target).clamp(1, curve.len() - 1);
            let span = lengths[k] - lengths[k - 1];
            let t = if span > 0.0 { ((target - lengths[k - 1]) / span).clamp(0.0, 1.0) } else { 0.0 };
            curve[k - 1].lerp(curve[k], t)
        })
        .collect()
}

/// The whole ring from its quarter between the middle of the front and the middle of the right side, both included.
pub(super) fn from_quarter(quarter: &[DVec2]) -> Vec<DVec2> {
    let m = quarter.len() - 1;
    let forth = (0..m).map(|i| quarter[i]);
    let back = (0..m).map(|i| quarter[m - i]);
    let mirrored = DVec2::new(-1.0, 1.0);
    forth
        .clone()
        .map(|p| -p)
        .chain(back.clone().map(|p| p * mirrored))
        .chain(forth)
        .chain(back.map(|p| -p * mirrored))
        .collect()
}

/// A ring at one height.
pub(super) fn at_height(ring: &[DVec2], y: f64) -> Vec<DVec3> {
    ring.iter().map(|p| DVec3::new(p.x, y, p.y)).collect()
}

/// Share of the ring's length from its first point to each point, and 1 at the end.
pub(super) fn shares(ring: &[DVec3]) -> Vec<f64> {
    let n = ring.len();
    let lengths = running((0..n).map(|j| ring[j].distance(ring[(j + 1) % n])));
    let total = lengths[n];
    lengths.into_iter().map(|length| length / total).collect()
}

/// Perimeter of an ellipse by its half axes (Ramanujan's second approximation).
pub(super) fn ellipse_perimeter(a: f64, b: f64) -> f64 {
    let h = ((a - b) / (a + b)) * ((a - b) / (a + b));
    std::f64::consts::PI * (a + b) * (1.0 + 3.0 * h / (10.0 + libm::sqrt(4.0 - 3.0 * h)))
}

/// Perimeter of a rectangle with round corners, by half its width and depth.
pub(super) fn rounded_perimeter(half: DVec2, radius: f64) -> f64 {
    4.0 * (half.x + half.y) - (8.0 - std::f64::consts::TAU) * radius
}

/// Running sums, beginning with 0.
pub(super) fn running(steps: impl Iterator<Item = f64>) -> Vec<f64> {
    std::iter::once(0.0)
        .chain(steps.scan(0.0, |sum, step| {
            *sum += step;
            Some(*sum)
        }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roundest_rectangle_is_a_circle() {
        let ring = rounded(DVec2::splat(3.0), 3.0, 9, 0);
        assert_eq!(ring.len(), 40);
        let steps: Vec<f64> = (0..40).map(|j| ring[j].distance(ring[(j + 1) % 40])).collect();
        assert!(ring.iter().all(|p| (p.length() - 3.0).abs() < 1e-12));
        assert!(steps.iter().all(|step| (step - steps[0]).abs() < 1e-12));
    }

    #[test]
    fn rings_start_at_the_back_and_turn_to_the_left() {
        for ring in [rounded(DVec2::new(4.0, 2.0), 1.0, 3, 1), superellipse(DVec2::new(4.0, 2.0), 2.5, 6)] {
            let n = ring.len();
            assert_eq!(ring[0], DVec2::new(0.0, -2.0));
            assert_eq!(ring[n / 4], DVec2::new(-4.0, 0.0));
            assert_eq!(ring[n / 2], DVec2::new(0.0, 2.0));
            assert_eq!(ring[3 * n / 4], DVec2::new(4.0, 0.0));
        }
    }
}
