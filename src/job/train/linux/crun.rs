use serde_json::{Value, json};

use super::inside::{HOLD, Inside};
use super::{NOBODY, seccomp};

/// What of `/proc` is hidden, and what is read-only: the lists of Docker and Podman.
const MASKED: [&str; 9] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
];
const READ_ONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// `config.json` of an OCI runtime, version 1.0.2, for a step in an image. All that is mounted is what bubblewrap has laid
/// out in [`HOLD`], so that its limits hold.
pub(super) fn config(inside: &Inside<'_>) -> Value {
    let bind = |source: &str, to: &str, options: &[&str]| {
        let options: Vec<&str> = ["rbind", "nosuid"].iter().chain(options).copied().collect();
        json!({ "destination": to, "type": "bind", "source": source, "options": options })
    };
    let mut mounts = vec![
        json!({ "destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"] }),
        // Crun makes the usual devices in it before it is read-only.
        json!({
            "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "noexec", "mode=755", "size=65536", "ro"],
        }),
        bind("/dev/shm", "/dev/shm", &["nodev", "rw"]),
        bind(&format!("{HOLD}/work"), "/work", &["nodev", "rw"]),
        bind(&format!("{HOLD}/job"), "/job", &["nodev", "ro"]),
    ];
    for (number, path) in inside.sandbox.readable.iter().enumerate() {
        let source = format!("{HOLD}/readable/{number}");
        mounts.push(bind(&source, &path.to_string_lossy(), &["nodev", "ro"]));
    }
    for path in &inside.sandbox.devices {
        let path = path.to_string_lossy();
        mounts.push(bind(&path, &path, &["rw"]));
    }
    let environment: Vec<String> = inside.environment().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let spaces = ["pid", "mount", "ipc", "uts", "network", "cgroup", "user"].map(|kind| json!({ "type": kind }));
    let nobody = [json!({ "containerID": NOBODY, "hostID": 0, "size": 1 })];
    let none: [&str; 0] = [];
    let processes = inside.step.limits.processes;
    json!({
        "ociVersion": "1.0.2",
        "root": { "path": format!("{HOLD}/root"), "readonly": true },
        "hostname": "endcap",
        "process": {
            "terminal": false,
            "user": { "uid": NOBODY, "gid": NOBODY },
            "args": inside.program(),
            "cwd": inside.start_folder(),
            "env": environment,
            "noNewPrivileges": true,
            "capabilities": {
                "bounding": none, "effective": none, "permitted": none, "inheritable": none, "ambient": none,
            },
            // The others are inherited.
            "rlimits": [{ "type": "RLIMIT_NPROC", "soft": processes, "hard": processes }],
        },
        "mounts": mounts,
        "linux": {
            "uidMappings": nobody,
            "gidMappings": nobody,
            "namespaces": spaces,
            "maskedPaths": MASKED,
            "readonlyPaths": READ_ONLY,
            "seccomp": seccomp::oci(),
        },
    })
}
