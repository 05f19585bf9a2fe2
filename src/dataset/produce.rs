use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

use super::{DatasetWriter, Header, Sample};
use crate::Error;
use crate::annotate::annotate;
use crate::frame::Frame;
use crate::render::{RenderSettings, Renderer};
use crate::scene::{Composer, Scene};
use crate::seed::Seed;

/// Scenes that may wait for the GPU.
const SCENES_AHEAD: u64 = 3;
/// Frames that may wait to be annotated, encoded and stored.
const FRAMES_BEHIND: u64 = 4;

/// A frame that has been stored, for progress displays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Number of the frame.
    pub index: u64,
    /// Units that are in its scene.
    pub units: usize,
}

/// Makes the frames that a dataset still lacks, and finishes it.
///
/// Scenes are composed and frames encoded in rayon's pool while this thread feeds the GPU; the numbers of scenes and
/// frames in between are bounded, so memory does not grow with the length of the run.
///
/// # Errors
/// The first failure of any frame, with its number. Frames before it are kept: the dataset can be resumed.
pub fn produce(
    composer: &Composer,
    renderer: &mut Renderer,
    mut writer: DatasetWriter,
    settings: &RenderSettings,
    mut on_frame: impl FnMut(Progress),
) -> Result<Header, Error> {
    let (seed, frames) = (writer.header().seed, writer.remaining());
    let encoder = writer.encoder();
    each_frame(
        (composer, renderer),
        (seed, frames),
        settings,
        |sample| Ok(encoder.store(sample)?),
        |progress, frame| {
            writer.append(frame)?;
            on_frame(progress);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(writer.finish()?)
}

/// Makes frames and encodes them in the pool, and hands what came of them to this thread, in order. While it is at work
/// with one, only so many are made ahead.
///
/// # Errors
/// The first failure of any frame, with its number; or the taker's own.
pub(crate) fn each_frame<T: Send>(
    (composer, renderer): (&Composer, &mut Renderer),
    (seed, frames): (u64, Range<u64>),
    settings: &RenderSettings,
    encode: impl Fn(&Sample<'_>) -> Result<T, Error> + Sync,
    mut take: impl FnMut(Progress, T) -> Result<ControlFlow<()>, Error>,
) -> Result<(), Error> {
    let failed = |index| move |source| Error::Frame { index, seed, source: Box::new(source) };
    let (mut scenes, mut encoded) = (InOrder::new(), InOrder::new());
    let encode = &encode;
    rayon::in_place_scope(|pool| {
        let compose = |index: u64, scenes: &InOrder<_>| {
            scenes.spawn(pool, index, move || composer.compose(Seed { dataset: seed, index }).map_err(Error::from));
        };
        let begin = |index: u64, scene: Scene, frame: Frame, encoded: &InOrder<_>| {
            encoded.spawn(pool, index, move || {
                let annotation = annotate(&scene, &frame)?;
                let sample = Sample { index, scene: &scene, frame: &frame, annotation: &annotation };
                Ok::<_, Error>((encode(&sample)?, scene.units.len()))
            });
        };
        let mut hand_over = |index: u64, encoded: &mut InOrder<Result<_, Error>>| {
            let (made, units) = encoded.take(index).map_err(failed(index))?;
            take(Progress { index, units }, made)
        };

        let mut next = frames.start;
        for index in frames.start..frames.end.min(frames.start + SCENES_AHEAD) {
            compose(index, &scenes);
        }
        for index in frames.clone() {
            let scene = scenes.take(index).map_err(failed(index))?;
            if index + SCENES_AHEAD < frames.end {
                compose(index + SCENES_AHEAD, &scenes);
            }
            let frame = renderer.render(&scene, settings).map_err(|error| failed(index)(error.into()))?;
            if index - next == FRAMES_BEHIND {
                if hand_over(next, &mut encoded)?.is_break() {
                    return Ok(());
                }
                next += 1;
            }
            begin(index, scene, frame, &encoded);
        }
        for index in next..frames.end {
            if hand_over(index, &mut encoded)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    })
}

/// Results of tasks that end in any order and are taken by number.
struct InOrder<T> {
    sender: Sender<(u64, Option<T>)>,
    arrivals: Receiver<(u64, Option<T>)>,
    waiting: BTreeMap<u64, Option<T>>,
}

impl<T: Send> InOrder<T> {
    fn new() -> Self {
        let (sender, arrivals) = channel();
        Self { sender, arrivals, waiting: BTreeMap::new() }
    }

    /// Starts a task in the pool.
    fn spawn<'scope>(&self, pool: &rayon::Scope<'scope>, number: u64, task: impl FnOnce() -> T + Send + 'scope)
    where
        T: 'scope,
    {
        let delivery = Delivery { sender: self.sender.clone(), number, value: None };
        pool.spawn(move |_| {
            // The whole of it moves here, so that it is dropped when the task ends.
            let mut delivery = delivery;
            delivery.value = Some(task());
        });
    }

    /// Waits for the result of the task with this number.
    fn take(&mut self, number: u64) -> T {
        loop {
            if let Some(found) = self.waiting.remove(&number) {
                return found.expect("a task that panics takes the run with it");
            }
            let (number, arrived) = self.arrival();
            self.waiting.insert(number, arrived);
        }
    }

    /// Waits for any result. Called on a thread of the pool it works meanwhile, because it may be the only one there is.
    fn arrival(&self) -> (u64, Option<T>) {
        const OPEN: &str = "a sender is held here, so the channel stays open";
        loop {
            match self.arrivals.try_recv() {
                Ok(arrived) => return arrived,
                Err(TryRecvError::Disconnected) => unreachable!("{OPEN}"),
                Err(TryRecvError::Empty) => {}
            }
            match rayon::yield_now() {
                None => return self.arrivals.recv().expect(OPEN),
                Some(rayon::Yield::Executed) => {}
                // Other threads have all tasks in hand, and may share parts of them.
                Some(rayon::Yield::Idle) => {
                    if let Ok(arrived) = self.arrivals.recv_timeout(Duration::from_millis(1)) {
                        return arrived;
                    }
                }
            }
        }
    }
}

/// Sends a task's result when it ends, also when it ends in a panic: nobody must wait for it forever.
struct Delivery<T> {
    sender: Sender<(u64, Option<T>)>,
    number: u64,
    value: Option<T>,
}

impl<T> Drop for Delivery<T> {
    fn drop(&mut self) {
        // Nobody listens any more once another frame has failed.
        let _ = self.sender.send((self.number, self.value.take()));
    }
}
