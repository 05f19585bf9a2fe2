use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use endcap::dataset::{self, DatasetWriter};

use crate::machine::Machine;
use crate::progress::Display;
use crate::run::{Prepared, RunArguments};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    run: RunArguments,
    /// Folder for the dataset.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Continue a run that was cut off.
    #[arg(long)]
    resume: bool,
    /// Also write a contact sheet of up to 8 frames to this PNG file.
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
    /// Print nothing but errors.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// Print one JSON object per line: every frame, then the summary.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let Prepared { run, composer, formats, settings } = arguments.run.prepare()?;
    let writer = if arguments.resume {
        DatasetWriter::resume(&arguments.out, &run, &formats)
    } else {
        DatasetWriter::create(&arguments.out, &run, &formats)
    }
    .map_err(endcap::Error::from)?;

    let mut renderer = arguments.machine.renderer(arguments.quiet)?;
    let remaining = writer.remaining();
    let display = Display::new(remaining.end - remaining.start, arguments.quiet, arguments.json);
    let mut units = 0;
    dataset::produce(&composer, &mut renderer, writer, &settings, |progress| {
        units += progress.units;
        display.frame(progress);
    })?;
    if let Some(sheet) = &arguments.sheet {
        let shown = arguments.run.frames.clone().take(8);
        dataset::write_contact_sheet(&arguments.out, shown, sheet).map_err(endcap::Error::from)?;
    }

    let frames = remaining.end - remaining.start;
    let seconds = started.elapsed().as_secs_f64();
    let summary = serde_json::json!({
        "event": "done", "frames": frames, "units": units, "seconds": seconds,
        "adapter": renderer.adapter().name, "out": arguments.out,
    });
    let mut text = format!(
        "{frames} frames with {units} units in {seconds:.1} s on {} -> {}",
        renderer.adapter().name,
        arguments.out.display()
    );
    if let Some(sheet) = &arguments.sheet {
        text += &format!("\nContact sheet: {}", sheet.display());
    }
    text += &format!(
        "\nNext: endcap check {}, and docs/dataset-format.md says what each file means.",
        arguments.out.display()
    );
    display.finish(&summary, &text, arguments.quiet);
    Ok(ExitCode::SUCCESS)
}

/// Opens the file that a command writes its only result to.
pub(crate) fn create_file(path: &std::path::Path) -> anyhow::Result<std::fs::File> {
    std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
