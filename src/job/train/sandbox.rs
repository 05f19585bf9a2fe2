use std::fmt;
use std::path::{Path, PathBuf};

use super::{FrameStream, linux};
use crate::dataset::FileRecord;
use crate::job::{RenderUnit, TrainStep};

/// Runs training steps on Linux: with bubblewrap (`bwrap` 0.8 or newer) and, where it is there, steps in an OCI image with
/// `crun` in it.
///
/// Inside there is no network, no process of others, no environment and no home of this machine, and system calls that a
/// trainer does not need are refused. The system's programs can be read, or the image instead; `/job` has the files of the
/// step, `/work` is room in memory, empty at first and of the size that the step may have, and nothing else can be written:
/// nothing that is inside lands on a disk. Frames come in through a pipe; outputs are read from `/work/out` when no
/// process is left that could change them.
///
/// Memory is bounded for each process, and by looking at all of them together ten times a second; by a control group as
/// well, which counts everything, where one can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    /// Bubblewrap.
    pub program: PathBuf,
    /// Crun, looked for on the `PATH` if it is a bare name.
    pub crun: PathBuf,
    /// What runs steps in an image; `None`: crun if it is there, else bubblewrap.
    pub runtime: Option<Runtime>,
    /// Folder for unpacked images, each kept under the digest of its archive; `None`: `endcap/images` in the cache folder
    /// of the user, `/var/cache` for root. A worker that is root runs steps as `nobody`, who must be able to get there.
    pub images: Option<PathBuf>,
    /// Bytes that an unpacked image may have.
    pub image_bytes: u64,
    /// Folders and files of this machine that can be read inside, under the same paths; for libraries beside the system's.
    pub readable: Vec<PathBuf>,
    /// Devices that can be used inside: those of a GPU.
    pub devices: Vec<PathBuf>,
}

/// What starts the program of a training step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// Bubblewrap alone.
    Bwrap,
    /// Crun in a space that bubblewrap makes.
    Crun,
}

/// What a training step is given.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Folder with its files.
    pub files: &'a Path,
    /// `dataset.json` of the frames that it reads.
    pub dataset: &'a [u8],
    /// The unit.
    pub unit: &'a RenderUnit,
}

/// What a training step has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trained {
    /// Its outputs, in the order of their names.
    pub outputs: Vec<FileRecord>,
    /// Frames that it was sent; fewer than there are if it wanted no more.
    pub frames: u64,
    /// What it ran in.
    pub runtime: Runtime,
    /// Whether a control group bounded its memory and its processes.
    pub in_group: bool,
}

impl Default for Sandbox {
    /// The system's programs, images of at most 64 GiB, no further folders, no devices.
    fn default() -> Self {
        Self {
            program: "bwrap".into(),
            crun: "crun".into(),
            runtime: None,
            images: None,
            image_bytes: 64 << 30,
            readable: Vec::new(),
            devices: Vec::new(),
        }
    }
}

impl Sandbox {
    /// Runs a step while `frames` makes its frames, and writes its outputs into an empty folder. When this returns no
    /// process of it is left.
    ///
    /// # Errors
    /// If its image cannot be used; if the step fails, uses more than it may, or does not give its outputs; what `frames`
    /// fails with. The folder then holds nothing that could be used.
    pub fn run(
        &self,
        step: &TrainStep,
        given: &Given<'_>,
        into: &Path,
        frames: impl FnOnce(&mut FrameStream<'_>) -> Result<(), crate::Error>,
    ) -> Result<Trained, crate::Error> {
        linux::run(self, step, given, into, frames)
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bwrap => "bwrap",
            Self::Crun => "crun",
        })
    }
}

impl std::str::FromStr for Runtime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "bwrap" => Ok(Self::Bwrap),
            "crun" => Ok(Self::Crun),
            _ => Err(format!("there is no runtime {text:?}, but bwrap and crun")),
        }
    }
}
