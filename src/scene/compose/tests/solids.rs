//! Exact tests of units against the triangles of props.

use glam::{DMat3, DVec3};

use crate::geometry::Aabb;
use crate::scene::Scene;
use crate::scene::collision::Solid;
use crate::scene::fixture::Part;

/// A triangle in the world, and the class of its prop.
pub(super) struct Triangle {
    pub(super) corners: [DVec3; 3],
    pub(super) class: u16,
}

/// All triangles that units could meet: those of props whose boxes reach into the box around all units.
pub(super) fn furniture(scene: &Scene) -> Vec<Triangle> {
    let solids = scene.units.iter().map(Solid::of);
    let all =
        Aabb::from_points(solids.flat_map(|solid| {
            [solid.center() - solid.extents() - DVec3::splat(0.05), solid.center() + solid.extents()]
        }));
    let mut triangles = Vec::new();
    for prop in &scene.props {
        let bounds = prop.look.model.bounds.transformed(prop.world_from_object);
        if !(bounds.min.cmple(all.max).all() && bounds.max.cmpge(all.min).all()) {
            continue;
        }
        let mesh = &prop.look.model.mesh;
        for i in 0..mesh.triangles.len() {
            let corners = mesh.corners(i).map(|corner| prop.world_from_object.transform_point3(corner));
            triangles.push(Triangle { corners, class: prop.class });
        }
    }
    triangles
}

/// Separating axis test of a triangle and the box of a solid (Akenine-Möller, "Fast 3D triangle-box overlap testing",
/// 2001): 3 box axes, the triangle's normal, 9 cross products.
pub(super) fn meets(solid: &Solid, triangle: &Triangle) -> bool {
    let (center, axes, half) = match *solid {
        Solid::Box { center, axes, half } => (center, axes, half),
        Solid::Cylinder { center, .. } => (center, DMat3::IDENTITY, solid.extents()),
    };
    let corners = triangle.corners.map(|corner| axes.transpose() * (corner - center));
    let edges = [corners[1] - corners[0], corners[2] - corners[1], corners[0] - corners[2]];
    let units = [DVec3::X, DVec3::Y, DVec3::Z];
    let crossed = units.iter().flat_map(|unit| edges.map(|edge| unit.cross(edge)));
    let mut axes = units.into_iter().chain([edges[0].cross(edges[1])]).chain(crossed);
    !axes.any(|axis| {
        let along = corners.map(|corner| corner.dot(axis));
        let reach = half.dot(axis.abs());
        let (low, high) = (along[0].min(along[1]).min(along[2]), along[0].max(along[1]).max(along[2]));
        axis.length_squared() > 1e-18 && (low >= reach || high <= -reach)
    })
}

/// Height of the highest surface under a solid that is not above `limit`, of shelves, decks, trays and pallets. Wires and
/// boards leave gaps, so it looks along a cross under the solid.
pub(super) fn surface_below(triangles: &[Triangle], solid: &Solid, limit: f64) -> f64 {
    let carriers = [Part::Shelf, Part::BaseDeck, Part::Tray, Part::Pallet].map(Part::class);
    let (center, half) = (solid.center(), solid.extents());
    let (low, high) = (center - half, center + half);
    let near = |triangle: &&Triangle| {
        let [a, b, c] = triangle.corners;
        let (min, max) = (a.min(b).min(c), a.max(b).max(c));
        carriers.contains(&triangle.class)
            && (min.x <= high.x && max.x >= low.x && min.z <= high.z && max.z >= low.z)
            && (max.y > limit - 0.01 && min.y <= limit)
    };
    let near: Vec<&Triangle> = triangles.iter().filter(near).collect();
    let mut highest = f64::NEG_INFINITY;
    for (x, z) in cross_under(solid) {
        highest = near
            .iter()
            .filter_map(|triangle| height_at(triangle, x, z))
            .filter(|&y| y <= limit)
            .fold(highest, f64::max);
    }
    highest
}

/// Points under a solid, along the two axes through its middle, at distances of about 2 mm.
pub(super) fn cross_under(solid: &Solid) -> impl Iterator<Item = (f64, f64)> {
    let (center, half) = (solid.center(), solid.extents() * 0.98);
    let steps = (half.max_element() * 1000.0) as i32 + 1;
    (-steps..=steps)
        .map(move |i| f64::from(i) / f64::from(steps))
        .flat_map(move |share| [(center.x + share * half.x, center.z), (center.x, center.z + share * half.z)])
}

/// Height of a triangle's plane at (x, z), if the triangle is there.
fn height_at(triangle: &Triangle, x: f64, z: f64) -> Option<f64> {
    let [a, b, c] = triangle.corners;
    let cross = |p: DVec3, q: DVec3| (q.x - p.x) * (z - p.z) - (q.z - p.z) * (x - p.x);
    let (u, v, w) = (cross(b, c), cross(c, a), cross(a, b));
    let area = u + v + w;
    let inside = (u >= 0.0 && v >= 0.0 && w >= 0.0) || (u <= 0.0 && v <= 0.0 && w <= 0.0);
    (inside && area.abs() > 1e-12).then(|| (u * a.y + v * b.y + w * c.y) / area)
}
