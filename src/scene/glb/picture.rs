//! Pictures as glTF holds them: PNG or JPEG.

use std::borrow::Cow;
use std::io::Cursor;

use image::ImageFormat;

use super::Error;
use crate::catalog::{self, Artwork, ArtworkSource};

/// Width and height in pixels that drawings are given, which have no size of their own.
const DRAWING_SIZE: u32 = 1024;

/// An encoded picture.
pub(super) struct Picture<'a> {
    /// The file's bytes.
    pub(super) bytes: Cow<'a, [u8]>,
    /// Its kind.
    pub(super) mime: &'static str,
}

/// The bytes of an artwork. PNG and JPEG are left as they are; other formats and drawings become PNG.
pub(super) fn encoded(artwork: &Artwork) -> Result<Picture<'_>, Error> {
    let bytes = match &artwork.source {
        ArtworkSource::Encoded { bytes, .. } => Some(Cow::Borrowed(bytes.as_ref())),
        ArtworkSource::File(path) => {
            let read = std::fs::read(path).map_err(|source| catalog::Error::Read { path: path.clone(), source })?;
            Some(Cow::Owned(read))
        }
        ArtworkSource::Svg { .. } => None,
    };
    match bytes {
        Some(bytes) if bytes.starts_with(b"\x89PNG") => Ok(Picture { bytes, mime: "image/png" }),
        Some(bytes) if bytes.starts_with(&[0xff, 0xd8]) => Ok(Picture { bytes, mime: "image/jpeg" }),
        _ => {
            let [width, height] = artwork.pixel_size()?.unwrap_or([DRAWING_SIZE; 2]);
            let pixels = artwork.load(width, height)?;
            let mut bytes = Cursor::new(Vec::new());
            pixels
                .write_to(&mut bytes, ImageFormat::Png)
                .map_err(|source| Error::Encode { origin: artwork.origin().display().to_string(), source })?;
            Ok(Picture { bytes: bytes.into_inner().into(), mime: "image/png" })
        }
    }
}
