//! Slurm, driven by its own commands: `sbatch`, `squeue`, `scancel`, and `scontrol` for its configuration.

mod array;
mod queue;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use self::array::TaskArray;
pub use self::array::slurm;
pub(super) use self::array::{LOGS, unit_of_log};
use super::program::ask;
use super::{Batch, ClusterBackend, ClusterOptions, Task, TaskState, units_of};
use crate::job::{Bundle, Error};

/// Tasks of an array where the cluster was not asked: Slurm's own `MaxArraySize`, less one.
const DEFAULT_ARRAY: u64 = 1000;
/// Times that an array is cancelled, and the pause before the second one: a task that is about to begin may miss the first.
const CANCEL_ROUNDS: u32 = 10;
const CANCEL_PAUSE: Duration = Duration::from_millis(200);
/// Arrays that are cancelled by one command.
const CANCELLED_AT_ONCE: usize = 1000;

/// A cluster that runs Slurm; tried with 22.05. Its commands are looked for in `PATH`, and are those of the user: who may
/// submit what is the cluster's affair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slurm {
    /// How long a command may take.
    pub patience: Duration,
}

impl Default for Slurm {
    /// Two minutes: `sbatch` itself asks a busy controller again and again.
    fn default() -> Self {
        Self { patience: Duration::from_secs(120) }
    }
}

impl Slurm {
    fn ask(&self, program: &str, arguments: &[String], input: &str) -> Result<String, Error> {
        ask(program, arguments, input, self.patience)
    }

    /// Most tasks that an array may have: `MaxArraySize` less one.
    fn array_size(&self) -> Result<u64, Error> {
        let config = self.ask("scontrol", &["show".to_owned(), "config".to_owned()], "")?;
        let value = config.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == "MaxArraySize").then(|| value.trim())
        });
        match value.map(str::parse::<u64>) {
            Some(Ok(size @ 2..)) => Ok(size - 1),
            _ => Err(odd("scontrol", format!("MaxArraySize is {value:?}: are job arrays switched off?"))),
        }
    }
}

impl ClusterBackend for Slurm {
    fn submit(
        &self,
        bundle: &Bundle,
        options: &ClusterOptions,
        units: &BTreeSet<u64>,
        on_batch: &mut dyn FnMut(&Batch),
    ) -> Result<(), Error> {
        array::check(options)?;
        units_of(bundle)?;
        if units.is_empty() {
            return Ok(());
        }
        let size = options.array.map_or_else(|| self.array_size(), Ok)?;
        for array in TaskArray::cut(units.iter().copied(), size) {
            let answer = self.ask("sbatch", &array.arguments(bundle, options), &array.script(bundle, options))?;
            // With several clusters their name follows.
            let id = answer.trim().split(';').next().unwrap_or_default();
            if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(odd("sbatch", format!("answers {answer:?}, which is no number of a job")));
            }
            on_batch(&Batch { id: id.to_owned(), units: array.offsets.len() as u64 });
        }
        Ok(())
    }

    fn queue(&self, bundle: &Bundle, options: &ClusterOptions) -> Result<BTreeMap<u64, Task>, Error> {
        let answer = self.ask("squeue", &queue::arguments(), "")?;
        queue::tasks(&answer, &array::name_prefix(bundle, options), units_of(bundle)?)
            .map_err(|message| odd("squeue", message))
    }

    fn cancel(&self, bundle: &Bundle, options: &ClusterOptions) -> Result<u64, Error> {
        let mut ended = None;
        for round in 0..CANCEL_ROUNDS {
            let tasks = self.queue(bundle, options)?;
            let active: Vec<&Task> =
                tasks.values().filter(|task| task.state != TaskState::Ended && task.word != "COMPLETING").collect();
            let ended = *ended.get_or_insert(active.len() as u64);
            if active.is_empty() {
                return Ok(ended);
            }
            std::thread::sleep(CANCEL_PAUSE * round);
            let arrays: BTreeSet<&String> = active.iter().map(|task| &task.batch).collect();
            for some in arrays.into_iter().collect::<Vec<_>>().chunks(CANCELLED_AT_ONCE) {
                // Quiet about those that have ended meanwhile.
                let arguments: Vec<String> =
                    ["--quiet".to_owned()].into_iter().chain(some.iter().map(|id| (*id).clone())).collect();
                self.ask("scancel", &arguments, "")?;
            }
        }
        Err(odd("scancel", format!("some tasks go on after {CANCEL_ROUNDS} times; try again")))
    }
}

/// A program has said what it should not.
fn odd(program: &str, message: String) -> Error {
    Error::Unreachable { place: program.to_owned(), source: message.into() }
}
