//! System calls that a trainer does not need and that have let others out of their sandboxes: what Docker's default profile
//! refuses. `memfd_create` stays, which PyTorch and CUDA share memory with; only a control group bounds what it makes. So
//! do the calls that say on which memory node something is to be (`mbind` and friends), which their allocators use.

use std::fs::File;
use std::io::{self, Seek, Write};

use serde_json::{Value, json};

/// Refused with EPERM, whatever the arguments.
const REFUSED: &[&str] = &[
    // Kernel modules, other kernels, power, clocks, accounting, quotas, swap.
    "acct",
    "adjtimex",
    "clock_adjtime",
    "clock_settime",
    "delete_module",
    "finit_module",
    "init_module",
    "kexec_file_load",
    "kexec_load",
    "lookup_dcookie",
    "nfsservctl",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "settimeofday",
    "swapoff",
    "swapon",
    "syslog",
    "vhangup",
    // Namespaces and mounts.
    "chroot",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_tree",
    "pivot_root",
    "setdomainname",
    "sethostname",
    "setns",
    "umount2",
    "unshare",
    // Other processes, and files past the folders that lead to them.
    "fanotify_init",
    "kcmp",
    "name_to_handle_at",
    "open_by_handle_at",
    "process_madvise",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    // The kernel's keys; and what its flaws are most often reached through.
    "add_key",
    "bpf",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "keyctl",
    "perf_event_open",
    "personality",
    "request_key",
    "userfaultfd",
];

/// Those that x86 has beside them.
const REFUSED_X86: &[&str] = &[
    "_sysctl",
    "create_module",
    "get_kernel_syms",
    "ioperm",
    "iopl",
    "modify_ldt",
    "query_module",
    "sysfs",
    "uselib",
    "ustat",
];

/// Refused if the first argument has this value under this mask.
const REFUSED_WITH: &[(&str, u64, u64)] = &[
    // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
    ("clone", 0x0002_0000, 0x0002_0000),
    ("clone", 0x0200_0000, 0x0200_0000),
    ("clone", 0x0400_0000, 0x0400_0000),
    ("clone", 0x0800_0000, 0x0800_0000),
    ("clone", 0x1000_0000, 0x1000_0000),
    ("clone", 0x2000_0000, 0x2000_0000),
    ("clone", 0x4000_0000, 0x4000_0000),
    // AF_ALG; AF_VSOCK, which reaches the host of a virtual machine through no network of this one.
    ("socket", 0xffff_ffff, 38),
    ("socket", 0xffff_ffff, 40),
];

/// `clone3` has its flags in memory, where no filter can look: programs that are told that there is none use `clone`.
const CLONE3: u32 = 435;
/// Calls of x86's x32, which have the same meanings under other numbers.
const X32: u32 = 0x4000_0000;
const EPERM: u32 = 1;
const ENOSYS: u32 = 38;

fn refused() -> impl Iterator<Item = &'static str> {
    let x86 = if cfg!(target_arch = "x86_64") { REFUSED_X86 } else { &[] };
    REFUSED.iter().chain(x86).copied()
}

/// The filter as a file with a program for the kernel, as bubblewrap takes it.
///
/// # Errors
/// On a processor that nobody has made a list for, or if there is no room for temporary files.
pub(super) fn program() -> io::Result<File> {
    let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let mut rules: Vec<Value> = refused().map(|name| json!({ "syscall": name })).collect();
    rules.extend(REFUSED_WITH.iter().map(|&(name, mask, value)| {
        let argument = json!({ "index": 0, "type": "qword", "op": { "masked_eq": mask }, "val": value });
        json!({ "syscall": name, "args": [argument] })
    }));
    let filter = json!({ "step": {
        "mismatch_action": "allow",
        "match_action": { "errno": EPERM },
        "filter": rules,
    } });
    let compiled = seccompiler::compile_from_json(filter.to_string().as_bytes(), arch).map_err(io::Error::other)?;
    let mut file = tempfile::tempfile()?;
    let mut put = |code: u16, (yes, no): (u8, u8), value: u32| {
        let (code, value) = (code.to_ne_bytes(), value.to_ne_bytes());
        file.write_all(&[code[0], code[1], yes, no, value[0], value[1], value[2], value[3]])
    };
    // Before the rest: the number of the call; if it is x32's (JGE) or clone3 (JEQ), ENOSYS.
    put(0x20, (0, 0), 0)?;
    put(0x35, (1, 0), X32)?;
    put(0x15, (0, 1), CLONE3)?;
    put(0x06, (0, 0), 0x0005_0000 | ENOSYS)?;
    for filter in compiled.values().flatten() {
        put(filter.code, (filter.jt, filter.jf), filter.k)?;
    }
    file.rewind()?;
    Ok(file)
}

/// The same as the `linux.seccomp` of an OCI runtime's configuration.
pub(super) fn oci() -> Value {
    let mut rules = vec![
        json!({ "names": refused().collect::<Vec<_>>(), "action": "SCMP_ACT_ERRNO", "errnoRet": EPERM }),
        json!({ "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS }),
    ];
    rules.extend(REFUSED_WITH.iter().map(|&(name, mask, value)| {
        let argument = json!({ "index": 0, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ" });
        json!({ "names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": EPERM, "args": [argument] })
    }));
    // Other architectures than the machine's own are killed.
    json!({ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn every_name_is_known_and_the_program_is_whole() {
        let mut bytes = Vec::new();
        program().expect("compiles").read_to_end(&mut bytes).expect("readable");
        // A kernel takes at most 4096 instructions of 8 bytes.
        assert!(bytes.len().is_multiple_of(8) && (1000..8 * 4096).contains(&bytes.len()), "{}", bytes.len());
        let rules = oci();
        assert_eq!(rules["syscalls"].as_array().expect("a list").len(), 2 + REFUSED_WITH.len());
    }
}
