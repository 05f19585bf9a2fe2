//! The file that says how a client reaches a market.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use endcap::job::Node;
use endcap::job::coordinate::Terms;
use endcap::job::ledger::evm::{Address, Chain, ChainOptions, Escrow, OrderBook, Registry, Wallet};
use endcap::job::queue::nats::{Connection, ConnectionOptions, Nkey};
use endcap::job::store::{S3Config, S3Store};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What a client says: where tasks, files and money go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientConfig {
    pub(super) queue: ClientQueue,
    pub(super) store: StoreConfig,
    pub(super) ledger: Option<ClientLedger>,
    #[serde(default)]
    pub(super) terms: TermsConfig,
}

/// The client's way to the queue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientQueue {
    /// `tls://host:port`.
    server: String,
    /// Certificate that the server's is signed with, PEM; the system's if left out.
    roots: Option<PathBuf>,
    /// File with the seed of the coordinator's key.
    key: PathBuf,
    /// File with the seed of the account that signs logins.
    pub(super) issuer: PathBuf,
    /// File with a line `worker nkey` for each worker that may come; not with a ledger, where signed statements count.
    pub(super) workers: Option<PathBuf>,
}

/// Where deliveries are put.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreConfig {
    /// A folder that all machines see; or:
    pub(super) folder: Option<PathBuf>,
    /// A bucket, with the keys of the usual environment variables.
    bucket: Option<String>,
    endpoint: Option<String>,
    region: Option<String>,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    allow_plain_http: bool,
    #[serde(default = "yes")]
    is_conditional: bool,
}

/// The client's way to its money.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientLedger {
    rpc: String,
    pub(super) escrow: Address,
    pub(super) token: Address,
    /// Workers need a stake in this registry.
    pub(super) registry: Option<Address>,
    /// At least so much, base units.
    #[serde(default)]
    pub(super) min_stake: Amount,
    /// What workers ask in this book counts; without one, every unit has the price of the terms.
    book: Option<Address>,
    /// File with the client's private key.
    wallet: PathBuf,
    /// Seconds of work that the escrow pays for.
    #[serde(default = "a_week")]
    pub(super) duration_s: u64,
    #[serde(default = "one")]
    confirmations: u64,
}

/// An amount in base units: a whole number, or its digits as a text where TOML's numbers are not wide enough.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(try_from = "Digits")]
pub(super) struct Amount(u128);

#[derive(Deserialize)]
#[serde(untagged)]
enum Digits {
    Number(u64),
    Text(String),
}

impl TryFrom<Digits> for Amount {
    type Error = String;

    fn try_from(digits: Digits) -> Result<Self, String> {
        match digits {
            Digits::Number(number) => Ok(Self(number.into())),
            Digits::Text(text) => text.parse().map(Self).map_err(|_| format!("{text:?} is no amount")),
        }
    }
}

/// What is not [`Terms`]'s default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsConfig {
    unit_price: Option<Amount>,
    budget: Option<Amount>,
    lease_s: Option<u64>,
    silence_s: Option<u64>,
    attempts: Option<u32>,
    window: Option<u32>,
    newcomer_units: Option<u32>,
    least_share: Option<f64>,
    hold_back: Option<u64>,
}

fn yes() -> bool {
    true
}

pub(super) fn one() -> u64 {
    1
}

fn a_week() -> u64 {
    7 * 24 * 3600
}

/// Reads a file; its paths are relative to its own folder.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<(T, PathBuf)> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| endcap::Error::from(endcap::dataset::Error::Read { path: path.to_owned(), source }))?;
    let config =
        toml::from_str(&text).map_err(|error| crate::options::BadUsage(format!("{}: {error}", path.display())))?;
    Ok((config, path.parent().unwrap_or(Path::new(".")).to_owned()))
}

impl TermsConfig {
    pub(super) fn terms(&self, limits: &endcap::job::Limits) -> Terms {
        let default = Terms { lease_s: limits.wall_s, attempts: limits.attempts, ..Terms::default() };
        Terms {
            unit_price: self.unit_price.map_or(default.unit_price, |Amount(amount)| amount),
            budget: self.budget.map_or(default.budget, |Amount(amount)| amount),
            lease_s: self.lease_s.unwrap_or(default.lease_s),
            silence_s: self.silence_s.unwrap_or(default.silence_s),
            attempts: self.attempts.unwrap_or(default.attempts),
            window: self.window.unwrap_or(default.window),
            newcomer_units: self.newcomer_units.unwrap_or(default.newcomer_units),
            least_share: self.least_share.unwrap_or(default.least_share),
            hold_back: self.hold_back.unwrap_or(default.hold_back),
        }
    }
}

/// The key in a file.
pub(super) fn nkey(path: &Path) -> anyhow::Result<Nkey> {
    let seed = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let key = Nkey::from_seed(seed.trim()).map_err(endcap::Error::from);
    key.with_context(|| path.display().to_string())
}

impl ClientQueue {
    pub(super) fn connect(&self, base: &Path) -> anyhow::Result<Connection> {
        let options = ConnectionOptions {
            roots: self.roots.as_ref().map(|path| base.join(path)),
            ..ConnectionOptions::new(&self.server, nkey(&base.join(&self.key))?)
        };
        Ok(Connection::open(&options).map_err(endcap::Error::from)?)
    }
}

impl StoreConfig {
    pub(super) fn s3(&self) -> anyhow::Result<S3Store> {
        let Some(bucket) = &self.bucket else {
            return Err(crate::options::BadUsage("[store] names neither a folder nor a bucket".to_owned()).into());
        };
        let config = S3Config {
            endpoint: self.endpoint.clone(),
            bucket: bucket.clone(),
            region: self.region.clone(),
            prefix: self.prefix.clone(),
            allow_plain_http: self.allow_plain_http,
            is_conditional: self.is_conditional,
            ..S3Config::default()
        };
        Ok(S3Store::open(&config).map_err(endcap::Error::from)?)
    }
}

pub(super) fn chain(rpc: &str, wallet: Wallet, confirmations: u64) -> Result<Chain, endcap::job::Error> {
    Chain::connect(rpc, Some(wallet), ChainOptions { confirmations, ..ChainOptions::default() })
}

impl ClientLedger {
    pub(super) fn wallet(&self, base: &Path) -> Result<Wallet, endcap::job::Error> {
        Wallet::from_file(&base.join(&self.wallet))
    }

    pub(super) fn escrow(&self, base: &Path) -> Result<Escrow, endcap::job::Error> {
        Escrow::at(&chain(&self.rpc, self.wallet(base)?, self.confirmations)?, self.escrow)
    }

    /// The book of what workers ask.
    pub(super) fn book(&self, escrow: &Escrow) -> Result<Option<OrderBook>, endcap::job::Error> {
        self.book.map(|address| OrderBook::at(escrow.chain(), address)).transpose()
    }

    /// The registry with the stake that it asks for.
    pub(super) fn stakes(&self, escrow: &Escrow) -> Result<Option<(Registry, u128)>, endcap::job::Error> {
        let Some(address) = self.registry else { return Ok(None) };
        Ok(Some((Registry::at(escrow.chain(), address)?, self.min_stake.0)))
    }
}

/// What is known about a job in an escrow before anybody has seen it there, kept so that a second try opens the same one.
#[derive(Debug, serde::Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opened {
    pub(super) expiry: u64,
    pub(super) salt: Node,
    /// A block before the job was opened.
    pub(super) first_block: u64,
}
