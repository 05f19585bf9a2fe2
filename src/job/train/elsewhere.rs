//! Where there are no sandboxes.

use std::path::Path;

use super::{FrameStream, Given, Sandbox, Trained};
use crate::job::{Error, TrainStep};

pub(super) fn run(
    _: &Sandbox,
    _: &TrainStep,
    _: &Given<'_>,
    _: &Path,
    _: impl FnOnce(&mut FrameStream<'_>) -> Result<(), crate::Error>,
) -> Result<Trained, crate::Error> {
    Err(Error::Training("needs Linux: there is no sandbox elsewhere".to_owned()).into())
}
