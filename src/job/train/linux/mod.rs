//! The sandbox: what is inside (`inside`, `crun`, `image`), what is refused (`seccomp`) and bounded (`group`, `watch`), how
//! it starts (`start`), and what comes out (`outputs`).

mod crun;
mod group;
mod image;
mod inside;
mod outputs;
mod seccomp;
mod start;
mod watch;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use self::inside::Inside;
use self::outputs::{last_words, receive};
use self::watch::{End, watch};
use super::{FrameStream, Given, Sandbox, Trained};
use crate::job::{Error, TrainStep};

/// User and group inside; and outside too where the worker is root, whose number of processes nothing bounds.
const NOBODY: u32 = 65534;

pub(super) fn run(
    sandbox: &Sandbox,
    step: &TrainStep,
    given: &Given<'_>,
    into: &Path,
    frames: impl FnOnce(&mut FrameStream<'_>) -> Result<(), crate::Error>,
) -> Result<Trained, crate::Error> {
    let inside = Inside::new(sandbox, step, given)?;
    let start::Started { process, frames: stdin, words, out, group } = start::start(&inside, step)?;
    let stop = AtomicBool::new(false);
    let (sent, words, end) = std::thread::scope(|scope| {
        // However this ends, a panic included, the sandbox ends.
        let _guard = StopOnDrop(&stop);
        let end = scope.spawn(|| watch(process, &step.limits, &stop));
        let words = scope.spawn(|| last_words(words));
        let mut stream = FrameStream::new(stdin);
        let sent = frames(&mut stream).and_then(|()| stream.finish().map_err(|error| broken(&error)));
        if sent.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        let alive = "does not panic";
        (sent, words.join().expect(alive), end.join().expect(alive))
    });
    let said = if words.is_empty() { String::new() } else { format!("; its last words: {words}") };
    let failed = |message: String| Err(Error::Training(format!("{message}{said}")).into());
    let limits = &step.limits;
    let end = end.map_err(|error| Error::Training(format!("cannot be watched: {error}")))?;
    match (end, sent) {
        (End::Late, _) => failed(format!("takes longer than {} seconds", limits.wall_s)),
        (End::Fat(bytes), _) => failed(format!("uses {bytes} bytes of memory, and may use {}", limits.memory_bytes)),
        (_, Err(error)) => Err(error),
        (End::Ended(status), Ok(frames)) if status.success() => match receive(&out, &step.outputs, into) {
            Ok(outputs) => Ok(Trained { outputs, frames, runtime: inside.runtime(), in_group: group.is_some() }),
            Err(message) => failed(message),
        },
        (End::Ended(status), _) => match group.as_ref().filter(|group| group.has_run_out()) {
            Some(group) => failed(format!("uses more memory than the {} bytes of its control group", group.bytes())),
            None => failed(format!("has failed ({status})")),
        },
        (End::Stopped, Ok(_)) => failed("was stopped".to_owned()),
    }
}

/// Whether this process is root.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn broken(error: &std::io::Error) -> crate::Error {
    Error::Training(format!("cannot be sent its frames: {error}")).into()
}

/// Asks for the end of the sandbox when the one who feeds it is gone.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
