use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use endcap::scene::{Composer, glb};
use endcap::seed::Seed;

use crate::options;
use crate::render::create_file;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Recipe: a TOML file, or the name of a built-in one.
    recipe: String,
    /// GLB file to write.
    #[arg(long, value_name = "FILE.glb", required_unless_present = "planogram")]
    out: Option<PathBuf>,
    /// Planogram of the frame to write: CSV, or JSON if it ends in .json. A recipe reads it as `planogram.file`.
    #[arg(long, value_name = "FILE.csv|FILE.json", value_parser = planogram_file)]
    planogram: Option<PathBuf>,
    /// Catalogue, as for `endcap render`.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    /// Number of the frame.
    #[arg(long, default_value_t = 0)]
    frame: u64,
    /// Seed of the dataset.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Picture size in pixels; that of the recipe if left out.
    #[arg(long, value_name = "WxH", value_parser = options::size)]
    size: Option<(u32, u32)>,
    /// How far frames differ: 0 is a catalogue photo, 0.5 as the recipe is written, 1 wild.
    #[arg(long, value_name = "0..1", value_parser = options::strength)]
    strength: Option<f64>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (recipe, catalog) =
        options::inputs(&arguments.recipe, arguments.size, arguments.strength, arguments.catalog.as_deref())?;
    let composer = Composer::new(Arc::new(catalog), recipe).map_err(endcap::Error::from)?;
    let seed = Seed { dataset: arguments.seed, index: arguments.frame };
    let scene = composer.compose(seed).map_err(endcap::Error::from)?;
    if let Some(path) = &arguments.planogram {
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let text = if is_json { scene.retail.planogram_json() } else { scene.retail.planogram_csv() };
        create_file(path)?.write_all(text.as_bytes())?;
    }
    if let Some(path) = &arguments.out {
        let mut out = BufWriter::new(create_file(path)?);
        glb::write(&scene, &mut out)?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A path that ends in `.csv` or `.json`.
fn planogram_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let known = |extension: &std::ffi::OsStr| ["csv", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    if path.extension().is_some_and(known) {
        Ok(path)
    } else {
        Err("expected a name that ends in .csv or .json".into())
    }
}
