//! What the user sees while work goes on: a bar on a terminal, JSON lines for machines, else nothing.

use std::fmt;
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
            say(text);
        }
    }
}

/// One line of JSON on standard output.
pub(crate) fn line(value: &serde_json::Value) {
    say(value);
}

/// One line on standard output. A closed pipe is the reader's choice, not a failure.
pub(crate) fn say(text: impl fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// One line on standard error, after the program's name.
pub(crate) fn complain(text: impl fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "endcap: {text}");
}
