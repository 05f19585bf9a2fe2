//! Images, made by hand from programs of this machine: nothing is fetched from anywhere.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::EntryType;

/// A layer that is being made.
pub(crate) struct Layer(tar::Builder<Vec<u8>>);

impl Layer {
    pub(crate) fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    pub(crate) fn file(self, path: &str, mode: u32, content: &[u8]) -> Self {
        self.entry(EntryType::Regular, path, "", mode, content)
    }

    pub(crate) fn folder(self, path: &str) -> Self {
        self.entry(EntryType::Directory, path, "", 0o700, b"")
    }

    pub(crate) fn link(self, path: &str, target: &str) -> Self {
        self.entry(EntryType::Symlink, path, target, 0o777, b"")
    }

    /// Anything, also what the library would refuse to write.
    pub(crate) fn entry(mut self, kind: EntryType, path: &str, link: &str, mode: u32, content: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_cksum();
        self.0.append(&header, content).expect("memory");
        self
    }

    /// A program of this machine, with the libraries that it is linked with.
    pub(crate) fn program(mut self, name: &str) -> Self {
        let program = Path::new("/usr/bin").join(name);
        let output = Command::new("ldd").arg(&program).output().expect("ldd");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let libraries: BTreeSet<PathBuf> =
            text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect();
        assert!(!libraries.is_empty(), "{name}: {text}");
        for file in libraries {
            let content = std::fs::read(&file).expect("a library");
            self = self.file(&file.display().to_string()[1..], 0o755, &content);
        }
        let content = std::fs::read(&program).unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        self.file(&format!("bin/{name}"), 0o4755, &content)
    }

    pub(crate) fn tar(self) -> Vec<u8> {
        self.0.into_inner().expect("memory")
    }
}

/// An image that is being made.
pub(crate) struct Image {
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) config: Value,
    pub(crate) architecture: &'static str,
}

impl Image {
    pub(crate) fn new(layers: impl IntoIterator<Item = Layer>) -> Self {
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
        Self { layers: layers.into_iter().map(Layer::tar).collect(), config: json!({}), architecture }
    }

    /// Perl, and a shell.
    pub(crate) fn with_perl() -> Self {
        Self::new([Layer::new().folder("bin").program("perl").program("sh")])
    }

    /// The last layer is packed.
    pub(crate) fn packed(mut self) -> Self {
        let layer = self.layers.pop().expect("there is one");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&layer).expect("memory");
        self.layers.push(encoder.finish().expect("memory"));
        self
    }

    /// The archive, before it is one: its files, and what names them.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut blobs = Vec::new();
        let mut blob = |kind: &str, bytes: Vec<u8>| {
            let digits: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let kind = format!("application/vnd.oci.image.{kind}");
            let descriptor = json!({ "mediaType": kind, "digest": format!("sha256:{digits}"), "size": bytes.len() });
            blobs.push((format!("blobs/sha256/{digits}"), bytes));
            descriptor
        };
        let layers: Vec<Value> = self.layers.iter().map(|layer| blob("layer.v1.tar", layer.clone())).collect();
        let config = json!({ "architecture": self.architecture, "os": "linux", "config": self.config });
        let config = blob("config.v1+json", config.to_string().into_bytes());
        let manifest = json!({ "schemaVersion": 2, "config": config, "layers": layers });
        let manifest = blob("manifest.v1+json", manifest.to_string().into_bytes());
        let index = json!({ "schemaVersion": 2, "manifests": [manifest] });
        blobs.push(("index.json".to_owned(), index.to_string().into_bytes()));
        blobs.push(("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
        blobs
    }

    pub(crate) fn archive(&self) -> Vec<u8> {
        archive(&self.files())
    }
}

/// Files as one tar file.
pub(crate) fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    files.iter().fold(Layer::new(), |tar, (name, bytes)| tar.file(name, 0o644, bytes)).tar()
}
