use glam::{DVec2, Vec3};
use ndarray::{Array2, Array3};
use rayon::prelude::*;

use crate::annotate::Error;
use crate::geometry::Camera;
use crate::scene::Scene;
use crate::trace::{Ray, Tracer};

/// Points of surfaces may lie so far behind what another camera's ray to them meets, in metres, and still count as met:
/// the rounding of a point's place.
const MARGIN_M: f64 = 1e-4;

/// Where the surface at each pixel of one picture is in another one of the same scene.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// `[row, column, 2]`: pixels to the right and down from the pixel's centre to the place of the same point of the
    /// surface in the other picture, lens distortion included; it may lie outside of it. 0 where `state` is 0.
    pub displacement: Array3<f32>,
    /// `[row, column]`: 2 where the other camera sees the point, 1 where it does not (something is before it, or it lies
    /// outside of the other picture), 0 where there is no point or no place for it: no surface, or behind the other camera.
    pub state: Array2<u8>,
}

/// The optical flow from a scene's camera to another one; `here` is the tracer of the scene. The disparity of a stereo
/// pair is its first channel, negated.
///
/// Exact for each pixel: the point where the ray through its centre meets the first surface is projected into the other
/// picture, and a ray from the other camera to the point tells whether it is seen there. Surfaces with cut-outs count as
/// whole, and panes that are seen through do not exist, as for [`Tracer`].
///
/// # Errors
/// If the scene cannot be put into a tree of rays.
pub fn flow(scene: &Scene, here: &Tracer, other: &Camera) -> Result<Flow, Error> {
    let there = Tracer::new(&Scene { camera: *other, ..scene.clone() })?;
    let camera_from_world = other.camera_from_world();
    let (width, height) = (scene.camera.width as usize, scene.camera.height as usize);

    let pixel = |x: usize, y: usize| {
        let centre = DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
        let ray = here.camera_ray(centre)?;
        let hit = here.first_hit(ray)?;
        let point = here.scene().eye + ray.direction.as_dvec3() * f64::from(hit.t);
        let place = other.see(camera_from_world.transform_point3(point))?;
        let to = point - there.scene().eye;
        let back = there.first_hit(Ray { origin: Vec3::ZERO, direction: to.as_vec3() });
        let is_met = back.is_some_and(|back| {
            let is_same = (back.instance, back.triangle) == (hit.instance, hit.triangle);
            is_same || f64::from(back.t) > 1.0 - MARGIN_M / to.length()
        });
        Some((place - centre, if is_met && other.contains(place) { 2 } else { 1 }))
    };
    let rows: Vec<Vec<_>> = (0..height).into_par_iter().map(|y| (0..width).map(|x| pixel(x, y)).collect()).collect();
    let found = |y: usize, x: usize| rows[y][x].unwrap_or((DVec2::ZERO, 0_u8));
    Ok(Flow {
        displacement: Array3::from_shape_fn((height, width, 2), |(y, x, axis)| found(y, x).0[axis] as f32),
        state: Array2::from_shape_fn((height, width), |(y, x)| found(y, x).1),
    })
}
