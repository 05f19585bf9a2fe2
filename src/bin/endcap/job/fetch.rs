use std::path::{Path, PathBuf};
use std::process::ExitCode;

use endcap::job::coordinate::{Table, TryState};
use endcap::job::{Bundle, Digest};

use super::gather::gather;
use super::state::State;
use super::{catalog, delivery};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the job.
    state: PathBuf,
    /// Folder for the dataset; goes on with it if it was begun.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    fetch(&State::begun(&arguments.state), &arguments.out, arguments.catalog.as_deref())
}

/// Makes one ordinary dataset of the valid units of a job.
pub(super) fn fetch(state: &State, out: &Path, catalog_path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let table = state.table().map_err(endcap::Error::from)?;
    let bundle = state.bundle(&table).map_err(endcap::Error::from)?;
    let composer = bundle.composer(catalog(catalog_path)?)?;
    let results = state.path("results");
    gather(&bundle, &composer, out, |unit| {
        is_the_valid_one(&table, &bundle, unit.number, &results)?;
        let path = results.join(endcap::job::file_name(unit.number));
        delivery(&results, &bundle, &composer, unit)
            .map_err(|problems| anyhow::anyhow!("{}: {problems}", path.display()))
    })
}

/// Whether the file in the results is the delivery that was found valid.
fn is_the_valid_one(table: &Table, bundle: &Bundle, number: u64, results: &Path) -> anyhow::Result<()> {
    let tries = table.unit(number).map(|unit| unit.tries.as_slice()).unwrap_or_default();
    let valid: Vec<Digest> = tries
        .iter()
        .filter_map(|one| match &one.state {
            TryState::Valid { report, .. } => Some(report.delivery),
            _ => None,
        })
        .collect();
    if valid.is_empty() {
        let done = table.count(endcap::job::coordinate::UnitState::Valid);
        anyhow::bail!(
            "unit {number} is not there yet ({done} of {} are); the dataset goes on here once it is",
            bundle.plan().len()
        );
    }
    let path = results.join(endcap::job::file_name(number));
    let file = std::fs::File::open(&path)
        .map_err(|source| endcap::Error::from(endcap::dataset::Error::Read { path: path.clone(), source }))?;
    let found = Digest::of_reader(file)
        .map_err(|source| endcap::Error::from(endcap::dataset::Error::Read { path: path.clone(), source }))?;
    anyhow::ensure!(valid.contains(&found), "{} has the digest {found}, and another was found valid", path.display());
    Ok(())
}
