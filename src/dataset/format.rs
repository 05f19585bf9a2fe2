use std::io::BufRead;
use std::sync::Arc;

use super::{Coco, Error, FileRecord, Folder, Header, Native, Ply};
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
    /// Lines, each ended by `\n`, for a file that spans all frames. They wait on disk, in frame order, until
    /// [`Format::finish`]: memory does not grow with the number of frames.
    pub rows: Vec<u8>,
}

/// A way to spell a dataset in files.
///
/// The same value serves many threads and any order of samples, so it keeps no state between them: what a file needs
/// from all frames travels in [`Encoded::rows`].
pub trait Format: Send + Sync {
    /// Name on the command line and in `dataset.json`: lower-case letters and digits.
    fn name(&self) -> &'static str;

    /// Planes that it needs of every frame, whether they are written or not.
    fn needs(&self) -> &'static [Plane] {
        &[]
    }

    /// Encodes one sample. Pure: equal samples give equal bytes.
    ///
    /// # Errors
    /// If the format cannot hold the sample; nothing is narrowed silently.
    fn encode(&self, header: &Header, sample: &Sample<'_>) -> Result<Encoded, Error>;

    /// Writes the files that span all frames, from the rows of all samples in frame order.
    ///
    /// # Errors
    /// If a file cannot be written, or the rows cannot be read.
    fn finish(&self, header: &Header, rows: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error>;

    /// Paths of the files that [`Format::encode`] makes of the frame with this number, for `check`.
    fn frame_files(&self, header: &Header, index: u64) -> Vec<String>;

    /// Paths of the files that [`Format::finish`] makes, for `check`.
    fn dataset_files(&self) -> Vec<String>;
}

/// The format of this name: `native`, `coco` or `ply`.
#[must_use]
pub fn format_by_name(name: &str) -> Option<Arc<dyn Format>> {
    let formats: [Arc<dyn Format>; 3] = [Arc::new(Native), Arc::new(Coco), Arc::new(Ply)];
    formats.into_iter().find(|format| format.name() == name)
}

/// The formats of these names, each once, `native` always first.
///
/// # Errors
/// The first name that is no format.
pub fn formats_by_name<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Vec<Arc<dyn Format>>, String> {
    let mut formats: Vec<Arc<dyn Format>> = vec![Arc::new(Native)];
    for name in names {
        let format = format_by_name(name).ok_or_else(|| name.to_owned())?;
        if formats.iter().all(|known| known.name() != format.name()) {
            formats.push(format);
        }
    }
    Ok(formats)
}
