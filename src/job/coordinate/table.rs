use std::collections::{BTreeMap, BTreeSet};

use super::unit::{Try, TryState};
use super::worker::Worker;
use super::{Event, Terms, Unit, UnitState};
use crate::job::ledger::Owner;
use crate::job::verify::Outcome;
use crate::job::{Digest, EngineClass, Error, Node, WorkerId};

/// All that a coordinator knows about a job: what follows from its journal, and from nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    job: Digest,
    terms: Terms,
    units: Vec<Unit>,
    /// Units that may be given out.
    wanted: BTreeSet<u64>,
    /// Number of units in each state.
    counts: BTreeMap<UnitState, u64>,
    /// What may have to be paid, in base units.
    committed: u128,
    workers: BTreeMap<WorkerId, Worker>,
    is_cancelled: bool,
}

/// A journal that does not follow from itself; the message says what.
pub(super) type Broken = String;

impl Table {
    /// The table that follows from the lines of a journal.
    ///
    /// # Errors
    /// If there are none, or one is no event or cannot have happened; with its number.
    pub fn replay(lines: &[String]) -> Result<Self, Error> {
        let mut table = None;
        for (number, line) in (1..).zip(lines) {
            let wrong = |message: String| Error::Unfit(format!("journal, line {number}: {message}"));
            let event: Event = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            match &mut table {
                None => table = Some(Self::new(&event).map_err(wrong)?),
                Some(table) => table.apply(&event).map_err(wrong)?,
            }
        }
        table.ok_or_else(|| Error::Unfit("the journal is empty".to_owned()))
    }

    /// The table after the first event.
    pub(super) fn new(first: &Event) -> Result<Self, Broken> {
        let Event::Opened { job, units, terms } = first else {
            return Err("the journal does not begin with the opening of a job".to_owned());
        };
        let count = usize::try_from(*units).ok().filter(|&count| count <= 1 << 32);
        let count = count.ok_or_else(|| format!("a job of {units} units"))?;
        Ok(Self {
            job: *job,
            terms: terms.clone(),
            units: vec![Unit::default(); count],
            wanted: (0..*units).collect(),
            counts: BTreeMap::from([(UnitState::Unsent, *units)]),
            committed: 0,
            workers: BTreeMap::new(),
            is_cancelled: false,
        })
    }

    /// The table after one more event.
    ///
    /// # Errors
    /// If the event cannot have happened.
    pub(super) fn apply(&mut self, event: &Event) -> Result<(), Broken> {
        match event {
            Event::Opened { .. } => return Err("the job was opened twice".to_owned()),
            Event::Joined { worker, owner, class, slots, unit_price } => {
                self.join(worker, owner, class);
                let known = self.known(worker)?;
                (known.slots, known.unit_price, known.is_there) = (*slots, *unit_price, true);
            }
            Event::Left { worker } => self.known(worker)?.is_there = false,
            Event::Banned { worker, message } => {
                let worker = self.known(worker)?;
                (worker.banned, worker.valid_in_a_row) = (Some(message.clone()), 0);
            }
            Event::Leased { unit, attempt, worker, deadline_s } => {
                let tries = self.unit_ref(*unit)?.tries.len();
                if tries as u64 != u64::from(*attempt) {
                    return Err(format!("unit {unit} was given out as attempt {attempt}, after {tries}"));
                }
                let known = self.known(worker)?;
                known.in_flight += 1;
                let (price, state) = (known.unit_price, TryState::InProgress { deadline_s: *deadline_s });
                let one = Try { worker: worker.clone(), state, price, is_sampled: false };
                self.change(*unit, |unit| unit.tries.push(one));
            }
            Event::Reported { report } => {
                let (unit, attempt) = (report.what.unit, report.what.attempt);
                let is_late = matches!(self.try_ref(unit, attempt)?.state, TryState::Silent | TryState::Failed);
                let change = TryState::Reported(report.clone());
                self.end_lease(unit, attempt, is_late, change)?;
            }
            Event::Lapsed { unit, attempt, is_failure, .. } => {
                let change = if *is_failure { TryState::Failed } else { TryState::Silent };
                // Whoever reports a unit and delivers nothing has failed at it, too.
                let is_reported = matches!(self.try_ref(*unit, *attempt)?.state, TryState::Reported(_));
                self.end_lease(*unit, *attempt, is_reported, change)?;
                if *is_failure {
                    let worker = self.try_ref(*unit, *attempt)?.worker.clone();
                    self.known(&worker)?.failed_in_a_row += 1;
                }
            }
            Event::Judged { unit, attempt, outcome, is_sampled, leaves, .. } => {
                self.judge((*unit, *attempt), *outcome, *is_sampled, leaves)?;
            }
            Event::Doubted { unit, attempt } => {
                let one = self.try_ref(*unit, *attempt)?;
                let TryState::Valid { report, .. } = &one.state else {
                    return Err(format!("unit {unit} was doubted and is not valid"));
                };
                let (state, worker, price) = (TryState::Reported(report.clone()), one.worker.clone(), one.price);
                let worker = self.known(&worker)?;
                worker.valid.retain(|&place| place != (*unit, *attempt));
                worker.earned = worker.earned.saturating_sub(price);
                self.set(*unit, *attempt, state);
            }
            Event::Promised { worker, amount, units } => {
                let worker = self.known(worker)?;
                if *amount < worker.promised || *units > worker.valid.len() as u64 {
                    return Err(format!("a voucher over {amount} for {units} units does not follow"));
                }
                (worker.promised, worker.promised_units) = (*amount, *units);
            }
            Event::Cancelled => self.is_cancelled = true,
        }
        Ok(())
    }

    fn join(&mut self, worker: &WorkerId, owner: &Owner, class: &EngineClass) {
        let known = self.workers.entry(worker.clone()).or_insert_with(|| Worker::new(owner, class));
        if known.class != *class {
            // Another machine, or another driver: nothing is known about it.
            known.valid_in_a_row = 0;
        }
        (known.owner, known.class) = (owner.clone(), class.clone());
    }

    /// The end of a lease, by a report or by nothing.
    fn end_lease(&mut self, unit: u64, attempt: u32, is_late: bool, change: TryState) -> Result<(), Broken> {
        let one = self.try_ref(unit, attempt)?;
        if !is_late && !matches!(one.state, TryState::InProgress { .. }) {
            return Err(format!("attempt {attempt} at unit {unit} is not in progress"));
        }
        if !is_late {
            let worker = one.worker.clone();
            self.known(&worker)?.in_flight -= 1;
        }
        self.set(unit, attempt, change);
        Ok(())
    }

    fn judge(
        &mut self,
        (unit, attempt): (u64, u32),
        outcome: Outcome,
        is_sampled: bool,
        leaves: &[Node],
    ) -> Result<(), Broken> {
        let one = self.try_ref(unit, attempt)?;
        let (TryState::Reported(report) | TryState::Inconclusive(report)) = &one.state else {
            return Err(format!("attempt {attempt} at unit {unit} was judged without a report"));
        };
        let (report, name, price) = (report.clone(), one.worker.clone(), one.price);
        let worker = self.known(&name)?;
        match outcome {
            Outcome::Valid => {
                worker.valid.push((unit, attempt));
                worker.earned = worker.earned.saturating_add(price);
                worker.valid_in_a_row = worker.valid_in_a_row.saturating_add(1);
                worker.failed_in_a_row = 0;
            }
            Outcome::Inconclusive => {}
            Outcome::Invalid => (worker.invalid, worker.valid_in_a_row) = (worker.invalid + 1, 0),
        }
        let state = match outcome {
            Outcome::Valid => TryState::Valid { report, leaves: leaves.to_vec() },
            Outcome::Inconclusive => TryState::Inconclusive(report),
            Outcome::Invalid => TryState::Invalid,
        };
        self.change(unit, |unit| {
            let one = &mut unit.tries[attempt as usize];
            (one.state, one.is_sampled) = (state, is_sampled);
        });
        Ok(())
    }

    fn set(&mut self, unit: u64, attempt: u32, state: TryState) {
        self.change(unit, |unit| unit.tries[attempt as usize].state = state);
    }

    /// Changes a unit that is there, and what is counted over all of them.
    fn change(&mut self, number: u64, change: impl FnOnce(&mut Unit)) {
        let attempts = self.terms.attempts;
        let unit = &mut self.units[number as usize];
        let (before, committed) = (unit.state(attempts), unit.committed());
        change(unit);
        let after = unit.state(attempts);
        self.committed = self.committed.saturating_sub(committed).saturating_add(unit.committed());
        if unit.is_wanted(attempts) {
            self.wanted.insert(number);
        } else {
            self.wanted.remove(&number);
        }
        *self.counts.entry(before).or_default() -= 1;
        *self.counts.entry(after).or_default() += 1;
    }

    fn known(&mut self, worker: &WorkerId) -> Result<&mut Worker, Broken> {
        self.workers.get_mut(worker).ok_or_else(|| format!("nobody has met the worker {worker}"))
    }

    fn unit_ref(&self, unit: u64) -> Result<&Unit, Broken> {
        self.unit(unit).ok_or_else(|| format!("there is no unit {unit}"))
    }

    fn try_ref(&self, unit: u64, attempt: u32) -> Result<&Try, Broken> {
        self.attempt(unit, attempt).ok_or_else(|| format!("unit {unit} has no attempt {attempt}"))
    }

    /// The job.
    #[must_use]
    pub fn job(&self) -> Digest {
        self.job
    }

    /// What was agreed.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// All units, in order.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// A unit; none if the job has no such unit.
    #[must_use]
    pub fn unit(&self, unit: u64) -> Option<&Unit> {
        self.units.get(usize::try_from(unit).ok()?)
    }

    /// An attempt, if there is one.
    #[must_use]
    pub fn attempt(&self, unit: u64, attempt: u32) -> Option<&Try> {
        self.unit(unit)?.tries.get(attempt as usize)
    }

    /// The first unit from this one on that may be given out.
    #[must_use]
    pub fn wanted(&self, first: u64) -> Option<u64> {
        self.wanted.range(first..).next().copied()
    }

    /// All workers that have ever come, by name.
    #[must_use]
    pub fn workers(&self) -> &BTreeMap<WorkerId, Worker> {
        &self.workers
    }

    /// Whether the client wants no more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled
    }

    /// Number of units in a state.
    #[must_use]
    pub fn count(&self, state: UnitState) -> u64 {
        self.counts.get(&state).copied().unwrap_or_default()
    }

    /// What the job costs if all that is being worked on turns out valid, in base units: never more than the budget.
    #[must_use]
    pub fn committed(&self) -> u128 {
        self.committed
    }

    /// What the first so many valid units of a worker are worth, in base units; 0 for one that nobody knows.
    #[must_use]
    pub fn worth(&self, worker: &WorkerId, units: u64) -> u128 {
        let valid = self.workers.get(worker).map(|known| known.valid.iter().take(units as usize));
        let prices = valid.into_iter().flatten().filter_map(|&(unit, attempt)| self.attempt(unit, attempt));
        prices.fold(0, |sum, one| sum.saturating_add(one.price))
    }

    /// True when nothing is left to be done: every unit is valid or given up, or the job was cancelled and nobody works.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let states: &[UnitState] = if self.is_cancelled {
            &[UnitState::InProgress, UnitState::Reported]
        } else {
            &[UnitState::Unsent, UnitState::InProgress, UnitState::Reported, UnitState::Inconclusive]
        };
        states.iter().all(|&state| self.count(state) == 0)
    }
}
