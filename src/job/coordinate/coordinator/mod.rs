//! The machine that gives units out, hears, looks and promises.

mod hear;
mod judge;
mod lease;
mod letters;
mod pay;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use self::letters::Letter;
use super::inspection::{Finding, Inspection};
use super::unit::TryState;
use super::{Event, Examine, Journal, Table, Terms};
use crate::job::ledger::Ledger;
use crate::job::queue::{Dispatch, Hello};
use crate::job::store::Store;
use crate::job::{Bundle, Error, WorkerId};

/// Most messages that are heard before anything else is done.
const MESSAGES: usize = 512;

/// Gives the units of a job to workers, looks at what they make, and promises to pay for what is valid.
///
/// It is a machine that [`step`](Coordinator::step)s: time comes from outside, nothing happens between steps but looking at
/// deliveries, and all that it knows follows from its journal.
pub struct Coordinator {
    bundle: Bundle,
    folder: PathBuf,
    bundle_name: String,
    table: Table,
    journal: Box<dyn Journal>,
    dispatch: Box<dyn Dispatch>,
    store: Arc<dyn Store>,
    ledger: Box<dyn Ledger>,
    inspection: Inspection,
    /// Events that have happened and are not yet in the journal.
    fresh: Vec<String>,
    /// What is to be told once they are.
    outbox: VecDeque<Letter>,
    /// Ends of leases; those that have ended otherwise are still here.
    leases: BTreeSet<(u64, u64, u32)>,
    /// Reports that are to be looked at.
    reported: BTreeSet<(u64, u32)>,
    /// When workers were last heard, seconds since 1970, and how many frames of what they work on are done.
    heard: BTreeMap<WorkerId, u64>,
    progress: BTreeMap<(u64, u32), u64>,
    /// Workers that came while the ledger could not be reached.
    at_the_door: BTreeMap<WorkerId, Hello>,
    /// When workers that failed again and again get work again, seconds since 1970.
    resting: BTreeMap<WorkerId, u64>,
    /// The time of this step.
    now_s: u64,
    /// When something that could not be reached is tried again.
    retry_s: u64,
    strange: u64,
}

/// What a coordinator works with.
pub struct Ends {
    /// Where it keeps what has happened.
    pub journal: Box<dyn Journal>,
    /// How it reaches workers.
    pub dispatch: Box<dyn Dispatch>,
    /// Where the bundle is, and deliveries are put.
    pub store: Arc<dyn Store>,
    /// Who pays.
    pub ledger: Box<dyn Ledger>,
    /// What looks at deliveries.
    pub examiner: Box<dyn Examine>,
    /// Name of the shipped bundle in the store.
    pub bundle_name: String,
}

impl Coordinator {
    /// Opens a job in a folder, or goes on with it where its journal ends. A job that goes on keeps the terms that it was
    /// opened with.
    ///
    /// # Errors
    /// If the journal cannot be read, does not follow from itself or is another job's, if the terms cannot be, if a new job
    /// may cost more than its ledger holds for it, or if the folder cannot be written.
    pub fn open(bundle: &Bundle, folder: &Path, terms: &Terms, ends: Ends) -> Result<Self, Error> {
        let Ends { mut journal, dispatch, store, mut ledger, examiner, bundle_name } = ends;
        for name in ["incoming", "results"] {
            let path = folder.join(name);
            std::fs::create_dir_all(&path).map_err(|source| Error::write(path, source))?;
        }
        let mut lines = journal.replay()?;
        if lines.is_empty() {
            let problems = terms.problems();
            if !problems.is_empty() {
                return Err(Error::Unfit(format!("the terms cannot be: {problems}")));
            }
            if let Some(held) = ledger.budget()?.filter(|held| *held < terms.budget) {
                let budget = terms.budget;
                return Err(Error::Unfit(format!("the escrow holds {held} for the job, which may cost {budget}")));
            }
            let opened = Event::Opened { job: bundle.digest(), units: bundle.plan().len(), terms: terms.clone() };
            lines = vec![line(&opened)];
            journal.append(&lines)?;
        }
        let table = Table::replay(&lines)?;
        if table.job() != bundle.digest() {
            return Err(Error::Unfit(format!("the journal is of the job {}, not {}", table.job(), bundle.digest())));
        }
        let inspection = Inspection::start(Arc::clone(&store), examiner);
        let mut coordinator = Self {
            bundle: bundle.clone(),
            folder: folder.to_owned(),
            bundle_name,
            table,
            journal,
            dispatch,
            store,
            ledger,
            inspection,
            fresh: Vec::new(),
            outbox: VecDeque::new(),
            leases: BTreeSet::new(),
            reported: BTreeSet::new(),
            heard: BTreeMap::new(),
            progress: BTreeMap::new(),
            at_the_door: BTreeMap::new(),
            resting: BTreeMap::new(),
            now_s: 0,
            retry_s: 0,
            strange: 0,
        };
        coordinator.pick_up()?;
        Ok(coordinator)
    }

    /// Does again what may not have been done before a crash; doing it twice changes nothing.
    fn pick_up(&mut self) -> Result<(), Error> {
        for (unit, attempt, one) in tries(&self.table) {
            match &one.state {
                TryState::InProgress { deadline_s } => {
                    self.leases.insert((*deadline_s, unit, attempt));
                    self.outbox.push_back(Letter::Send(unit, attempt));
                }
                TryState::Reported(_) => {
                    self.reported.insert((unit, attempt));
                }
                TryState::Valid { .. } => judge::put_in_place(&self.folder, (unit, attempt))?,
                _ => {}
            }
        }
        let promised: Vec<WorkerId> = self.table.workers().keys().cloned().collect();
        promised.iter().try_for_each(|worker| self.promise_again(worker))
    }

    /// What is known.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Frames that are done of what is being worked on, by unit and attempt.
    #[must_use]
    pub fn progress(&self) -> &BTreeMap<(u64, u32), u64> {
        &self.progress
    }

    /// Messages that did not fit anything: late, doubled, or of somebody else's unit.
    #[must_use]
    pub fn strange(&self) -> u64 {
        self.strange
    }

    /// True when nothing is left to be done, and everybody was told.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.table.is_over() && self.outbox.is_empty()
    }

    /// Hears what workers say, for at most about `wait`; looks at deliveries, ends leases, gives units out. `now_s` is
    /// the time, seconds since 1970. What cannot be reached is tried again in a later step.
    ///
    /// # Errors
    /// If the journal cannot be written, or this machine fails while it looks at a delivery: the coordinator should then
    /// be opened again.
    pub fn step(&mut self, now_s: u64, mut wait: Duration) -> Result<(), crate::Error> {
        self.now_s = now_s;
        for _ in 0..MESSAGES {
            match self.dispatch.receive(wait) {
                Ok(Some((worker, notice))) => self.hear(worker, notice.bounded(), now_s)?,
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!("{error}; going on without news");
                    std::thread::sleep(wait);
                    break;
                }
            }
            wait = Duration::ZERO;
        }
        while let Some((key, finding)) = self.inspection.next()? {
            match finding {
                Ok(Finding::Examined(examined)) => self.judge(key, examined)?,
                Ok(Finding::Missing(message)) => self.lapse(key, true, message)?,
                Err(crate::Error::Job(error)) if error.is_unreachable() => {
                    tracing::warn!("{error}; unit {} will be looked at later", key.0);
                    self.retry_s = now_s + 5;
                }
                Err(error) => return Err(error),
            }
        }
        self.end_leases(now_s)?;
        if now_s >= self.retry_s {
            for (worker, hello) in std::mem::take(&mut self.at_the_door) {
                self.admit(worker, hello, now_s)?;
            }
            self.look()?;
        }
        self.give_out(now_s)?;
        self.promise()?;
        if !self.fresh.is_empty() {
            self.journal.append(&self.fresh)?;
            self.fresh.clear();
        }
        if let Err(error) = self.dispatch.settle() {
            tracing::warn!("{error}; what was heard may be heard again");
        }
        self.deliver_letters();
        Ok(())
    }

    /// Ends the job early: nothing more is given out, and what is being worked on is taken back.
    ///
    /// # Errors
    /// If the journal does not allow it, which would be our mistake.
    pub fn cancel(&mut self) -> Result<(), Error> {
        if self.table.is_cancelled() {
            return Ok(());
        }
        self.record(Event::Cancelled)?;
        let open: Vec<_> = tries(&self.table)
            .filter(|(_, _, one)| matches!(one.state, TryState::InProgress { .. }))
            .map(|(unit, attempt, _)| (unit, attempt))
            .collect();
        open.into_iter().try_for_each(|key| self.take_back(key, "the job was cancelled"))
    }

    /// Something has happened.
    fn record(&mut self, event: Event) -> Result<(), Error> {
        self.table.apply(&event).map_err(Error::Unfit)?;
        self.fresh.push(line(&event));
        match event {
            Event::Reported { report } => self.reported.insert((report.what.unit, report.what.attempt)),
            Event::Doubted { unit, attempt } => self.reported.insert((unit, attempt)),
            Event::Judged { unit, attempt, .. } | Event::Lapsed { unit, attempt, .. } => {
                self.reported.remove(&(unit, attempt))
            }
            _ => false,
        };
        Ok(())
    }
}

fn tries(table: &Table) -> impl Iterator<Item = (u64, u32, &super::Try)> {
    (0..)
        .zip(table.units())
        .flat_map(|(number, unit)| (0..).zip(&unit.tries).map(move |(attempt, one)| (number, attempt, one)))
}

fn line(event: &Event) -> String {
    serde_json::to_string(event).expect("events are plain data")
}
