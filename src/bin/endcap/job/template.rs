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
    #[command(flatten)]
    there: There,
    /// Container image with `endcap` (Kubernetes); the one that the bundle names, or endcap:latest, if left out.
    #[arg(long)]
    image: Option<String>,
    /// Queue of Kueue (Kubernetes).
    #[arg(long)]
    queue: Option<String>,
    #[command(flatten)]
    arrays: Arrays,
}

/// What the cluster's machines have.
#[derive(Debug, clap::Args)]
pub(super) struct There {
    /// Catalogue of the job, as the cluster's machines see it; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    pub(super) catalog: Option<String>,
    /// The program, as the cluster's machines find it.
    #[arg(long, value_name = "PATH", default_value = "endcap")]
    program: String,
    /// Adapter that the cluster's machines use: `cpu`, or part of a name that `endcap devices` lists there.
    #[arg(long)]
    adapter: Option<String>,
    /// Tasks of an array (Slurm), or indices of the job (Kubernetes), that may run at the same time.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..))]
    parallel: u64,
}

/// How Slurm gets the units.
#[derive(Debug, clap::Args)]
pub(super) struct Arrays {
    /// Most tasks of an array (Slurm): `MaxArraySize` less one. If left out, what the cluster says, or 1000 in a script.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    array: Option<u64>,
    /// Another argument of `sbatch`, such as --sbatch=--gres=gpu:1; may be given several times.
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    sbatch: Vec<String>,
}

impl There {
    /// How a cluster runs a bundle with results in these folders.
    pub(super) fn options(&self, bundle: String, results: String, arrays: &Arrays) -> ClusterOptions {
        ClusterOptions {
            bundle,
            results,
            catalog: self.catalog.clone(),
            program: self.program.clone(),
            adapter: self.adapter.clone(),
            parallel: self.parallel,
            array: arrays.array,
            sbatch: arrays.sbatch.clone(),
            ..ClusterOptions::default()
        }
    }
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
    let bundle_there = arguments.bundle_there.clone().unwrap_or_else(there);
    let named = arguments.image.clone().or_else(|| bundle.manifest().renderer.image.clone());
    let options = ClusterOptions {
        image: named.unwrap_or_else(|| ClusterOptions::default().image),
        queue: arguments.queue.clone(),
        ..arguments.there.options(bundle_there, arguments.results.clone(), &arguments.arrays)
    };
    let text = match arguments.cluster {
        Cluster::Slurm => slurm(&bundle, &options).map_err(endcap::Error::from)?,
        Cluster::Kubernetes => kubernetes(&bundle, &options),
    };
    say(text.trim_end());
    Ok(ExitCode::SUCCESS)
}
