//! How tasks come to workers and news back to the coordinator.
//!
//! A queue carries messages and keeps them until they are taken; it decides nothing. Which unit is where, and whether it is
//! done, is known to the coordinator's table alone: a task that was taken off a queue is not done, and one that is still
//! there may be.

mod local;
mod message;
#[cfg(feature = "nats")]
pub mod nats;

use std::time::Duration;

pub use self::local::{LocalDispatch, LocalQueue, LocalWorkers};
pub use self::message::{Answer, Attempt, Hello, Notice, Order, Report, Task, Voucher};
use super::{Error, WorkerId};

/// The coordinator's end of a queue.
pub trait Dispatch: Send {
    /// Puts a task into its worker's queue. Sending the same attempt again changes nothing.
    ///
    /// # Errors
    /// If the queue cannot be reached; the task is then perhaps there.
    fn send(&mut self, task: &Task) -> Result<(), Error>;

    /// Takes a task back that its worker has perhaps not begun: an answer, or nothing at all, is fine for one that is gone.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn withdraw(&mut self, task: &Task) -> Result<(), Error>;

    /// The next thing that a worker has said, in the order of each worker; none if nothing comes within `wait`. Who said it
    /// is known from the queue's own authentication, never from the message. Things are handed out at least once: what
    /// was not yet [settled](Dispatch::settle) comes again after a crash.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn receive(&mut self, wait: Duration) -> Result<Option<(WorkerId, Notice)>, Error>;

    /// All that was received so far is in the journal, and need not come again.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn settle(&mut self) -> Result<(), Error>;

    /// Tells a worker something; it is kept until the worker takes it.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn answer(&mut self, worker: &WorkerId, answer: &Answer) -> Result<(), Error>;
}

/// A worker's end of a queue.
pub trait WorkQueue: Send {
    /// The next task; none if nothing comes within `wait`. It is this worker's until [released](WorkQueue::release), and
    /// comes again if the worker falls silent.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn pull(&mut self, wait: Duration) -> Result<Option<Task>, Error>;

    /// Shows that the task is still worked on.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn keep(&mut self, task: &Task) -> Result<(), Error>;

    /// Takes the task off the queue: its report, or its failure, was told.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn release(&mut self, task: &Task) -> Result<(), Error>;

    /// Tells the coordinator something; it is kept, and told once, when this returns.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn tell(&mut self, notice: &Notice) -> Result<(), Error>;

    /// What the coordinator has said since the last call.
    ///
    /// # Errors
    /// If the queue cannot be reached.
    fn answers(&mut self) -> Result<Vec<Answer>, Error>;
}
