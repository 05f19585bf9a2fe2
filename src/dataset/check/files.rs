use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Component, Path};

use rayon::prelude::*;

use super::problem;
use crate::dataset::{Error, FileRecord, MANIFEST, Manifest, format_by_name};
use crate::problem::Problem;

/// Everything below the folder that is no folder: path with `/` between its parts. Links are not followed.
pub(super) fn present(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    let mut pending = vec![String::new()];
    while let Some(below) = pending.pop() {
        let path = folder.join(&below);
        let fail = |source| Error::read(&path, source);
        for entry in fs::read_dir(&path).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let relative = if below.is_empty() { name } else { format!("{below}/{name}") };
            if entry.file_type().map_err(fail)?.is_dir() {
                pending.push(relative);
            } else {
                found.insert(relative);
            }
        }
    }
    Ok(found)
}

/// The manifest must list exactly the files that its header calls for, and the folder must hold exactly those.
pub(super) fn check_names(manifest: &Manifest, present: &BTreeSet<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut listed = BTreeMap::new();
    for (i, file) in manifest.files.iter().enumerate() {
        if let Some(first) = listed.insert(file.path.as_str(), i) {
            problems.push(problem(format!("{MANIFEST}: files[{i}]"), format!("{:?} is files[{first}] too", file.path)));
        }
    }

    // A list that is too short for its range shows in the first frame that it lacks.
    let mut header = manifest.header.clone();
    let end = header.frames.start.saturating_add(manifest.files.len() as u64 + 1);
    header.frames.end = header.frames.end.min(end);
    let header = &header;
    let (mut called_for, mut formats) = (BTreeSet::new(), Vec::new());
    for (i, name) in header.formats.iter().enumerate() {
        let Some(format) = format_by_name(name) else {
            problems.push(problem(format!("{MANIFEST}: formats[{i}]"), format!("there is no format {name:?}")));
            continue;
        };
        called_for.extend(header.frames.clone().flat_map(|index| format.frame_files(header, index)));
        called_for.extend(header.shards().flat_map(|shard| format.shard_files(header, &shard)));
        called_for.extend(format.dataset_files(header));
        formats.push(format);
    }
    for path in &called_for {
        if !listed.contains_key(path.as_str()) {
            problems.push(problem(MANIFEST, format!("does not list {path}")));
        }
    }
    for (path, i) in &listed {
        if !called_for.contains(*path) && !formats.iter().any(|format| format.may_have(header, path)) {
            let place = format!("{MANIFEST}: files[{i}]");
            problems.push(problem(place, format!("{path:?} is no file of these frames, planes and formats")));
        }
    }
    for path in present {
        if path != MANIFEST && !listed.contains_key(path.as_str()) {
            let reason = if path.starts_with(".endcap") { "is left over from a run" } else { "is not in the manifest" };
            problems.push(problem(path, reason));
        }
    }
    problems
}

/// Every listed file must have the length and the digest that the manifest says.
pub(super) fn check_digests(folder: &Path, manifest: &Manifest) -> Vec<Problem> {
    manifest.files.par_iter().filter_map(|file| check_digest(folder, file)).collect()
}

fn check_digest(folder: &Path, file: &FileRecord) -> Option<Problem> {
    let relative = Path::new(&file.path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Some(problem(&file.path, "leads out of the dataset's folder"));
    }
    let path = folder.join(relative);
    match fs::symlink_metadata(&path) {
        Err(error) => return Some(problem(&file.path, format!("cannot be read: {error}"))),
        Ok(meta) if !meta.is_file() => return Some(problem(&file.path, "is no regular file")),
        Ok(meta) if meta.len() != file.bytes => {
            return Some(problem(&file.path, format!("has {} bytes, not {}", meta.len(), file.bytes)));
        }
        Ok(_) => {}
    }
    let mut hasher = blake3::Hasher::new();
    match File::open(&path).and_then(|content| Ok(hasher.update_reader(content)?.finalize().to_string())) {
        Err(error) => Some(problem(&file.path, format!("cannot be read: {error}"))),
        Ok(digest) if digest != file.blake3 => {
            Some(problem(&file.path, format!("has the BLAKE3 digest {digest}, not {}", file.blake3)))
        }
        Ok(_) => None,
    }
}
