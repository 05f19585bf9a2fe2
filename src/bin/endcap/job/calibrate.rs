use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::verify::{Differences, Margins, Tolerance};
use endcap::job::{Bundle, Delivery, RenderUnit, file_name};
use serde_json::json;

use super::{catalog, delivery};
use crate::options::BadUsage;
use crate::progress::{line, say};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Folders with deliveries of the same units, each from a machine of another class that is known to be honest.
    #[arg(required = true, num_args = 2..)]
    results: Vec<PathBuf>,
    /// File for the tolerance profile, for `endcap job pack --tolerance`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let composer = bundle.composer(catalog(arguments.catalog.as_deref())?)?;
    let open = |folder: &PathBuf, unit: &RenderUnit| {
        delivery(folder, &bundle, &composer, unit)
            .map_err(|problems| BadUsage(format!("{}: {problems}", folder.join(file_name(unit.number)).display())))
    };
    // Every folder beside the first one, unit by unit; units that one of the two lacks are left out.
    let (mut pairs, mut classes) = (Vec::<(Delivery, Delivery, _)>::new(), std::collections::BTreeSet::new());
    let (first, others) = arguments.results.split_first().expect("clap asks for two");
    for unit in bundle.plan().units() {
        for other in others {
            if [first, other].iter().all(|folder| folder.join(file_name(unit.number)).is_file()) {
                let (a, b) = (open(first, &unit)?, open(other, &unit)?);
                classes.extend([a.claim.class.to_string(), b.claim.class.to_string()]);
                pairs.push((a, b, bundle.unit_header(unit.frames.clone(), &composer)));
            }
        }
    }
    if pairs.is_empty() {
        return Err(BadUsage("no unit is in two of these folders".to_owned()).into());
    }
    let (base, margins) = (Tolerance::default(), Margins::default());
    let found = Differences::measure(&pairs, &base).map_err(endcap::Error::from)?;
    let tolerance = found.tolerance(&margins, &base).map_err(anyhow::Error::msg)?;
    if let Some(path) = &arguments.out {
        fs::write(path, format!("{}\n", serde_json::to_string_pretty(&tolerance)?))?;
    }
    if arguments.json {
        line(
            &json!({"event": "calibration", "classes": classes, "measured": found, "margins": margins, "tolerance": tolerance}),
        );
        return Ok(ExitCode::SUCCESS);
    }
    for class in &classes {
        say(class);
    }
    if classes.len() == 1 {
        say("one class only: this says nothing about others");
    }
    say(format_args!("{} frames and {} tiles compared", found.frames, found.tiles));
    let row =
        |what: &str, measured: String, allowed: String| say(format_args!("{what:<26}{measured:>12}{allowed:>12}"));
    row("", "measured".to_owned(), "allowed".to_owned());
    row("label pixels that differ", found.ids.to_string(), "-".to_owned());
    row("band at edges, px", found.band_px.map_or("-".to_owned(), |px| px.to_string()), tolerance.band_px.to_string());
    row("share of the band", format!("{:.5}", found.band_share), format!("{:.5}", tolerance.band_share));
    row("depth off the band, m", format!("{:.1e}", found.depth_m), format!("{:.1e}", tolerance.depth_m));
    row("steps of colour", found.color_steps.to_string(), tolerance.color_steps.to_string());
    let psnr = found.color_psnr_db.map_or("equal".to_owned(), |psnr| format!("{psnr:.1}"));
    row("worst tile, dB", psnr, format!("{:.1}", tolerance.color_psnr_db));
    Ok(ExitCode::SUCCESS)
}
