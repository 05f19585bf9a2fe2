//! Shelf scenes as the composer makes them, from a small catalogue of parametric packages that the tests write.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use endcap::catalog::{AlphaMode, Catalog, Gtin};
use endcap::scene::{Composer, Recipe, Scene};
use endcap::seed::Seed;

/// Shape, family, category, flavours, width, height and depth in millimetres.
type Family = (&'static str, &'static str, &'static str, u32, [u32; 3]);

const FAMILIES: [Family; 11] = [
    ("carton", "Flakes", "cereal", 3, [190, 280, 65]),
    ("pouch", "Rice", "cereal", 2, [140, 210, 70]),
    ("can", "Lemonade", "drinks", 3, [66, 122, 66]),
    ("bottle", "Cola", "drinks", 2, [85, 315, 85]),
    ("gable_top", "Milk", "drinks", 1, [72, 230, 72]),
    ("jar", "Honey", "spreads", 2, [78, 105, 78]),
    ("tub", "Cream", "spreads", 1, [95, 90, 95]),
    ("tube", "Paste", "care", 1, [55, 160, 36]),
    ("spray", "Shine", "care", 2, [105, 270, 62]),
    ("carton", "Soap", "care", 1, [95, 60, 40]),
    ("pillow_bag", "Crisps", "snacks", 2, [180, 250, 70]),
];

/// A label with an edge that no symmetry hides.
const LABEL: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100"
fill="#f4efe2"/><rect width="100" height="30" fill="#b3202c"/><circle cx="30" cy="65" r="18" fill="#2a5f8a"/></svg>"##;

/// Writes the catalogue into a folder and gives its path.
pub(crate) fn write_catalog(folder: &Path) -> PathBuf {
    std::fs::write(folder.join("label.svg"), LABEL).expect("room for a label");
    let mut table = "gtin,sku,name,brand,category,family,shape,width_mm,height_mm,depth_mm,label\n".to_owned();
    let mut number = 0;
    for (shape, family, category, flavours, [width, height, depth]) in FAMILIES {
        for flavour in 0..flavours {
            // GTINs of all four lengths, and every seventh product without one.
            let body = match number % 4 {
                0 => format!("4006381{number:05}"),
                1 => format!("40{number:05}"),
                2 => format!("036000{number:05}"),
                _ => format!("14006381{number:05}"),
            };
            let gtin = Gtin::from_body(&body).filter(|_| number % 7 != 6).map(String::from).unwrap_or_default();
            let label = if number % 2 == 0 { "label.svg" } else { "" };
            table += &format!(
                "{gtin},SKU-{number},{family} {flavour},Ostara,{category},{family},{shape},{width},{height},{depth},{label}\n"
            );
            number += 1;
        }
    }
    let path = folder.join("products.csv");
    std::fs::write(&path, table).expect("room for a table");
    path
}

/// Makes scenes of a built-in recipe at another size. The folder must live as long as the composer.
pub(crate) fn composer(catalog: &Path, recipe: &str, (width, height): (u32, u32)) -> Composer {
    let mut recipe = Recipe::builtin(recipe).expect("a built-in recipe");
    (recipe.picture.width, recipe.picture.height) = (width, height);
    let catalog = Catalog::open(catalog).expect("a sound catalogue");
    Composer::new(Arc::new(catalog), recipe).expect("the recipe fits the catalogue")
}

/// The scenes that most laws are held against: what they are, and what was composed.
pub(crate) fn scenes(catalog: &Path) -> Vec<(String, Scene)> {
    let cases = [("default", 1), ("default", 4711), ("close", 2), ("close", 77), ("tidy", 3)];
    cases
        .into_iter()
        .map(|(recipe, dataset)| {
            let scene = composer(catalog, recipe, (150, 200)).compose(Seed { dataset, index: dataset * 7 });
            (format!("{recipe}, seed {dataset}"), scene.expect("composed"))
        })
        .collect()
}

/// Whether some surface of the scene has holes that an alpha mask cuts.
pub(crate) fn has_masks(scene: &Scene) -> bool {
    let looks = scene.units.iter().map(|unit| &unit.look).chain(scene.props.iter().map(|prop| &prop.look));
    looks.flat_map(|look| look.materials.iter()).any(|material| matches!(material.alpha, AlphaMode::Mask { .. }))
}
