use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::dataset::{Error, Header, MANIFEST};
use crate::problem::Problems;

/// The manifest with its files only counted: their list is as long as the dataset.
#[derive(Deserialize)]
struct Head {
    files: Files,
    #[serde(flatten)]
    header: Header,
}

/// Number of files.
struct Files(u64);

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Count)
    }
}

struct Count;

impl<'de> Visitor<'de> for Count {
    type Value = Files;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Files, A::Error> {
        let mut count = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Files(count))
    }
}

/// Reads the manifest of a finished dataset without keeping its list of files.
///
/// # Errors
/// If it is not there, is no JSON, its fields make no sense, or it lists fewer files than frames.
pub(super) fn read(folder: &Path) -> Result<Header, Error> {
    let path = folder.join(MANIFEST);
    let file = File::open(&path).map_err(|source| Error::read(&path, source))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(file));
    let read = Head::deserialize(&mut json).and_then(|head| json.end().map(|()| head));
    let Head { files: Files(files), header } =
        read.map_err(|error: serde_json::Error| Error::invalid(&path, "", error.to_string()))?;
    let mut problems: Problems = header.problems();
    let frames = header.frames.end.saturating_sub(header.frames.start);
    // A range of 2^64 frames would keep us busy for ever; each frame has at least its record.
    if problems.is_empty() && files < frames {
        problems.add("files", format!("lists {files} files for {frames} frames"));
    }
    if problems.is_empty() { Ok(header) } else { Err(Error::Invalid { path, problems }) }
}
