use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use super::{Examination, Examine, Examined};
use crate::job::queue::Report;
use crate::job::store::Store;
use crate::job::{Digest, Error};

/// A thread that gets deliveries from the store and looks at them, while the coordinator goes on.
#[derive(Debug)]
pub(super) struct Inspection {
    requests: Sender<Request>,
    answers: Receiver<Answer>,
    /// Attempts that are being looked at.
    waiting: BTreeSet<(u64, u32)>,
}

/// What was found about an attempt, or why that could not be found out.
pub(super) type Answer = ((u64, u32), Result<Finding, crate::Error>);

/// What is to be looked at.
#[derive(Debug)]
pub(super) struct Request {
    /// What, and where its file will lie.
    pub(super) examination: Examination,
    /// Its name in the store.
    pub(super) name: String,
}

/// What became of a delivery.
#[derive(Debug)]
pub(super) enum Finding {
    /// It is not where the task said, or not what was reported: its worker has not delivered.
    Missing(String),
    /// It was looked at.
    Examined(Examined),
}

impl Inspection {
    /// Begins; ends when this value goes.
    pub(super) fn start(store: Arc<dyn Store>, mut examiner: Box<dyn Examine>) -> Self {
        let (requests, inbox) = channel::<Request>();
        let (outbox, answers) = channel();
        std::thread::spawn(move || {
            for Request { examination, name } in inbox {
                let Report { what, .. } = &examination.report;
                let key = (what.unit, what.attempt);
                let answer = match get(store.as_ref(), &name, &examination) {
                    Ok(None) => examiner.examine(&examination).map(Finding::Examined),
                    Ok(Some(missing)) => Ok(Finding::Missing(missing)),
                    Err(error) => Err(error.into()),
                };
                if outbox.send((key, answer)).is_err() {
                    return;
                }
            }
        });
        Self { requests, answers, waiting: BTreeSet::new() }
    }

    /// True if this attempt is being looked at.
    pub(super) fn has(&self, key: (u64, u32)) -> bool {
        self.waiting.contains(&key)
    }

    pub(super) fn send(&mut self, request: Request) -> Result<(), Error> {
        let what = &request.examination.report.what;
        self.waiting.insert((what.unit, what.attempt));
        self.requests.send(request).map_err(|_| ended())
    }

    /// The next answer, if there is one.
    pub(super) fn next(&mut self) -> Result<Option<Answer>, Error> {
        match self.answers.try_recv() {
            Ok(answer) => {
                self.waiting.remove(&answer.0);
                Ok(Some(answer))
            }
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(ended()),
        }
    }
}

fn ended() -> Error {
    Error::Unfit("what looks at deliveries has ended early".to_owned())
}

/// Gets a delivery; none if it is there and is what was reported, else what is wrong.
fn get(store: &dyn Store, name: &str, examination: &Examination) -> Result<Option<String>, Error> {
    let Examination { report, file, .. } = examination;
    if !file.exists() {
        match store.get(name, file, report.bytes) {
            Ok(true) => {}
            Ok(false) => return Ok(Some("nothing was delivered".to_owned())),
            Err(error) if error.is_bad_input() => return Ok(Some(format!("what was delivered is longer: {error}"))),
            Err(error) => return Err(error),
        }
    }
    let opened = File::open(file).map_err(|source| Error::read(file, source))?;
    let bytes = opened.metadata().map_err(|source| Error::read(file, source))?.len();
    let found = Digest::of_reader(opened).map_err(|source| Error::read(file, source))?;
    if (bytes, found) == (report.bytes, report.delivery) {
        return Ok(None);
    }
    fs::remove_file(file).map_err(|source| Error::write(file, source))?;
    let Report { bytes: told_bytes, delivery, .. } = report;
    Ok(Some(format!("{bytes} bytes, {found}, were delivered, and {told_bytes} bytes, {delivery}, were reported")))
}

/// Where a delivery lies until it is known to be valid.
pub(super) fn incoming(folder: &Path, (unit, attempt): (u64, u32)) -> PathBuf {
    folder.join("incoming").join(format!("unit-{unit:06}-{attempt}.tar"))
}
