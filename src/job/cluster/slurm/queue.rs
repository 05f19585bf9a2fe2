use std::collections::BTreeMap;

use crate::job::cluster::{Task, TaskState};

/// Arguments of `squeue`: a line for each task of the user's jobs, those that Slurm still remembers as well.
///
/// Lines, not `--json`: its form has changed from version to version, and it has two kilobytes for each task. The name and
/// the reason come last, since they may be anything.
pub(super) fn arguments() -> Vec<String> {
    ["--me", "--noheader", "--array", "--states=all", "--format=%F|%K|%T|%j|%r"].map(str::to_owned).into()
}

/// The tasks of a job in an answer of `squeue`, by their units. Of several tasks for a unit the one that may still bring
/// something counts, else the last one. Those that somebody has cancelled count as if they had never been: what has begun
/// has left a log.
///
/// # Errors
/// A line that names the job and is no task of it.
pub(super) fn tasks(answer: &str, name_prefix: &str, units: u64) -> Result<BTreeMap<u64, Task>, String> {
    let mut tasks: BTreeMap<u64, (u64, Task)> = BTreeMap::new();
    for line in answer.lines() {
        let mut fields = line.splitn(5, '|').map(str::trim);
        let (Some(batch), Some(offset), Some(word), Some(name), reason) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let Some(first) = name.strip_prefix(name_prefix) else { continue };
        let unit = match (first.parse::<u64>(), offset.parse::<u64>()) {
            (Ok(first), Ok(offset)) => first.checked_add(offset).filter(|unit| *unit < units),
            _ => None,
        };
        let is_word = (1..=40).contains(&word.len()) && word.bytes().all(|c| c.is_ascii_uppercase() || c == b'_');
        let (Some(unit), Ok(number), true) = (unit, batch.parse::<u64>(), is_word) else {
            return Err(format!("{line:?} is no task of a job with {units} units"));
        };
        let reason = reason.filter(|reason| *reason != "None").unwrap_or_default();
        let reason = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        let task = Task { batch: batch.to_owned(), state: state_of(word), word: word.to_owned(), reason };
        if word != "CANCELLED"
            && tasks.get(&unit).is_none_or(|(known, other)| (other.state, *known) <= (task.state, number))
        {
            tasks.insert(unit, (number, task));
        }
    }
    Ok(tasks.into_iter().map(|(unit, (_, task))| (unit, task)).collect())
}

/// What a state of Slurm means here. One that is not known is of a task that is still in the queue: it is not submitted
/// again before somebody has looked.
fn state_of(word: &str) -> TaskState {
    match word {
        "PENDING" | "REQUEUED" | "REQUEUE_FED" | "REQUEUE_HOLD" | "RESV_DEL_HOLD" | "SPECIAL_EXIT" => {
            TaskState::Waiting
        }
        "BOOT_FAIL" | "CANCELLED" | "COMPLETED" | "DEADLINE" | "FAILED" | "LAUNCH_FAILED" | "NODE_FAIL"
        | "OUT_OF_MEMORY" | "PREEMPTED" | "RECONFIG_FAIL" | "REVOKED" | "TIMEOUT" => TaskState::Ended,
        _ => TaskState::Running,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_unit_is_what_may_still_come_of_it() {
        // Recorded from slurm-wlm 22.05.8, where 7 was submitted after 5 had failed.
        let answer = "7|1|PENDING|endcap-a-b-10|JobArrayTaskLimit\n7|0|RUNNING|endcap-a-b-10|None\n\
                      5|1|FAILED|endcap-a-b-10|NonZeroExitCode\n5|3|TIMEOUT|endcap-a-b-10|TimeLimit\n\
                      4|3|FAILED|endcap-a-b-10|NonZeroExitCode\n8|4|CANCELLED|endcap-a-b-10|None\n\
                      6|N/A|RUNNING|my | own|job|None\n9|3|RUNNING|endcap-a-c-10|None\nodd\n";
        let tasks = tasks(answer, "endcap-a-b-", 20).expect("sound");
        let told: Vec<(u64, TaskState, &str, &str)> =
            tasks.iter().map(|(unit, task)| (*unit, task.state, task.batch.as_str(), task.reason.as_str())).collect();
        assert_eq!(
            told,
            [
                (10, TaskState::Running, "7", ""),
                (11, TaskState::Waiting, "7", "JobArrayTaskLimit"),
                (13, TaskState::Ended, "5", "TimeLimit")
            ]
        );
    }

    #[test]
    fn a_line_that_names_the_job_and_is_odd_is_an_error() {
        for line in [
            "7|N/A|RUNNING|p-0|None",
            "7|20|RUNNING|p-0|None",
            "7|18446744073709551615|RUNNING|p-18446744073709551615|None",
            "x|1|RUNNING|p-0|None",
            "7|1|run ning|p-0|None",
            "7|1|RUNNING|p-0x|None",
            "7|[2-5%2]|PENDING|p-0|None",
        ] {
            let error = tasks(line, "p-", 20).expect_err(line);
            assert!(error.contains("is no task of a job with 20 units"), "{error}");
        }
        // A state of a later version is not the end of a task.
        let later = tasks("7|1|NEWLY_INVENTED|p-0|None", "p-", 20).expect("sound");
        assert_eq!(later[&1].state, TaskState::Running);
    }

    proptest! {
        #[test]
        fn no_answer_is_a_panic(answer in "([0-9a-zA-Z|_%\\[\\] -]{0,30}\n){0,6}") {
            let _ = tasks(&answer, "p-", 20);
            let _ = tasks(&answer.replace('a', "|p-"), "p-", 20);
        }
    }
}
