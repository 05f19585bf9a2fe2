use glam::{DAffine3, DMat4, DVec2, DVec3};

use crate::geometry::Camera;
use crate::scene::{Scene, Unit};
use crate::trace::Tracer;

/// Points of print and of keypoints may lie so far behind what a ray to them meets, in metres: a ray that grazes the
/// surface, and print that a package's own edge folds over.
pub(super) const MARGIN_M: f64 = 5e-4;

/// One unit as the camera sees it.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) camera: &'a Camera,
    pub(super) tracer: &'a Tracer,
    pub(super) unit: &'a Unit,
    /// Number of the unit, from 1.
    pub(super) id: u32,
    pub(super) camera_from_object: DAffine3,
}

impl<'a> Sight<'a> {
    pub(super) fn new(scene: &'a Scene, tracer: &'a Tracer, camera_from_world: DMat4, id: u32) -> Self {
        let unit = &scene.units[id as usize - 1];
        let camera_from_object = DAffine3::from_mat4(camera_from_world) * unit.world_from_object;
        Self { camera: &scene.camera, tracer, unit, id, camera_from_object }
    }

    /// Pixel position of a point of the object; none for a point that the camera cannot have in its view.
    pub(super) fn pixel(&self, point: DVec3) -> Option<DVec2> {
        self.camera.see(self.camera_from_object.transform_point3(point))
    }

    /// Pixels per millimetre of a way through a point, given in object space, by central differences over a tenth of a
    /// millimetre.
    pub(super) fn px_per_mm(&self, point: DVec3, way: DVec3) -> Option<f64> {
        const STEP_MM: f64 = 0.05;
        let length_mm = self.camera_from_object.transform_vector3(way).length() * 1e3;
        let step = way * (STEP_MM / length_mm);
        let (ahead, behind) = (self.pixel(point + step)?, self.pixel(point - step)?);
        Some(ahead.distance(behind) / (2.0 * STEP_MM)).filter(|scale| scale.is_finite())
    }

    /// Angle in degrees between a normal and the way from a point to the camera, all given in object space.
    pub(super) fn angle_deg(&self, point: DVec3, normal: DVec3) -> f64 {
        // Normals move with the inverse transpose, which matters where a pose scales.
        let normal = self.camera_from_object.matrix3.inverse().transpose() * normal;
        let to_camera = -self.camera_from_object.transform_point3(point);
        let (cross, dot) = (normal.cross(to_camera).length(), normal.dot(to_camera));
        libm::atan2(cross, dot).to_degrees()
    }

    /// Whether a point of the object's surface is seen in the picture: the ray to it meets this unit there before anything
    /// else.
    pub(super) fn is_seen(&self, point: DVec3) -> bool {
        let Some(pixel) = self.pixel(point).filter(|&pixel| self.camera.contains(pixel)) else { return false };
        let Some(ray) = self.tracer.camera_ray(pixel) else { return false };
        let depth = self.camera_from_object.transform_point3(point).z;
        // The hit's parameter is depth.
        self.tracer
            .first_hit(ray)
            .is_some_and(|hit| hit.instance + 1 == self.id && (f64::from(hit.t) - depth).abs() < MARGIN_M)
    }
}
