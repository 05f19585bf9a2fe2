use std::fs;
use std::path::{Path, PathBuf};

use super::{Given, Sandbox, Trained};
use crate::dataset::{self, Encodings, FileRecord, Format, Native, Progress};
use crate::job::delivery::OUTPUT_FOLDER;
use crate::job::{Bundle, Delivery, Error, RenderUnit};
use crate::render::Renderer;
use crate::scene::Composer;

/// Name of the file that lists outputs with their lengths and digests.
pub const OUTPUTS: &str = "outputs.json";

/// Runs one unit of a job with a training step on this machine. Its outputs, and `outputs.json` with their digests, are
/// then in `unit-NNNNNN` in the folder. Gives the path of that.
///
/// # Errors
/// If the job has no such unit or no training step, if frames cannot be made, or the step fails. Nothing is left then.
pub fn train(
    bundle: &Bundle,
    composer: &Composer,
    (renderer, sandbox): (&mut Renderer, &Sandbox),
    unit: u64,
    folder: &Path,
    on_frame: impl FnMut(Progress),
) -> Result<(PathBuf, Trained), crate::Error> {
    let units = bundle.plan().len();
    let unit = bundle.plan().unit(unit).ok_or(Error::NoSuchUnit { unit, units })?;
    let target = folder.join(unit_folder(&unit));
    let fail = |source| Error::write(&target, source);
    fs::create_dir_all(folder).map_err(fail)?;
    let scratch = tempfile::Builder::new().prefix(".endcap-").tempdir_in(folder).map_err(fail)?;
    let staged = scratch.path().join("outputs");
    let trained = train_into(bundle, composer, (renderer, sandbox), &unit, &staged, on_frame)?;
    let list = serde_json::to_vec_pretty(&trained.outputs).expect("plain data");
    fs::write(staged.join(OUTPUTS), list).map_err(fail)?;
    put(&staged, &target).map_err(fail)?;
    Ok((target, trained))
}

/// Copies the outputs of a verified delivery to where [`train`] would have put them.
///
/// # Errors
/// If a file cannot be written. Nothing half-written is left.
pub fn keep_outputs(delivery: &Delivery, folder: &Path) -> Result<PathBuf, Error> {
    let target = folder.join(unit_folder(&delivery.unit));
    let fail = |source| Error::write(&target, source);
    fs::create_dir_all(folder).map_err(fail)?;
    let scratch = tempfile::Builder::new().prefix(".endcap-").tempdir_in(folder).map_err(fail)?;
    let staged = scratch.path().join("outputs");
    fs::create_dir(&staged).map_err(fail)?;
    let prefix = format!("{OUTPUT_FOLDER}/");
    let mut outputs = Vec::new();
    for record in delivery.claim.frames.iter().flat_map(|frame| &frame.files) {
        let name = record.path.strip_prefix(&prefix).unwrap_or(&record.path);
        fs::copy(delivery.folder().join(&record.path), staged.join(name)).map_err(fail)?;
        outputs.push(FileRecord { path: name.to_owned(), ..record.clone() });
    }
    let list = serde_json::to_vec_pretty(&outputs).expect("plain data");
    fs::write(staged.join(OUTPUTS), list).map_err(fail)?;
    put(&staged, &target).map_err(fail)?;
    Ok(target)
}

fn unit_folder(unit: &RenderUnit) -> String {
    format!("unit-{:06}", unit.number)
}

/// Moves a finished folder to its place; what was there before goes with the folder that it was made in.
fn put(staged: &Path, target: &Path) -> std::io::Result<()> {
    if target.exists() {
        fs::rename(target, staged.with_file_name("before"))?;
    }
    fs::rename(staged, target)
}

/// Runs the training step of a unit and writes its outputs into a new folder.
///
/// # Errors
/// If there is no step, frames cannot be made, or the step fails.
pub(in crate::job) fn train_into(
    bundle: &Bundle,
    composer: &Composer,
    (renderer, sandbox): (&mut Renderer, &Sandbox),
    unit: &RenderUnit,
    folder: &Path,
    mut on_frame: impl FnMut(Progress),
) -> Result<Trained, crate::Error> {
    let step = bundle.manifest().train.as_ref();
    let step = step.ok_or_else(|| Error::Unfit("the job has no training step: it delivers frames".to_owned()))?;
    fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
    let header = bundle.unit_header(unit.frames.clone(), composer);
    let dataset = serde_json::to_vec_pretty(&header).expect("a header is plain data");
    let files = bundle.train_files();
    let given = Given { files: &files, dataset: &dataset, unit };
    sandbox.run(step, &given, folder, |stream| {
        dataset::each_frame(
            (composer, renderer),
            (header.seed, unit.frames.clone()),
            &bundle.settings(),
            |sample| Ok(Native.encode(&header, sample, &Encodings::new(sample))?.files),
            |progress, files| {
                let next = stream.put(&files);
                let next = next.map_err(|error| Error::Training(format!("cannot be sent its frames: {error}")))?;
                on_frame(progress);
                Ok(next)
            },
        )
    })
}
