//! What is to be told to workers, once the journal knows it.

use super::Coordinator;
use crate::job::coordinate::TryState;
use crate::job::queue::{Answer, Attempt, Task};
use crate::job::store::Link;
use crate::job::{Error, WorkerId};

/// Something to be told.
#[derive(Debug)]
pub(super) enum Letter {
    Send(u64, u32),
    Withdraw(u64, u32),
    Answer(WorkerId, Answer),
    /// To the store: the delivery of this attempt was got.
    Forget(u64, u32, WorkerId),
}

impl Coordinator {
    /// Tells what is to be told, in order; stops where the way is blocked.
    pub(super) fn deliver_letters(&mut self) {
        while let Some(letter) = self.outbox.front() {
            let told = match letter {
                Letter::Send(unit, attempt) => self.task(*unit, *attempt).and_then(|task| match task {
                    Some(task) => self.dispatch.send(&task),
                    None => Ok(()),
                }),
                Letter::Withdraw(unit, attempt) => match self.bare_task(*unit, *attempt) {
                    Some(task) => self.dispatch.withdraw(&task),
                    None => Ok(()),
                },
                Letter::Answer(worker, answer) => self.dispatch.answer(worker, answer),
                Letter::Forget(unit, attempt, worker) => self.store.remove(&self.upload_name(*unit, *attempt, worker)),
            };
            match told {
                Ok(()) => {}
                Err(error) if error.is_unreachable() => {
                    tracing::warn!("{error}; {} messages wait", self.outbox.len());
                    return;
                }
                Err(error) => tracing::warn!("{error}; {letter:?} is not told"),
            }
            self.outbox.pop_front();
        }
    }

    /// The task of an attempt that is still in progress.
    pub(super) fn task(&self, unit: u64, attempt: u32) -> Result<Option<Task>, Error> {
        let Some(task) = self.bare_task(unit, attempt).filter(|task| task.deadline_s > 0) else { return Ok(None) };
        // A little longer than the lease, for those who are late.
        let seconds = self.table.terms().lease_s.saturating_add(600);
        let upload = self.store.upload_link(&self.upload_name(unit, attempt, &task.worker), seconds)?;
        let bundle = self.store.download_link(&self.bundle_name, seconds)?;
        Ok(Some(Task { bundle, upload, ..task }))
    }

    /// A task without links; its deadline is 0 if it is not in progress.
    pub(super) fn bare_task(&self, unit: u64, attempt: u32) -> Option<Task> {
        let one = self.table.attempt(unit, attempt)?;
        let deadline_s = match one.state {
            TryState::InProgress { deadline_s } => deadline_s,
            _ => 0,
        };
        let none = Link::new("");
        let what = Attempt { job: self.table.job(), unit, attempt };
        let (worker, order) = (one.worker.clone(), self.ledger.order(one.price));
        Some(Task { what, worker, deadline_s, bundle: none.clone(), upload: none, order })
    }

    pub(super) fn upload_name(&self, unit: u64, attempt: u32, worker: &WorkerId) -> String {
        let job = self.table.job().to_string().replace(':', "-");
        format!("{job}/unit-{unit:06}-{attempt}-{worker}.tar")
    }
}
