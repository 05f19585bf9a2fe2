use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::job::{Digest, Error};
use crate::problem::Problems;

/// Folder of a bundle with the files of its training step.
pub(super) const FOLDER: &str = "train";
/// Bytes that all files of a step may have together, its image aside.
const MAX_FILES_BYTES: u64 = 1 << 30;
/// Bytes that an image may have, as it travels.
const MAX_IMAGE_BYTES: u64 = 32 << 30;
/// Bytes that all of them may have.
pub(super) const MAX_ALL_BYTES: u64 = MAX_FILES_BYTES + MAX_IMAGE_BYTES;
/// Files, or outputs, that a step may have.
const MAX_NAMES: usize = 64;
/// Words that a command may have, and bytes of a word.
const MAX_WORDS: (usize, usize) = (256, 4096);
/// Largest number that JSON keeps whole.
const MAX_NUMBER: u64 = 1 << 53;

/// A second step of every unit: a program that reads the unit's frames as they are made, in a sandbox without network.
/// What it makes of them is delivered in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainStep {
    /// The program, looked for in `/usr/bin` and `/bin`, and its arguments; none for what an image runs by itself (its entry
    /// point and command). It starts in the folder of its files, or that of the image.
    pub command: Vec<String>,
    /// Files that travel with the job, by name.
    pub files: BTreeMap<String, TrainFile>,
    /// Which of the files is an OCI image that the program is in; without one it is a program of the worker's system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Files that it must have written when it ends, by name, and the bytes that each may have.
    pub outputs: BTreeMap<String, u64>,
    /// What it may use.
    pub limits: TrainLimits,
}

/// A file that travels with a training step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainFile {
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 of its content.
    pub blake3: Digest,
}

/// What a training step may use at most, for one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainLimits {
    /// Seconds from its start to its end; the frames are made meanwhile.
    pub wall_s: u64,
    /// Bytes of memory: of its own for each process, and in use by all of them together.
    pub memory_bytes: u64,
    /// Processes and threads at a time.
    pub processes: u64,
    /// Bytes of its files, outputs included, all in memory; and as many again in `/dev/shm`.
    pub disk_bytes: u64,
    /// Threads that it is told to compute with. Its processor time ends after so many times `wall_s`.
    pub threads: u64,
}

impl Default for TrainLimits {
    /// An hour, 4 GiB, 256 processes and threads, 1 GiB of files, 4 threads.
    fn default() -> Self {
        Self { wall_s: 3600, memory_bytes: 4 << 30, processes: 256, disk_bytes: 1 << 30, threads: 4 }
    }
}

/// A training step that is to be packed, from a TOML file:
///
/// ```toml
/// command = ["python3", "train.py"]
/// files = ["train.py"]            # beside this file
/// image = "trainer.tar"           # in this OCI image: `podman save --format oci-archive`; then there need be no command
///
/// [outputs]
/// "weights.bin" = 1048576         # bytes that it may have
///
/// [limits]                        # those that are left out are the usual ones
/// wall_s = 600
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainPlan {
    pub(super) step: TrainStep,
    pub(super) paths: BTreeMap<String, PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    #[serde(default)]
    command: Vec<String>,
    #[serde(default)]
    files: Vec<PathBuf>,
    image: Option<PathBuf>,
    outputs: BTreeMap<String, u64>,
    #[serde(default)]
    limits: TrainLimits,
}

impl TrainPlan {
    /// Reads the plan and takes the digests of its files.
    ///
    /// # Errors
    /// If a file cannot be read, or the plan asks for what cannot be had, with all that is wrong.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
        let PlanFile { command, files, image, outputs, limits } =
            toml::from_str(&text).map_err(|error| Error::invalid(path, "", error.to_string()))?;
        let name_of =
            |file: &PathBuf| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut step =
            TrainStep { command, files: BTreeMap::new(), image: image.as_ref().map(name_of), outputs, limits };
        let (mut paths, mut problems) = (BTreeMap::new(), Problems::default());
        for file in files.into_iter().chain(image) {
            let name = name_of(&file);
            let file = path.parent().unwrap_or(Path::new(".")).join(file);
            let fail = |source| Error::read(&file, source);
            let mut opened = File::open(&file).map_err(fail)?;
            let bytes = opened.metadata().map_err(fail)?.len();
            let blake3 = Digest::of_reader(&mut opened).map_err(fail)?;
            if step.files.insert(name.clone(), TrainFile { bytes, blake3 }).is_some() {
                problems.add("files", format!("has two files {name:?}; a job has one folder for all"));
            }
            paths.insert(name, file);
        }
        step.problems("", u64::MAX, &mut problems);
        if !problems.is_empty() {
            return Err(Error::problems(path, problems));
        }
        Ok(Self { step, paths })
    }
}

impl TrainStep {
    /// What is wrong with a step that comes from anybody; outputs may have so many bytes together.
    pub(super) fn problems(&self, place: &str, out_bytes: u64, problems: &mut Problems) {
        let mut add = |at: &str, message: String| problems.add(format!("{place}{at}"), message);
        let Self { command, files, image, outputs, limits } = self;
        let (words, length) = MAX_WORDS;
        if command.first().map_or(image.is_none(), String::is_empty) || command.len() > words {
            add("command", format!("has {} words; it needs a program, and may have {words}", command.len()));
        }
        if let Some(image) = image.as_ref().filter(|&image| !files.contains_key(image)) {
            let short: String = image.chars().take(80).collect();
            add("image", format!("{short:?} is none of the files"));
        }
        if let Some(word) = command.iter().find(|word| word.len() > length || word.contains('\0')) {
            add("command", format!("has the word {:?}", word.chars().take(40).collect::<String>()));
        }
        for (at, names) in [("files", files.keys().collect::<Vec<_>>()), ("outputs", outputs.keys().collect())] {
            if names.len() > MAX_NAMES {
                add(at, format!("are {}, and may be {MAX_NAMES}", names.len()));
            }
            for name in names.iter().filter(|name| !is_name(name)) {
                let short: String = name.chars().take(80).collect();
                add(at, format!("{short:?} is no name: 1 to 64 letters, digits, '_', '-' and '.', no '.' first"));
            }
        }
        if files.contains_key(crate::dataset::MANIFEST) {
            add("files", format!("{:?} is the name of what tells of the dataset", crate::dataset::MANIFEST));
        }
        if outputs.contains_key(crate::job::train::OUTPUTS) {
            add("outputs", format!("{:?} is the name of what lists them", crate::job::train::OUTPUTS));
        }
        let (images, files): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| Some(*name) == image.as_ref());
        for (at, files, most) in [("files", files, MAX_FILES_BYTES), ("image", images, MAX_IMAGE_BYTES)] {
            let bytes = files.iter().fold(0, |all: u64, (_, file)| all.saturating_add(file.bytes));
            if bytes > most {
                add(at, format!("have {bytes} bytes, and may have {most}"));
            }
        }
        if outputs.is_empty() {
            add("outputs", "are none: nothing would come back".to_owned());
        }
        let bytes = outputs.values().fold(0, |all: u64, &bytes| all.saturating_add(bytes));
        if bytes > out_bytes {
            add("outputs", format!("may have {bytes} bytes together, and a unit's result {out_bytes}"));
        }
        let TrainLimits { wall_s, memory_bytes, processes, disk_bytes, threads } = *limits;
        for (at, value, most) in [
            ("wall_s", wall_s, 1 << 31),
            ("memory_bytes", memory_bytes, MAX_NUMBER),
            ("processes", processes, 1 << 20),
            ("disk_bytes", disk_bytes, MAX_NUMBER),
            ("threads", threads, 1 << 12),
        ] {
            if !(1..=most).contains(&value) {
                add(&format!("limits.{at}"), format!("{value} is not in 1..={most}"));
            }
        }
    }
}

/// Whether a name can stand in folders, archives and commands as it is.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(is_plain) && !name.starts_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> TrainStep {
        TrainStep {
            command: vec!["true".to_owned()],
            files: BTreeMap::new(),
            image: None,
            outputs: BTreeMap::from([("a".to_owned(), 10)]),
            limits: TrainLimits::default(),
        }
    }

    fn wrong(alter: impl FnOnce(&mut TrainStep)) -> String {
        let (mut step, mut problems) = (step(), Problems::default());
        alter(&mut step);
        step.problems("train.", 100, &mut problems);
        problems.to_string()
    }

    #[test]
    fn steps_that_cannot_be_had_name_what_is_wrong() {
        assert_eq!(wrong(|_| ()), "");
        let file = |bytes| TrainFile { bytes, blake3: Digest::of(b"") };
        assert!(wrong(|step| step.command.clear()).contains("train.command"));
        assert!(wrong(|step| step.command.push("a\0b".to_owned())).contains("a\\0b"));
        for name in ["", ".", "..", ".hidden", "-x", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert!(
                wrong(|step| {
                    step.outputs.insert(name.to_owned(), 1);
                })
                .contains("is no name"),
                "{name}"
            );
            assert!(
                wrong(|step| {
                    step.files.insert(name.to_owned(), file(1));
                })
                .contains("is no name"),
                "{name}"
            );
        }
        assert!(
            wrong(|step| {
                step.files.insert("dataset.json".to_owned(), file(1));
            })
            .contains("train.files")
        );
        assert!(
            wrong(|step| {
                step.files.insert("x".to_owned(), file(u64::MAX));
            })
            .contains("1073741824")
        );
        let image = |step: &mut TrainStep, bytes| {
            step.files.insert("x.tar".to_owned(), file(bytes));
            (step.image, step.command) = (Some("x.tar".to_owned()), Vec::new());
        };
        assert_eq!(wrong(|step| image(step, 2 << 30)), "", "larger than other files, and with a command of its own");
        assert!(wrong(|step| image(step, 1 << 40)).contains("train.image"));
        assert!(wrong(|step| step.image = Some("y.tar".to_owned())).contains("\"y.tar\" is none of the files"));
        assert!(wrong(|step| step.outputs.clear()).contains("nothing would come back"));
        assert!(
            wrong(|step| {
                step.outputs.insert("b".to_owned(), 91);
            })
            .contains("101 bytes")
        );
        assert!(wrong(|step| step.limits.processes = 0).contains("train.limits.processes"));
        assert!(wrong(|step| step.limits.disk_bytes = u64::MAX).contains("train.limits.disk_bytes"));
    }

    #[test]
    fn plans_are_read_with_the_files_beside_them() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("plan.toml");
        std::fs::write(folder.path().join("train.py"), "print()").expect("written");
        let plan = "command = ['python3', 'train.py']\nfiles = ['train.py']\noutputs = { weights = 5 }\n";
        std::fs::write(&path, format!("{plan}[limits]\nwall_s = 7\n")).expect("written");
        let TrainPlan { step, paths } = TrainPlan::open(&path).expect("sound");
        assert_eq!(step.files["train.py"], TrainFile { bytes: 7, blake3: Digest::of(b"print()") });
        assert_eq!(step.limits, TrainLimits { wall_s: 7, ..TrainLimits::default() });
        assert_eq!(paths["train.py"], folder.path().join("train.py"));
        let with_image = plan
            .replace("command = ['python3', 'train.py']", "image = './train.py'")
            .replace("files = ['train.py']", "");
        std::fs::write(&path, with_image).expect("written");
        let TrainPlan { step, .. } = TrainPlan::open(&path).expect("sound");
        assert_eq!((step.image.as_deref(), step.files.len(), step.command.len()), (Some("train.py"), 1, 0));
        for (text, expected) in [
            (plan.replace("'train.py']\nout", "'train.py', './train.py']\nout"), "two files"),
            (plan.replace("['train.py']", "['absent.py']"), "absent.py"),
            (format!("{plan}colour = 1"), "colour"),
        ] {
            std::fs::write(&path, text).expect("written");
            assert!(TrainPlan::open(&path).expect_err(expected).to_string().contains(expected), "{expected}");
        }
    }
}
