use std::path::PathBuf;
use std::sync::Arc;

use endcap::dataset::{self, Format, Run};
use endcap::frame::Plane;
use endcap::render::RenderSettings;
use endcap::scene::{Composer, SequenceRules};

use crate::color::ColorArguments;
use crate::export::{self, ExportArguments};
use crate::options::{self, BadUsage};

/// What a dataset is made of, wherever it is made.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArguments {
    /// Recipe: a TOML file, or the name of a built-in one (default, close, cooler, tidy, ...).
    recipe: String,
    /// Catalogue: a TOML or CSV table, a folder with one, or a folder of glTF models. The built-in one if left out.
    #[arg(long, value_name = "PATH")]
    pub(crate) catalog: Option<PathBuf>,
    /// Which frames to make, half-open.
    #[arg(long, value_name = "A..B", value_parser = options::frames, default_value = "0..8")]
    pub(crate) frames: std::ops::Range<u64>,
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
}

/// A dataset that could be begun.
pub(crate) struct Prepared {
    pub(crate) run: Run,
    pub(crate) composer: Composer,
    pub(crate) formats: Vec<Arc<dyn Format>>,
    pub(crate) settings: RenderSettings,
}

impl RunArguments {
    /// Reads recipe and catalogue, and checks all that was asked for against each other.
    pub(crate) fn prepare(&self) -> anyhow::Result<Prepared> {
        let (mut recipe, catalog) = options::inputs(&self.recipe, self.size, self.strength, self.catalog.as_deref())?;
        if let Some(metres) = self.stereo {
            recipe.sequence = SequenceRules::stereo(metres);
        }
        let formats = dataset::formats_by_name(self.format.iter().map(String::as_str))
            .map_err(|name| BadUsage(format!("there is no format {name:?}; the formats are {}", format_names())))?;
        let export = self.export.export(&catalog)?;
        let run = Run {
            recipe: recipe.to_toml(),
            catalog_digest: catalog.digest().to_hex().to_string(),
            seed: self.seed,
            frames: self.frames.clone(),
            width: recipe.picture.width,
            height: recipe.picture.height,
            planes: planes(&self.planes),
            layers: self.layers,
            pictures: recipe.sequence.pictures,
            classes: Vec::new(),
            settings: self.color.noted(),
            export,
        };
        let composer = Composer::new(Arc::new(catalog), recipe).map_err(endcap::Error::from)?;
        let composer = export::divided(composer, &run.export, run.seed)?;
        let run = Run { classes: composer.classes().to_vec(), ..run };
        let settings = self.color.settings(dataset::planes_to_render(&formats, &run.planes));
        let settings = RenderSettings { layers: self.layers, ..settings };
        Ok(Prepared { run, composer, formats, settings })
    }
}

/// The planes to write, in their own order.
pub(crate) fn planes(asked: &[Plane]) -> Vec<Plane> {
    if asked.is_empty() {
        Plane::USUAL.to_vec()
    } else {
        Plane::ALL.into_iter().filter(|p| asked.contains(p)).collect()
    }
}

/// Names of all formats.
fn format_names() -> String {
    let names: Vec<&str> = dataset::all_formats().iter().map(|format| format.name()).collect();
    names.join(", ")
}
