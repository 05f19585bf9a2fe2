use std::path::{Path, PathBuf};
use std::process::ExitCode;

use endcap::view::Viewer;

use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the dataset.
    dir: PathBuf,
    /// Port on this machine; 0 takes a free one.
    #[arg(long, default_value_t = 8317)]
    port: u16,
    /// Write a recording (.rrd) for the viewer of rerun.io instead of showing a page.
    #[arg(long, value_name = "OUT.rrd", conflicts_with = "port")]
    rerun: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(path) = &arguments.rerun {
        return record(&arguments.dir, path);
    }
    let viewer = Viewer::open(&arguments.dir, arguments.port).map_err(endcap::Error::from)?;
    say(format_args!("{} is at http://{}/ until you stop this command", arguments.dir.display(), viewer.address()));
    viewer.serve().map_err(endcap::Error::from)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "rerun")]
fn record(dir: &Path, path: &Path) -> anyhow::Result<ExitCode> {
    endcap::view::write_recording(dir, path).map_err(endcap::Error::from)?;
    say(format_args!("{} -> {}", dir.display(), path.display()));
    Ok(ExitCode::SUCCESS)
}

#[cfg(not(feature = "rerun"))]
fn record(_: &Path, _: &Path) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this endcap was built without recordings: cargo install endcap --features rerun")
}
