//! One labelled frame as arrays in memory: endcap inside a program of your own.
//!
//! ```sh
//! cargo run --release --example one_frame -- close
//! ```

use std::sync::Arc;

use anyhow::Context;
use endcap::annotate::annotate;
use endcap::{Catalog, Composer, Recipe, RenderSettings, Renderer, RendererOptions, Seed};

fn main() -> anyhow::Result<()> {
    // What frames look like: a recipe file, or the name of a built-in recipe.
    let mut recipe = Recipe::open(&std::env::args().nth(1).unwrap_or_else(|| "close".to_owned()))?;
    (recipe.picture.width, recipe.picture.height) = (480, 640);

    // Made once, used for any number of frames.
    let composer = Composer::new(Arc::new(Catalog::builtin()?), recipe)?;
    let mut renderer = Renderer::new(&RendererOptions::default())?;
    let settings = RenderSettings { samples: 4, ..RenderSettings::default() };

    // A frame depends on its seed alone, not on the frames before it.
    let scene = composer.compose(Seed { dataset: 1, index: 0 })?;
    let frame = renderer.render(&scene, &settings)?;
    let annotation = annotate(&scene, &frame)?;

    // Arrays of ndarray, row 0 at the top: u8 [row, column, 3], u32 and f32 [row, column].
    let colour = frame.rgb().context("colour was rendered")?;
    let ids = frame.instance().context("ids were rendered")?;
    let depth = frame.depth().context("depth was rendered")?;
    let nearest = depth.iter().copied().fold(f32::INFINITY, f32::min);
    println!("colour {:?}, ids {:?}, nearest surface at {nearest:.3} m", colour.dim(), ids.dim());

    let seen = annotation.instances.iter().filter(|unit| unit.visible_px > 0);
    let largest = seen.clone().max_by_key(|unit| unit.visible_px).context("the picture shows no unit")?;
    let share = 100.0 * largest.visibility.unwrap_or_default();
    println!("{} units are seen; the largest is {}, {share:.0} % visible", seen.count(), largest.name);
    Ok(())
}
