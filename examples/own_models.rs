//! Products of your own: a folder of `.glb` files, or a table of parametric packages. One labelled frame of them.
//!
//! ```sh
//! cargo run --release --example own_models -- path/to/models
//! ```

use std::path::Path;
use std::sync::Arc;

use endcap::annotate::annotate;
use endcap::dataset::{SheetRow, contact_sheet};
use endcap::{Catalog, Composer, Recipe, RenderSettings, Renderer, RendererOptions, Sample, Seed};

/// Name, shape, width, height and depth in millimetres, colour of the label.
const PRODUCTS: [(&str, &str, [u32; 3], &str); 4] = [
    ("Oat flakes", "carton", [130, 190, 60], "#d99a2b"),
    ("Tomato soup", "can", [74, 110, 74], "#b3261e"),
    ("Apple juice", "gable_top", [72, 235, 72], "#5f8f2f"),
    ("Ground coffee", "pouch", [120, 200, 70], "#5a3a28"),
];
/// Filled with the fields of each product.
const LABEL: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'>\
    <rect width='100' height='100' fill='{{color}}'/><rect y='42' width='100' height='16' fill='#fff8e8'/></svg>";

/// Writes a catalogue into an empty folder.
fn write_catalog(folder: &Path) -> std::io::Result<()> {
    let mut table = "sku,name,category,shape,width_mm,height_mm,depth_mm,label,color\n".to_owned();
    for (i, (name, shape, [width, height, depth], color)) in PRODUCTS.iter().enumerate() {
        table += &format!("P{i},{name},grocery,{shape},{width},{height},{depth},label.svg,{color}\n");
    }
    std::fs::write(folder.join("label.svg"), LABEL)?;
    std::fs::write(folder.join("products.csv"), table)
}

fn main() -> anyhow::Result<()> {
    let made = tempfile::tempdir()?;
    let folder = std::env::args_os().nth(1).map_or_else(|| made.path().to_owned(), Into::into);
    if folder == made.path() {
        write_catalog(&folder)?;
    }
    let mut recipe = Recipe::open("close")?;
    (recipe.picture.width, recipe.picture.height) = (480, 640);
    let composer = Composer::new(Arc::new(Catalog::open(&folder)?), recipe)?;
    let scene = composer.compose(Seed { dataset: 3, index: 0 })?;

    let settings = RenderSettings { samples: 8, ..RenderSettings::default() };
    let frame = Renderer::new(&RendererOptions::default())?.render(&scene, &settings)?;
    let annotation = annotate(&scene, &frame)?;
    let sample = Sample { index: 0, scene: &scene, frame: &frame, annotation: &annotation };
    std::fs::create_dir_all("out")?;
    contact_sheet(&[SheetRow::from_sample(&sample)], 480).save("out/own_models.png")?;
    println!("{} labelled units in out/own_models.png", annotation.instances.len());
    Ok(())
}
