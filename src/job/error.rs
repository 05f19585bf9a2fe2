use std::io;
use std::path::Path;

use crate::dataset;
use crate::problem::Problems;

/// Why a job could not be packed, worked on, verified, collected or handed around.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file: it cannot be read or written, or its content is wrong.
    #[error(transparent)]
    Files(#[from] dataset::Error),
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
    /// The training step of a unit has failed, used more than it may, or made what it should not; the message says what.
    #[error("the training step {0}")]
    Training(String),
    /// A queue, a store or a chain could not be reached, or did not answer as it should. Trying again later may help.
    #[error("cannot reach {place}")]
    Unreachable {
        /// Its address, without secrets.
        place: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A queue, a store or a chain was reached, and said no.
    #[error("{place} refuses: {message}")]
    Refused {
        /// Its address, without secrets.
        place: String,
        /// What it says.
        message: String,
    },
}

impl Error {
    /// True when the input is to blame.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Files(error) => error.is_bad_input(),
            Self::Unfit(_) | Self::NoSuchUnit { .. } => true,
            Self::Training(_) | Self::Unreachable { .. } | Self::Refused { .. } => false,
        }
    }

    /// True when nothing is wrong but the way there: the same may work later.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    pub(super) fn write(path: impl AsRef<Path>, source: io::Error) -> Self {
        dataset::Error::write(path.as_ref(), source).into()
    }

    pub(super) fn read(path: impl AsRef<Path>, source: io::Error) -> Self {
        dataset::Error::read(path.as_ref(), source).into()
    }

    pub(super) fn invalid(path: impl AsRef<Path>, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::problems(path, Problems::one(place, message))
    }

    pub(super) fn problems(path: impl AsRef<Path>, problems: Problems) -> Self {
        dataset::Error::Invalid { path: path.as_ref().to_owned(), problems }.into()
    }

    /// For the clients of queues, stores and chains.
    #[cfg(any(feature = "nats", feature = "s3", feature = "evm"))]
    pub(super) fn unreachable(
        place: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unreachable { place: place.into(), source: source.into() }
    }

    /// For the clients of queues, stores and chains.
    #[cfg(any(feature = "nats", feature = "s3", feature = "evm"))]
    pub(super) fn refused(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Refused { place: place.into(), message: message.into() }
    }
}
