use std::collections::BTreeSet;

use glam::DVec3;

use crate::geometry::Mesh;

/// Vertices may stick out of the hull by this much before they become corners of it, metres.
const COARSE: f64 = 0.0004;
/// Most corners of a hull: more cost time and change nothing that a bin shows.
const MOST: usize = 120;
/// A point this close to a facet's plane is taken into it, so that no facet becomes a sliver, metres.
const COPLANAR: f64 = 1e-9;
/// Thinnest hull, metres: a sheet of paper has no volume to simulate.
const THIN: f64 = 0.001;

/// Convex hull of a mesh with few corners, about the middle of the mesh's box.
///
/// All vertices of the mesh lie inside of the hull or at most [`Hull::slack`] outside of it, so whatever keeps twice
/// that distance from the hull does not touch the mesh.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::scene) struct Hull {
    /// Middle of the mesh's box in its own coordinates.
    pub(super) center: DVec3,
    /// Corners relative to `center`.
    pub(super) points: Vec<DVec3>,
    /// Corner indices, counter-clockwise seen from outside.
    pub(super) faces: Vec<[u32; 3]>,
    /// How far vertices of the mesh may lie outside, metres.
    pub(super) slack: f64,
    /// Volume in cubic metres.
    pub(in crate::scene) volume: f64,
    /// Radius of the ball around `center` that holds all of the mesh, metres.
    pub(in crate::scene) radius: f64,
}

impl Hull {
    /// The hull of a mesh.
    pub(in crate::scene) fn of(mesh: &Mesh) -> Self {
        let bounds = mesh.bounds();
        let center = if bounds.is_empty() { DVec3::ZERO } else { bounds.center() };
        let points: Vec<DVec3> = mesh.positions.iter().map(|point| point.as_dvec3() - center).collect();
        let growing = Growing::start(&points).map(|growing| growing.finish());
        let (corners, faces, slack) = growing.unwrap_or_else(|| {
            let half = (bounds.size() * 0.5).max(DVec3::splat(0.5 * THIN));
            let (corners, faces) = cuboid(half);
            (corners, faces, 0.0)
        });
        let corner = |vertex: u32| corners[vertex as usize];
        let volume = faces.iter().map(|face| face.map(corner)).map(|[a, b, c]| a.dot(b.cross(c)) / 6.0).sum();
        let radius = corners.iter().map(|point| point.length()).fold(0.0, f64::max) + slack;
        Self { center, points: corners, faces, slack, volume, radius }
    }

    /// A box about the origin.
    pub(super) fn cuboid(half: DVec3) -> Self {
        let (points, faces) = cuboid(half);
        let volume = 8.0 * half.x * half.y * half.z;
        Self { center: DVec3::ZERO, points, faces, slack: 0.0, volume, radius: half.length() }
    }
}

fn cuboid(half: DVec3) -> (Vec<DVec3>, Vec<[u32; 3]>) {
    let sign = |i: u32, bit: u32| if i >> bit & 1 == 1 { 1.0 } else { -1.0 };
    let points = (0..8).map(|i| half * DVec3::new(sign(i, 0), sign(i, 1), sign(i, 2))).collect();
    let mut faces = Vec::new();
    for axis in 0..3 {
        let (u, v) = (1u32 << ((axis + 1) % 3), 1u32 << ((axis + 2) % 3));
        let top = 1 << axis;
        faces.extend([[top, top | u, top | u | v], [top, top | u | v, top | v]]);
        faces.extend([[0, u | v, u], [0, v, u | v]]);
    }
    (points, faces)
}

/// One triangle of a growing hull.
struct Facet {
    corners: [usize; 3],
    normal: DVec3,
    offset: f64,
    /// Points in front of it, each in the list of one facet only.
    outside: Vec<usize>,
}

impl Facet {
    fn new(points: &[DVec3], corners: [usize; 3]) -> Self {
        let [a, b, c] = corners.map(|i| points[i]);
        let normal = (b - a).cross(c - a).normalize_or_zero();
        Self { corners, normal, offset: normal.dot(a), outside: Vec::new() }
    }

    fn height(&self, point: DVec3) -> f64 {
        self.normal.dot(point) - self.offset
    }
}

/// Quickhull (Barber, Dobkin, Huhdanpaa 1996) that always takes the point farthest outside, and stops as soon as none is
/// farther outside than [`COARSE`].
struct Growing<'a> {
    points: &'a [DVec3],
    facets: Vec<Facet>,
}

impl<'a> Growing<'a> {
    /// A tetrahedron of far points; `None` if all points lie near a plane.
    fn start(points: &'a [DVec3]) -> Option<Self> {
        let farthest = |measure: &dyn Fn(DVec3) -> f64| {
            let far = |best: usize, i: usize| if measure(points[i]) > measure(points[best]) { i } else { best };
            (0..points.len()).reduce(far)
        };
        let a = farthest(&|point| point.length_squared())?;
        let b = farthest(&|point| point.distance_squared(points[a]))?;
        let line = (points[b] - points[a]).try_normalize()?;
        let c = farthest(&|point| (point - points[a]).cross(line).length_squared())?;
        let normal = line.cross(points[c] - points[a]).try_normalize()?;
        let d = farthest(&|point| normal.dot(point - points[a]).abs())?;
        let height = normal.dot(points[d] - points[a]);
        if height.abs() < THIN {
            return None;
        }
        let [b, c] = if height < 0.0 { [b, c] } else { [c, b] };
        let mut growing = Self { points, facets: Vec::new() };
        growing.add([[a, b, c], [a, d, b], [b, d, c], [c, d, a]], (0..points.len()).collect());
        Some(growing)
    }

    /// Adds facets and gives each point to the first that it lies in front of.
    fn add(&mut self, corners: impl IntoIterator<Item = [usize; 3]>, points: Vec<usize>) {
        let first = self.facets.len();
        self.facets.extend(corners.into_iter().map(|corners| Facet::new(self.points, corners)));
        for point in points {
            let place = self.points[point];
            let front = |facet: &&mut Facet| facet.height(place) > 0.0;
            if let Some(facet) = self.facets[first..].iter_mut().find(front) {
                facet.outside.push(point);
            }
        }
    }

    /// The point that is farthest outside, and its distance.
    fn farthest(&self) -> Option<(usize, f64)> {
        let heights = self
            .facets
            .iter()
            .flat_map(|facet| facet.outside.iter().map(|&point| (point, facet.height(self.points[point]))));
        heights.reduce(|best, other| if other.1 > best.1 { other } else { best })
    }

    /// Corners, faces and slack.
    fn finish(mut self) -> (Vec<DVec3>, Vec<[u32; 3]>, f64) {
        let mut corners = 4;
        while let Some((point, _)) = self.farthest().filter(|&(_, height)| height > COARSE && corners < MOST) {
            self.take(point);
            corners += 1;
        }
        // Beyond a sharp edge a point is farther from the hull than from any of its planes.
        let mut slack = self.slack();
        while let Some((point, _)) = slack.filter(|&(_, distance)| distance > 2.0 * COARSE && corners < MOST) {
            self.take(point);
            corners += 1;
            slack = self.slack();
        }
        let used: BTreeSet<usize> = self.facets.iter().flat_map(|facet| facet.corners).collect();
        let used: Vec<usize> = used.into_iter().collect();
        let index = |corner: usize| used.partition_point(|&other| other < corner) as u32;
        let faces = self.facets.iter().map(|facet| facet.corners.map(index)).collect();
        (used.iter().map(|&i| self.points[i]).collect(), faces, slack.map_or(0.0, |(_, distance)| distance))
    }

    /// Replaces all facets that a point sees by a fan from the point to their border.
    fn take(&mut self, point: usize) {
        let place = self.points[point];
        let (seen, kept): (Vec<_>, Vec<_>) = self.facets.drain(..).partition(|facet| facet.height(place) > -COPLANAR);
        self.facets = kept;
        let edges = |facet: &Facet| {
            let [a, b, c] = facet.corners;
            [(a, b), (b, c), (c, a)]
        };
        let inner: BTreeSet<(usize, usize)> = seen.iter().flat_map(edges).collect();
        let border = inner.iter().filter(|&&(a, b)| !inner.contains(&(b, a))).map(|&(a, b)| [a, b, point]);
        let border: Vec<[usize; 3]> = border.collect();
        let orphans = seen.into_iter().flat_map(|facet| facet.outside).filter(|&other| other != point).collect();
        self.add(border, orphans);
    }

    /// The point with the largest distance from the hull, and that distance.
    fn slack(&self) -> Option<(usize, f64)> {
        let is_outside = |&point: &usize| self.facets.iter().any(|facet| facet.height(self.points[point]) > 0.0);
        let outside = (0..self.points.len()).filter(is_outside).map(|point| {
            let to = |facet: &Facet| distance(self.points[point], facet.corners.map(|corner| self.points[corner]));
            (point, self.facets.iter().map(to).fold(f64::INFINITY, f64::min))
        });
        outside.reduce(|best, other| if other.1 > best.1 { other } else { best })
    }
}

/// Distance of a point from a triangle (Ericson, "Real-Time Collision Detection", 2005, 5.1.5).
fn distance(p: DVec3, [a, b, c]: [DVec3; 3]) -> f64 {
    let edge = |from: DVec3, to: DVec3| {
        let along = to - from;
        let share = (p - from).dot(along) / along.length_squared().max(1e-30);
        p.distance(from + along * share.clamp(0.0, 1.0))
    };
    let normal = (b - a).cross(c - a);
    let inside = |from: DVec3, to: DVec3| normal.cross(to - from).dot(p - from) >= 0.0;
    if inside(a, b) && inside(b, c) && inside(c, a) {
        return (normal.normalize_or_zero().dot(p - a)).abs();
    }
    edge(a, b).min(edge(b, c)).min(edge(c, a))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use glam::Vec3;
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::package;

    fn is_closed_and_convex(hull: &Hull) {
        let mut edges = BTreeMap::new();
        for &[a, b, c] in &hull.faces {
            for edge in [(a, b), (b, c), (c, a)] {
                assert!(edges.insert(edge, ()).is_none(), "edge {edge:?} twice");
            }
            let [a, b, c] = [a, b, c].map(|i| hull.points[i as usize]);
            let normal = (b - a).cross(c - a).normalize_or_zero();
            assert!(hull.points.iter().all(|&point| normal.dot(point - a) < 1e-7), "a dent");
        }
        assert!(edges.keys().all(|&(a, b)| edges.contains_key(&(b, a))), "a hole");
        assert_eq!(hull.points.len() + hull.faces.len(), edges.len() / 2 + 2, "Euler");
    }

    #[test]
    fn packages_have_small_tight_hulls() {
        for (name, size) in [
            ("carton", [0.13, 0.19, 0.05]),
            ("can", [0.066, 0.122, 0.066]),
            ("pillow_bag", [0.14, 0.2, 0.046]),
            ("pouch", [0.11, 0.165, 0.04]),
            ("tube", [0.05, 0.165, 0.034]),
            ("tub", [0.095, 0.1, 0.095]),
        ] {
            let look = package::build(name, DVec3::from_array(size), &BTreeMap::new()).expect("built");
            let hull = Hull::of(&look.model.mesh);
            is_closed_and_convex(&hull);
            assert!(hull.points.len() <= MOST && hull.slack < 0.0015, "{name}: {} {}", hull.points.len(), hull.slack);
            let full = size[0] * size[1] * size[2];
            assert!(hull.volume > 0.3 * full && hull.volume < full, "{name}: {}", hull.volume / full);
        }
    }

    #[test]
    fn flat_meshes_get_a_thin_box() {
        let positions = vec![Vec3::ZERO, Vec3::X, Vec3::Y, Vec3::new(1.0, 1.0, 0.0)];
        let hull = Hull::of(&Mesh { positions, ..Mesh::default() });
        is_closed_and_convex(&hull);
        assert!((hull.volume - THIN).abs() < 1e-12);
        assert_eq!(Hull::of(&Mesh::default()).points.len(), 8, "not even an empty mesh is a problem");
    }

    proptest! {
        #[test]
        fn no_vertex_is_farther_outside_than_the_slack(
            points in prop::collection::vec(prop::array::uniform3(-0.1..0.1f32), 4..200),
            n in prop::array::uniform3(-1.0..1.0f64),
        ) {
            let positions: Vec<Vec3> = points.into_iter().map(Vec3::from_array).collect();
            let hull = Hull::of(&Mesh { positions: positions.clone(), ..Mesh::default() });
            let n = DVec3::from_array(n).normalize_or(DVec3::X);
            let reach = hull.points.iter().map(|point| n.dot(*point + hull.center)).fold(f64::NEG_INFINITY, f64::max);
            for point in positions {
                prop_assert!(n.dot(point.as_dvec3()) <= reach + hull.slack + 1e-9);
            }
        }
    }
}
