use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::price::{Estimate, Prices, Probe, probe};
use endcap::job::verify::Effort;
use endcap::job::{Bundle, Plan, now_s};

use super::catalog;
use crate::machine::Machine;
use crate::progress::{line, say};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Frames to render here, spread evenly over the job.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    frames: u64,
    /// Prices, as in assets/prices.toml; the built-in ones if left out.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let prices = arguments.config.as_deref().map_or_else(|| Ok(Prices::default()), Prices::open);
    let prices = prices.map_err(endcap::Error::from)?;
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let composer = bundle.composer(catalog(arguments.catalog.as_deref())?)?;
    let renderer = arguments.machine.renderer(arguments.json)?;
    let effort = Effort::default();
    let probe = probe(&bundle, &composer, renderer, arguments.frames, &effort)?;
    let job = (bundle.digest(), &bundle.plan());
    let estimate = Estimate::new(job, &probe, &effort, &prices, now_s()).map_err(endcap::Error::from)?;
    if arguments.json {
        line(&serde_json::json!({"event": "quote", "probe": probe, "estimate": estimate, "prices": prices}));
    } else {
        print(&probe, &estimate, &prices, &bundle.plan());
    }
    Ok(ExitCode::SUCCESS)
}

fn print(probe: &Probe, estimate: &Estimate, prices: &Prices, plan: &Plan) {
    let row = |what: &str, value: String| say(format_args!("{what:<28}{value}"));
    let token = |amount: u128| prices.token.shown(amount);
    let Estimate { quote, elsewhere, .. } = estimate;
    say(quote.job);
    row("measured on", probe.class.to_string());
    let tried = probe.frames_us.len();
    let frames = if tried == 1 { "frame" } else { "frames" };
    let time = format!("{} on average, {} p95", seconds(estimate.frame_us), seconds(estimate.frame_p95_us));
    row("a frame", format!("{time} ({tried} {frames} tried)"));
    let calibration = probe.calibration.millis();
    row("speed", format!("{} of the reference class (calibration {calibration} ms)", estimate.score));
    let of = plan.unit(0).map_or(0, |unit| unit.frames.end - unit.frames.start);
    row("job", format!("{} frames in {} units of {of}", estimate.frames, estimate.units));
    row("reference GPU time", hours(estimate.reference_us));
    say("");
    row("price of a unit", token(quote.unit_price));
    row("all units", token(estimate.work));
    row("second tries", token(estimate.retries));
    row("setup of workers", token(estimate.setup));
    row("budget for the escrow", format!("{} = ${:.4}", token(estimate.budget), estimate.budget_usd));
    let share = format!("{}.{:02} %", estimate.check_share.0 / 10_000, estimate.check_share.0 / 100 % 100);
    row("checking, on your machine", format!("${:.4} ({share} of the rendering)", estimate.check_usd));
    row(
        "gas to open and close",
        format!("${:.4}; a worker pays ${:.4} to redeem", estimate.gas.client_usd, estimate.gas.worker_usd),
    );
    row("in all", format!("${:.4}", estimate.total_usd));
    say("");
    let [low, high] = elsewhere.cloud_usd;
    row("renting the same GPUs", format!("${low:.4} to ${high:.4}"));
    let [low, high] = elsewhere.mining_usd;
    row("mining with them earns", format!("${low:.4} to ${high:.4}"));
    row(
        "a worker",
        format!("stakes {}, has at most {} units unpaid", token(quote.min_stake), quote.max_units_in_flight),
    );
}

fn seconds(micros: u64) -> String {
    format!("{}.{:03} s", micros / 1_000_000, micros / 1000 % 1000)
}

fn hours(micros: u128) -> String {
    let seconds = micros.div_ceil(1_000_000);
    format!("{} h {} min {} s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
