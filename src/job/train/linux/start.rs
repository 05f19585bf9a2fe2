use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::group::Group;
use super::inside::{BLOCK, INFO, Inside, SECCOMP};
use super::outputs::last_words;
use super::{NOBODY, is_root, seccomp};
use crate::job::train::Runtime;
use crate::job::{Error, TrainStep};

/// Files that a step may have open at a time.
const OPEN_FILES: u32 = 1024;
/// Longest time that bubblewrap may take to lay everything out.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest time that a killed space may take to end.
const LAST_PATIENCE: Duration = Duration::from_secs(60);

/// A step that runs.
pub(super) struct Started {
    pub(super) process: Process,
    /// Its standard input.
    pub(super) frames: ChildStdin,
    /// All that it says.
    pub(super) words: PipeReader,
    /// `/work/out` inside. It outlives the sandbox.
    pub(super) out: OwnedFd,
    pub(super) group: Option<Group>,
}

/// Bubblewrap and the first process of the space that it has made, which all others in it end with. Ends with this value.
pub(super) struct Process {
    pub(super) child: Child,
    first: Option<OwnedFd>,
}

impl Process {
    /// Ends all that is inside, and waits until nothing is left of it.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if let Some(first) = &self.first {
            // It may be gone.
            let _ = pidfd_send_signal(first, Signal::KILL);
            let ready = &mut [PollFd::new(first, PollFlags::IN)];
            let patience = Timespec { tv_sec: LAST_PATIENCE.as_secs() as i64, tv_nsec: 0 };
            while matches!(poll(ready, Some(&patience)), Err(rustix::io::Errno::INTR)) {}
            if ready[0].revents().is_empty() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "its processes do not end"));
            }
        }
        if self.child.try_wait()?.is_none() {
            self.child.kill()?;
            self.child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Where this fails there is nobody left to tell.
        let _ = self.end();
    }
}

/// Starts a step: everything is laid out, then its limits are set from outside and its folder of outputs is taken hold of,
/// and only then its program runs. So nothing of it is needed inside, and nothing inside can be in the way.
pub(super) fn start(inside: &Inside<'_>, step: &TrainStep) -> Result<Started, Error> {
    let program = inside.sandbox.program.display();
    let fail = |source: io::Error| Error::Training(format!("cannot be run with {program}: {source}"));
    let (info, told) = io::pipe().map_err(fail)?;
    let (gate, open_gate) = io::pipe().map_err(fail)?;
    let (mut words, mouth) = io::pipe().map_err(fail)?;
    let child = spawn(inside, (told, gate, mouth)).map_err(fail)?;
    let mut process = Process { child, first: None };
    let pipe = process.child.stdin.take().expect("it is a pipe");
    match prepare(inside, step, (&mut process, info, open_gate)) {
        Ok((out, group)) => Ok(Started { process, frames: pipe, words, out, group }),
        Err(message) => {
            drop((pipe, process));
            let said = last_words(&mut words);
            Err(Error::Training(format!("cannot be run with {program}: {message}; its last words: {said}")))
        }
    }
}

fn spawn(inside: &Inside<'_>, (info, gate, mouth): (PipeWriter, PipeReader, PipeWriter)) -> io::Result<Child> {
    let mut command = inside.command();
    command.stdin(Stdio::piped()).stdout(mouth.try_clone()?).stderr(mouth);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut files = vec![(INFO, OwnedFd::from(info)), (BLOCK, gate.into())];
    if inside.runtime() == Runtime::Bwrap {
        files.push((SECCOMP, seccomp::program()?.into()));
    }
    for stray in strays(&files.iter().map(|(number, _)| *number).collect::<Vec<_>>())? {
        files.push((stray, File::open("/dev/null")?.into()));
    }
    let files = files.into_iter().map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd });
    command.fd_mappings(files.collect()).map_err(io::Error::other)?;
    command.spawn()
}

/// Numbers of this process's open files that every program it starts would have as well, apart from the usual three: they
/// come from whoever has started it, such as a build tool.
fn strays(known: &[i32]) -> io::Result<Vec<i32>> {
    const CLOSES: u32 = 0o2_000_000;
    let numbers =
        std::fs::read_dir("/proc/self/fd")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_stray = |number: &i32| {
        let told = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
        let flags = told.lines().find_map(|line| u32::from_str_radix(line.strip_prefix("flags:")?.trim(), 8).ok());
        *number > 2 && !known.contains(number) && flags.is_some_and(|flags| flags & CLOSES == 0)
    };
    Ok(numbers.filter(is_stray).collect())
}

/// What is done between the laying out and the start.
fn prepare(
    inside: &Inside<'_>,
    step: &TrainStep,
    (process, info, mut gate): (&mut Process, PipeReader, PipeWriter),
) -> Result<(OwnedFd, Option<Group>), String> {
    let first = first_process(info).ok_or("it does not start")?;
    let say = |what: &'static str| move |error: rustix::io::Errno| format!("{what}: {error}");
    process.first = Some(pidfd_open(first, PidfdFlags::empty()).map_err(say("its process cannot be held"))?);
    let first = first.as_raw_nonzero().get();
    let root = PathBuf::from(format!("/proc/{first}/root"));
    wait_for(&root.join(&inside.place("/job")[1..]), &inside.job(), &mut process.child)?;
    let how = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let out = root.join(&inside.place("/work/out")[1..]);
    let out = open(&out, how, Mode::empty()).map_err(say("its outputs cannot be reached"))?;
    limit(first, step, inside.runtime() == Runtime::Bwrap)?;
    let group = Group::make(&step.limits);
    // Where a process cannot be put into a group, there is none.
    let group = group.filter(|group| group.add(first).is_ok());
    gate.write_all(b"!").map_err(|error| format!("it has ended: {error}"))?;
    Ok((out, group))
}

/// Number of the first process, as bubblewrap tells it.
fn first_process(info: PipeReader) -> Option<Pid> {
    let mut text = String::new();
    info.take(4096).read_to_string(&mut text).ok()?;
    let told: serde_json::Value = serde_json::from_str(&text).ok()?;
    Pid::from_raw(told["child-pid"].as_i64()?.try_into().ok()?)
}

/// Waits until a path inside is a folder of this machine: then all is laid out.
fn wait_for(path: &Path, folder: &Path, child: &mut Child) -> Result<(), String> {
    let id = |path: &Path| std::fs::metadata(path).map(|found| (found.dev(), found.ino()));
    let wanted = id(folder).map_err(|error| error.to_string())?;
    let start = Instant::now();
    loop {
        let found = id(path);
        if found.as_ref().is_ok_and(|found| *found == wanted) {
            return Ok(());
        }
        let ended = child.try_wait().map_err(|error| error.to_string())?;
        if let Some(status) = ended {
            return Err(status.to_string());
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("it cannot be looked into: {}: {found:?}", path.display()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Sets the limits of a process that waits, as its own user, who may do so without any rights. Where the program is in a
/// space of its own, its number of processes is not counted from here.
fn limit(process: i32, step: &TrainStep, counts: bool) -> Result<(), String> {
    let limits = &step.limits;
    let seconds = limits.wall_s.saturating_mul(limits.threads);
    let mut command = Command::new("prlimit");
    command.arg(format!("--pid={process}"));
    command.arg(format!("--data={}", limits.memory_bytes)).arg(format!("--fsize={}", limits.disk_bytes));
    command.args([format!("--cpu={seconds}"), format!("--nofile={OPEN_FILES}"), "--core=0".to_owned()]);
    if counts {
        // The first process of the space counts as well.
        command.arg(format!("--nproc={}", limits.processes + 1));
    }
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("no limits without prlimit: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("its limits cannot be set: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
