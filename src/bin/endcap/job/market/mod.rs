//! Work for machines of strangers: over a queue, a store and a chain.

mod client;
mod config;
mod keys;
mod purse;
mod way;
mod worker;

pub(super) use self::client::{Market, open};
pub(super) use self::keys::{KeyArguments, ServerArguments, server, worker_key};
pub(super) use self::worker::{Arguments as WorkerArguments, run as run_worker};
