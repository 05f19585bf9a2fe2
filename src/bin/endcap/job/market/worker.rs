//! The worker's side: `endcap job worker`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use endcap::job::ledger::evm::sign_login;
use endcap::job::queue::nats::{Connection, ConnectionOptions, NatsObjects, NatsQueue};
use endcap::job::queue::{Answer, Hello};
use endcap::job::store::{Couriers, FolderStore, HttpCourier, Patience};
use endcap::job::worker::{Agent, AgentEnds, Catalogs, Maker, Pace, Summary};
use endcap::job::{BundleCache, Error, WorkerId, now_s};

use super::purse::Purse;
use super::way::{Way, WorkerConfig};
use crate::job::submit::stop_signal;
use crate::job::train::Inside;
use crate::machine::Machine;
use crate::options::BadUsage;
use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    way: Way,
    /// Folder of this worker: bundles, results that were not told yet, vouchers.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Catalogues beside the built-in one.
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,
    #[command(flatten)]
    machine: Machine,
    /// Also run the training steps of jobs: programs of their clients, in a sandbox without network.
    #[arg(long)]
    train: bool,
    #[command(flatten)]
    inside: Inside,
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
    let (config, base) = arguments.way.config()?;
    let should_stop = stop_signal()?;
    std::fs::create_dir_all(&arguments.state)?;

    let mut renderer = arguments.machine.renderer(false)?;
    let hello = Hello::measured(&mut renderer, arguments.slots)?;
    say(format_args!("class    {}, {} ms", hello.class, hello.calibration_ms));

    let mut purse = match &config.ledger {
        Some(ledger) => {
            let wallet = ledger.wallet(&base).map_err(endcap::Error::from)?;
            let reached = reach(&should_stop, Error::is_unreachable, || {
                let escrow = ledger.escrow(&base)?;
                let asked = ledger.asked(&escrow, &hello.class)?;
                Ok((escrow, asked))
            })?;
            let Some((escrow, asked)) = reached else { return Ok(ExitCode::SUCCESS) };
            let mut purse = Purse::open(wallet, (escrow, asked), arguments.state.join("tills"));
            purse.look_again();
            Some(purse)
        }
        None => None,
    };
    let mut login = config.queue.options(&base)?;
    let worker = identify(&config, purse.as_ref(), &mut login)?;
    say(format_args!("worker   {worker}"));
    let is_early = |error: &Error| matches!(error, Error::Unreachable { .. } | Error::Refused { .. });
    let connection = reach(&should_stop, is_early, || Connection::open(&login))?;
    let Some(connection) = connection else { return Ok(ExitCode::SUCCESS) };
    let queue = NatsQueue::open(connection.clone()).map_err(endcap::Error::from)?;

    let couriers = || -> Result<Couriers, Error> {
        let mut couriers = Couriers::new()
            .with("http", HttpCourier::new(Patience::default())?)
            .with("https", HttpCourier::new(Patience::default())?);
        if let Some(folder) = &config.store.folder {
            couriers = couriers.with("file", FolderStore::open(&base.join(folder))?);
        }
        if let Some(bucket) = &config.store.objects {
            couriers = couriers.with("nats", NatsObjects::open(connection.clone(), bucket)?);
        }
        Ok(couriers)
    };
    let bundles = BundleCache::open(&arguments.state.join("bundles")).map_err(endcap::Error::from)?;
    let catalogs = Catalogs::open(&arguments.catalog)?;
    let courier = || couriers().map_err(endcap::Error::from);
    let maker = Maker::new((renderer, arguments.machine.options()), Box::new(courier()?), bundles, catalogs);
    let maker = if arguments.train { maker.training(arguments.inside.sandbox()) } else { maker };
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
            login.token = Some(sign_login(purse.wallet(), login.key.public(), now_s() + LOGIN_S));
            purse.wallet().worker()
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
        (Answer::Voucher(voucher), Some(purse)) => purse.take(voucher),
        (Answer::Refused { what, message }, _) => say(format_args!("unit {} was refused: {message}", what.unit)),
        _ => {}
    }
}
