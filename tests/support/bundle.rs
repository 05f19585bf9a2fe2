//! A job that nobody has to render.

use std::path::Path;

use endcap::dataset::{Export, Header, Run, format_by_name};
use endcap::frame::Plane;
use endcap::job::{Bundle, ColorSettings, JobOptions};
use endcap::render::RenderSettings;
use endcap::scene::Recipe;

/// A job of so many units, of one small frame each.
pub(crate) fn bundle(folder: &Path, units: u64) -> Bundle {
    let run = Run {
        recipe: Recipe::builtin("clean").expect("built in").to_toml(),
        catalog_digest: "0".repeat(64),
        seed: 1,
        frames: 0..units,
        width: 60,
        height: 80,
        planes: vec![Plane::Rgb, Plane::Instance, Plane::Depth],
        layers: 0,
        pictures: 1,
        classes: Vec::new(),
        settings: Default::default(),
        export: Export::default(),
    };
    let color = ColorSettings::of(&RenderSettings::default()).expect("no time limit");
    let options = JobOptions { unit_frames: 1, catalog_source: "nowhere".to_owned(), ..JobOptions::new(color) };
    let native = format_by_name("native").expect("there is always this format");
    Bundle::pack(folder, &Header::new(&run, &[native]), &options).expect("sound")
}
