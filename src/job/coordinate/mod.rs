//! Who makes which unit, what came of it, and what is owed: decided in one place, and kept in a journal.

mod journal;

pub use self::journal::{FileJournal, Journal};
