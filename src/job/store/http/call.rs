use std::error::Error as StdError;
use std::fs::File;
use std::future::Future;
use std::io::{self, Read};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::{CONTENT_LENGTH, IF_NONE_MATCH};
use reqwest::{Body, Client, Response, StatusCode, Url};

use super::Patience;
use crate::job::Error;
use crate::job::store::Link;

/// Bytes that are read from a file at a time.
const CHUNK: usize = 1 << 18;
/// Longest error message of a server that is looked at, bytes.
const MAX_MESSAGE: usize = 1 << 12;

/// One link that is followed once.
pub(super) struct Call<'a> {
    pub(super) client: &'a Client,
    pub(super) patience: &'a Patience,
    pub(super) link: &'a Link,
    pub(super) url: Url,
}

/// Why a try has failed.
pub(super) enum Failure {
    /// The next one may do better.
    Passing(Box<dyn StdError + Send + Sync>),
    /// No other one will.
    Final(Error),
}

/// A client for all calls of a courier.
pub(super) fn client(patience: &Patience) -> Result<Client, Error> {
    // The program may have chosen one already: then that one is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none()).connect_timeout(patience.connect);
    builder.build().map_err(|error| Error::Unfit(format!("there can be no TLS here: {}", words(&error))))
}

impl Call<'_> {
    /// Hands over the file as it comes, never more bytes than the limit; false if there is none.
    pub(super) async fn download(
        &self,
        limit: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<bool, Failure> {
        let too_long = || Failure::Final(Error::invalid(format!("{:?}", self.link), "", too_long(limit)));
        self.in_time(async {
            let answer = self.soon(self.client.get(self.url.clone()).send()).await?;
            let Some(mut answer) = self.found(answer).await? else { return Ok(false) };
            if answer.content_length().is_some_and(|length| length > limit) {
                return Err(too_long());
            }
            let mut left = limit;
            while let Some(bytes) = self.soon(answer.chunk()).await? {
                left = left.checked_sub(bytes.len() as u64).ok_or_else(too_long)?;
                take(&bytes).map_err(Failure::Final)?;
            }
            Ok(true)
        })
        .await
    }

    /// Sends a file, if there is none yet.
    pub(super) async fn upload(&self, file: File) -> Result<(), Failure> {
        let length = file.metadata().map_err(Failure::passing)?.len();
        let sent = Arc::new(AtomicU64::new(0));
        let body = Body::wrap_stream(chunks(file, length, Arc::clone(&sent)));
        let mut request = self.client.put(self.url.clone()).header(CONTENT_LENGTH, length).body(body);
        if self.wants_condition() {
            request = request.header(IF_NONE_MATCH, "*");
        }
        self.in_time(async {
            let mut answer = pin!(request.send());
            let mut before = 0;
            let answer = loop {
                match tokio::time::timeout(self.patience.idle, &mut answer).await {
                    Ok(answer) => break answer.map_err(broken)?,
                    Err(_) if sent.load(Ordering::Relaxed) == before => return Err(self.silent()),
                    Err(_) => before = sent.load(Ordering::Relaxed),
                }
            };
            // Somebody was there before: this worker, in a try whose answer was lost, or another.
            if answer.status() == StatusCode::PRECONDITION_FAILED {
                return Ok(());
            }
            self.succeeded(answer).await.map(drop)
        })
        .await
    }

    /// Removes a file, if there is one.
    pub(super) async fn erase(&self) -> Result<(), Failure> {
        self.in_time(async {
            let answer = self.soon(self.client.delete(self.url.clone()).send()).await?;
            self.found(answer).await.map(drop)
        })
        .await
    }

    /// A header that is signed must be sent; servers that do not know the condition have links that are signed without.
    fn wants_condition(&self) -> bool {
        let signed = self.url.query_pairs().find(|(name, _)| name == "X-Amz-SignedHeaders");
        signed.is_none_or(|(_, headers)| headers.split(';').any(|header| header == IF_NONE_MATCH.as_str()))
    }

    async fn in_time<T>(&self, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let total = self.patience.total;
        let late =
            |_| Failure::passing(io::Error::new(io::ErrorKind::TimedOut, format!("takes longer than {total:?}")));
        tokio::time::timeout(total, call).await.map_err(late)?
    }

    async fn soon<T>(&self, step: impl Future<Output = reqwest::Result<T>>) -> Result<T, Failure> {
        tokio::time::timeout(self.patience.idle, step).await.map_err(|_| self.silent())?.map_err(broken)
    }

    fn silent(&self) -> Failure {
        let message = format!("nothing has moved for {:?}", self.patience.idle);
        Failure::passing(io::Error::new(io::ErrorKind::TimedOut, message))
    }

    /// The answer, if there is a file. That there is no bucket is another matter.
    async fn found(&self, mut answer: Response) -> Result<Option<Response>, Failure> {
        if answer.status() != StatusCode::NOT_FOUND {
            return self.succeeded(answer).await.map(Some);
        }
        let code = self.code(&mut answer).await;
        match code.filter(|code| code != "NoSuchKey") {
            None => Ok(None),
            Some(code) => Err(self.refused(format!("404 {code}"))),
        }
    }

    async fn succeeded(&self, mut answer: Response) -> Result<Response, Failure> {
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let message = match self.code(&mut answer).await {
            Some(code) => format!("{} {code}", status.as_u16()),
            None => status.to_string(),
        };
        let is_passing = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
        Err(match status.as_u16() {
            408 | 409 | 425 | 429 => Failure::passing(io::Error::other(message)),
            _ if is_passing => Failure::passing(io::Error::other(message)),
            _ if status.is_redirection() => self.refused(format!("{message}: it leads elsewhere")),
            _ => self.refused(message),
        })
    }

    /// The server's name of what is wrong. The status alone says enough, should it not come.
    async fn code(&self, answer: &mut Response) -> Option<String> {
        let mut text = Vec::new();
        while text.len() < MAX_MESSAGE {
            let Ok(Some(bytes)) = self.soon(answer.chunk()).await else { break };
            text.extend_from_slice(&bytes);
        }
        code(&String::from_utf8_lossy(&text)).map(str::to_owned)
    }

    fn refused(&self, message: String) -> Failure {
        Failure::Final(Error::refused(format!("{:?}", self.link), message))
    }
}

impl Failure {
    fn passing(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Passing(source.into())
    }

    /// Names the file that is sent, where it is to blame.
    pub(super) fn reading(self, file: &Path) -> Self {
        match self {
            Self::Passing(source) => match source.downcast::<Unreadable>() {
                Ok(unreadable) => Self::Final(Error::read(file, unreadable.0)),
                Err(source) => Self::Passing(source),
            },
            failure @ Self::Final(_) => failure,
        }
    }
}

/// The file that is sent could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot be read")]
struct Unreadable(#[source] io::Error);

/// An error of the connection, without the address: its query is secret.
fn broken(error: reqwest::Error) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(Unreadable(source)) = error.downcast_ref() {
            return Failure::passing(Unreadable(io::Error::new(source.kind(), source.to_string())));
        }
        cause = error.source();
    }
    Failure::passing(error.without_url())
}

fn words(error: &dyn StdError) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {}", words(source)))
}

fn too_long(limit: u64) -> String {
    format!("has more than {limit} bytes")
}

/// S3's name of an error, out of its XML.
fn code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    (code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(code)
}

/// A file in pieces, read on a thread that may wait for a disk; counts what was handed over.
fn chunks(
    file: File,
    length: u64,
    sent: Arc<AtomicU64>,
) -> impl futures_util::Stream<Item = Result<Vec<u8>, Unreadable>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        // What is appended meanwhile is not a part of it.
        let mut file = file.take(length);
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).map_err(Unreadable);
            let is_last = !matches!(read, Ok(1..));
            let piece = read.map(|bytes| {
                chunk.truncate(bytes);
                chunk
            });
            let is_end = matches!(&piece, Ok(chunk) if chunk.is_empty());
            // Nobody listens any more when the server has answered early.
            if is_end || sender.blocking_send(piece).is_err() || is_last {
                return;
            }
        }
    });
    futures_util::stream::unfold((receiver, sent), |(mut receiver, sent)| async move {
        let piece: Result<Vec<u8>, Unreadable> = receiver.recv().await?;
        sent.fetch_add(piece.as_ref().map_or(0, |chunk| chunk.len() as u64), Ordering::Relaxed);
        Some((piece, (receiver, sent)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_an_error_is_taken_from_an_answer() {
        let answer = "<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>5ec3e7</SignatureProvided></Error>";
        assert_eq!(code(answer), Some("SignatureDoesNotMatch"));
        for other in
            ["", "<Code>", "<Code>a b</Code>", "<Code><b/></Code>", &format!("<Code>{}</Code>", "x".repeat(65))]
        {
            assert_eq!(code(other), None, "{other}");
        }
    }
}
