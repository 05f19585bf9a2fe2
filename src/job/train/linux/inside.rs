use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::image::{Image, Images};
use super::{NOBODY, crun, is_root};
use crate::dataset::MANIFEST;
use crate::job::train::{Given, Runtime, Sandbox};
use crate::job::{Error, RenderUnit, TrainStep};

/// Where programs and what they need usually are.
const SYSTEM: [&str; 8] =
    ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache", "/etc/alternatives"];
/// Where crun finds what it brings into its container.
pub(super) const HOLD: &str = "/hold";
/// Numbers of open files of bubblewrap.
pub(super) const INFO: i32 = 10;
pub(super) const BLOCK: i32 = 11;
pub(super) const SECCOMP: i32 = 12;

/// All that a step will find.
#[derive(Debug)]
pub(super) struct Inside<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) step: &'a TrainStep,
    /// Holds the files of the step in `job`, and in `bundle` what crun is told.
    scratch: tempfile::TempDir,
    image: Option<Image>,
    crun: Option<PathBuf>,
    environment: Vec<(String, String)>,
}

impl<'a> Inside<'a> {
    /// Lays out the files of a step and unpacks its image.
    ///
    /// # Errors
    /// If a file cannot be written, the image cannot be used, or there is no crun where it must be used.
    pub(super) fn new(sandbox: &'a Sandbox, step: &'a TrainStep, given: &Given<'_>) -> Result<Self, Error> {
        let scratch = lay_out(step, given)?;
        let image = match &step.image {
            Some(name) => {
                let images = Images::open(sandbox)?;
                Some(images.get(&given.files.join(name), step.files.get(name).map(|file| file.blake3))?)
            }
            None => None,
        };
        let crun = match (sandbox.runtime, &image) {
            (Some(Runtime::Bwrap), _) | (_, None) => None,
            (Some(Runtime::Crun), _) => Some(find(&sandbox.crun).ok_or_else(|| {
                Error::Training(format!("cannot be run with {}: there is no such program", sandbox.crun.display()))
            })?),
            (None, _) => find(&sandbox.crun),
        };
        let environment = environment(step, given.unit, image.as_ref());
        let inside = Self { sandbox, step, scratch, image, crun, environment };
        if inside.program().is_empty() {
            return Err(Error::Training("has no command, and its image names no program".to_owned()));
        }
        if inside.crun.is_some() {
            let path = inside.bundle().join("config.json");
            let config = crun::config(&inside).to_string();
            fs::write(&path, config).map_err(|source| Error::write(&path, source))?;
        }
        if let Some(image) = &inside.image {
            for path in sandbox.readable.iter().chain(&sandbox.devices).filter(|path| !path.starts_with("/dev")) {
                image.make_place(path)?;
            }
        }
        Ok(inside)
    }

    pub(super) fn runtime(&self) -> Runtime {
        if self.crun.is_some() { Runtime::Crun } else { Runtime::Bwrap }
    }

    /// The folder that is `/job` inside.
    pub(super) fn job(&self) -> PathBuf {
        self.scratch.path().join("job")
    }

    fn bundle(&self) -> PathBuf {
        self.scratch.path().join("bundle")
    }

    /// Path inside of what bubblewrap makes; crun hands it on.
    pub(super) fn place(&self, path: &str) -> String {
        match self.runtime() {
            Runtime::Bwrap => path.to_owned(),
            Runtime::Crun => format!("{HOLD}{path}"),
        }
    }

    pub(super) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// The program and its arguments.
    pub(super) fn program(&self) -> &[String] {
        match &self.image {
            Some(image) if self.step.command.is_empty() => &image.config.command,
            _ => &self.step.command,
        }
    }

    /// Folder that it starts in.
    pub(super) fn start_folder(&self) -> &str {
        self.image.as_ref().and_then(|image| image.config.folder.as_deref()).unwrap_or("/job")
    }

    /// Bubblewrap with all its arguments; the files [`INFO`], [`BLOCK`] and, without crun, [`SECCOMP`] must be open.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.sandbox.program);
        // The first process inside keeps the environment that this one is started with, for all to read.
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir("/");
        command.args(["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv"]);
        command.args(["--hostname", "endcap"]);
        if let (Some(crun), Some(image)) = (&self.crun, &self.image) {
            self.around_crun(&mut command, crun, &image.root());
        } else {
            self.direct(&mut command);
        }
        command
    }

    fn direct(&self, command: &mut Command) {
        let nobody = NOBODY.to_string();
        command.args(["--disable-userns", "--cap-drop", "ALL", "--uid", &nobody, "--gid", &nobody]);
        match &self.image {
            Some(image) => {
                command.arg("--ro-bind").arg(image.root()).arg("/");
            }
            None => system(command),
        }
        self.rooms(command);
        if self.image.is_none() {
            command.args(["--symlink", "/work/tmp", "/tmp"]);
        }
        command.arg("--ro-bind").arg(self.job()).arg("/job");
        for path in &self.sandbox.readable {
            command.arg("--ro-bind").arg(path).arg(path);
        }
        command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", self.start_folder()]);
        for (name, value) in &self.environment {
            command.args(["--setenv", name, value]);
        }
        command.args(["--seccomp", &SECCOMP.to_string()]);
        files(command);
        command.arg("--").args(self.program());
    }

    /// What crun needs to make a container: a system to run in, and everything that is to be in the container. It is
    /// nobody outside, and has no rights over anything but its own space.
    fn around_crun(&self, command: &mut Command, crun: &Path, root: &Path) {
        command.args(["--uid", "0", "--gid", "0", "--cap-add", "ALL"]);
        system(command);
        // It wants to know which version of control groups there is, also if it shall not use them.
        command.args(["--dir", "/sys/fs/cgroup", "--size", "1048576", "--tmpfs", "/run"]);
        self.rooms(command);
        let bind = |command: &mut Command, from: &Path, to: &str| {
            command.arg("--ro-bind").arg(from).arg(format!("{HOLD}/{to}"));
        };
        bind(command, root, "root");
        bind(command, &self.job(), "job");
        bind(command, &self.bundle(), "bundle");
        bind(command, crun, "crun");
        for (number, path) in self.sandbox.readable.iter().enumerate() {
            bind(command, path, &format!("readable/{number}"));
        }
        command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]);
        files(command);
        command.arg("--").arg(format!("{HOLD}/crun"));
        command.args(["--root", "/run/crun", "--cgroup-manager=disabled", "run", "--bundle"]);
        command.args([&format!("{HOLD}/bundle"), "step"]);
    }

    /// What can be written, and the devices.
    fn rooms(&self, command: &mut Command) {
        let size = self.step.limits.disk_bytes.to_string();
        let work = self.place("/work");
        command.args(["--proc", "/proc", "--dev", "/dev", "--size", &size, "--tmpfs", "/dev/shm"]);
        command.args(["--size", &size, "--tmpfs", &work]);
        command.args(["--dir", &format!("{work}/out"), "--dir", &format!("{work}/tmp")]);
        for path in &self.sandbox.devices {
            command.arg("--dev-bind").arg(path).arg(path);
        }
    }
}

fn system(command: &mut Command) {
    for path in SYSTEM {
        match fs::read_link(path) {
            Ok(target) => command.arg("--symlink").arg(target).arg(path),
            Err(_) => command.args(["--ro-bind-try", path, path]),
        };
    }
}

fn files(command: &mut Command) {
    command.args(["--info-fd", &INFO.to_string(), "--block-fd", &BLOCK.to_string()]);
}

/// What a step can look up about where it is. An image's own words stay where they are about the image.
fn environment(step: &TrainStep, unit: &RenderUnit, image: Option<&Image>) -> Vec<(String, String)> {
    let threads = step.limits.threads.to_string();
    let text = str::to_owned;
    let usual = [
        ("PATH", text("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")),
        ("LANG", text("C.UTF-8")),
        ("PYTHONDONTWRITEBYTECODE", text("1")),
    ];
    let ours = [
        ("HOME", text("/work")),
        ("TMPDIR", text("/work/tmp")),
        ("USER", text("nobody")),
        ("ENDCAP_JOB", text("/job")),
        ("ENDCAP_OUT", text("/work/out")),
        ("ENDCAP_UNIT", unit.number.to_string()),
        ("ENDCAP_FRAMES", format!("{}..{}", unit.frames.start, unit.frames.end)),
        ("ENDCAP_THREADS", threads.clone()),
        ("OMP_NUM_THREADS", threads),
    ];
    let own = |(name, value): (&str, String)| (name.to_owned(), value);
    let given = image.into_iter().flat_map(|image| image.config.environment.iter().cloned());
    let all = usual.into_iter().map(own).chain(given).chain(ours.into_iter().map(own));
    // Later ones win.
    all.collect::<std::collections::BTreeMap<_, _>>().into_iter().collect()
}

/// A folder with the files of a step, which the sandbox's user can read wherever the bundle lies.
fn lay_out(step: &TrainStep, given: &Given<'_>) -> Result<tempfile::TempDir, Error> {
    let scratch = tempfile::tempdir().map_err(|source| Error::write(std::env::temp_dir(), source))?;
    for name in ["job", "bundle"] {
        let folder = scratch.path().join(name);
        fs::create_dir(&folder).map_err(|source| Error::write(&folder, source))?;
    }
    let job = scratch.path().join("job");
    for name in step.files.keys().filter(|&name| Some(name) != step.image.as_ref()) {
        let source = given.files.join(name);
        fs::copy(&source, job.join(name)).map_err(|error| Error::read(&source, error))?;
    }
    let dataset = job.join(MANIFEST);
    fs::write(&dataset, given.dataset).map_err(|source| Error::write(&dataset, source))?;
    hand_over(scratch.path())?;
    Ok(scratch)
}

/// Gives a folder to the sandbox's user, if that is not the own one.
pub(super) fn hand_over(folder: &Path) -> Result<(), Error> {
    if is_root() {
        let chown = std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY));
        chown.map_err(|source| Error::write(folder, source))?;
    }
    Ok(())
}

/// The file of a program, looked for like a shell does.
fn find(program: &Path) -> Option<PathBuf> {
    let is_program = |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.is_file() && file.mode() & 0o111 != 0);
    if program.components().count() > 1 {
        return Some(program.to_owned()).filter(is_program);
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(is_program)
}
