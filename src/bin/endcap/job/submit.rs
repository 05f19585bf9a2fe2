use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use endcap::job::coordinate::{
    Coordinator, Ends, Examine, Examiner, FileJournal, Journal, PairedJournal, Table, Terms,
};
use endcap::job::ledger::{Ledger, NoLedger};
use endcap::job::queue::{Dispatch, Hello, LocalWorkers};
use endcap::job::store::{FolderStore, Store};
use endcap::job::train::Sandbox;
use endcap::job::verify::{Effort, Secret};
use endcap::job::worker::{Agent, AgentEnds, Catalogs, Maker, Pace};
use endcap::job::{Bundle, BundleCache, Error, Verifier, now_s};

use super::board::Board;
use super::catalog;
use super::state::State;
use crate::machine::Machine;
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
    /// TOML file that says how to reach a market: queue, store and ledger. Without it, this process does the work.
    #[cfg(feature = "market")]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "lease"])]
    market: Option<PathBuf>,
    /// Make parts of what is delivered again, though it was made on this machine.
    #[arg(long)]
    check: bool,
    /// Deliveries that are looked at at a time; half as many as there are cores, and 8 at most, if left out.
    #[arg(long, value_name = "COUNT", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=64))]
    examiners: Option<usize>,
    /// Seconds that a worker has for a unit; the bundle's limit if left out.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    lease: Option<u64>,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
    #[command(flatten)]
    shown: super::board::Shown,
}

/// Shows a job to others.
type Show = Box<dyn FnMut(&Table) -> Result<(), Error> + Send>;

/// What a coordinator works with, and the worker in this process, if there is one.
struct Sides {
    dispatch: Box<dyn Dispatch>,
    store: Arc<dyn Store>,
    ledger: Box<dyn Ledger>,
    terms: Terms,
    examiners: Vec<Box<dyn Examine>>,
    worker: Option<Agent>,
    /// Where the journal is kept beside the file, and decides.
    journal: Option<Box<dyn Journal>>,
    /// Shows the job to others.
    show: Show,
    /// What must live as long as the coordinator.
    _open: Option<Box<dyn std::any::Any>>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let state = State::open(&arguments.state, &bundle).map_err(endcap::Error::from)?;
    let journal = Box::new(FileJournal::open(&state.journal()).map_err(endcap::Error::from)?);
    let sides = arguments.sides(&bundle, &state)?;
    let bundle_name = format!("{}.tar", bundle.digest().to_string().replace(':', "-"));
    sides.store.put(&bundle_name, &state.shipped()).map_err(endcap::Error::from)?;
    let ends = Ends {
        journal: match sides.journal {
            Some(first) => Box::new(PairedJournal::new(first, journal)),
            None => journal,
        },
        dispatch: sides.dispatch,
        store: sides.store,
        ledger: sides.ledger,
        examiners: sides.examiners,
        bundle_name,
    };
    let mut show = sides.show;
    let coordinator = Coordinator::open(&bundle, state.folder(), &sides.terms, ends);
    let mut coordinator = coordinator.map_err(endcap::Error::from)?;

    let should_stop = stop_signal()?;
    let board = Board::new(&arguments.shown);
    let is_over = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        let is_over = &is_over;
        let worker = sides.worker.map(|mut agent| scope.spawn(move || agent.run(is_over, &mut |_| {})));
        let ended = coordinate(&mut coordinator, (&state, &should_stop), &board, &mut show);
        is_over.store(true, Ordering::Relaxed);
        if let Some(worker) = worker {
            let worked = worker.join().map_err(|_| anyhow::anyhow!("the worker panicked"))?;
            worked.map_err(endcap::Error::from)?;
        }
        ended
    })?;
    board.finish(coordinator.table());
    if !ended {
        say("stopped; the same command goes on");
        return Ok(ExitCode::FAILURE);
    }
    drop(coordinator);
    match &arguments.out {
        Some(out) => super::fetch::fetch(&state, out, arguments.catalog.as_deref()),
        None => Ok(ExitCode::SUCCESS),
    }
}

impl Arguments {
    fn sides(&self, bundle: &Bundle, state: &State) -> anyhow::Result<Sides> {
        #[cfg(feature = "market")]
        if let Some(path) = &self.market {
            let secret = Secret::keep(&state.path("secret")).map_err(endcap::Error::from)?;
            let examiners = self.verifying(bundle, &secret)?;
            let market = super::market::open(path, bundle, state, &secret)?;
            let super::market::Market { dispatch, store, ledger, terms, journal, mut window, logins, seat } = market;
            let open: Option<Box<dyn std::any::Any>> = Some(Box::new((logins, seat)));
            let (journal, show): (_, Show) = (Some(journal), Box::new(move |table| window.show(table)));
            return Ok(Sides { dispatch, store, ledger, terms, examiners, worker: None, journal, show, _open: open });
        }
        self.local(bundle, state)
    }

    /// Everything in this process: a queue in memory, a folder as store, one worker.
    fn local(&self, bundle: &Bundle, state: &State) -> anyhow::Result<Sides> {
        let store = FolderStore::open(&state.path("store")).map_err(endcap::Error::from)?;
        let queue = LocalWorkers::default();
        let limits = &bundle.manifest().limits;
        let terms = Terms {
            lease_s: self.lease.unwrap_or(limits.wall_s),
            attempts: limits.attempts,
            ..if self.check { Terms::default() } else { Terms::trusting() }
        };
        let examiners = if self.check {
            let secret = Secret::keep(&state.path("secret")).map_err(endcap::Error::from)?;
            self.verifying(bundle, &secret)?
        } else {
            let examiner = Examiner::trusting(bundle, bundle.composer(catalog(self.catalog.as_deref())?)?);
            vec![Box::new(examiner) as Box<dyn Examine>]
        };

        let mut renderer = self.machine.renderer(self.shown.is_quiet())?;
        let hello = Hello::measured(&mut renderer, 2)?;
        let bundles = BundleCache::open(&state.path("bundles")).map_err(endcap::Error::from)?;
        let catalogs = Catalogs::open(self.catalog.as_slice())?;
        let maker = Maker::new((renderer, self.machine.options()), Box::new(store.clone()), bundles, catalogs)
            .training(Sandbox::default());
        let ends = AgentEnds {
            queue: Box::new(queue.queue("local".parse().expect("a plain name"))),
            courier: Box::new(store.clone()),
            maker: Box::new(maker),
            hello,
            sign: None,
            vet: None,
        };
        let worker = Agent::open(&state.path("spool"), ends, Pace::default()).map_err(endcap::Error::from)?;
        let dispatch = Box::new(queue.dispatch());
        let (store, ledger) = (Arc::new(store), Box::new(NoLedger));
        let show: Show = Box::new(|_| Ok(()));
        Ok(Sides { dispatch, store, ledger, terms, examiners, worker: Some(worker), journal: None, show, _open: None })
    }

    fn verifying(&self, bundle: &Bundle, secret: &Secret) -> anyhow::Result<Vec<Box<dyn Examine>>> {
        let composer = bundle.composer(catalog(self.catalog.as_deref())?)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let examiner = || {
            let verifier = Verifier::new(bundle, composer.clone(), self.machine.renderer(self.shown.is_quiet())?);
            Ok(Box::new(Examiner::new(bundle, verifier, secret.clone(), Effort::default())) as Box<dyn Examine>)
        };
        (0..self.examiners.unwrap_or((cores / 2).clamp(1, 8))).map(|_| examiner()).collect()
    }
}

/// Steps until the job is over; false if somebody has stopped the program before.
fn coordinate(
    coordinator: &mut Coordinator,
    (state, should_stop): (&State, &AtomicBool),
    board: &Board,
    show: &mut Show,
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
        show(coordinator.table()).map_err(endcap::Error::from)?;
    }
    Ok(true)
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
