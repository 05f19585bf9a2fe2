//! The file itself: plain JSON, or a GLB of one JSON chunk and at most one binary chunk.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

use crate::catalog::Error;

/// Bytes of the GLB header and of the header of its first chunk.
const HEADER: usize = 20;
/// The largest length that a GLB header can say.
const MOST_BYTES: u64 = u32::MAX as u64;

/// A whole file in memory.
pub(super) struct Container {
    /// All of it.
    pub(super) bytes: Vec<u8>,
    /// Where the JSON is.
    pub(super) json: Range<usize>,
    /// Where the binary chunk is, if there is one.
    pub(super) chunk: Option<Range<usize>>,
}

impl Container {
    /// Reads a file and finds its parts.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let (mut file, length) = open(path)?;
        let mut bytes = Vec::with_capacity(length as usize);
        file.by_ref().take(length).read_to_end(&mut bytes).map_err(|source| read_error(path, source))?;
        let Some(json) = json_extent(path, &bytes, bytes.len() as u64)? else {
            return Ok(Self { json: 0..bytes.len(), bytes, chunk: None });
        };
        let chunk = chunk_extent(path, &bytes, json.end)?;
        Ok(Self { bytes, json, chunk })
    }
}

/// Reads the JSON of a file and leaves the rest where it is.
pub(super) fn read_json(path: &Path) -> Result<Vec<u8>, Error> {
    let (mut file, length) = open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEADER as u64).read_to_end(&mut bytes).map_err(|source| read_error(path, source))?;
    let json = json_extent(path, &bytes, length)?;
    let end = json.as_ref().map_or(length, |json| json.end as u64);
    file.take(end.saturating_sub(bytes.len() as u64))
        .read_to_end(&mut bytes)
        .map_err(|source| read_error(path, source))?;
    Ok(json.map_or_else(|| bytes.clone(), |json| bytes[json.start..json.end.min(bytes.len())].to_vec()))
}

/// Opens a regular file of a bearable size.
fn open(path: &Path) -> Result<(File, u64), Error> {
    let file = File::open(path).map_err(|source| read_error(path, source))?;
    let metadata = file.metadata().map_err(|source| read_error(path, source))?;
    if !metadata.is_file() {
        return Err(Error::invalid(path, "", "not a regular file"));
    }
    if metadata.len() > MOST_BYTES {
        let message = format!("{} bytes are more than the {MOST_BYTES} that a GLB can have", metadata.len());
        return Err(Error::invalid(path, "", message));
    }
    Ok((file, metadata.len()))
}

/// Where the JSON chunk of a GLB is; `None` for a file that is no GLB. `start` needs the first [`HEADER`] bytes only.
fn json_extent(path: &Path, start: &[u8], file_length: u64) -> Result<Option<Range<usize>>, Error> {
    if !start.starts_with(b"glTF") {
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
        if first != Some(&b'{') {
            return Err(Error::invalid(path, "byte 0", "neither GLB (\"glTF\") nor glTF JSON (\"{\")"));
        }
        return Ok(None);
    }
    if start.len() < HEADER {
        let message = format!("the file ends after {} bytes, inside the GLB header", start.len());
        return Err(Error::invalid(path, "GLB header", message));
    }
    let (version, length) = (word(start, 4), word(start, 8));
    if version != 2 {
        return Err(Error::invalid(path, "GLB header", format!("version {version} is not 2")));
    }
    if u64::from(length) > file_length {
        let message = format!("{length} bytes are announced, the file has {file_length}: it is truncated");
        return Err(Error::invalid(path, "GLB header", message));
    }
    if &start[16..20] != b"JSON" {
        let message = format!("the first chunk is {}, not \"JSON\"", tag(&start[16..20]));
        return Err(Error::invalid(path, "GLB chunk 0", message));
    }
    let end = HEADER as u64 + u64::from(word(start, 12));
    if end > u64::from(length) {
        let message = format!("{} bytes of JSON do not fit into the {length} of the file", word(start, 12));
        return Err(Error::invalid(path, "GLB chunk 0", message));
    }
    Ok(Some(HEADER..end as usize))
}

/// Where the binary chunk is that follows the JSON chunk.
fn chunk_extent(path: &Path, bytes: &[u8], json_end: usize) -> Result<Option<Range<usize>>, Error> {
    let length = word(bytes, 8) as usize;
    let rest = length - json_end;
    if rest == 0 {
        return Ok(None);
    }
    if rest < 8 {
        let message = format!("{rest} bytes after the JSON are too few for a chunk header");
        return Err(Error::invalid(path, "GLB chunk 1", message));
    }
    if &bytes[json_end + 4..json_end + 8] != b"BIN\0" {
        // Chunks of other kinds are to be ignored, says the specification.
        return Ok(None);
    }
    let start = json_end + 8;
    let size = word(bytes, json_end) as usize;
    if size > length - start {
        let message = format!("{size} bytes of data do not fit into the {} that are left", length - start);
        return Err(Error::invalid(path, "GLB chunk 1", message));
    }
    Ok(Some(start..start + size))
}

/// Little-endian number at an offset that is inside.
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// A chunk's kind for messages.
fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.escape_ascii())
}

fn read_error(path: &Path, source: std::io::Error) -> Error {
    Error::Read { path: path.to_owned(), source }
}
