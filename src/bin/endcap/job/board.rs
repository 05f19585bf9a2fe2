//! Where a job stands, on a terminal: one bar, and a line for each worker.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use endcap::job::coordinate::{Status, Table, WorkerStatus};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::progress::{line, say};

/// Most workers that have a line of their own.
const MAX_LINES: usize = 12;

/// How much is shown.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Shown {
    /// Say nothing.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// A line of JSON whenever something has changed.
    #[arg(long)]
    json: bool,
}

impl Shown {
    /// Whether nothing is to be said beside what a program reads.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet || self.json
    }
}

pub(super) struct Board {
    shown: Shown,
    bars: MultiProgress,
    bar: ProgressBar,
    lines: RefCell<Vec<ProgressBar>>,
    last: RefCell<Option<Status>>,
    drawn: Cell<Option<Instant>>,
    /// When the first figures came, and how many units were valid then.
    start: Cell<Option<(Instant, u64)>>,
}

impl Board {
    pub(super) fn new(shown: &Shown) -> Self {
        let target =
            if shown.quiet || shown.json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bars = MultiProgress::with_draw_target(target);
        let bar = bars.add(ProgressBar::new(0));
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} units  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self {
            shown: *shown,
            bars,
            bar,
            lines: RefCell::default(),
            last: RefCell::default(),
            drawn: Cell::default(),
            start: Cell::default(),
        }
    }

    /// Shows the newest figures, a few times a second at most.
    pub(super) fn show(&self, table: &Table, progress: &BTreeMap<(u64, u32), u64>) {
        if self.shown.quiet || self.drawn.get().is_some_and(|when| when.elapsed() < Duration::from_millis(200)) {
            return;
        }
        self.drawn.set(Some(Instant::now()));
        let status = Status::of(table);
        let units = |state: &str| status.units.get(state).copied().unwrap_or_default();
        let (valid, all) = (units("valid"), status.units.values().sum::<u64>());
        let (begun, valid_then) = self.start.get().unwrap_or((Instant::now(), valid));
        self.start.set(Some((begun, valid_then)));
        self.bar.set_length(all);
        self.bar.set_position(valid);
        let rate = (valid - valid_then) as f64 / begun.elapsed().as_secs_f64().max(1e-3);
        let left = if rate > 0.0 { clock((all - valid) as f64 / rate) } else { "?".to_owned() };
        let frames: u64 = progress.values().sum();
        let money = if status.budget > 0 { format!("  {} of {}", status.earned, status.budget) } else { String::new() };
        self.bar.set_message(format!(
            "{} in progress ({frames} frames done), {} to look at, {} doubtful, {} dead  {rate:.2}/s  {left} left{money}",
            units("in progress"),
            units("reported"),
            units("inconclusive"),
            units("dead"),
        ));
        self.show_workers(&status.workers);
        if self.shown.json && self.last.borrow().as_ref() != Some(&status) {
            line(&serde_json::to_value(&status).expect("plain data"));
        }
        self.last.replace(Some(status));
    }

    fn show_workers(&self, workers: &[WorkerStatus]) {
        let mut lines = self.lines.borrow_mut();
        while lines.len() < workers.len().min(MAX_LINES) {
            let style = ProgressStyle::with_template("  {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
            lines.push(self.bars.add(ProgressBar::new_spinner().with_style(style)));
        }
        for (bar, worker) in lines.iter().zip(workers) {
            bar.set_message(words(worker));
        }
    }

    /// Leaves the last figures standing.
    pub(super) fn finish(&self, table: &Table) {
        self.bar.finish_and_clear();
        self.lines.borrow().iter().for_each(ProgressBar::finish_and_clear);
        let status = Status::of(table);
        if self.shown.json {
            line(&serde_json::to_value(&status).expect("plain data"));
        } else if !self.shown.quiet {
            print(&status);
        }
    }
}

/// Prints where a job stands, as a table.
pub(super) fn print(status: &Status) {
    let end = match (status.is_over, status.is_cancelled) {
        (_, true) => ", cancelled",
        (true, false) => ", over",
        (false, false) => "",
    };
    say(format_args!("{}{end}", status.job));
    let states: Vec<String> =
        status.units.iter().filter(|(_, count)| **count > 0).map(|(state, count)| format!("{count} {state}")).collect();
    say(format_args!("units    {}", states.join(", ")));
    if status.budget > 0 {
        say(format_args!(
            "money    {} earned, {} spoken for, {} budget",
            status.earned, status.committed, status.budget
        ));
    }
    for worker in &status.workers {
        say(format_args!("worker   {}", words(worker)));
    }
}

fn words(worker: &WorkerStatus) -> String {
    let WorkerStatus { name, class, state, reason, in_flight, valid, invalid, unit_price, promised } = worker;
    let money = if *unit_price > 0 { format!(", {promised} promised at {unit_price} a unit") } else { String::new() };
    let reason = reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    format!("{name:<14} {state:<6} {valid} valid, {invalid} wrong, {in_flight} in hand{money}  {class}{reason}")
}

/// Seconds as hours, minutes and seconds.
fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
