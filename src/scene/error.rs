use std::path::PathBuf;

use crate::catalog;
use crate::problem::Problems;

/// Why there is no recipe or no scene.
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
    /// A recipe or planogram file was read, and its content is wrong.
    #[error("{}: {problems}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// All that is wrong with it.
        problems: Problems,
    },
    /// Neither a file nor a built-in recipe.
    #[error("there is no recipe {name:?}: neither a file nor one of the built-in ones ({known})")]
    NoSuchRecipe {
        /// What was asked for.
        name: String,
        /// The built-in names.
        known: String,
    },
    /// The recipe cannot be used with this catalogue.
    #[error("the recipe does not fit the catalogue: {0}")]
    Unfit(Problems),
    /// No product of the chosen categories fits on the shelves.
    #[error("none of the {tried} products that were tried fits on a shelf {width:.2} m wide and {depth:.2} m deep")]
    NothingFits {
        /// Number of products looked at.
        tried: usize,
        /// Usable width of a bay in metres.
        width: f64,
        /// Depth of a shelf in metres.
        depth: f64,
    },
    /// A product could not be loaded.
    #[error(transparent)]
    Catalog(#[from] catalog::Error),
}

impl Error {
    /// Problems in a file.
    pub(super) fn invalid(path: impl Into<PathBuf>, problems: Problems) -> Self {
        Self::Invalid { path: path.into(), problems }
    }
}
