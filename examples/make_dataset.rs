//! A finished dataset in a folder, as `endcap render` makes it. Run it again after an interruption: it goes on.
//!
//! ```sh
//! cargo run --release --example make_dataset -- out/example
//! ```

use std::path::PathBuf;
use std::sync::Arc;

use endcap::dataset::{self, DatasetWriter, Export, Run};
use endcap::{Catalog, Composer, Plane, Recipe, RenderSettings, Renderer, RendererOptions};

const SAMPLES: u32 = 4;

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "out/example".to_owned()));
    let mut recipe = Recipe::open("tidy")?;
    (recipe.picture.width, recipe.picture.height) = (480, 640);
    let catalog = Arc::new(Catalog::builtin()?);
    let composer = Composer::new(Arc::clone(&catalog), recipe)?;

    // Everything that decides the bytes of the dataset; a run with another value does not resume this one.
    let run = Run {
        recipe: composer.recipe().to_toml(),
        catalog_digest: catalog.digest().to_hex().to_string(),
        seed: 7,
        frames: 0..4,
        width: composer.recipe().picture.width,
        height: composer.recipe().picture.height,
        planes: vec![Plane::Rgb, Plane::Instance, Plane::Depth],
        layers: 0,
        pictures: 1,
        classes: composer.classes().to_vec(),
        settings: [("spp".to_owned(), SAMPLES.to_string())].into(),
        export: Export::default(),
    };
    let formats = dataset::formats_by_name(["coco"]).map_err(anyhow::Error::msg)?;
    let writer = DatasetWriter::resume(&folder, &run, &formats)?;

    // The writer must find every plane of the run in a frame, and the annotation needs the ids.
    let settings = RenderSettings { planes: run.planes, samples: SAMPLES, ..RenderSettings::default() };
    let mut renderer = Renderer::new(&RendererOptions::default())?;
    let header = dataset::produce(&composer, &mut renderer, writer, &settings, |progress| {
        println!("frame {}: {} units", progress.index, progress.units);
    })?;
    println!("{} frames in {}", header.frames.end - header.frames.start, folder.display());
    Ok(())
}
