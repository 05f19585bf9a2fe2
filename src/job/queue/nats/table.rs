use std::collections::BTreeMap;

use async_nats::HeaderMap;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::stream::{Config, DiscardPolicy};
use futures_util::stream::{self, StreamExt};
use serde::de::IgnoredAny;
use serde_json::json;

use super::connection::Connection;
use super::journal::is_overtaken;
use super::names::digits;
use super::reader::{Kept, read_all, read_newest};
use super::streams::{make_stream, stream};
use crate::job::net::wait;
use crate::job::{Digest, Error};

/// Longest state of a unit, bytes.
const MAX_STATE: i32 = 64 << 10;
/// How many states are on their way at a time.
const ON_THE_WAY: usize = 128;

/// The units of a job for everybody to see: the key-value bucket `UNITS_<job>`, a key a unit. It is a copy of what the
/// journal says, never the truth.
#[derive(Debug)]
pub struct NatsTable {
    connection: Connection,
    job: Digest,
    /// The revision of each key that was last seen.
    revisions: BTreeMap<u64, u64>,
    /// Tells our states from those of another coordinator.
    writer: String,
}

impl NatsTable {
    /// Opens the table of a job, or begins it.
    ///
    /// # Errors
    /// If the server cannot be reached, or refuses.
    pub fn open(connection: Connection, job: Digest) -> Result<Self, Error> {
        let config = Config {
            name: stream_name(job),
            subjects: vec![format!("{}>", key_prefix(job))],
            max_message_size: MAX_STATE,
            max_messages_per_subject: 1,
            discard: DiscardPolicy::New,
            allow_direct: true,
            allow_rollup: true,
            deny_delete: true,
            ..stream()
        };
        let revisions = wait(async {
            make_stream(&connection, &config).await?;
            Ok::<_, Error>(read(&connection, job).await?.into_iter().map(|(unit, (seq, _))| (unit, seq)).collect())
        })?;
        let writer = connection.client().new_inbox();
        Ok(Self { connection, job, revisions, writer })
    }

    /// Shows the states of some units, JSON.
    ///
    /// # Errors
    /// [`Error::Refused`] if somebody else has changed one since: there are two coordinators. Otherwise if the server cannot
    /// be reached; then some are perhaps shown, and showing them again is right.
    pub fn show(&mut self, units: &[(u64, String)]) -> Result<(), Error> {
        // A unit that is named twice gets its last state.
        let units: BTreeMap<u64, &String> = units.iter().map(|(unit, state)| (*unit, state)).collect();
        let table = &*self;
        let (shown, failed) = wait(async {
            let all = units.into_iter().map(|(unit, state)| async move { (unit, table.put(unit, state).await) });
            let mut all = stream::iter(all).buffered(ON_THE_WAY);
            let (mut shown, mut failed) = (Vec::new(), None);
            while let Some((unit, put)) = all.next().await {
                match put {
                    Ok(revision) => shown.push((unit, revision)),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            (shown, failed)
        });
        self.revisions.extend(shown);
        failed.map_or(Ok(()), Err)
    }

    /// What is shown of a job; nothing if nobody has begun.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub fn read(connection: &Connection, job: Digest) -> Result<BTreeMap<u64, String>, Error> {
        let all = wait(async {
            let name = stream_name(job);
            match connection.api::<IgnoredAny>(&format!("STREAM.INFO.{name}"), &json!({})).await? {
                Ok(_) => read(connection, job).await,
                Err(refusal) if refusal.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(BTreeMap::new()),
                Err(refusal) => Err(connection.refused(format!("{name}: {refusal}"))),
            }
        })?;
        Ok(all.into_iter().map(|(unit, (_, state))| (unit, state)).collect())
    }

    async fn put(&self, unit: u64, state: &str) -> Result<u64, Error> {
        let (subject, stream) = (format!("{}{unit}", key_prefix(self.job)), stream_name(self.job));
        let mut revision = self.revisions.get(&unit).copied().unwrap_or(0);
        for _ in 0..2 {
            let mut headers = HeaderMap::new();
            headers.insert("Nats-Expected-Last-Subject-Sequence", revision.to_string());
            let id = format!("{} {unit} {revision} {}", self.writer, Digest::of(state.as_bytes()));
            headers.insert("Nats-Msg-Id", id.as_str());
            match self.connection.store(&subject, &headers, state.as_bytes()).await? {
                Ok(stored) => return Ok(stored.seq),
                Err(refusal) if !is_overtaken(&refusal) => {
                    return Err(self.connection.refused(format!("unit {unit} in {stream}: {refusal}")));
                }
                Err(_) => {}
            }
            // Perhaps it was ourselves: the server had stored it, and we did not hear so.
            let newest = read_newest(&self.connection, &stream, &subject).await?;
            let is_ours = |kept: &Kept| kept.id.as_deref().is_some_and(|id| id.starts_with(&self.writer));
            let Some(ours) = newest.filter(is_ours) else { break };
            if ours.id.as_ref() == Some(&id) {
                return Ok(ours.seq);
            }
            revision = ours.seq;
        }
        Err(self.connection.refused(format!("unit {unit} in {stream}: another coordinator has changed it")))
    }
}

fn stream_name(job: Digest) -> String {
    format!("KV_UNITS_{}", digits(job))
}

fn key_prefix(job: Digest) -> String {
    format!("$KV.UNITS_{}.", digits(job))
}

/// Revision and state of each unit.
async fn read(connection: &Connection, job: Digest) -> Result<BTreeMap<u64, (u64, String)>, Error> {
    let (mut units, prefix, name) = (BTreeMap::new(), key_prefix(job), stream_name(job));
    read_all(connection, &name, |kept| {
        let unit = kept.subject.strip_prefix(&prefix).and_then(|unit| unit.parse().ok());
        let (Some(unit), Ok(state)) = (unit, String::from_utf8(kept.payload)) else {
            return Err(connection.refused(format!("{name}: {:?} is no unit", kept.subject)));
        };
        units.insert(unit, (kept.seq, state));
        Ok(())
    })
    .await?;
    Ok(units)
}
