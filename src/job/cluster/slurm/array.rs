//! Job arrays of Slurm: which units they have, how they are submitted, and what their tasks do.

use crate::job::cluster::ClusterOptions;
use crate::job::{Bundle, Digest, Error};

/// Folder in the results with what tasks have printed.
pub(crate) const LOGS: &str = "logs";
/// Most tasks of an array, whatever the cluster allows: their numbers are one argument of a command.
const MAX_TASKS: u64 = 10_000;

/// An array: its tasks are the units `first + offset`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TaskArray {
    /// Unit of the task 0.
    pub(super) first: u64,
    /// Numbers of its tasks, ascending.
    pub(super) offsets: Vec<u64>,
}

impl TaskArray {
    /// Cuts units, in ascending order, into arrays whose tasks have numbers below `size`. A unit has the same number in
    /// the same array whenever it is submitted with the same size.
    pub(super) fn cut(units: impl IntoIterator<Item = u64>, size: u64) -> Vec<Self> {
        let size = size.clamp(1, MAX_TASKS);
        let mut arrays: Vec<Self> = Vec::new();
        for unit in units {
            let first = unit - unit % size;
            match arrays.last_mut().filter(|array| array.first == first) {
                Some(array) => array.offsets.push(unit - first),
                None => arrays.push(Self { first, offsets: vec![unit - first] }),
            }
        }
        arrays
    }

    /// The numbers as `--array` takes them: `0-4,7`.
    fn ranges(&self) -> String {
        let runs = self.offsets.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
            [first, .., last] => format!("{first}-{last}"),
            single => single.iter().map(u64::to_string).collect(),
        });
        runs.collect::<Vec<_>>().join(",")
    }

    /// Arguments of `sbatch`, which gets the script by its standard input.
    pub(super) fn arguments(&self, bundle: &Bundle, options: &ClusterOptions) -> Vec<String> {
        let Self { first, .. } = self;
        // Without a time limit a node that dies would keep its task for ever.
        let minutes = bundle.manifest().limits.wall_s.div_ceil(60);
        let mut arguments = vec![
            "--parsable".to_owned(),
            format!("--job-name={}{first}", name_prefix(bundle, options)),
            format!("--array={}%{}", self.ranges(), options.parallel.max(1)),
            format!("--time={minutes}"),
            "--requeue".to_owned(),
            "--open-mode=append".to_owned(),
            // Slurm replaces what follows a %, and %% by one.
            format!("--output={}/{LOGS}/{}", options.results.replace('%', "%%"), log_name(*first, "%a")),
        ];
        arguments.extend(options.sbatch.iter().cloned());
        arguments
    }

    /// What every task does: it makes its unit. One that fails is put into the queue again until the job's attempts are
    /// used up; bad input (exit code 2) stays bad.
    ///
    /// A task is named by array and number, because `SLURM_JOB_ID` of an array's last task names the whole array: `scontrol`
    /// would run all of it again.
    pub(super) fn script(&self, bundle: &Bundle, options: &ClusterOptions) -> String {
        let words = options.arguments("$unit").into_iter().map(|word| match word.as_str() {
            "$unit" => "\"$unit\"".to_owned(),
            word => quoted(word),
        });
        format!(
            "#!/bin/sh\n\
             unit=$((SLURM_ARRAY_TASK_ID + {first}))\n\
             attempt=${{SLURM_RESTART_COUNT:-0}}\n\
             {program} {command} --attempt \"$attempt\" && exit 0\n\
             code=$?\n\
             if [ \"$code\" -ne 2 ] && [ \"$attempt\" -lt {last} ]; then\n    \
             scontrol requeue \"${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID\"\n\
             fi\n\
             exit \"$code\"\n",
            first = self.first,
            program = quoted(&options.program),
            command = words.collect::<Vec<_>>().join(" "),
            last = bundle.manifest().limits.attempts - 1,
        )
    }
}

/// How the names of a job's arrays begin; the unit of their task 0 follows.
pub(super) fn name_prefix(bundle: &Bundle, options: &ClusterOptions) -> String {
    let (job, results) = (bundle.digest().to_string(), Digest::of(options.results.as_bytes()).to_string());
    format!("endcap-{}-{}-", &job[3..15], &results[3..9])
}

/// Name of the file with what a task has printed.
fn log_name(first: u64, offset: &str) -> String {
    format!("unit-{first:06}+{offset}.log")
}

/// The unit whose task has written this file.
pub(crate) fn unit_of_log(name: &str) -> Option<u64> {
    let (first, offset) = name.strip_prefix("unit-")?.strip_suffix(".log")?.split_once('+')?;
    let (first, offset): (u64, u64) = (first.parse().ok()?, offset.parse().ok()?);
    (log_name(first, &offset.to_string()) == name).then(|| first.checked_add(offset))?
}

/// Refuses what could not be written into a script or a pattern of Slurm.
pub(super) fn check(options: &ClusterOptions) -> Result<(), Error> {
    let ClusterOptions { bundle, results, catalog, program, adapter, sbatch, .. } = options;
    let words = [bundle, results, program].into_iter().chain(catalog).chain(adapter).chain(sbatch);
    if let Some(word) = words.into_iter().find(|word| word.chars().any(char::is_control)) {
        return Err(Error::Unfit(format!("{word:?} has control characters, which Slurm's scripts cannot name")));
    }
    if results.contains('\\') {
        return Err(Error::Unfit(format!("Slurm cannot write to {results:?}: a backslash means something else there")));
    }
    Ok(())
}

/// A shell script that submits the job to Slurm: one array task a unit, as many arrays as the cluster's `MaxArraySize`
/// asks for. The same arrays as those of [`Slurm`](super::Slurm), for all units.
///
/// # Errors
/// If there are too many units, or a folder has a name that Slurm cannot take.
pub fn slurm(bundle: &Bundle, options: &ClusterOptions) -> Result<String, Error> {
    check(options)?;
    let units = crate::job::cluster::units_of(bundle)?;
    let mut script = format!(
        "#!/bin/sh\n# Job {} of endcap: {units} units. Submits arrays of Slurm and prints their numbers.\nset -eu\n\
         mkdir -p {}\n",
        bundle.digest(),
        quoted(&format!("{}/{LOGS}", options.results))
    );
    for array in TaskArray::cut(0..units, options.array.unwrap_or(super::DEFAULT_ARRAY)) {
        let words: Vec<String> = array.arguments(bundle, options).iter().map(|word| quoted(word)).collect();
        script += &format!("sbatch {} <<'TASK'\n{}TASK\n", words.join(" "), array.script(bundle, options));
    }
    Ok(script)
}

/// A word for a POSIX shell, whatever is in it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_stay_one_word_in_a_shell() {
        assert_eq!(quoted("out/a-b.tar"), "out/a-b.tar");
        assert_eq!(quoted("it's $HOME; rm"), r"'it'\''s $HOME; rm'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn numbers_are_told_in_runs() {
        let ranges = |offsets: &[u64]| TaskArray { first: 0, offsets: offsets.to_vec() }.ranges();
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
        assert_eq!(ranges(&[9]), "9");
    }

    #[test]
    fn logs_tell_their_unit() {
        assert_eq!(unit_of_log(&log_name(5000, "17")), Some(5017));
        for odd in ["unit-5+17.log", "unit-005000+017.log", "unit-005000.log", "unit-000001+18446744073709551615.log"] {
            assert_eq!(unit_of_log(odd), None, "{odd}");
        }
    }

    #[test]
    fn names_that_would_end_a_script_are_refused() {
        let odd = |results: &str| check(&ClusterOptions { results: results.to_owned(), ..Default::default() });
        assert!(odd("/shared/it's 100 % fine").is_ok());
        assert!(odd("/shared/a\nTASK\nrm").is_err() && odd("/shared/a\\b").is_err());
    }

    proptest! {
        #[test]
        fn every_unit_is_in_one_array_that_the_cluster_takes(
            units in proptest::collection::btree_set(0_u64..5000, 0..200),
            size in 0_u64..1500,
        ) {
            let arrays = TaskArray::cut(units.iter().copied(), size);
            prop_assert!(arrays.iter().all(|array| array.offsets.iter().all(|offset| *offset < size.max(1))));
            let all: Vec<u64> = arrays
                .iter()
                .flat_map(|array| array.offsets.iter().map(|offset| array.first + offset))
                .collect();
            prop_assert_eq!(&all, &units.iter().copied().collect::<Vec<_>>());
            let firsts: BTreeSet<u64> = arrays.iter().map(|array| array.first).collect();
            prop_assert_eq!(firsts.len(), arrays.len());
        }
    }
}
