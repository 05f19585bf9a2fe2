//! One training step in Python, or in Perl in an image, with frames that are made here.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use endcap::job::train::{Given, Runtime, Sandbox, Trained};
use endcap::job::{Digest, RenderUnit, TrainFile, TrainLimits, TrainStep};

/// The sandbox, with the programs that `.ci/setup-sandbox` brings.
pub(crate) fn sandbox() -> Sandbox {
    static PROGRAMS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/setup-sandbox");
        let output = Command::new(&script).stderr(Stdio::inherit()).output().expect("a shell");
        let paths: Vec<PathBuf> = String::from_utf8_lossy(&output.stdout).lines().map(PathBuf::from).collect();
        assert!(paths.len() == 2 && paths.iter().all(|path| path.is_file()), "no sandbox: run {}", script.display());
        paths
    });
    Sandbox { program: programs[0].clone(), crun: programs[1].clone(), ..Sandbox::default() }
}

/// A step that is tried once.
pub(crate) struct Attempt {
    pub(crate) step: TrainStep,
    pub(crate) frames: u64,
    pub(crate) frame_bytes: usize,
    pub(crate) runtime: Option<Runtime>,
    pub(crate) image_bytes: u64,
    /// Its files, with their contents.
    files: BTreeMap<String, Vec<u8>>,
}

/// Its outputs by name, and what is told about them.
pub(crate) type Outcome = Result<(BTreeMap<String, Vec<u8>>, Trained), String>;

impl Attempt {
    /// The step runs this Python code, may write the output `out` of a kilobyte, and little else; it is sent three small
    /// frames.
    pub(crate) fn new(code: &str) -> Self {
        let limits = TrainLimits {
            wall_s: 20,
            memory_bytes: 128 << 20,
            processes: 16,
            disk_bytes: 1 << 20,
            ..TrainLimits::default()
        };
        let step = TrainStep {
            command: ["/usr/bin/python3", "main.py"].map(str::to_owned).into(),
            files: BTreeMap::new(),
            image: None,
            outputs: BTreeMap::from([("out".to_owned(), 1 << 10)]),
            limits,
        };
        let attempt =
            Self { step, frames: 3, frame_bytes: 100, runtime: None, image_bytes: 1 << 26, files: BTreeMap::new() };
        attempt.file("main.py", code.as_bytes())
    }

    /// The same in Perl and in an image, which must have it.
    pub(crate) fn in_image(runtime: Runtime, image: &[u8], code: &str) -> Self {
        let mut attempt = Self::new("").file("image.tar", image).file("main.pl", code.as_bytes());
        attempt.runtime = Some(runtime);
        attempt.alter(|step| {
            step.command = ["perl", "/job/main.pl"].map(str::to_owned).into();
            step.image = Some("image.tar".to_owned());
        })
    }

    fn file(mut self, name: &str, content: &[u8]) -> Self {
        let file = TrainFile { bytes: content.len() as u64, blake3: Digest::of(content) };
        self.step.files.insert(name.to_owned(), file);
        self.files.insert(name.to_owned(), content.to_vec());
        self
    }

    pub(crate) fn alter(mut self, alter: impl FnOnce(&mut TrainStep)) -> Self {
        alter(&mut self.step);
        self
    }

    /// Runs it. However it ends, nothing is left of it on this machine.
    pub(crate) fn run(self) -> Outcome {
        self.run_with(|_| ())
    }

    /// The same; `sent` is called after each frame.
    pub(crate) fn run_with(mut self, mut sent: impl FnMut(u64)) -> Outcome {
        let folder = tempfile::tempdir().expect("temporary folder");
        // Its name ends every command line, so that processes which are left can be found.
        let mark = format!("endcap-mark-{}", folder.path().display());
        if !self.step.command.is_empty() {
            self.step.command.push(mark.clone());
        }
        let [files, into, images] = ["files", "into", "images"].map(|name| folder.path().join(name));
        for made in [&files, &into, &images] {
            std::fs::create_dir_all(made).expect("writable");
        }
        // Steps are run by nobody, who must get to the images.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("its own");
        for (name, content) in &self.files {
            std::fs::write(files.join(name), content).expect("writable");
        }
        let sandbox =
            Sandbox { images: Some(images), runtime: self.runtime, image_bytes: self.image_bytes, ..sandbox() };
        let unit = RenderUnit { number: 4, frames: 10..10 + self.frames };
        let given = Given { files: &files, dataset: b"{}", unit: &unit };
        let trained = sandbox.run(&self.step, &given, &into, |stream| {
            for frame in unit.frames.clone() {
                let bytes = vec![frame as u8; self.frame_bytes];
                let files =
                    [(format!("frames/{frame:06}.json"), b"{}".to_vec()), (format!("rgb/{frame:06}.png"), bytes)];
                if stream.put(&files).expect("the pipe works or is closed").is_break() {
                    break;
                }
                sent(frame);
            }
            Ok(())
        });
        assert!(!runs(&mark), "processes are left");
        let trained = trained.map_err(|error| error.to_string())?;
        Ok((crate::support::files_in(&into).into_iter().collect(), trained))
    }

    /// Runs what must fail, and gives the error.
    pub(crate) fn fails(self) -> String {
        self.run().expect_err("it must fail")
    }
}

/// Whether some process has this text in its command line. They vanish a moment after the first of their space.
pub(crate) fn runs(mark: &str) -> bool {
    (0..100).all(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        is_there(mark)
    })
}

/// Whether some process has this text in its command line now.
pub(crate) fn is_there(mark: &str) -> bool {
    let entries = std::fs::read_dir("/proc").expect("Linux").flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(mark)).count() > 0
}
