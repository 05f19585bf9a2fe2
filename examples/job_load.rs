//! How many units a second the whole adapter carries, and what a unit costs beside its own work: a coordinator with its
//! journal, a queue over a real server with TLS and logins, a store, and workers that sleep instead of rendering. Deliveries
//! are believed, because verifying takes as long as a renderer takes.
//!
//! `cargo run --example job_load --features nats [WORKERS UNITS_EACH MILLISECONDS]…`

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use endcap::job::coordinate::{Coordinator, Ends, Examination, Examine, Examined, FileJournal, Terms, UnitState};
use endcap::job::ledger::NoLedger;
use endcap::job::queue::nats::QueueOptions;
use endcap::job::queue::{Hello, Task};
use endcap::job::store::FolderStore;
use endcap::job::verify::Outcome;
use endcap::job::worker::{Agent, AgentEnds, Make, Pace};
use endcap::job::{Claim, ClaimedFrame, Digest, EngineClass, Node, now_s};

#[expect(dead_code, unused_imports, reason = "tests need more of it")]
#[path = "../tests/support/nats/mod.rs"]
mod nats;

#[path = "../tests/support/bundle.rs"]
mod small;

fn main() -> anyhow::Result<()> {
    let numbers = std::env::args().skip(1).map(|text| text.parse::<u64>()).collect::<Result<Vec<_>, _>>()?;
    let runs: Vec<[u64; 3]> = if numbers.is_empty() {
        vec![[1, 10, 1000], [10, 10, 1000], [200, 10, 1000], [10, 50, 0]]
    } else {
        numbers.as_chunks().0.to_vec()
    };
    println!("{}", String::from_utf8_lossy(&Command::new("uptime").output()?.stdout).trim());
    println!("workers  units  unit_s  wall_s  units/s  overhead_ms/unit");
    for [workers, each, work_ms] in runs {
        let wall_s = run(workers, each, Duration::from_millis(work_ms))?.as_secs_f64();
        let overhead_ms = 1e3 * wall_s / each as f64 - work_ms as f64;
        let (units, unit_s) = (workers * each, work_ms as f64 / 1e3);
        let rate = units as f64 / wall_s;
        println!("{workers:7}  {units:5}  {unit_s:6.1}  {wall_s:6.2}  {rate:7.1}  {overhead_ms:16.1}");
    }
    println!("{}", String::from_utf8_lossy(&Command::new("uptime").output()?.stdout).trim());
    Ok(())
}

/// Time from the first lease until every unit is valid.
fn run(workers: u64, each: u64, work: Duration) -> anyhow::Result<Duration> {
    let folder = tempfile::tempdir()?;
    let bundle = small::bundle(&folder.path().join("bundle"), workers * each);
    let store = FolderStore::open(&folder.path().join("store"))?;
    let nats::Market { dispatch, login: _login, server } = nats::Market::open(QueueOptions::default());
    let class = EngineClass {
        engine: bundle.manifest().renderer.engine.clone(),
        backend: "none".to_owned(),
        adapter: "sleeps".to_owned(),
        driver: String::new(),
    };
    let terms = Terms { window: 2, lease_s: 600, silence_s: 120, ..Terms::trusting() };
    let ends = Ends {
        journal: Box::new(FileJournal::open(&folder.path().join("journal"))?),
        dispatch: Box::new(dispatch),
        store: Arc::new(store.clone()),
        ledger: Box::new(NoLedger),
        examiner: Box::new(Believer),
        bundle_name: "bundle.tar".to_owned(),
    };
    let mut coordinator = Coordinator::open(&bundle, folder.path(), &terms, ends)?;

    let is_over = AtomicBool::new(false);
    let mut agents = Vec::new();
    for number in 0..workers {
        let name = format!("w{number}");
        let hello = Hello { class: class.clone(), calibration: Digest::of(b""), calibration_ms: 0, slots: 2 };
        let ends = AgentEnds {
            queue: Box::new(server.worker(&name)),
            courier: Box::new(store.clone()),
            maker: Box::new(Sleeper { class: class.clone(), work }),
            hello,
            sign: None,
            vet: None,
        };
        agents.push(Agent::open(&folder.path().join(&name), ends, Pace::default())?);
    }
    thread::scope(|scope| {
        for agent in &mut agents {
            let is_over = &is_over;
            let thread = thread::Builder::new().stack_size(1 << 19);
            thread.spawn_scoped(scope, move || agent.run(is_over, &mut |_| {}).expect("room on the disk"))?;
        }
        let mut begun = None;
        while coordinator.table().count(UnitState::Valid) < workers * each {
            coordinator.step(now_s(), Duration::from_millis(20))?;
            let is_given = coordinator.table().count(UnitState::InProgress) > 0;
            begun = begun.or_else(|| is_given.then(Instant::now));
        }
        let wall = begun.map(|begun| begun.elapsed()).unwrap_or_default();
        is_over.store(true, Ordering::Relaxed);
        Ok(wall)
    })
}

/// Sleeps as long as a unit takes, and delivers a word.
struct Sleeper {
    class: EngineClass,
    work: Duration,
}

impl Make for Sleeper {
    fn make(
        &mut self,
        task: &Task,
        folder: &Path,
        on_frame: &mut dyn FnMut(),
    ) -> Result<(PathBuf, Claim), endcap::Error> {
        thread::sleep(self.work);
        on_frame();
        let path = folder.join(endcap::job::file_name(task.what.unit));
        std::fs::write(&path, "slept").expect("room on the disk");
        let frames = vec![ClaimedFrame { frame: task.what.unit, files: Vec::new() }];
        let unit = (task.what.unit, task.what.attempt);
        Ok((path, Claim::new(task.what.job, unit, self.class.clone(), frames)))
    }
}

/// Believes what it is given.
struct Believer;

impl Examine for Believer {
    fn examine(&mut self, examination: &Examination) -> Result<Examined, endcap::Error> {
        let unit = examination.report.what.unit;
        let leaves = vec![Node::leaf(unit, unit, examination.report.delivery)];
        let findings = String::new();
        Ok(Examined { outcome: Outcome::Valid, is_sampled: false, findings, leaves, agreeing: Vec::new() })
    }
}
