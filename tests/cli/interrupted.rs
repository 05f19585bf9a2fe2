//! Runs that are killed, resumed, or run out of room.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::{SMALL, Shop, adapter, files, run};

const FRAMES: &str = "default --seed 5 --frames 0..12 --planes rgb,instance,depth";

#[test]
fn a_killed_run_resumes_to_the_bytes_of_an_undisturbed_one() {
    let shop = Shop::open();
    let (code, _, err) = run(shop.render(&format!("{FRAMES} --out whole --quiet")));
    assert_eq!(code, 0, "{err}");

    // Killed twice, each time a little further.
    for stop in [2, 4] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_endcap"));
        command.current_dir(shop.path("")).args(["render", "--adapter", &adapter(), "--out", "killed", "--json"]);
        command.args(SMALL.split_whitespace()).args(FRAMES.split_whitespace()).arg("--resume");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("can be started");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let seen = lines.map_while(Result::ok).filter(|line| line.contains("\"frame\"")).take(stop).count();
        child.kill().expect("can be killed");
        child.wait().expect("ends");
        assert_eq!(seen, stop, "the run ended before it was killed");
        assert!(!shop.path("killed/dataset.json").exists(), "the run was over before it was killed");
        assert!(shop.path("killed/.endcap/journal.jsonl").exists());
    }

    for (other, wanted) in [
        (FRAMES.replace("--seed 5", "--seed 6"), "seed: it has 5, asked for is 6"),
        (FRAMES.replace("0..12", "0..13"), "frames: it has 0..12, asked for is 0..13"),
        (FRAMES.replace("default", "tidy"), "recipe: line"),
    ] {
        let (code, _, err) = run(shop.render(&format!("{other} --out killed --resume")));
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("killed") && err.contains(wanted), "{wanted:?} is not in: {err}");
    }
    let (code, _, err) = run(shop.render(&format!("{FRAMES} --out killed")));
    assert!(code == 2 && err.contains("--resume"), "{err}");

    let (code, out, err) = run(shop.render(&format!("{FRAMES} --out killed --resume --json")));
    assert_eq!(code, 0, "{err}");
    let made = out.lines().filter(|line| line.contains("\"event\":\"frame\"")).count();
    assert!((1..=6).contains(&made), "{made} frames were left to make: {out}");
    assert_eq!(files(&shop.path("killed")), files(&shop.path("whole")));
    assert_eq!(run(shop.endcap("check killed")).0, 0);

    // A finished dataset has nothing left to do.
    let (code, out, _) = run(shop.render(&format!("{FRAMES} --out killed --resume --json")));
    assert!(code == 0 && out.lines().count() == 1, "{out}");
    assert_eq!(files(&shop.path("killed")), files(&shop.path("whole")));
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let shop = Shop::open();
    let scene = "scene default --catalog products.csv --out";
    let (code, _, err) = run(shop.endcap(&format!("{scene} no/folder/scene.glb")));
    assert!(code == 1 && err.contains("no/folder/scene.glb"), "{code}: {err}");
    if cfg!(target_os = "linux") {
        let (code, _, err) = run(shop.endcap(&format!("{scene} /dev/full")));
        assert!(code == 1 && err.contains("No space left"), "{code}: {err}");
    }
    shop.write("file", "in the way of a folder");
    let (code, _, err) = run(shop.render("default --frames 0 --out file"));
    assert!(code != 0 && err.contains("file"), "{code}: {err}");
}

/// Runs out of room on a small file system of its own, gets more, and goes on. Mounting one needs a namespace of its own,
/// which not every machine allows.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_no_half_file_and_the_run_goes_on_once_there_is_room() {
    let shop = Shop::open();
    std::fs::create_dir(shop.path("small")).expect("can be made");
    let namespace = ["--user", "--map-root-user", "--mount"];
    let mut attempt = Command::new("unshare");
    attempt.args(namespace).args(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(shop.path("small"));
    let allowed = attempt.output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this machine does not let a test mount a small file system");
        return;
    }
    let endcap = format!(
        "{} render {SMALL} {FRAMES} --adapter {} --out small/set --quiet",
        env!("CARGO_BIN_EXE_endcap"),
        adapter()
    );
    let script = format!(
        "mount -t tmpfs -o size=160k tmpfs small || exit 99
        {endcap} && exit 98
        echo \"code $?\"
        find small -name '.endcap-*' -exec echo left {{}} \\;
        mount -o remount,size=64m small || exit 97
        {endcap} --resume || exit 96
        cp -r small/set copy"
    );
    let output = Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", &script])
        .current_dir(shop.path(""))
        .output()
        .expect("can be started");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert_eq!(out, "code 1\n");
    assert!(err.contains("the disk is full") && err.contains("--frames") && !err.contains("panicked"), "{err}");
    assert_eq!(run(shop.render(&format!("{FRAMES} --out whole --quiet"))).0, 0);
    assert_eq!(files(&shop.path("copy")), files(&shop.path("whole")));
}
