use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use endcap::job::coordinate::{Status, Table};

use super::board::{Board, Shown};
use super::state::State;
use crate::options::BadUsage;
use crate::progress::{line, say};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the job.
    #[cfg_attr(feature = "market", arg(required_unless_present = "job"))]
    state: Option<PathBuf>,
    /// A job whose coordinator is somewhere else: its digest.
    #[cfg(feature = "market")]
    #[arg(long, value_name = "b3:…", requires = "market", conflicts_with = "state")]
    job: Option<endcap::job::Digest>,
    /// The client's file, which says how to reach the market.
    #[cfg(feature = "market")]
    #[arg(long, value_name = "FILE", requires = "job")]
    market: Option<PathBuf>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Watch {
    /// Folder of the job.
    state: PathBuf,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Cancel {
    /// Folder of the job.
    state: PathBuf,
}

/// Says once where a job stands.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let status = Status::of(&arguments.table()?);
    if arguments.json {
        line(&serde_json::to_value(&status)?);
    } else {
        super::board::print(&status);
    }
    Ok(ExitCode::SUCCESS)
}

impl Arguments {
    fn table(&self) -> anyhow::Result<Table> {
        #[cfg(feature = "market")]
        if let (Some(job), Some(market)) = (self.job, &self.market) {
            return super::market::table(market, job);
        }
        let state = self.state.as_ref().ok_or_else(|| BadUsage("the folder of the job is missing".to_owned()))?;
        Ok(State::begun(state).table().map_err(endcap::Error::from)?)
    }
}

/// Shows where a job stands until it is over.
pub(crate) fn watch(arguments: &Watch) -> anyhow::Result<ExitCode> {
    let state = State::begun(&arguments.state);
    let board = Board::new(&arguments.shown);
    loop {
        let table = state.table().map_err(endcap::Error::from)?;
        board.show(&table, &BTreeMap::new());
        if table.is_over() {
            board.finish(&table);
            return Ok(ExitCode::SUCCESS);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Asks for the end of a job.
pub(crate) fn cancel(arguments: &Cancel) -> anyhow::Result<ExitCode> {
    State::begun(&arguments.state).want_cancel().map_err(endcap::Error::from)?;
    say("the job ends when its coordinator sees this; what is valid stays");
    Ok(ExitCode::SUCCESS)
}
