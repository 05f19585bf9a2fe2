//! A market on one machine: `make market-demo`.
//!
//! Starts a queue (NATS), a store (S3) and a chain (anvil), two honest workers and one that cheats, and gives them a job.
//! The cheat is caught, the honest ones are paid, the rest goes back to the client, and the dataset equals one that was made
//! here without anybody's help.

#[expect(dead_code, reason = "others use the rest")]
#[path = "../../tests/ledger/anvil.rs"]
mod anvil;
#[path = "../../tests/support/market/cheat.rs"]
mod cheat;
#[expect(dead_code, reason = "others use the rest")]
#[path = "../../tests/support/market/mod.rs"]
mod market;
#[expect(dead_code, unused_imports, reason = "others use the rest")]
#[path = "../../tests/support/nats/mod.rs"]
mod nats;
#[expect(dead_code, reason = "others use the rest")]
#[path = "../../tests/store/server.rs"]
mod server;
mod worker;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use market::{Rig, Running};

const UNITS: u64 = 64;
/// Of a unit: a hundredth of a token.
const PRICE: u128 = 10_000_000_000_000_000;
/// What the second worker asks for one; the others take what the job pays.
const ASKED: u128 = 8_000_000_000_000_000;
const BUDGET: u128 = 80 * PRICE;
/// The picture is small: what is shown is the market.
const PICTURE: [&str; 6] = ["--size", "96x128", "--spp", "4", "--seed", "5"];
const NAMES: [&str; 3] = ["honest 1", "honest 2", "cheat"];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, config, state] = &arguments[..]
        && role == "cheat"
    {
        return worker::run(Path::new(config), Path::new(state));
    }
    let folder = PathBuf::from("out/market");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let own = std::env::current_exe()?;
    let built = own.parent().and_then(Path::parent).expect("examples lie in a folder beside the command");
    let start = Instant::now();

    println!("Starting NATS, S3 and a chain; putting the contracts there; staking.");
    let rig = Rig::start(built.join("endcap"), &folder);
    let frames = format!("0..{UNITS}");
    let job =
        rig.run(&[&["pack", "clean", "--frames", &frames, "--unit", "1", "--out", "bundle"][..], &PICTURE].concat());
    println!("The job: {}", job.trim());
    rig.client(&format!(
        "unit_price = \"{PRICE}\"\nbudget = \"{BUDGET}\"\nlease_s = 300\nsilence_s = 30\nnewcomer_units = 10\nhold_back = 8\nwindow = 4"
    ));
    rig.ask(1, ASKED);
    let before = rig.client_balance();

    let mut submit = rig.submit();
    let mut workers: Vec<Running> = (0..2).map(|worker| rig.worker(worker)).collect();
    let mut cheat = Command::new(&own);
    cheat.current_dir(&rig.folder).args(["cheat", "worker2.toml", "worker2"]);
    workers.push(rig.spawn("worker2", cheat));
    watch(&rig, &mut submit);
    let coordinated = start.elapsed();

    // Whoever is told to stop redeems first.
    for worker in &mut workers[..2] {
        worker.stop();
    }
    workers[2].wait(Duration::from_secs(60));
    let status = rig.status().expect("the job was made");
    let escrow = rig.path("state/escrow.json");
    anyhow::ensure!(escrow.exists(), "no escrow");
    let said = submit.said();
    let id = said.split_whitespace().find(|word| word.len() == 67 && word.ends_with(',')).expect("the job's id");
    rig.pass_the_end();
    let address = rig.contracts.escrow.address().to_string();
    let rpc = rig.anvil.url();
    let refund =
        ["refund", "--rpc", &rpc, "--key", "client.key", "--escrow", &address, "--job", id.trim_end_matches(',')];
    println!("{}", rig.run(&refund).trim());

    println!("Making the dataset of what was delivered, and the same dataset here.");
    rig.run(&["fetch", "state", "--out", "dataset"]);
    let local = Command::new(built.join("endcap"))
        .current_dir(&folder)
        .args(["render", "clean", "--frames", &frames, "--out", "local", "--quiet"])
        .args(PICTURE)
        .status()?;
    anyhow::ensure!(local.success(), "the local run failed");
    let files = market::assert_equal_folders(&rig.path("dataset"), &rig.path("local"));

    table(&rig, &status)?;
    let spent = before - rig.client_balance();
    let shown = |amount| rig.contracts.token.shown(amount);
    println!("client    {} of {} spent, {} came back", shown(spent)?, shown(BUDGET)?, shown(BUDGET - spent)?);
    println!("dataset   {files} files, every byte as in a run on one machine");
    println!("time      {:.0} s for the job, {:.0} s in all", coordinated.as_secs_f64(), start.elapsed().as_secs_f64());
    let received: u128 = (0..3).map(|worker| rig.balance(worker)).sum();
    anyhow::ensure!(spent == received && received == due(&rig, &status), "the sums do not fit");
    Ok(())
}

/// Says where the job stands until it is over.
fn watch(rig: &Rig, submit: &mut Running) {
    let mut last = String::new();
    while submit.child.try_wait().expect("ours").is_none() {
        std::thread::sleep(Duration::from_secs(2));
        let Some(status) = rig.status() else { continue };
        let units = status["units"].as_object().expect("states");
        let states: Vec<String> =
            units.iter().filter(|(_, n)| n.as_u64() > Some(0)).map(|(state, n)| format!("{n} {state}")).collect();
        let line = states.join(", ");
        if line != last {
            println!("  {line}");
            last = line;
        }
    }
    let status = submit.wait(Duration::from_secs(1));
    assert!(status.success(), "the coordinator failed: {}", submit.said());
}

/// What was promised to those who stayed to the end: whoever was dismissed cannot be told any more.
fn due(rig: &Rig, status: &serde_json::Value) -> u128 {
    let promised = workers(rig, status).into_iter().filter(|worker| worker["state"] != "caught");
    promised.filter_map(|worker| worker["promised"].as_str()?.parse::<u128>().ok()).sum()
}

fn workers(rig: &Rig, status: &serde_json::Value) -> Vec<serde_json::Value> {
    let all = status["workers"].as_array().expect("workers");
    let named = |worker: usize| {
        let name = rig.name(worker).to_string();
        all.iter().find(|entry| entry["name"] == name.as_str()).cloned().unwrap_or_default()
    };
    (0..3).map(named).collect()
}

fn table(rig: &Rig, status: &serde_json::Value) -> anyhow::Result<()> {
    println!(
        "\n{:<10} {:<44} {:>6} {:>6} {:>12} {:>12} {:>12}  state",
        "worker", "address", "valid", "wrong", "a unit", "promised", "received"
    );
    for (number, worker) in workers(rig, status).iter().enumerate() {
        let text = |name: &str| worker[name].as_str().unwrap_or("-").to_owned();
        println!(
            "{:<10} {:<44} {:>6} {:>6} {:>12} {:>12} {:>12}  {}{}",
            NAMES[number],
            text("name"),
            worker["valid"].to_string(),
            worker["invalid"].to_string(),
            rig.contracts.token.shown(text("unit_price").parse()?)?,
            rig.contracts.token.shown(text("promised").parse()?)?,
            rig.contracts.token.shown(rig.balance(number))?,
            text("state"),
            worker["reason"]
                .as_str()
                .map_or(String::new(), |reason| { format!(": {}", reason.split(';').next().unwrap_or_default()) }),
        );
    }
    println!();
    let states: Vec<String> = workers(rig, status).iter().map(|worker| worker["state"].to_string()).collect();
    anyhow::ensure!(states[2].contains("caught"), "the cheat was not caught: {states:?}");
    Ok(())
}
