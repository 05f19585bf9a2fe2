//! Generates the built-in catalogue: `assets/catalog/design.toml` in, `products.csv`, `labels/*.svg` and the list that
//! embeds them out.
//!
//! ```text
//! cargo run --example design_catalog                  write the catalogue
//! cargo run --example design_catalog -- sheet DIR     write contact sheets of all fronts and sheets to DIR instead
//! ```

mod color;
mod design;
mod hero;
mod info;
mod label;
mod lettering;
mod logo;
mod motif;
mod pen;
mod sheet;
mod style;
mod table;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use endcap::catalog::package;
use glam::DVec3;

use design::{Brand, Design, Family};

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => write_catalog(root),
        [command, folder] if command == "sheet" => sheet::write(Path::new(folder)),
        _ => bail!("usage: design_catalog [sheet DIR]"),
    }
}

fn write_catalog(root: &Path) -> Result<()> {
    let assets = root.join("assets/catalog");
    let text = std::fs::read_to_string(assets.join("design.toml")).context("reading design.toml")?;
    let design: Design = toml::from_str(&text)?;

    let labels = assets.join("labels");
    if labels.exists() {
        std::fs::remove_dir_all(&labels)?;
    }
    std::fs::create_dir_all(&labels)?;
    let mut files = BTreeSet::new();
    for family in &design.families {
        let brand = brand_of(&design, family)?;
        let sheet = package::sheet(&family.shape, DVec3::from(family.size) / 1000.0).map_err(anyhow::Error::msg)?;
        let file = file_of(family);
        std::fs::write(labels.join(&file), label::template(brand, family, &sheet))?;
        if !files.insert(format!("labels/{file}")) {
            bail!("two families share the label {file}");
        }
    }
    std::fs::write(assets.join("products.csv"), table::csv(&design)?)?;
    std::fs::write(root.join("src/catalog/source/embedded.rs"), embedded(&files))?;
    println!("{} label templates", files.len());
    Ok(())
}

/// The maker of a family.
pub(crate) fn brand_of<'a>(design: &'a Design, family: &Family) -> Result<&'a Brand> {
    let found = design.brands.iter().find(|brand| brand.name == family.brand);
    found.with_context(|| format!("family {:?} has an unknown brand {:?}", family.title, family.brand))
}

/// File name of a family's label.
pub(crate) fn file_of(family: &Family) -> String {
    let name = format!("{} {} {}", family.brand, family.title, family.shape).to_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-") + ".svg"
}

fn embedded(files: &BTreeSet<String>) -> String {
    let mut text = String::from(
        "//! Texts of the built-in catalogue. Written by `cargo run --example design_catalog`; do not edit.\n\n\
         /// The table.\npub(super) const PRODUCTS: &str = include_str!(\"../../../assets/catalog/products.csv\");\n\n\
         /// A label template by its path in the table.\nmacro_rules! labels {\n    ($($path:literal,)*) => {\n        \
         &[$(($path, include_str!(concat!(\"../../../assets/catalog/\", $path)))),*]\n    };\n}\n\n\
         /// All label templates, sorted by path.\npub(super) const LABELS: &[(&str, &str)] = labels![\n",
    );
    for file in files {
        writeln!(text, "    {file:?},").expect("text");
    }
    text + "];\n"
}
