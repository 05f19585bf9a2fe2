use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Longest head of a request, bytes.
const LONGEST_HEAD: u64 = 32 * 1024;
/// Connections at once; a browser opens six, and some more in advance.
const MOST_CONNECTIONS: usize = 256;
/// A connection on which nothing comes, or nothing is taken, for so long is closed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Failures to accept a connection, one after the other, that mean that the port is lost.
const MOST_FAILURES: u32 = 100;

/// The head of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query, from the first slash on.
    pub(super) target: String,
    /// Field `Host`.
    pub(super) host: String,
    /// Whether the connection goes on afterwards.
    keeps: bool,
}

/// What a browser gets: status, content type, content.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn refusal(status: u16, message: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: message.as_bytes().to_vec() }
    }
}

/// Answers requests, as much of HTTP/1.1 (RFC 9112) as browsers use for reading, until the port is lost. Every connection
/// has its own thread: one that is opened in advance and stays silent keeps no other waiting.
pub(super) fn serve(listener: &TcpListener, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> io::Error {
    let answer = Arc::new(answer);
    let open = Arc::new(AtomicUsize::new(0));
    let mut failures = 0;
    loop {
        let error = match listener.accept() {
            Ok((stream, _)) if open.load(Ordering::Relaxed) < MOST_CONNECTIONS => {
                let (answer, guard) = (Arc::clone(&answer), Open::new(&open));
                let talk = move || {
                    let _guard = guard;
                    // A browser that has gone away is no concern of ours.
                    let _ = converse(&stream, &*answer);
                };
                match thread::Builder::new().name("view/connection".to_owned()).spawn(talk) {
                    Ok(_) => {
                        failures = 0;
                        continue;
                    }
                    Err(error) => error,
                }
            }
            // Too many: this one is closed.
            Ok(_) => continue,
            Err(error) => error,
        };
        failures += 1;
        if failures >= MOST_FAILURES {
            return error;
        }
        // No files left, say: others may give some back.
        thread::sleep(Duration::from_millis(50));
    }
}

/// Counts an open connection.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn converse(stream: &TcpStream, answer: &impl Fn(&Request) -> Reply) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let (reply, keeps, has_body) = match read_head(&mut reader)? {
            None => return Ok(()),
            Some(Ok(request)) => (answer(&request), request.keeps, request.method != "HEAD"),
            Some(Err(message)) => (Reply::refusal(400, message), false, true),
        };
        write_reply(stream, &reply, keeps, has_body)?;
        if !keeps {
            return Ok(());
        }
    }
}

/// The next request of a connection; `None` at its end, a message if it makes no sense.
fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Result<Request, &'static str>>> {
    let mut head = reader.take(LONGEST_HEAD);
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        head.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            let is_end = line.is_empty() && lines.is_empty() && head.limit() > 0;
            return Ok(if is_end { None } else { Some(Err("the request is cut off, or too long")) });
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        match String::from_utf8(line) {
            Ok(line) if line.is_empty() && lines.is_empty() => {}
            Ok(line) if line.is_empty() => return Ok(Some(request(&lines))),
            Ok(line) => lines.push(line),
            Err(_) => return Ok(Some(Err("the request is not UTF-8"))),
        }
    }
}

fn request(lines: &[String]) -> Result<Request, &'static str> {
    let mut words = lines.first().map_or("", String::as_str).split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err("the first line is no request");
    };
    let mut keeps = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return Err("only HTTP/1.0 and HTTP/1.1"),
    };
    if !target.starts_with('/') {
        return Err("what is asked for must begin with a slash");
    }
    let mut host = None;
    for line in lines.iter().skip(1) {
        let (name, value) = line.split_once(':').ok_or("a field of the request has no colon")?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "host" if host.is_some() => return Err("there are two hosts"),
            "host" => host = Some(value.to_owned()),
            "connection" => keeps &= !value.eq_ignore_ascii_case("close"),
            // What follows the head is not read, so nothing that comes later on this connection could be understood.
            "content-length" | "transfer-encoding" => keeps &= value == "0",
            _ => {}
        }
    }
    let host = host.ok_or("there is no host")?;
    Ok(Request { method: method.to_owned(), target: target.to_owned(), host, keeps })
}

fn write_reply(mut stream: impl Write, reply: &Reply, keeps: bool, has_body: bool) -> io::Result<()> {
    let reason = match reply.status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Internal Server Error",
    };
    let Reply { status, kind, body } = reply;
    let connection = if keeps { "keep-alive" } else { "close" };
    // By the policy nothing but this server may be asked for anything.
    let mut bytes = format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: {connection}\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'self'; \
         img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'\r\n\r\n",
        body.len()
    )
    .into_bytes();
    if has_body {
        bytes.extend_from_slice(body);
    }
    stream.write_all(&bytes)?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Result<Request, &'static str>> {
        read_head(&mut text.as_bytes()).expect("bytes in memory")
    }

    #[test]
    fn requests_are_understood_or_refused() {
        let host = "Host: localhost:1\r\n";
        let good = read(&format!("GET /a?b=c HTTP/1.1\r\n{host}Accept: */*\r\n\r\n")).expect("one").expect("good");
        let expected = ("GET", "/a?b=c", "localhost:1", true);
        assert_eq!((good.method.as_str(), good.target.as_str(), good.host.as_str(), good.keeps), expected);
        for closing in ["Connection: Close", "Content-Length: 5", "Transfer-Encoding: chunked"] {
            let text = format!("POST / HTTP/1.1\r\n{host}{closing}\r\n\r\n");
            assert!(!read(&text).expect("one").expect("good").keeps, "{closing}");
        }
        assert_eq!(read(""), None);
        let long = format!("GET /{} HTTP/1.1\r\n{host}\r\n", "x".repeat(40_000));
        let bad = [
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/2\r\nHost: a\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n",
            "\u{1}\u{2}\r\n\r\n",
            &long,
        ];
        for text in bad {
            assert!(read(text).expect("one").is_err(), "{text:?}");
        }
    }

    #[test]
    fn silent_connections_keep_nobody_waiting() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        thread::spawn(move || serve(&listener, |request| Reply::refusal(404, &request.target)));
        let connect = |_| TcpStream::connect(address).expect("a connection");
        // As a browser does: many at once, of which some are for later.
        let mut connections: Vec<TcpStream> = (0..40).map(connect).collect();
        for (i, stream) in connections.iter_mut().enumerate().rev().step_by(3) {
            stream.set_read_timeout(Some(Duration::from_secs(20))).expect("not zero");
            for _ in 0..2 {
                write!(stream, "GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("open");
                let mut reader = BufReader::new(&*stream);
                let mut lines = reader.by_ref().lines().map(|line| line.expect("an answer in time"));
                assert_eq!(lines.next().as_deref(), Some("HTTP/1.1 404 Not Found"));
                assert!(lines.any(|line| line.is_empty()));
                let mut body = vec![0; format!("/{i}").len()];
                reader.read_exact(&mut body).expect("a body");
                assert_eq!(body, format!("/{i}").as_bytes());
            }
        }
    }
}
