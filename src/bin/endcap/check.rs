use std::path::PathBuf;
use std::process::ExitCode;

use crate::progress::{complain, line, say};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the dataset.
    dir: PathBuf,
    /// Print one JSON object per problem.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let problems = endcap::dataset::check(&arguments.dir).map_err(endcap::Error::from)?;
    for problem in &problems {
        if arguments.json {
            line(&serde_json::json!({"place": problem.place, "message": problem.message}));
        } else {
            say(format_args!("{}: {}", problem.place, problem.message));
        }
    }
    if problems.is_empty() {
        if !arguments.json {
            say(format_args!("{}: no problems", arguments.dir.display()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    complain(format_args!("{} problems in {}", problems.len(), arguments.dir.display()));
    Ok(ExitCode::FAILURE)
}
