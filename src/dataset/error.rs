use std::io;
use std::path::PathBuf;

use crate::frame::Plane;
use crate::problem::Problems;

/// Why a dataset could not be written, continued or read.
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
    /// There is no room for a file. Nothing half-written is left, and `--resume` goes on once there is room.
    #[error("cannot write {}: the disk is full or the quota is used up", path.display())]
    DiskFull {
        /// The file.
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
    /// A plot could not be drawn.
    #[error("cannot draw {}: {message}", path.display())]
    Draw {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The page of a dataset cannot be served.
    #[error("cannot serve on {address}")]
    Serve {
        /// Address and port.
        address: std::net::SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// Neither a file nor a built-in profile.
    #[error("there is no profile file {name:?}, and no built-in profile of this name; built in are {known}")]
    NoSuchProfile {
        /// What was asked for.
        name: String,
        /// The built-in ones.
        known: String,
    },
    /// A new dataset needs an empty folder.
    #[error("{} is not empty; continue its dataset with --resume, or choose another folder", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds files, and no dataset that could be continued.
    #[error("{} holds no dataset that could be resumed", folder.display())]
    NothingToResume {
        /// The folder.
        folder: PathBuf,
    },
    /// The dataset in the folder was begun with other inputs, so that continuing it would mix two datasets.
    #[error("{} was begun differently and cannot be resumed: {differences}", folder.display())]
    BegunDifferently {
        /// The folder.
        folder: PathBuf,
        /// Field by field: what is there, and what was asked for.
        differences: Problems,
    },
    /// Another process writes to the folder.
    #[error("another process is writing to {}", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// Frames are appended in order; this one is not the next.
    #[error("frame {found} was appended, and frame {expected} is next")]
    OutOfOrder {
        /// The next frame.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// The dataset was finished before all of its frames were there.
    #[error("the dataset was finished at frame {next}, and should go on to frame {end}")]
    Unfinished {
        /// The next frame.
        next: u64,
        /// One past the last frame.
        end: u64,
    },
    /// A plane that the dataset should hold was not rendered.
    #[error("frame {frame} has no {plane} plane")]
    MissingPlane {
        /// The frame.
        frame: u64,
        /// What it lacks.
        plane: Plane,
    },
    /// A frame that does not fit the dataset or the format.
    #[error("frame {frame}: {message}")]
    Sample {
        /// The frame.
        frame: u64,
        /// What does not fit, naming the value.
        message: String,
    },
    /// A picture could not be encoded.
    #[error("frame {frame}: cannot encode the {plane} plane: {message}")]
    Encode {
        /// The frame.
        frame: u64,
        /// The plane.
        plane: Plane,
        /// What the encoder says.
        message: String,
    },
}

impl Error {
    /// True when the input is to blame: a folder that does not fit, or files that are wrong.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        matches!(
            self,
            Self::Read { .. }
                | Self::Invalid { .. }
                | Self::NoSuchProfile { .. }
                | Self::NotEmpty { .. }
                | Self::NothingToResume { .. }
                | Self::BegunDifferently { .. }
        )
    }

    /// A failed write, sorted by whether the disk is full.
    pub(crate) fn write(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, source },
            _ => Self::Write { path, source },
        }
    }

    /// A failed read.
    pub(crate) fn read(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Read { path: path.into(), source }
    }

    /// One problem in a file.
    pub(crate) fn invalid(path: impl Into<PathBuf>, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), problems: Problems::one(place, message) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_has_its_own_message() {
        let error = Error::write("out/rgb/000001.png", io::ErrorKind::StorageFull.into());
        assert_eq!(error.to_string(), "cannot write out/rgb/000001.png: the disk is full or the quota is used up");
        let error = Error::write("out", io::ErrorKind::PermissionDenied.into());
        assert_eq!(error.to_string(), "cannot write out");
    }
}
