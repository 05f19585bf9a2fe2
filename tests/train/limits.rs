//! Steps that want too much.

use std::time::Instant;

use crate::step::Attempt;

/// Whether a step of 128 MiB was ended for its memory: by who looks, or by a control group, which may be faster.
pub(crate) fn is_too_fat(error: &str) -> bool {
    error.contains("bytes of memory, and may use 134217728") || error.contains("bytes of its control group")
}

#[test]
fn memory_hogs_end() {
    // Its own memory: the system says no, and Python says so.
    let error = Attempt::new("x = bytearray(1 << 29)").fails();
    assert!(error.contains("the training step has failed") && error.contains("MemoryError"), "{error}");
    // Shared memory, which no limit of one process counts: it is looked at.
    let code =
        "import mmap, time\nm = mmap.mmap(-1, 1 << 28)\nfor i in range(0, 1 << 28, 4096): m[i] = 1\ntime.sleep(60)";
    let error = Attempt::new(code).fails();
    assert!(is_too_fat(&error), "{error}");
    // Many that are small each.
    let code = "import os, time\nfor i in range(9):\n    if os.fork() == 0:\n        x = bytearray(b'x') * (30 << 20)\n        \
                time.sleep(60)\ntime.sleep(60)";
    let error = Attempt::new(code).fails();
    assert!(is_too_fat(&error), "{error}");
}

#[test]
fn fork_bombs_end() {
    let code = "import os, time\nfor i in range(1000): \n    if os.fork() == 0: time.sleep(60)";
    let error = Attempt::new(code).fails();
    assert!(error.contains("has failed") && error.contains("Resource temporarily unavailable"), "{error}");
    // One that does not give up, and whose children do not either.
    let code = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass";
    let error = Attempt::new(code).alter(|step| step.limits.wall_s = 1).fails();
    assert!(error.contains("takes longer than 1 seconds"), "{error}");
}

#[test]
fn endless_loops_end() {
    for code in [
        "while True: pass",
        "import time\ntime.sleep(60)",
        "import signal, time\nfor s in range(1, 32):\n    \
                 signal.signal(s, signal.SIG_IGN) if s not in (9, 19) else 0\nwhile True: time.sleep(9)",
    ] {
        let start = Instant::now();
        let mut attempt = Attempt::new(code).alter(|step| step.limits.wall_s = 1);
        attempt.frame_bytes = 1 << 20;
        let error = attempt.fails();
        assert!(error.contains("takes longer than 1 seconds"), "{error}");
        assert!(start.elapsed().as_secs_f64() < 8.0);
    }
    let error =
        Attempt::new("while True: pass").alter(|step| (step.limits.wall_s, step.limits.threads) = (2, 1)).fails();
    assert!(error.contains("takes longer") || error.contains("has failed"), "{error}");
}

#[test]
fn disk_fillers_end() {
    for place in ["/work", "/tmp", "/work/out", "/dev/shm"] {
        let code = format!("for i in range(100): open(f'{place}/{{i}}', 'wb').write(bytes(100_000))");
        let error = Attempt::new(&code).fails();
        assert!(error.contains("has failed") && error.contains("No space left on device"), "{place}: {error}");
    }
    let error = Attempt::new("f = open('/work/big', 'wb')\nf.truncate(1 << 40)").fails();
    assert!(error.contains("has failed"), "{error}");
}
