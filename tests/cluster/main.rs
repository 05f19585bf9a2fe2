//! Jobs on a real Slurm: submitted, watched, cancelled, tried again, collected.
#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "../support/slurm/mod.rs"]
mod slurm;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::slurm::Cluster;

/// Bundles of six units of one frame, as small as they get.
const DATASET: &str = "close --seed 4 --frames 0..6 --catalog products.csv --size 48x64 --spp 1";

/// A folder with a catalogue in it that a cluster shares.
struct Shop {
    folder: tempfile::TempDir,
    cluster: Cluster,
}

impl Shop {
    fn open(max_array_size: u32) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        support::shelves::write_catalog(folder.path());
        Self { folder, cluster: Cluster::start(max_array_size) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program for the cluster's tasks.
    fn program(&self, name: &str, script: &str) {
        let path = self.path(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("own");
    }

    /// Exit code, standard output and standard error of `endcap` in the folder.
    fn endcap(&self, arguments: &str) -> (i32, String, String) {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("endcap");
        command.current_dir(self.folder.path()).args(arguments.split_whitespace()).env_remove("ENDCAP_LOG");
        command.env("PATH", self.cluster.path()).env("SLURM_CONF", self.cluster.config());
        let output = command.output().expect("can be started");
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
        assert!(!err.contains("panicked"), "{err}");
        (output.status.code().expect("not killed"), out, err)
    }

    /// The one JSON object that `endcap` prints, and its exit code.
    fn json(&self, arguments: &str) -> (i32, Value) {
        let (code, out, err) = self.endcap(arguments);
        (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{arguments}: {error}: {out}{err}")))
    }

    /// Asks for the status until it is as wanted.
    fn wait_for(&self, results: &str, what: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let (_, status) = self.json(&format!("job cluster status bundle {results} --catalog products.csv --json"));
            if is_wanted(&status) {
                return status;
            }
            assert!(Instant::now() < end, "not {what}: {status}\n{}", self.cluster.ask("squeue", &["--states=all"]));
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn counts(status: &Value) -> [u64; 5] {
    ["done", "running", "waiting", "failed", "unsent"].map(|name| status["units"][name].as_u64().expect("a number"))
}

fn adapter() -> String {
    std::env::var("ENDCAP_TEST_ADAPTER").unwrap_or_else(|_| "cpu".to_owned())
}

#[test]
fn a_cluster_makes_the_bytes_of_one_machine_whatever_fails() {
    let shop = Shop::open(1001);
    let frames = DATASET.replace("0..6", "0..4");
    let (code, _, err) = shop.endcap(&format!("job pack {frames} --unit 1 --out bundle"));
    assert_eq!(code, 0, "{err}");
    // Unit 1 fails at first, and is put into the queue again by its task. Unit 3 is the last of its array, and fails as
    // well: no other may run twice because of it. The task of unit 2 is killed, and Slurm lets it be.
    let endcap = env!("CARGO_BIN_EXE_endcap");
    shop.program(
        "flaky",
        &format!(
            "echo begun $5\n\
             if [ $5 != 0 ] && mkdir \"$0.$5\"; then\n\
             if [ $5 = 2 ]; then kill -9 $PPID; fi\n\
             echo no luck >&2; exit 1\nfi\nexec '{endcap}' \"$@\""
        ),
    );
    let flaky = shop.path("flaky").display().to_string();
    let submit = format!(
        "job cluster submit bundle results --catalog products.csv --adapter {} --array 2 --program {flaky} --json",
        adapter()
    );
    let (code, first) = shop.json(&submit);
    assert_eq!((code, &first["submitted"], &first["arrays"][1]), (0, &4.into(), &"2".into()), "two arrays: {first}");
    let (_, second) = shop.json(&submit);
    assert_eq!((&second["submitted"], &second["queued"]), (&0.into(), &4.into()), "not twice: {second}");

    // Meanwhile the same on this machine alone.
    let (code, _, err) = shop.endcap(&format!("render {frames} --adapter {} --out alone --quiet", adapter()));
    assert_eq!(code, 0, "{err}");
    let status = "job cluster status bundle results --catalog products.csv --wait --json";
    let (code, standing) = shop.json(status);
    assert_eq!((code, counts(&standing)), (1, [3, 0, 0, 1, 0]), "{standing}");
    let failed = &standing["failed"][0];
    assert!(failed["unit"] == 2 && failed["why"].as_str().is_some_and(|why| why.contains("FAILED")), "{standing}");
    assert!(standing["next"].as_str().is_some_and(|next| next.contains("cluster submit")), "{standing}");
    let log = |name: &str| std::fs::read_to_string(shop.path("results/logs").join(name)).expect("a log");
    for (name, begun) in [("unit-000000+0.log", 1), ("unit-000000+1.log", 2), ("unit-000002+1.log", 2)] {
        assert_eq!(log(name).matches("begun").count(), begun, "{name}: {}", log(name));
    }

    // What is missing is submitted, and nothing else.
    let (_, third) = shop.json(&submit);
    assert_eq!((&third["submitted"], &third["done"]), (&1.into(), &3.into()), "{third}");
    let (code, standing) = shop.json(status);
    assert_eq!((code, counts(&standing)), (0, [4, 0, 0, 0, 0]), "{standing}");
    assert!(standing["next"].as_str().is_some_and(|next| next.contains("job collect")), "{standing}");

    let on = format!("--catalog products.csv --adapter {} --labels 0 --color 0", adapter());
    let (code, out, err) = shop.endcap(&format!("job collect bundle results --out set {on}"));
    assert_eq!(code, 0, "{out}{err}");
    let (collected, alone) = (support::files_in(&shop.path("set")), support::files_in(&shop.path("alone")));
    assert_eq!(collected.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>());
    let different: Vec<_> =
        alone.iter().filter(|(path, bytes)| collected[*path] != **bytes).map(|(path, _)| path).collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn a_job_is_counted_cancelled_and_kept_apart_from_others() {
    let mut shop = Shop::open(5);
    let (code, _, err) = shop.endcap(&format!("job pack {DATASET} --unit 1 --out bundle"));
    assert_eq!(code, 0, "{err}");
    shop.program("sleeper", "exec sleep 60");
    shop.program("confused", "echo bad input; exit 2");
    let submit = |shop: &Shop, program: &str, results: &str| {
        let program = shop.path(program).display().to_string();
        let what = format!("bundle {results} --catalog products.csv --program {program} --parallel 1 --json");
        shop.json(&format!("job cluster submit {what}")).1
    };

    // The cluster's own arrays have four tasks at most.
    let submitted = submit(&shop, "sleeper", "results");
    assert_eq!((&submitted["submitted"], submitted["arrays"].as_array().map(Vec::len)), (&6.into(), Some(2)));
    let standing = shop.wait_for("results", "held back", |status| status["reasons"]["JobArrayTaskLimit"] == 4);
    assert_eq!(counts(&standing), [0, 2, 4, 0, 0], "{standing}");
    let (code, out, _) = shop.endcap("job cluster status bundle results --catalog products.csv");
    assert!(code == 0 && out.contains("2 running, 4 waiting (4 JobArrayTaskLimit)"), "{out}");

    // The same bundle into another folder is another job. Bad input is not tried again.
    let (_, standing) = shop.json("job cluster status bundle others --catalog products.csv --json");
    assert_eq!(counts(&standing), [0, 0, 0, 0, 6], "{standing}");
    submit(&shop, "confused", "others");
    let standing = shop.wait_for("others", "all failed", |status| status["units"]["failed"] == 6);
    assert!(standing["failed"][3]["why"].as_str().is_some_and(|why| why.contains("bad input")), "{standing}");

    let (code, out, err) = shop.endcap("job cluster cancel bundle results");
    assert!(code == 0 && out.contains("6 units"), "{out}{err}");
    let (code, standing) = shop.json("job cluster status bundle results --catalog products.csv --wait --json");
    assert_eq!((code, counts(&standing)), (1, [0, 0, 0, 2, 4]), "{standing}");
    let queue = shop.cluster.ask("squeue", &["--noheader"]);
    assert!(queue.is_empty(), "nothing comes back: {queue}");

    // A file alone makes nothing done.
    std::fs::write(shop.path("results/unit-000005.tar"), "not a tar").expect("written");
    let (_, standing) = shop.json("job cluster status bundle results --catalog products.csv --json");
    let wrong = standing["failed"].as_array().and_then(|failed| failed.iter().find(|failed| failed["unit"] == 5));
    let why = wrong.and_then(|failed| failed["why"].as_str());
    assert!(why.is_some_and(|why| why.contains("its delivery: ")) && counts(&standing)[0] == 0, "{standing}");

    // What Slurm refuses is told in its words, what is not there by its name.
    let plain = "job cluster submit bundle results --catalog products.csv";
    let (code, _, err) = shop.endcap(&format!("{plain} --sbatch=--partition=nowhere"));
    assert!(code == 1 && err.contains("sbatch refuses") && err.contains("invalid partition"), "{code} {err}");
    let (code, _, err) = shop.endcap(&format!("{plain} --again 6"));
    assert!(code == 2 && err.contains("there is no unit 6"), "{code} {err}");
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("endcap");
    command.current_dir(shop.path("")).args(plain.split_whitespace()).env("PATH", shop.path(""));
    let output = command.output().expect("can be started");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && err.contains("cannot reach squeue: cannot be started"), "{err}");

    // A controller that comes back goes on where it was, and nothing is submitted twice.
    submit(&shop, "sleeper", "results");
    shop.wait_for("results", "two running", |status| counts(status) == [0, 2, 4, 0, 0]);
    shop.cluster.restart_controller();
    let submitted = submit(&shop, "sleeper", "results");
    assert_eq!((&submitted["submitted"], &submitted["queued"]), (&0.into(), &6.into()), "{submitted}");
    shop.wait_for("results", "two running still", |status| counts(status) == [0, 2, 4, 0, 0]);
}
