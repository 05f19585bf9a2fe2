use std::io;
use std::path::{Path, PathBuf};

use crate::problem::Problems;

/// Why a job could not be packed, worked on, verified or collected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file was read, and its content is wrong.
    #[error("{}: {problems}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// All that is wrong with it.
        problems: Problems,
    },
    /// The job asks for something that cannot be sent away or made here; the message says what.
    #[error("{0}")]
    Unfit(String),
    /// A unit that the job does not have.
    #[error("there is no unit {unit}; the job has {units}, numbered from 0")]
    NoSuchUnit {
        /// What was asked for.
        unit: u64,
        /// Number of units.
        units: u64,
    },
}

impl Error {
    /// True when the input is to blame.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, Self::Write { .. })
    }

    pub(super) fn write(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Write { path: path.as_ref().to_owned(), source }
    }

    pub(super) fn read(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Read { path: path.as_ref().to_owned(), source }
    }

    pub(super) fn invalid(path: impl AsRef<Path>, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { path: path.as_ref().to_owned(), problems: Problems::one(place, message) }
    }
}
