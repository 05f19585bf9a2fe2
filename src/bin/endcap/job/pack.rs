use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use endcap::dataset::Header;
use endcap::job::verify::Tolerance;
use endcap::job::{Bundle, ColorSettings, Digest, JobOptions, Limits, RendererPin, TrainPlan};

use crate::options::BadUsage;
use crate::progress::say;
use crate::run::{Prepared, RunArguments};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    run: RunArguments,
    /// Folder for the bundle.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Frames of a unit: minutes of work.
    #[arg(long, value_name = "FRAMES", default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    unit: u64,
    /// Seconds that a unit may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..))]
    wall: u64,
    /// Tolerance profile that `endcap job calibrate` has written; starting values if left out.
    #[arg(long, value_name = "FILE")]
    tolerance: Option<PathBuf>,
    /// Digest of a program that may make the units, such as x86_64-unknown-linux-gnu=target/release/endcap; may be given
    /// several times. Any build of this version, if left out.
    #[arg(long, value_name = "TARGET=FILE")]
    binary: Vec<String>,
    /// Container image with the program, and its digest.
    #[arg(long, value_name = "NAME@sha256:…")]
    image: Option<String>,
    /// Ethereum address of who pays.
    #[arg(long, value_name = "0x…")]
    client: Option<String>,
    /// What is made of the frames where they are, and delivered in their place: a training step, as TOML.
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Prepared { run, formats, settings, .. } = arguments.run.prepare()?;
    let header = Header::new(&run, &formats);
    let color = ColorSettings::of(&settings).map_err(|message| anyhow!(BadUsage(message)))?;
    if let Some(client) = arguments.client.as_ref().filter(|client| !is_address(client)) {
        return Err(BadUsage(format!("--client: {client:?} is no address: 0x and 40 hexadecimal digits")).into());
    }
    let source = arguments.run.catalog.as_ref().map_or("builtin".to_owned(), |path| path.display().to_string());
    let tolerance = arguments.tolerance.as_deref().map_or_else(|| Ok(Tolerance::default()), Tolerance::open);
    let train = arguments.train.as_deref().map(TrainPlan::open).transpose();
    let options = JobOptions {
        unit_frames: arguments.unit,
        catalog_source: source,
        limits: Limits { wall_s: arguments.wall, ..Limits::default() },
        binaries: binaries(&arguments.binary)?,
        image: arguments.image.clone(),
        client: arguments.client.clone(),
        tolerance: tolerance.map_err(endcap::Error::from)?,
        train: train.map_err(endcap::Error::from)?,
        ..JobOptions::new(color)
    };
    let bundle = Bundle::pack(&arguments.out, &header, &options).map_err(endcap::Error::from)?;
    say(format_args!("{}  {} units -> {}", bundle.digest(), bundle.plan().len(), arguments.out.display()));
    Ok(ExitCode::SUCCESS)
}

/// The digests of the programs that the client vouches for.
fn binaries(named: &[String]) -> anyhow::Result<BTreeMap<String, Digest>> {
    let mut binaries = BTreeMap::new();
    for text in named {
        let Some((target, file)) = text.split_once('=') else {
            return Err(BadUsage(format!("--binary: {text:?} is not TARGET=FILE")).into());
        };
        let digest = RendererPin::digest_of(Path::new(file)).map_err(endcap::Error::from)?;
        if binaries.insert(target.to_owned(), digest).is_some() {
            return Err(BadUsage(format!("--binary: {target} is there twice")).into());
        }
    }
    Ok(binaries)
}

fn is_address(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| digits.len() == 40 && digits.chars().all(|c| c.is_ascii_hexdigit()))
}
