//! Who has which unit, and for how long.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Coordinator;
use super::letters::Letter;
use crate::job::coordinate::{Event, TryState, Worker};
use crate::job::{Error, WorkerId};

/// Failures in a row after which a worker rests: a full disk must not eat up the attempts of all units.
const MAX_FAILED: u32 = 3;
/// Seconds of its first rest; each further one is twice as long.
const REST_S: u64 = 10;
/// Longest rest, seconds.
const MAX_REST_S: u64 = 3600;

impl Coordinator {
    pub(super) fn end_leases(&mut self, now_s: u64) -> Result<(), Error> {
        while let Some(&(deadline, unit, attempt)) = self.leases.first().filter(|(deadline, ..)| *deadline <= now_s) {
            self.leases.remove(&(deadline, unit, attempt));
            self.take_back((unit, attempt), "its time is over")?;
        }
        let silence = self.table.terms().silence_s;
        let working = self.table.workers().iter().filter(|(_, known)| known.in_flight > 0);
        let names: Vec<WorkerId> = working.map(|(name, _)| name.clone()).collect();
        for worker in names {
            let last = *self.heard.entry(worker.clone()).or_insert(now_s);
            if now_s >= last.saturating_add(silence) {
                self.record(Event::Left { worker: worker.clone() })?;
                self.take_all_back(&worker, "its worker is silent")?;
            }
        }
        Ok(())
    }

    pub(super) fn take_all_back(&mut self, worker: &WorkerId, why: &str) -> Result<(), Error> {
        let open: Vec<_> = self.leases.iter().map(|&(_, unit, attempt)| (unit, attempt)).collect();
        for (unit, attempt) in open {
            if self.table.attempt(unit, attempt).is_some_and(|one| one.worker == *worker) {
                self.take_back((unit, attempt), why)?;
            }
        }
        Ok(())
    }

    /// Ends a lease that is still open.
    pub(super) fn take_back(&mut self, key: (u64, u32), why: &str) -> Result<(), Error> {
        if !matches!(self.table.attempt(key.0, key.1).map(|one| &one.state), Some(TryState::InProgress { .. })) {
            return Ok(());
        }
        self.outbox.push_back(Letter::Withdraw(key.0, key.1));
        self.lapse(key, false, why.to_owned())
    }

    pub(super) fn lapse(
        &mut self,
        (unit, attempt): (u64, u32),
        is_failure: bool,
        message: String,
    ) -> Result<(), Error> {
        self.progress.remove(&(unit, attempt));
        self.record(Event::Lapsed { unit, attempt, is_failure, message })?;
        let worker = &self.table.units()[unit as usize].tries[attempt as usize].worker;
        let failed = self.table.workers()[worker].failed_in_a_row;
        if is_failure && failed >= MAX_FAILED {
            let rest_s = (REST_S << (failed - MAX_FAILED).min(16)).min(MAX_REST_S);
            self.resting.insert(worker.clone(), self.now_s.saturating_add(rest_s));
        }
        Ok(())
    }

    /// Gives units to workers that have room for them, as long as the budget allows.
    pub(super) fn give_out(&mut self, now_s: u64) -> Result<(), Error> {
        if self.table.is_cancelled() {
            return Ok(());
        }
        let terms = self.table.terms().clone();
        // The cheapest come first, and of these whoever has most room.
        let mut free: BTreeSet<(u128, Reverse<u32>, WorkerId)> = BTreeSet::new();
        for (name, known) in self.table.workers() {
            let window = match known.failed_in_a_row {
                failed if failed < MAX_FAILED => known.slots.min(terms.window_of(known.valid_in_a_row)),
                _ if self.resting.get(name).is_some_and(|until| *until > now_s) => 0,
                // To see whether it can work again.
                _ => 1,
            };
            if known.is_there && known.banned.is_none() && window > known.in_flight {
                free.insert((known.unit_price, Reverse(window - known.in_flight), name.clone()));
            }
        }
        let deadline_s = now_s.saturating_add(terms.lease_s);
        let mut first = 0;
        while free.first().is_some_and(|(price, ..)| self.can_pay(*price)) {
            let Some(unit) = self.table.wanted(first) else { break };
            first = unit + 1;
            let may = |(price, _, name): &&(u128, _, WorkerId)| self.may_try(name, unit) && self.can_pay(*price);
            let Some(place) = free.iter().find(may).cloned() else { continue };
            free.remove(&place);
            let (price, Reverse(room), worker) = place;
            if room > 1 {
                free.insert((price, Reverse(room - 1), worker.clone()));
            }
            let attempt = self.table.units()[unit as usize].tries.len() as u32;
            self.record(Event::Leased { unit, attempt, worker, deadline_s })?;
            self.leases.insert((deadline_s, unit, attempt));
            self.outbox.push_back(Letter::Send(unit, attempt));
        }
        Ok(())
    }

    /// Whoever made a doubtful or wrong result, or one of the same owner, does not decide about it; and whoever failed at it
    /// or fell silent does not try again while somebody is there who did not: the cheapest come first, and could spoil every
    /// attempt.
    pub(super) fn may_try(&self, worker: &WorkerId, unit: u64) -> bool {
        let workers = self.table.workers();
        let tries = &self.table.units()[unit as usize].tries;
        let is_party = |name: &WorkerId| {
            let of_owner = tries.iter().filter(|one| workers[&one.worker].owner == workers[name].owner);
            of_owner.into_iter().any(|one| matches!(one.state, TryState::Inconclusive(_) | TryState::Invalid))
        };
        let has_spoiled = |name: &WorkerId| {
            tries.iter().any(|one| one.worker == *name && matches!(one.state, TryState::Failed | TryState::Silent))
        };
        let is_fresh = |(name, known): (&WorkerId, &Worker)| {
            known.is_there && known.banned.is_none() && !has_spoiled(name) && !is_party(name)
        };
        !is_party(worker) && (!has_spoiled(worker) || !workers.iter().any(is_fresh))
    }

    /// Whether the budget holds one more unit at this price, beside all that may have to be paid.
    pub(super) fn can_pay(&self, price: u128) -> bool {
        self.table.committed().saturating_add(price) <= self.table.terms().budget
    }
}
