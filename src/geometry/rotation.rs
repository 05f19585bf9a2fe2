use glam::{DMat3, DQuat};
use serde::{Deserialize, Serialize};

/// Rotation of a unit against "faces the aisle, stands upright", in degrees.
///
/// The rotation matrix is `R = R_y(yaw) · R_x(pitch) · R_z(roll)` on y-up axes with the front towards +z: yaw turns
/// about the vertical (positive: the front turns to the viewer's right), pitch tips the front down, roll tips the
/// unit to the viewer's left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct YawPitchRoll {
    /// About the vertical axis, in (-180, 180].
    pub yaw: f64,
    /// About the axis to the right, in [-90, 90].
    pub pitch: f64,
    /// About the facing direction, in (-180, 180].
    pub roll: f64,
}

impl YawPitchRoll {
    /// Angles of a rotation matrix; at pitch ±90° (gimbal lock) roll is 0 and yaw carries the whole turn.
    #[must_use]
    pub fn from_matrix(rotation: DMat3) -> Self {
        let m = |row: usize, column: usize| rotation.col(column)[row];
        let sin_pitch = (-m(1, 2)).clamp(-1.0, 1.0);
        let (yaw, roll) = if sin_pitch.abs() < 1.0 - 1e-12 {
            (libm::atan2(m(0, 2), m(2, 2)), libm::atan2(m(1, 0), m(1, 1)))
        } else {
            (libm::atan2(-m(2, 0), m(0, 0)), 0.0)
        };
        Self { yaw: yaw.to_degrees(), pitch: libm::asin(sin_pitch).to_degrees(), roll: roll.to_degrees() }
    }

    /// The rotation matrix of these angles.
    #[must_use]
    pub fn matrix(self) -> DMat3 {
        DMat3::from_rotation_y(self.yaw.to_radians())
            * DMat3::from_rotation_x(self.pitch.to_radians())
            * DMat3::from_rotation_z(self.roll.to_radians())
    }
}

/// Unit quaternion (x, y, z, w) of a rotation matrix, with `w >= 0` so that equal rotations print equally.
#[must_use]
pub fn quaternion_from_matrix(rotation: DMat3) -> DQuat {
    let q = DQuat::from_mat3(&rotation).normalize();
    if q.w < 0.0 { -q } else { q }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn angles_survive_the_matrix(yaw in -179.0..179.0f64, pitch in -89.0..89.0f64, roll in -179.0..179.0f64) {
            let back = YawPitchRoll::from_matrix(YawPitchRoll { yaw, pitch, roll }.matrix());
            prop_assert!((back.yaw - yaw).abs() < 1e-6);
            prop_assert!((back.pitch - pitch).abs() < 1e-6);
            prop_assert!((back.roll - roll).abs() < 1e-6);
        }
    }

    #[test]
    fn gimbal_lock_keeps_the_rotation() {
        let angles = YawPitchRoll { yaw: 40.0, pitch: 90.0, roll: 25.0 };
        let back = YawPitchRoll::from_matrix(angles.matrix());
        assert!(angles.matrix().abs_diff_eq(back.matrix(), 1e-6), "{back:?}");
    }
}
