use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::start::Process;
use crate::job::TrainLimits;

/// Between two looks at the processes.
const PAUSE: Duration = Duration::from_millis(20);
/// Looks at the clock for one at the memory, which costs more.
const LOOKS: u32 = 5;

/// How a sandbox has ended.
#[derive(Debug)]
pub(super) enum End {
    /// By itself.
    Ended(ExitStatus),
    /// It was ended, because it took too long.
    Late,
    /// It was ended, because its processes used so many bytes of memory together.
    Fat(u64),
    /// It was ended, because somebody asked for it.
    Stopped,
}

/// Waits for the end of a sandbox, or brings it about. No process of it is left then.
pub(super) fn watch(mut process: Process, limits: &TrainLimits, stop: &AtomicBool) -> std::io::Result<End> {
    let start = Instant::now();
    for look in 0_u32.. {
        if let Some(status) = process.child.try_wait()? {
            process.end()?;
            return Ok(End::Ended(status));
        }
        let mut end = None;
        if stop.load(Ordering::Relaxed) {
            end = Some(End::Stopped);
        } else if start.elapsed().as_secs() >= limits.wall_s {
            end = Some(End::Late);
        } else if look.is_multiple_of(LOOKS) {
            end = Some(memory_below(process.child.id())).filter(|&bytes| bytes > limits.memory_bytes).map(End::Fat);
        }
        if let Some(end) = end {
            process.end()?;
            return Ok(end);
        }
        std::thread::sleep(PAUSE);
    }
    unreachable!("the loop has no end of its own")
}

/// Bytes of memory in use by a process and all that come from it; what they share counts for each.
fn memory_below(root: u32) -> u64 {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut used: BTreeMap<u32, u64> = BTreeMap::new();
    // A process that ends meanwhile, or a system without this folder, counts nothing.
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(status) = fs::read_to_string(entry.path().join("status")) else { continue };
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().trim_end_matches(" kB").parse::<u64>().ok()
        };
        if let Some(parent) = field("PPid:").and_then(|parent| u32::try_from(parent).ok()) {
            children.entry(parent).or_default().push(process);
        }
        used.insert(process, field("VmRSS:").unwrap_or(0).saturating_mul(1024));
    }
    let (mut all, mut open, mut seen) = (0_u64, vec![root], BTreeSet::new());
    while let Some(process) = open.pop() {
        if seen.insert(process) {
            all = all.saturating_add(used.get(&process).copied().unwrap_or(0));
            open.extend(children.get(&process).into_iter().flatten());
        }
    }
    all
}
