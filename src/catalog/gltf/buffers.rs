//! The bytes behind a document's buffers.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

use super::container::Container;
use super::document::Document;
use super::uri::{self, Target};
use crate::catalog::Error;

/// All buffers of a document that have a source.
pub(super) struct Buffers {
    file: Vec<u8>,
    sources: Vec<Source>,
}

enum Source {
    /// The binary chunk of the GLB.
    Chunk(Range<usize>),
    /// A data URI or a file of its own.
    Own(Vec<u8>),
    /// Neither: a placeholder of a compression extension, of no harm while nobody reads it.
    Nowhere,
}

impl Buffers {
    /// Finds every buffer and checks that it is as long as the document says.
    pub(super) fn load(document: &Document, container: Container) -> Result<Self, Error> {
        let mut sources = Vec::with_capacity(document.root.buffers.len());
        for (i, buffer) in document.root.buffers.iter().enumerate() {
            let source = match (&buffer.uri, &container.chunk) {
                (Some(uri), _) => Source::Own(fetch(document, &format!("buffers[{i}].uri"), uri)?),
                (None, Some(chunk)) if i == 0 => Source::Chunk(chunk.clone()),
                (None, _) => Source::Nowhere,
            };
            let found = match &source {
                Source::Chunk(range) => range.len(),
                Source::Own(bytes) => bytes.len(),
                Source::Nowhere => usize::MAX,
            };
            if buffer.byte_length.0 > found as u64 {
                let message = format!("{} bytes are announced, {found} are there", buffer.byte_length.0);
                return Err(document.invalid(format!("buffers[{i}].byteLength"), message));
            }
            sources.push(source);
        }
        Ok(Self { file: container.bytes, sources })
    }

    /// Names the content: equal digests mean that the file and all buffers beside it are equal.
    pub(super) fn digest(&self) -> blake3::Hash {
        let external = self.sources.iter().filter_map(|source| match source {
            Source::Own(bytes) => Some(bytes),
            Source::Chunk(_) | Source::Nowhere => None,
        });
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.file);
        for bytes in external {
            hasher.update(bytes);
        }
        hasher.finalize()
    }

    /// The bytes of a buffer view.
    pub(super) fn view(&self, document: &Document, index: usize) -> Result<&[u8], Error> {
        let view = &document.root.buffer_views[index];
        let buffer = view.buffer.value();
        let bytes = match &self.sources[buffer] {
            Source::Chunk(range) => &self.file[range.clone()],
            Source::Own(bytes) => bytes,
            Source::Nowhere => {
                let message = "has neither a uri nor a binary chunk to be read from";
                return Err(document.invalid(format!("buffers[{buffer}]"), message));
            }
        };
        let declared = document.root.buffers[buffer].byte_length.0;
        let offset = view.byte_offset.map_or(0, |offset| offset.0);
        let end = offset.saturating_add(view.byte_length.0);
        if end > declared {
            let message = format!("bytes {offset} to {end} are outside of buffers[{buffer}] with its {declared} bytes");
            return Err(document.invalid(format!("bufferViews[{index}]"), message));
        }
        Ok(&bytes[offset as usize..end as usize])
    }
}

/// The bytes behind a URI.
fn fetch(document: &Document, place: &str, uri: &str) -> Result<Vec<u8>, Error> {
    let folder = document.path.parent().unwrap_or_else(|| "".as_ref());
    match uri::resolve(folder, uri).map_err(|message| document.invalid(place, message))? {
        Target::Data(bytes) => Ok(bytes),
        Target::File(path) => read_beside(document, place, &path),
    }
}

/// Reads a regular file that a document names.
fn read_beside(document: &Document, place: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    open_beside(document, place, path)?
        .read_to_end(&mut bytes)
        .map_err(|error| document.invalid(place, format!("cannot read {}: {error}", path.display())))?;
    Ok(bytes)
}

/// Opens a regular file that a document names.
pub(super) fn open_beside(document: &Document, place: &str, path: &Path) -> Result<File, Error> {
    let unreadable =
        |error: std::io::Error| document.invalid(place, format!("cannot read {}: {error}", path.display()));
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(document.invalid(place, format!("{} is not a regular file", path.display())));
    }
    File::open(path).map_err(unreadable)
}
