use std::time::Instant;

use async_nats::{HeaderMap, Message, StatusCode};
use futures_util::StreamExt;
use serde_json::json;

use super::connection::Connection;
use crate::job::Error;

/// Most messages that come with one request.
const BATCH: u64 = 256;
/// About how many bytes come with one request; a single message may be longer.
const BATCH_BYTES: u64 = 4 << 20;

/// A message as it lies in a stream.
#[derive(Debug)]
pub(super) struct Kept {
    /// Its number in the stream.
    pub(super) seq: u64,
    /// What it was published to.
    pub(super) subject: String,
    /// The name that its writer gave it, if any.
    pub(super) id: Option<String>,
    /// What it says.
    pub(super) payload: Vec<u8>,
}

/// The first messages of a stream whose numbers are at least `from`, in order; none if there is none. Reading changes
/// nothing, so it can be done again.
pub(super) async fn read_from(
    connection: &Connection,
    stream: &str,
    from: u64,
    most: Option<u64>,
) -> Result<Vec<Kept>, Error> {
    let client = connection.client();
    let end = Instant::now() + connection.patience();
    let (subject, batch) = (format!("$JS.API.DIRECT.GET.{stream}"), most.unwrap_or(BATCH).min(BATCH));
    let query = json!({ "seq": from.max(1), "next_by_subj": ">", "batch": batch, "max_bytes": BATCH_BYTES });
    let query = serde_json::to_vec(&query).expect("plain data");
    loop {
        connection.present(end).await?;
        let inbox = client.new_inbox();
        let asked = async {
            let replies = client.subscribe(inbox.clone()).await?;
            client.publish_with_reply(subject.clone(), inbox.clone(), query.clone().into()).await?;
            Ok::<_, async_nats::Error>(replies)
        };
        let mut replies = asked.await.map_err(|error| Error::unreachable(connection.place(), error))?;
        let mut kept = Vec::new();
        let patience = connection.patience() / 3;
        while let Ok(Some(message)) = tokio::time::timeout(patience, replies.next()).await {
            match message.status {
                None | Some(StatusCode::OK) => match kept_message(message) {
                    Some(message) => kept.push(message),
                    None => return Err(connection.away(&format!("{subject}: not understood"))),
                },
                // Also while a server that starts has not yet read its streams.
                Some(StatusCode::NO_RESPONDERS) => {
                    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
                    break;
                }
                // The end of the batch, or nothing there.
                Some(_) => return Ok(kept),
            }
        }
        // What has come so far is in order and without gaps.
        if !kept.is_empty() {
            return Ok(kept);
        }
        if Instant::now() >= end {
            return Err(connection.away(&format!("{subject}: no answer")));
        }
    }
}

/// The newest message on a subject.
pub(super) async fn read_newest(connection: &Connection, stream: &str, subject: &str) -> Result<Option<Kept>, Error> {
    let query = serde_json::to_vec(&json!({ "last_by_subj": subject })).expect("plain data");
    let place = format!("$JS.API.DIRECT.GET.{stream}");
    let message = connection.ask(&place, &HeaderMap::new(), &query).await?;
    if !matches!(message.status, None | Some(StatusCode::OK)) {
        return Ok(None);
    }
    kept_message(message).map(Some).ok_or_else(|| connection.away(&format!("{place}: not understood")))
}

/// All messages of a stream, in order.
pub(super) async fn read_all(
    connection: &Connection,
    stream: &str,
    mut each: impl FnMut(Kept) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut next = 1;
    loop {
        let batch = read_from(connection, stream, next, None).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        next = last.seq + 1;
        batch.into_iter().try_for_each(&mut each)?;
    }
}

fn kept_message(message: Message) -> Option<Kept> {
    let headers: HeaderMap = message.headers?;
    let seq = headers.get("Nats-Sequence")?.as_str().parse().ok()?;
    let subject = headers.get("Nats-Subject")?.as_str().to_owned();
    let id = headers.get("Nats-Msg-Id").map(|id| id.as_str().to_owned());
    Some(Kept { seq, subject, id, payload: message.payload.to_vec() })
}
