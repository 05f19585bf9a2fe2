//! What a worker delivers: the native files of a unit's frames in one tar file, with the claim first. Where the job has a
//! training step it is the step's outputs instead; then the claim has the unit's first frame alone, which stands for all.

mod claim;
mod unpack;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use self::claim::SCHEMA;
pub use self::claim::{Claim, ClaimedFrame};
use super::{Bundle, Error, RenderUnit};
use crate::dataset::{Header, append_file, for_others};

/// Name of the claim in the tar file.
pub(super) const CLAIM: &str = "claim.json";
/// Folder in the tar file with the outputs of a training step.
pub(super) const OUTPUT_FOLDER: &str = "outputs";

/// An unpacked delivery whose files are those that its claim lists. Nothing is known yet about what they say.
#[derive(Debug)]
pub struct Delivery {
    /// What the worker says.
    pub claim: Claim,
    /// The unit that it is for.
    pub unit: RenderUnit,
    folder: tempfile::TempDir,
}

impl Delivery {
    /// Folder with the native files, as in a dataset; it goes with this value.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Name of the file with the result of a unit.
#[must_use]
pub fn file_name(unit: u64) -> String {
    format!("unit-{unit:06}.tar")
}

/// Frames that the claim of a unit names, with the paths of their files. `header` is the unit's.
fn expected(bundle: &Bundle, header: &Header, unit: &RenderUnit) -> Vec<(u64, Vec<String>)> {
    match &bundle.manifest().train {
        Some(step) => {
            let paths = step.outputs.keys().map(|name| format!("{OUTPUT_FOLDER}/{name}"));
            vec![(unit.frames.start, paths.collect())]
        }
        None => unit.frames.clone().map(|frame| (frame, header.frame_paths(frame))).collect(),
    }
}

/// Writes a delivery from the files in a folder; it is complete or not there. Equal claims and files give equal bytes.
pub(super) fn write(claim: &Claim, files: &Path, target: &Path) -> Result<PathBuf, Error> {
    let fail = |source| Error::write(target, source);
    let parent = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|source| Error::write(parent, source))?;
    let file = for_others().tempfile_in(parent).map_err(fail)?;
    let mut tar = tar::Builder::new(BufWriter::new(file));
    let text = serde_json::to_vec(claim).expect("a claim is plain data");
    append_file(&mut tar, CLAIM, text.len() as u64, text.as_slice()).map_err(fail)?;
    for record in claim.frames.iter().flat_map(|frame| &frame.files) {
        let path = files.join(&record.path);
        let content = File::open(&path).map_err(|source| Error::read(&path, source))?;
        append_file(&mut tar, &record.path, record.bytes, content).map_err(fail)?;
    }
    let mut file = tar.into_inner().map_err(fail)?;
    file.flush().map_err(fail)?;
    let file = file.into_inner().map_err(|error| fail(error.into_error()))?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(target).map_err(|error| fail(error.error))?;
    Ok(target.to_owned())
}
