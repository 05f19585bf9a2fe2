//! How a worker reaches a market: a file says it, or options do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use endcap::job::EngineClass;
use endcap::job::ledger::evm::{Address, Escrow, OrderBook, Wallet, worker_of};
use endcap::job::queue::nats::ConnectionOptions;
use serde::Deserialize;

use super::config;
use crate::options::BadUsage;

/// The way to a market.
#[derive(Debug, clap::Args)]
pub(super) struct Way {
    /// TOML file that says how to reach the market, in place of the options below.
    #[arg(long, value_name = "FILE", required_unless_present = "queue", conflicts_with_all = ["queue", "escrow"])]
    market: Option<PathBuf>,
    /// Address of the queue's server: tls://host:port.
    #[arg(long, value_name = "URL", requires = "key")]
    queue: Option<String>,
    /// File with the worker's key for the queue, which `endcap job worker-key` makes.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Certificate that the server's is signed with, PEM; the system's if left out.
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    /// The worker's name, where nobody is paid.
    #[arg(long, conflicts_with = "escrow")]
    name: Option<String>,
    /// Folder that coordinator and workers both see; addresses with signatures need none.
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Address of the escrow that pays.
    #[arg(long, value_name = "0x…", requires_all = ["rpc", "wallet"])]
    escrow: Option<Address>,
    /// Address of the order book: no unit is made for less than this worker asks in it.
    #[arg(long, value_name = "0x…", requires = "escrow")]
    book: Option<Address>,
    /// A node of its chain.
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// File with the worker's private key.
    #[arg(long, value_name = "FILE")]
    wallet: Option<PathBuf>,
}

/// What a worker says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkerConfig {
    pub(super) queue: WorkerQueue,
    /// A folder that coordinator and workers both see; without it, only addresses are followed.
    pub(super) store: Option<SharedFolder>,
    pub(super) ledger: Option<WorkerLedger>,
}

/// A folder that all machines of a lab see.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SharedFolder {
    pub(super) folder: PathBuf,
}

/// A worker's way to the queue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkerQueue {
    server: String,
    roots: Option<PathBuf>,
    /// File with the seed of the worker's key.
    key: PathBuf,
    /// The worker's name; not with a ledger, where it is the wallet's address.
    pub(super) name: Option<String>,
}

/// A worker's way to its money.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkerLedger {
    rpc: String,
    pub(super) escrow: Address,
    book: Option<Address>,
    wallet: PathBuf,
    #[serde(default = "config::one")]
    confirmations: u64,
}

impl Way {
    /// What the file or the options say, and the folder that paths are relative to.
    pub(super) fn config(&self) -> anyhow::Result<(WorkerConfig, PathBuf)> {
        if let Some(path) = &self.market {
            return config::read(path);
        }
        let missing = |what: &str| BadUsage(format!("{what} is missing"));
        let queue = WorkerQueue {
            server: self.queue.clone().ok_or_else(|| missing("--queue"))?,
            roots: self.roots.clone(),
            key: self.key.clone().ok_or_else(|| missing("--key"))?,
            name: self.name.clone(),
        };
        let ledger = match &self.escrow {
            Some(escrow) => Some(WorkerLedger {
                rpc: self.rpc.clone().ok_or_else(|| missing("--rpc"))?,
                escrow: *escrow,
                book: self.book,
                wallet: self.wallet.clone().ok_or_else(|| missing("--wallet"))?,
                confirmations: config::one(),
            }),
            None => None,
        };
        let store = self.store.clone().map(|folder| SharedFolder { folder });
        Ok((WorkerConfig { queue, store, ledger }, PathBuf::new()))
    }
}

impl WorkerQueue {
    pub(super) fn options(&self, base: &Path) -> anyhow::Result<ConnectionOptions> {
        Ok(ConnectionOptions {
            roots: self.roots.as_ref().map(|path| base.join(path)),
            patience: Duration::from_secs(5),
            ..ConnectionOptions::new(&self.server, config::nkey(&base.join(&self.key))?)
        })
    }
}

impl WorkerLedger {
    pub(super) fn wallet(&self, base: &Path) -> Result<Wallet, endcap::job::Error> {
        Wallet::from_file(&base.join(&self.wallet))
    }

    /// What the worker asks for a unit on this class of machine, base units; 0 if it takes what it gets.
    pub(super) fn asked(&self, escrow: &Escrow, class: &EngineClass) -> Result<u128, endcap::job::Error> {
        let Some(book) = self.book else { return Ok(0) };
        let worker = worker_of(escrow.chain().own_address()?);
        let ask = OrderBook::at(escrow.chain(), book)?.ask_of(&worker, class.digest())?;
        Ok(ask.map_or(0, |ask| ask.price))
    }

    pub(super) fn escrow(&self, base: &Path) -> Result<Escrow, endcap::job::Error> {
        Escrow::at(&config::chain(&self.rpc, self.wallet(base)?, self.confirmations)?, self.escrow)
    }
}
