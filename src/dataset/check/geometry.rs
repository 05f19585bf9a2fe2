use glam::{DAffine3, DMat4, DVec2, DVec3};

use crate::annotate::geometry::{Box3d, KeypointState, OrientedBox};
use crate::annotate::reading::{BAR_CODE_LEGIBLE_PX, PrintPlace, Reading, TEXT_LEGIBLE_PX, legibility};
use crate::annotate::{InstanceAnnotation, Rle};
use crate::geometry::Camera;
use crate::problem::Problems;

/// Pixel positions are rounded to the thousandth; so far may a point that is projected again lie away.
const NEAR_PX: f64 = 2e-3;

/// Projects again what the file says about points of a unit, and derives again what follows from masks and counts.
pub(super) fn check_geometry(unit: &InstanceAnnotation, camera: &Camera) -> Problems {
    let mut problems = Problems::default();
    let size = (camera.width, camera.height);
    let is_ours = |mask: &Rle| (mask.width(), mask.height()) == size;
    for (place, found, mask) in
        [("obb_visible", unit.obb_visible, &unit.mask_visible), ("obb_amodal", unit.obb_amodal, &unit.mask_amodal)]
    {
        if is_ours(mask) && found != OrientedBox::around(mask) {
            problems.add(place, format!("is {found:?}, and the mask says {:?}", OrientedBox::around(mask)));
        }
    }
    let world_from_object = DMat4::from_cols_array_2d(&unit.world_from_object).transpose();
    if world_from_object.row(3) != glam::DVec4::W || !world_from_object.is_finite() {
        // Reported with the rotation.
        return problems;
    }
    let camera_from_object = DAffine3::from_mat4(camera.camera_from_world()) * DAffine3::from_mat4(world_from_object);
    let project = |point: [f64; 3]| camera.see(camera_from_object.transform_point3(DVec3::from_array(point)));

    if let Some(Box3d { min_m, max_m, corners }) = unit.box_3d {
        for (i, (point, corner)) in Box3d::corners_m(min_m, max_m).into_iter().zip(corners).enumerate() {
            let place = format!("box_3d.corners[{i}]");
            compare(&place, corner.px, project(point.to_array()), &mut problems);
            if let Some(px) = corner.px
                && corner.in_picture != camera.contains(DVec2::from_array(px))
                && !is_at_border(px, camera)
            {
                problems.add(place, format!("in_picture is {} for {px:?}", corner.in_picture));
            }
        }
    }
    for (i, keypoint) in unit.keypoints.iter().enumerate() {
        let place = format!("keypoints[{i}]");
        compare(&place, keypoint.px, project(keypoint.object_m), &mut problems);
        let is_inside = keypoint.px.is_some_and(|px| camera.contains(DVec2::from_array(px)));
        let at_border = keypoint.px.is_some_and(|px| is_at_border(px, camera));
        if is_inside == (keypoint.state == KeypointState::Outside) && !at_border {
            problems.add(place, format!("{} has state {:?} at {:?}", keypoint.name, keypoint.state, keypoint.px));
        }
    }
    if let Some(reading) = &unit.reading {
        check_reading(unit, reading, &project, &mut problems);
    }
    problems
}

fn check_reading(
    unit: &InstanceAnnotation,
    reading: &Reading,
    project: &impl Fn([f64; 3]) -> Option<DVec2>,
    problems: &mut Problems,
) {
    let front = &reading.front;
    let share = (front.amodal_px > 0).then(|| f64::from(front.visible_px) / f64::from(front.amodal_px));
    let fits = |visible: u32, amodal: u32| visible <= amodal && visible <= unit.visible_px && amodal <= unit.amodal_px;
    if !fits(front.visible_px, front.amodal_px) || front.visible_share != share {
        problems.add("reading.front", format!("{front:?} does not follow from its pixels"));
    }
    let codes = reading
        .bar_codes
        .iter()
        .enumerate()
        .map(|(i, code)| (format!("reading.bar_codes[{i}]"), &code.place, code.module_px, BAR_CODE_LEGIBLE_PX));
    let lines = reading.text.iter().enumerate();
    let lines = lines.map(|(i, line)| (format!("reading.text[{i}]"), &line.place, line.height_px, TEXT_LEGIBLE_PX));
    for (place, print, size_px, range) in codes.chain(lines) {
        let PrintPlace { quad, corners_m, visible_px, amodal_px, seen_share, legibility: found, .. } = print;
        for (i, (&px, &corner)) in quad.iter().zip(corners_m).enumerate() {
            compare(&format!("{place}.quad[{i}]"), Some(px), project(corner), problems);
        }
        if *visible_px == 0 || !fits(*visible_px, *amodal_px) {
            problems.add(&*place, format!("shows {visible_px} of {amodal_px} pixels"));
        }
        let expected = legibility(*seen_share, size_px, range);
        if !(0.0..=1.0).contains(seen_share) || (found - expected).abs() > 1e-9 {
            problems.add(place, format!("has the legibility {found}, and its numbers say {expected}"));
        }
    }
}

fn compare(place: &str, found: Option<[f64; 2]>, expected: Option<DVec2>, problems: &mut Problems) {
    let is_same = match (found, expected) {
        (Some(found), Some(expected)) => DVec2::from_array(found).distance(expected) < NEAR_PX,
        (None, None) => true,
        _ => false,
    };
    if !is_same {
        problems.add(place, format!("is at {found:?}, and its point is projected to {expected:?}"));
    }
}

/// So near to the border that rounding may have moved it over.
fn is_at_border([x, y]: [f64; 2], camera: &Camera) -> bool {
    let near = |at: f64, end: u32| at.abs() < NEAR_PX || (at - f64::from(end)).abs() < NEAR_PX;
    near(x, camera.width) || near(y, camera.height)
}
