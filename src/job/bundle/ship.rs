use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::{Bundle, JOB, MAX_BYTES, TEMPLATE, open_job, train_step};
use crate::dataset::{MANIFEST, append_file, for_others};
use crate::job::{Digest, Error, JobManifest};

/// Longest bundle as one file, bytes: its files with their headers.
const MAX_SHIPPED: u64 = 2 * MAX_BYTES + train_step::MAX_ALL_BYTES + (1 << 20);

impl Bundle {
    /// Longest file that [`Bundle::ship`] writes, bytes.
    pub const MAX_SHIPPED: u64 = MAX_SHIPPED;

    /// Writes the bundle as one tar file; equal bundles give equal bytes. The template for render farms stays at home: it
    /// follows from the manifest.
    ///
    /// # Errors
    /// If a file cannot be read or written, or was changed since the bundle was opened.
    pub fn ship(&self, target: &Path) -> Result<(), Error> {
        let fail = |source| Error::write(target, source);
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|source| Error::write(parent, source))?;
        let staged = for_others().tempfile_in(parent).map_err(fail)?;
        let mut tar = tar::Builder::new(BufWriter::new(staged));
        for (name, expected) in expected(self.digest, &self.manifest) {
            let path = self.folder.join(&name);
            let changed = || Error::invalid(&path, "", "was changed since the bundle was opened");
            let opened = File::open(&path).map_err(|source| Error::read(&path, source))?;
            let bytes = opened.metadata().map_err(|source| Error::read(&path, source))?.len();
            if bytes > expected.most {
                return Err(changed());
            }
            let mut content = Hashed { inner: opened, hasher: blake3::Hasher::new() };
            append_file(&mut tar, &name, bytes, &mut content).map_err(fail)?;
            if content.digest() != expected.digest {
                return Err(changed());
            }
        }
        let mut staged = tar.into_inner().map_err(fail)?;
        staged.flush().map_err(fail)?;
        let staged = staged.into_inner().map_err(|error| fail(error.into_error()))?;
        staged.as_file().sync_all().map_err(fail)?;
        staged.persist(target).map_err(|error| fail(error.error))?;
        Ok(())
    }
}

/// The bundles that a machine has been sent, each in a folder named by its digest. Several workers may share it.
#[derive(Debug, Clone)]
pub struct BundleCache {
    folder: PathBuf,
}

impl BundleCache {
    /// A cache in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The bundle of a job, if it is here and sound.
    #[must_use]
    pub fn get(&self, job: Digest) -> Option<Bundle> {
        Bundle::open(&self.place(job)).ok().filter(|bundle| bundle.digest() == job)
    }

    /// Unpacks what was sent as the bundle of a job, which may be anything. If the bundle is here already, that one is
    /// given.
    ///
    /// # Errors
    /// If an entry is not a file of this very bundle, naming the entry. Nothing is left of it, nothing outside of the
    /// cache is written, and never more than the manifest with this digest allows.
    pub fn add(&self, job: Digest, file: &Path) -> Result<Bundle, Error> {
        if let Some(bundle) = self.get(job) {
            return Ok(bundle);
        }
        let fail = |source| Error::write(&self.folder, source);
        let staged = tempfile::Builder::new().prefix(".endcap-").tempdir_in(&self.folder).map_err(fail)?;
        let content = staged.path().join("bundle");
        unpack(job, file, &content)?;
        let found = Bundle::open(&content)?.digest();
        if found != job {
            return Err(Error::invalid(file, JOB, format!("has the digest {found}, and the job is {job}")));
        }
        let place = self.place(job);
        if let Err(error) = fs::rename(&content, &place) {
            // Another worker was faster; or what is there is broken, and makes room.
            if let Some(bundle) = self.get(job) {
                return Ok(bundle);
            }
            if !place.exists() {
                return Err(fail(error));
            }
            fs::rename(&place, staged.path().join("broken"))
                .and_then(|()| fs::rename(&content, &place))
                .or_else(|error| if self.get(job).is_some() { Ok(()) } else { Err(fail(error)) })?;
        }
        self.get(job).ok_or_else(|| Error::Unfit(format!("{} does not keep what is put there", place.display())))
    }

    fn place(&self, job: Digest) -> PathBuf {
        // Without the colon, which some file systems do not have.
        self.folder.join(&job.to_string()[3..])
    }
}

/// What a file of a bundle must be.
struct Expected {
    most: u64,
    digest: Digest,
}

/// The files of the bundle with this manifest, in the order in which they travel.
fn expected(job: Digest, manifest: &JobManifest) -> Vec<(String, Expected)> {
    let mut files = vec![
        (JOB.to_owned(), Expected { most: MAX_BYTES, digest: job }),
        (MANIFEST.to_owned(), Expected { most: MAX_BYTES, digest: manifest.dataset }),
    ];
    for (name, file) in manifest.train.iter().flat_map(|step| &step.files) {
        files.push((format!("{}/{name}", train_step::FOLDER), Expected { most: file.bytes, digest: file.blake3 }));
    }
    files
}

/// Writes the files of an archive into a new folder. The manifest is the first one and must have the job's digest; it
/// decides then which others may come.
fn unpack(job: Digest, file: &Path, folder: &Path) -> Result<(), Error> {
    let broken = |error: io::Error| Error::invalid(file, "", format!("cannot be unpacked: {error}"));
    let opened = File::open(file).map_err(|source| Error::read(file, source))?;
    let length = opened.metadata().map_err(|source| Error::read(file, source))?.len();
    if length > MAX_SHIPPED {
        return Err(Error::invalid(file, "", format!("has {length} bytes, and a bundle may have {MAX_SHIPPED}")));
    }
    let mut tar = tar::Archive::new(BufReader::new(opened));
    // Raw: nothing that changes the meaning of later entries is followed, it is an entry that does not belong here.
    let entries = tar.entries().map_err(broken)?.raw(true);
    let mut awaited = BTreeMap::from([(JOB.to_owned(), Expected { most: MAX_BYTES, digest: job })]);
    let mut seen = Vec::new();
    for entry in entries {
        let mut entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let wrong = |message: String| Error::invalid(file, short(&name), message);
        let Some(Expected { most, digest }) = awaited.remove(&name) else {
            return Err(wrong(match seen.as_slice() {
                [] => format!("is not {JOB}, which comes first"),
                seen if seen.contains(&name) => "is there twice".to_owned(),
                _ => "is no file of this bundle".to_owned(),
            }));
        };
        let bytes = entry.header().entry_size().map_err(|error| wrong(error.to_string()))?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(wrong("is no regular file".to_owned()));
        }
        if bytes > most {
            return Err(wrong(format!("has {bytes} bytes, and may have {most}")));
        }
        let target = folder.join(&name);
        let say = |error: io::Error| wrong(format!("cannot be unpacked: {error}"));
        fs::create_dir_all(target.parent().unwrap_or(folder)).map_err(say)?;
        let mut written = File::create_new(&target).map_err(say)?;
        let mut content = Hashed { inner: &mut entry, hasher: blake3::Hasher::new() };
        let copied = io::copy(&mut content, &mut written).map_err(say)?;
        let found = content.digest();
        if copied != bytes || found != digest {
            return Err(wrong(format!("has the digest {found}, and should have {digest}")));
        }
        written.sync_all().map_err(say)?;
        if seen.is_empty() {
            let text = fs::read(&target).map_err(say)?;
            let manifest: JobManifest = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
            let problems = manifest.problems();
            if !problems.is_empty() {
                return Err(Error::problems(file, problems));
            }
            awaited = expected(job, &manifest).into_iter().filter(|(name, _)| name != JOB).collect();
            fs::write(folder.join(TEMPLATE), open_job::template(&manifest)).map_err(say)?;
        }
        seen.push(name);
    }
    match awaited.keys().next() {
        Some(name) => Err(Error::invalid(file, name, "is missing")),
        None => Ok(()),
    }
}

/// A name of a stranger, to be shown.
fn short(name: &str) -> String {
    name.chars().take(100).map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

/// Takes the digest of what is read.
struct Hashed<R> {
    inner: R,
    hasher: blake3::Hasher,
}

impl<R> Hashed<R> {
    fn digest(&self) -> Digest {
        Digest::from(self.hasher.finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}
