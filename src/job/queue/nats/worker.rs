use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use async_nats::{Client, HeaderMap, Message, Request, RequestErrorKind, StatusCode};
use serde_json::json;

use super::connection::Connection;
use super::names::{ANSWERS, TASKS, news_subject, next_subject};
use super::streams::is_full;
use crate::job::net::wait;
use crate::job::queue::{Answer, Attempt, Notice, Task, WorkQueue};
use crate::job::{Error, WorkerId};

/// Longest time that one request for a task waits: after it, a cut connection is noticed.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// How much longer than that the reply may take.
const SLACK: Duration = Duration::from_secs(2);
/// Pause before a worker that is not enrolled asks again.
const PAUSE: Duration = Duration::from_millis(200);
/// Most answers that one call takes.
const MAX_ANSWERS: usize = 256;

/// A worker's end of a queue over NATS JetStream.
///
/// Tasks that an earlier process of the same worker has pulled come again by themselves; to keep or release one that this
/// process has not pulled does nothing. Before the coordinator has enrolled the worker, nothing comes.
#[derive(Debug)]
pub struct NatsQueue {
    connection: Connection,
    worker: WorkerId,
    /// Where to speak about the tasks that were pulled.
    pulled: BTreeMap<Attempt, String>,
    /// Answers that were handed out, and are acknowledged at the next call: whoever asks again has taken them in.
    taken: Vec<String>,
    /// The last notice, if it is not known whether it was told, and the headers that it had: to tell the same again is to
    /// tell it once.
    unsure: Option<(Vec<u8>, HeaderMap)>,
}

impl NatsQueue {
    /// The end of the worker that has logged in with this connection.
    ///
    /// # Errors
    /// If the connection is not a worker's.
    pub fn open(connection: Connection) -> Result<Self, Error> {
        let worker = connection.worker().cloned();
        let worker = worker.ok_or_else(|| Error::Unfit("the connection names no worker".to_owned()))?;
        Ok(Self { connection, worker, pulled: BTreeMap::new(), taken: Vec::new(), unsure: None })
    }

    /// One message of a stream that waits for this worker; none if nothing comes within `time`, or the stream has nothing
    /// for it at all.
    async fn next(&self, stream: &str, time: Duration) -> Result<Option<Message>, Error> {
        let (client, patience) = (self.connection.client(), self.connection.patience());
        let query = if time.is_zero() {
            json!({ "batch": 1, "no_wait": true })
        } else {
            json!({ "batch": 1, "expires": u64::try_from(time.as_nanos()).unwrap_or(u64::MAX) })
        };
        let query = serde_json::to_vec(&query).expect("plain data");
        let end = Instant::now() + time + patience;
        loop {
            self.connection.present(end).await?;
            let request = Request::new()
                .payload(query.clone().into())
                // What comes was published to another subject, so the client's shared inbox would not know whose it is.
                .inbox(client.new_inbox())
                .timeout(Some(time + SLACK.min(patience)));
            let asked = client.send_request(next_subject(stream, &self.worker), request);
            match self.connection.unless_cut(asked).await {
                Some(Ok(message)) if matches!(message.status, None | Some(StatusCode::OK)) => return Ok(Some(message)),
                Some(Ok(_)) => return Ok(None),
                Some(Err(error)) if error.kind() == RequestErrorKind::NoResponders => {
                    tokio::time::sleep(PAUSE.min(time)).await;
                    return Ok(None);
                }
                Some(Err(error)) => return Err(self.connection.away(&format!("{stream}: {error}"))),
                None if Instant::now() >= end => return Err(self.connection.away(&format!("{stream}: cut"))),
                None => {}
            }
        }
    }

    /// Speaks about a message. No reply is awaited: a server that was killed meanwhile may not know any more that it gave
    /// the message out, and would never answer; then it comes again, which is known to happen anyway.
    async fn acknowledge(&self, subject: &str, how: &'static str) -> Result<(), Error> {
        self.connection.present(Instant::now() + self.connection.patience()).await?;
        speak(self.connection.client(), subject.to_owned(), how)
            .await
            .map_err(|message| self.connection.away(&format!("{subject}: {message}")))
    }

    /// The task of a message, unless it is none of ours.
    fn task(&self, message: &Message) -> Option<(Task, String)> {
        let reply = message.reply.as_ref()?.to_string();
        match serde_json::from_slice::<Task>(&message.payload) {
            Ok(task) if task.worker == self.worker => Some((task, reply)),
            Ok(task) => {
                tracing::warn!("left out a task of {}", task.worker);
                None
            }
            Err(error) => {
                tracing::warn!("left out a task: {error}");
                None
            }
        }
    }

    async fn settle_taken(&mut self) -> Result<(), Error> {
        while let Some(reply) = self.taken.last() {
            self.acknowledge(reply, "+ACK").await?;
            self.taken.pop();
        }
        Ok(())
    }
}

/// Says something, which has left this machine when this returns.
async fn speak(client: &Client, subject: String, what: &'static str) -> Result<(), String> {
    client.publish(subject, what.into()).await.map_err(|error| error.to_string())?;
    client.flush().await.map_err(|error| error.to_string())
}

impl WorkQueue for NatsQueue {
    fn pull(&mut self, time: Duration) -> Result<Option<Task>, Error> {
        let end = Instant::now() + time;
        wait(async {
            loop {
                let left = end.saturating_duration_since(Instant::now());
                if let Some(message) = self.next(TASKS, left.min(MAX_WAIT)).await? {
                    if let Some((task, reply)) = self.task(&message) {
                        self.pulled.insert(task.what.clone(), reply);
                        return Ok(Some(task));
                    }
                    if let Some(reply) = &message.reply {
                        self.acknowledge(reply, "+TERM").await?;
                    }
                } else if left.is_zero() {
                    return Ok(None);
                }
            }
        })
    }

    fn keep(&mut self, task: &Task) -> Result<(), Error> {
        let Some(reply) = self.pulled.get(&task.what) else { return Ok(()) };
        wait(self.acknowledge(reply, "+WPI"))
    }

    fn release(&mut self, task: &Task) -> Result<(), Error> {
        let Some(reply) = self.pulled.get(&task.what) else { return Ok(()) };
        wait(self.acknowledge(reply, "+ACK"))?;
        self.pulled.remove(&task.what);
        Ok(())
    }

    fn tell(&mut self, notice: &Notice) -> Result<(), Error> {
        let text = serde_json::to_vec(notice).expect("plain data with texts as names");
        let unsure = self.unsure.take().filter(|(told, _)| *told == text);
        let headers = unsure.map_or_else(|| self.connection.once(), |(_, headers)| headers);
        let stored = wait(self.connection.store(&news_subject(&self.worker), &headers, &text));
        if stored.is_err() {
            self.unsure = Some((text, headers));
        }
        stored?.map(drop).map_err(|refusal| match refusal {
            refusal if is_full(&refusal) => {
                self.connection.away("the coordinator has not yet read what was told before")
            }
            refusal => self.connection.refused(refusal.to_string()),
        })
    }

    fn answers(&mut self) -> Result<Vec<Answer>, Error> {
        wait(async {
            self.settle_taken().await?;
            let mut answers = Vec::new();
            while answers.len() < MAX_ANSWERS {
                let Some(message) = self.next(ANSWERS, Duration::ZERO).await? else { break };
                match serde_json::from_slice(&message.payload) {
                    Ok(answer) => answers.push(answer),
                    Err(error) => tracing::warn!("left out an answer: {error}"),
                }
                self.taken.extend(message.reply.map(|reply| reply.to_string()));
            }
            Ok(answers)
        })
    }
}

impl Drop for NatsQueue {
    /// Whoever ends in an orderly way has taken in what it was told; if this does not arrive it is told once more.
    fn drop(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        let client = self.connection.client().clone();
        if taken.is_empty() {
            return;
        }
        let settle = async move {
            for reply in taken {
                speak(&client, reply, "+ACK").await.ok();
            }
        };
        // In the background, because a value may be dropped anywhere; a second is enough where there is a connection.
        let settled = crate::job::net::runtime().spawn(async {
            tokio::time::timeout(Duration::from_secs(1), settle).await.ok();
        });
        let end = Instant::now() + Duration::from_secs(1);
        while !settled.is_finished() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
