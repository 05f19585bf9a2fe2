use glam::{DMat3, DVec3};

/// The rotation in a linear transform that may scale: columns are normalised and made orthogonal in the order x, y, z.
///
/// Equal to the rotation of glTF's translation-rotation-scale wherever there is no shear. A mirrored transform counts as
/// a negative scale along x. Directions that a zero scale has lost are filled in at a right angle to the others.
#[must_use]
pub fn rotation_of(linear: DMat3) -> DMat3 {
    let mirror = if linear.determinant() < 0.0 { -1.0 } else { 1.0 };
    let [x, y, z] = [linear.x_axis * mirror, linear.y_axis, linear.z_axis];
    let x = x
        .try_normalize()
        .or_else(|| y.cross(z).try_normalize())
        .or_else(|| y.try_normalize().or(z.try_normalize()).map(DVec3::any_orthonormal_vector))
        .unwrap_or(DVec3::X);
    let across = |axis: DVec3| (axis - x * axis.dot(x)).try_normalize();
    let y = across(y).or_else(|| across(z).map(|z| z.cross(x))).unwrap_or_else(|| x.any_orthonormal_vector());
    DMat3::from_cols(x, y, x.cross(y))
}

#[cfg(test)]
mod tests {
    use glam::DQuat;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn scale_is_taken_out(
            x in -1.0..1.0f64, y in -1.0..1.0f64, z in -1.0..1.0f64, w in 0.1..1.0f64,
            sx in -3.0..3.0f64, sy in 0.01..3.0f64, sz in 0.01..3.0f64,
        ) {
            prop_assume!(sx.abs() > 0.01);
            let rotation = DMat3::from_quat(DQuat::from_xyzw(x, y, z, w).normalize());
            let found = rotation_of(rotation * DMat3::from_diagonal(DVec3::new(sx, sy, sz)));
            prop_assert!(found.abs_diff_eq(rotation, 1e-9), "{found} {rotation}");
        }
    }

    #[test]
    fn lost_directions_are_filled_in() {
        for diagonal in [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0; 3]] {
            let found = rotation_of(DMat3::from_diagonal(DVec3::from(diagonal)));
            assert!((found * found.transpose()).abs_diff_eq(DMat3::IDENTITY, 1e-12), "{diagonal:?} {found}");
            assert!(found.determinant() > 0.0);
        }
        for diagonal in [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]] {
            assert_eq!(rotation_of(DMat3::from_diagonal(DVec3::from(diagonal))), DMat3::IDENTITY);
        }
    }
}
