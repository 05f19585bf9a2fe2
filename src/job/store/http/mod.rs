//! Signed links that are followed over HTTP.

mod call;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use self::call::{Call, Failure, client};
use super::{Courier, Link};
use crate::job::{Error, net};

/// Longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// Follows links of `https`, and of `http` on this machine: what a worker has instead of a key.
///
/// Redirects are not followed. What breaks off, and what the server cannot do just now (408, 409, 425, 429, 5xx), is tried
/// again with longer and longer pauses; then the place is [unreachable](Error::is_unreachable). All else that the server
/// says is a refusal, told with S3's own word for it and nothing more, because answers of servers repeat signatures.
///
/// A file is put under the condition that there is none (`If-None-Match: *`). One that is there is left as it is.
#[derive(Debug, Clone)]
pub struct HttpCourier {
    client: reqwest::Client,
    patience: Patience,
    allow_plain_http: bool,
}

/// How long to wait for a server, and how often to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the next bytes in either direction, or the answer.
    pub idle: Duration,
    /// For one file, in one try.
    pub total: Duration,
    /// Tries; 0 counts as 1.
    pub tries: u32,
    /// Between the first two tries; each further pause is twice as long, up to a minute.
    pub pause: Duration,
}

impl Default for Patience {
    /// 10 seconds to connect, 60 for the next bytes, two hours for a file; 5 tries with pauses from half a second.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(10),
            idle: seconds(60),
            total: seconds(7200),
            tries: 5,
            pause: Duration::from_millis(500),
        }
    }
}

impl HttpCourier {
    /// A courier with connections of its own.
    ///
    /// # Errors
    /// If the machine has no certificates of authorities that it trusts.
    pub fn new(patience: Patience) -> Result<Self, Error> {
        Ok(Self { client: client(&patience)?, patience, allow_plain_http: false })
    }

    /// The same, with `http` to other machines allowed or not: whoever listens on the way can then use the links.
    #[must_use]
    pub fn allowing_plain_http(self, allow_plain_http: bool) -> Self {
        Self { allow_plain_http, ..self }
    }

    /// Gets a file; false if there is none.
    pub(super) fn get(&self, link: &Link, target: &Path, limit: u64) -> Result<bool, Error> {
        let folder = target.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
        self.follow(link, |call| {
            let fail = |source| Failure::Final(Error::write(target, source));
            let mut staged = crate::dataset::for_others().tempfile_in(folder).map_err(fail)?;
            let is_there = net::wait(call.download(limit, |bytes| {
                std::io::Write::write_all(&mut staged, bytes).map_err(|source| Error::write(target, source))
            }))?;
            if is_there {
                staged.as_file().sync_all().map_err(fail)?;
                staged.persist(target).map_err(|error| fail(error.error))?;
            }
            Ok(is_there)
        })
    }

    /// Removes a file; one that is not there is fine.
    pub(super) fn delete(&self, link: &Link) -> Result<(), Error> {
        self.follow(link, |call| net::wait(call.erase()))
    }

    fn follow<T>(&self, link: &Link, mut once: impl FnMut(&Call<'_>) -> Result<T, Failure>) -> Result<T, Error> {
        let unfit = |what: String| Error::Unfit(format!("{link:?} is no link that is followed: {what}"));
        let url = Url::parse(link.as_str()).map_err(|error| unfit(error.to_string()))?;
        check_plain(&url, self.allow_plain_http).map_err(unfit)?;
        let call = Call { client: &self.client, patience: &self.patience, link, url };
        let (mut left, mut pause) = (self.patience.tries, self.patience.pause);
        loop {
            left = left.saturating_sub(1);
            match once(&call) {
                Ok(done) => return Ok(done),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(source)) if left == 0 => {
                    return Err(Error::unreachable(format!("{link:?}"), source));
                }
                Err(Failure::Passing(source)) => {
                    tracing::debug!("{link:?}: {source}; once more in {pause:?}");
                    std::thread::sleep(pause);
                    pause = pause.saturating_mul(2).min(MAX_PAUSE);
                }
            }
        }
    }
}

impl Courier for HttpCourier {
    fn fetch(&self, link: &Link, target: &Path, limit: u64) -> Result<(), Error> {
        if self.get(link, target, limit)? {
            return Ok(());
        }
        Err(Error::refused(format!("{link:?}"), "there is no such file"))
    }

    fn deliver(&self, link: &Link, file: &Path) -> Result<(), Error> {
        let fail = |source| Error::read(file, source);
        self.follow(link, |call| {
            let opened = File::open(file).map_err(|source| Failure::Final(fail(source)))?;
            net::wait(call.upload(opened)).map_err(|failure| failure.reading(file))
        })
    }
}

/// Whether an address may be used: without TLS only on this machine, unless it is allowed.
pub(super) fn check_plain(url: &Url, allow_plain_http: bool) -> Result<(), String> {
    // An address of IPv6 stands in brackets.
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_local || allow_plain_http => Ok(()),
        "http" => Err(format!("{host} is another machine, and http has no secrets")),
        other => Err(format!("{other} is neither https nor http")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_travel_in_the_open_on_this_machine_only() {
        let check = |text: &str, allow| check_plain(&Url::parse(text).expect("an address"), allow);
        for text in ["https://example.org/a", "http://127.0.0.1:9/a", "http://localhost/a", "http://[::1]:80/a"] {
            assert_eq!(check(text, false), Ok(()), "{text}");
        }
        for text in ["http://example.org/a", "http://127.0.0.1.example.org/a", "http://10.0.0.1/a", "http://[fe80::1]/"]
        {
            assert!(check(text, false).expect_err(text).contains("another machine"));
            assert_eq!(check(text, true), Ok(()), "{text}");
        }
        assert!(check("ftp://127.0.0.1/a", true).expect_err("another kind").contains("ftp"));
    }

    #[test]
    fn errors_do_not_tell_the_signature() {
        let patience = Patience { tries: 1, connect: Duration::from_secs(1), ..Patience::default() };
        let courier = HttpCourier::new(patience).expect("certificates");
        let folder = tempfile::tempdir().expect("temporary folder");
        let target = folder.path().join("file");
        for (link, unreachable) in [
            ("http://127.0.0.1:1/bucket/a?X-Amz-Signature=5ec3e7", true),
            ("http://198.51.100.7/bucket/a?X-Amz-Signature=5ec3e7", false),
            ("http://?X-Amz-Signature=5ec3e7", false),
        ] {
            let error = courier.fetch(&Link::new(link), &target, 10).expect_err(link);
            assert_eq!(error.is_unreachable(), unreachable, "{error}");
            assert!(
                !format!("{error:?} {error} {:?}", std::error::Error::source(&error)).contains("5ec3e7"),
                "{error:?}"
            );
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing is left");
    }
}
