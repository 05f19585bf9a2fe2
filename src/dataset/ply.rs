use std::io::{BufRead, Write};

use glam::DVec2;

use super::native::frame_name;
use super::{Encoded, Error, FileRecord, Folder, Format, Header, Sample};
use crate::frame::Plane;

/// Point clouds: `points/N.ply`, one coloured point in world coordinates for each pixel that shows a surface.
///
/// Binary little-endian PLY. A point lies where the ray through its pixel's centre meets the first surface, so the cloud
/// is as exact as the depth plane; its colour is that of the pixel. Needs the planes `rgb`, `instance` and `depth`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ply;

/// Bytes of one point: three floats, three bytes of colour, and the number of the unit.
const POINT: usize = 3 * 4 + 3 + 4;

fn path(index: u64) -> String {
    format!("points/{}.ply", frame_name(index))
}

impl Format for Ply {
    fn name(&self) -> &'static str {
        "ply"
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Rgb, Plane::Instance, Plane::Depth]
    }

    fn encode(&self, _: &Header, sample: &Sample<'_>) -> Result<Encoded, Error> {
        let file = points(sample)?;
        Ok(Encoded { files: vec![(path(sample.index), file)], rows: Vec::new() })
    }

    fn finish(&self, _: &Header, _: &mut dyn BufRead, _: &Folder) -> Result<Vec<FileRecord>, Error> {
        Ok(Vec::new())
    }

    fn frame_files(&self, _: &Header, index: u64) -> Vec<String> {
        vec![path(index)]
    }

    fn dataset_files(&self) -> Vec<String> {
        Vec::new()
    }
}

fn points(sample: &Sample<'_>) -> Result<Vec<u8>, Error> {
    let missing = |plane| Error::MissingPlane { frame: sample.index, plane };
    let depth = sample.frame.depth().ok_or(missing(Plane::Depth))?;
    let rgb = sample.frame.rgb().ok_or(missing(Plane::Rgb))?;
    let instance = sample.frame.instance().ok_or(missing(Plane::Instance))?;
    let size = depth.dim();
    if (instance.dim(), rgb.dim()) != (size, (size.0, size.1, 3)) {
        let message = format!("its planes have {size:?}, {:?} and {:?} pixels", instance.dim(), rgb.dim());
        return Err(Error::Sample { frame: sample.index, message });
    }
    let camera = &sample.scene.camera;
    let (mut points, mut count) = (Vec::with_capacity(size.0 * size.1 * POINT), 0_usize);
    for ((y, x), &depth) in depth.indexed_iter().filter(|(_, depth)| depth.is_finite()) {
        let ray = camera.unproject(DVec2::new(x as f64 + 0.5, y as f64 + 0.5));
        let Some(ray) = ray else { continue };
        let point = camera.world_from_camera.transform_point3(ray * f64::from(depth)).as_vec3();
        points.extend(point.to_array().into_iter().flat_map(f32::to_le_bytes));
        points.extend((0..3).map(|channel| rgb[[y, x, channel]]));
        points.extend(instance[[y, x]].to_le_bytes());
        count += 1;
    }
    let mut file = Vec::with_capacity(points.len() + 400);
    write!(
        file,
        "ply\nformat binary_little_endian 1.0\ncomment world coordinates, metres, y up; instance 0 is no unit\n\
         element vertex {count}\nproperty float x\nproperty float y\nproperty float z\nproperty uchar red\n\
         property uchar green\nproperty uchar blue\nproperty uint instance\nend_header\n"
    )
    .expect("memory accepts all bytes");
    file.extend(points);
    Ok(file)
}
