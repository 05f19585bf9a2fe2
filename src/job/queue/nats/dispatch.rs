use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use async_nats::jetstream::ErrorCode;
use futures_util::StreamExt;
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::connection::Connection;
use super::heard::{Heard, hear_worker};
use super::names::{ANSWERS, DEAD_TASKS, NEWS, TASKS, answer_subject, task_subject};
use super::reader::{Kept, read_from};
use super::streams::{drop_tasks, is_full, make_consumers, make_queue};
use crate::job::net::{runtime, wait};
use crate::job::queue::{Answer, Dispatch, Notice, Task};
use crate::job::{Digest, Error, WorkerId};

/// Longest time between two looks at the news, when no hint has come that there are some.
const LOOK: Duration = Duration::from_secs(1);
/// A hint may be quicker than what it hints at.
const AGAIN: Duration = Duration::from_millis(4);
/// How often to look again after a hint.
const LOOKS: u32 = 8;

/// How a queue treats workers.
#[derive(Debug, Clone)]
pub struct QueueOptions {
    /// A task comes again when its worker was silent for this long.
    pub ack_wait: Duration,
    /// How often a task is given to its worker before it counts as failed.
    pub max_deliver: i64,
    /// Most news of a worker that the coordinator has not yet settled.
    pub max_news: i64,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self { ack_wait: Duration::from_secs(30), max_deliver: 5, max_news: 256 }
    }
}

/// The coordinator's end of a queue over NATS JetStream. There should be one a server: a second one reads the same news.
///
/// News are read in the order in which they were stored, from the oldest that was not settled. Those that no honest worker
/// writes are left out, counted, and reported with a warning.
#[derive(Debug)]
pub struct NatsDispatch {
    connection: Connection,
    options: QueueOptions,
    enrolled: BTreeSet<WorkerId>,
    /// Read, and not yet handed out.
    read: VecDeque<Kept>,
    /// Number of the first message that was not read.
    next: u64,
    /// Number of the last message that was handed out or left out.
    handed: u64,
    /// Number of the last message that is settled.
    settled: u64,
    /// Tasks that were given out too often, and leave the queue when that is settled: numbers of messages.
    dead: Vec<u64>,
    dropped: u64,
    hint: Arc<Notify>,
    listeners: Vec<JoinHandle<()>>,
}

/// What the server says about a task that was given out too often.
#[derive(serde::Deserialize)]
struct DeadTask {
    stream_seq: u64,
    deliveries: u64,
}

impl NatsDispatch {
    /// Makes the queue on the server, if it is not there, and begins with the oldest news that were not settled.
    ///
    /// # Errors
    /// If the server cannot be reached, or refuses.
    pub fn open(connection: Connection, options: QueueOptions) -> Result<Self, Error> {
        let hint = Arc::new(Notify::new());
        let listeners = wait(async {
            make_queue(&connection, &options).await?;
            let mut listeners = Vec::new();
            for subject in ["news.*".to_owned(), format!("{DEAD_TASKS}*")] {
                let heard = connection.client().subscribe(subject).await;
                let mut heard = heard.map_err(|error| Error::unreachable(connection.place(), error))?;
                let hint = Arc::clone(&hint);
                listeners.push(runtime().spawn(async move {
                    while heard.next().await.is_some() {
                        hint.notify_one()
                    }
                }));
            }
            Ok::<_, Error>(listeners)
        })?;
        Ok(Self {
            connection,
            options,
            enrolled: BTreeSet::new(),
            read: VecDeque::new(),
            next: 1,
            handed: 0,
            settled: 0,
            dead: Vec::new(),
            dropped: 0,
            hint,
            listeners,
        })
    }

    /// Gives a worker its own part of the queue. Sending it a task or an answer does so by itself.
    ///
    /// # Errors
    /// If the server cannot be reached, or refuses.
    pub fn enrol(&mut self, worker: &WorkerId) -> Result<(), Error> {
        if !self.enrolled.contains(worker) {
            wait(make_consumers(&self.connection, worker, &self.options))?;
            self.enrolled.insert(worker.clone());
        }
        Ok(())
    }

    /// Takes all tasks away from a worker. Answering [`Answer::Dismissed`] does so by itself.
    ///
    /// # Errors
    /// If the server cannot be reached, or refuses.
    pub fn dismiss(&mut self, worker: &WorkerId) -> Result<(), Error> {
        self.enrolled.remove(worker);
        wait(drop_tasks(&self.connection, worker))
    }

    /// How many messages were left out, because no honest worker writes such.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The next thing that can be handed out, of what was read.
    async fn hand_out(&mut self) -> Result<Option<(WorkerId, Notice)>, Error> {
        while let Some(kept) = self.read.front() {
            let (seq, heard) = (kept.seq, self.hear(kept).await?);
            self.read.pop_front();
            self.handed = seq;
            match heard {
                Heard::Notice(worker, notice) => return Ok(Some((worker, notice))),
                Heard::Dead(message, worker, notice) => {
                    self.dead.push(message);
                    return Ok(Some((worker, notice)));
                }
                Heard::Nothing => {}
                Heard::Noise(why) => {
                    self.dropped += 1;
                    tracing::warn!(seq, "left out a message to the coordinator: {why}");
                }
            }
        }
        Ok(None)
    }

    async fn hear(&self, kept: &Kept) -> Result<Heard, Error> {
        let Some(worker) = kept.subject.strip_prefix(DEAD_TASKS) else { return Ok(hear_worker(kept)) };
        let (Ok(worker), Ok(dead)) = (worker.parse(), serde_json::from_slice::<DeadTask>(&kept.payload)) else {
            return Ok(Heard::Noise(format!("{}: not understood", kept.subject)));
        };
        let task = read_from(&self.connection, TASKS, dead.stream_seq, Some(1)).await?.pop();
        // It was settled before, withdrawn, or released after all.
        let Some(task) = task.filter(|task| task.seq == dead.stream_seq) else { return Ok(Heard::Nothing) };
        Ok(match serde_json::from_slice::<Task>(&task.payload) {
            Ok(task) if task.worker == worker => {
                let message = format!("given to the worker {} times, and never finished", dead.deliveries);
                Heard::Dead(dead.stream_seq, worker, Notice::Failed { what: task.what, message })
            }
            _ => Heard::Noise(format!("{}: no task of this worker", task.subject)),
        })
    }
}

impl Dispatch for NatsDispatch {
    fn send(&mut self, task: &Task) -> Result<(), Error> {
        self.enrol(&task.worker)?;
        let subject = task_subject(&task.worker, &task.what);
        let text = serde_json::to_vec(task).expect("plain data with texts as names");
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", Digest::of(subject.as_bytes()).to_string());
        match wait(self.connection.store(&subject, &headers, &text))? {
            Ok(_) => Ok(()),
            Err(refusal) if is_full(&refusal) => Ok(()),
            Err(refusal) => Err(self.connection.refused(format!("{subject}: {refusal}"))),
        }
    }

    fn withdraw(&mut self, task: &Task) -> Result<(), Error> {
        let filter = task_subject(&task.worker, &task.what);
        wait(self.connection.demand(&format!("STREAM.PURGE.{TASKS}"), &json!({ "filter": filter })))
    }

    fn receive(&mut self, time: Duration) -> Result<Option<(WorkerId, Notice)>, Error> {
        let end = Instant::now() + time;
        wait(async {
            let mut looks = 0;
            loop {
                if let Some(heard) = self.hand_out().await? {
                    return Ok(Some(heard));
                }
                let read = read_from(&self.connection, NEWS, self.next, None).await?;
                if let Some(last) = read.last() {
                    self.next = last.seq + 1;
                    self.read.extend(read);
                    continue;
                }
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(None);
                }
                let pause = if looks > 0 { AGAIN } else { LOOK };
                let hinted = tokio::time::timeout(pause.min(left), self.hint.notified()).await.is_ok();
                looks = if hinted { LOOKS } else { looks.saturating_sub(1) };
            }
        })
    }

    fn settle(&mut self) -> Result<(), Error> {
        if self.handed == self.settled {
            return Ok(());
        }
        wait(async {
            // First the tasks: what is left of them after a crash is found through the news about them.
            while let Some(seq) = self.dead.last() {
                let body = json!({ "seq": seq, "no_erase": true });
                let delete = format!("STREAM.MSG.DELETE.{TASKS}");
                match self.connection.api::<serde_json::Value>(&delete, &body).await? {
                    Err(refusal) if !is_gone(&refusal) => return Err(self.connection.refused(refusal.to_string())),
                    _ => self.dead.pop(),
                };
            }
            self.connection.demand(&format!("STREAM.PURGE.{NEWS}"), &json!({ "seq": self.handed + 1 })).await
        })?;
        self.settled = self.handed;
        Ok(())
    }

    fn answer(&mut self, worker: &WorkerId, answer: &Answer) -> Result<(), Error> {
        self.enrol(worker)?;
        let subject = answer_subject(worker);
        let text = serde_json::to_vec(answer).expect("plain data with texts as names");
        let stored = wait(self.connection.store(&subject, &self.connection.once(), &text))?;
        stored.map_err(|refusal| self.connection.refused(format!("{ANSWERS}: {refusal}")))?;
        if matches!(answer, Answer::Dismissed { .. }) {
            self.dismiss(worker)?;
        }
        Ok(())
    }
}

/// True if a message that is to be deleted is not there.
fn is_gone(refusal: &async_nats::jetstream::Error) -> bool {
    [ErrorCode::NO_MESSAGE_FOUND, ErrorCode::SEQUENCE_NOT_FOUND, ErrorCode::STREAM_MESSAGE_DELETE_FAILED]
        .contains(&refusal.error_code())
}

impl Drop for NatsDispatch {
    fn drop(&mut self) {
        self.listeners.iter().for_each(JoinHandle::abort);
    }
}
