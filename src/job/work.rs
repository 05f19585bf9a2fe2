use std::path::{Path, PathBuf};

use super::bundle::unit_formats;
use super::delivery::{self, Claim, ClaimedFrame};
use super::{Bundle, EngineClass, Error};
use crate::dataset::{self, DatasetWriter, Manifest, Progress};
use crate::render::Renderer;
use crate::scene::Composer;

/// Renders one unit and writes its delivery, `unit-NNNNNN.tar`, into a folder. Gives the path of the file and the claim
/// in it.
///
/// # Errors
/// If the job has no such unit, a frame cannot be made, or a file cannot be written. Nothing half-written is left.
pub fn work(
    bundle: &Bundle,
    composer: &Composer,
    renderer: &mut Renderer,
    (unit, attempt): (u64, u32),
    results: &Path,
    on_frame: impl FnMut(Progress),
) -> Result<(PathBuf, Claim), crate::Error> {
    let units = bundle.plan().len();
    let unit = bundle.plan().unit(unit).ok_or(Error::NoSuchUnit { unit, units })?;
    std::fs::create_dir_all(results).map_err(|source| Error::write(results, source))?;
    // Beside the target, because a whole unit may not fit where temporary files usually go.
    let scratch = tempfile::tempdir_in(results).map_err(|source| Error::write(results, source))?;
    let folder = scratch.path().join("unit");
    let run = bundle.unit_run(unit.frames.clone(), composer);
    let writer = DatasetWriter::create(&folder, &run, &unit_formats())?;
    let header = dataset::produce(composer, renderer, writer, &bundle.settings(), on_frame)?;

    let mut files = Manifest::read(&folder)?.files.into_iter();
    let frames = unit.frames.clone().map(|frame| {
        let count = header.frame_paths(frame).len();
        ClaimedFrame { frame, files: files.by_ref().take(count).collect() }
    });
    let frames = frames.collect();
    let class = EngineClass::of(renderer.adapter());
    let claim = Claim::new(bundle.digest(), (unit.number, attempt), class, frames);
    let path = delivery::write(&claim, &folder, &results.join(delivery::file_name(unit.number)))?;
    Ok((path, claim))
}
