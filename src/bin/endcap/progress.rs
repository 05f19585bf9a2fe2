//! What the user sees while work goes on: a bar on a terminal, JSON lines for machines, else nothing.

use std::io::Write;

use endcap::dataset::Progress;
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) struct Display {
    bar: ProgressBar,
    json: bool,
}

impl Display {
    /// A bar for so many frames. It hides itself where there is no terminal.
    pub(crate) fn new(frames: u64, quiet: bool, json: bool) -> Self {
        let bar = if quiet || json { ProgressBar::hidden() } else { ProgressBar::new(frames) };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} frames  {per_sec}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, json }
    }

    pub(crate) fn frame(&self, progress: Progress) {
        self.bar.inc(1);
        if self.json {
            line(&serde_json::json!({"event": "frame", "index": progress.index, "units": progress.units}));
        }
    }

    pub(crate) fn finish(&self, summary: &serde_json::Value, text: &str, quiet: bool) {
        self.bar.finish_and_clear();
        if self.json {
            line(summary);
        } else if !quiet {
            let mut out = std::io::stdout().lock();
            // A closed pipe is the reader's choice, not a failure.
            let _ = writeln!(out, "{text}");
        }
    }
}

/// One line of JSON on standard output.
pub(crate) fn line(value: &serde_json::Value) {
    let _ = writeln!(std::io::stdout().lock(), "{value}");
}
