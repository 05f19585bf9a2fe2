//! The same plan for the queues of clusters.
//!
//! A [`ClusterBackend`] drives one: [`Slurm`]. [`slurm`] and [`kubernetes`] print what people give to a cluster's own
//! commands. What has been made is known from the folder of results alone ([`Found`]); a queue only says what may still
//! come. [`Standing`] joins the two, and [`submit_missing`] submits what neither has, so that it may be called at any time,
//! as often as one likes.

mod found;
mod kubernetes;
mod program;
mod slurm;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

pub use self::found::Found;
pub use self::kubernetes::kubernetes;
pub use self::slurm::{Slurm, slurm};
pub use self::standing::{Counts, Failed, Standing, Submission, submit_missing};
use super::{Bundle, Error};

/// Most units of a job that a cluster is given.
const MAX_UNITS: u64 = 10_000_000;

/// A cluster with a queue of its own. Jobs are told apart by their digest and the folder of their results.
pub trait ClusterBackend {
    /// Puts units of a job into the queue, and calls `on_batch` for each batch that the cluster has taken: those stay in
    /// the queue, even where a later one ends in an error.
    ///
    /// # Errors
    /// If the cluster cannot be reached, or refuses.
    fn submit(
        &self,
        bundle: &Bundle,
        options: &ClusterOptions,
        units: &BTreeSet<u64>,
        on_batch: &mut dyn FnMut(&Batch),
    ) -> Result<(), Error>;

    /// What the cluster knows of the units of a job: of all that wait or run, and of some that have ended.
    ///
    /// # Errors
    /// If the cluster cannot be reached, or says what cannot be understood.
    fn queue(&self, bundle: &Bundle, options: &ClusterOptions) -> Result<BTreeMap<u64, Task>, Error>;

    /// Takes all units of a job out of the queue, and ends those that run. Gives their number.
    ///
    /// # Errors
    /// If the cluster cannot be reached, or refuses.
    fn cancel(&self, bundle: &Bundle, options: &ClusterOptions) -> Result<u64, Error>;
}

/// Units that a cluster has taken together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The cluster's name for them.
    pub id: String,
    /// How many they are.
    pub units: u64,
}

/// What a cluster knows of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Whose part it is.
    pub batch: String,
    /// What may still come of it.
    pub state: TaskState,
    /// The state in the cluster's own word.
    pub word: String,
    /// Why it is in that state, in the cluster's own words; empty if it does not say.
    pub reason: String,
}

/// What may still come of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskState {
    /// Nothing: it is over, well or badly.
    Ended,
    /// It waits for its turn, perhaps not the first one.
    Waiting,
    /// It runs, or is about to begin or to end.
    Running,
}

/// How a cluster runs a job; the folders are those that its machines see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Folder of the bundle.
    pub bundle: String,
    /// Folder for the results.
    pub results: String,
    /// Catalogue, where it is not the built-in one.
    pub catalog: Option<String>,
    /// The program `endcap`.
    pub program: String,
    /// Adapter that the program is to use, where it should not choose.
    pub adapter: Option<String>,
    /// Tasks of an array (Slurm), or indices of the job (Kubernetes), that may run at the same time.
    pub parallel: u64,
    /// Container image with `endcap`, for Kubernetes.
    pub image: String,
    /// Kueue's queue, for Kubernetes; none to start at once.
    pub queue: Option<String>,
    /// Most tasks that an array of Slurm has: `MaxArraySize` less one. None for what the cluster says, or 1000 where
    /// nobody can be asked.
    pub array: Option<u64>,
    /// Further arguments of `sbatch`, such as `--partition=gpu`.
    pub sbatch: Vec<String>,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            bundle: "bundle".to_owned(),
            results: "results".to_owned(),
            catalog: None,
            program: "endcap".to_owned(),
            adapter: None,
            parallel: 64,
            image: "endcap:latest".to_owned(),
            queue: None,
            array: None,
            sbatch: Vec::new(),
        }
    }
}

impl ClusterOptions {
    /// Arguments of `endcap` for a unit.
    fn arguments(&self, unit: &str) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["job", "run", &self.bundle, "--unit", unit, "--out", &self.results].map(str::to_owned).into();
        for (name, value) in [("--catalog", &self.catalog), ("--adapter", &self.adapter)] {
            arguments.extend(value.iter().flat_map(|value| [name.to_owned(), value.clone()]));
        }
        arguments
    }
}

/// Number of units, if a cluster can be given so many.
fn units_of(bundle: &Bundle) -> Result<u64, Error> {
    let units = bundle.plan().len();
    if units > MAX_UNITS {
        let message = format!("the job has {units} units, and a cluster takes {MAX_UNITS}: pack larger ones");
        return Err(Error::Unfit(message));
    }
    Ok(units)
}
