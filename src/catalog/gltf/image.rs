//! Pictures of a file, still encoded.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::buffers::{self, Buffers};
use super::document::Document;
use super::uri::{self, Target};
use crate::catalog::{Artwork, Error};

/// Bytes at the beginning of a picture that tell its kind.
const HEAD: u64 = 12;

/// Finds `images[index]` and makes sure that it is of a kind that can be decoded.
pub(super) fn artwork(document: &Document, buffers: &Buffers, index: usize) -> Result<Arc<Artwork>, Error> {
    let image = &document.root.images[index];
    let place = format!("images[{index}]");
    let mime = image.mime_type.as_ref().map(|mime| mime.0.as_str());
    let encoded = |bytes: &[u8]| -> Result<Artwork, Error> {
        recognise(document, &place, bytes, mime)?;
        Ok(Artwork::from_encoded(bytes, format!("{} {place}", document.path.display())))
    };
    let artwork = match (&image.uri, image.buffer_view) {
        (Some(uri), _) => {
            let place = format!("{place}.uri");
            let folder = document.path.parent().unwrap_or_else(|| "".as_ref());
            match uri::resolve(folder, uri).map_err(|message| document.invalid(&place, message))? {
                Target::Data(bytes) => encoded(&bytes)?,
                Target::File(path) => file(document, &place, path, mime)?,
            }
        }
        (None, Some(view)) => encoded(buffers.view(document, view.value())?)?,
        (None, None) => return Err(document.invalid(place, "has neither uri nor bufferView")),
    };
    Ok(Arc::new(artwork))
}

/// Of a picture in a file of its own only the beginning is read.
fn file(document: &Document, place: &str, path: PathBuf, mime: Option<&str>) -> Result<Artwork, Error> {
    let mut head = Vec::new();
    buffers::open_beside(document, place, &path)?
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| document.invalid(place, format!("cannot read {}: {error}", path.display())))?;
    recognise(document, place, &head, mime)?;
    Ok(Artwork::from_file(path))
}

/// Anything but a PNG, JPEG or WebP picture is an error.
fn recognise(document: &Document, place: &str, bytes: &[u8], mime: Option<&str>) -> Result<(), Error> {
    let is_png = bytes.starts_with(b"\x89PNG\r\n\x1a\n");
    let is_jpeg = bytes.starts_with(&[0xff, 0xd8, 0xff]);
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    if is_png || is_jpeg || is_webp {
        return Ok(());
    }
    let claim = mime.map_or_else(String::new, |mime| format!(" (it says {mime})"));
    let start = &bytes[..bytes.len().min(8)];
    let message = format!("no PNG, JPEG or WebP picture{claim}: it begins with \"{}\"", start.escape_ascii());
    Err(document.invalid(place, message))
}
