use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::job::TrainLimits;

/// Where control groups are.
const ROOT: &str = "/sys/fs/cgroup";
/// Bytes for what the kernel keeps on behalf of processes, and for the sandbox's own.
const OVERHEAD: u64 = 32 << 20;
/// Processes of the sandbox itself.
const OWN_PROCESSES: u64 = 8;
/// Begins the names of all groups that are made here; the process that made it, and a number, follow.
const PREFIX: &str = "endcap-";

/// A control group that bounds memory of all kinds, files in memory included, and the number of processes. It is gone when
/// this is.
#[derive(Debug)]
pub(super) struct Group {
    /// One folder, or with version 1 one for each controller.
    folders: Vec<PathBuf>,
    /// File that counts who was killed.
    kills: PathBuf,
    bytes: u64,
}

impl Group {
    /// A group with these limits, beside that of this process or in it; `None` where none can be made.
    pub(super) fn make(limits: &TrainLimits) -> Option<Self> {
        Self::make_in(Path::new(ROOT), &fs::read_to_string("/proc/self/cgroup").ok()?, limits)
    }

    fn make_in(root: &Path, own: &str, limits: &TrainLimits) -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("{PREFIX}{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        // /work and /dev/shm are memory as well.
        let bytes = limits.memory_bytes.saturating_add(limits.disk_bytes.saturating_mul(2)).saturating_add(OVERHEAD);
        let (most, processes) = (bytes.to_string(), (limits.processes + OWN_PROCESSES).to_string());
        let mut group = Self { folders: Vec::new(), kills: PathBuf::new(), bytes };
        let made = if root.join("cgroup.controllers").exists() {
            let limits = ["memory.max", "pids.max"];
            let folder = own_folders(root, own, "").find_map(|parent| make_folder(&parent, &name, &limits))?;
            group.kills = folder.join("memory.events");
            group.folders.push(folder.clone());
            put(&folder, "memory.max", &most)
                .and_then(|()| put(&folder, "pids.max", &processes))
                // Without swap in the kernel there is no such file.
                .and_then(|()| put(&folder, "memory.swap.max", "0").or_else(is_absent))
        } else {
            [("memory", "memory.limit_in_bytes"), ("pids", "pids.max")].into_iter().try_for_each(
                |(controller, limit)| {
                    let root = root.join(controller);
                    let mut folders = own_folders(&root, own, controller);
                    let folder = folders.find_map(|parent| make_folder(&parent, &name, &[limit]));
                    let folder = folder.ok_or(io::ErrorKind::NotFound)?;
                    group.folders.push(folder.clone());
                    if controller == "pids" {
                        return put(&folder, limit, &processes);
                    }
                    group.kills = folder.join("memory.oom_control");
                    put(&folder, limit, &most)?;
                    put(&folder, "memory.memsw.limit_in_bytes", &most).or_else(is_absent)
                },
            )
        };
        // What was made of a group that does not hold goes with it.
        made.is_ok().then_some(group)
    }

    /// Puts a process into it; all that come from it are there too.
    pub(super) fn add(&self, process: i32) -> io::Result<()> {
        self.folders.iter().try_for_each(|folder| put(folder, "cgroup.procs", &process.to_string()))
    }

    /// Whether something was killed because there was no memory left.
    pub(super) fn has_run_out(&self) -> bool {
        let text = fs::read_to_string(&self.kills).unwrap_or_default();
        let count = text.lines().find_map(|line| line.strip_prefix("oom_kill ")).and_then(|count| count.parse().ok());
        count.unwrap_or(0_u64) > 0
    }

    /// Bytes that all in it may have together.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            // The last process leaves it a moment after its end.
            for _ in 0..100 {
                match fs::remove_dir(folder) {
                    Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                    _ => break,
                }
            }
        }
    }
}

/// Where groups may be made, best first: beside the group of this process, in it, and at the top.
fn own_folders(root: &Path, own: &str, controller: &str) -> impl Iterator<Item = PathBuf> {
    let path = own.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        controllers.split(',').any(|name| name == controller).then_some(path)
    });
    let own = root.join(path.unwrap_or_default().trim_start_matches('/'));
    let beside = own.parent().filter(|parent| parent.starts_with(root)).map(Path::to_owned);
    beside.into_iter().chain([own, root.to_owned()])
}

/// A new group in a folder, if it has the files of these limits. Groups of processes that are no more are removed.
fn make_folder(parent: &Path, name: &str, limits: &[&str]) -> Option<PathBuf> {
    for entry in fs::read_dir(parent).ok()?.flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-'));
        if process.is_some_and(|(process, _)| !Path::new("/proc").join(process).exists()) {
            // Whoever still is in it keeps it.
            let _ = fs::remove_dir(entry.path());
        }
    }
    let folder = parent.join(name);
    fs::create_dir(&folder).ok()?;
    if limits.iter().all(|file| folder.join(file).exists()) {
        return Some(folder);
    }
    // The parent does not hand its controllers down.
    let _ = fs::remove_dir(&folder);
    None
}

fn put(folder: &Path, file: &str, value: &str) -> io::Result<()> {
    fs::OpenOptions::new().write(true).open(folder.join(file))?.write_all(value.as_bytes())
}

fn is_absent(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_looked_for_near_by() {
        let root = Path::new("/sys/fs/cgroup");
        let found = |own: &str, controller: &str| own_folders(root, own, controller).collect::<Vec<_>>();
        let paths = |list: &[&str]| list.iter().map(PathBuf::from).collect::<Vec<_>>();
        let both = "4:memory:/a/b\n5:cpu,pids:/\n0::/user.slice/app.slice/x.scope\n";
        assert_eq!(
            found(both, ""),
            paths(&[
                "/sys/fs/cgroup/user.slice/app.slice",
                "/sys/fs/cgroup/user.slice/app.slice/x.scope",
                "/sys/fs/cgroup"
            ])
        );
        assert_eq!(found(both, "memory")[..2], paths(&["/sys/fs/cgroup/a", "/sys/fs/cgroup/a/b"]));
        assert_eq!(found(both, "pids"), paths(&["/sys/fs/cgroup/", "/sys/fs/cgroup"]));
    }

    #[test]
    fn where_none_can_be_made_there_is_none() {
        let folder = tempfile::tempdir().expect("temporary folder");
        assert!(Group::make_in(folder.path(), "0::/\n", &TrainLimits::default()).is_none());
        fs::write(folder.path().join("cgroup.controllers"), "").expect("writable");
        assert!(Group::make_in(folder.path(), "0::/\n", &TrainLimits::default()).is_none());
        assert!(fs::read_dir(folder.path()).expect("there").count() == 1, "nothing is left");
    }
}
