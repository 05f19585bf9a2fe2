use glam::{DMat3, DMat4};
use serde::{Deserialize, Serialize};

use super::{Camera, Distortion};
use crate::problem::Problems;

/// Largest picture side that a record may ask for, in pixels.
const MAX_SIDE: u32 = 32_768;
/// How far a rotation may be from one, to allow for matrices that were printed with few digits.
const LOOSE: f64 = 1e-4;

/// A [`Camera`] as it is written to JSON: in `frames/<number>.json`, in files for `--camera`, in the extras of a GLB.
///
/// Pixels, metres, OpenCV axes (x right, y down, z forward). Unknown fields are refused.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraRecord {
    /// Picture width in pixels.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// Focal length in pixels along x.
    pub fx: f64,
    /// Focal length in pixels along y.
    pub fy: f64,
    /// Principal point in pixels from the left border.
    pub cx: f64,
    /// Principal point in pixels from the top border.
    pub cy: f64,
    /// Lens distortion; a pinhole if it is left out.
    #[serde(default)]
    pub distortion: Distortion,
    /// Rows of the matrix that takes camera coordinates to world coordinates.
    pub world_from_camera: [[f64; 4]; 4],
}

impl CameraRecord {
    /// All that is wrong with the values.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        for (name, side) in [("width", self.width), ("height", self.height)] {
            if !(1..=MAX_SIDE).contains(&side) {
                problems.add(name, format!("{side} is not in 1..={MAX_SIDE}"));
            }
        }
        for (name, length) in [("fx", self.fx), ("fy", self.fy)] {
            if !(length.is_finite() && length > 0.0) {
                problems.add(name, format!("{length} is no focal length: it must be above 0"));
            }
        }
        let Distortion { k1, k2, p1, p2, k3 } = self.distortion;
        let numbers = [
            ("cx", self.cx),
            ("cy", self.cy),
            ("distortion.k1", k1),
            ("distortion.k2", k2),
            ("distortion.p1", p1),
            ("distortion.p2", p2),
            ("distortion.k3", k3),
        ];
        for (name, number) in numbers.into_iter().filter(|(_, number)| !number.is_finite()) {
            problems.add(name, format!("{number} is not finite"));
        }
        self.check_pose(&mut problems);
        problems
    }

    fn check_pose(&self, problems: &mut Problems) {
        let place = "world_from_camera";
        if !self.world_from_camera.as_flattened().iter().all(|value| value.is_finite()) {
            problems.add(place, "has a number that is not finite");
            return;
        }
        let bottom = self.world_from_camera[3];
        if bottom != [0.0, 0.0, 0.0, 1.0] {
            problems.add(format!("{place}[3]"), format!("{bottom:?} is not [0, 0, 0, 1]; rows come first"));
        }
        let rotation = DMat3::from_mat4(self.matrix());
        let is_rotation = (rotation * rotation.transpose()).abs_diff_eq(DMat3::IDENTITY, LOOSE);
        if !is_rotation || rotation.determinant() < 0.0 {
            problems.add(place, "is not rigid: its upper left 3x3 is no rotation (no scale, no mirroring)");
        }
    }

    fn matrix(&self) -> DMat4 {
        DMat4::from_cols_array_2d(&self.world_from_camera).transpose()
    }
}

impl From<&Camera> for CameraRecord {
    fn from(camera: &Camera) -> Self {
        let &Camera { width, height, fx, fy, cx, cy, distortion, world_from_camera } = camera;
        let world_from_camera = world_from_camera.transpose().to_cols_array_2d();
        Self { width, height, fx, fy, cx, cy, distortion, world_from_camera }
    }
}

impl TryFrom<CameraRecord> for Camera {
    type Error = Problems;

    fn try_from(record: CameraRecord) -> Result<Self, Problems> {
        let problems = record.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let world_from_camera = record.matrix();
        let CameraRecord { width, height, fx, fy, cx, cy, distortion, .. } = record;
        Ok(Self { width, height, fx, fy, cx, cy, distortion, world_from_camera })
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec3;

    use super::*;

    fn camera() -> Camera {
        Camera {
            width: 640,
            height: 480,
            fx: 600.5,
            fy: 601.0,
            cx: 319.0,
            cy: 241.0,
            distortion: Distortion { k1: 0.1, k2: -0.02, p1: 1e-3, p2: 2e-3, k3: 0.3 },
            world_from_camera: Camera::looking_at(DVec3::new(0.3, 1.4, 2.0), DVec3::new(0.0, 1.0, 0.1)),
        }
    }

    #[test]
    fn a_camera_survives_json_to_the_last_bit() {
        let text = serde_json::to_string(&CameraRecord::from(&camera())).expect("serialisable");
        let record: CameraRecord = serde_json::from_str(&text).expect("deserialisable");
        assert_eq!(Camera::try_from(record), Ok(camera()));
    }

    #[test]
    fn rows_come_first() {
        let record = CameraRecord::from(&camera());
        let translation: Vec<f64> = record.world_from_camera.iter().map(|row| row[3]).collect();
        assert_eq!(translation, [0.3, 1.4, 2.0, 1.0]);
    }

    #[test]
    fn unknown_fields_are_refused() {
        let mut json = serde_json::to_value(CameraRecord::from(&camera())).expect("serialisable");
        json["fov"] = serde_json::json!(50);
        assert!(serde_json::from_value::<CameraRecord>(json).expect_err("unknown").to_string().contains("fov"));
    }

    #[test]
    fn all_wrong_values_are_listed() {
        let mut record = CameraRecord::from(&camera());
        (record.width, record.fy, record.cx) = (0, -1.0, f64::NAN);
        record.world_from_camera[0][0] *= 2.0;
        let places: Vec<String> = record.problems().0.into_iter().map(|problem| problem.place).collect();
        assert_eq!(places, ["width", "fy", "cx", "world_from_camera"]);
    }

    #[test]
    fn column_major_and_mirroring_poses_are_refused() {
        let mut record = CameraRecord::from(&camera());
        record.world_from_camera = camera().world_from_camera.to_cols_array_2d();
        assert!(record.problems().to_string().contains("world_from_camera[3]"));
        let mut record = CameraRecord::from(&camera());
        record.world_from_camera.iter_mut().take(3).for_each(|row| row[0] = -row[0]);
        assert!(record.problems().to_string().contains("mirroring"));
    }
}
