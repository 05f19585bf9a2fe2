use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use endcap::Composer;
use endcap::job::Bundle;
use endcap::job::cluster::{ClusterBackend, ClusterOptions, Counts, Slurm, Standing, submit_missing};
use serde_json::json;

use super::catalog;
use super::template::{Arrays, There};
use crate::options::BadUsage;
use crate::progress::{line, say};

/// Failed units that are told one by one.
const MAX_FAILED: usize = 10;
/// The first and the longest pause between two questions to a cluster's queue, which has other work to do.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Put all units into Slurm's queue that have no sound delivery and are not in it: at first, and after failures.
    Submit(Submit),
    /// Say which units are done, run, wait and have failed.
    Status(Status),
    /// Take a job out of the queue, and end what runs; what is delivered stays.
    Cancel(Cancel),
}

/// A job and its results, under paths that this machine and the cluster's share.
#[derive(Debug, clap::Args)]
struct Job {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Folder of the results.
    results: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Submit {
    #[command(flatten)]
    job: Job,
    #[command(flatten)]
    there: There,
    #[command(flatten)]
    arrays: Arrays,
    /// Units to make again, whatever they have delivered: those that `endcap job verify` finds wrong.
    #[arg(long, value_name = "NUMBER,..", value_delimiter = ',')]
    again: Vec<u64>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Status {
    #[command(flatten)]
    job: Job,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    /// Wait until nothing of the job is in the queue; the exit code then says whether all is done.
    #[arg(long)]
    wait: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Cancel {
    #[command(flatten)]
    job: Job,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Submit(arguments) => submit(arguments),
        Command::Status(arguments) => status(arguments),
        Command::Cancel(arguments) => cancel(arguments),
    }
}

fn submit(arguments: &Submit) -> anyhow::Result<ExitCode> {
    let (job, there) = (&arguments.job, &arguments.there);
    let (bundle, composer) = job.open(there.catalog.as_deref().map(Path::new))?;
    let catalog_there = there.catalog.as_ref().map(|path| path_there(Path::new(path))).transpose()?;
    let (bundle_there, results) = job.there()?;
    let options = ClusterOptions { catalog: catalog_there, ..there.options(bundle_there, results, &arguments.arrays) };
    let again: BTreeSet<u64> = arguments.again.iter().copied().collect();
    let submission = submit_missing(&Slurm::default(), (&bundle, &composer), &options, &again, |batch| {
        if !arguments.json {
            say(format_args!("array {}: {} units", batch.id, batch.units));
        }
    });
    let submission = submission.map_err(endcap::Error::from)?;
    if arguments.json {
        line(&json!({
            "event": "submitted", "job": bundle.digest(), "submitted": submission.submitted, "queued": submission.queued,
            "done": submission.done, "arrays": submission.batches,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    let in_queue = submission.submitted + submission.queued;
    say(format_args!(
        "{} units submitted, {} in the queue before, {} done",
        submission.submitted, submission.queued, submission.done
    ));
    say(format_args!("Next: {}", next(&job.words(there.catalog.as_deref()), in_queue > 0, in_queue == 0)));
    Ok(ExitCode::SUCCESS)
}

fn status(arguments: &Status) -> anyhow::Result<ExitCode> {
    let job = &arguments.job;
    let (bundle, composer) = job.open(arguments.catalog.as_deref())?;
    let options = job.options()?;
    let mut pause = PAUSES.0;
    let standing = loop {
        let standing =
            Standing::look(&Slurm::default(), (&bundle, &composer), &options).map_err(endcap::Error::from)?;
        if !arguments.wait || !standing.is_queued() {
            break standing;
        }
        std::thread::sleep(pause);
        pause = (pause * 5 / 4).min(PAUSES.1);
    };
    let next = next(
        &job.words(arguments.catalog.as_ref().and_then(|path| path.to_str())),
        standing.is_queued(),
        standing.is_complete(),
    );
    if arguments.json {
        let mut value = serde_json::to_value(&standing)?;
        value["event"] = "status".into();
        value["next"] = next.into();
        line(&value);
    } else {
        print(&standing);
        say(format_args!("Next: {next}"));
    }
    Ok(ExitCode::from(u8::from(arguments.wait && !standing.is_complete())))
}

fn cancel(arguments: &Cancel) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.job.bundle).map_err(endcap::Error::from)?;
    let ended = Slurm::default().cancel(&bundle, &arguments.job.options()?).map_err(endcap::Error::from)?;
    say(format_args!("{ended} units taken out of the queue; what is delivered stays"));
    Ok(ExitCode::SUCCESS)
}

impl Job {
    fn open(&self, catalog_path: Option<&Path>) -> anyhow::Result<(Bundle, Composer)> {
        let bundle = Bundle::open(&self.bundle).map_err(endcap::Error::from)?;
        let composer = bundle.composer(catalog(catalog_path)?)?;
        Ok((bundle, composer))
    }

    /// The folders as the cluster's machines see them.
    fn there(&self) -> anyhow::Result<(String, String)> {
        Ok((path_there(&self.bundle)?, path_there(&self.results)?))
    }

    /// What tells this job from others in the queue.
    fn options(&self) -> anyhow::Result<ClusterOptions> {
        let (bundle, results) = self.there()?;
        Ok(ClusterOptions { bundle, results, ..ClusterOptions::default() })
    }

    /// The folders, and the catalogue, as words of a command.
    fn words(&self, catalog: Option<&str>) -> String {
        let catalog = catalog.map_or(String::new(), |path| format!(" --catalog {path}"));
        format!("{} {}{catalog}", self.bundle.display(), self.results.display())
    }
}

/// The path of a folder from the root, links and all: the other machines may know it under this name only.
fn path_there(path: &Path) -> anyhow::Result<String> {
    let path = std::path::absolute(path).with_context(|| format!("{}", path.display()))?;
    let tidy: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    let name = tidy.into_os_string().into_string();
    name.map_err(|name| BadUsage(format!("{}: no name in UTF-8", Path::new(&name).display())).into())
}

/// What is to be done next.
fn next(job: &str, is_queued: bool, is_complete: bool) -> String {
    match (is_queued, is_complete) {
        (true, _) => format!("endcap job cluster status {job} --wait"),
        (_, true) => format!("endcap job collect {job} --out DATASET   (verifies each unit first)"),
        _ => format!("endcap job cluster submit {job}   (what is missing, with the same options as before)"),
    }
}

fn print(standing: &Standing) {
    say(standing.job);
    let Counts { done, running, waiting, failed, unsent } = standing.units;
    let reasons: Vec<String> = standing
        .reasons
        .iter()
        .map(|(reason, units)| format!("{units} {}", if reason.is_empty() { "soon" } else { reason.as_str() }))
        .collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    say(format_args!(
        "units    {done} done, {running} running, {waiting} waiting{reasons}, {failed} failed, {unsent} not submitted"
    ));
    for failed in standing.failed.iter().take(MAX_FAILED) {
        let log = failed.log.as_ref().map_or(String::new(), |log| format!("  ({})", log.display()));
        say(format_args!("unit {} failed: {}{log}", failed.unit, failed.why));
    }
    if standing.failed.len() > MAX_FAILED {
        say(format_args!("… and {} more", standing.failed.len() - MAX_FAILED));
    }
}
