use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::connection::Connection;
use super::gate::Gate;
use super::jwt::{Permissions, Request};
use super::names::{COORDINATOR_ACCOUNT, WORKER_ACCOUNT, may_publish, may_publish_objects, may_subscribe};
use super::nkey::Nkey;
use crate::job::net::{runtime, wait};
use crate::job::{Error, WorkerId, now_s};

/// Where a server asks whether somebody may come in.
const QUESTIONS: &str = "$SYS.REQ.USER.AUTH";
/// Longest time that a gate may take; the server waits no longer.
const GATE_TIME: Duration = Duration::from_secs(10);
/// How many logins are looked at at a time.
const AT_A_TIME: usize = 32;

/// How logins are answered.
#[derive(Debug, Clone)]
pub struct LoginOptions {
    /// The account's key that the server's configuration names as issuer.
    pub issuer: Nkey,
    /// How long a login counts. Then the server cuts the connection, and the worker logs in again by itself.
    pub lifetime: Duration,
    /// How far workers are trusted.
    pub trust: Trust,
}

/// How far workers are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Not at all: they are kept in an account of their own.
    Strangers,
    /// As in a lab: they also get and put files in this bucket of the server's object store, any of them, and with it come
    /// into the coordinator's account, where one who means harm can do harm.
    Lab {
        /// Name of the bucket.
        bucket: String,
    },
}

/// Answers a server that asks who somebody is (auth callout). Without it nobody but the coordinator can log in; who is in
/// stays in until its login is over. Ends when it is dropped.
#[derive(Debug)]
pub struct LoginService {
    task: JoinHandle<()>,
}

impl LoginService {
    /// Starts to answer, over a coordinator's connection.
    ///
    /// # Errors
    /// If the issuer's key is not an account's, or the server cannot be reached.
    pub fn start(connection: &Connection, options: LoginOptions, gate: Gate) -> Result<Self, Error> {
        if !options.issuer.public().starts_with('A') {
            return Err(Error::Unfit(format!("{} is no account's key", options.issuer.public())));
        }
        let client = connection.client().clone();
        let mut questions = wait(async {
            let questions = client.subscribe(QUESTIONS).await?;
            // Whoever starts a worker after this returns is not to come too early.
            client.flush().await?;
            Ok::<_, async_nats::Error>(questions)
        })
        .map_err(|error| Error::unreachable(connection.place(), error))?;
        let (options, gate, room) = (Arc::new(options), Arc::new(gate), Arc::new(Semaphore::new(AT_A_TIME)));
        let task = runtime().spawn(async move {
            while let Some(question) = questions.next().await {
                let (Some(reply), Ok(room)) = (question.reply, Arc::clone(&room).acquire_owned().await) else {
                    continue;
                };
                let (options, gate, client) = (Arc::clone(&options), Arc::clone(&gate), client.clone());
                tokio::spawn(async move {
                    let answered = tokio::task::spawn_blocking(move || answer(&options, &gate, &question.payload));
                    if let Ok(Ok(Some(answer))) = tokio::time::timeout(GATE_TIME, answered).await {
                        client.publish(reply, answer.into()).await.ok();
                        client.flush().await.ok();
                    }
                    drop(room);
                });
            }
        });
        Ok(Self { task })
    }
}

impl Drop for LoginService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(options: &LoginOptions, gate: &Gate, question: &[u8]) -> Option<String> {
    let request = match Request::read(question) {
        Ok(request) => request,
        Err(why) => {
            // There is nobody whom an answer could be for.
            tracing::warn!("refused a login: {why}");
            return None;
        }
    };
    let now_s = now_s();
    let proved = request.proved_nkey().ok_or_else(|| "the key was not proved".to_owned());
    match proved.and_then(|nkey| gate(&request.token, nkey)) {
        Ok(worker) => {
            tracing::info!("{worker} logs in");
            let until_s = now_s.saturating_add(options.lifetime.as_secs().max(1));
            Some(request.admit(
                &options.issuer,
                worker.as_str(),
                &permissions(&worker, &options.trust),
                (now_s, until_s),
            ))
        }
        Err(why) => {
            tracing::warn!("refused a login: {why}");
            Some(request.refuse(&options.issuer, now_s, &why))
        }
    }
}

fn permissions(worker: &WorkerId, trust: &Trust) -> Permissions {
    let (mut publish, subscribe) = (may_publish(worker), may_subscribe(worker));
    match trust {
        Trust::Strangers => Permissions { account: WORKER_ACCOUNT, publish, subscribe, bounded: true },
        Trust::Lab { bucket } => {
            publish.extend(may_publish_objects(bucket));
            Permissions { account: COORDINATOR_ACCOUNT, publish, subscribe, bounded: false }
        }
    }
}
