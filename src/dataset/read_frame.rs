use ndarray::{Array3, Axis, s};

use super::layers_file::{self, layers_path};
use super::native::{flow_path, record_path};
use super::{Error, FrameRecord, Header, PixelEncoding, exr_file, plane_path, png_file};
use crate::annotate::Annotation;
use crate::annotate::geometry::Flow;
use crate::frame::{Frame, Plane, PlaneData};

/// A frame read back from the native files.
///
/// It holds what the files hold: planes that are stored as half floats are rounded, and there are no silhouettes outside of
/// the picture. Every other format is a function of this and of the scene, so whoever has the native files and the
/// recipe can make all formats from them, byte by byte.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadFrame {
    /// Content of `frames/N.json`.
    pub record: FrameRecord,
    /// The planes, and the depth layers.
    pub frame: Frame,
    /// Instances, shelf, occlusion graph and optical flow.
    pub annotation: Annotation,
}

impl Header {
    /// Reads a frame of a dataset with this header; `read` gives the content of a file by its path below the dataset's
    /// folder.
    ///
    /// # Errors
    /// Those of `read`, and files that are not what the header says; what they hold is not checked any further.
    pub fn read_frame(
        &self,
        index: u64,
        mut read: impl FnMut(&str) -> Result<Vec<u8>, Error>,
    ) -> Result<ReadFrame, Error> {
        let path = record_path(index);
        let record: FrameRecord =
            serde_json::from_slice(&read(&path)?).map_err(|error| Error::invalid(&path, "", error.to_string()))?;
        let size = (record.camera.width, record.camera.height);
        if !self.allows_size(size) {
            let message =
                format!("has {} x {} pixels, and the dataset {} x {}", size.0, size.1, self.width, self.height);
            return Err(Error::invalid(&path, "camera", message));
        }
        let mut frame = Frame { width: size.0, height: size.1, ..Frame::default() };
        for plane in self.planes() {
            let path = plane_path(plane, index);
            let data = decode(plane, &read(&path)?, size).map_err(|message| Error::invalid(&path, "", message))?;
            frame.planes.insert(plane, data);
        }
        if self.layers > 0 {
            let path = layers_path(index);
            let layers = layers_file::decode(&read(&path)?, size, self.layers);
            frame.layers = layers.map_err(|message| Error::invalid(&path, "", message))?;
        }
        let flow = (self.pictures > 1).then(|| {
            let path = flow_path(index);
            let values = exr_file::decode(&read(&path)?, size, 3);
            values.map(|values| flow_of(&values)).map_err(|message| Error::invalid(&path, "", message))
        });
        let annotation = Annotation {
            instances: record.instances.clone(),
            shelf: record.shelf.clone(),
            occlusion: record.occlusion.clone(),
            flow: flow.transpose()?,
        };
        Ok(ReadFrame { record, frame, annotation })
    }
}

fn decode(plane: Plane, file: &[u8], size: (u32, u32)) -> Result<PlaneData, String> {
    Ok(match PixelEncoding::of(plane) {
        PixelEncoding::Srgb8 => PlaneData::U8(png_file::decode_rgb(file, size)?),
        PixelEncoding::Uint16 => {
            let numbers = png_file::decode_grey16(file, size)?.insert_axis(Axis(2));
            if plane == Plane::Semantic { PlaneData::U16(numbers) } else { PlaneData::U32(numbers.mapv(u32::from)) }
        }
        PixelEncoding::Float32 | PixelEncoding::Float16 => {
            PlaneData::F32(exr_file::decode(file, size, plane.channels())?)
        }
    })
}

fn flow_of(values: &Array3<f32>) -> Flow {
    let state = values.index_axis(Axis(2), 2).mapv(|value| value as u8);
    Flow { displacement: values.slice(s![.., .., ..2]).to_owned(), state }
}
