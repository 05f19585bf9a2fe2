use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::Bundle;
use endcap::job::cluster::{ClusterOptions, kubernetes, slurm};

use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Whose queue is to take it.
    #[arg(long = "for", value_name = "CLUSTER")]
    cluster: Cluster,
    /// Folder of the bundle, as the cluster's machines see it; BUNDLE if left out.
    #[arg(long, value_name = "DIR")]
    bundle_there: Option<String>,
    /// Folder for the results, as the cluster's machines see it.
    #[arg(long, value_name = "DIR", default_value = "results")]
    results: String,
    /// Catalogue, as the cluster's machines see it; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<String>,
    /// Units that may run at the same time.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..))]
    parallel: u64,
    /// Container image with `endcap` (Kubernetes).
    #[arg(long, default_value = "endcap:latest")]
    image: String,
    /// Queue of Kueue (Kubernetes).
    #[arg(long)]
    queue: Option<String>,
    /// Tasks of an array (Slurm): `MaxArraySize` less one.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    array: u64,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Cluster {
    /// A shell script that submits job arrays.
    Slurm,
    /// An Indexed Job, as JSON.
    Kubernetes,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let there = || arguments.bundle.display().to_string();
    let options = ClusterOptions {
        bundle: arguments.bundle_there.clone().unwrap_or_else(there),
        results: arguments.results.clone(),
        catalog: arguments.catalog.clone(),
        parallel: arguments.parallel,
        image: arguments.image.clone(),
        queue: arguments.queue.clone(),
        array: arguments.array,
    };
    let text = match arguments.cluster {
        Cluster::Slurm => slurm(&bundle, &options),
        Cluster::Kubernetes => kubernetes(&bundle, &options),
    };
    say(text.trim_end());
    Ok(ExitCode::SUCCESS)
}
