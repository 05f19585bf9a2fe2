use std::fmt;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::connection::State;
use async_nats::jetstream::Error as Refusal;
use async_nats::jetstream::response::Response;
use async_nats::{
    Client, ConnectErrorKind, ConnectOptions, Event, HeaderMap, Message, Request, RequestErrorKind, ServerAddr,
};
use futures_util::future::{Either, select};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Nkey;
use super::names::inbox_prefix;
use crate::job::net::wait;
use crate::job::{Error, WorkerId};

/// Longest time between two looks whether the server is there again.
const LOOK: Duration = Duration::from_millis(20);

/// How to reach a server, and as whom. Connections are always encrypted.
#[derive(Clone)]
pub struct ConnectionOptions {
    /// Address of the server: `tls://host:4222`, or `host:4222`.
    pub server: String,
    /// File with the certificate that the server's own is signed with, PEM; the system's if there is none.
    pub roots: Option<PathBuf>,
    /// The key to log in with.
    pub key: Nkey,
    /// What a worker says to the [login service](super::LoginService) beside its key.
    pub token: Option<String>,
    /// The worker that logs in; none for the coordinator.
    pub worker: Option<WorkerId>,
    /// Longest time that a call waits for the server before it says that it cannot be reached.
    pub patience: Duration,
}

/// A connection to a server, which comes back by itself. Clones share it.
#[derive(Clone)]
pub struct Connection {
    client: Client,
    place: String,
    patience: Duration,
    worker: Option<WorkerId>,
    trouble: Arc<Mutex<String>>,
}

/// What a stream says when it has stored a message.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Stored {
    /// Its number in the stream.
    pub(super) seq: u64,
}

impl ConnectionOptions {
    /// A server, and a key to log in with; the system's certificates, no token, ten seconds of patience.
    #[must_use]
    pub fn new(server: impl Into<String>, key: Nkey) -> Self {
        let patience = Duration::from_secs(10);
        Self { server: server.into(), roots: None, key, token: None, worker: None, patience }
    }
}

impl fmt::Debug for ConnectionOptions {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, roots, key, worker, .. } = self;
        let mut shown = f.debug_struct("ConnectionOptions");
        shown.field("server", server).field("roots", roots).field("key", key).field("worker", worker);
        shown.finish_non_exhaustive()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.place).finish()
    }
}

impl Connection {
    /// Connects and logs in.
    ///
    /// # Errors
    /// If the address is none, the server cannot be reached within the patience, or it refuses the login; a server whose
    /// login service is away refuses everybody but the coordinator.
    pub fn open(options: &ConnectionOptions) -> Result<Self, Error> {
        let address: ServerAddr =
            options.server.parse().map_err(|error| Error::Unfit(format!("{:?}: {error}", options.server)))?;
        let place = format!("{}:{}", address.host(), address.port());
        // Where several providers of cryptography are compiled in, TLS must be told which; who comes first decides.
        let _ = async_nats::rustls::crypto::ring::default_provider().install_default();

        let trouble = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&trouble);
        let patience = options.patience;
        let mut settings = ConnectOptions::new()
            .name("endcap")
            .nkey(options.key.seed().to_owned())
            .require_tls(true)
            .ignore_discovered_servers()
            .connection_timeout(patience)
            .ping_interval((patience / 2).clamp(Duration::from_secs(1), Duration::from_secs(10)))
            .reconnect_delay_callback(move |attempts| pause(attempts, patience))
            .event_callback(move |event| {
                if let Event::ServerError(_) | Event::ClientError(_) = event {
                    *heard.lock().unwrap_or_else(PoisonError::into_inner) = event.to_string();
                }
                std::future::ready(())
            });
        if let Some(roots) = &options.roots {
            settings = settings.add_root_certificates(roots.clone());
        }
        if let Some(token) = &options.token {
            settings = settings.token(token.clone());
        }
        if let Some(worker) = &options.worker {
            settings = settings.custom_inbox_prefix(inbox_prefix(worker));
        }
        let connected = wait(async { tokio::time::timeout(patience, settings.connect(address)).await });
        let client =
            connected.map_err(|late| Error::unreachable(&place, late))?.map_err(|error| match error.kind() {
                ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                    Error::refused(&place, "no such login, or nobody is there to check it")
                }
                _ => Error::unreachable(&place, error),
            })?;
        Ok(Self { client, place, patience, worker: options.worker.clone(), trouble })
    }

    /// The worker that has logged in.
    pub(super) fn worker(&self) -> Option<&WorkerId> {
        self.worker.as_ref()
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Headers with which a stream stores a message once, however often it is said within two minutes.
    pub(super) fn once(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", self.client.new_inbox());
        headers
    }

    pub(super) fn refused(&self, message: impl Into<String>) -> Error {
        Error::refused(&self.place, message)
    }

    /// The server is not there, or does not answer; with the last trouble that it or the way there made.
    pub(super) fn away(&self, message: &str) -> Error {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let all = if trouble.is_empty() { message.to_owned() } else { format!("{message}; last: {trouble}") };
        Error::unreachable(&self.place, all)
    }

    /// Waits until the server is there: what is sent before would be kept by the client, and sent at some time.
    pub(super) async fn present(&self, end: Instant) -> Result<(), Error> {
        while self.client.connection_state() != State::Connected {
            if Instant::now() >= end {
                return Err(self.away("the connection is cut"));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits for a reply; none if the connection over which it would come is lost meanwhile. A login that is refused late
    /// looks like a connection for a moment, too.
    pub(super) async fn unless_cut<T>(&self, reply: impl Future<Output = T>) -> Option<T> {
        let connects = || self.client.statistics().connects.load(Ordering::Relaxed);
        let before = connects();
        let mut reply = pin!(reply);
        loop {
            match select(reply.as_mut(), pin!(tokio::time::sleep(5 * LOOK))).await {
                Either::Left((reply, _)) => return Some(reply),
                Either::Right(_) if connects() == before && self.client.connection_state() == State::Connected => {}
                Either::Right(_) => return None,
            }
        }
    }

    /// Asks, and asks again until there is a reply or the patience is at its end: only for what may be said twice.
    pub(super) async fn ask(&self, subject: &str, headers: &HeaderMap, payload: &[u8]) -> Result<Message, Error> {
        let end = Instant::now() + self.patience;
        loop {
            self.present(end).await?;
            let left = end.saturating_duration_since(Instant::now()).max(LOOK);
            let mut request =
                Request::new().payload(payload.to_vec().into()).timeout(Some(left.min(self.patience / 3)));
            if !headers.is_empty() {
                request = request.headers(headers.clone());
            }
            let error = match self.unless_cut(self.client.send_request(subject.to_owned(), request)).await {
                Some(Ok(reply)) => return Ok(reply),
                Some(Err(error)) => error,
                None => continue,
            };
            match error.kind() {
                RequestErrorKind::MaxPayloadExceeded | RequestErrorKind::InvalidSubject => {
                    return Err(self.refused(format!("{subject}: {error}")));
                }
                // Also while a server that starts has not yet read its streams.
                RequestErrorKind::NoResponders => tokio::time::sleep(2 * LOOK).await,
                RequestErrorKind::TimedOut | RequestErrorKind::Other => {}
            }
            if let Some(violation) = self.violation(subject) {
                return Err(self.refused(violation));
            }
            if Instant::now() >= end {
                return Err(self.away(&format!("{subject}: {error}")));
            }
        }
    }

    /// Whether the server has said that this subject is not for us.
    fn violation(&self, subject: &str) -> Option<String> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let lower = trouble.to_lowercase();
        (lower.contains("permissions violation") && lower.contains(&subject.to_lowercase())).then(|| trouble.clone())
    }

    /// Asks JetStream; what it refuses is the inner error.
    pub(super) async fn api<T: DeserializeOwned>(
        &self,
        what: &str,
        body: &impl Serialize,
    ) -> Result<Result<T, Refusal>, Error> {
        let body = serde_json::to_vec(body).expect("plain data with texts as names");
        let subject = format!("$JS.API.{what}");
        let reply = self.ask(&subject, &HeaderMap::new(), &body).await?;
        self.read(&subject, &reply)
    }

    /// Asks JetStream for something that it does not refuse.
    pub(super) async fn demand(&self, what: &str, body: &impl Serialize) -> Result<(), Error> {
        let said = self.api::<IgnoredAny>(what, body).await?;
        said.map(drop).map_err(|refusal| self.refused(format!("{what}: {refusal}")))
    }

    /// Publishes to a stream, and waits until it is stored there; what the stream refuses is the inner error. The headers
    /// must make it harmless to say it twice.
    pub(super) async fn store(
        &self,
        subject: &str,
        headers: &HeaderMap,
        payload: &[u8],
    ) -> Result<Result<Stored, Refusal>, Error> {
        let reply = self.ask(subject, headers, payload).await?;
        self.read(subject, &reply)
    }

    fn read<T: DeserializeOwned>(&self, subject: &str, reply: &Message) -> Result<Result<T, Refusal>, Error> {
        match serde_json::from_slice(&reply.payload) {
            Ok(Response::Ok(value)) => Ok(Ok(value)),
            Ok(Response::Err { error }) => Ok(Err(error)),
            Err(error) => Err(self.away(&format!("{subject}: not understood: {error}"))),
        }
    }
}

/// Ever longer pauses, so that a server that comes back is not overrun; a call should live through one of them.
fn pause(attempts: usize, patience: Duration) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX).min(8);
    if attempts <= 1 { Duration::ZERO } else { (Duration::from_millis(20) * 2_u32.pow(doublings)).min(patience / 4) }
}
