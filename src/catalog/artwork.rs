mod decode;
mod radiance;
mod resample;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Error, label};

/// Longest side of a picture that is decoded or asked for, in pixels.
pub const MAX_SIDE: u32 = 16_384;

/// Names pixels for good: equal keys mean equal pictures, so that a renderer uploads each of them once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArtworkKey(pub [u8; 16]);

/// A picture that is not decoded until somebody needs its pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Artwork {
    /// Identity of the pixels.
    pub key: ArtworkKey,
    /// Where they come from.
    pub source: ArtworkSource,
}

/// Origin of an artwork's pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum ArtworkSource {
    /// A PNG, JPEG or WebP file.
    File(PathBuf),
    /// The bytes of such a file, from inside another one (`origin`, for messages).
    Encoded {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// File and place they were found in.
        origin: String,
    },
    /// SVG text, rasterised at the size that is asked for.
    Svg {
        /// The finished SVG document.
        svg: Arc<str>,
        /// File or purpose it was made from, for messages.
        origin: String,
    },
}

impl Artwork {
    /// A PNG, JPEG, WebP, Radiance HDR or OpenEXR file, opened when its pixels are asked for.
    ///
    /// The key is made from the absolute path: 170,000 files need not be read to tell them apart. A file that changes
    /// while the program runs keeps its key, and the keys of two machines differ.
    #[must_use]
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let absolute = std::fs::canonicalize(&path).or_else(|_| std::path::absolute(&path));
        let name = absolute.as_deref().unwrap_or(&path).to_string_lossy();
        Self { key: ArtworkKey::of("file", name.as_bytes()), source: ArtworkSource::File(path) }
    }

    /// The bytes of such a file; `origin` says for messages where they were found. The key is made from the bytes.
    #[must_use]
    pub fn from_encoded(bytes: impl Into<Arc<[u8]>>, origin: impl Into<String>) -> Self {
        let bytes = bytes.into();
        let key = ArtworkKey::of("encoded", &bytes);
        Self { key, source: ArtworkSource::Encoded { bytes, origin: origin.into() } }
    }

    /// A finished SVG document; `origin` says for messages what it was made from. The key is made from the text.
    #[must_use]
    pub fn from_svg(svg: impl Into<Arc<str>>, origin: impl Into<String>) -> Self {
        let svg = svg.into();
        let key = ArtworkKey::of("svg", svg.as_bytes());
        Self { key, source: ArtworkSource::Svg { svg, origin: origin.into() } }
    }

    /// File or purpose, for messages.
    #[must_use]
    pub fn origin(&self) -> &Path {
        match &self.source {
            ArtworkSource::File(path) => path,
            ArtworkSource::Encoded { origin, .. } | ArtworkSource::Svg { origin, .. } => Path::new(origin),
        }
    }

    /// Width and height of the stored pixels, read from the head of the file; `None` for an SVG, which has no pixels
    /// until a size is chosen.
    ///
    /// # Errors
    /// If the file cannot be read, is no picture or is larger than [`MAX_SIDE`].
    pub fn pixel_size(&self) -> Result<Option<[u32; 2]>, Error> {
        match &self.source {
            ArtworkSource::Svg { .. } => Ok(None),
            _ => decode::size(self).map(Some),
        }
    }

    /// Pixels at exactly the size asked for, 8-bit RGBA with straight alpha, encoded as they are stored (sRGB for
    /// colours). Stored pictures are resampled with a Lanczos window that weights colours by their alpha; an SVG is
    /// rasterised at this size. Neither keeps its aspect ratio: a texture fills its square.
    ///
    /// # Errors
    /// If the size is zero or above [`MAX_SIDE`], or the picture cannot be read or decoded.
    pub fn load(&self, width: u32, height: u32) -> Result<image::RgbaImage, Error> {
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            let message = format!("cannot be made {width} x {height} pixels large: sides are 1 to {MAX_SIDE}");
            return Err(Error::invalid(self.origin(), "", message));
        }
        match &self.source {
            ArtworkSource::Svg { svg, .. } => {
                label::rasterise(svg, width, height).map_err(|message| Error::invalid(self.origin(), "", message))
            }
            _ => Ok(resample::resize(decode::rgba(self)?, width, height)),
        }
    }

    /// Linear RGB radiance of a Radiance `.hdr` or OpenEXR picture at its own size; negative and non-finite values are 0.
    ///
    /// # Errors
    /// If the file cannot be read, is in neither format, has a side above [`MAX_SIDE`] or too many pixels.
    pub fn load_hdr(&self) -> Result<image::Rgb32FImage, Error> {
        radiance::load(self)
    }
}

impl ArtworkKey {
    /// Hash of the content; `kind` keeps a path apart from a file whose content is that path.
    fn of(kind: &str, content: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(&format!("endcap artwork key {kind}"));
        hasher.update(content);
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        Self(key)
    }
}
