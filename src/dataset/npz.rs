use std::io::{BufRead, Cursor, Write};

use half::f16;
use ndarray::Array3;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::native::frame_name;
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, PixelEncoding, Sample};
use crate::annotate::{InstanceAnnotation, PixelBox};
use crate::frame::PlaneData;

/// NumPy: `npz/PART/N.npz`, an archive of arrays with every plane in its own type and every unit of the native record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Npz;

fn path(header: &Header, index: u64) -> String {
    format!("npz/{}/{}.npz", header.part_name(index), frame_name(index))
}

impl Format for Npz {
    fn name(&self) -> &'static str {
        "npz"
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, _: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let refuse = |message: String| Error::Sample { frame, message };
        let mut archive = Archive { zip: ZipWriter::new(Cursor::new(Vec::new())) };
        let failed = |error: zip::result::ZipError| refuse(format!("cannot be put into a zip file: {error}"));
        for plane in header.planes() {
            let pixels = sample.frame.planes.get(&plane).ok_or(Error::MissingPlane { frame, plane })?;
            let array = match pixels {
                PlaneData::U8(pixels) => plane_array(pixels, "|u1", |&value| [value]),
                PlaneData::U16(pixels) => plane_array(pixels, "<u2", |value| value.to_le_bytes()),
                PlaneData::U32(pixels) => plane_array(pixels, "<u4", |value| value.to_le_bytes()),
                // No more digits than the native file has, so that either can be made from the other.
                PlaneData::F32(pixels) if PixelEncoding::of(plane) == PixelEncoding::Float16 => {
                    plane_array(pixels, "<f2", |&value| f16::from_f32(value).to_le_bytes())
                }
                PlaneData::F32(pixels) => plane_array(pixels, "<f4", |value| value.to_le_bytes()),
            };
            archive.add(plane.name(), &array).map_err(failed)?;
        }
        for (name, array) in camera(sample).into_iter().chain(units(header, &sample.annotation.instances)) {
            archive.add(name, &array).map_err(failed)?;
        }
        let file = archive.zip.finish().map_err(failed)?.into_inner();
        Ok(Encoded { files: vec![(path(header, frame), file)], rows: Vec::new() })
    }

    fn finish(&self, _: &Header, _: &mut dyn BufRead, _: &Folder) -> Result<Vec<FileRecord>, Error> {
        Ok(Vec::new())
    }

    fn frame_files(&self, header: &Header, index: u64) -> Vec<String> {
        vec![path(header, index)]
    }

    fn dataset_files(&self, _: &Header) -> Vec<String> {
        Vec::new()
    }
}

struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
}

impl Archive {
    fn add(&mut self, name: &str, array: &[u8]) -> Result<(), zip::result::ZipError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(zip::DateTime::default());
        self.zip.start_file(format!("{name}.npy"), options)?;
        Ok(self.zip.write_all(array)?)
    }
}

/// An `.npy` file, version 1.0: `kind` is NumPy's name of the type, `content` the values in C order.
fn npy(kind: &str, shape: &[usize], content: &[u8]) -> Vec<u8> {
    let sides: Vec<String> = shape.iter().map(|side| format!("{side},")).collect();
    let head = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}), }}", sides.join(" "));
    // Magic, version, length of the head, head, and spaces up to a multiple of 64 bytes.
    let padded = (10 + head.len() + 1).next_multiple_of(64) - 10;
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((padded as u16).to_le_bytes());
    file.extend(format!("{head:width$}\n", width = padded - 1).into_bytes());
    file.extend(content);
    file
}

/// A plane; those with one channel have no third side.
fn plane_array<T, const N: usize>(pixels: &Array3<T>, kind: &str, bytes: impl Fn(&T) -> [u8; N]) -> Vec<u8> {
    let (rows, columns, channels) = pixels.dim();
    let shape = [rows, columns, channels];
    let content: Vec<u8> = pixels.iter().flat_map(bytes).collect();
    npy(kind, if channels == 1 { &shape[..2] } else { &shape }, &content)
}

fn floats(shape: &[usize], values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    npy("<f8", shape, &values.into_iter().flat_map(f64::to_le_bytes).collect::<Vec<_>>())
}

fn camera(sample: &Sample<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let camera = &sample.scene.camera;
    let matrix = [camera.fx, 0.0, camera.cx, 0.0, camera.fy, camera.cy, 0.0, 0.0, 1.0];
    let distortion = camera.distortion;
    let distortion = [distortion.k1, distortion.k2, distortion.p1, distortion.p2, distortion.k3];
    vec![
        ("camera_matrix", floats(&[3, 3], matrix)),
        ("distortion", floats(&[5], distortion)),
        ("world_from_camera", floats(&[4, 4], camera.world_from_camera.transpose().to_cols_array())),
    ]
}

/// One array per field of the native record, and the labels of the formats for others.
fn units(header: &Header, units: &[InstanceAnnotation]) -> Vec<(&'static str, Vec<u8>)> {
    let n = units.len();
    let whole = |value: fn(&InstanceAnnotation) -> u64| {
        npy("<u8", &[n], &units.iter().flat_map(|unit| value(unit).to_le_bytes()).collect::<Vec<_>>())
    };
    let flags = |value: &dyn Fn(&InstanceAnnotation) -> bool| {
        npy("|b1", &[n], &units.iter().map(|unit| u8::from(value(unit))).collect::<Vec<_>>())
    };
    let many = |sides: &[usize], value: &dyn Fn(&InstanceAnnotation) -> Vec<f64>| {
        let shape: Vec<usize> = [&[n], sides].concat();
        floats(&shape, units.iter().flat_map(value))
    };
    let boxes = |value: fn(&InstanceAnnotation) -> Option<PixelBox>| {
        let corners = units.iter().flat_map(|unit| value(unit).map_or([0; 4], <[u32; 4]>::from));
        npy("<u4", &[n, 4], &corners.flat_map(u32::to_le_bytes).collect::<Vec<_>>())
    };
    let texts = |value: &dyn Fn(&InstanceAnnotation) -> String| {
        let texts: Vec<Vec<char>> = units.iter().map(|unit| value(unit).chars().collect()).collect();
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let padded = texts.iter().flat_map(|text| {
            text.iter().copied().chain(std::iter::repeat('\0')).take(longest).flat_map(|c| u32::from(c).to_le_bytes())
        });
        npy(&format!("<U{longest}"), &[n], &padded.collect::<Vec<_>>())
    };
    vec![
        ("id", whole(|unit| unit.id.into())),
        ("gtin", texts(&|unit| unit.gtin.map(String::from).unwrap_or_default())),
        ("sku", texts(&|unit| unit.sku.clone().unwrap_or_default())),
        ("brand", texts(&|unit| unit.brand.clone().unwrap_or_default())),
        ("name", texts(&|unit| unit.name.clone())),
        ("category", texts(&|unit| unit.category.clone())),
        ("category_id", whole(|unit| unit.category_id.into())),
        ("is_labelled", flags(&|unit| header.is_labelled(unit))),
        ("label", texts(&|unit| header.label_of(unit).map_or(String::new(), |class| class.name.to_owned()))),
        ("visible_px", whole(|unit| unit.visible_px.into())),
        ("amodal_px", whole(|unit| unit.amodal_px.into())),
        ("silhouette_px", whole(|unit| unit.silhouette_px)),
        ("visibility", many(&[], &|unit| vec![unit.visibility.unwrap_or(f64::NAN)])),
        ("truncated", flags(&|unit| unit.truncated)),
        ("bbox_visible", boxes(|unit| unit.bbox_visible)),
        ("bbox_amodal", boxes(|unit| unit.bbox_amodal)),
        ("mask_amodal_counts", texts(&|unit| unit.mask_amodal.counts())),
        ("world_from_object", many(&[4, 4], &|unit| unit.world_from_object.as_flattened().to_vec())),
        ("size_m", many(&[3], &|unit| unit.size_m.to_vec())),
        ("camera_from_object_quaternion", many(&[4], &|unit| unit.camera_from_object_quaternion.to_vec())),
        (
            "yaw_pitch_roll_deg",
            many(&[3], &|unit| {
                let angles = unit.yaw_pitch_roll_deg;
                vec![angles.yaw, angles.pitch, angles.roll]
            }),
        ),
    ]
}
