use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use endcap::job::queue::nats::NatsTable;

use crate::market::{Rig, Running, assert_equal_folders};
use crate::nats::Proxy;

const UNITS: u64 = 14;
const PRICE: u128 = 100;
/// What the second worker asks.
const ASKED: u128 = 80;
const PICTURE: [&str; 6] = ["--size", "60x80", "--spp", "1", "--seed", "5"];
/// Longest time for any step, seconds.
const LONGEST: u64 = 100;

/// Waits until so many units are valid.
#[track_caller]
fn wait_until(what: &str, units: u64, rig: &Rig, submit: &mut Running) {
    let end = Instant::now() + Duration::from_secs(LONGEST);
    while rig.units("valid") < units {
        let is_alive = submit.child.try_wait().expect("ours").is_none();
        let tail = |log: &str| log.lines().rev().take(30).collect::<Vec<_>>().join("\n");
        let logs = || {
            let names = ["submit.log", "worker0.log", "worker1.log", "worker2.log"];
            names.map(|name| tail(&std::fs::read_to_string(rig.path(name)).unwrap_or_default())).join("\n\n")
        };
        assert!(is_alive || rig.units("valid") >= units, "the coordinator has ended: {}", logs());
        assert!(Instant::now() < end, "never: {what}: {:?}\n{}", rig.status(), logs());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// One job, while a worker is killed in the middle of a unit, the coordinator, the queue's server and the chain are killed, a
/// worker is cut off from the network, and another one has no room on its disk. It ends as if nothing had happened.
#[test]
fn a_job_outlives_everybody() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let endcap = Path::new(env!("CARGO_BIN_EXE_endcap"));
    let mut rig = Rig::start(endcap.to_owned(), folder.path());
    let frames = format!("0..{UNITS}");
    rig.run(&[&["pack", "clean", "--frames", &frames, "--unit", "1", "--out", "bundle"][..], &PICTURE].concat());
    let budget = PRICE * u128::from(UNITS) + 3 * PRICE;
    rig.client(&format!(
        "unit_price = {PRICE}\nbudget = {budget}\nlease_s = 120\nsilence_s = 8\nnewcomer_units = 2\nhold_back = 3\nwindow = 3\nattempts = 9"
    ));
    // The second worker's cable can be cut.
    let cable = Proxy::to(rig.nats.address());
    rig.write("worker1.toml", &rig.worker_config(1, cable.port));
    rig.ask(1, ASKED);
    let before = rig.client_balance();

    let mut submit = rig.submit();
    let mut workers = vec![rig.worker(0), rig.worker(1)];
    // The third has no room: its units fail, with the reason, and somebody else makes them.
    let full = folder.path().join("worker2");
    std::fs::create_dir_all(&full).expect("writable");
    let has_tmpfs = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"]).arg(&full).status();
    let has_tmpfs = has_tmpfs.is_ok_and(|status| status.success());
    let unmount = scopeguard(has_tmpfs, full);
    if has_tmpfs {
        workers.push(rig.worker(2));
    }

    wait_until("the first units are valid", 2, &rig, &mut submit);
    workers[0].kill();
    wait_until("it goes on with one worker", 4, &rig, &mut submit);
    workers[0] = rig.worker(0);
    submit.kill();
    rig.nats.kill();
    std::thread::sleep(Duration::from_secs(1));
    rig.nats.restart();
    submit = rig.submit();
    wait_until("it goes on after coordinator and server were killed", 7, &rig, &mut submit);
    cable.cut();
    rig.anvil.kill();
    std::thread::sleep(Duration::from_secs(4));
    cable.mend();
    wait_until("it goes on without the chain", 9, &rig, &mut submit);
    rig.anvil.restart();

    assert!(submit.wait(Duration::from_secs(LONGEST)).success(), "{}", submit.said());
    let status = rig.status().expect("a status");
    assert_eq!(status["units"]["valid"], UNITS, "{status}");
    if has_tmpfs {
        let text = std::fs::read_to_string(rig.path("state/journal")).expect("a journal");
        assert!(text.contains("the disk is full"), "{}", workers[2].said());
    }
    for worker in &mut workers {
        worker.stop();
    }
    drop(unmount);

    // The market knows the same without the coordinator's folder.
    let job = status["job"].as_str().expect("a digest");
    let remote = rig.run(&["status", "--job", job, "--market", "client.toml", "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&remote).expect("JSON"), status);

    let shown = NatsTable::read(&rig.nats.coordinator(), job.parse().expect("a digest")).expect("it listens");
    assert_eq!(shown.len() as u64, UNITS);
    assert!(shown.values().all(|state| state.contains("\"valid\"")), "{shown:?}");

    // Everybody has what the journal says, and nothing was paid twice.
    let earned: u128 = status["earned"].as_str().expect("digits").parse().expect("digits");
    let valid = |worker: usize| {
        let name = rig.name(worker).to_string();
        let mut all = status["workers"].as_array().expect("workers").iter();
        all.find(|one| one["name"] == name.as_str()).and_then(|one| one["valid"].as_u64()).unwrap_or_default()
    };
    let made = [valid(0), valid(1), valid(2)].map(u128::from);
    assert_eq!(earned, PRICE * (made[0] + made[2]) + ASKED * made[1], "{status}");
    assert!(earned <= budget && made.iter().sum::<u128>() >= u128::from(UNITS) && made[1] > 0, "{status}");
    let received: u128 = (0..3).map(|worker| rig.balance(worker)).sum();
    assert_eq!(received, earned, "{}\n{}", workers[0].said(), workers[1].said());
    assert_eq!(before - rig.client_balance(), budget, "the rest is in the escrow");

    rig.run(&["fetch", "state", "--out", "dataset"]);
    let local = Command::new(endcap)
        .current_dir(folder.path())
        .args(["render", "clean", "--frames", &frames, "--out", "local", "--quiet"])
        .args(PICTURE)
        .status()
        .expect("it starts");
    assert!(local.success());
    assert!(assert_equal_folders(&rig.path("dataset"), &rig.path("local")) > 5 * UNITS as usize);
}

/// Takes a file system off when it goes.
fn scopeguard(is_mounted: bool, folder: std::path::PathBuf) -> impl Drop {
    struct Guard(Option<std::path::PathBuf>);
    impl Drop for Guard {
        fn drop(&mut self) {
            if let Some(folder) = self.0.take() {
                let _ = Command::new("umount").arg("-l").arg(folder).status();
            }
        }
    }
    Guard(is_mounted.then_some(folder))
}
