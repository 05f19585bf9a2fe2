//! Promises to pay.

use super::Coordinator;
use super::letters::Letter;
use crate::job::coordinate::{Event, TryState};
use crate::job::queue::Answer;
use crate::job::{Error, MerkleTree, WorkerId};

impl Coordinator {
    /// Promises to pay for what is valid, except for what is held back while the job goes on.
    pub(super) fn promise(&mut self) -> Result<(), Error> {
        let terms = self.table.terms();
        if terms.unit_price == 0 {
            return Ok(());
        }
        let (held, step) = if self.table.is_over() { (0, 1) } else { (terms.hold_back, terms.hold_back / 8 + 1) };
        let mut due = Vec::new();
        for (name, known) in self.table.workers() {
            let units = (known.valid.len() as u64).saturating_sub(held);
            if units >= known.promised_units + step {
                due.push((name.clone(), units));
            }
        }
        for (worker, units) in due {
            let amount = self.table.worth(&worker, units);
            if amount == 0 {
                continue;
            }
            if let Some(voucher) = self.voucher(&worker, amount, units)? {
                self.record(Event::Promised { worker: worker.clone(), amount, units })?;
                self.outbox.push_back(Letter::Answer(worker, voucher));
            }
        }
        Ok(())
    }

    /// Tells a worker its newest voucher again.
    pub(super) fn promise_again(&mut self, worker: &WorkerId) -> Result<(), Error> {
        let known = &self.table.workers()[worker];
        let (amount, units) = (known.promised, known.promised_units);
        if units > 0
            && let Some(voucher) = self.voucher(worker, amount, units)?
        {
            self.outbox.push_back(Letter::Answer(worker.clone(), voucher));
        }
        Ok(())
    }

    /// A voucher for the first so many valid units of a worker. None where nobody is paid, and where the ledger has
    /// promised more: before a crash, of which the journal did not learn; that voucher is made again when as much is known
    /// to be valid.
    pub(super) fn voucher(&mut self, worker: &WorkerId, amount: u128, units: u64) -> Result<Option<Answer>, Error> {
        let valid = self.table.workers()[worker].valid.iter().take(units as usize);
        let leaves = valid.filter_map(|&(unit, attempt)| match &self.table.attempt(unit, attempt)?.state {
            TryState::Valid { leaves, .. } => Some(leaves.clone()),
            _ => None,
        });
        let root = MerkleTree::new(leaves.flatten()).root();
        match self.ledger.voucher(worker, amount, root) {
            Ok(voucher) => Ok(voucher.map(Answer::Voucher)),
            Err(error @ Error::Refused { .. }) => {
                tracing::warn!("{error}; {worker} waits for its voucher");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
