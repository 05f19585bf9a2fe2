use crate::job::EngineClass;
use crate::job::ledger::Owner;

/// What is known about a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Worker {
    /// Who stands behind it.
    pub owner: Owner,
    /// Its machine.
    pub class: EngineClass,
    /// Tasks that it wants at a time.
    pub slots: u32,
    /// What the next unit that it gets is worth, in base units.
    pub unit_price: u128,
    /// Whether it takes work.
    pub is_there: bool,
    /// Why it gets none any more.
    pub banned: Option<String>,
    /// Tasks that it has.
    pub in_flight: u32,
    /// Units in a row that were valid.
    pub valid_in_a_row: u32,
    /// Units in a row that it could not make.
    pub failed_in_a_row: u32,
    /// Attempts of it that were valid, as unit and attempt, in the order in which they were found so.
    pub valid: Vec<(u64, u32)>,
    /// What these are worth, in base units.
    pub earned: u128,
    /// Attempts of it that were wrong.
    pub invalid: u64,
    /// How many of the valid ones it was promised to be paid.
    pub promised_units: u64,
    /// What it was promised, in base units.
    pub promised: u128,
}

impl Worker {
    /// One that has just come, and of which nothing is known.
    pub(super) fn new(owner: &Owner, class: &EngineClass) -> Self {
        Self {
            owner: owner.clone(),
            class: class.clone(),
            slots: 1,
            unit_price: 0,
            is_there: true,
            banned: None,
            in_flight: 0,
            valid_in_a_row: 0,
            failed_in_a_row: 0,
            valid: Vec::new(),
            earned: 0,
            invalid: 0,
            promised_units: 0,
            promised: 0,
        }
    }
}
