use std::path::{Path, PathBuf};

use super::bundle::unit_formats;
use super::delivery::{self, Claim, ClaimedFrame, OUTPUT_FOLDER};
use super::train::{Sandbox, train_into};
use super::{Bundle, EngineClass, Error, RenderUnit};
use crate::dataset::{self, DatasetWriter, FileRecord, Manifest, Progress};
use crate::render::Renderer;
use crate::scene::Composer;

/// Renders one unit and writes its delivery, `unit-NNNNNN.tar`, into a folder. Gives the path of the file and the claim
/// in it. Where the job has a training step the frames go to that, and its outputs are delivered.
///
/// # Errors
/// If the job is for other programs or has no such unit, a frame cannot be made, or a file cannot be written. Nothing half-written is left.
pub fn work(
    bundle: &Bundle,
    composer: &Composer,
    renderer: &mut Renderer,
    unit: (u64, u32),
    results: &Path,
    on_frame: impl FnMut(Progress),
) -> Result<(PathBuf, Claim), crate::Error> {
    work_with(bundle, composer, (renderer, &Sandbox::default()), unit, results, on_frame)
}

/// The same, with another sandbox for jobs that train: one that knows the machine's GPU.
///
/// # Errors
/// As [`work`]; if the training step fails.
pub fn work_with(
    bundle: &Bundle,
    composer: &Composer,
    (renderer, sandbox): (&mut Renderer, &Sandbox),
    (unit, attempt): (u64, u32),
    results: &Path,
    on_frame: impl FnMut(Progress),
) -> Result<(PathBuf, Claim), crate::Error> {
    bundle.manifest().renderer.allows_this_program()?;
    let units = bundle.plan().len();
    let unit = bundle.plan().unit(unit).ok_or(Error::NoSuchUnit { unit, units })?;
    std::fs::create_dir_all(results).map_err(|source| Error::write(results, source))?;
    // Beside the target, because a whole unit may not fit where temporary files usually go.
    let scratch = tempfile::tempdir_in(results).map_err(|source| Error::write(results, source))?;
    let folder = scratch.path().join("unit");
    let frames = if bundle.manifest().train.is_some() {
        let outputs = folder.join(OUTPUT_FOLDER);
        let trained = train_into(bundle, composer, (renderer, sandbox), &unit, &outputs, on_frame)?;
        let path = |file: &FileRecord| format!("{OUTPUT_FOLDER}/{}", file.path);
        let files = trained.outputs.into_iter().map(|file| FileRecord { path: path(&file), ..file });
        vec![ClaimedFrame { frame: unit.frames.start, files: files.collect() }]
    } else {
        render(bundle, composer, renderer, &unit, &folder, on_frame)?
    };
    let class = EngineClass::of(renderer.adapter());
    let claim = Claim::new(bundle.digest(), (unit.number, attempt), class, frames);
    let path = delivery::write(&claim, &folder, &results.join(delivery::file_name(unit.number)))?;
    Ok((path, claim))
}

/// Makes the native files of a unit in a folder.
fn render(
    bundle: &Bundle,
    composer: &Composer,
    renderer: &mut Renderer,
    unit: &RenderUnit,
    folder: &Path,
    on_frame: impl FnMut(Progress),
) -> Result<Vec<ClaimedFrame>, crate::Error> {
    let run = bundle.unit_run(unit.frames.clone(), composer);
    let writer = DatasetWriter::create(folder, &run, &unit_formats())?;
    let header = dataset::produce(composer, renderer, writer, &bundle.settings(), on_frame)?;
    let mut files = Manifest::read(folder)?.files.into_iter();
    let frames = unit.frames.clone().map(|frame| {
        let count = header.frame_paths(frame).len();
        ClaimedFrame { frame, files: files.by_ref().take(count).collect() }
    });
    Ok(frames.collect())
}
