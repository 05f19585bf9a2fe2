use std::collections::BTreeMap;

use serde::Serialize;

use super::{Table, UnitState};
use crate::job::money;

/// Where a job stands, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// The job.
    pub job: String,
    /// Number of units in each state.
    pub units: BTreeMap<&'static str, u64>,
    /// Whether nothing is left to be done.
    pub is_over: bool,
    /// Whether the client has cancelled it.
    pub is_cancelled: bool,
    /// Its workers, by name.
    pub workers: Vec<WorkerStatus>,
    /// What all valid units are worth, base units.
    #[serde(with = "money::as_text")]
    pub earned: u128,
    /// What the job costs if all that is being worked on turns out valid, base units.
    #[serde(with = "money::as_text")]
    pub committed: u128,
    /// What it may cost, base units.
    #[serde(with = "money::as_text")]
    pub budget: u128,
}

/// Where a worker stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkerStatus {
    /// Its name.
    pub name: String,
    /// Its machine.
    pub class: String,
    /// `there`, `gone` or `caught`.
    pub state: &'static str,
    /// Why it gets no more work.
    pub reason: Option<String>,
    /// Units that it has.
    pub in_flight: u32,
    /// Its valid units.
    pub valid: u64,
    /// Its wrong units.
    pub invalid: u64,
    /// What its next unit is worth, base units.
    #[serde(with = "money::as_text")]
    pub unit_price: u128,
    /// What it was promised, base units.
    #[serde(with = "money::as_text")]
    pub promised: u128,
}

impl Status {
    /// The numbers of a table.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let worker = |(name, known): (&crate::job::WorkerId, &super::Worker)| WorkerStatus {
            name: name.to_string(),
            class: known.class.to_string(),
            state: match (&known.banned, known.is_there) {
                (Some(_), _) => "caught",
                (None, true) => "there",
                (None, false) => "gone",
            },
            reason: known.banned.clone(),
            in_flight: known.in_flight,
            valid: known.valid.len() as u64,
            invalid: known.invalid,
            unit_price: known.unit_price,
            promised: known.promised,
        };
        let workers: Vec<WorkerStatus> = table.workers().iter().map(worker).collect();
        Self {
            job: table.job().to_string(),
            units: UnitState::ALL.into_iter().map(|state| (state.name(), table.count(state))).collect(),
            is_over: table.is_over(),
            is_cancelled: table.is_cancelled(),
            workers,
            earned: table.workers().values().fold(0, |sum, known| sum.saturating_add(known.earned)),
            committed: table.committed(),
            budget: table.terms().budget,
        }
    }
}
