//! Who makes which unit, what came of it, and what is owed: decided in one place, and kept in a journal.
//!
//! ```text
//! Unsent ─▶ InProgress ─▶ Reported ─▶ Valid
//!    ▲          │             ├─────▶ Inconclusive ─▶ another owner's attempt decides
//!    └──────────┴─────────────┘ silent, failed, invalid; Dead after too many attempts
//! ```
//!
//! [`Event`]s are what has happened; the [`Table`] is what follows from them. The [`Coordinator`] writes an event into its
//! [`Journal`] before it acts on it, so that it can be killed at any moment: what it does again then changes nothing.

mod coordinator;
mod event;
mod examine;
mod inspection;
mod journal;
mod status;
mod table;
mod terms;
mod unit;
mod worker;

pub use self::coordinator::{Coordinator, Ends};
pub use self::event::Event;
pub use self::examine::{Examination, Examine, Examined, Examiner};
pub use self::journal::{FileJournal, Journal};
pub use self::status::{Status, WorkerStatus};
pub use self::table::Table;
pub use self::terms::Terms;
pub use self::unit::{Try, TryState, Unit, UnitState};
pub use self::worker::Worker;
