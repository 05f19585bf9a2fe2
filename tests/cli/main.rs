//! The `endcap` command as a user runs it: what it prints, what it writes, how it ends.
#![cfg(feature = "cli")]

mod bad_input;
mod drivers;
mod formats;
mod interrupted;
mod jobs;
mod quotes;
#[cfg(feature = "rerun")]
mod recording;
mod sequences;
mod stats;
mod usage;

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};

/// A folder with a catalogue in it, and commands that run there.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        support::shelves::write_catalog(folder.path());
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("inside of the folder")).expect("can be made");
        std::fs::write(&path, content).expect("room");
        path
    }

    #[cfg(feature = "rerun")]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("was written")
    }

    /// `endcap` with these arguments, in the folder.
    pub(crate) fn endcap(&self, arguments: &str) -> assert_cmd::Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("endcap");
        command.current_dir(self.folder.path()).args(arguments.split_whitespace()).env_remove("ENDCAP_LOG");
        command
    }

    /// A small and quick `endcap render` of the test catalogue on the adapter that tests use.
    pub(crate) fn render(&self, arguments: &str) -> assert_cmd::Command {
        let mut command = self.endcap("render");
        command.args(SMALL.split_whitespace()).args(["--adapter", &adapter()]).args(arguments.split_whitespace());
        command
    }
}

/// What [`Shop::render`] asks for unless told otherwise.
pub(crate) const SMALL: &str = "--catalog products.csv --size 60x80 --spp 1";

pub(crate) fn adapter() -> String {
    std::env::var("ENDCAP_TEST_ADAPTER").unwrap_or_else(|_| "cpu".to_owned())
}

/// Exit code, standard output and standard error. A panic is never an answer.
pub(crate) fn run(mut command: assert_cmd::Command) -> (i32, String, String) {
    let output = command.output().expect("can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    (output.status.code().expect("not killed"), out, err)
}

/// A GLB with one triangle.
pub(crate) fn triangle_glb(corners: [[f32; 3]; 3]) -> Vec<u8> {
    let json = r#"{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0,"name":"sail"}],
        "meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"buffers":[{"byteLength":36}],
        "bufferViews":[{"buffer":0,"byteLength":36}],"accessors":[{"bufferView":0,"componentType":5126,"count":3,
        "type":"VEC3","min":[-0.1,0.0,0.0],"max":[0.1,0.2,0.05]}]}"#;
    let padded = format!("{json}{}", " ".repeat(json.len().next_multiple_of(4) - json.len()));
    let chunk = |kind: u32, bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), &kind.to_le_bytes(), bytes].concat();
    let corners: Vec<u8> = corners.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    let chunks = [chunk(0x4e4f_534a, padded.as_bytes()), chunk(0x004e_4942, &corners)].concat();
    let length = chunks.len() as u32 + 12;
    [&0x4654_6c67_u32.to_le_bytes()[..], &2_u32.to_le_bytes(), &length.to_le_bytes(), &chunks].concat()
}

/// The triangle that is right.
pub(crate) const SAIL: [[f32; 3]; 3] = [[-0.1, 0.0, 0.0], [0.1, 0.0, 0.05], [0.0, 0.2, 0.0]];

pub(crate) fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    support::files_in(folder)
}
