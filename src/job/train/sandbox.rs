use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use super::FrameStream;
use super::outputs::{Received, last_words, receive};
use super::watch::{End, watch};
use crate::dataset::{FileRecord, MANIFEST};
use crate::job::{Error, RenderUnit, TrainStep};

/// User and group inside; and outside too where the worker is root, whose number of processes nothing bounds.
const NOBODY: u32 = 65534;
/// Files that a step may have open at a time.
const OPEN_FILES: u32 = 1024;
/// What runs inside: the command, with its limits and without the pipe that outputs go through, and then the packing of
/// the outputs. Its own words begin after those of the limits.
const SCRIPT: &str = r#"names=$1 limits=$2; shift 2; prlimit $limits -- "$@" >&2 || exit $?
exec tar --create --format=gnu --no-recursion --directory=/work/out -- $names"#;
/// Where programs and what they need usually are.
const SYSTEM: [&str; 8] =
    ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache", "/etc/alternatives"];

/// Runs training steps with bubblewrap (`bwrap` 0.8 or newer), on Linux.
///
/// Inside there is no network, no process of others, no environment and no home. The system's programs can be read; `/job`
/// has the files of the step, `/work` is room in memory, empty at first and of the size that the step may have, and nothing
/// else can be written: nothing that is inside lands on a disk. Frames come in and outputs go out through pipes.
///
/// Memory is bounded for each process, and by looking at all of them together ten times a second. What the system keeps on
/// their behalf is not seen: a worker for strangers should itself run in a control group with a limit of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    /// Bubblewrap.
    pub program: PathBuf,
    /// Folders of this machine that can be read inside, under the same paths; for libraries beside the system's.
    pub readable: Vec<PathBuf>,
    /// Devices that can be used inside: those of a GPU.
    pub devices: Vec<PathBuf>,
}

/// What a training step is given.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Folder with its files.
    pub files: &'a Path,
    /// `dataset.json` of the frames that it reads.
    pub dataset: &'a [u8],
    /// The unit.
    pub unit: &'a RenderUnit,
}

/// What a training step has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trained {
    /// Its outputs, in the order of their names.
    pub outputs: Vec<FileRecord>,
    /// Frames that it was sent; fewer than there are if it wanted no more.
    pub frames: u64,
}

impl Default for Sandbox {
    /// The system's `bwrap`, no further folders, no devices.
    fn default() -> Self {
        Self { program: "bwrap".into(), readable: Vec::new(), devices: Vec::new() }
    }
}

impl Sandbox {
    /// Runs a step while `frames` makes its frames, and writes its outputs into an empty folder. When this returns no
    /// process of it is left.
    ///
    /// # Errors
    /// If the step fails, uses more than it may, or does not give its outputs and nothing else; what `frames` fails with.
    /// The folder then holds nothing that could be used.
    pub fn run(
        &self,
        step: &TrainStep,
        given: &Given<'_>,
        into: &Path,
        frames: impl FnOnce(&mut FrameStream<'_>) -> Result<(), crate::Error>,
    ) -> Result<Trained, crate::Error> {
        let scratch = lay_out(step, given)?;
        let start = |source| Error::Training(format!("cannot be run with {}: {source}", self.program.display()));
        let mut child = self.command(step, given, scratch.path())?.spawn().map_err(start)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else { unreachable!("all three are pipes") };
        let stop = AtomicBool::new(false);
        let (sent, received, words, end) = std::thread::scope(|scope| {
            // However this ends, a panic included, the sandbox ends.
            let _guard = StopOnDrop(&stop);
            let end = scope.spawn(|| watch(child, &step.limits, &stop));
            let words = scope.spawn(|| last_words(stderr));
            let received = scope.spawn(|| {
                let received = receive(stdout, &step.outputs, into);
                if received.is_err() {
                    stop.store(true, Ordering::Relaxed);
                }
                received
            });
            let mut stream = FrameStream::new(stdin);
            let sent = frames(&mut stream).and_then(|()| stream.finish().map_err(|error| broken(&error)));
            if sent.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            let alive = "does not panic";
            (sent, received.join().expect(alive), words.join().expect(alive), end.join().expect(alive))
        });
        let said = if words.is_empty() { String::new() } else { format!("; its last words: {words}") };
        let failed = |message: String| Err(Error::Training(format!("{message}{said}")).into());
        let limits = &step.limits;
        match (end.map_err(start)?, sent, received) {
            (End::Late, ..) => failed(format!("takes longer than {} seconds", limits.wall_s)),
            (End::Fat(bytes), ..) => {
                failed(format!("uses {bytes} bytes of memory, and may use {}", limits.memory_bytes))
            }
            (_, Err(error), _) => Err(error),
            (End::Ended(status), _, Ok(Received::Nothing)) => failed(format!("has failed ({status})")),
            (_, _, Err(message)) => failed(message),
            (End::Ended(status), Ok(frames), Ok(Received::Outputs(outputs))) if status.success() => {
                Ok(Trained { outputs, frames })
            }
            (end, ..) => failed(format!("has changed its outputs while they were read ({end:?})")),
        }
    }

    fn command(&self, step: &TrainStep, given: &Given<'_>, files: &Path) -> Result<Command, Error> {
        let limits = &step.limits;
        let mut command = Command::new(&self.program);
        // The first process inside keeps the environment that this one is started with, for all to read.
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        if is_root()? {
            std::os::unix::process::CommandExt::uid(&mut command, NOBODY);
            std::os::unix::process::CommandExt::gid(&mut command, NOBODY);
        }
        let nobody = NOBODY.to_string();
        command.args(["--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"]);
        command.args(["--die-with-parent", "--new-session", "--clearenv", "--hostname", "endcap"]);
        command.args(["--uid", &nobody, "--gid", &nobody]);
        for path in SYSTEM {
            match fs::read_link(path) {
                Ok(target) => command.arg("--symlink").arg(target).arg(path),
                Err(_) => command.args(["--ro-bind-try", path, path]),
            };
        }
        let size = limits.disk_bytes.to_string();
        command.args(["--proc", "/proc", "--dev", "/dev", "--size", &size, "--tmpfs", "/dev/shm"]);
        command.args(["--size", &size, "--tmpfs", "/work", "--dir", "/work/out", "--dir", "/work/tmp"]);
        command.args(["--symlink", "/work/tmp", "/tmp"]);
        command.arg("--ro-bind").arg(files).arg("/job");
        for path in &self.readable {
            command.arg("--ro-bind").arg(path).arg(path);
        }
        for path in &self.devices {
            command.arg("--dev-bind").arg(path).arg(path);
        }
        command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/job"]);
        for (name, value) in environment(step, given.unit) {
            command.args(["--setenv", name, &value]);
        }
        let names: Vec<&str> = step.outputs.keys().map(String::as_str).collect();
        command.args(["--", "/bin/sh", "-c", SCRIPT, "sh", &names.join(" "), &rlimits(step)]);
        command.args(step.command.iter().map(OsString::from));
        Ok(command)
    }
}

/// What a step can look up about where it is.
fn environment(step: &TrainStep, unit: &RenderUnit) -> Vec<(&'static str, String)> {
    let threads = step.limits.threads.to_string();
    let text = str::to_owned;
    vec![
        ("PATH", text("/usr/local/bin:/usr/bin:/bin")),
        ("HOME", text("/work")),
        ("TMPDIR", text("/work/tmp")),
        ("USER", text("nobody")),
        ("LANG", text("C.UTF-8")),
        ("PYTHONDONTWRITEBYTECODE", text("1")),
        ("ENDCAP_OUT", text("/work/out")),
        ("ENDCAP_UNIT", unit.number.to_string()),
        ("ENDCAP_FRAMES", format!("{}..{}", unit.frames.start, unit.frames.end)),
        ("ENDCAP_THREADS", threads.clone()),
        ("OMP_NUM_THREADS", threads),
    ]
}

/// Arguments of `prlimit`. Processes count the shell and the first process of the space as well.
fn rlimits(step: &TrainStep) -> String {
    let limits = &step.limits;
    let (processes, seconds) = (limits.processes + 2, limits.wall_s.saturating_mul(limits.threads));
    let (data, file) = (limits.memory_bytes, limits.disk_bytes);
    format!("--nproc={processes} --data={data} --fsize={file} --cpu={seconds} --nofile={OPEN_FILES} --core=0")
}

/// A folder with the files of a step, which the sandbox's user can read wherever the bundle lies.
fn lay_out(step: &TrainStep, given: &Given<'_>) -> Result<tempfile::TempDir, Error> {
    let scratch = tempfile::tempdir().map_err(|source| Error::write(std::env::temp_dir(), source))?;
    for name in step.files.keys() {
        let source = given.files.join(name);
        fs::copy(&source, scratch.path().join(name)).map_err(|error| Error::read(&source, error))?;
    }
    let dataset = scratch.path().join(MANIFEST);
    fs::write(&dataset, given.dataset).map_err(|source| Error::write(&dataset, source))?;
    #[cfg(unix)]
    if is_root()? {
        let chown = std::os::unix::fs::chown(scratch.path(), Some(NOBODY), Some(NOBODY));
        chown.map_err(|source| Error::write(scratch.path(), source))?;
    }
    Ok(scratch)
}

/// Whether this process is root.
#[cfg(unix)]
fn is_root() -> Result<bool, Error> {
    use std::os::unix::fs::MetadataExt;
    let own = Path::new("/proc/self");
    Ok(fs::metadata(own).map_err(|source| Error::read(own, source))?.uid() == 0)
}

fn broken(error: &std::io::Error) -> crate::Error {
    Error::Training(format!("cannot be sent its frames: {error}")).into()
}

/// Asks for the end of the sandbox when the one who feeds it is gone.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
