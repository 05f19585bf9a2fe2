//! Names of accounts, streams and subjects, and what a worker may do with them.

use crate::job::queue::Attempt;
use crate::job::{Digest, WorkerId};

/// The account of the coordinator, which has the streams.
pub(super) const COORDINATOR_ACCOUNT: &str = "ENDCAP";
/// The account of workers, which has nothing but imports.
pub(super) const WORKER_ACCOUNT: &str = "WORKERS";

/// Tasks, one durable consumer a worker.
pub(super) const TASKS: &str = "TASKS";
/// What workers say, and what the server says about tasks that were given out too often.
pub(super) const NEWS: &str = "NEWS";
/// What workers are told, one durable consumer a worker.
pub(super) const ANSWERS: &str = "ANSWERS";

/// Where coordinators ask whether there is one.
pub(super) const SEAT: &str = "coordinator";

/// Where the server says that a task of a worker was given out too often.
pub(super) const DEAD_TASKS: &str = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.TASKS.";

/// The digits of a digest: they can stand in subjects and names of streams.
pub(super) fn digits(job: Digest) -> String {
    job.to_string().split_off("b3:".len())
}

pub(super) fn task_subject(worker: &WorkerId, what: &Attempt) -> String {
    format!("task.{worker}.{}.{}.{}", digits(what.job), what.unit, what.attempt)
}

pub(super) fn tasks_of(worker: &WorkerId) -> String {
    format!("task.{worker}.>")
}

pub(super) fn news_subject(worker: &WorkerId) -> String {
    format!("news.{worker}")
}

pub(super) fn answer_subject(worker: &WorkerId) -> String {
    format!("answer.{worker}")
}

/// Where a worker asks for what waits for it in a stream.
pub(super) fn next_subject(stream: &str, worker: &WorkerId) -> String {
    format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{worker}")
}

/// Prefix of the subjects that replies to one worker come to. That of the coordinator is `_INBOX`, which no worker's is.
pub(super) fn inbox_prefix(worker: &WorkerId) -> String {
    format!("_INBOX_{worker}")
}

/// What goes from the workers' account to the coordinator's, for all workers.
pub(super) fn services() -> [String; 5] {
    [
        "news.*".to_owned(),
        format!("$JS.API.CONSUMER.MSG.NEXT.{TASKS}.*"),
        format!("$JS.API.CONSUMER.MSG.NEXT.{ANSWERS}.*"),
        format!("$JS.ACK.{TASKS}.>"),
        format!("$JS.ACK.{ANSWERS}.>"),
    ]
}

/// What one worker may publish to.
pub(super) fn may_publish(worker: &WorkerId) -> Vec<String> {
    vec![
        news_subject(worker),
        next_subject(TASKS, worker),
        next_subject(ANSWERS, worker),
        format!("$JS.ACK.{TASKS}.{worker}.>"),
        format!("$JS.ACK.{ANSWERS}.{worker}.>"),
    ]
}

/// What one worker may subscribe to.
pub(super) fn may_subscribe(worker: &WorkerId) -> Vec<String> {
    vec![format!("{}.>", inbox_prefix(worker))]
}

/// What somebody may publish to who gets files from an object store and puts them there.
pub(super) fn may_publish_objects(bucket: &str) -> Vec<String> {
    let stream = format!("OBJ_{bucket}");
    vec![
        format!("$O.{bucket}.>"),
        format!("$JS.API.STREAM.INFO.{stream}"),
        format!("$JS.API.DIRECT.GET.{stream}.>"),
        format!("$JS.API.DIRECT.GET.{stream}"),
        format!("$JS.API.STREAM.MSG.GET.{stream}"),
        format!("$JS.API.STREAM.PURGE.{stream}"),
        format!("$JS.API.CONSUMER.CREATE.{stream}"),
        format!("$JS.API.CONSUMER.CREATE.{stream}.>"),
        format!("$JS.API.CONSUMER.DELETE.{stream}.>"),
        format!("$JS.FC.{stream}.>"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_worker_may_do_is_nobody_elses() {
        let (one, two): (WorkerId, WorkerId) = ("w1".parse().expect("a name"), "w".parse().expect("a name"));
        let all = |worker: &WorkerId| [may_publish(worker), may_subscribe(worker)].concat();
        for subject in all(&one) {
            let tokens: Vec<&str> = subject.split('.').collect();
            assert!(tokens.contains(&"w1") || tokens.contains(&"_INBOX_w1"), "{subject}");
            assert!(!all(&two).contains(&subject), "{subject}");
            assert!(!subject.starts_with("$JS.API.STREAM"), "{subject}");
        }
        let what = Attempt { job: Digest::of(b"job"), unit: 7, attempt: 2 };
        let subject = task_subject(&one, &what);
        assert_eq!(subject.split('.').count(), 5);
        assert!(subject.starts_with("task.w1.") && subject.ends_with(".7.2"), "{subject}");
    }
}
