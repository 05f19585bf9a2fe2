use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Answer, Dispatch, Notice, Task, WorkQueue};
use crate::job::{Error, WorkerId};

/// A queue inside of one process, without a server: the default.
#[derive(Debug, Clone, Default)]
pub struct LocalWorkers(Arc<Shared>);

/// The coordinator's end of [`LocalWorkers`].
#[derive(Debug)]
pub struct LocalDispatch(Arc<Shared>);

/// A worker's end of [`LocalWorkers`].
#[derive(Debug)]
pub struct LocalQueue {
    shared: Arc<Shared>,
    worker: WorkerId,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    tasks: BTreeMap<WorkerId, VecDeque<Task>>,
    answers: BTreeMap<WorkerId, Vec<Answer>>,
    notices: VecDeque<(WorkerId, Notice)>,
}

impl LocalWorkers {
    /// The coordinator's end; there should be one.
    #[must_use]
    pub fn dispatch(&self) -> LocalDispatch {
        LocalDispatch(Arc::clone(&self.0))
    }

    /// The end of a worker.
    #[must_use]
    pub fn queue(&self, worker: WorkerId) -> LocalQueue {
        LocalQueue { shared: Arc::clone(&self.0), worker }
    }
}

impl Shared {
    /// A thread that panicked elsewhere leaves plain data behind, which is whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until there is something to take.
    fn take<T>(&self, wait: Duration, mut take: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        let end = Instant::now() + wait;
        let mut state = self.lock();
        loop {
            if let Some(taken) = take(&mut state) {
                return Some(taken);
            }
            let left = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Dispatch for LocalDispatch {
    fn send(&mut self, task: &Task) -> Result<(), Error> {
        self.0.change(|state| {
            let tasks = state.tasks.entry(task.worker.clone()).or_default();
            if !tasks.iter().any(|other| other.what == task.what) {
                tasks.push_back(task.clone());
            }
        });
        Ok(())
    }

    fn withdraw(&mut self, task: &Task) -> Result<(), Error> {
        self.0.change(|state| {
            if let Some(tasks) = state.tasks.get_mut(&task.worker) {
                tasks.retain(|other| other.what != task.what);
            }
        });
        Ok(())
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<(WorkerId, Notice)>, Error> {
        Ok(self.0.take(wait, |state| state.notices.pop_front()))
    }

    fn settle(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn answer(&mut self, worker: &WorkerId, answer: &Answer) -> Result<(), Error> {
        self.0.change(|state| state.answers.entry(worker.clone()).or_default().push(answer.clone()));
        Ok(())
    }
}

impl WorkQueue for LocalQueue {
    fn pull(&mut self, wait: Duration) -> Result<Option<Task>, Error> {
        let worker = &self.worker;
        Ok(self.shared.take(wait, |state| state.tasks.get_mut(worker)?.pop_front()))
    }

    fn keep(&mut self, _: &Task) -> Result<(), Error> {
        Ok(())
    }

    fn release(&mut self, _: &Task) -> Result<(), Error> {
        Ok(())
    }

    fn tell(&mut self, notice: &Notice) -> Result<(), Error> {
        self.shared.change(|state| state.notices.push_back((self.worker.clone(), notice.clone())));
        Ok(())
    }

    fn answers(&mut self) -> Result<Vec<Answer>, Error> {
        Ok(self.shared.lock().answers.remove(&self.worker).unwrap_or_default())
    }
}
