use glam::DQuat;
use serde::{Deserialize, Serialize};

use super::InstanceAnnotation;
use crate::catalog::Symmetry;
use crate::geometry::{YawPitchRoll, quaternion_from_matrix};

/// How one unit is turned against another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelativeRotation {
    /// Unit quaternion x, y, z, w with w ≥ 0: takes the second unit's axes to the first one's coordinates.
    pub quaternion: [f64; 4],
    /// Angle of that rotation, 0 to 180 degrees.
    pub angle_deg: f64,
    /// The rotation as angles of [`YawPitchRoll`]: positive yaw where the second unit's front is turned further to the
    /// viewer's right than the first one's.
    pub yaw_pitch_roll_deg: YawPitchRoll,
}

impl RelativeRotation {
    /// The rotation that a quaternion means.
    #[must_use]
    pub fn new(rotation: DQuat) -> Self {
        let matrix = glam::DMat3::from_quat(rotation.normalize());
        let q = quaternion_from_matrix(matrix);
        Self {
            quaternion: q.to_array().map(|value| value + 0.0),
            angle_deg: (2.0 * libm::atan2(q.xyz().length(), q.w)).to_degrees(),
            yaw_pitch_roll_deg: YawPitchRoll::from_matrix(matrix),
        }
    }
}

/// Rotation of unit `b` against unit `a`, from their annotations alone: of all rotations that nobody can tell apart,
/// because of the symmetries of the two, the smallest. Both must belong to one frame.
///
/// A pose that scales or mirrors has the rotation that `camera_from_object_quaternion` says.
#[must_use]
pub fn relative_rotation(a: &InstanceAnnotation, b: &InstanceAnnotation) -> RelativeRotation {
    let [a_in_camera, b_in_camera] = [a, b].map(|unit| DQuat::from_array(unit.camera_from_object_quaternion));
    let a_from_b = a_in_camera.conjugate() * b_in_camera;
    RelativeRotation::new(smallest_equivalent(a_from_b, (a.symmetry, b.symmetry)))
}

/// Of the rotations `s⁻¹ · a_from_b · t`, where `s` and `t` are turns that the symmetries of `a` and `b` allow, one with
/// the smallest angle.
///
/// About the vertical, turns act on `w + i·y` and on `x + i·z` of a quaternion as on complex numbers, so that |w| becomes
/// as large as `|w + i·y|` where any turn is allowed: what is left has no twist about the vertical. Where both units
/// have any turn, the direction of the remaining tilt is one of many.
#[must_use]
pub fn smallest_equivalent(a_from_b: DQuat, (a, b): (Symmetry, Symmetry)) -> DQuat {
    const HALF: DQuat = DQuat::from_xyzw(0.0, 1.0, 0.0, 0.0);
    let q = a_from_b;
    let untwisted = |left: bool| {
        let length = libm::hypot(q.w, q.y);
        if length < 1e-12 {
            return q;
        }
        let twist = DQuat::from_xyzw(0.0, -q.y / length, 0.0, q.w / length);
        if left { twist * q } else { q * twist }
    };
    let best = match (a, b) {
        (_, Symmetry::AnyTurn) => untwisted(false),
        (Symmetry::AnyTurn, _) => untwisted(true),
        _ => {
            let turns = |symmetry| {
                let turned = symmetry == Symmetry::HalfTurn;
                std::iter::once(DQuat::IDENTITY).chain(turned.then_some(HALF))
            };
            let candidates = turns(a).flat_map(|s| turns(b).map(move |t| s.conjugate() * q * t));
            // The first of equals, whatever the last bits say.
            candidates.fold(q, |best, other| if other.w.abs() > best.w.abs() + 1e-12 { other } else { best })
        }
    };
    if best.w < 0.0 { -best } else { best }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn turn(degrees: f64) -> DQuat {
        DQuat::from_rotation_y(degrees.to_radians())
    }

    /// Every turn that a symmetry allows; of any turn a fine sample.
    fn group(symmetry: Symmetry) -> Vec<DQuat> {
        match symmetry {
            Symmetry::None | Symmetry::Unknown => vec![DQuat::IDENTITY],
            Symmetry::HalfTurn => vec![turn(0.0), turn(180.0)],
            Symmetry::AnyTurn => (0..240).map(|i| turn(1.5 * f64::from(i))).collect(),
        }
    }

    fn angle(q: DQuat) -> f64 {
        RelativeRotation::new(q).angle_deg
    }

    /// Distance of two rotations in degrees.
    fn apart(p: DQuat, q: DQuat) -> f64 {
        angle(p.conjugate() * q)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn nothing_in_the_group_is_smaller(
            yaw in -180.0..180.0f64, pitch in -90.0..90.0f64, roll in -180.0..180.0f64, i in 0usize..4, j in 0usize..4,
        ) {
            let (a, b) = (Symmetry::ALL[i], Symmetry::ALL[j]);
            let q = DQuat::from_mat3(&YawPitchRoll { yaw, pitch, roll }.matrix());
            let best = smallest_equivalent(q, (a, b));
            let (mut least, mut nearest) = (f64::INFINITY, f64::INFINITY);
            for s in group(a) {
                for t in group(b) {
                    let other = s.conjugate() * q * t;
                    least = least.min(angle(other));
                    nearest = nearest.min(apart(best, other));
                }
            }
            // It is as small as the smallest, and it is one of them: half a step of the sample is 0.75 degrees a side.
            let step = if a == Symmetry::AnyTurn || b == Symmetry::AnyTurn { 1.6 } else { 1e-6 };
            prop_assert!(angle(best) <= least + 1e-6, "{} > {least}", angle(best));
            prop_assert!(angle(best) >= least - step && nearest <= step, "{} {least} {nearest}", angle(best));
        }

        #[test]
        fn equivalent_poses_are_as_far_apart(yaw in -180.0..180.0f64, pitch in -90.0..90.0f64, spin in -180.0..180.0f64) {
            let q = turn(yaw) * DQuat::from_rotation_x(pitch.to_radians());
            let same = |a, b| (angle(smallest_equivalent(q, (a, b))) - angle(smallest_equivalent(q * turn(spin), (a, b)))).abs();
            prop_assert!(same(Symmetry::None, Symmetry::AnyTurn) < 1e-6);
            prop_assert!(same(Symmetry::HalfTurn, Symmetry::AnyTurn) < 1e-6);
        }
    }

    #[test]
    fn upright_units_differ_by_their_yaw_alone() {
        let yaw = |degrees, a, b| angle(smallest_equivalent(turn(degrees), (a, b)));
        assert!((yaw(170.0, Symmetry::None, Symmetry::Unknown) - 170.0).abs() < 1e-9);
        assert!((yaw(170.0, Symmetry::HalfTurn, Symmetry::HalfTurn) - 10.0).abs() < 1e-9);
        assert!((yaw(170.0, Symmetry::HalfTurn, Symmetry::None) - 10.0).abs() < 1e-9);
        assert!(yaw(170.0, Symmetry::AnyTurn, Symmetry::None) < 1e-9);
        let on_its_head = DQuat::from_rotation_x(std::f64::consts::PI);
        assert!((angle(smallest_equivalent(on_its_head, (Symmetry::AnyTurn, Symmetry::AnyTurn))) - 180.0).abs() < 1e-6);
    }
}
