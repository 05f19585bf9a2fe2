use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::found::last_words;
use super::slurm::LOGS;
use super::{Batch, ClusterBackend, ClusterOptions, Found, Task, TaskState, units_of};
use crate::job::{Bundle, Digest, Error};
use crate::scene::Composer;

/// Longest part of the reason for a failure, characters: claims may say anything.
const MAX_WHY: usize = 500;

/// Where a job on a cluster stands. What is done lies in the results; all else is what the queue says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The job.
    pub job: Digest,
    /// Units by what has become of them.
    pub units: Counts,
    /// Units that wait or run, those among them too that have delivered before and are made again.
    pub queued: u64,
    /// Units that wait, by the reasons that the cluster gives.
    pub reasons: BTreeMap<String, u64>,
    /// Units that have failed, in order.
    pub failed: Vec<Failed>,
}

/// Numbers of units; together they are all units of the job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Their deliveries are there, and sound.
    pub done: u64,
    /// They run.
    pub running: u64,
    /// They are in the queue.
    pub waiting: u64,
    /// They were begun, or delivered something wrong, and nothing more comes of it.
    pub failed: u64,
    /// Nothing is known of them.
    pub unsent: u64,
}

/// A unit that has failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// Its number.
    pub unit: u64,
    /// What is known about it: the cluster's word, the last line that it has printed, what is wrong with its delivery.
    pub why: String,
    /// File with all that it has printed, if there is one.
    pub log: Option<PathBuf>,
}

/// What was submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Submission {
    /// Units that were submitted.
    pub submitted: u64,
    /// Units that were in the queue already.
    pub queued: u64,
    /// Units whose deliveries are there, and sound.
    pub done: u64,
    /// The cluster's names for what it has taken.
    pub batches: Vec<String>,
}

impl Standing {
    /// Where a job stands. The folder of results is the one of the options, seen from this machine; the composer is the
    /// bundle's.
    ///
    /// # Errors
    /// If the cluster cannot be reached, or the folder cannot be read.
    pub fn look(
        backend: &dyn ClusterBackend,
        (bundle, composer): (&Bundle, &Composer),
        options: &ClusterOptions,
    ) -> Result<Self, Error> {
        // First the queue: what ends between the two looks is then found in the results.
        let queue = backend.queue(bundle, options)?;
        let found = Found::look(bundle, composer, Path::new(&options.results))?;
        Ok(Self::of(bundle.digest(), units_of(bundle)?, &queue, &found))
    }

    fn of(job: Digest, units: u64, queue: &BTreeMap<u64, Task>, found: &Found) -> Self {
        let mut standing =
            Self { job, units: Counts::default(), queued: 0, reasons: BTreeMap::new(), failed: Vec::new() };
        for unit in 0..units {
            let task = queue.get(&unit);
            let state = task.map_or(TaskState::Ended, |task| task.state);
            let is_begun = task.is_some() || found.wrong.contains_key(&unit) || found.logs.contains_key(&unit);
            standing.queued += u64::from(state != TaskState::Ended);
            let counts = &mut standing.units;
            if found.sound.contains(&unit) {
                counts.done += 1;
            } else if state == TaskState::Running {
                counts.running += 1;
            } else if let Some(task) = task.filter(|_| state == TaskState::Waiting) {
                counts.waiting += 1;
                *standing.reasons.entry(task.reason.clone()).or_default() += 1;
            } else if is_begun {
                counts.failed += 1;
                standing.failed.push(Failed::of(unit, task, found));
            } else {
                counts.unsent += 1;
            }
        }
        standing
    }

    /// True if all units are done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let Counts { running, waiting, failed, unsent, .. } = self.units;
        running + waiting + failed + unsent == 0
    }

    /// True if the cluster may still bring something.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        self.queued > 0
    }
}

impl Failed {
    fn of(unit: u64, task: Option<&Task>, found: &Found) -> Self {
        let log = found.logs.get(&unit).cloned();
        let mut why = Vec::new();
        if let Some(task) = task {
            let reason = if task.reason.is_empty() { String::new() } else { format!(" ({})", task.reason) };
            why.push(format!("{}{reason}", task.word));
        }
        if let Some(first) = found.wrong.get(&unit).and_then(|problems| problems.0.first()) {
            why.push(format!("its delivery: {} {}", first.place, first.message).chars().take(MAX_WHY).collect());
        }
        why.extend(log.as_deref().map(last_words).filter(|words| !words.is_empty()));
        let why = if why.is_empty() { "it ended without a word".to_owned() } else { why.join("; ") };
        Self { unit, why, log }
    }
}

/// Submits the units that have no sound delivery and are not in the queue, and those of `again` that are not in the queue,
/// whatever they have delivered. Calls `on_batch` as [`ClusterBackend::submit`] does. Who calls it again, perhaps after an
/// error, submits what is missing then.
///
/// # Errors
/// If the cluster cannot be reached, or refuses; if the folder of results cannot be made; for a unit that the job does not
/// have.
pub fn submit_missing(
    backend: &dyn ClusterBackend,
    (bundle, composer): (&Bundle, &Composer),
    options: &ClusterOptions,
    again: &BTreeSet<u64>,
    mut on_batch: impl FnMut(&Batch),
) -> Result<Submission, Error> {
    let units = units_of(bundle)?;
    if let Some(&unit) = again.last().filter(|unit| **unit >= units) {
        return Err(Error::NoSuchUnit { unit, units });
    }
    let logs = Path::new(&options.results).join(LOGS);
    fs::create_dir_all(&logs).map_err(|source| Error::write(&logs, source))?;
    let queue = backend.queue(bundle, options)?;
    let found = Found::look(bundle, composer, Path::new(&options.results))?;
    let is_queued = |unit: &u64| queue.get(unit).is_some_and(|task| task.state != TaskState::Ended);
    let mut submission = Submission::default();
    let mut missing = BTreeSet::new();
    for unit in 0..units {
        // What has just been delivered may be in the queue for a moment longer.
        if found.sound.contains(&unit) && !again.contains(&unit) {
            submission.done += 1;
        } else if is_queued(&unit) {
            submission.queued += 1;
        } else {
            missing.insert(unit);
        }
    }
    backend.submit(bundle, options, &missing, &mut |batch| {
        submission.submitted += batch.units;
        submission.batches.push(batch.id.clone());
        on_batch(batch);
    })?;
    Ok(submission)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problems;

    #[test]
    fn results_are_believed_and_queues_are_not() {
        let task = |state, word: &str, reason: &str| Task {
            batch: "7".to_owned(),
            state,
            word: word.to_owned(),
            reason: reason.to_owned(),
        };
        let queue = BTreeMap::from([
            (0, task(TaskState::Running, "RUNNING", "")),
            (1, task(TaskState::Running, "RUNNING", "")),
            (2, task(TaskState::Waiting, "PENDING", "Resources")),
            (3, task(TaskState::Ended, "COMPLETED", "")),
            (4, task(TaskState::Ended, "FAILED", "NonZeroExitCode")),
            (5, task(TaskState::Ended, "FAILED", "NonZeroExitCode")),
        ]);
        let found = Found {
            sound: BTreeSet::from([0, 5]),
            wrong: BTreeMap::from([(6, Problems::one("claim.json", "is not the first file"))]),
            logs: BTreeMap::from([(7, "nowhere.log".into())]),
        };
        let standing = Standing::of(Digest::of(b"job"), 10, &queue, &found);
        assert_eq!(standing.units, Counts { done: 2, running: 1, waiting: 1, failed: 4, unsent: 2 });
        assert_eq!(standing.queued, 3, "unit 0 is made again");
        assert_eq!(standing.reasons, BTreeMap::from([("Resources".to_owned(), 1)]));
        let why: Vec<(u64, &str)> = standing.failed.iter().map(|failed| (failed.unit, failed.why.as_str())).collect();
        assert_eq!(why[..2], [(3, "COMPLETED"), (4, "FAILED (NonZeroExitCode)")]);
        assert!(why[2].0 == 6 && why[2].1.contains("is not the first file"), "{why:?}");
        assert_eq!(why[3], (7, "it ended without a word"));
        assert!(standing.is_queued() && !standing.is_complete());
    }
}
