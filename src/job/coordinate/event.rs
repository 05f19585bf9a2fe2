use serde::{Deserialize, Serialize};

use super::Terms;
use crate::job::ledger::Owner;
use crate::job::queue::Report;
use crate::job::verify::Outcome;
use crate::job::{Digest, EngineClass, Node, WorkerId, money};

/// Something that has happened to a job. The journal is a list of them, one JSON object a line, and the
/// [`Table`](super::Table) is what follows from the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The job was opened; always the first.
    Opened {
        /// The job.
        job: Digest,
        /// Number of its units.
        units: u64,
        /// What was agreed.
        terms: Terms,
    },
    /// A worker has come, or come again.
    Joined {
        /// Its name.
        worker: WorkerId,
        /// Who stands behind it.
        owner: Owner,
        /// Its machine.
        class: EngineClass,
        /// Tasks that it wants at a time.
        slots: u32,
        /// What its valid units are worth from now on, in base units; those that it has already keep their price.
        #[serde(with = "money::as_text")]
        unit_price: u128,
    },
    /// A worker takes no more work.
    Left {
        /// Its name.
        worker: WorkerId,
    },
    /// A worker gets no more work.
    Banned {
        /// Its name.
        worker: WorkerId,
        /// Why.
        message: String,
    },
    /// A unit was given to a worker.
    Leased {
        /// Number of the unit.
        unit: u64,
        /// How many times it was given out before.
        attempt: u32,
        /// To whom.
        worker: WorkerId,
        /// When the lease ends, seconds since 1970.
        deadline_s: u64,
    },
    /// A worker has finished a unit; from here on, nothing of it can change.
    Reported {
        /// What it says.
        report: Report,
    },
    /// An attempt came to nothing.
    Lapsed {
        /// Number of the unit.
        unit: u64,
        /// Which attempt.
        attempt: u32,
        /// Whether its worker said so; otherwise it was silent for too long, or is gone.
        is_failure: bool,
        /// Why.
        message: String,
    },
    /// A delivery was looked at.
    Judged {
        /// Number of the unit.
        unit: u64,
        /// Which attempt.
        attempt: u32,
        /// The answer.
        outcome: Outcome,
        /// Whether parts of it were made again. Everything else is looked at in every delivery.
        is_sampled: bool,
        /// What was found, in words.
        findings: String,
        /// Leaves of its frames, for the tree that the worker is paid by; empty where it is not valid.
        leaves: Vec<Node>,
    },
    /// A valid unit, of which nothing was made again, is looked at once more because its worker was caught elsewhere.
    Doubted {
        /// Number of the unit.
        unit: u64,
        /// Which attempt.
        attempt: u32,
    },
    /// A voucher was signed.
    Promised {
        /// For whom.
        worker: WorkerId,
        /// What all of its units are worth, base units.
        #[serde(with = "money::as_text")]
        amount: u128,
        /// Valid units that the voucher pays for, the earliest first.
        units: u64,
    },
    /// The client wants no more.
    Cancelled,
}
