//! Makes what a primitive holds a complete [`Mesh`]: used vertices only, unit normals at all of them.

use glam::{Vec3, Vec4};

use crate::geometry::Mesh;

/// Drops vertices that no triangle uses, and supplies missing normals: a mesh without any gets flat ones, and its
/// tangents go, as glTF 2.0 (section 3.7.2.1) demands.
pub(super) fn complete(mesh: Mesh) -> Mesh {
    if mesh.normals.is_empty() {
        return flat(&mesh);
    }
    let mut mesh = compact(mesh);
    let faces = face_normals(&mesh);
    for (normal, face) in mesh.normals.iter_mut().zip(faces) {
        *normal = normal.try_normalize().unwrap_or(face);
    }
    let tangents: Option<Vec<Vec4>> = mesh.tangents.iter().map(|tangent| unit_tangent(*tangent)).collect();
    mesh.tangents = tangents.unwrap_or_default();
    mesh
}

/// A tangent of length one whose handedness is a sign; `None` for one without direction.
fn unit_tangent(tangent: Vec4) -> Option<Vec4> {
    let sign = if tangent.w < 0.0 { -1.0 } else { 1.0 };
    Some(tangent.truncate().try_normalize()?.extend(sign))
}

/// For each vertex the area-weighted mean normal of its triangles, for those whose own has no length.
fn face_normals(mesh: &Mesh) -> Vec<Vec3> {
    let mut sums = vec![Vec3::ZERO; mesh.positions.len()];
    if mesh.normals.iter().any(|normal| normal.try_normalize().is_none()) {
        for triangle in &mesh.triangles {
            let normal = area_normal(mesh, *triangle);
            triangle.iter().for_each(|&vertex| sums[vertex as usize] += normal);
        }
    }
    sums.into_iter().map(|sum| sum.try_normalize().unwrap_or(Vec3::Y)).collect()
}

/// Normal of a triangle, as long as twice its area.
fn area_normal(mesh: &Mesh, triangle: [u32; 3]) -> Vec3 {
    let [a, b, c] = triangle.map(|vertex| mesh.positions[vertex as usize]);
    (b - a).cross(c - a)
}

/// Gives every triangle vertices of its own and its plane's normal at them.
fn flat(mesh: &Mesh) -> Mesh {
    let order: Vec<u32> = mesh.triangles.as_flattened().to_vec();
    let mut flat = Mesh {
        triangles: (0..mesh.triangles.len() as u32).map(|i| [3 * i, 3 * i + 1, 3 * i + 2]).collect(),
        ..picked(mesh, &order)
    };
    flat.normals = mesh
        .triangles
        .iter()
        .flat_map(|&triangle| [area_normal(mesh, triangle).try_normalize().unwrap_or(Vec3::Y); 3])
        .collect();
    flat.tangents.clear();
    flat
}

/// Without the vertices that no triangle uses; the others keep their order.
fn compact(mesh: Mesh) -> Mesh {
    let mut is_used = vec![false; mesh.positions.len()];
    mesh.triangles.as_flattened().iter().for_each(|&vertex| is_used[vertex as usize] = true);
    if is_used.iter().all(|&used| used) {
        return mesh;
    }
    let order: Vec<u32> = (0..is_used.len() as u32).filter(|&vertex| is_used[vertex as usize]).collect();
    let mut new_index = vec![0; is_used.len()];
    order.iter().zip(0..).for_each(|(&old, new)| new_index[old as usize] = new);
    let triangles = mesh.triangles.iter().map(|triangle| triangle.map(|old| new_index[old as usize])).collect();
    Mesh { triangles, ..picked(&mesh, &order) }
}

/// The given vertices with all their attributes and no triangles.
fn picked(mesh: &Mesh, order: &[u32]) -> Mesh {
    Mesh {
        positions: pick(&mesh.positions, order),
        normals: pick(&mesh.normals, order),
        uvs: pick(&mesh.uvs, order),
        uvs1: pick(&mesh.uvs1, order),
        tangents: pick(&mesh.tangents, order),
        colors: pick(&mesh.colors, order),
        triangles: Vec::new(),
    }
}

fn pick<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
    if values.is_empty() { Vec::new() } else { order.iter().map(|&vertex| values[vertex as usize]).collect() }
}
