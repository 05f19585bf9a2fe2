use async_nats::HeaderMap;
use async_nats::jetstream::stream::Config;
use async_nats::jetstream::{Error as Refusal, ErrorCode};
use futures_util::stream::{self, StreamExt};

use super::connection::Connection;
use super::names::digits;
use super::reader::read_all;
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
/// lines again within two minutes is right, anything else is refused, and then the journal is to be opened and replayed.
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

    /// Keeps a line under this number; the inner error if this number is not the next one.
    async fn keep(&self, number: u64, line: &str) -> Result<Result<(), Refusal>, Error> {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Expected-Last-Sequence", (number - 1).to_string());
        // The same line again is the same message; another one under the same number is not.
        let id = format!("{} {number} {}", self.writer, Digest::of(line.as_bytes()));
        headers.insert("Nats-Msg-Id", id);
        match self.connection.store(&self.subject, &headers, line.as_bytes()).await? {
            Ok(stored) if stored.seq == number => Ok(Ok(())),
            Ok(stored) => Err(self.connection.refused(format!("{}: {number} became {}", self.stream, stored.seq))),
            Err(refusal) if is_overtaken(&refusal) => Ok(Err(refusal)),
            Err(refusal) => Err(self.connection.refused(format!("{}: {refusal}", self.stream))),
        }
    }
}

/// Somebody else has written since.
pub(super) fn is_overtaken(refusal: &Refusal) -> bool {
    [ErrorCode::STREAM_WRONG_LAST_SEQUENCE, ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT]
        .contains(&refusal.error_code())
}

impl Journal for NatsJournal {
    fn replay(&mut self) -> Result<Vec<String>, Error> {
        let (mut lines, mut last) = (Vec::new(), 0);
        let (stream, place) = (&self.stream, self.connection.place());
        wait(read_all(&self.connection, stream, |kept| {
            let wrong = |message: &str| Error::refused(place, format!("{stream}, line {}: {message}", kept.seq));
            if kept.seq != last + 1 {
                return Err(wrong("lines before it are missing"));
            }
            last = kept.seq;
            let line = String::from_utf8(kept.payload).map_err(|_| wrong("is no text"))?;
            lines.push(line);
            Ok(())
        }))?;
        self.last = last;
        Ok(lines)
    }

    fn append(&mut self, lines: &[String]) -> Result<(), Error> {
        if let Some(line) = lines.iter().find(|line| line.len() > MAX_LINE as usize / 2 || line.contains('\n')) {
            return Err(Error::Unfit(format!("{} bytes are no line of a journal", line.len())));
        }
        let journal = &*self;
        let kept = wait(async {
            let all = (journal.last + 1..).zip(lines);
            let all = all.map(|(number, line)| async move { (number, line, journal.keep(number, line).await) });
            // They are sent in this order, and the server looks at them in this order.
            let mut all = stream::iter(all).buffered(ON_THE_WAY);
            while let Some((number, line, kept)) = all.next().await {
                if kept?.is_ok() {
                    continue;
                }
                // It may have come to the server before one that was sent again; now all before it are kept.
                if let Err(refusal) = journal.keep(number, line).await? {
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
