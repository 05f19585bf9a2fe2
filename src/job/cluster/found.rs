use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::slurm::{LOGS, unit_of_log};
use super::units_of;
use crate::job::{Bundle, Delivery, Digest, Error, file_name};
use crate::problem::Problems;
use crate::scene::Composer;

/// Notes on deliveries that were found sound, in the folder of results.
const NOTES: &str = "sound.json";
/// Longest notes that are read, bytes.
const MAX_NOTES: u64 = 1 << 30;
/// How much of a log's end is read, bytes.
const TAIL: u64 = 4096;
/// Longest last words, characters.
const MAX_WORDS: usize = 300;

/// What lies in the folder of a job's results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Units whose delivery is there and sound: all files of the claim are in it, with their digests.
    pub sound: BTreeSet<u64>,
    /// Units whose delivery is there and wrong.
    pub wrong: BTreeMap<u64, Problems>,
    /// Units that were begun, with the newest file of what they have printed.
    pub logs: BTreeMap<u64, PathBuf>,
}

/// Which deliveries were found sound. Only notes: without them all are looked at again.
#[derive(Debug, Serialize, Deserialize)]
struct Notes {
    job: Digest,
    units: BTreeMap<u64, Stamp>,
}

/// A file as it was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    modified_ns: u64,
}

impl Found {
    /// Looks at all deliveries in the folder of results that were not yet found sound, at many at the same time. The
    /// composer is the bundle's. A folder that is not there is empty.
    ///
    /// # Errors
    /// If the folder cannot be read, or there are too many units.
    pub fn look(bundle: &Bundle, composer: &Composer, results: &Path) -> Result<Self, Error> {
        let units = units_of(bundle)?;
        let mut there = BTreeMap::new();
        for (name, path) in names(results)? {
            let unit = name.strip_prefix("unit-").and_then(|rest| rest.strip_suffix(".tar")?.parse().ok());
            let Some(unit) = unit.filter(|unit| *unit < units && file_name(*unit) == name) else { continue };
            // A worker may replace its file at any time: then it is looked at the next time.
            there.extend(Stamp::of(&path).map(|stamp| (unit, stamp)));
        }
        let notes = read_notes(results, bundle.digest());
        let looked: Vec<(u64, Result<Stamp, Problems>)> = there
            .par_iter()
            .map(|(&unit, &stamp)| {
                let known = notes.get(&unit) == Some(&stamp);
                (unit, if known { Ok(stamp) } else { inspect(bundle, composer, results, unit).map(|()| stamp) })
            })
            .collect();
        let (mut found, mut sound) = (Self::default(), BTreeMap::new());
        for (unit, result) in looked {
            match result {
                Ok(stamp) => {
                    sound.insert(unit, stamp);
                    found.sound.insert(unit);
                }
                Err(problems) => {
                    found.wrong.insert(unit, problems);
                }
            }
        }
        if sound != notes {
            write_notes(results, Notes { job: bundle.digest(), units: sound });
        }
        for (name, path) in names(&results.join(LOGS))? {
            let Some(unit) = unit_of_log(&name).filter(|unit| *unit < units) else { continue };
            let age = |path: &Path| Stamp::of(path).map(|stamp| stamp.modified_ns);
            // Arrays of another size give a unit another file.
            if found.logs.get(&unit).is_none_or(|known| age(known) <= age(&path)) {
                found.logs.insert(unit, path);
            }
        }
        Ok(found)
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH).duration_since(UNIX_EPOCH);
        let modified_ns = modified.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
        Some(Self { bytes: metadata.len(), modified_ns })
    }
}

/// Whether the delivery of a unit is sound.
fn inspect(bundle: &Bundle, composer: &Composer, results: &Path, unit: u64) -> Result<(), Problems> {
    let Some(unit) = bundle.plan().unit(unit) else { return Err(Problems::one("", "is of no unit of the job")) };
    let header = bundle.unit_header(unit.frames.clone(), composer);
    Delivery::inspect(&results.join(file_name(unit.number)), bundle, &header, &unit).map(|_| ())
}

/// What a folder has, in order of the names; nothing where there is none.
fn names(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::read(folder, error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| Error::read(folder, source))?;
        names.extend(entry.file_name().into_string().ok().map(|name| (name, entry.path())));
    }
    names.sort();
    Ok(names)
}

fn read_notes(results: &Path, job: Digest) -> BTreeMap<u64, Stamp> {
    let mut text = Vec::new();
    let read = File::open(results.join(NOTES)).and_then(|file| file.take(MAX_NOTES).read_to_end(&mut text));
    let notes: Option<Notes> = read.ok().and_then(|_| serde_json::from_slice(&text).ok());
    notes.filter(|notes| notes.job == job).map(|notes| notes.units).unwrap_or_default()
}

/// Who may only read the results looks at all of them every time.
fn write_notes(results: &Path, notes: Notes) {
    let Ok(mut file) = crate::dataset::for_others().tempfile_in(results) else { return };
    let text = serde_json::to_vec(&notes).expect("plain data");
    if file.write_all(&text).and_then(|()| file.flush()).is_ok() {
        let _ = file.persist(results.join(NOTES));
    }
}

/// The last line that a task has printed.
pub(super) fn last_words(log: &Path) -> String {
    let mut end = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        file.take(TAIL).read_to_end(&mut end)
    });
    let text = String::from_utf8_lossy(if read.is_ok() { &end } else { b"" }).into_owned();
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_one_short_line() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let words = |content: &[u8]| {
            let path = folder.path().join("log");
            std::fs::write(&path, content).expect("written");
            last_words(&path)
        };
        assert_eq!(words(b"one\n  two \x1b[31m\n\n"), "two [31m");
        assert_eq!(words(b""), "");
        assert_eq!(words(&[b'x'; 10_000]).len(), MAX_WORDS);
        assert_eq!(words(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(last_words(&folder.path().join("nowhere")), "");
    }
}
