//! Shapes and spaces: metres, radians, world y up; cameras look along +z with x right and y down (OpenCV).

mod aabb;
mod camera;
mod camera_record;
mod mesh;
mod rotation;
mod rotation_of;

pub use aabb::Aabb;
pub use camera::{Camera, Distortion};
pub use camera_record::CameraRecord;
pub use mesh::Mesh;
pub use rotation::{YawPitchRoll, quaternion_from_matrix};
pub use rotation_of::rotation_of;
