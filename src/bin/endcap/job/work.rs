use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::{self, Bundle};

use super::catalog;
use super::train::Inside;
use crate::machine::Machine;
use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Number of the unit, from 0.
    #[arg(long)]
    unit: u64,
    /// Times that the unit was given out before.
    #[arg(long, default_value_t = 0)]
    attempt: u32,
    /// Folder for the results; the unit's is `unit-NNNNNN.tar`.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
    #[command(flatten)]
    inside: Inside,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let composer = bundle.composer(catalog(arguments.catalog.as_deref())?)?;
    let mut renderer = arguments.machine.renderer(false)?;
    let unit = (arguments.unit, arguments.attempt);
    let mut frames = 0;
    let machine = (&mut renderer, &arguments.inside.sandbox());
    let (path, claim) = job::work_with(&bundle, &composer, machine, unit, &arguments.out, |_| frames += 1)?;
    say(format_args!("{}  {frames} frames -> {}", claim.root, path.display()));
    Ok(ExitCode::SUCCESS)
}
