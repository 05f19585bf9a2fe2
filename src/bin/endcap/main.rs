//! The `endcap` command: arguments in, work of the library, exit code out.
//!
//! Exit codes: 0 done, 1 failed, 2 bad usage or bad input.

mod check;
mod color;
mod devices;
mod export;
mod job;
mod machine;
mod options;
mod progress;
mod render;
mod run;
mod scene;
mod shot;
mod stats;
mod view;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Labelled pictures of supermarket shelves.
#[derive(Debug, Parser)]
#[command(name = "endcap", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a labelled dataset from a recipe.
    Render(render::Arguments),
    /// Write a composed frame as GLB, for other programs to show.
    Scene(scene::Arguments),
    /// Render a glTF scene of your own, with the same planes.
    Shot(shot::Arguments),
    /// Make a dataset on other machines: pack it, run units, verify and collect what they deliver.
    Job(job::Arguments),
    /// List the graphics adapters.
    Devices(devices::Arguments),
    /// Verify a finished dataset: digests, masks, boxes, poses.
    Check(check::Arguments),
    /// Measure a finished dataset beside real shelf photos.
    Stats(stats::Arguments),
    /// Show a finished dataset in a browser on this machine.
    View(view::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Jobs run for days and get over most of what happens, which somebody should be able to read.
    let usual = if matches!(arguments.command, Command::Job(_)) { "error,endcap=warn" } else { "error" };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("ENDCAP_LOG").unwrap_or_else(|_| usual.into()))
        .init();
    let result = match arguments.command {
        Command::Render(arguments) => render::run(&arguments),
        Command::Scene(arguments) => scene::run(&arguments),
        Command::Shot(arguments) => shot::run(&arguments),
        Command::Job(arguments) => job::run(&arguments),
        Command::Devices(arguments) => devices::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::View(arguments) => view::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            progress::complain(format_args!("{error:#}"));
            let bad_input = error.chain().any(|cause| {
                cause.downcast_ref::<endcap::Error>().is_some_and(endcap::Error::is_bad_input)
                    || cause.is::<options::BadUsage>()
            });
            ExitCode::from(if bad_input { 2 } else { 1 })
        }
    }
}
