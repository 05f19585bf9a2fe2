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

/// Height of the highest upward surface at (x, z) that is not above `limit`, of shelves, decks and trays.
pub(super) fn surface_below(triangles: &[Triangle], x: f64, z: f64, limit: f64) -> f64 {
    let carriers = [Part::Shelf.class(), Part::BaseDeck.class(), Part::Tray.class()];
    let mut highest = f64::NEG_INFINITY;
    for triangle in triangles.iter().filter(|triangle| carriers.contains(&triangle.class)) {
        let [a, b, c] = triangle.corners;
        let cross = |p: DVec3, q: DVec3| (q.x - p.x) * (z - p.z) - (q.z - p.z) * (x - p.x);
        let (u, v, w) = (cross(b, c), cross(c, a), cross(a, b));
        let area = u + v + w;
        let inside = (u >= 0.0 && v >= 0.0 && w >= 0.0) || (u <= 0.0 && v <= 0.0 && w <= 0.0);
        if inside && area.abs() > 1e-12 {
            let y = (u * a.y + v * b.y + w * c.y) / area;
            if y <= limit {
                highest = highest.max(y);
            }
        }
    }
    highest
}
