//! `endcap job …`: renders on somebody else's machine.

#[cfg(feature = "evm")]
mod ask;
mod board;
mod calibrate;
mod cluster;
mod collect;
mod fetch;
mod gather;
#[cfg(feature = "market")]
mod market;
#[cfg(feature = "evm")]
mod money;
mod pack;
mod quote;
mod state;
mod status;
mod submit;
mod template;
mod train;
mod verify;
mod work;

use std::path::Path;
use std::process::ExitCode;

use endcap::Catalog;
use endcap::job::{Bundle, Delivery, RenderUnit};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Pack a dataset that is to be made elsewhere into a bundle.
    Pack(pack::Arguments),
    /// Make one unit of a bundle on this machine.
    Run(work::Arguments),
    /// Say what a bundle costs, by rendering a few of its frames here.
    Quote(quote::Arguments),
    /// Measure how machines of two classes differ, and write a tolerance profile.
    Calibrate(calibrate::Arguments),
    /// Add to a job's budget in the escrow.
    #[cfg(feature = "evm")]
    Fund(money::Fund),
    /// Redeem the newest voucher of a job: the worker.
    #[cfg(feature = "evm")]
    Redeem(money::Redeem),
    /// Send what is left of a job that is over back to its client: anybody.
    #[cfg(feature = "evm")]
    Refund(money::Refund),
    /// Put up a stake, or take it out again: the worker.
    #[cfg(feature = "evm")]
    Stake(money::StakeArguments),
    /// Say what work costs, for clients to read: the worker. Or read it.
    #[cfg(feature = "evm")]
    Ask(ask::Arguments),
    /// Run the training step of one unit of a bundle on this machine.
    Train(train::Arguments),
    /// Print what a cluster needs to run all units of a bundle.
    Template(template::Arguments),
    /// Give a bundle to the cluster that this machine belongs to.
    Cluster(cluster::Arguments),
    /// Verify what workers have delivered.
    Verify(verify::Arguments),
    /// Make one ordinary dataset of all deliveries, verifying each first.
    Collect(collect::Arguments),
    /// Give the units of a bundle to workers until all are made.
    Submit(submit::Arguments),
    /// Say where a job stands.
    Status(status::Arguments),
    /// Show where a job stands until it is over.
    Watch(status::Watch),
    /// End a job early.
    Cancel(status::Cancel),
    /// Work for others.
    #[cfg(feature = "market")]
    Worker(market::WorkerArguments),
    /// Make a worker's key for the queue, and print its public half.
    #[cfg(feature = "market")]
    WorkerKey(market::KeyArguments),
    /// Write the configuration of a NATS server for a market, and the coordinator's keys.
    #[cfg(feature = "market")]
    ServerConfig(market::ServerArguments),
    /// Make one ordinary dataset of the valid units of a job.
    Fetch(fetch::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Pack(arguments) => pack::run(arguments),
        Command::Run(arguments) => work::run(arguments),
        Command::Quote(arguments) => quote::run(arguments),
        Command::Calibrate(arguments) => calibrate::run(arguments),
        #[cfg(feature = "evm")]
        Command::Fund(arguments) => money::fund(arguments),
        #[cfg(feature = "evm")]
        Command::Redeem(arguments) => money::redeem(arguments),
        #[cfg(feature = "evm")]
        Command::Refund(arguments) => money::refund(arguments),
        #[cfg(feature = "evm")]
        Command::Stake(arguments) => money::stake(arguments),
        #[cfg(feature = "evm")]
        Command::Ask(arguments) => ask::run(arguments),
        Command::Train(arguments) => train::run(arguments),
        Command::Template(arguments) => template::run(arguments),
        Command::Cluster(arguments) => cluster::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Collect(arguments) => collect::run(arguments),
        Command::Submit(arguments) => submit::run(arguments),
        Command::Status(arguments) => status::run(arguments),
        Command::Watch(arguments) => status::watch(arguments),
        Command::Cancel(arguments) => status::cancel(arguments),
        #[cfg(feature = "market")]
        Command::Worker(arguments) => market::run_worker(arguments),
        #[cfg(feature = "market")]
        Command::WorkerKey(arguments) => market::worker_key(arguments),
        #[cfg(feature = "market")]
        Command::ServerConfig(arguments) => market::server(arguments),
        Command::Fetch(arguments) => fetch::run(arguments),
    }
}

/// The catalogue of a bundle: the one that is named, or the built-in one.
fn catalog(path: Option<&Path>) -> Result<Catalog, endcap::Error> {
    Ok(path.map_or_else(Catalog::builtin, Catalog::open)?)
}

/// Unpacks the delivery of a unit from the folder of results.
fn delivery(
    results: &Path,
    bundle: &Bundle,
    composer: &endcap::Composer,
    unit: &RenderUnit,
) -> Result<Delivery, endcap::problem::Problems> {
    let header = bundle.unit_header(unit.frames.clone(), composer);
    Delivery::unpack(&results.join(endcap::job::file_name(unit.number)), bundle, &header, unit.clone())
}
