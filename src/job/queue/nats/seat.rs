use std::time::Duration;

use async_nats::{StatusCode, Subscriber};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::connection::Connection;
use super::names::SEAT;
use crate::job::net::{runtime, wait};
use crate::job::{Digest, Error};

/// How long a coordinator that is there may take to say so.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long one that takes the seat at the same moment may take.
const AGAIN: Duration = Duration::from_millis(200);

/// The coordinator's seat at a server, of which there is one: a second coordinator would read the first one's news, and
/// settle them. Whoever sits there says so when asked; it is free again when this value is dropped or its process is gone.
///
/// It is a courtesy between coordinators, who have the same key: one that was cut off does not notice that another one
/// came meanwhile. That two of the same job do no harm then is what [journals](super::NatsJournal) see to.
#[derive(Debug)]
pub struct NatsSeat {
    task: JoinHandle<()>,
}

/// What somebody in the seat says.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    job: Digest,
    /// Tells those apart who take it at the same moment.
    name: String,
}

impl NatsSeat {
    /// Takes the seat for a job.
    ///
    /// # Errors
    /// [`Error::Refused`] if somebody sits there; also if two take it at the same moment, perhaps to both. Otherwise if the
    /// server cannot be reached.
    pub fn take(connection: &Connection, job: Digest) -> Result<Self, Error> {
        let client = connection.client();
        let taken = Taken { job, name: client.new_inbox() };
        let text = serde_json::to_vec(&taken).expect("plain data");
        wait(async {
            nobody_but(None, connection, PATIENCE).await?;
            let asked = client.subscribe(SEAT).await;
            let mut asked = asked.map_err(|error| Error::unreachable(connection.place(), error))?;
            let client = client.clone();
            let seat = Self {
                task: runtime().spawn(async move {
                    while let Some(question) = asked.next().await {
                        if let Some(reply) = question.reply {
                            client.publish(reply, text.clone().into()).await.ok();
                            client.flush().await.ok();
                        }
                    }
                }),
            };
            nobody_but(Some(&taken.name), connection, AGAIN).await?;
            Ok(seat)
        })
    }
}

impl Drop for NatsSeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Asks who sits there, and refuses if somebody else does.
async fn nobody_but(name: Option<&str>, connection: &Connection, time: Duration) -> Result<(), Error> {
    let end = Instant::now() + time;
    connection.present(end.into_std()).await?;
    let mut replies = ask(connection).await.map_err(|error| Error::unreachable(connection.place(), error))?;
    while let Ok(Some(reply)) = timeout_at(end, replies.next()).await {
        if reply.status == Some(StatusCode::NO_RESPONDERS) {
            break;
        }
        let Ok(taken) = serde_json::from_slice::<Taken>(&reply.payload) else { continue };
        if Some(taken.name.as_str()) != name {
            let message = format!("a coordinator of {} is there, and a server has one at a time", taken.job);
            return Err(connection.refused(message));
        }
    }
    Ok(())
}

async fn ask(connection: &Connection) -> Result<Subscriber, async_nats::Error> {
    let client = connection.client();
    let inbox = client.new_inbox();
    let replies = client.subscribe(inbox.clone()).await?;
    client.publish_with_reply(SEAT, inbox, "".into()).await?;
    Ok(replies)
}
