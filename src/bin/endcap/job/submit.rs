use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use endcap::job::coordinate::{Coordinator, Ends, Examiner, FileJournal, Terms};
use endcap::job::ledger::NoLedger;
use endcap::job::queue::{Hello, LocalWorkers};
use endcap::job::store::{FolderStore, Store};
use endcap::job::verify::{Effort, Secret};
use endcap::job::worker::{Agent, AgentEnds, Catalogs, Maker, Pace};
use endcap::job::{Bundle, BundleCache, EngineClass, Verifier};
use endcap::render::{Renderer, RendererOptions};

use super::board::Board;
use super::catalog;
use super::state::State;
use crate::options;
use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Folder of the job: its journal, its results. The same command goes on where it ended.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Make the dataset here as well, once all units are there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Make parts of what is delivered again, though it was made on this machine.
    #[arg(long)]
    check: bool,
    /// Seconds that a worker has for a unit; the bundle's limit if left out.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    lease: Option<u64>,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    /// Adapter: `cpu`, or part of a name that `endcap devices` lists.
    #[arg(long)]
    adapter: Option<String>,
    #[command(flatten)]
    shown: super::board::Shown,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let state = State::open(&arguments.state, &bundle).map_err(endcap::Error::from)?;
    let store = FolderStore::open(&state.path("store")).map_err(endcap::Error::from)?;
    let bundle_name = format!("{}.tar", bundle.digest().to_string().replace(':', "-"));
    store.put(&bundle_name, &state.shipped()).map_err(endcap::Error::from)?;

    let queue = LocalWorkers::default();
    let options = RendererOptions { adapter: options::adapter(arguments.adapter.as_deref()), ..Default::default() };
    let renderer = || Renderer::new(&options).map_err(endcap::Error::from);
    let composer = bundle.composer(catalog(arguments.catalog.as_deref())?)?;
    let examiner = if arguments.check {
        let secret = Secret::keep(&state.path("secret")).map_err(endcap::Error::from)?;
        Examiner::new(&bundle, Verifier::new(&bundle, composer, renderer()?), secret, Effort::default())
    } else {
        Examiner::trusting(&bundle, composer)
    };
    let limits = &bundle.manifest().limits;
    let terms = Terms {
        lease_s: arguments.lease.unwrap_or(limits.wall_s),
        attempts: limits.attempts,
        ..if arguments.check { Terms::default() } else { Terms::trusting() }
    };
    let ends = Ends {
        journal: Box::new(FileJournal::open(&state.journal()).map_err(endcap::Error::from)?),
        dispatch: Box::new(queue.dispatch()),
        store: Arc::new(store.clone()),
        ledger: Box::new(NoLedger),
        examiner: Box::new(examiner),
        bundle_name,
    };
    let mut coordinator = Coordinator::open(&bundle, state.folder(), &terms, ends).map_err(endcap::Error::from)?;

    let renderer = renderer()?;
    let class = EngineClass::of(renderer.adapter());
    let hello = Hello { calibration: class.digest(), class, calibration_ms: 0, slots: 2 };
    let bundles = BundleCache::open(&state.path("bundles")).map_err(endcap::Error::from)?;
    let catalogs = Catalogs::open(arguments.catalog.as_slice())?;
    let maker = Maker::new((renderer, options), Box::new(store.clone()), bundles, catalogs);
    let ends = AgentEnds {
        queue: Box::new(queue.queue("local".parse().expect("a plain name"))),
        courier: Box::new(store),
        maker: Box::new(maker),
        hello,
        sign: None,
    };
    let mut agent = Agent::open(&state.path("spool"), ends, Pace::default()).map_err(endcap::Error::from)?;

    let should_stop = stop_signal()?;
    let board = Board::new(&arguments.shown);
    let is_over = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        let is_over = &is_over;
        let worked = scope.spawn(move || agent.run(is_over, &mut |_| {}));
        let ended = coordinate(&mut coordinator, &state, &should_stop, &board);
        is_over.store(true, Ordering::Relaxed);
        let worked = worked.join().map_err(|_| anyhow::anyhow!("the worker panicked"))?;
        worked.map_err(endcap::Error::from)?;
        ended
    })?;
    board.finish(&coordinator.table().clone());
    if !ended {
        say(format_args!("stopped; the same command goes on"));
        return Ok(ExitCode::FAILURE);
    }
    drop(coordinator);
    match &arguments.out {
        Some(out) => super::fetch::fetch(&state, out, arguments.catalog.as_deref()),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Steps until the job is over; false if somebody has stopped the program before.
fn coordinate(
    coordinator: &mut Coordinator,
    state: &State,
    should_stop: &AtomicBool,
    board: &Board,
) -> anyhow::Result<bool> {
    while !coordinator.is_over() {
        if should_stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        if state.is_cancel_wanted() {
            coordinator.cancel().map_err(endcap::Error::from)?;
        }
        coordinator.step(now_s(), Duration::from_millis(100))?;
        board.show(coordinator.table(), coordinator.progress());
    }
    Ok(true)
}

/// Seconds since 1970.
pub(super) fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Becomes true when the program is asked to end: by Ctrl-C, or by SIGTERM.
pub(super) fn stop_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            // Who asks twice means it.
            std::process::exit(130);
        }
    })?;
    Ok(flag)
}
