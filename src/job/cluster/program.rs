use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::job::Error;

/// Longest answer that is read, bytes: a hundred for each of a million tasks.
const MAX_ANSWER: u64 = 100 << 20;
/// Most of a complaint that is told, bytes.
const MAX_COMPLAINT: usize = 2000;
/// Between two looks at a program.
const PAUSE: Duration = Duration::from_millis(5);

/// What a program of the cluster answers. It never waits longer than the patience, whatever the program does.
///
/// # Errors
/// [`Error::Unreachable`] if the program is not there, takes too long, says too much or no text, or cannot reach its
/// cluster; [`Error::Refused`] if it fails otherwise, with its complaint.
pub(super) fn ask(program: &str, arguments: &[String], input: &str, patience: Duration) -> Result<String, Error> {
    let unreachable = |source: String| Error::Unreachable { place: program.to_owned(), source: source.into() };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Variables that change what `squeue` shows: nobody is to hide tasks by them.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SQUEUE_")) {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(|error| unreachable(format!("cannot be started: {error}")))?;
    let end = Instant::now() + patience;

    let (mut stdin, input) = (child.stdin.take(), input.to_owned());
    // One that does not want to hear all has its reasons, and says them by its exit code.
    std::thread::spawn(move || stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes())));
    let (answer, complaint) = (read_all(child.stdout.take()), read_all(child.stderr.take()));
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < end => std::thread::sleep(PAUSE),
            Ok(None) | Err(_) => {
                // It may have ended by itself just now.
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
    };
    // What it has started may hold the pipes for longer than it lives.
    let heard = |all: &Receiver<io::Result<Vec<u8>>>| {
        all.recv_timeout(end.saturating_duration_since(Instant::now()).max(Duration::from_millis(200)))
    };
    let complaint = heard(&complaint).ok().and_then(Result::ok).unwrap_or_default();
    let complaint = told(&complaint);
    let Some(status) = status else {
        return Err(unreachable(
            format!("no answer within {} s {complaint}", patience.as_secs()).trim_end().to_owned(),
        ));
    };
    if !status.success() {
        let message = if complaint.is_empty() { status.to_string() } else { complaint };
        if ["Unable to contact slurm", "Socket timed out"].iter().any(|words| message.contains(words)) {
            return Err(unreachable(message));
        }
        return Err(Error::Refused { place: program.to_owned(), message });
    }
    let answer = heard(&answer).map_err(|_| unreachable("its answer does not end".to_owned()))?;
    let answer = answer.map_err(|error| unreachable(error.to_string()))?;
    if answer.len() as u64 > MAX_ANSWER {
        return Err(unreachable(format!("answers more than {MAX_ANSWER} bytes")));
    }
    String::from_utf8(answer).map_err(|error| unreachable(format!("answers what is no text: {error}")))
}

/// Reads a pipe to its end, on a thread of its own.
fn read_all(pipe: Option<impl Read + Send + 'static>) -> Receiver<io::Result<Vec<u8>>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.map_or(Ok(0), |pipe| pipe.take(MAX_ANSWER + 1).read_to_end(&mut bytes));
        // Nobody listens any more where patience has ended.
        let _ = send.send(read.map(|_| bytes));
    });
    receive
}

/// The beginning of a complaint, on one line.
pub(super) fn told(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_COMPLAINT)]).into_owned();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, patience_ms: u64) -> Result<String, Error> {
        ask("sh", &["-c".to_owned(), script.to_owned()], "input\n", Duration::from_millis(patience_ms))
    }

    #[test]
    fn a_program_is_heard() {
        assert_eq!(sh("cat; echo done", 10_000).expect("an answer"), "input\ndone\n");
    }

    #[test]
    fn what_is_odd_is_an_error_that_names_the_program() {
        let told = |result: Result<String, Error>| {
            let error = result.expect_err("odd");
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error}: {source}")
        };
        let absent = told(ask("no-such-program", &[], "", Duration::from_secs(9)));
        assert!(absent.contains("no-such-program: cannot be started"), "{absent}");
        let failed = told(sh("echo 'not \u{7} this' >&2; echo twice >&2; exit 3", 10_000));
        assert!(failed.contains("sh refuses: not \u{fffd} this; twice"), "{failed}");
        assert!(told(sh("exit 3", 10_000)).contains("exit status: 3"));
        assert!(told(sh("printf '\\377'", 10_000)).contains("no text"));
        assert!(told(sh("echo 'Unable to contact slurm controller' >&2; exit 1", 10_000)).contains("cannot reach sh"));
    }

    #[test]
    fn nothing_waits_for_ever() {
        let start = Instant::now();
        let error = sh("echo retrying >&2; sleep 60", 300).expect_err("late");
        assert!(error.is_unreachable(), "{error:?}");
        // The pipe of a program that has gone may stay open.
        let error = sh("sleep 60 & exit 0", 300).expect_err("does not end");
        assert!(error.is_unreachable(), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
