use std::io::BufRead;

use ndarray::{Array2, Axis};

use super::exr_file::{self, channel_names};
use super::layers_file::{self, layers_path};
use super::lists;
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, png_file};
use crate::frame::{Frame, Plane, PlaneData};

/// Our own layout: one picture per plane and one JSON per frame.
#[derive(Debug, Clone, Copy, Default)]
pub struct Native;

/// How the values of a plane are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelEncoding {
    /// PNG, 8 bits a channel, sRGB.
    Srgb8,
    /// PNG, 16-bit grey: whole numbers.
    Uint16,
    /// OpenEXR, 32-bit float: the very bits of the render.
    Float32,
    /// OpenEXR, 16-bit float: rounded to 11 significant bits.
    Float16,
}

impl PixelEncoding {
    /// Encoding of a plane.
    ///
    /// Depth, distance and rotation are measurements and keep every bit; so do coords and uv, because a half float would
    /// move a correspondence on a 4096-texel label by up to a texel. Normals (error below 0.02°) and albedo (made from
    /// 8-bit textures) lose nothing that their source had, and are the planes that compress worst.
    #[must_use]
    pub fn of(plane: Plane) -> Self {
        match plane {
            Plane::Rgb => Self::Srgb8,
            Plane::Instance | Plane::Semantic | Plane::Part => Self::Uint16,
            Plane::Depth | Plane::Distance | Plane::Rotation | Plane::Coords | Plane::Uv | Plane::Radiance => {
                Self::Float32
            }
            Plane::Normal | Plane::Albedo => Self::Float16,
        }
    }

    /// Name in `dataset.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Srgb8 => "uint8 srgb",
            Self::Uint16 => "uint16",
            Self::Float32 => "float32",
            Self::Float16 => "float16",
        }
    }

    /// File name extension.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Srgb8 | Self::Uint16 => "png",
            Self::Float32 | Self::Float16 => "exr",
        }
    }

    /// Channel names in the file.
    #[must_use]
    pub fn channels(self, plane: Plane) -> &'static [&'static str] {
        channel_names(plane.channels())
    }
}

/// A frame's number as it stands in file names: at least six digits, and more where they are needed.
#[must_use]
pub fn frame_name(index: u64) -> String {
    format!("{index:06}")
}

/// Path of a plane's file below the dataset's folder.
#[must_use]
pub fn plane_path(plane: Plane, index: u64) -> String {
    format!("{plane}/{}.{}", frame_name(index), PixelEncoding::of(plane).extension())
}

/// Path of a frame's optical flow below the dataset's folder.
pub(super) fn flow_path(index: u64) -> String {
    format!("flow/{}.exr", frame_name(index))
}

/// Path of a frame's JSON below the dataset's folder.
#[must_use]
pub(crate) fn record_path(index: u64) -> String {
    format!("frames/{}.json", frame_name(index))
}

impl Header {
    /// Paths of the native files of a frame: the record, the planes, layers and flow.
    #[must_use]
    pub fn frame_paths(&self, index: u64) -> Vec<String> {
        Native.frame_files(self, index)
    }
}

impl Format for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let units = sample.scene.units.len();
        if header.planes().contains(&Plane::Instance) && units > usize::from(u16::MAX) {
            let message = format!("{units} units do not fit the 65535 numbers of the instance plane's PNG");
            return Err(Error::Sample { frame, message });
        }
        let mut files = vec![(record_path(frame), encodings.record()?.to_vec())];
        for plane in header.planes() {
            files.push((plane_path(plane, frame), encodings.plane(plane)?));
        }
        if header.layers > 0 {
            files.push((layers_path(frame), encode_layers(frame, sample.frame, header.layers)?));
        }
        if header.pictures > 1 {
            files.push((flow_path(frame), encode_flow(sample)?));
        }
        Ok(Encoded { files, rows: Vec::new() })
    }

    /// Lists the frames of every part.
    fn finish(&self, header: &Header, _: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        if header.export.splits.is_none() {
            return Ok(Vec::new());
        }
        lists::frame_lists(header, folder, |part| format!("splits/{part}.txt"))
    }

    fn frame_files(&self, header: &Header, index: u64) -> Vec<String> {
        let planes = header.planes().into_iter().map(|plane| plane_path(plane, index));
        let layers = (header.layers > 0).then(|| layers_path(index));
        let flow = (header.pictures > 1).then(|| flow_path(index));
        std::iter::once(record_path(index)).chain(planes).chain(layers).chain(flow).collect()
    }

    fn dataset_files(&self, header: &Header) -> Vec<String> {
        let splits = header.export.splits.iter().flat_map(|splits| &splits.parts);
        splits.map(|part| format!("splits/{}.txt", part.name)).collect()
    }
}

/// The optical flow `[row, column, 3]`: displacement to the right and down, and state.
fn encode_flow(sample: &Sample<'_>) -> Result<Vec<u8>, Error> {
    let refuse = |message: String| Error::Sample { frame: sample.index, message };
    let flow = sample.annotation.flow.as_ref();
    let flow =
        flow.ok_or_else(|| refuse("has no optical flow, and scenes of the dataset have several pictures".into()))?;
    let state = flow.state.map(|&state| f32::from(state)).insert_axis(Axis(2));
    let values = ndarray::concatenate(Axis(2), &[flow.displacement.view(), state.view()]);
    let values = values.map_err(|error| refuse(format!("has an optical flow of two sizes: {error}")))?;
    exr_file::encode(values.view(), false).map_err(|error| refuse(error.to_string()))
}

fn encode_layers(frame: u64, rendered: &Frame, count: u32) -> Result<Vec<u8>, Error> {
    let refuse = |message: String| Error::Sample { frame, message };
    let layers = &rendered.layers;
    if layers.len() != count as usize {
        return Err(refuse(format!("has {} depth layers, and the dataset {count}", layers.len())));
    }
    let size = (rendered.height as usize, rendered.width as usize);
    if let Some(layer) = layers.iter().find(|layer| layer.depth.dim() != size || layer.instance.dim() != size) {
        return Err(refuse(format!("a depth layer has the rows and columns {:?}, not {size:?}", layer.depth.dim())));
    }
    layers_file::encode(layers).map_err(|error| refuse(format!("depth layers: {error}")))
}

pub(super) fn encode_plane(frame: u64, planes: &Frame, plane: Plane) -> Result<Vec<u8>, Error> {
    let pixels = planes.planes.get(&plane).ok_or(Error::MissingPlane { frame, plane })?;
    let encode_error = |message: String| Error::Encode { frame, plane, message };
    let size = (planes.height as usize, planes.width as usize, plane.channels());
    let found = match pixels {
        PlaneData::U8(pixels) => pixels.dim(),
        PlaneData::U16(pixels) => pixels.dim(),
        PlaneData::U32(pixels) => pixels.dim(),
        PlaneData::F32(pixels) => pixels.dim(),
    };
    if found != size {
        return Err(encode_error(format!("its rows, columns and channels are {found:?}, not {size:?}")));
    }
    match (PixelEncoding::of(plane), pixels) {
        (PixelEncoding::Srgb8, PlaneData::U8(pixels)) => {
            png_file::encode_rgb(pixels.view()).map_err(|error| encode_error(error.to_string()))
        }
        (PixelEncoding::Uint16, PlaneData::U16(_) | PlaneData::U32(_)) => {
            let numbers = numbers16(pixels).map_err(encode_error)?;
            let numbers = Array2::from_shape_vec((size.0, size.1), numbers).expect("the plane has one channel");
            png_file::encode_grey16(numbers.view()).map_err(|error| encode_error(error.to_string()))
        }
        (encoding @ (PixelEncoding::Float32 | PixelEncoding::Float16), PlaneData::F32(pixels)) => {
            exr_file::encode(pixels.view(), encoding == PixelEncoding::Float16)
                .map_err(|error| encode_error(error.to_string()))
        }
        _ => Err(encode_error("its pixels have the wrong type".to_owned())),
    }
}

/// Numbers that fit 16 bits, row by row; an error names the first that does not.
fn numbers16(pixels: &PlaneData) -> Result<Vec<u16>, String> {
    let narrow = |&id: &u32| u16::try_from(id).map_err(|_| format!("number {id} does not fit the 16 bits of a PNG"));
    match pixels {
        PlaneData::U16(pixels) => Ok(pixels.iter().copied().collect()),
        PlaneData::U32(pixels) => pixels.iter().map(narrow).collect(),
        PlaneData::U8(_) | PlaneData::F32(_) => Err("its pixels are no whole numbers of 16 or 32 bits".to_owned()),
    }
}
