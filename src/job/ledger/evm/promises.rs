use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::job::coordinate::Journal;
use crate::job::{Error, Node, WorkerId};

/// What was promised to each worker, in base units. It only grows, and its sum never exceeds the budget.
#[derive(Debug, Default)]
pub(super) struct Promises {
    workers: BTreeMap<WorkerId, u128>,
    sum: u128,
}

/// A line of the journal: it is kept before the voucher leaves the house.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    job: Node,
    worker: WorkerId,
    #[serde(with = "crate::job::money::as_text")]
    amount: u128,
    root: Node,
}

impl Promises {
    /// What earlier runs of the coordinator have promised in this job.
    pub(super) fn replay(journal: &mut dyn Journal, job: Node) -> Result<Self, Error> {
        let mut promises = Self::default();
        for (number, line) in (1..).zip(journal.replay()?) {
            let line: Line = serde_json::from_str(&line)
                .map_err(|error| Error::Unfit(format!("line {number} of the journal of vouchers: {error}")))?;
            if line.job != job {
                let found = line.job;
                return Err(Error::Unfit(format!("line {number} of the journal of vouchers is for the job {found}")));
            }
            promises.raise(&line.worker, line.amount);
        }
        Ok(promises)
    }

    /// What all workers were promised.
    pub(super) fn sum(&self) -> u128 {
        self.sum
    }

    /// What one worker was promised.
    pub(super) fn of(&self, worker: &WorkerId) -> u128 {
        self.workers.get(worker).copied().unwrap_or(0)
    }

    /// What is known to be promised, because it was paid or is in the journal.
    pub(super) fn raise(&mut self, worker: &WorkerId, amount: u128) {
        let more = amount.saturating_sub(self.of(worker));
        if more > 0 {
            self.sum = self.sum.saturating_add(more);
            self.workers.insert(worker.clone(), amount);
        }
    }

    /// Whether so much may be promised, if the job has had this budget.
    pub(super) fn allows(&self, worker: &WorkerId, amount: u128, budget: u128) -> Result<(), String> {
        let before = self.of(worker);
        let more = amount
            .checked_sub(before)
            .ok_or_else(|| format!("{worker} was promised {before}, and {amount} is less: vouchers never shrink"))?;
        let sum = self.sum.checked_add(more).filter(|sum| *sum <= budget);
        sum.map(drop).ok_or_else(|| {
            format!("the budget is {budget}, and {} of it are promised: {worker} cannot get {more} more", self.sum)
        })
    }

    /// Promises it, for good. What was promised before need not be kept again.
    pub(super) fn promise(
        &mut self,
        journal: &mut dyn Journal,
        (job, worker): (Node, &WorkerId),
        (amount, root): (u128, Node),
    ) -> Result<(), Error> {
        if amount == self.of(worker) {
            return Ok(());
        }
        let line = Line { job, worker: worker.clone(), amount, root };
        journal.append(&[serde_json::to_string(&line).expect("plain data")])?;
        self.raise(worker, amount);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Lines(Vec<String>);

    impl Journal for Lines {
        fn replay(&mut self) -> Result<Vec<String>, Error> {
            Ok(self.0.clone())
        }

        fn append(&mut self, lines: &[String]) -> Result<(), Error> {
            self.0.extend_from_slice(lines);
            Ok(())
        }
    }

    fn worker(number: u8) -> WorkerId {
        format!("0x{number:040x}").parse().expect("a name")
    }

    proptest! {
        #[test]
        fn promises_grow_within_the_budget_and_survive(
            budget in prop_oneof![0..1000_u128, Just(u128::MAX)],
            asked in prop::collection::vec((0..4_u8, prop_oneof![0..600_u128, Just(u128::MAX)], 0..8_u8), 0..40),
        ) {
            let (mut lines, mut promises) = (Lines::default(), Promises::default());
            let mut known = BTreeMap::<u8, u128>::new();
            for (number, amount, crash) in asked {
                let name = worker(number);
                let before = known.get(&number).copied().unwrap_or(0);
                let others: u128 = known.iter().filter(|(other, _)| **other != number).map(|(_, sum)| sum).sum();
                let may = amount >= before && others.checked_add(amount).is_some_and(|sum| sum <= budget);
                prop_assert_eq!(promises.allows(&name, amount, budget).is_ok(), may);
                if may {
                    promises.promise(&mut lines, (Node::default(), &name), (amount, Node::default())).expect("kept");
                    known.insert(number, amount);
                }
                if crash == 0 {
                    promises = Promises::replay(&mut lines, Node::default()).expect("its own lines");
                }
                prop_assert!(promises.sum() <= budget && promises.sum() == known.values().sum::<u128>());
                prop_assert_eq!(promises.of(&name), known.get(&number).copied().unwrap_or(0));
            }
        }
    }

    #[test]
    fn another_job_s_journal_is_refused() {
        let mut lines = Lines::default();
        let promise = (Node([1; 32]), &worker(1));
        Promises::default().promise(&mut lines, promise, (5, Node::default())).expect("kept");
        assert!(Promises::replay(&mut lines, Node([2; 32])).is_err());
        lines.0.push("noise".to_owned());
        assert!(Promises::replay(&mut lines, Node([1; 32])).expect_err("noise").to_string().contains("line 2"));
    }
}
