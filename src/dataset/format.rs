use std::io::BufRead;
use std::sync::Arc;

use super::{Encodings, Error, FileRecord, Folder, Header, Shard};
use super::{bop, coco, kitti, native, npz, panoptic, ply, sku110k, voc, webdataset, yolo};
use crate::annotate::Annotation;
use crate::frame::{Frame, Plane};
use crate::scene::Scene;

/// One frame with all its truth, ready to be written.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Number of the frame in the dataset.
    pub index: u64,
    /// What was rendered.
    pub scene: &'a Scene,
    /// What the render gave.
    pub frame: &'a Frame,
    /// What is true about it.
    pub annotation: &'a Annotation,
}

/// What a format makes of one sample.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoded {
    /// Finished files: path below the dataset's folder, with `/` between its parts, and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// Bytes for files that span several frames. They wait on disk, in frame order, until [`Format::finish_shard`] or
    /// [`Format::finish`]: memory does not grow with the number of frames.
    pub rows: Vec<u8>,
}

/// A way to spell a dataset in files.
///
/// The same value serves many threads and any order of samples, so it keeps no state between them: what a file needs
/// from several frames travels in [`Encoded::rows`].
pub trait Format: Send + Sync {
    /// Name on the command line and in `dataset.json`: lower-case letters and digits.
    fn name(&self) -> &'static str;

    /// Planes that frames must have for this format, whether the dataset lists them or not.
    fn needs(&self) -> &'static [Plane] {
        &[]
    }

    /// Encodes one sample. Pure: equal samples give equal bytes. What several formats hold is in `encodings`.
    ///
    /// # Errors
    /// If the format cannot hold the sample; nothing is narrowed silently.
    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error>;

    /// Paths of files that this sample needs and may share with others, such as the model of a product.
    ///
    /// # Errors
    /// Those of [`Format::encode`].
    fn shared_files(&self, _: &Header, _: &Sample<'_>) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    /// Content of one of [`Format::shared_files`]: the same whichever sample it is made from, and asked for only where
    /// the file is not there yet. [`Format::finish`] lists these files.
    ///
    /// # Errors
    /// Those of [`Format::encode`].
    fn encode_shared(&self, _: &Header, _: &Sample<'_>, _path: &str) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }

    /// True if the rows are for [`Format::finish_shard`], not for [`Format::finish`].
    fn is_sharded(&self) -> bool {
        false
    }

    /// True if the format needs the list of the catalogue's products in the header.
    fn numbers_products(&self) -> bool {
        false
    }

    /// Writes the files of a shard, from the rows of its frames in order, as soon as the last of them is there.
    ///
    /// # Errors
    /// If a file cannot be written, or the rows cannot be read.
    fn finish_shard(
        &self,
        _: &Header,
        _: &Shard,
        _rows: &mut dyn BufRead,
        _: &Folder,
    ) -> Result<Vec<FileRecord>, Error> {
        Ok(Vec::new())
    }

    /// Writes the files that span all frames, from the rows of all samples in frame order; there are none if the format
    /// is sharded.
    ///
    /// # Errors
    /// If a file cannot be written, or the rows cannot be read.
    fn finish(&self, header: &Header, rows: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error>;

    /// Paths of the files that [`Format::encode`] makes of the frame with this number, for `check`. Where their number
    /// depends on the frame, those that it always makes: the others are those that [`Format::may_have`].
    fn frame_files(&self, header: &Header, index: u64) -> Vec<String>;

    /// Paths of the files that [`Format::finish_shard`] makes, for `check`.
    fn shard_files(&self, _: &Header, _: &Shard) -> Vec<String> {
        Vec::new()
    }

    /// Paths of the files that [`Format::finish`] always makes, for `check`.
    fn dataset_files(&self, header: &Header) -> Vec<String>;

    /// True for files that some frames call for and others do not, for `check`.
    fn may_have(&self, _: &Header, _path: &str) -> bool {
        false
    }
}

/// All formats, `native` first.
#[must_use]
pub fn all_formats() -> Vec<Arc<dyn Format>> {
    vec![
        Arc::new(native::Native),
        Arc::new(coco::Coco),
        Arc::new(panoptic::Panoptic),
        Arc::new(yolo::Yolo::Detect),
        Arc::new(yolo::Yolo::Segment),
        Arc::new(yolo::Yolo::Oriented),
        Arc::new(yolo::Yolo::Pose),
        Arc::new(voc::Voc),
        Arc::new(kitti::Kitti),
        Arc::new(bop::Bop),
        Arc::new(sku110k::Sku110k),
        Arc::new(webdataset::WebDataset),
        #[cfg(feature = "parquet")]
        Arc::new(super::parquet::Parquet),
        Arc::new(npz::Npz),
        Arc::new(ply::Ply),
    ]
}

/// The format of this name.
#[must_use]
pub fn format_by_name(name: &str) -> Option<Arc<dyn Format>> {
    all_formats().into_iter().find(|format| format.name() == name)
}

/// The formats of these names, each once, `native` always first; `all` stands for all of them.
///
/// # Errors
/// The first name that is no format.
pub fn formats_by_name<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Vec<Arc<dyn Format>>, String> {
    let mut formats: Vec<Arc<dyn Format>> = vec![Arc::new(native::Native)];
    for name in names {
        let named = match name {
            "all" => all_formats(),
            _ => vec![format_by_name(name).ok_or_else(|| name.to_owned())?],
        };
        for format in named {
            if formats.iter().all(|known| known.name() != format.name()) {
                formats.push(format);
            }
        }
    }
    Ok(formats)
}

/// The planes to render so that these can be written in these formats, in the order of [`Plane::ALL`]: those, what the
/// formats are made from, and [`Plane::COUNTED`], in which truth is counted.
#[must_use]
pub fn planes_to_render(formats: &[Arc<dyn Format>], written: &[Plane]) -> Vec<Plane> {
    let is_needed = |plane: &Plane| formats.iter().any(|format| format.needs().contains(plane));
    let is_rendered = |plane: &Plane| Plane::COUNTED.contains(plane) || written.contains(plane) || is_needed(plane);
    Plane::ALL.into_iter().filter(is_rendered).collect()
}
