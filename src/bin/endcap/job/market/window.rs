//! What everybody may see of a job that goes on.

use std::time::{Duration, Instant};

use endcap::job::coordinate::{Table, UnitState};
use endcap::job::queue::nats::{Connection, NatsTable};
use endcap::job::{Digest, Error};
use serde_json::json;

/// How often it is dressed anew.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows the state of every unit that is no longer unsent in the key-value bucket of the job; `nats kv watch` follows it.
pub(in crate::job) struct ShopWindow {
    table: NatsTable,
    /// State and number of attempts of each unit as they are shown.
    shown: Vec<(UnitState, usize)>,
    when: Option<Instant>,
}

impl ShopWindow {
    pub(super) fn open(connection: Connection, job: Digest) -> Result<Self, Error> {
        Ok(Self { table: NatsTable::open(connection, job)?, shown: Vec::new(), when: None })
    }

    /// Shows what has changed, once a second, and at once if the job is over.
    ///
    /// # Errors
    /// If another coordinator shows other things. A server that is away sees them later.
    pub(in crate::job) fn show(&mut self, table: &Table) -> Result<(), Error> {
        if !table.is_over() && self.when.is_some_and(|when| when.elapsed() < PAUSE) {
            return Ok(());
        }
        self.when = Some(Instant::now());
        let attempts = table.terms().attempts;
        self.shown.resize(table.units().len(), (UnitState::Unsent, 0));
        let now: Vec<_> = table.units().iter().map(|unit| (unit.state(attempts), unit.tries.len())).collect();
        let changed = (0..).zip(now.iter().zip(&self.shown)).filter(|(_, (now, shown))| now != shown);
        let changed: Vec<(u64, String)> = changed
            .map(|(unit, ((state, tries), _))| (unit, json!({ "state": state.name(), "attempts": tries }).to_string()))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        match self.table.show(&changed) {
            Ok(()) => self.shown = now,
            Err(error) if error.is_unreachable() => tracing::warn!("{error}; shown later"),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
