//! A dataset as a recording for the viewer of <https://rerun.io>: pictures, depth, segmentation, the camera in the store,
//! and what is labelled, frame by frame.
//!
//! The file is written here, from Arrow's messages: the viewer's own library is 230 crates with a network stack, and
//! lossless compression is all that it would add.

mod columns;
mod entities;
mod stream;

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::{fs, io};

use rayon::prelude::*;

use self::stream::{Message, Recording};
use crate::dataset::{Error, Folder, FrameRecord, Header, Manifest, record_path};

/// Writes a finished dataset as a recording (`.rrd`), in place of a file of that name. Equal datasets give equal bytes.
///
/// Memory does not grow with the number of frames. All numbers are rounded to `f32`, which is what the viewer knows.
///
/// # Errors
/// If the folder holds no finished dataset, one of its files is missing or broken, or the recording cannot be written; what
/// stood in its place before is then still there.
pub fn write_recording(folder: &Path, path: &Path) -> Result<(), Error> {
    let header = Manifest::read_header(folder)?;
    let recording = Recording::of(folder, &header);
    let write = |source| Error::write(path, source);
    let name = path.file_name().and_then(OsStr::to_str);
    let name = name.ok_or_else(|| write(io::Error::new(io::ErrorKind::InvalidInput, "it needs a name in UTF-8")))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = Folder::create(parent)?.begin(name)?;
    file.write_all(&recording.start()).map_err(write)?;
    file.write_all(&encode(&recording, entities::of_dataset(&header, recording.name()))?).map_err(write)?;

    // As many at a time as there are threads.
    let at_once = rayon::current_num_threads() as u64;
    let mut first = header.frames.start;
    while first < header.frames.end {
        let end = header.frames.end.min(first.saturating_add(at_once));
        let encoded: Vec<_> =
            (first..end).into_par_iter().map(|frame| encode_frame(&recording, folder, &header, frame)).collect();
        for bytes in encoded {
            file.write_all(&bytes?).map_err(write)?;
        }
        first = end;
    }
    file.write_all(&recording.end()).map_err(write)?;
    file.commit().map(drop)
}

fn encode_frame(recording: &Recording, folder: &Path, header: &Header, frame: u64) -> Result<Vec<u8>, Error> {
    let path = folder.join(record_path(frame));
    let text = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    let record: FrameRecord =
        serde_json::from_slice(&text).map_err(|error| Error::invalid(&path, "", error.to_string()))?;
    if !header.allows_size((record.camera.width, record.camera.height)) {
        let message = format!("{} x {} is not the dataset's size", record.camera.width, record.camera.height);
        return Err(Error::invalid(&path, "camera", message));
    }
    if record.frame != frame {
        return Err(Error::invalid(&path, "frame", format!("is {}, not {frame}", record.frame)));
    }
    let Ok(number) = i64::try_from(frame) else {
        return Err(Error::invalid(&path, "frame", format!("{frame} is beyond what a recording can number")));
    };
    encode(recording, entities::of_frame(folder, header, &record, number)?)
}

fn encode(recording: &Recording, messages: Vec<Message>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        recording.encode(message, place as u64, &mut bytes)?;
    }
    Ok(bytes)
}
