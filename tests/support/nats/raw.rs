use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_nats::{Auth, Client, ConnectError, ConnectOptions, Event, HeaderMap, Message};
use futures_util::StreamExt;
use tokio::runtime::Runtime;

use super::{Nkey, Server};

/// How long a hostile client waits for an answer that should not come.
const SHORT: Duration = Duration::from_millis(250);

/// A client that does what it likes, with whatever login it has.
pub(crate) struct Raw {
    pub(crate) client: Client,
    said: Arc<Mutex<Vec<String>>>,
}

impl Raw {
    /// Logs in as this worker.
    pub(crate) fn worker(server: &Server, name: &str) -> Self {
        let options = server.worker_options(name);
        let token = options.token.clone().expect("workers have one");
        Self::connect(server, settings(server, &options.key).token(token), Some(name)).expect("logs in")
    }

    /// Logs in as the coordinator, to see what has happened.
    pub(crate) fn coordinator(server: &Server) -> Self {
        Self::connect(server, settings(server, &server.keys().coordinator), None).expect("logs in")
    }

    /// Says that it has this key, and proves it with another one.
    pub(crate) fn impostor(server: &Server, victim: &str, own: &Nkey, token: &str) -> Result<Self, ConnectError> {
        let (public, own, token) =
            (server.keys().worker(victim).1.public().to_owned(), own.seed().to_owned(), token.to_owned());
        let settings = ConnectOptions::with_auth_callback(move |nonce| {
            let (public, own, token) = (public.clone(), own.clone(), token.clone());
            async move {
                let mut auth = Auth::new();
                let key = nkeys::KeyPair::from_seed(&own).map_err(async_nats::AuthError::new)?;
                auth.nkey = Some(public);
                auth.signature = Some(key.sign(&nonce).map_err(async_nats::AuthError::new)?);
                auth.token = Some(token);
                Ok(auth)
            }
        });
        Self::connect(server, settings.add_root_certificates(server.roots()).require_tls(true), Some(victim))
    }

    pub(crate) fn connect(server: &Server, settings: ConnectOptions, name: Option<&str>) -> Result<Self, ConnectError> {
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let mut settings = settings.event_callback(move |event| {
            if let Event::ServerError(error) = event {
                heard.lock().expect("plain data").push(error.to_string().to_lowercase());
            }
            std::future::ready(())
        });
        if let Some(name) = name {
            settings = settings.custom_inbox_prefix(format!("_INBOX_{name}"));
        }
        let address = format!("tls://localhost:{}", server.address().port());
        Ok(Self { client: wait(settings.connect(address))?, said })
    }

    /// Publishes with a reply subject of its own choice, and gives the server time to do what it does.
    pub(crate) fn publish(&self, subject: &str, reply: Option<&str>, payload: &[u8]) {
        let (subject, payload) = (subject.to_owned(), payload.to_vec().into());
        wait(async {
            match reply {
                Some(reply) => self.client.publish_with_reply(subject, reply.to_owned(), payload).await,
                None => self.client.publish(subject, payload).await,
            }
            .expect("sent");
            self.client.flush().await.expect("sent");
            tokio::time::sleep(SHORT / 2).await;
        });
    }

    /// Asks, and gives the answer, if there is one that is soon.
    pub(crate) fn ask(&self, subject: &str, payload: &[u8]) -> Option<Message> {
        self.ask_with(subject, HeaderMap::new(), payload)
    }

    pub(crate) fn ask_with(&self, subject: &str, headers: HeaderMap, payload: &[u8]) -> Option<Message> {
        let request = async_nats::Request::new()
            .payload(payload.to_vec().into())
            .headers(headers)
            .inbox(self.client.new_inbox())
            .timeout(Some(2 * SHORT));
        wait(async { self.client.send_request(subject.to_owned(), request).await.ok() })
    }

    /// The first message on a subject while something is done; none if none comes.
    pub(crate) fn listen(&self, subject: &str, act: impl FnOnce()) -> Option<Message> {
        let mut heard = wait(async {
            let heard = self.client.subscribe(subject.to_owned()).await.expect("sent");
            self.client.flush().await.expect("sent");
            tokio::time::sleep(SHORT / 2).await;
            heard
        });
        act();
        wait(async { tokio::time::timeout(2 * SHORT, heard.next()).await.ok().flatten() })
    }

    /// Whether the server has refused something of this subject.
    pub(crate) fn was_refused(&self, subject: &str) -> bool {
        std::thread::sleep(SHORT / 4);
        let subject = subject.to_lowercase();
        self.said
            .lock()
            .expect("plain data")
            .iter()
            .any(|said| said.contains("permissions violation") && said.contains(&subject))
    }

    /// Number of messages in a stream, as the coordinator sees it; none if there is no such stream.
    pub(crate) fn messages(&self, stream: &str) -> Option<u64> {
        let info = self.json(&format!("$JS.API.STREAM.INFO.{stream}"));
        info["state"]["messages"].as_u64()
    }

    /// Tasks of a worker that are on their way, as the coordinator sees it; none if it has no consumer.
    pub(crate) fn on_the_way(&self, worker: &str) -> Option<u64> {
        self.json(&format!("$JS.API.CONSUMER.INFO.TASKS.{worker}"))["num_ack_pending"].as_u64()
    }

    fn json(&self, subject: &str) -> serde_json::Value {
        let answer = self.ask(subject, b"").expect("an answer");
        serde_json::from_slice(&answer.payload).expect("JSON")
    }
}

fn settings(server: &Server, key: &Nkey) -> ConnectOptions {
    ConnectOptions::with_nkey(key.seed().to_owned()).add_root_certificates(server.roots()).require_tls(true)
}

pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a runtime")).block_on(future)
}
