use glam::{DMat4, DVec2, DVec3};
use serde::{Deserialize, Serialize};

/// Brown-Conrady lens distortion, in OpenCV's order and meaning: a point (x, y) of the normalised image plane lands at
/// `x·(1 + k1 r² + k2 r⁴ + k3 r⁶) + 2 p1 x y + p2 (r² + 2x²)` and the like for y.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Distortion {
    /// Radial, r².
    pub k1: f64,
    /// Radial, r⁴.
    pub k2: f64,
    /// Tangential.
    pub p1: f64,
    /// Tangential.
    pub p2: f64,
    /// Radial, r⁶.
    pub k3: f64,
}

impl Distortion {
    /// Distorted position of an ideal point of the normalised image plane (z = 1).
    #[must_use]
    pub fn apply(self, ideal: DVec2) -> DVec2 {
        let DVec2 { x, y } = ideal;
        let r2 = x * x + y * y;
        let radial = 1.0 + r2 * (self.k1 + r2 * (self.k2 + r2 * self.k3));
        DVec2::new(
            x * radial + 2.0 * self.p1 * x * y + self.p2 * (r2 + 2.0 * x * x),
            y * radial + self.p1 * (r2 + 2.0 * y * y) + 2.0 * self.p2 * x * y,
        )
    }

    /// Ideal point that [`Distortion::apply`] maps to `distorted`, by Newton's method; `None` where the lens model
    /// folds over itself and has no inverse.
    #[must_use]
    pub fn invert(self, distorted: DVec2) -> Option<DVec2> {
        let mut ideal = distorted;
        for _ in 0..20 {
            let error = self.apply(ideal) - distorted;
            if error.length_squared() < 1e-30 {
                break;
            }
            let (dx, dy) = self.jacobian(ideal);
            let determinant = dx.x * dy.y - dx.y * dy.x;
            if determinant < 1e-6 {
                return None;
            }
            ideal -= DVec2::new(error.x * dy.y - error.y * dx.y, error.y * dx.x - error.x * dy.x) / determinant;
        }
        (self.apply(ideal).distance(distorted) < 1e-9).then_some(ideal)
    }

    /// Partial derivatives: (∂x'/∂x, ∂x'/∂y) and (∂y'/∂x, ∂y'/∂y).
    fn jacobian(self, DVec2 { x, y }: DVec2) -> (DVec2, DVec2) {
        let r2 = x * x + y * y;
        let radial = 1.0 + r2 * (self.k1 + r2 * (self.k2 + r2 * self.k3));
        let slope = 2.0 * (self.k1 + r2 * (2.0 * self.k2 + 3.0 * r2 * self.k3));
        let cross = x * y * slope + 2.0 * self.p1 * x + 2.0 * self.p2 * y;
        (
            DVec2::new(radial + x * x * slope + 2.0 * self.p1 * y + 6.0 * self.p2 * x, cross),
            DVec2::new(cross, radial + y * y * slope + 6.0 * self.p1 * y + 2.0 * self.p2 * x),
        )
    }
}

/// A pinhole camera with a distorting lens. OpenCV axes: x right, y down, z forward.
///
/// Pixel (0, 0) is the top left one and its centre lies at (0.5, 0.5); `cx` and `cy` use the same coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
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
    /// Lens distortion; all zero for a pinhole.
    pub distortion: Distortion,
    /// Pose: takes camera coordinates to world coordinates. Rigid.
    pub world_from_camera: DMat4,
}

impl Camera {
    /// Takes world coordinates to camera coordinates.
    #[must_use]
    pub fn camera_from_world(&self) -> DMat4 {
        self.world_from_camera.inverse()
    }

    /// Pixel coordinates of a point in camera space; `None` for a point that is not in front of the camera.
    #[must_use]
    pub fn project(&self, point_in_camera: DVec3) -> Option<DVec2> {
        if point_in_camera.z <= 0.0 {
            return None;
        }
        let distorted = self.distortion.apply(point_in_camera.truncate() / point_in_camera.z);
        Some(DVec2::new(self.fx * distorted.x + self.cx, self.fy * distorted.y + self.cy))
    }

    /// As [`Camera::project`], and `None` too for a point so far aside that the lens model folds over itself there: a ray
    /// through the pixel would not meet the point.
    #[must_use]
    pub fn see(&self, point_in_camera: DVec3) -> Option<DVec2> {
        let pixel = self.project(point_in_camera)?;
        let ray = self.unproject(pixel)?;
        ((ray * point_in_camera.z).distance(point_in_camera) < 1e-6 * point_in_camera.length()).then_some(pixel)
    }

    /// Whether a pixel position lies in the picture.
    #[must_use]
    pub fn contains(&self, pixel: DVec2) -> bool {
        let size = DVec2::new(f64::from(self.width), f64::from(self.height));
        pixel.cmpge(DVec2::ZERO).all() && pixel.cmplt(size).all()
    }

    /// Ray through a pixel position, in camera space, scaled so that z = 1: `depth * ray` is the point at that depth.
    /// `None` where the lens model has no inverse.
    #[must_use]
    pub fn unproject(&self, pixel: DVec2) -> Option<DVec3> {
        let distorted = DVec2::new((pixel.x - self.cx) / self.fx, (pixel.y - self.cy) / self.fy);
        Some(self.distortion.invert(distorted)?.extend(1.0))
    }

    /// The same view with another picture size: intrinsics are scaled per axis.
    #[must_use]
    pub fn resized(self, width: u32, height: u32) -> Self {
        let (sx, sy) = (f64::from(width) / f64::from(self.width), f64::from(height) / f64::from(self.height));
        Self { width, height, fx: self.fx * sx, fy: self.fy * sy, cx: self.cx * sx, cy: self.cy * sy, ..self }
    }

    /// Pose of a camera at `eye` that looks at `target` with world +y upwards in the picture.
    #[must_use]
    pub fn looking_at(eye: DVec3, target: DVec3) -> DMat4 {
        let forward = (target - eye).normalize();
        let right = forward.cross(DVec3::Y).normalize();
        let down = forward.cross(right);
        DMat4::from_cols(right.extend(0.0), down.extend(0.0), forward.extend(0.0), eye.extend(1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn unproject_inverts_project(
            x in -0.6..0.6f64, y in -0.6..0.6f64, depth in 0.1..10.0f64,
            k1 in -0.15..0.1f64, k2 in -0.02..0.02f64, p1 in -0.002..0.002f64, p2 in -0.002..0.002f64,
        ) {
            let camera = Camera {
                width: 640, height: 480, fx: 500.0, fy: 510.0, cx: 321.0, cy: 239.0,
                distortion: Distortion { k1, k2, p1, p2, k3: 0.0 },
                world_from_camera: DMat4::IDENTITY,
            };
            let point = DVec3::new(x, y, 1.0) * depth;
            let pixel = camera.project(point).expect("in front");
            let back = camera.unproject(pixel).expect("invertible") * depth;
            prop_assert!(back.distance(point) < 1e-9 * depth, "{point} {back}");
        }
    }

    #[test]
    fn a_point_behind_the_camera_has_no_pixel() {
        let camera = Camera {
            width: 4,
            height: 4,
            fx: 4.0,
            fy: 4.0,
            cx: 2.0,
            cy: 2.0,
            distortion: Distortion::default(),
            world_from_camera: DMat4::IDENTITY,
        };
        assert_eq!(camera.project(DVec3::new(0.0, 0.0, -1.0)), None);
        assert_eq!(camera.project(DVec3::new(0.0, 0.0, 2.0)), Some(DVec2::splat(2.0)));
    }

    #[test]
    fn looking_at_has_opencv_axes() {
        let pose = Camera::looking_at(DVec3::new(0.0, 1.0, 3.0), DVec3::new(0.0, 1.0, 0.0));
        assert!((pose.transform_vector3(DVec3::X) - DVec3::X).length() < 1e-12);
        assert!((pose.transform_vector3(DVec3::Y) + DVec3::Y).length() < 1e-12);
        assert!((pose.transform_vector3(DVec3::Z) + DVec3::Z).length() < 1e-12);
    }
}
