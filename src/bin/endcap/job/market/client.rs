//! The client's side: the ends of a coordinator that are not on this machine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use endcap::job::coordinate::{Journal, Table, Terms};
use endcap::job::ledger::evm::{self, EvmLedger, sign_bundle, verify_login};
use endcap::job::ledger::{Ledger, NoLedger};
use endcap::job::queue::Dispatch;
use endcap::job::queue::nats::{
    Gate, LoginOptions, LoginService, NatsDispatch, NatsJournal, QueueOptions, Trust, gate_of_file,
};
use endcap::job::store::{FolderStore, Store};
use endcap::job::verify::Secret;
use endcap::job::{Bundle, Digest, Error, now_s};

use super::config::{self, ClientConfig, ClientLedger, Opened};
use super::window::ShopWindow;
use crate::job::state::State;
use crate::options::BadUsage;
use crate::progress::say;

/// What a coordinator works with, and what must live as long as it does.
pub(in crate::job) struct Market {
    pub(in crate::job) dispatch: Box<dyn Dispatch>,
    pub(in crate::job) store: Arc<dyn Store>,
    pub(in crate::job) ledger: Box<dyn Ledger>,
    pub(in crate::job) terms: Terms,
    /// Lets only one coordinator go on with a job, wherever it runs.
    pub(in crate::job) journal: Box<dyn Journal>,
    /// Shows everybody how the units stand.
    pub(in crate::job) window: ShopWindow,
    /// Lets workers in, as long as it lives.
    pub(in crate::job) logins: LoginService,
}

/// Opens all ends that a file names; the job's money is put into the escrow if it is not there yet.
pub(in crate::job) fn open(path: &Path, bundle: &Bundle, state: &State, secret: &Secret) -> anyhow::Result<Market> {
    let (config, base): (ClientConfig, _) = config::read(path)?;
    let terms = config.terms.terms(&bundle.manifest().limits);
    let job_error = endcap::Error::from;

    let (ledger, gate): (Box<dyn Ledger>, Gate) = match (&config.ledger, &config.queue.workers) {
        (Some(ledger), None) => {
            let opened = open_job((ledger, &base), (bundle, state, secret), &terms).map_err(job_error)?;
            (Box::new(opened), Box::new(|token: &str, nkey: &str| verify_login(token, nkey, now_s())))
        }
        (None, Some(workers)) => (Box::new(NoLedger), gate_of_file(&base.join(workers)).map_err(job_error)?),
        _ => {
            let message = format!("{}: either [ledger] or queue.workers says who may come", path.display());
            return Err(BadUsage(message).into());
        }
    };
    let store: Arc<dyn Store> = match &config.store.folder {
        Some(folder) => Arc::new(FolderStore::open(&base.join(folder)).map_err(job_error)?),
        None => Arc::new(config.store.s3()?),
    };
    let connection = config.queue.connect(&base)?;
    let options = LoginOptions {
        issuer: config::nkey(&base.join(&config.queue.issuer))?,
        lifetime: Duration::from_secs(3600),
        trust: Trust::Strangers,
    };
    let logins = LoginService::start(&connection, options, gate).map_err(job_error)?;
    let ack_wait = Duration::from_secs((terms.silence_s / 2).clamp(2, 30));
    let queue = QueueOptions { ack_wait, ..QueueOptions::default() };
    let journal = Box::new(NatsJournal::open(connection.clone(), bundle.digest()).map_err(job_error)?);
    let window = ShopWindow::open(connection.clone(), bundle.digest()).map_err(job_error)?;
    let dispatch = Box::new(NatsDispatch::open(connection, queue).map_err(job_error)?);
    Ok(Market { dispatch, store, ledger, terms, journal, window, logins })
}

/// Where a job stands, as the market's own journal says it.
pub(in crate::job) fn table(path: &Path, job: Digest) -> anyhow::Result<Table> {
    let (config, base): (ClientConfig, _) = config::read(path)?;
    let lines = NatsJournal::read(&config.queue.connect(&base)?, job).map_err(endcap::Error::from)?;
    if lines.is_empty() {
        return Err(BadUsage(format!("nobody has begun the job {job} there")).into());
    }
    Ok(Table::replay(&lines).map_err(endcap::Error::from)?)
}

/// Opens the job in the escrow, or finds it there, and signs its bundle.
fn open_job(
    (config, base): (&ClientLedger, &Path),
    (bundle, state, secret): (&Bundle, &State, &Secret),
    terms: &Terms,
) -> Result<EvmLedger, Error> {
    let wallet = config.wallet(base)?;
    let escrow = config.escrow(base)?;
    let opened = state.keep_json("escrow.json", || {
        Ok(Opened {
            expiry: escrow.chain().now()?.saturating_add(config.duration_s),
            salt: Secret::random()?.commitment(),
            first_block: escrow.chain().height()?,
        })
    })?;
    let agreed = evm::Terms {
        token: config.token,
        evaluator: wallet.address(),
        provider: None,
        bundle: bundle.digest(),
        sample_commitment: secret.commitment(),
        starts_at: 0,
        expiry: opened.expiry,
        salt: opened.salt,
    };
    let id = escrow.open(&agreed, terms.budget)?;
    state.write("manifest.sig", &sign_bundle(&wallet, bundle.digest(), escrow.chain().id()))?;
    say(format_args!("escrow   {}  job {id}, {} base units", escrow.address(), terms.budget));
    let (stakes, book) = (config.stakes(&escrow)?, config.book(&escrow)?);
    let ledger = EvmLedger::open((escrow, id, opened.first_block), stakes, wallet, &state.path("promises"))?;
    Ok(match book {
        Some(book) => ledger.with_book(book),
        None => ledger,
    })
}
