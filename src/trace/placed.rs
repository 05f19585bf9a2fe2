use std::sync::Arc;

use glam::{DAffine3, DMat3, DQuat, DVec3, Vec4};

use super::Error;
use crate::catalog::{Look, Model};
use crate::geometry::{Aabb, quaternion_from_matrix, rotation_of};
use crate::scene::Scene;

/// One unit or prop as rays see it: its poses relative to the camera, rounded to `f32` once, from `f64`.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// Shape and materials.
    pub look: Look,
    /// Rows of the affine transform from camera-centred world to object space.
    pub object_from_world: [Vec4; 3],
    /// Rows of its inverse.
    pub world_from_object: [Vec4; 3],
    /// Bounding box relative to the camera, world axes.
    pub bounds: Aabb,
    /// `camera_from_object` without scale.
    pub rotation: DQuat,
    /// Unit number from 1; 0 for props.
    pub id: u32,
    /// Class number.
    pub class: u16,
    /// True if the rays of the labels pass through, see [`Prop::seen_through`](crate::scene::Prop::seen_through).
    pub seen_through: bool,
}

/// All instances of a scene, units first, in world axes shifted so that the camera is at the origin: numbers stay small,
/// and the camera's own rays start at exactly zero.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedScene {
    /// The instances: unit `i` at index `i`, then the props.
    pub placements: Vec<Placement>,
    /// Rotation camera → world.
    pub world_from_camera: DMat3,
    /// Where the camera is in the world; the shift.
    pub eye: DVec3,
}

impl PlacedScene {
    /// Poses of a scene.
    ///
    /// # Errors
    /// When a pose is not finite or has no inverse.
    pub fn new(scene: &Scene) -> Result<Self, Error> {
        let pose = scene.camera.world_from_camera;
        let (world_from_camera, eye) = (DMat3::from_mat4(pose), pose.w_axis.truncate());
        let units = scene
            .units
            .iter()
            .enumerate()
            .map(|(i, unit)| (&unit.name, &unit.look, unit.world_from_object, i as u32 + 1, (unit.class, false)));
        let props = scene
            .props
            .iter()
            .map(|prop| (&prop.name, &prop.look, prop.world_from_object, 0, (prop.class, prop.seen_through)));
        let placements = units
            .chain(props)
            .map(|(name, look, world_from_object, id, (class, seen_through))| {
                let centred = DAffine3::from_translation(-eye) * world_from_object;
                let inverse = centred.inverse();
                if !centred.is_finite() || !inverse.is_finite() {
                    return Err(Error::Pose { name: name.clone(), pose: format!("{:?}", rows(world_from_object)) });
                }
                let rotation = world_from_camera.transpose() * rotation_of(world_from_object.matrix3);
                Ok(Placement {
                    look: look.clone(),
                    object_from_world: rows(inverse),
                    world_from_object: rows(centred),
                    bounds: look.model.bounds.transformed(centred),
                    rotation: quaternion_from_matrix(rotation),
                    id,
                    class,
                    seen_through,
                })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { placements, world_from_camera, eye })
    }

    /// The distinct geometries, in order of first use.
    #[must_use]
    pub fn models(&self) -> Vec<Arc<Model>> {
        let mut seen = std::collections::HashSet::new();
        self.placements
            .iter()
            .map(|placement| &placement.look.model)
            .filter(|model| seen.insert(&model.key))
            .cloned()
            .collect()
    }
}

fn rows(transform: DAffine3) -> [Vec4; 3] {
    let (m, t) = (transform.matrix3.transpose(), transform.translation);
    [m.x_axis.extend(t.x).as_vec4(), m.y_axis.extend(t.y).as_vec4(), m.z_axis.extend(t.z).as_vec4()]
}
