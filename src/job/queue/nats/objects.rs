use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::path::{Component, Path};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_nats::jetstream::ContextBuilder;
use async_nats::jetstream::object_store::{Config, InfoErrorKind, Object, ObjectInfo, ObjectStore};
use tokio::io::{AsyncRead, ReadBuf};

use super::connection::Connection;
use crate::dataset::for_others;
use crate::job::Error;
use crate::job::net::wait;
use crate::job::store::{Courier, Link, Store};

/// How links of this kind begin.
const SCHEME: &str = "nats:";
/// Slowest transfer that is waited for, bytes a second.
const SLOWEST: u64 = 64 << 10;

/// The object store of a NATS server, for small set-ups whose workers are [trusted](super::Trust::Lab): a link,
/// `nats:<bucket>/<name>`, says where a file is, and lets nobody do anything; whoever has logged in gets and puts any file.
#[derive(Clone)]
pub struct NatsObjects {
    connection: Connection,
    bucket: String,
    objects: ObjectStore,
}

impl std::fmt::Debug for NatsObjects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("NatsObjects").field(&self.connection).field(&self.bucket).finish()
    }
}

impl NatsObjects {
    /// Opens a bucket, or makes it: letters, digits, `_` and `-`.
    ///
    /// # Errors
    /// If the server cannot be reached, or refuses.
    pub fn open(connection: Connection, bucket: &str) -> Result<Self, Error> {
        let time = connection.patience();
        let opened = wait(async {
            let context = ContextBuilder::new().timeout(time).ack_timeout(time).build(connection.client().clone());
            tokio::time::timeout(2 * time, async {
                if let Ok(objects) = context.get_object_store(bucket).await {
                    return Ok(objects);
                }
                let config = Config { bucket: bucket.to_owned(), num_replicas: 1, max_bytes: -1, ..Config::default() };
                context.create_object_store(config).await
            })
            .await
        });
        let place = format!("{} {bucket}", connection.place());
        let objects = opened.map_err(|late| Error::unreachable(&place, late))?;
        let objects = objects.map_err(|error| Error::unreachable(&place, error))?;
        Ok(Self { connection, bucket: bucket.to_owned(), objects })
    }

    fn unreachable(&self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::unreachable(format!("{} {}", self.connection.place(), self.bucket), error)
    }

    /// What is known of a file; none if it is not there.
    async fn info(&self, name: &str) -> Result<Option<ObjectInfo>, Error> {
        let found = tokio::time::timeout(self.connection.patience(), self.objects.info(name)).await;
        match found.map_err(|late| self.unreachable(late))? {
            Ok(info) => Ok(Some(info).filter(|info| !info.deleted)),
            Err(error) if error.kind() == InfoErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unreachable(error)),
        }
    }

    /// How long so many bytes may take.
    fn time_for(&self, bytes: u64) -> Duration {
        self.connection.patience() + Duration::from_secs(bytes / SLOWEST)
    }

    async fn put(&self, name: &str, path: &Path) -> Result<(), Error> {
        let file = File::open(path).map_err(|source| Error::read(path, source))?;
        let bytes = file.metadata().map_err(|source| Error::read(path, source))?.len();
        if self.info(name).await?.is_some() {
            return Ok(());
        }
        let mut file = Blocking(file);
        let put = tokio::time::timeout(self.time_for(bytes), self.objects.put(name, &mut file)).await;
        put.map_err(|late| self.unreachable(late))?.map_err(|error| self.unreachable(error)).map(drop)
    }

    /// Gets a file; the target is complete or not there.
    async fn get(&self, name: &str, target: &Path, limit: u64) -> Result<bool, Error> {
        let Some(info) = self.info(name).await? else { return Ok(false) };
        let too_long =
            || Error::invalid(format!("{SCHEME}{}/{name}", self.bucket), "", format!("has more than {limit} bytes"));
        if info.size as u64 > limit {
            return Err(too_long());
        }
        let object = tokio::time::timeout(self.connection.patience(), self.objects.get(name)).await;
        let mut object = object.map_err(|late| self.unreachable(late))?.map_err(|error| self.unreachable(error))?;
        let fail = |error| Error::write(target, error);
        let folder = target.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(fail)?;
        let mut staged = for_others().tempfile_in(folder).map_err(fail)?;
        let (mut left, mut buffer) = (limit, vec![0; 128 << 10]);
        loop {
            let read = tokio::time::timeout(self.connection.patience(), read(&mut object, &mut buffer)).await;
            let read = read.map_err(|late| self.unreachable(late))?.map_err(|error| self.unreachable(error))?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read as u64).ok_or_else(too_long)?;
            staged.write_all(&buffer[..read]).map_err(fail)?;
        }
        staged.as_file().sync_all().map_err(fail)?;
        staged.persist(target).map_err(|error| fail(error.error))?;
        Ok(true)
    }

    fn link(&self, name: &str) -> Result<Link, Error> {
        checked(name).map(|name| Link::new(format!("{SCHEME}{}/{name}", self.bucket)))
    }

    /// The name that a link to this bucket leads to.
    fn name<'a>(&self, link: &'a Link) -> Result<&'a str, Error> {
        let inside =
            link.as_str().strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(&self.bucket)?.strip_prefix('/'));
        checked(inside.ok_or_else(|| Error::Unfit(format!("{link:?} does not lead into {SCHEME}{}", self.bucket)))?)
    }
}

fn checked(name: &str) -> Result<&str, Error> {
    let is_plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || name.len() > 512 || !is_plain {
        return Err(Error::Unfit(format!("{name:?} is no name in a store")));
    }
    Ok(name)
}

impl Store for NatsObjects {
    fn put(&self, name: &str, file: &Path) -> Result<(), Error> {
        wait(self.put(checked(name)?, file))
    }

    fn get(&self, name: &str, target: &Path, limit: u64) -> Result<bool, Error> {
        wait(self.get(checked(name)?, target, limit))
    }

    fn remove(&self, name: &str) -> Result<(), Error> {
        let name = checked(name)?;
        wait(async {
            if self.info(name).await?.is_none() {
                return Ok(());
            }
            let deleted = tokio::time::timeout(self.connection.patience(), self.objects.delete(name)).await;
            deleted.map_err(|late| self.unreachable(late))?.map_err(|error| self.unreachable(error))
        })
    }

    /// Links of this kind do not expire.
    fn upload_link(&self, name: &str, _: u64) -> Result<Link, Error> {
        self.link(name)
    }

    /// Links of this kind do not expire.
    fn download_link(&self, name: &str, _: u64) -> Result<Link, Error> {
        self.link(name)
    }
}

impl Courier for NatsObjects {
    fn fetch(&self, link: &Link, target: &Path, limit: u64) -> Result<(), Error> {
        if !wait(self.get(self.name(link)?, target, limit))? {
            return Err(Error::refused(link.as_str(), "there is no such file"));
        }
        Ok(())
    }

    fn deliver(&self, link: &Link, file: &Path) -> Result<(), Error> {
        wait(self.put(self.name(link)?, file))
    }
}

/// A file as the client wants to read it. Reading blocks, on the thread that waits for the transfer anyway.
struct Blocking(File);

impl AsyncRead for Blocking {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = self.0.read(buffer.initialize_unfilled())?;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

/// The next bytes of an object; 0 at its end, where its digest has been compared.
async fn read(object: &mut Object, buffer: &mut [u8]) -> io::Result<usize> {
    let mut buffer = ReadBuf::new(buffer);
    poll_fn(|context| Pin::new(&mut *object).poll_read(context, &mut buffer)).await?;
    Ok(buffer.filled().len())
}
