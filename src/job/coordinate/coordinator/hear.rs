//! What workers say, and what is believed of it.

use super::Coordinator;
use super::letters::Letter;
use crate::job::coordinate::{Event, TryState, UnitState, Worker};
use crate::job::ledger::{Admission, Offer};
use crate::job::queue::{Answer, Attempt, Hello, Notice, Report};
use crate::job::{Error, WorkerId};

impl Coordinator {
    pub(super) fn hear(&mut self, worker: WorkerId, notice: Notice, now_s: u64) -> Result<(), Error> {
        self.heard.insert(worker.clone(), now_s);
        if matches!(notice, Notice::Progress { .. } | Notice::Report(_)) {
            self.welcome_back(&worker)?;
        }
        match notice {
            Notice::Hello(hello) => self.admit(worker, hello, now_s),
            Notice::Progress { what, frames } => {
                if self.is_own(&worker, &what) {
                    self.progress.insert((what.unit, what.attempt), frames);
                }
                Ok(())
            }
            Notice::Report(report) => self.receive_report(&worker, report),
            Notice::Failed { what, message } => {
                let is_open =
                    self.is_own(&worker, &what) && matches!(self.state_of(&what), Some(TryState::InProgress { .. }));
                if is_open {
                    self.lapse((what.unit, what.attempt), true, message)
                } else {
                    self.wonder(&worker, "failed")
                }
            }
            Notice::Leaving => {
                if self.table.workers().get(&worker).is_none_or(|known| !known.is_there) {
                    return Ok(());
                }
                self.record(Event::Left { worker: worker.clone() })?;
                self.take_all_back(&worker, "its worker has left")
            }
        }
    }

    /// Whoever was silent for a while and works on was never gone.
    fn welcome_back(&mut self, worker: &WorkerId) -> Result<(), Error> {
        match self.table.workers().get(worker) {
            Some(known) if !known.is_there && known.banned.is_none() => {
                let (owner, class) = (known.owner.clone(), known.class.clone());
                let (slots, unit_price) = (known.slots, known.unit_price);
                self.record(Event::Joined { worker: worker.clone(), owner, class, slots, unit_price })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn admit(&mut self, worker: WorkerId, hello: Hello, now_s: u64) -> Result<(), Error> {
        let dismiss = |message: String| Letter::Answer(worker.clone(), Answer::Dismissed { message });
        let Hello { class, slots, .. } = &hello;
        let manifest = self.bundle.manifest();
        let refusal = if let Some(message) = self.table.workers().get(&worker).and_then(|known| known.banned.clone()) {
            Some(message)
        } else if class.engine != manifest.renderer.engine {
            Some(format!("the job is for {}, and this is {}", manifest.renderer.engine, class.engine))
        } else if !manifest.classes.is_empty() && !manifest.classes.contains(&class.to_string()) {
            Some(format!("the job is not for machines of the class {class}"))
        } else {
            None
        };
        if let Some(message) = refusal {
            self.outbox.push_back(dismiss(message));
            return Ok(());
        }
        match self.ledger.admit(&worker, &hello) {
            Ok(Admission { owner, offer }) => {
                let unit_price = match self.price(offer) {
                    Ok(price) => price,
                    Err(message) => {
                        self.outbox.push_back(dismiss(message));
                        return Ok(());
                    }
                };
                let slots = (*slots).max(1);
                let is_known = self.table.workers().get(&worker).is_some_and(|known| {
                    let Worker { is_there, owner: whose, class: machine, slots: room, unit_price: price, .. } = known;
                    (*is_there, whose, machine, *room, *price) == (true, &owner, class, slots, unit_price)
                });
                if is_known {
                    Ok(())
                } else {
                    self.record(Event::Joined { worker, owner, class: class.clone(), slots, unit_price })
                }
            }
            Err(error) if error.is_unreachable() => {
                tracing::warn!("{error}; {worker} waits at the door");
                self.retry_s = now_s + 5;
                self.at_the_door.insert(worker, hello);
                Ok(())
            }
            Err(error) => {
                self.outbox.push_back(dismiss(error.to_string()));
                Ok(())
            }
        }
    }

    /// What a worker's units are worth: what it asks, if the job pays as much and is large enough for it.
    fn price(&self, offer: Option<Offer>) -> Result<u128, String> {
        let (most, units) = (self.table.terms().unit_price, self.table.units().len() as u64);
        let Some(Offer { unit_price, minimum_units }) = offer else { return Ok(most) };
        if unit_price > most {
            Err(format!("the job pays {most} base units for a unit, and this worker asks for {unit_price}"))
        } else if minimum_units > units {
            Err(format!("the job has {units} units, and this worker asks for {minimum_units}"))
        } else {
            Ok(unit_price)
        }
    }

    pub(super) fn receive_report(&mut self, worker: &WorkerId, report: Report) -> Result<(), Error> {
        let key = (report.what.unit, report.what.attempt);
        let is_awaited = self.is_own(worker, &report.what)
            && match self.state_of(&report.what) {
                Some(TryState::InProgress { .. }) => true,
                // Late, but nobody else has done it meanwhile, and there is money for it.
                Some(TryState::Silent | TryState::Failed) => {
                    let is_done = matches!(
                        self.table.unit(key.0).map(|unit| unit.state(self.table.terms().attempts)),
                        Some(UnitState::Valid | UnitState::Dead)
                    );
                    let price = self.table.attempt(key.0, key.1).map_or(u128::MAX, |one| one.price);
                    !is_done && self.can_pay(price)
                }
                _ => false,
            };
        if !is_awaited {
            return self.wonder(worker, "reported");
        }
        let class = self.table.workers().get(worker).map(|known| &known.class);
        let limit = self.bundle.manifest().limits.out_bytes;
        let wrong = if !self.ledger.is_signed(worker, &report) {
            Some("the report is not signed by its worker".to_owned())
        } else if class != Some(&report.class) {
            Some(format!("the report is of another class than its worker's: {}", report.class))
        } else if report.bytes > limit {
            Some(format!("the delivery has {} bytes, and a unit may have {limit}", report.bytes))
        } else {
            None
        };
        self.progress.remove(&key);
        match wrong {
            Some(message) if matches!(self.state_of(&report.what), Some(TryState::InProgress { .. })) => {
                self.lapse(key, true, message)
            }
            Some(_) => self.wonder(worker, "reported"),
            None => self.record(Event::Reported { report }),
        }
    }

    pub(super) fn is_own(&self, worker: &WorkerId, what: &Attempt) -> bool {
        what.job == self.table.job()
            && self.table.attempt(what.unit, what.attempt).is_some_and(|one| one.worker == *worker)
    }

    pub(super) fn state_of(&self, what: &Attempt) -> Option<&TryState> {
        self.table.attempt(what.unit, what.attempt).map(|one| &one.state)
    }

    pub(super) fn wonder(&mut self, worker: &WorkerId, what: &str) -> Result<(), Error> {
        self.strange += 1;
        tracing::warn!("{worker} has {what} something that is not awaited from it");
        Ok(())
    }
}
