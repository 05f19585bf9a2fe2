use std::path::PathBuf;

use crate::problem::Problems;

/// Why a catalogue, a model or an artwork could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened or read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A file was read, and its content is wrong.
    #[error("{}: {problems}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// All that is wrong with it.
        problems: Problems,
    },
    /// The catalogue has no product with this number or name.
    #[error("the catalogue has no product {0}")]
    NoSuchProduct(String),
}

impl Error {
    /// One problem in a file.
    pub(crate) fn invalid(path: impl Into<PathBuf>, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), problems: Problems::one(place, message) }
    }
}
