use std::path::PathBuf;
use std::sync::Arc;

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
