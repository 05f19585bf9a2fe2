//! The worker's side: `endcap job worker`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use endcap::job::ledger::evm::{Escrow, Till, Wallet, sign_login, sign_report};
use endcap::job::queue::nats::{Connection, ConnectionOptions, NatsQueue};
use endcap::job::queue::{Answer, Hello, Task, Voucher};
use endcap::job::store::{Couriers, FolderStore, HttpCourier, Patience};
use endcap::job::worker::{Agent, AgentEnds, Catalogs, Maker, Pace, Sign, Summary, Vet};
use endcap::job::{BundleCache, Error, Node, WorkerId, now_s};
use endcap::render::{Renderer, RendererOptions};

use super::config::{self, WorkerConfig};
use crate::job::submit::stop_signal;
use crate::options::{self, BadUsage};
use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// TOML file that says how to reach the market.
    #[arg(long, value_name = "FILE")]
    market: PathBuf,
    /// Folder of this worker: bundles, results that were not told yet, vouchers.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Catalogues beside the built-in one.
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,
    /// Adapter: `cpu`, or part of a name that `endcap devices` lists.
    #[arg(long)]
    adapter: Option<String>,
    /// Tasks to have at a time; they are made one after the other.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=1024))]
    slots: u32,
    /// Seconds between signs of life.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    heartbeat: u64,
}

/// How long a login statement counts.
const LOGIN_S: u64 = 30 * 24 * 3600;

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (config, base): (WorkerConfig, _) = config::read(&arguments.market)?;
    let should_stop = stop_signal()?;
    std::fs::create_dir_all(&arguments.state)?;

    let options = RendererOptions { adapter: options::adapter(arguments.adapter.as_deref()), ..Default::default() };
    let mut renderer = Renderer::new(&options).map_err(endcap::Error::from)?;
    let hello = Hello::measured(&mut renderer, arguments.slots)?;
    say(format_args!("class    {}, {} ms", hello.class, hello.calibration_ms));

    let mut purse = match &config.ledger {
        Some(ledger) => {
            let wallet = ledger.wallet(&base).map_err(endcap::Error::from)?;
            let escrow = reach(&should_stop, Error::is_unreachable, || ledger.escrow(&base))?;
            let Some(escrow) = escrow else { return Ok(ExitCode::SUCCESS) };
            Some(Purse {
                wallet: Arc::new(wallet),
                escrow,
                folder: arguments.state.join("tills"),
                tills: BTreeMap::new(),
                waiting: BTreeMap::new(),
            })
        }
        None => None,
    };
    let mut login = config.queue.options(&base)?;
    let worker = identify(&config, purse.as_ref(), &mut login)?;
    say(format_args!("worker   {worker}"));
    let is_early = |error: &Error| matches!(error, Error::Unreachable { .. } | Error::Refused { .. });
    let connection = reach(&should_stop, is_early, || Connection::open(&login))?;
    let Some(connection) = connection else { return Ok(ExitCode::SUCCESS) };
    let queue = NatsQueue::open(connection).map_err(endcap::Error::from)?;

    let couriers = || -> Result<Couriers, Error> {
        let couriers = Couriers::new()
            .with("http", HttpCourier::new(Patience::default())?)
            .with("https", HttpCourier::new(Patience::default())?);
        Ok(match &config.store {
            Some(store) => couriers.with("file", FolderStore::open(&base.join(&store.folder))?),
            None => couriers,
        })
    };
    let bundles = BundleCache::open(&arguments.state.join("bundles")).map_err(endcap::Error::from)?;
    let catalogs = Catalogs::open(&arguments.catalog)?;
    let courier = || couriers().map_err(endcap::Error::from);
    let maker = Maker::new((renderer, options), Box::new(courier()?), bundles, catalogs);
    let ends = AgentEnds {
        queue: Box::new(queue),
        courier: Box::new(courier()?),
        maker: Box::new(maker),
        hello,
        sign: purse.as_ref().map(Purse::signer),
        vet: purse.as_ref().map(Purse::vetter),
    };
    let pace = Pace { heartbeat: Duration::from_secs(arguments.heartbeat), ..Pace::default() };
    let mut agent = Agent::open(&arguments.state.join("spool"), ends, pace).map_err(endcap::Error::from)?;
    let summary = agent.run(&should_stop, &mut |answer| hear(answer, &mut purse)).map_err(endcap::Error::from)?;

    let Summary { made, failed, dismissed } = summary;
    say(format_args!("{made} units made, {failed} failed"));
    if let Some(purse) = &mut purse {
        purse.redeem();
    }
    if let Some(message) = dismissed {
        say(format_args!("dismissed: {message}"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Who this is, and how it proves it.
fn identify(config: &WorkerConfig, purse: Option<&Purse>, login: &mut ConnectionOptions) -> anyhow::Result<WorkerId> {
    let worker = match (purse, &config.queue.name) {
        (Some(purse), None) => {
            login.token = Some(sign_login(&purse.wallet, login.key.public(), now_s() + LOGIN_S));
            purse.wallet.worker()
        }
        (None, Some(name)) => name.parse().map_err(|message| BadUsage(format!("queue.name: {message}")))?,
        _ => return Err(BadUsage("either [ledger] or queue.name says who the worker is".to_owned()).into()),
    };
    login.worker = Some(worker.clone());
    Ok(worker)
}

/// Tries until somebody answers: chain, server and coordinator may come later than their workers, and a server lets nobody
/// in before the coordinator is there. None if told to stop.
fn reach<T>(
    should_stop: &AtomicBool,
    is_early: fn(&Error) -> bool,
    mut attempt: impl FnMut() -> Result<T, Error>,
) -> anyhow::Result<Option<T>> {
    let mut told = false;
    while !should_stop.load(Ordering::Relaxed) {
        match attempt() {
            Err(error) if is_early(&error) => {
                if !std::mem::replace(&mut told, true) {
                    crate::progress::complain(format_args!("{error}; trying until somebody answers"));
                }
                std::thread::sleep(Duration::from_secs(1));
            }
            reached => return Ok(Some(reached.map_err(endcap::Error::from)?)),
        }
    }
    Ok(None)
}

fn hear(answer: &Answer, purse: &mut Option<Purse>) {
    match (answer, purse) {
        (Answer::Voucher(voucher), Some(purse)) => match purse.accept(voucher) {
            Ok(true) => say(format_args!("voucher  {} base units so far", voucher.amount)),
            Ok(false) => {}
            Err(error) if error.is_unreachable() => {
                purse.waiting.insert(voucher.job, voucher.clone());
            }
            Err(error) => crate::progress::complain(format_args!("a voucher is refused: {error}")),
        },
        (Answer::Refused { what, message }, _) => say(format_args!("unit {} was refused: {message}", what.unit)),
        _ => {}
    }
}

/// A worker's money: what it was promised, by job.
struct Purse {
    wallet: Arc<Wallet>,
    escrow: Escrow,
    folder: PathBuf,
    tills: BTreeMap<Node, Till>,
    /// Newest vouchers that could not be looked at yet, because the chain could not be reached.
    waiting: BTreeMap<Node, Voucher>,
}

impl Purse {
    fn signer(&self) -> Sign {
        let (wallet, chain_id) = (Arc::clone(&self.wallet), self.escrow.chain().id());
        Box::new(move |report| Ok(sign_report(&wallet, report, chain_id)))
    }

    /// No work is done for a job that the escrow holds no money for. While the chain cannot be reached, what it said
    /// before counts.
    fn vetter(&self) -> Vet {
        let escrow = self.escrow.clone();
        let mut paying = BTreeSet::new();
        Box::new(move |task| {
            let id = task.escrow.ok_or_else(|| Error::Unfit("the task names no job in an escrow".to_owned()))?;
            match pays(&escrow, id, task) {
                Err(error) if error.is_unreachable() && paying.contains(&id) => Ok(()),
                Ok(()) => {
                    paying.insert(id);
                    Ok(())
                }
                refusal => refusal,
            }
        })
    }

    fn accept(&mut self, voucher: &Voucher) -> Result<bool, Error> {
        self.till(voucher.job)?.accept(voucher)
    }

    fn till(&mut self, job: Node) -> Result<&mut Till, Error> {
        if !self.tills.contains_key(&job) {
            let till = Till::open(self.escrow.clone(), job, &self.file(job))?;
            self.tills.insert(job, till);
        }
        Ok(self.tills.get_mut(&job).expect("just put there"))
    }

    fn file(&self, job: Node) -> PathBuf {
        self.folder.join(format!("{job}.json"))
    }

    /// Gets what was promised. What cannot be got now stays in its file for `endcap job redeem`.
    fn redeem(&mut self) {
        for (_, voucher) in std::mem::take(&mut self.waiting) {
            if let Err(error) = self.accept(&voucher) {
                let text = serde_json::to_string(&voucher).expect("plain data");
                crate::progress::complain(format_args!("{error}; keep this voucher: {text}"));
            }
        }
        let jobs: Vec<Node> = self.tills.keys().copied().collect();
        for job in jobs {
            let file = self.file(job);
            match self.till(job).and_then(Till::redeem) {
                Ok(0) => {}
                Ok(paid) => say(format_args!("paid     {paid} base units for the job {job}")),
                Err(error) => {
                    let at = Path::new(&file).display();
                    crate::progress::complain(format_args!("{error}; the voucher is in {at}"));
                }
            }
        }
    }
}

/// Whether the escrow holds money for the job of a task.
fn pays(escrow: &Escrow, id: Node, task: &Task) -> Result<(), Error> {
    let job = escrow.job(id)?.ok_or_else(|| Error::Unfit(format!("the escrow has no job {id}")))?;
    if job.bundle.0 != task.what.job.bytes() {
        return Err(Error::Unfit(format!("the job {id} in the escrow pays for another bundle")));
    }
    if job.left() == 0 || !escrow.state(id)?.pays() {
        return Err(Error::Unfit(format!("the escrow has no money for the job {id} now")));
    }
    Ok(())
}
