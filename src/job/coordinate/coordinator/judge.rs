//! What is found about deliveries, and what follows.

use std::path::{Path, PathBuf};

use super::Coordinator;
use super::letters::Letter;
use crate::job::coordinate::inspection::{Request, incoming};
use crate::job::coordinate::{Event, Examination, Examined, TryState};
use crate::job::queue::Answer;
use crate::job::verify::Outcome;
use crate::job::{Error, WorkerId, delivery};

impl Coordinator {
    /// Sends deliveries to be looked at.
    pub(super) fn look(&mut self) -> Result<(), Error> {
        let mut requests = Vec::new();
        for &(unit, attempt) in self.reported.iter().filter(|key| !self.inspection.has(**key)) {
            let Some(one) = self.table.attempt(unit, attempt) else { continue };
            let TryState::Reported(report) = &one.state else { continue };
            let others: Vec<_> = self.table.units()[unit as usize]
                .tries
                .iter()
                .zip(0..)
                .filter(|(other, _)| matches!(other.state, TryState::Inconclusive(_)))
                .map(|(_, number)| (number, incoming(&self.folder, (unit, number))))
                .collect();
            let worker = &self.table.workers()[&one.worker];
            let must = worker.banned.is_some() || !others.is_empty();
            let share = self.table.terms().sampled_share(worker.valid_in_a_row);
            let examination = Examination {
                report: report.clone(),
                file: incoming(&self.folder, (unit, attempt)),
                sampled_share: if must { 1.0 } else { share },
                others,
            };
            requests.push(Request { examination, name: self.upload_name(unit, attempt, &one.worker) });
        }
        requests.into_iter().try_for_each(|request| self.inspection.send(request))
    }

    /// What was found about a delivery, and what follows from it.
    pub(super) fn judge(&mut self, key: (u64, u32), examined: Examined) -> Result<(), Error> {
        let Examined { outcome, is_sampled, findings, leaves, agreeing } = examined;
        let Some(one) = self.table.attempt(key.0, key.1) else { return Ok(()) };
        let (worker, report) = match &one.state {
            TryState::Reported(report) => (one.worker.clone(), report.what.clone()),
            _ => return Ok(()),
        };
        let message = findings.clone();
        self.record(Event::Judged { unit: key.0, attempt: key.1, outcome, is_sampled, findings, leaves })?;
        self.outbox.push_back(Letter::Forget(key.0, key.1, worker.clone()));
        match outcome {
            Outcome::Valid => {
                self.accepted.push(key);
                self.outbox.push_back(Letter::Answer(worker.clone(), Answer::Accepted { what: report }));
                let doubtful: Vec<u32> = self.table.units()[key.0 as usize]
                    .tries
                    .iter()
                    .zip(0..)
                    .filter(|(other, _)| matches!(other.state, TryState::Inconclusive(_)))
                    .map(|(_, number)| number)
                    .collect();
                for attempt in doubtful {
                    let agrees = agreeing.iter().find(|(number, _)| *number == attempt);
                    let (outcome, leaves) = match agrees {
                        Some((_, leaves)) => (Outcome::Valid, leaves.clone()),
                        None => (Outcome::Invalid, Vec::new()),
                    };
                    let findings = format!("decided by attempt {}", key.1);
                    let unit = key.0;
                    self.record(Event::Judged { unit, attempt, outcome, is_sampled: true, findings, leaves })?;
                }
            }
            Outcome::Inconclusive => {}
            Outcome::Invalid => {
                self.outbox.push_back(Letter::Answer(
                    worker.clone(),
                    Answer::Refused { what: report, message: message.clone() },
                ));
                self.ban(&worker, format!("unit {}: {message}", key.0))?;
            }
        }
        Ok(())
    }

    /// A worker was caught: it gets no more work, and what it made before and is not yet promised to be paid for is
    /// looked at again, if only its outside was looked at.
    pub(super) fn ban(&mut self, worker: &WorkerId, message: String) -> Result<(), Error> {
        self.record(Event::Banned { worker: worker.clone(), message: message.clone() })?;
        self.outbox.push_back(Letter::Answer(worker.clone(), Answer::Dismissed { message }));
        self.take_all_back(worker, "its worker was caught")?;
        let known = &self.table.workers()[worker];
        let unpaid: Vec<_> = known.valid.iter().skip(known.promised_units as usize).copied().collect();
        for (unit, attempt) in unpaid {
            if self.table.attempt(unit, attempt).is_some_and(|one| !one.is_sampled) {
                self.record(Event::Doubted { unit, attempt })?;
                let (from, to) = (self.result(unit), incoming(&self.folder, (unit, attempt)));
                if from.exists() {
                    std::fs::rename(&from, &to).map_err(|source| Error::write(from, source))?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn result(&self, unit: u64) -> PathBuf {
        self.folder.join("results").join(delivery::file_name(unit))
    }
}

/// Puts the delivery of a valid attempt into its place, if it is not there yet.
pub(super) fn put_in_place(folder: &Path, key: (u64, u32)) -> Result<(), Error> {
    let from = incoming(folder, key);
    let to = folder.join("results").join(delivery::file_name(key.0));
    if from.exists() && !to.exists() {
        std::fs::rename(&from, &to).map_err(|source| Error::write(to, source))?;
    }
    Ok(())
}
