use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::job::Error;

/// Lets whoever holds it get or put one file: an absolute path, or an address that is signed for a while. It is a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(String);

impl Link {
    /// A link of this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to follow it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        Some(PathBuf::from(&self.0)).filter(|path| path.is_absolute())
    }

    /// Its kind: `file` for an absolute path, or its scheme, what stands before the first `:`, as it stands there.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        if self.path().is_some() { Some("file") } else { self.0.split_once(':').map(|(kind, _)| kind) }
    }
}

impl fmt::Debug for Link {
    /// Without what is secret: everything after the question mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.split('?').next().unwrap_or_default())
    }
}

/// Follows links of one kind.
pub trait Courier: Send {
    /// Gets a file, at most `limit` bytes of it; the target is complete or not there.
    ///
    /// # Errors
    /// If there is no such file, it is longer, or the place cannot be reached.
    fn fetch(&self, link: &Link, target: &Path, limit: u64) -> Result<(), Error>;

    /// Puts a file. One that is there already is left as it is, and is no error.
    ///
    /// # Errors
    /// If the place refuses it or cannot be reached.
    fn deliver(&self, link: &Link, file: &Path) -> Result<(), Error>;
}
