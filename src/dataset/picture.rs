use std::fs;
use std::path::Path;

use image::{Rgb, RgbImage};
use ndarray::{Array2, Array3, Axis};
use serde::Deserialize;

use super::native::record_path;
use super::palette::{BACKGROUND, distinct, normal_color, viridis};
use super::{Error, Header, exr_file, plane_path, png_file};
use crate::frame::Plane;

/// The size of one frame; the rest of its record is not looked at.
#[derive(Debug, Deserialize)]
struct Sized {
    camera: Size,
}

#[derive(Debug, Deserialize)]
struct Size {
    width: u32,
    height: u32,
}

/// A picture that people can look at, of one plane of one frame of a finished dataset, as large as the frame.
///
/// Colour is itself. Numbers get a colour each, depth and distance go from bright (near) to dark over the units' range,
/// unit vectors and boxes from -1 … 1 and 0 … 1 to channels, linear light is encoded as sRGB. Nothing is dark grey.
///
/// # Errors
/// If the frame's files are missing or broken, or the dataset has no such plane.
pub fn picture_of(folder: &Path, header: &Header, index: u64, plane: Plane) -> Result<RgbImage, Error> {
    let path = folder.join(plane_path(plane, index));
    if !header.planes().contains(&plane) {
        return Err(Error::invalid(&path, "", format!("the dataset has no plane {plane}")));
    }
    let record = folder.join(record_path(index));
    let text = fs::read(&record).map_err(|source| Error::read(&record, source))?;
    let Sized { camera } =
        serde_json::from_slice(&text).map_err(|error| Error::invalid(&record, "", error.to_string()))?;
    let size = (camera.width, camera.height);
    let read = |plane: Plane| {
        let path = folder.join(plane_path(plane, index));
        fs::read(&path).map_err(|source| Error::read(&path, source))
    };
    let file = read(plane)?;
    let invalid = |message: String| Error::invalid(&path, "", message);
    let floats = |channels| exr_file::decode(&file, size, channels).map_err(invalid);
    Ok(match plane {
        Plane::Rgb => {
            let colors = png_file::decode_rgb(&file, size).map_err(invalid)?;
            paint(colors.dim().0, colors.dim().1, |y, x| rgb_at(&colors, y, x))
        }
        Plane::Instance => picture_of_ids(&png_file::decode_grey16(&file, size).map_err(invalid)?.map(|&id| id.into())),
        Plane::Semantic | Plane::Part => {
            let classes = png_file::decode_grey16(&file, size).map_err(invalid)?;
            paint(classes.dim().0, classes.dim().1, |y, x| distinct(classes[[y, x]].into()))
        }
        Plane::Depth | Plane::Distance => {
            let ids = if header.planes().contains(&Plane::Instance) {
                let ids = png_file::decode_grey16(&read(Plane::Instance)?, size).map_err(invalid)?;
                Some(ids.map(|&id| u32::from(id)))
            } else {
                None
            };
            picture_of_depth(&floats(1)?.index_axis_move(Axis(2), 0), ids.as_ref())
        }
        Plane::Normal => paint_floats(&floats(3)?, |v| normal_color([v[0], v[1], v[2]])),
        // A turn and its inverse share their colour's brightness; the axis decides the hue.
        Plane::Rotation => paint_floats(&floats(4)?, |v| {
            if v.iter().all(|&part| part == 0.0) { BACKGROUND } else { [0, 1, 2].map(|i| byte(v[i] * 0.5 + 0.5)) }
        }),
        Plane::Coords => paint_floats(&floats(3)?, |v| {
            if v.iter().all(|&part| part == 0.0) { BACKGROUND } else { [0, 1, 2].map(|i| byte(v[i])) }
        }),
        Plane::Uv => paint_floats(&floats(2)?, |v| [byte(v[0].rem_euclid(1.0)), byte(v[1].rem_euclid(1.0)), 96]),
        Plane::Albedo | Plane::Radiance => paint_floats(&floats(3)?, |v| [0, 1, 2].map(|i| byte(srgb(v[i])))),
    })
}

fn paint_floats(plane: &Array3<f32>, color: impl Fn(&[f32]) -> [u8; 3]) -> RgbImage {
    let (height, width, channels) = plane.dim();
    paint(height, width, |y, x| {
        let mut values = [0.0; 4];
        for (channel, value) in values.iter_mut().take(channels).enumerate() {
            *value = plane[[y, x, channel]];
        }
        color(&values[..channels])
    })
}

/// A share of 1 as a byte; what is no number becomes 0.
fn byte(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// IEC 61966-2-1.
fn srgb(linear: f32) -> f32 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

pub(super) fn paint(height: usize, width: usize, color: impl Fn(usize, usize) -> [u8; 3]) -> RgbImage {
    RgbImage::from_fn(width as u32, height as u32, |x, y| Rgb(color(y as usize, x as usize)))
}

pub(super) fn rgb_at(plane: &Array3<u8>, y: usize, x: usize) -> [u8; 3] {
    [plane[[y, x, 0]], plane[[y, x, 1]], plane[[y, x, 2]]]
}

/// A colour per unit, darker along its border.
pub(super) fn picture_of_ids(plane: &Array2<u32>) -> RgbImage {
    let (height, width) = plane.dim();
    paint(height, width, |y, x| {
        let id = plane[[y, x]];
        let is_border = (x + 1 < width && plane[[y, x + 1]] != id) || (y + 1 < height && plane[[y + 1, x]] != id);
        let color = distinct(id);
        if is_border && id != 0 { color.map(|channel| (u16::from(channel) * 6 / 10) as u8) } else { color }
    })
}

/// Near is bright. The scale spans the depths of the units, where their numbers are there, without the nearest and the
/// farthest hundredth: neither a stray pixel nor the ceiling flattens the rest.
pub(super) fn picture_of_depth(plane: &Array2<f32>, ids: Option<&Array2<u32>>) -> RgbImage {
    let counts = |at: (usize, usize)| ids.is_none_or(|ids| ids.get(at).is_some_and(|&id| id > 0));
    let measured = |at, depth: &f32| (depth.is_finite() && counts(at)).then_some(*depth);
    let mut depths: Vec<f32> = plane.indexed_iter().filter_map(|(at, depth)| measured(at, depth)).collect();
    depths.sort_unstable_by(f32::total_cmp);
    let at = |share: usize| depths.get((depths.len() * share / 100).min(depths.len().saturating_sub(1)));
    let (near, far) = at(1).zip(at(99)).map_or((0.0, 1.0), |(&near, &far)| (near, far));
    let range = (far - near).max(1e-6);
    paint(plane.dim().0, plane.dim().1, |y, x| match plane[[y, x]] {
        depth if depth.is_finite() => viridis(1.0 - (depth - near) / range),
        _ => BACKGROUND,
    })
}
