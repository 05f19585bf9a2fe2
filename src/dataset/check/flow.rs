use glam::DVec2;
use ndarray::Array3;

use crate::dataset::SequenceRecord;
use crate::geometry::Camera;

/// Displacements may differ by so many pixels from those of the depth plane's points: depths are 32-bit.
const MARGIN_PX: f64 = 0.01;

/// Whether the optical flow follows its definition: states are 0, 1 and 2, a pixel of state 0 does not move, and one that
/// the other camera sees lands in its picture. With the depth plane, every point is projected again.
pub(super) fn check_flow(
    flow: &Array3<f32>,
    depth: Option<&Array3<f32>>,
    camera: &Camera,
    sequence: &SequenceRecord,
) -> Result<(), String> {
    let other =
        Camera::try_from(sequence.camera).map_err(|wrong| format!("leads to a camera that is none: {wrong}"))?;
    let other_from_here = other.camera_from_world() * camera.world_from_camera;
    let (height, width, _) = flow.dim();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let [dx, dy, state] = [0, 1, 2].map(|channel| flow[[y, x, channel]]);
        let wrong = |what: String| Err(format!("pixel ({x}, {y}) has the flow ({dx}, {dy}) and state {state}, {what}"));
        let centre = DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
        let place = centre + DVec2::new(dx.into(), dy.into());
        let is_sound = match state {
            0.0 => (dx, dy) == (0.0, 0.0),
            1.0 => place.is_finite(),
            // The rounding of a 32-bit displacement may take a point at the border out of the picture.
            2.0 => other.contains(place) || other.contains(place.lerp(centre_of(&other), 1e-6)),
            _ => false,
        };
        if !is_sound {
            return wrong("which cannot be".to_owned());
        }
        let Some(depth) = depth.map(|depth| f64::from(depth[[y, x, 0]])) else { continue };
        let ray = camera.unproject(centre).filter(|_| depth.is_finite());
        let expected = ray.and_then(|ray| other.see(other_from_here.transform_point3(ray * (depth / ray.z))));
        match expected {
            None if state != 0.0 => return wrong("and no point to move".to_owned()),
            Some(expected)
                if state == 0.0 || expected.distance(place) > MARGIN_PX * (1.0 + expected.length() / 1000.0) =>
            {
                return wrong(format!("and its point lies at ({:.3}, {:.3}) there", expected.x, expected.y));
            }
            _ => {}
        }
    }
    Ok(())
}

fn centre_of(camera: &Camera) -> DVec2 {
    DVec2::new(f64::from(camera.width), f64::from(camera.height)) * 0.5
}
