//! How many tasks a second the queue carries, and what a unit costs beside its own work: simulated workers that sleep
//! instead of rendering, over a real server with TLS and logins, which syncs every message to the disk.
//!
//! `cargo run --example queue_load --features nats [WORKERS UNITS_EACH MILLISECONDS]…`

use std::collections::BTreeSet;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use endcap::job::queue::nats::{NatsQueue, QueueOptions};
use endcap::job::queue::{Answer, Dispatch, Hello, Notice, Report, Task, WorkQueue};
use endcap::job::{Digest, EngineClass, Error, Node};

use crate::nats::{Market, id, task};

#[expect(dead_code, unused_imports, reason = "tests need more of it")]
#[path = "../tests/support/nats/mod.rs"]
mod nats;

/// How many tasks a worker has at a time: one that it works on, and one that waits.
const AHEAD: u64 = 2;

fn main() -> anyhow::Result<()> {
    let numbers = std::env::args().skip(1).map(|text| text.parse::<u64>()).collect::<Result<Vec<_>, _>>()?;
    let runs: Vec<[u64; 3]> = if numbers.is_empty() {
        vec![[1, 10, 1000], [10, 10, 1000], [200, 10, 1000], [1, 1000, 0], [10, 200, 0], [200, 20, 0]]
    } else {
        numbers.as_chunks().0.to_vec()
    };
    println!("{}", String::from_utf8_lossy(&Command::new("uptime").output()?.stdout).trim());
    println!("workers  units  unit_s  wall_s  units/s  overhead_ms/unit  login_s");
    for [workers, each, work_ms] in runs {
        let measured = run(workers, each, Duration::from_millis(work_ms))?;
        let wall_s = measured.wall.as_secs_f64();
        // What a unit took longer than its work, as its worker sees it.
        let overhead_ms = 1e3 * wall_s / each as f64 - work_ms as f64;
        println!(
            "{workers:7}  {:5}  {:6.1}  {wall_s:6.2}  {:7.1}  {overhead_ms:16.1}  {:7.2}",
            workers * each,
            work_ms as f64 / 1e3,
            (workers * each) as f64 / wall_s,
            measured.login.as_secs_f64(),
        );
    }
    println!("{}", String::from_utf8_lossy(&Command::new("uptime").output()?.stdout).trim());
    Ok(())
}

struct Measured {
    /// From the first task to the last report.
    wall: Duration,
    /// From the start of the workers until all have logged in and said hello.
    login: Duration,
}

fn run(workers: u64, each: u64, work: Duration) -> anyhow::Result<Measured> {
    let mut market = Market::open(QueueOptions::default());
    let names: Vec<String> = (0..workers).map(|number| format!("w{number}")).collect();
    // A thread with little stack each: they sleep.
    let begin = Instant::now();
    let threads = names.iter().map(|name| {
        let options = market.server.worker_options(name);
        let work = move || {
            // Two hundred logins at once take a while on two cores, and some are late.
            let connection = std::iter::repeat_with(|| endcap::job::queue::nats::Connection::open(&options));
            let connection = connection.take(10).find_map(Result::ok).expect("logs in");
            simulate(NatsQueue::open(connection)?, each, work)
        };
        thread::Builder::new().stack_size(512 << 10).spawn(work)
    });
    let threads = threads.collect::<Result<Vec<_>, _>>()?;
    for _ in 0..workers {
        let heard = market.dispatch.receive(Duration::from_secs(60))?;
        anyhow::ensure!(matches!(heard, Some((_, Notice::Hello(_)))), "no hello: {heard:?}");
    }
    market.dispatch.settle()?;
    for name in &names {
        market.dispatch.enrol(&id(name))?;
    }
    let login = begin.elapsed();

    let begin = Instant::now();
    for unit in 0..AHEAD.min(each) {
        for name in &names {
            market.dispatch.send(&task(name, unit))?;
        }
    }
    let mut done = BTreeSet::new();
    while done.len() < (workers * each) as usize {
        let heard = market.dispatch.receive(Duration::from_secs(60))?;
        let Some((worker, Notice::Report(report))) = heard else { anyhow::bail!("no report: {heard:?}") };
        done.insert((worker.clone(), report.what.unit));
        if report.what.unit + AHEAD < each {
            market.dispatch.send(&task(worker.as_str(), report.what.unit + AHEAD))?;
        }
        market.dispatch.answer(&worker, &Answer::Accepted { what: report.what })?;
        // A coordinator writes its journal by the batch, and settles after that.
        if done.len() % 64 == 0 {
            market.dispatch.settle()?;
        }
    }
    let wall = begin.elapsed();
    market.dispatch.settle()?;
    for thread in threads {
        thread.join().expect("no worker panics")?;
    }
    Ok(Measured { wall, login })
}

fn simulate(mut queue: NatsQueue, each: u64, work: Duration) -> Result<(), Error> {
    let class = EngineClass {
        engine: "simulated".to_owned(),
        backend: String::new(),
        adapter: String::new(),
        driver: String::new(),
    };
    let calibration = Digest::of(b"none");
    queue.tell(&Notice::Hello(Hello { class: class.clone(), calibration, calibration_ms: 0, slots: 2 }))?;
    let mut done = 0;
    while done < each {
        let Some(Task { what, .. }) = &queue.pull(Duration::from_secs(30))? else { continue };
        thread::sleep(work);
        let report = Report {
            what: what.clone(),
            class: class.clone(),
            root: Node([7; 32]),
            bytes: 1 << 20,
            delivery: Digest::of(b"delivery"),
            signature: None,
        };
        queue.tell(&Notice::Report(report))?;
        queue.release(&Task { what: what.clone(), ..task("w", 0) })?;
        queue.answers()?;
        done += 1;
    }
    Ok(())
}
