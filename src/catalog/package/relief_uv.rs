//! The second set of texture coordinates: where dents, wrinkles and scuffs lie on a package.

use glam::{DVec2, DVec3, Vec2, Vec3, Vec4};

use crate::catalog::Footprint;

/// How relief is laid around a package. A box has one whole picture, 0 to 1, on each of its six sides, so that worn
/// edges of the picture lie on worn edges of the package. Around a round one the picture repeats, a whole number of
/// times and about as wide as high; its top and bottom are as on a box.
///
/// Seen from outside, u runs to the right and v down; tangents point along u, and w = +1 makes the bitangent point up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Projection {
    size: DVec3,
    /// Pictures around a round package; `None` for a box.
    around: Option<f64>,
}

/// What a face's normal says about its corners.
#[derive(Debug, Clone, Copy)]
pub(super) enum Plane {
    /// Flat: directions of u and v, lengths of both.
    Flat { u: DVec3, v: DVec3, size: DVec3 },
    /// Around the y axis: angle of the face's middle, pictures around, height.
    Round { middle: f64, around: f64, height: f64 },
}

impl Projection {
    /// Of a package of this size.
    pub(super) fn new(size: DVec3, footprint: Footprint) -> Self {
        let around = libm::round(std::f64::consts::PI * size.x / size.y).clamp(1.0, 8.0);
        Self { size, around: (footprint == Footprint::Round).then_some(around) }
    }

    /// For a face with this normal around this point.
    pub(super) fn plane(&self, normal: DVec3, middle: DVec3) -> Plane {
        let weight = normal.abs();
        let flat = |u: DVec3, v: DVec3| Plane::Flat { u, v, size: self.size };
        if let Some(around) = self.around.filter(|_| weight.y < 0.7) {
            return Plane::Round { middle: angle(middle), around, height: self.size.y };
        }
        if weight.y >= weight.x.max(weight.z) {
            return flat(DVec3::X, DVec3::Z * normal.y.signum());
        }
        if weight.z >= weight.x {
            return flat(DVec3::X * normal.z.signum(), DVec3::NEG_Y);
        }
        flat(DVec3::NEG_Z * normal.x.signum(), DVec3::NEG_Y)
    }
}

impl Plane {
    /// Texture coordinates and tangent of a corner in millimetres that stands on y = 0, centred in x and z.
    pub(super) fn at(&self, point: DVec3, normal: Vec3) -> (Vec2, Vec4) {
        let (uv, along) = match *self {
            Self::Flat { u, v, size } => {
                let centred = DVec3::new(point.x, point.y - 0.5 * size.y, point.z) / size;
                (DVec2::new(centred.dot(u), centred.dot(v)) + 0.5, u)
            }
            Self::Round { middle, around, height } => {
                // The corner's angle on the same turn as the middle of its face.
                let turn = std::f64::consts::TAU;
                let near = (angle(point) - middle + 1.5 * turn).rem_euclid(turn) - 0.5 * turn;
                let u = (middle + near) / turn * around;
                (DVec2::new(u, 1.0 - point.y / height), DVec3::new(point.z, 0.0, -point.x))
            }
        };
        let along = along.as_vec3();
        let tangent = (along - normal * normal.dot(along)).try_normalize();
        let tangent = tangent.unwrap_or_else(|| normal.any_orthonormal_vector());
        (uv.as_vec2(), tangent.extend(1.0))
    }
}

/// Angle about the y axis, 0 in front, rising to the right.
fn angle(point: DVec3) -> f64 {
    libm::atan2(point.x, point.z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seen_from_outside_u_runs_right_and_v_down() {
        let size = DVec3::new(60.0, 200.0, 40.0);
        for footprint in [Footprint::Box, Footprint::Round] {
            let projection = Projection::new(size, footprint);
            for normal in [DVec3::X, DVec3::Y, DVec3::Z, DVec3::NEG_X, DVec3::NEG_Y, DVec3::NEG_Z] {
                let middle = normal * 0.5 * size + DVec3::Y * 0.5 * size.y;
                let plane = projection.plane(normal, middle);
                let (_, tangent) = plane.at(middle, normal.as_vec3());
                let right = tangent.truncate().as_dvec3();
                let up = normal.cross(right);
                let at = |point: DVec3| plane.at(point, normal.as_vec3()).0;
                assert!(at(middle + right).x > at(middle).x, "{normal}");
                assert!(at(middle + up).y < at(middle).y, "{normal}");
                assert!(tangent.truncate().is_normalized() && tangent.w == 1.0);
            }
        }
    }
}
