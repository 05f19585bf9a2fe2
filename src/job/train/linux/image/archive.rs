use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Take};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tar::EntryType;

use super::tree::shown;
use super::walk::Walk;

/// Files in an archive.
const MAX_FILES: usize = 1 << 14;
/// Longest index, manifest or configuration, bytes.
const MAX_JSON: u64 = 4 << 20;

/// An image as one tar file: an image layout (OCI image specification 1.1), as `podman save --format oci-archive`,
/// `skopeo copy … oci-archive:` and newer versions of `docker save` write it.
#[derive(Debug)]
pub(super) struct Archive {
    file: File,
    /// Place and length of the files in it.
    files: BTreeMap<String, (u64, u64)>,
}

/// Names a blob.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    media_type: String,
    pub(super) digest: String,
    size: u64,
    #[serde(default)]
    platform: Option<Platform>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

#[derive(Debug, Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

/// What an image consists of.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
}

impl Archive {
    /// Looks what is in an archive.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let say = |error: io::Error| format!("cannot be read: {error}");
        let file = File::open(path).map_err(say)?;
        let length = file.metadata().map_err(say)?.len();
        let mut files = BTreeMap::new();
        let mut walk = Walk::skipping(file.try_clone().map_err(say)?, |file, bytes| {
            let bytes = i64::try_from(bytes).map_err(io::Error::other)?;
            file.seek(SeekFrom::Current(bytes)).map(drop)
        });
        while let Some(entry) = walk.next()? {
            if entry.kind != Some(EntryType::Regular) {
                continue;
            }
            let start = walk.reader().stream_position().map_err(say)?;
            if start.checked_add(entry.bytes).is_none_or(|end| end > length) {
                return Err(format!("breaks off in {}", shown(&entry.path)));
            }
            let name = String::from_utf8_lossy(&entry.path).trim_start_matches("./").to_owned();
            files.insert(name, (start, entry.bytes));
            if files.len() > MAX_FILES {
                return Err(format!("has more than {MAX_FILES} files"));
            }
        }
        if !files.contains_key("index.json") {
            return Err(
                "is no image layout: it has no index.json (podman save --format oci-archive makes one)".to_owned()
            );
        }
        Ok(Self { file, files })
    }

    /// The manifest of the one image for this machine.
    pub(super) fn manifest(&self) -> Result<Manifest, String> {
        let &(start, bytes) = &self.files["index.json"];
        let mut index: Index = read_json(self.part(start, bytes)?, bytes, "index.json")?;
        // An index may name one for several platforms.
        for _ in 0..2 {
            let mut fitting: Vec<Descriptor> = Vec::new();
            for descriptor in index.manifests {
                if descriptor.platform.as_ref().is_none_or(Platform::is_here) && !fitting.contains(&descriptor) {
                    fitting.push(descriptor);
                }
            }
            fitting.dedup_by(|a, b| a.digest == b.digest);
            let [descriptor] = fitting.as_slice() else {
                return Err(format!("has {} images for this machine, and must have one", fitting.len()));
            };
            if !(descriptor.media_type.contains("index") || descriptor.media_type.contains("manifest.list")) {
                return self.json(descriptor);
            }
            index = self.json(descriptor)?;
        }
        Err("has an index in an index in an index".to_owned())
    }

    /// A blob that is JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, descriptor: &Descriptor) -> Result<T, String> {
        let mut blob = self.blob(descriptor)?;
        let value = read_json(&mut blob, descriptor.size, &descriptor.digest)?;
        blob.finish()?;
        Ok(value)
    }

    /// The bytes of a blob, which are to be looked at to the end.
    pub(super) fn blob(&self, descriptor: &Descriptor) -> Result<Blob, String> {
        let Descriptor { digest, size, .. } = descriptor;
        let digits = digest.strip_prefix("sha256:").filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| format!("names {}, which is no SHA-256", shown(digest.as_bytes())))?;
        match self.files.get(&format!("blobs/sha256/{digits}")) {
            None => Err(format!("lacks {digest}")),
            Some(&(_, found)) if found != *size => Err(format!("has {digest} with {found} bytes instead of {size}")),
            Some(&(start, bytes)) => {
                Ok(Blob { inner: self.part(start, bytes)?, hasher: Sha256::new(), digest: digest.clone() })
            }
        }
    }

    /// Some bytes of the file; one part is read at a time.
    fn part(&self, start: u64, bytes: u64) -> Result<Take<File>, String> {
        let say = |error: io::Error| format!("cannot be read: {error}");
        let mut file = self.file.try_clone().map_err(say)?;
        file.seek(SeekFrom::Start(start)).map_err(say)?;
        Ok(file.take(bytes))
    }
}

impl Platform {
    fn is_here(&self) -> bool {
        self.os == "linux" && self.architecture == architecture()
    }
}

/// What images call the processor of this machine.
pub(super) fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn read_json<T: DeserializeOwned>(from: impl Read, bytes: u64, name: &str) -> Result<T, String> {
    if bytes > MAX_JSON {
        return Err(format!("has {bytes} bytes in {name}, and may have {MAX_JSON}"));
    }
    serde_json::from_reader(io::BufReader::new(from)).map_err(|error| format!("{name}: {error}"))
}

/// The bytes of a blob, and their digest.
#[derive(Debug)]
pub(super) struct Blob {
    inner: Take<File>,
    hasher: Sha256,
    digest: String,
}

impl Blob {
    /// Reads the rest.
    ///
    /// # Errors
    /// If it has another digest than its name.
    pub(super) fn finish(mut self) -> Result<(), String> {
        io::copy(&mut self, &mut io::sink()).map_err(|error| format!("cannot be read: {error}"))?;
        let digits: String = self.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let found = format!("sha256:{digits}");
        if found == self.digest { Ok(()) } else { Err(format!("has the digest {found}, and is {}", self.digest)) }
    }
}

impl Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}
