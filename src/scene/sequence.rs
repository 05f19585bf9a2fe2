use glam::{DMat4, DVec3};

use super::camera::{self, View};
use super::recipe::{Recipe, SequenceRules};
use crate::geometry::Camera;
use crate::seed::Seed;

/// Another picture of the same scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// Number of its frame.
    pub frame: u64,
    /// Who looks there.
    pub camera: Camera,
}

/// Frames in a row that show the same scene: with `pictures` of each, frame `i` is picture `i % pictures` of scene
/// `i / pictures`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    /// What the scene is drawn from.
    pub(super) scene: Seed,
    /// Number of the picture in it.
    picture: u32,
    /// Pictures in it.
    pictures: u32,
    frame: u64,
}

impl Sequence {
    pub(super) fn of(rules: &SequenceRules, frame: Seed) -> Self {
        let pictures = rules.pictures.max(1);
        let scene = Seed { index: frame.index / u64::from(pictures), ..frame };
        Self { scene, picture: (frame.index % u64::from(pictures)) as u32, pictures, frame: frame.index }
    }

    /// The camera of this frame, and the next picture of the scene, or the one before the last; none where there is but
    /// one.
    pub(super) fn view(self, cameras: &[Camera]) -> (Camera, Option<Neighbor>) {
        let other =
            if self.picture + 1 < self.pictures { self.picture.checked_add(1) } else { self.picture.checked_sub(1) };
        let neighbor = other.map(|other| Neighbor {
            frame: self.frame - u64::from(self.picture) + u64::from(other),
            camera: cameras[other as usize],
        });
        (cameras[self.picture as usize], neighbor)
    }
}

/// The cameras of all pictures of a scene, from that of the first.
pub(super) fn cameras(rules: &SequenceRules, scene: Seed, first: Camera) -> Vec<Camera> {
    let mut rng = scene.rng("scene/sequence");
    let step = DVec3::new(rules.right_m.draw(&mut rng), rules.down_m.draw(&mut rng), rules.forward_m.draw(&mut rng));
    // About y, x and z of the camera: y looks down, so a positive turn is one to the right; z looks forward.
    let [yaw, pitch, roll] =
        [rules.yaw_deg, rules.pitch_deg, rules.roll_deg].map(|range| range.draw(&mut rng).to_radians());
    let moved = |picture: u32| {
        let times = f64::from(picture);
        let turn = DMat4::from_rotation_y(yaw * times)
            * DMat4::from_rotation_x(pitch * times)
            * DMat4::from_rotation_z(roll * times);
        Camera { world_from_camera: first.world_from_camera * DMat4::from_translation(step * times) * turn, ..first }
    };
    // The first as it is, bit by bit.
    std::iter::once(first).chain((1..rules.pictures).map(moved)).collect()
}

/// Smallest and largest x that any picture of a scene shows, as [`camera::seen_x`].
pub(super) fn seen_x(recipe: &Recipe, scene: Seed, view: &View, front: f64) -> (f64, f64) {
    let ends = cameras(&recipe.sequence, scene, view.camera).into_iter().map(|camera| camera::seen_x(&camera, front));
    ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), seen| (low.min(seen.0), high.max(seen.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Distortion;
    use crate::scene::recipe::Range;

    fn camera() -> Camera {
        let world_from_camera = Camera::looking_at(DVec3::new(0.3, 1.5, 2.0), DVec3::new(0.0, 1.0, 0.0));
        Camera {
            width: 64,
            height: 48,
            fx: 50.0,
            fy: 50.0,
            cx: 32.0,
            cy: 24.0,
            distortion: Distortion::default(),
            world_from_camera,
        }
    }

    #[test]
    fn frames_share_scenes_and_point_at_each_other() {
        let rules = SequenceRules { pictures: 3, ..SequenceRules::stereo(0.06) };
        let places: Vec<_> = (6..12).map(|index| Sequence::of(&rules, Seed { dataset: 1, index })).collect();
        assert_eq!(places.iter().map(|place| place.scene.index).collect::<Vec<_>>(), [2, 2, 2, 3, 3, 3]);
        let cameras = cameras(&rules, places[0].scene, camera());
        let neighbors = places.iter().map(|place| place.view(&cameras).1.expect("not alone").frame);
        assert_eq!(neighbors.collect::<Vec<_>>(), [7, 8, 7, 10, 11, 10]);
        assert_eq!(places[1].view(&cameras), (cameras[1], Some(Neighbor { frame: 8, camera: cameras[2] })));
        let alone = Sequence::of(&SequenceRules::default(), Seed { dataset: 1, index: 7 });
        assert_eq!(alone.view(&[camera()]), (camera(), None));
    }

    #[test]
    fn cameras_move_in_their_own_axes() {
        let seed = Seed { dataset: 1, index: 0 };
        let pair = cameras(&SequenceRules::stereo(0.06), seed, camera());
        let first_from_second = pair[0].camera_from_world() * pair[1].world_from_camera;
        assert!(first_from_second.abs_diff_eq(DMat4::from_translation(DVec3::X * 0.06), 1e-12));

        let turns = SequenceRules {
            yaw_deg: Range(2.0, 2.0),
            pitch_deg: Range(1.0, 1.0),
            ..SequenceRules { pictures: 2, ..SequenceRules::default() }
        };
        let cameras = cameras(&turns, seed, camera());
        // What was straight ahead is now to the left of the middle and below it.
        let ahead = cameras[0].world_from_camera.transform_point3(DVec3::Z);
        let seen = cameras[1].camera_from_world().transform_point3(ahead);
        assert!(seen.x < -0.03 && seen.y > 0.01 && seen.z > 0.9, "{seen}");
    }
}
