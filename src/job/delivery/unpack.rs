use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::Path;

use super::{CLAIM, Claim, Delivery, SCHEMA, expected};
use crate::dataset::{FileRecord, Header};
use crate::job::digest::copy_hashed;
use crate::job::{Bundle, RenderUnit};
use crate::problem::Problems;

/// Longest claim that is read, bytes for each frame of the unit.
const CLAIM_BYTES: u64 = 64 << 10;

impl Delivery {
    /// Unpacks what a worker has delivered for a unit, which may be anything. `header` is the unit's.
    ///
    /// # Errors
    /// All that is wrong with it: another job or unit, a root that does not follow from the files, files that are missing,
    /// foreign, twice, too large, or not those of the claim. Nothing outside of a temporary folder is written, and never
    /// more than the job's limit.
    pub fn unpack(file: &Path, bundle: &Bundle, header: &Header, unit: RenderUnit) -> Result<Self, Problems> {
        let folder = tempfile::tempdir().map_err(broken)?;
        let claim = read(file, bundle, header, &unit, Some(folder.path()))?;
        Ok(Self { claim, unit, folder })
    }

    /// Looks at a delivery as [`unpack`](Self::unpack) does, and keeps nothing of it.
    ///
    /// # Errors
    /// As [`unpack`](Self::unpack).
    pub fn inspect(file: &Path, bundle: &Bundle, header: &Header, unit: &RenderUnit) -> Result<Claim, Problems> {
        read(file, bundle, header, unit, None)
    }
}

fn broken(error: std::io::Error) -> Problems {
    Problems::one("", format!("cannot be unpacked: {error}"))
}

/// Reads a delivery, and writes its files into a folder, if there is one.
fn read(
    file: &Path,
    bundle: &Bundle,
    header: &Header,
    unit: &RenderUnit,
    folder: Option<&Path>,
) -> Result<Claim, Problems> {
    let opened = File::open(file).map_err(broken)?;
    let limit = bundle.manifest().limits.out_bytes;
    let length = opened.metadata().map_err(broken)?.len();
    if length > limit {
        return Err(Problems::one("", format!("has {length} bytes, and a unit may have {limit}")));
    }
    let mut tar = tar::Archive::new(BufReader::new(opened));
    let mut entries = tar.entries().map_err(broken)?;

    let first = entries.next().ok_or_else(|| Problems::one("", "is empty"))?.map_err(broken)?;
    let frames = unit.frames.end - unit.frames.start;
    let claim = read_claim(first, CLAIM_BYTES.saturating_mul(frames + 1)).map_err(|what| Problems::one(CLAIM, what))?;
    let problems = problems_of(&claim, bundle, header, unit);
    if !problems.is_empty() {
        return Err(problems);
    }

    let mut awaited: BTreeMap<&str, &FileRecord> =
        claim.frames.iter().flat_map(|frame| &frame.files).map(|record| (record.path.as_str(), record)).collect();
    for entry in entries {
        let entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(record) = awaited.remove(path.as_str()) else {
            return Err(Problems::one(path, "is no file of the claim, or there twice"));
        };
        unpack_file(entry, record, folder).map_err(|what| Problems::one(path, what))?;
    }
    if let Some(path) = awaited.keys().next() {
        return Err(Problems::one(*path, "is missing"));
    }
    Ok(claim)
}

fn read_claim(entry: tar::Entry<'_, impl Read>, limit: u64) -> Result<Claim, String> {
    if entry.path_bytes().as_ref() != CLAIM.as_bytes() || !entry.header().entry_type().is_file() {
        return Err("is not the first file".to_owned());
    }
    if entry.size() > limit {
        return Err(format!("has {} bytes, and may have {limit}", entry.size()));
    }
    let mut text = Vec::new();
    entry.take(limit).read_to_end(&mut text).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

fn problems_of(claim: &Claim, bundle: &Bundle, header: &Header, unit: &RenderUnit) -> Problems {
    let mut problems = Problems::default();
    let mut compare = |place: &str, found: String, wanted: String| {
        if found != wanted {
            problems.add(format!("{CLAIM}: {place}"), format!("is {found}, and should be {wanted}"));
        }
    };
    compare("schema", claim.schema.clone(), SCHEMA.to_owned());
    compare("job", claim.job.to_string(), bundle.digest().to_string());
    compare("unit", claim.unit.to_string(), unit.number.to_string());
    let frames: Vec<u64> = claim.frames.iter().map(|frame| frame.frame).collect();
    let expected = expected(bundle, header, unit);
    let wanted: Vec<u64> = expected.iter().map(|(frame, _)| *frame).collect();
    compare("frames", format!("{frames:?}"), format!("{wanted:?}"));
    for (frame, (_, wanted)) in claim.frames.iter().zip(expected) {
        let found: Vec<&str> = frame.files.iter().map(|record| record.path.as_str()).collect();
        compare(&format!("frames[{}].files", frame.frame), format!("{found:?}"), format!("{wanted:?}"));
    }
    compare("root", claim.root.to_string(), claim.tree().root().to_string());
    let bytes = claim.frames.iter().flat_map(|frame| &frame.files).map(|record| record.bytes);
    let (all, limit) = (bytes.fold(0, u64::saturating_add), bundle.manifest().limits.out_bytes);
    if all > limit {
        problems.add(CLAIM, format!("lists {all} bytes, and a unit may have {limit}"));
    }
    let outputs = bundle.manifest().train.iter().flat_map(|step| &step.outputs);
    for (record, (name, most)) in claim.frames.iter().flat_map(|frame| &frame.files).zip(outputs) {
        if record.bytes > *most {
            problems.add(CLAIM, format!("lists {} bytes of {name}, which may have {most}", record.bytes));
        }
    }
    problems
}

/// Copies one file out of the archive, if there is a folder for it; its path is one that the job itself asks for.
fn unpack_file(entry: tar::Entry<'_, impl Read>, record: &FileRecord, folder: Option<&Path>) -> Result<(), String> {
    if !entry.header().entry_type().is_file() {
        return Err("is no regular file".to_owned());
    }
    if entry.size() != record.bytes {
        return Err(format!("has {} bytes, and the claim says {}", entry.size(), record.bytes));
    }
    let say = |error: std::io::Error| format!("cannot be unpacked: {error}");
    let mut file: Box<dyn Write> = match folder {
        Some(folder) => {
            let target = folder.join(&record.path);
            fs::create_dir_all(target.parent().unwrap_or(folder)).map_err(say)?;
            Box::new(File::create_new(&target).map_err(say)?)
        }
        None => Box::new(std::io::sink()),
    };
    let (hash, bytes) = copy_hashed(entry, &mut file).map_err(say)?;
    let found = hash.to_string();
    if bytes != record.bytes || found != record.blake3 {
        return Err(format!("has the BLAKE3 digest {found}, and the claim says {}", record.blake3));
    }
    Ok(())
}
