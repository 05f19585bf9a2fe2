//! Takes a mesh through a transform for good.

use glam::{DAffine3, DMat3, DVec3, Vec3};

use crate::geometry::Mesh;

/// The mesh in the coordinates that `transform` leads to. Mirrored meshes keep their outside outside.
pub(super) fn bake(mesh: &Mesh, transform: DAffine3) -> Mesh {
    if transform == DAffine3::IDENTITY {
        return mesh.clone();
    }
    let matrix = transform.matrix3;
    let is_mirror = matrix.determinant() < 0.0;
    let sign = if is_mirror { -1.0 } else { 1.0 };
    // The cofactors are the inverse transpose up to a factor and exist for flattening transforms, too.
    let normal_matrix = cofactors(matrix) * sign;
    let mut baked = mesh.clone();
    for position in &mut baked.positions {
        *position = transform.transform_point3(position.as_dvec3()).as_vec3();
    }
    for normal in &mut baked.normals {
        *normal = (normal_matrix * normal.as_dvec3()).try_normalize().map_or(*normal, DVec3::as_vec3);
    }
    for tangent in &mut baked.tangents {
        let turned = (matrix * tangent.truncate().as_dvec3()).try_normalize().map_or(Vec3::X, DVec3::as_vec3);
        *tangent = turned.extend(tangent.w * sign as f32);
    }
    if is_mirror {
        baked.triangles.iter_mut().for_each(|triangle| triangle.swap(1, 2));
    }
    baked
}

fn cofactors(matrix: DMat3) -> DMat3 {
    let DMat3 { x_axis: x, y_axis: y, z_axis: z } = matrix;
    DMat3::from_cols(y.cross(z), z.cross(x), x.cross(y))
}
