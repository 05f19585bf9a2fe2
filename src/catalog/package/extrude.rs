use glam::{DVec2, DVec3};

use super::mesher::{Mesher, Skin};

/// Adds a plate with the given outline (x, y; counter-clockwise seen from +z) from `-half` to `half` in z, with its edges
/// rounded by `bevel`.
pub(super) fn extrude(mesher: &mut Mesher, skin: Skin, outline: &[DVec2], half: f64, bevel: f64) {
    let (inner, chamfer) = (inset(outline, bevel), inset(outline, 0.3 * bevel));
    let triangles = triangulate(&inner);
    let row = |mesher: &mut Mesher, ring: &[DVec2], z: f64| {
        let points: Vec<DVec3> = ring.iter().map(|p| p.extend(z)).collect();
        mesher.points(&points)
    };
    let rows = [
        row(mesher, &inner, -half),
        row(mesher, &chamfer, 0.3 * bevel - half),
        row(mesher, outline, bevel - half),
        row(mesher, outline, half - bevel),
        row(mesher, &chamfer, half - 0.3 * bevel),
        row(mesher, &inner, half),
    ];
    for pair in rows.windows(2) {
        mesher.band(skin, &pair[0], &pair[1], |_, _| DVec2::ZERO);
    }
    for [a, b, c] in triangles {
        mesher.face(skin, [a, b, c].map(|i| rows[5][i]), [DVec2::ZERO; 3]);
        mesher.face(skin, [a, c, b].map(|i| rows[0][i]), [DVec2::ZERO; 3]);
    }
}

/// The outline moved inwards by a small distance.
fn inset(outline: &[DVec2], distance: f64) -> Vec<DVec2> {
    let n = outline.len();
    (0..n)
        .map(|i| {
            let (before, after) = (outline[i] - outline[(i + n - 1) % n], outline[(i + 1) % n] - outline[i]);
            let (a, b) = (before.normalize_or_zero().perp(), after.normalize_or_zero().perp());
            let middle = (a + b).normalize_or_zero();
            outline[i] + middle * (distance / middle.dot(a).max(0.5))
        })
        .collect()
}

/// Triangles of a simple counter-clockwise polygon by ear clipping.
fn triangulate(polygon: &[DVec2]) -> Vec<[usize; 3]> {
    let mut left: Vec<usize> = (0..polygon.len()).collect();
    let mut triangles = Vec::new();
    while left.len() > 3 {
        let n = left.len();
        // The roundest ear first keeps slivers away; where rounding leaves no proper ear, any corner will do.
        let ear = (0..n)
            .filter(|&i| is_ear(polygon, &left, i))
            .max_by(|&i, &j| roundness(polygon, &left, i).total_cmp(&roundness(polygon, &left, j)))
            .unwrap_or(0);
        triangles.push([left[(ear + n - 1) % n], left[ear], left[(ear + 1) % n]]);
        left.remove(ear);
    }
    triangles.push([left[0], left[1], left[2]]);
    triangles
}

fn corner(polygon: &[DVec2], left: &[usize], i: usize) -> [DVec2; 3] {
    let n = left.len();
    [polygon[left[(i + n - 1) % n]], polygon[left[i]], polygon[left[(i + 1) % n]]]
}

fn is_ear(polygon: &[DVec2], left: &[usize], i: usize) -> bool {
    let [a, b, c] = corner(polygon, left, i);
    let side = |p: DVec2, q: DVec2, r: DVec2| (q - p).perp_dot(r - p);
    let n = left.len();
    side(a, b, c) > 0.0
        && (0..n).filter(|&j| j != i && j != (i + 1) % n && j != (i + n - 1) % n).all(|j| {
            let p = polygon[left[j]];
            side(a, b, p) < 0.0 || side(b, c, p) < 0.0 || side(c, a, p) < 0.0
        })
}

/// Area by the square of the longest side.
fn roundness(polygon: &[DVec2], left: &[usize], i: usize) -> f64 {
    let [a, b, c] = corner(polygon, left, i);
    let longest = a.distance_squared(b).max(b.distance_squared(c)).max(c.distance_squared(a));
    (b - a).perp_dot(c - a) / longest.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concave_outline_is_covered_once() {
        let polygon = [(0., 0.), (4., 0.), (4., 3.), (3., 3.), (3., 1.), (1., 1.), (1., 3.), (0., 3.)]
            .map(|(x, y)| DVec2::new(x, y));
        let triangles = triangulate(&polygon);
        let areas: Vec<f64> = triangles
            .iter()
            .map(|t| 0.5 * (polygon[t[1]] - polygon[t[0]]).perp_dot(polygon[t[2]] - polygon[t[0]]))
            .collect();
        assert_eq!(triangles.len(), 6);
        assert!(areas.iter().all(|&area| area > 0.0));
        assert!((areas.iter().sum::<f64>() - 8.0).abs() < 1e-12);
    }
}
