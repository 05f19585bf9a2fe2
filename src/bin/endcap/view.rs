use std::path::PathBuf;
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
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let viewer = Viewer::open(&arguments.dir, arguments.port).map_err(endcap::Error::from)?;
    say(format_args!("{} is at http://{}/ until you stop this command", arguments.dir.display(), viewer.address()));
    viewer.serve().map_err(endcap::Error::from)?;
    Ok(ExitCode::SUCCESS)
}
