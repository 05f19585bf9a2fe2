use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use endcap::dataset::{self, DatasetWriter, Run};
use endcap::frame::Plane;
use endcap::render::{RenderSettings, Renderer, RendererOptions};
use endcap::scene::{Composer, SequenceRules};

use crate::color::ColorArguments;
use crate::export::{self, ExportArguments};
use crate::options::{self, BadUsage};
use crate::progress::Display;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Recipe: a TOML file, or the name of a built-in one (default, close, cooler, tidy, ...).
    recipe: String,
    /// Folder for the dataset.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Catalogue: a TOML or CSV table, a folder with one, or a folder of glTF models. The built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    /// Which frames to make, half-open.
    #[arg(long, value_name = "A..B", value_parser = options::frames, default_value = "0..8")]
    frames: std::ops::Range<u64>,
    /// Seed of the dataset.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Picture size in pixels; that of the recipe if left out.
    #[arg(long, value_name = "WxH", value_parser = options::size)]
    size: Option<(u32, u32)>,
    #[command(flatten)]
    color: ColorArguments,
    /// How far frames differ: 0 is a catalogue photo, 0.5 as the recipe is written, 1 wild.
    #[arg(long, value_name = "0..1", value_parser = options::strength)]
    strength: Option<f64>,
    /// Further formats beside the native one: coco, panoptic, yolo, yoloseg, yoloobb, yolopose, voc, kitti, bop,
    /// sku110k, webdataset, parquet, npz, ply, or all.
    #[arg(long, value_delimiter = ',', default_value = "coco")]
    format: Vec<String>,
    #[command(flatten)]
    export: ExportArguments,
    /// Planes to write; all if left out.
    #[arg(long, value_delimiter = ',', value_parser = options::plane)]
    planes: Vec<Plane>,
    /// Depth layers to write: the so many nearest bodies on the ray of every pixel, hidden or not.
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=256))]
    layers: u32,
    /// Make stereo pairs: frames 2n and 2n + 1 show one scene from two places so many metres apart, left and right.
    #[arg(long, value_name = "METRES", value_parser = options::baseline)]
    stereo: Option<f64>,
    /// Continue a run that was cut off.
    #[arg(long)]
    resume: bool,
    /// Also write a contact sheet of up to 8 frames to this PNG file.
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
    /// Adapter: `cpu`, or part of a name that `endcap devices` lists.
    #[arg(long)]
    adapter: Option<String>,
    /// Print nothing but errors.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// Print one JSON object per line: every frame, then the summary.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let (mut recipe, catalog) =
        options::inputs(&arguments.recipe, arguments.size, arguments.strength, arguments.catalog.as_deref())?;
    if let Some(metres) = arguments.stereo {
        recipe.sequence = SequenceRules::stereo(metres);
    }
    let formats = dataset::formats_by_name(arguments.format.iter().map(String::as_str))
        .map_err(|name| BadUsage(format!("there is no format {name:?}; the formats are {}", format_names())))?;
    let export = arguments.export.export(&catalog)?;

    let run = Run {
        recipe: recipe.to_toml(),
        catalog_digest: catalog.digest().to_hex().to_string(),
        seed: arguments.seed,
        frames: arguments.frames.clone(),
        width: recipe.picture.width,
        height: recipe.picture.height,
        planes: planes(&arguments.planes),
        layers: arguments.layers,
        pictures: recipe.sequence.pictures,
        classes: Vec::new(),
        settings: arguments.color.noted(),
        export,
    };
    let composer = Composer::new(Arc::new(catalog), recipe).map_err(endcap::Error::from)?;
    let composer = export::divided(composer, &run.export, run.seed)?;
    let run = Run { classes: composer.classes().to_vec(), ..run };
    let writer = if arguments.resume {
        DatasetWriter::resume(&arguments.out, &run, &formats)
    } else {
        DatasetWriter::create(&arguments.out, &run, &formats)
    }
    .map_err(endcap::Error::from)?;

    let options = RendererOptions { adapter: options::adapter(arguments.adapter.as_deref()), ..Default::default() };
    let mut renderer = Renderer::new(&options).map_err(endcap::Error::from)?;
    let asked_for = formats.iter().flat_map(|format| format.needs()).chain(&run.planes).copied();
    let settings = arguments.color.settings(needed(&asked_for.collect::<Vec<_>>()));
    let settings = RenderSettings { layers: arguments.layers, ..settings };
    let remaining = writer.remaining();
    let display = Display::new(remaining.end - remaining.start, arguments.quiet, arguments.json);
    let mut units = 0;
    dataset::produce(&composer, &mut renderer, writer, &settings, |progress| {
        units += progress.units;
        display.frame(progress);
    })?;
    if let Some(sheet) = &arguments.sheet {
        let shown = arguments.frames.clone().take(8);
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

/// The planes to write, in their own order.
pub(crate) fn planes(asked: &[Plane]) -> Vec<Plane> {
    if asked.is_empty() {
        Plane::USUAL.to_vec()
    } else {
        Plane::ALL.into_iter().filter(|p| asked.contains(p)).collect()
    }
}

/// The planes to render: truth is counted in these three, whether they are written or not.
pub(crate) fn needed(written: &[Plane]) -> Vec<Plane> {
    const COUNTED: [Plane; 3] = [Plane::Instance, Plane::Depth, Plane::Part];
    Plane::ALL.into_iter().filter(|plane| COUNTED.contains(plane) || written.contains(plane)).collect()
}

/// Names of all formats.
fn format_names() -> String {
    let names: Vec<&str> = dataset::all_formats().iter().map(|format| format.name()).collect();
    names.join(", ")
}

/// Opens the file that a command writes its only result to.
pub(crate) fn create_file(path: &std::path::Path) -> anyhow::Result<std::fs::File> {
    std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
