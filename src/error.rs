use crate::{annotate, catalog, dataset, scene, trace};

/// Any error of the crate, by the stage it comes from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Catalogue, model, artwork.
    #[error(transparent)]
    Catalog(#[from] catalog::Error),
    /// Recipe or composition.
    #[error(transparent)]
    Scene(#[from] scene::Error),
    /// Building of ray trees.
    #[error(transparent)]
    Trace(#[from] trace::Error),
    /// Rendering.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Render(#[from] crate::render::Error),
    /// Truth per instance.
    #[error(transparent)]
    Annotate(#[from] annotate::Error),
    /// Files of a dataset.
    #[error(transparent)]
    Dataset(#[from] dataset::Error),
    /// Jobs for other machines.
    #[cfg(feature = "job")]
    #[error(transparent)]
    Job(#[from] crate::job::Error),
    /// One frame of a dataset failed.
    #[error("frame {index} (seed {seed}) failed; `--frames {index}..{}` makes it alone", index + 1)]
    Frame {
        /// Number of the frame.
        index: u64,
        /// Seed of the dataset.
        seed: u64,
        /// What went wrong.
        source: Box<Error>,
    },
}

impl Error {
    /// True when the input is to blame: a file that cannot be read, or content that is wrong.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Catalog(_) | Self::Scene(_) | Self::Trace(_) => true,
            #[cfg(feature = "gpu")]
            Self::Render(error) => {
                use crate::render::Error;
                matches!(error, Error::Catalog(_) | Error::Trace(_) | Error::Settings(_))
            }
            Self::Annotate(_) => false,
            Self::Dataset(error) => error.is_bad_input(),
            #[cfg(feature = "job")]
            Self::Job(error) => error.is_bad_input(),
            Self::Frame { source, .. } => source.is_bad_input(),
        }
    }
}

/// An error with all its causes on one line.
#[cfg(any(feature = "job", feature = "view"))]
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
