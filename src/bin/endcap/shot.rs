use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use endcap::annotate::annotate;
use endcap::dataset::{self, DatasetWriter, Export, Run, Sample};
use endcap::frame::Plane;
use endcap::render::RenderSettings;
use endcap::scene::{CameraChoice, Scene, ShotOptions, Surroundings};

use crate::color::ColorArguments;
use crate::machine::Machine;
use crate::options;
use crate::progress::{line, say};
use crate::run::planes;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// glTF 2.0 scene (.glb or .gltf).
    file: PathBuf,
    /// Folder for the picture and its truth; the layout of a dataset with one frame.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Camera: a JSON file with the fields of `frames/N.json`, or the name of a camera in the scene.
    #[arg(long, value_name = "FILE.json|NAME")]
    camera: Option<String>,
    /// Equirectangular picture of the surroundings (.hdr or .exr), or `interior` for a made-up store.
    #[arg(long, value_name = "FILE|interior")]
    environment: Option<String>,
    /// Picture size in pixels; that of the camera if left out.
    #[arg(long, value_name = "WxH", value_parser = options::size)]
    size: Option<(u32, u32)>,
    #[command(flatten)]
    color: ColorArguments,
    /// Planes to write; all if left out.
    #[arg(long, value_delimiter = ',', value_parser = options::plane)]
    planes: Vec<Plane>,
    /// Depth layers to write: the so many nearest nodes on the ray of every pixel, hidden or not.
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=256))]
    layers: u32,
    /// Render so many times and tell the median time of a frame; the files are those of the first.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeat: u32,
    #[command(flatten)]
    machine: Machine,
    /// Print nothing but errors.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// Print the summary as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let options = ShotOptions {
        camera: arguments.camera.as_deref().map(CameraChoice::from_text),
        size: arguments.size,
        environment: arguments.environment.as_deref().map(Surroundings::from_text),
    };
    let scene = Scene::from_gltf(&arguments.file, &options).map_err(endcap::Error::from)?;
    let written = planes(&arguments.planes);
    let run = Run {
        recipe: format!("shot of {}", file_name(&arguments.file)),
        catalog_digest: String::new(),
        seed: scene.seed.dataset,
        frames: 0..1,
        width: scene.camera.width,
        height: scene.camera.height,
        planes: written.clone(),
        layers: arguments.layers,
        pictures: 1,
        classes: scene.classes.clone(),
        settings: arguments.color.noted(),
        export: Export::default(),
    };
    let formats = dataset::formats_by_name(["coco"]).expect("coco is a format");
    let mut writer = DatasetWriter::create(&arguments.out, &run, &formats).map_err(endcap::Error::from)?;
    let loaded = started.elapsed();

    let mut renderer = arguments.machine.renderer(arguments.quiet)?;
    let rendered = dataset::planes_to_render(&formats, &written);
    let settings = RenderSettings { layers: arguments.layers, ..arguments.color.settings(rendered) };
    let first_started = Instant::now();
    let frame = renderer.render(&scene, &settings).map_err(endcap::Error::from)?;
    let first = first_started.elapsed();
    let mut times = Vec::new();
    for _ in 1..arguments.repeat {
        let again = Instant::now();
        renderer.render(&scene, &settings).map_err(endcap::Error::from)?;
        times.push(again.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let annotation = annotate(&scene, &frame).map_err(endcap::Error::from)?;
    let sample = Sample { index: 0, scene: &scene, frame: &frame, annotation: &annotation };
    writer.write(&sample).map_err(endcap::Error::from)?;
    writer.finish().map_err(endcap::Error::from)?;

    let summary = serde_json::json!({
        "event": "done", "units": scene.units.len(), "load_s": loaded.as_secs_f64(), "first_s": first.as_secs_f64(),
        "frame_s": times.get(times.len() / 2), "adapter": renderer.adapter().name, "out": arguments.out,
    });
    if arguments.json {
        line(&summary);
    } else if !arguments.quiet {
        let (units, out) = (scene.units.len(), arguments.out.display());
        let (seconds, adapter) = (started.elapsed().as_secs_f64(), &renderer.adapter().name);
        say(format_args!("{units} nodes in {seconds:.1} s on {adapter} -> {out}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
