use async_nats::HeaderMap;
use async_nats::jetstream::stream::Config;
use async_nats::jetstream::{Error as Refusal, ErrorCode};
use futures_util::stream::{self, StreamExt};
use serde::de::IgnoredAny;
use serde_json::json;

use super::connection::Connection;
use super::names::digits;
use super::reader::{read_all, read_from};
use super::streams::{make_stream, stream};
use crate::job::coordinate::Journal;
use crate::job::net::wait;
use crate::job::{Digest, Error};

/// Longest line, bytes.
const MAX_LINE: i32 = 512 << 10;
/// How many lines are on their way at a time.
const ON_THE_WAY: usize = 128;

/// A journal in a stream of its own, `JOURNAL_<job>`, from which nothing can be deleted.
///
/// Each line says which number it expects to get, so whoever writes after somebody else is refused: of two coordinators
/// only one goes on. When `append` fails because the server is away, some of its first lines may be kept; to append the same
/// lines again is right. Other lines are then refused, and the journal is to be replayed.
#[derive(Debug)]
pub struct NatsJournal {
    connection: Connection,
    stream: String,
    subject: String,
    /// Number of the last line that is known to be kept, which is their count.
    last: u64,
    /// Tells our lines from those of another coordinator.
    writer: String,
}

impl NatsJournal {
    /// Opens the journal of a job, or begins it. It belongs to whoever writes first after having read all of it.
    ///
    /// # Errors
    /// If the server cannot be reached, or refuses.
    pub fn open(connection: Connection, job: Digest) -> Result<Self, Error> {
        let (name, subject) = (format!("JOURNAL_{}", digits(job)), format!("journal.{}", digits(job)));
        let config = Config {
            name: name.clone(),
            subjects: vec![subject.clone()],
            max_message_size: MAX_LINE,
            allow_direct: true,
            deny_delete: true,
            deny_purge: true,
            ..stream()
        };
        wait(make_stream(&connection, &config))?;
        let writer = connection.client().new_inbox();
        let mut journal = Self { connection, stream: name, subject, last: 0, writer };
        journal.replay()?;
        Ok(journal)
    }

    /// The lines of a journal that somebody else may be writing; none if nobody has begun.
    ///
    /// # Errors
    /// If the server cannot be reached, or a line is missing.
    pub fn read(connection: &Connection, job: Digest) -> Result<Vec<String>, Error> {
        let name = format!("JOURNAL_{}", digits(job));
        wait(async {
            match connection.api::<IgnoredAny>(&format!("STREAM.INFO.{name}"), &json!({})).await? {
                Ok(_) => lines(connection, &name).await,
                Err(refusal) if refusal.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(Vec::new()),
                Err(refusal) => Err(connection.refused(format!("{name}: {refusal}"))),
            }
        })
    }

    /// What we call a line under this number: the same line again has the same name.
    fn id(&self, number: u64, line: &str) -> String {
        format!("{} {number} {}", self.writer, Digest::of(line.as_bytes()))
    }

    /// Whether we have kept this line under this number.
    async fn is_kept(&self, number: u64, line: &str) -> Result<bool, Error> {
        let kept = read_from(&self.connection, &self.stream, number, Some(1)).await?;
        Ok(kept.first().is_some_and(|kept| kept.seq == number && kept.id == Some(self.id(number, line))))
    }

    /// Keeps a line under this number, after that one of ours; the inner error if this number is not the next one, or the
    /// line before is another. Its number alone is not enough: while the first of our lines is refused, because another
    /// coordinator has written one, that one makes room for our second.
    async fn keep(&self, number: u64, line: &str, after: Option<&str>) -> Result<Result<(), Refusal>, Error> {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Expected-Last-Sequence", (number - 1).to_string());
        headers.insert("Nats-Msg-Id", self.id(number, line));
        if let Some(before) = after {
            headers.insert("Nats-Expected-Last-Msg-Id", self.id(number - 1, before));
        }
        match self.connection.store(&self.subject, &headers, line.as_bytes()).await? {
            Ok(stored) if stored.seq == number => Ok(Ok(())),
            Ok(stored) => Err(self.connection.refused(format!("{}: {number} became {}", self.stream, stored.seq))),
            Err(refusal) if is_overtaken(&refusal) => Ok(Err(refusal)),
            Err(refusal) => Err(self.connection.refused(format!("{}: {refusal}", self.stream))),
        }
    }
}

/// All lines of a journal, which are numbered from 1.
async fn lines(connection: &Connection, stream: &str) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    read_all(connection, stream, |kept| {
        let wrong = |message: &str| connection.refused(format!("{stream}, line {}: {message}", kept.seq));
        if kept.seq != lines.len() as u64 + 1 {
            return Err(wrong("lines before it are missing"));
        }
        lines.push(String::from_utf8(kept.payload).map_err(|_| wrong("is no text"))?);
        Ok(())
    })
    .await?;
    Ok(lines)
}

/// Somebody else has written since.
pub(super) fn is_overtaken(refusal: &Refusal) -> bool {
    let codes = [
        ErrorCode::STREAM_WRONG_LAST_SEQUENCE,
        ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT,
        ErrorCode::STREAM_WRONG_LAST_MESSAGE_ID,
    ];
    codes.contains(&refusal.error_code())
}

impl Journal for NatsJournal {
    fn replay(&mut self) -> Result<Vec<String>, Error> {
        let lines = wait(lines(&self.connection, &self.stream))?;
        self.last = lines.len() as u64;
        Ok(lines)
    }

    fn append(&mut self, lines: &[String]) -> Result<(), Error> {
        if let Some(line) = lines.iter().find(|line| line.len() > MAX_LINE as usize / 2 || line.contains('\n')) {
            return Err(Error::Unfit(format!("{} bytes are no line of a journal", line.len())));
        }
        let journal = &*self;
        let kept = wait(async {
            let before = std::iter::once(None).chain(lines.iter().map(|line| Some(line.as_str())));
            let all = (journal.last + 1..).zip(lines).zip(before);
            let all =
                all.map(
                    |((number, line), before)| async move { (number, line, journal.keep(number, line, before).await) },
                );
            // They are sent in this order, and the server looks at them in this order.
            let mut all = stream::iter(all).buffered(ON_THE_WAY);
            while let Some((number, line, kept)) = all.next().await {
                if kept?.is_ok() {
                    continue;
                }
                // It was kept at an attempt whose reply we did not hear, or it came to the server before one that had to be
                // sent again; now all before it are kept.
                if journal.is_kept(number, line).await? {
                    continue;
                }
                if let Err(refusal) = journal.keep(number, line, None).await? {
                    let message =
                        format!("{}: another coordinator has written line {number}: {refusal}", journal.stream);
                    return Err(journal.connection.refused(message));
                }
            }
            Ok(())
        });
        kept.map(|()| self.last += lines.len() as u64)
    }
}
