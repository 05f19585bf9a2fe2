use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::Bundle;
use endcap::job::train::{Runtime, Sandbox, train};

use super::catalog;
use crate::machine::Machine;
use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Number of the unit, from 0.
    #[arg(long)]
    unit: u64,
    /// Folder for the outputs; the unit's are in `unit-NNNNNN`.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    inside: Inside,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
}

/// What a training step finds in its sandbox, beside the system and its own files.
#[derive(Debug, clap::Args)]
pub(crate) struct Inside {
    /// Folder that a training step can read, such as one with libraries; may be given several times.
    #[arg(long, value_name = "DIR")]
    readable: Vec<PathBuf>,
    /// Device that a training step can use, such as /dev/nvidia0; may be given several times.
    #[arg(long, value_name = "PATH")]
    device: Vec<PathBuf>,
    /// What runs training steps that are images: bwrap or crun; crun if it is there, if left out.
    #[arg(long, value_name = "NAME")]
    runtime: Option<Runtime>,
    /// Folder for unpacked images; `endcap/images` in the cache folder of the user, /var/cache for root, if left out.
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
}

impl Inside {
    /// The sandbox.
    pub(crate) fn sandbox(&self) -> Sandbox {
        Sandbox {
            readable: self.readable.clone(),
            devices: self.device.clone(),
            runtime: self.runtime,
            images: self.images.clone(),
            ..Sandbox::default()
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let composer = bundle.composer(catalog(arguments.catalog.as_deref())?)?;
    let mut renderer = arguments.machine.renderer(false)?;
    let sandbox = arguments.inside.sandbox();
    let machine = (&mut renderer, &sandbox);
    let (folder, trained) = train(&bundle, &composer, machine, arguments.unit, &arguments.out, |_| {})?;
    for output in &trained.outputs {
        say(format_args!("b3:{}  {} ({} bytes)", output.blake3, folder.join(&output.path).display(), output.bytes));
    }
    let group = if trained.in_group { "in a control group" } else { "without a control group" };
    say(format_args!("ran in {}, {group}", trained.runtime));
    Ok(ExitCode::SUCCESS)
}
