use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use endcap::dataset::stats::{Profile, stats};

use crate::progress::{complain, say};
use crate::render::create_file;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the dataset.
    dir: PathBuf,
    /// Also write everything, histograms included, to this JSON file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also draw the figures with their bands as PNG files into this folder.
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    /// What to compare with: a TOML file, or a built-in profile (whole_bay, close).
    #[arg(long, value_name = "NAME|FILE", default_value = "whole_bay")]
    profile: String,
    /// Exit with code 1 unless every band is met.
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let profile = Profile::open(&arguments.profile).map_err(endcap::Error::from)?;
    let stats = stats(&arguments.dir, &profile).map_err(endcap::Error::from)?;
    say(&stats);
    if let Some(path) = &arguments.json {
        let mut out = BufWriter::new(create_file(path)?);
        let written = stats.write_json(&mut out).and_then(|()| out.flush());
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(folder) = &arguments.plots {
        stats.write_plots(folder).map_err(endcap::Error::from)?;
    }
    let (met, bands) = stats.met();
    if arguments.strict && met < bands {
        complain(format_args!("{} of {bands} bands are not met by {}", bands - met, arguments.dir.display()));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
