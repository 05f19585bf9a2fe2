use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::Bundle;
use endcap::job::verify::Outcome;

use super::gather::gather;
use super::verify::How;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Folder with the deliveries.
    results: PathBuf,
    /// Folder for the dataset.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    how: How,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let mut verifier = arguments.how.verifier(&bundle)?;
    let secret = arguments.how.secret()?;
    // What was trained cannot be made again: it counts if it is whole and what the job asks for.
    let is_trained = bundle.manifest().train.is_some();
    let composer = verifier.composer().clone();
    gather(&bundle, &composer, &arguments.out, |unit| {
        let (verdict, delivery) = arguments.how.judge(&bundle, &mut verifier, (unit, &secret), &arguments.results)?;
        let taken = delivery.filter(|_| is_trained || verdict.outcome == Outcome::Valid);
        let number = unit.number;
        taken.ok_or_else(|| anyhow::anyhow!("unit {number} cannot be taken; this goes on here once there is another"))
    })
}
