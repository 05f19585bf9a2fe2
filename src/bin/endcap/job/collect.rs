use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::verify::{Outcome, Secret};
use endcap::job::{Bundle, Collector, Verifier, train};

use super::verify::How;
use crate::progress::say;

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
    if bundle.manifest().train.is_some() {
        return keep_outputs(arguments, &bundle, (&mut verifier, &secret));
    }
    let mut collector = Collector::open(&bundle, verifier.composer().clone(), &arguments.out)?;
    while let Some(number) = collector.next_unit() {
        let unit = bundle.plan().unit(number).expect("the collector asks for units of the job");
        let (verdict, delivery) = arguments.how.judge(&bundle, &mut verifier, (&unit, &secret), &arguments.results)?;
        match delivery.filter(|_| verdict.outcome == Outcome::Valid) {
            Some(delivery) => collector.add(&delivery)?,
            None => anyhow::bail!("unit {number} cannot be taken; the dataset goes on here once there is another"),
        }
    }
    let header = collector.finish()?;
    say(format_args!("{} frames -> {}", header.frames.end - header.frames.start, arguments.out.display()));
    Ok(ExitCode::SUCCESS)
}

/// What was trained, a folder for each unit.
fn keep_outputs(
    arguments: &Arguments,
    bundle: &Bundle,
    (verifier, secret): (&mut Verifier, &Secret),
) -> anyhow::Result<ExitCode> {
    for unit in bundle.plan().units() {
        let (_, delivery) = arguments.how.judge(bundle, verifier, (&unit, secret), &arguments.results)?;
        let Some(delivery) = delivery else { anyhow::bail!("unit {} cannot be taken", unit.number) };
        train::keep_outputs(&delivery, &arguments.out).map_err(endcap::Error::from)?;
    }
    say(format_args!("outputs of {} units -> {}", bundle.plan().len(), arguments.out.display()));
    Ok(ExitCode::SUCCESS)
}
