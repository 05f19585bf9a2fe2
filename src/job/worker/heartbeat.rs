use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::job::queue::{Notice, Task, WorkQueue};

/// A worker's end of the queue, shared with what shows that the worker lives.
pub(super) struct Line {
    queue: Mutex<Box<dyn WorkQueue>>,
    held: Mutex<Vec<Task>>,
    /// Frames done of the task that is being made.
    pub(super) frames: AtomicU64,
}

impl Line {
    pub(super) fn new(queue: Box<dyn WorkQueue>) -> Self {
        Self { queue: Mutex::new(queue), held: Mutex::default(), frames: AtomicU64::new(0) }
    }

    /// The queue. A thread that panicked meanwhile has left a client behind, which finds its way by itself.
    pub(super) fn queue(&self) -> MutexGuard<'_, Box<dyn WorkQueue>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Vec<Task>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it is shown that this task is worked on.
    pub(super) fn hold(&self, task: &Task) {
        let mut held = self.held();
        if !held.iter().any(|other| other.what == task.what) {
            held.push(task.clone());
        }
    }

    /// The task is off the worker's hands.
    pub(super) fn drop(&self, task: &Task) {
        self.held().retain(|other| other.what != task.what);
    }

    /// Shows every so often that all held tasks are worked on, until told to stop; whoever tells so unparks this thread.
    pub(super) fn beat(&self, every: Duration, should_stop: &AtomicBool) {
        let mut last = Instant::now();
        while !should_stop.load(Ordering::Relaxed) {
            let left = every.saturating_sub(last.elapsed());
            if !left.is_zero() {
                std::thread::park_timeout(left);
                continue;
            }
            last = Instant::now();
            let held = self.held().clone();
            for task in held {
                let frames = self.frames.load(Ordering::Relaxed);
                let mut queue = self.queue();
                // The coordinator first: the task may have been taken back, and then the queue knows nothing of it.
                let notice = Notice::Progress { what: task.what.clone(), frames };
                let told = queue.tell(&notice).and_then(|()| queue.keep(&task));
                if let Err(error) = told {
                    tracing::warn!("{error}; nobody knows that unit {} is worked on", task.what.unit);
                }
            }
        }
    }
}
