//! What comes out, and what does not.

use crate::step::Attempt;

#[test]
fn outputs_that_are_none_are_refused() {
    for (code, expected) in [
        ("", "has ended without its output \"out\""),
        ("import os\nos.symlink('/etc/passwd', '/work/out/out')", "\"out\", which is no regular file"),
        ("import os\nos.mkfifo('/work/out/out')", "\"out\", which is no regular file"),
        ("import os\nos.mkdir('/work/out/out')", "\"out\", which is no regular file"),
        ("open('/work/out/out', 'wb').write(bytes(1025))", "with 1025 bytes, and it may have 1024"),
        ("open('/work/out/out', 'wb').truncate(900_000)", "with 900000 bytes, and it may have 1024"),
        ("import os\nos.rmdir('/work/out')\nos.symlink('/etc', '/work/out')", "\"out\""),
        ("raise SystemExit(3)", "has failed (exit status: 3)"),
        ("import os\nos.kill(os.getpid(), 11)", "has failed"),
        ("1 / 0", "ZeroDivisionError"),
        // Into the pipe of the outputs, which belongs to the parent.
        ("import os\nopen(f'/proc/{os.getppid()}/fd/1', 'wb').write(b'junk' * 500)", "the training step"),
        // The first process inside, which cannot be killed from there.
        ("import os\nos.kill(os.getppid(), 9)", "has ended without its output \"out\""),
    ] {
        let error = Attempt::new(code).fails();
        assert!(error.starts_with("the training step") && error.contains(expected), "{code}: {error}");
        assert!(!error.contains("root:"), "{error}");
    }
    let error = Attempt::new("").alter(|step| step.command = vec!["no-such-program".to_owned()]).fails();
    assert!(error.contains("has failed") && error.contains("no-such-program"), "{error}");
}

#[test]
fn other_files_stay_inside_and_words_are_cut() {
    let code = "import subprocess, sys\n\
        open('/work/out/out', 'w').write('kept')\n\
        open('/work/out/frames.tar', 'wb').write(sys.stdin.buffer.read())\n\
        subprocess.Popen(['sleep', '60'])\n\
        print('to nobody' * 100000)\n";
    let (outputs, trained) = Attempt::new(code).run().expect("it ends well, and what it started with it");
    assert_eq!(outputs.into_iter().collect::<Vec<_>>(), [("out".to_owned(), b"kept".to_vec())]);
    assert_eq!(trained.frames, 3);
    let error = Attempt::new("print('x' * 1000000 + '\\x1b[2J')\nraise SystemExit(1)").fails();
    assert!(error.len() < 3000 && !error.contains('\x1b'), "{}", error.len());
}

#[test]
fn a_machine_without_a_sandbox_says_so() {
    use endcap::job::train::{Given, Sandbox};
    let step = Attempt::new("").step;
    let folder = tempfile::tempdir().expect("temporary folder");
    std::fs::write(folder.path().join("main.py"), "").expect("writable");
    let unit = endcap::job::RenderUnit { number: 0, frames: 0..1 };
    let given = Given { files: folder.path(), dataset: b"{}", unit: &unit };
    let sandbox = Sandbox { program: "/no/such/bwrap".into(), ..Sandbox::default() };
    let error = sandbox.run(&step, &given, folder.path(), |_| Ok(())).expect_err("nothing runs").to_string();
    assert!(error.contains("cannot be run with /no/such/bwrap"), "{error}");
}
