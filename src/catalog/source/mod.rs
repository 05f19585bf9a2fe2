//! Where the rows of a catalogue come from: TOML, CSV, a folder of bare models, or the tables compiled in.

mod check;
mod csv_table;
mod embedded;
mod models;
mod row;
mod toml_table;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use self::check::Checker;
pub(super) use self::check::Table;
use super::Error;

/// Where label templates are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// Paths of products are paths on disk.
    Disk,
    /// Paths of products name texts that are compiled in.
    Embedded,
}

impl Files {
    /// A template that is compiled in.
    pub(super) fn embedded(self, path: &Path) -> Result<Cow<'static, str>, Error> {
        let found = path.to_str().and_then(|path| embedded::LABELS.binary_search_by_key(&path, |(name, _)| name).ok());
        let text = found.map(|found| embedded::LABELS[found].1);
        text.map(Cow::from).ok_or_else(|| Error::invalid(path, "", "is no label of the built-in catalogue"))
    }
}

/// The table that is compiled in.
pub(super) fn builtin() -> Result<Table, Error> {
    let path = Path::new("built-in catalogue");
    let mut checker = Checker::new(PathBuf::new());
    csv_table::read(embedded::PRODUCTS.as_bytes(), path, &mut checker)?;
    checker.finish(path)
}

/// The table at a path, and the path of the file or folder it was read from.
pub(super) fn open(path: &Path) -> Result<(PathBuf, Table), Error> {
    let metadata = std::fs::metadata(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    if !metadata.is_dir() {
        return Ok((path.to_owned(), open_table(path)?));
    }
    let tables = ["products.toml", "products.csv"].map(|name| path.join(name));
    match tables.each_ref().map(|table| table.is_file()) {
        [true, true] => Err(Error::invalid(path, "", "has both a products.toml and a products.csv: keep one")),
        [true, false] => Ok((tables[0].clone(), open_table(&tables[0])?)),
        [false, true] => Ok((tables[1].clone(), open_table(&tables[1])?)),
        [false, false] => Ok((path.to_owned(), models::read(path)?)),
    }
}

fn open_table(path: &Path) -> Result<Table, Error> {
    let mut checker = Checker::new(path.parent().unwrap_or(Path::new("")).to_owned());
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    match extension.as_deref().and_then(|extension| extension.to_str()) {
        Some("toml") => toml_table::read(path, &mut checker)?,
        Some("csv") => {
            let read = |source| Error::Read { path: path.to_owned(), source };
            csv_table::read(std::fs::File::open(path).map_err(read)?, path, &mut checker)?;
        }
        _ => return Err(Error::invalid(path, "", "is no catalogue: neither a folder nor a .toml or .csv table")),
    }
    checker.finish(path)
}

#[cfg(test)]
mod tests;
