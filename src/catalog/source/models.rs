use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::check::{Checker, Table, size_of};
use super::row::{Place, Row};
use crate::catalog::Error;

/// A folder of bare models: each file is a product whose SKU is the file's stem.
pub(super) fn read(folder: &Path) -> Result<Table, Error> {
    let files = list(folder)?;
    if files.is_empty() {
        let message = "is no catalogue: it has neither a products.toml, nor a products.csv, nor any .glb or .gltf file";
        return Err(Error::invalid(folder, "", message));
    }
    let sizes: Vec<_> = files.par_iter().map(|file| size_of(&folder.join(file))).collect();
    let mut checker = Checker::new(folder.to_owned());
    for (index, (file, size)) in files.iter().zip(sizes).enumerate() {
        let Some((file, stem)) = file.to_str().zip(file.file_stem().and_then(|stem| stem.to_str())) else {
            checker.problem(file.to_string_lossy(), "has a name that is not UTF-8 text");
            continue;
        };
        let size = match size {
            Ok(size) => size * 1000.0,
            Err(message) => {
                checker.problem(file, message);
                continue;
            }
        };
        let mut row = Row::default();
        for (column, text) in [
            ("sku", stem.to_owned()),
            ("name", pretty(stem)),
            ("category", category(stem)),
            ("shape", file.to_owned()),
            ("width_mm", size.x.to_string()),
            ("height_mm", size.y.to_string()),
            ("depth_mm", size.z.to_string()),
        ] {
            row.set(column, text);
        }
        checker.add(Place::Product(index), row);
    }
    checker.finish(folder)
}

/// Names of all model files in the folder, sorted.
fn list(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        if extension.is_some_and(|extension| extension == "glb" || extension == "gltf")
            && let Some(name) = path.file_name()
        {
            files.push(PathBuf::from(name));
        }
    }
    files.sort();
    Ok(files)
}

/// `tomato_soup-can` becomes `Tomato Soup Can`.
fn pretty(stem: &str) -> String {
    let words = stem.split(['_', '-', ' ', '.']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    words.map(capital).collect::<Vec<String>>().join(" ")
}

/// First word of a stem that has several.
fn category(stem: &str) -> String {
    match stem.split_once('_') {
        Some((first, _)) if !first.is_empty() => first.to_lowercase(),
        _ => "product".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_become_names_and_categories() {
        assert_eq!(pretty("tomato_soup-can"), "Tomato Soup Can");
        assert_eq!(category("cereal_flakes"), "cereal");
        assert_eq!(category("flakes"), "product");
        assert_eq!(category("_x"), "product");
    }
}
