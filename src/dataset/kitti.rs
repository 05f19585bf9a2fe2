use std::fmt::Write as _;
use std::io::BufRead;

use glam::{DMat3, DVec3};

use super::native::frame_name;
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, lists};
use crate::annotate::InstanceAnnotation;
use crate::catalog::Model;
use crate::frame::Plane;
use crate::geometry::{Camera, Distortion};
use crate::scene::Unit;

/// KITTI object detection: `kitti/training/{image_2,label_2,calib}` and `kitti/ImageSets`.
///
/// KITTI's boxes in space stand upright before a camera that is not tilted. A unit that is turned otherwise has the
/// values that KITTI defines for "unknown", not those of a box that it is not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kitti;

/// How far the vertical axis of a unit may be from the camera's to count as the same, radians.
const UPRIGHT: f64 = 1e-6;
/// Less than this share of a silhouette visible is "largely occluded".
const LARGELY: f64 = 0.5;

fn paths(index: u64) -> [String; 3] {
    let name = frame_name(index);
    ["image_2/N.png", "label_2/N.txt", "calib/N.txt"].map(|path| format!("kitti/training/{}", path.replace('N', &name)))
}

fn list_path(part: &str) -> String {
    format!("kitti/ImageSets/{part}.txt")
}

impl Format for Kitti {
    fn name(&self) -> &'static str {
        "kitti"
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Rgb]
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let mut labels = String::new();
        for (unit, class) in header.labelled(frame, &sample.annotation.instances)? {
            let Some(bounds) = unit.bbox_visible else { continue };
            if class.name.is_empty() || class.name.contains(char::is_whitespace) {
                let message = format!("KITTI separates values by spaces and cannot hold the class {:?}", class.name);
                return Err(Error::Sample { frame, message });
            }
            let truncated = 1.0 - f64::from(unit.amodal_px) / unit.silhouette_px as f64;
            let occluded = match unit.visibility {
                Some(share) if share < LARGELY => 2,
                _ if unit.visible_px < unit.amodal_px => 1,
                _ => 0,
            };
            // KITTI's corners are the numbers of the first and the last pixel.
            let corners =
                [bounds.x, bounds.y, bounds.x + bounds.width - 1, bounds.y + bounds.height - 1].map(f64::from);
            let in_space = sample
                .scene
                .units
                .get(unit.id as usize - 1)
                .and_then(|placed| upright(&sample.scene.camera, placed, unit));
            // Unknown: angles of -10, sides of -1, places of -1000.
            let [alpha, rest @ ..] = in_space.unwrap_or([-10.0, -1.0, -1.0, -1.0, -1000.0, -1000.0, -1000.0, -10.0]);
            write!(labels, "{} {truncated} {occluded} {alpha}", class.name).expect("a text has room");
            corners.iter().chain(&rest).for_each(|value| write!(labels, " {value}").expect("a text has room"));
            labels.push('\n');
        }
        let [image, label, calibration] = paths(frame);
        let files = vec![
            (image, encodings.plane(Plane::Rgb)?),
            (label, labels.into_bytes()),
            (calibration, calib(&sample.scene.camera).into_bytes()),
        ];
        Ok(Encoded { files, rows: Vec::new() })
    }

    fn finish(&self, header: &Header, _: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        lists::frame_lists(header, folder, list_path)
    }

    fn frame_files(&self, _: &Header, index: u64) -> Vec<String> {
        paths(index).into()
    }

    fn dataset_files(&self, header: &Header) -> Vec<String> {
        header.part_names().into_iter().map(list_path).collect()
    }
}

/// alpha, then height, width, length, x, y, z of the middle of the base in camera space, and the turn about its y axis;
/// none if the unit does not stand upright before the camera.
fn upright(camera: &Camera, placed: &Unit, unit: &InstanceAnnotation) -> Option<[f64; 8]> {
    let camera_from_object = camera.camera_from_world() * glam::DMat4::from(placed.world_from_object);
    let axes = DMat3::from_mat4(camera_from_object);
    let (across, up, towards) = (axes.x_axis.normalize(), axes.y_axis.normalize(), axes.z_axis.normalize());
    if up.cross(DVec3::Y).length() > UPRIGHT || up.y > 0.0 || across.cross(up).dot(towards) < 0.0 {
        return None;
    }
    let Model { bounds, .. } = &*placed.look.model;
    let (low, high) = (bounds.min, bounds.max);
    let base = DVec3::new((low.x + high.x) / 2.0, low.y, (low.z + high.z) / 2.0);
    let at = camera_from_object.transform_point3(base);
    // KITTI's object looks along its x axis, which lies along the camera's x axis when the turn is 0: ours looks
    // along +z. A positive turn is clockwise seen from above, from the camera's x axis away from its z axis.
    let turn = libm::atan2(-towards.z, towards.x);
    let alpha = turn - libm::atan2(at.x, at.z);
    let wrapped = |angle: f64| {
        let full = std::f64::consts::TAU;
        angle - full * libm::floor((angle + std::f64::consts::PI) / full)
    };
    let [width, height, depth] = unit.size_m;
    Some([wrapped(alpha), height, width, depth, at.x, at.y, at.z, turn])
}

/// One camera stands for all four. There is no laser and no inertial unit: their transforms are identities.
fn calib(camera: &Camera) -> String {
    let &Camera { fx, fy, cx, cy, distortion: Distortion { k1, k2, p1, p2, k3 }, .. } = camera;
    // KITTI's first pixel has its middle at 0.
    let (cx, cy) = (cx - 0.5, cy - 0.5);
    let mut text = String::new();
    for i in 0..4 {
        text += &format!("P{i}: {fx} 0 {cx} 0 0 {fy} {cy} 0 0 0 1 0\n");
    }
    text += "R0_rect: 1 0 0 0 1 0 0 0 1\n";
    for name in ["Tr_velo_to_cam", "Tr_imu_to_velo"] {
        text += &format!("{name}: 1 0 0 0 0 1 0 0 0 0 1 0\n");
    }
    if camera.distortion != Distortion::default() {
        text += &format!("D2: {k1} {k2} {p1} {p2} {k3}\n");
    }
    text
}
