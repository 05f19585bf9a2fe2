//! Work for machines of strangers: over a queue, a store and a chain.

mod client;
mod config;
mod worker;

pub(super) use self::client::{Market, open};
pub(super) use self::worker::{Arguments as WorkerArguments, run as run_worker};
