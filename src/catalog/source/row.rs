use std::collections::BTreeMap;
use std::fmt;

/// Columns that every table may have, in the order of [`Row::columns`].
pub(super) const COLUMNS: [&str; 11] =
    ["gtin", "sku", "name", "brand", "category", "family", "width_mm", "height_mm", "depth_mm", "shape", "label"];

/// Position of a column in [`COLUMNS`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Gtin,
    Sku,
    Name,
    Brand,
    Category,
    Family,
    Width,
    Height,
    Depth,
    Shape,
    Label,
}

/// One row as it was written; missing cells are empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) columns: [String; COLUMNS.len()],
    pub(super) fields: BTreeMap<String, String>,
}

impl Row {
    pub(super) fn text(&self, column: Column) -> &str {
        &self.columns[column as usize]
    }

    pub(super) fn take(&mut self, column: Column) -> String {
        std::mem::take(&mut self.columns[column as usize])
    }

    /// Puts a value where its name belongs: among the columns or among the further fields.
    pub(super) fn set(&mut self, name: &str, value: String) {
        match COLUMNS.iter().position(|column| *column == name) {
            Some(column) => self.columns[column] = value,
            None => {
                self.fields.insert(name.to_owned(), value);
            }
        }
    }

    /// Feeds every cell to the digest; lengths keep neighbours apart.
    pub(super) fn digest(&self, hasher: &mut blake3::Hasher) {
        let cells = self.columns.iter().chain(self.fields.iter().flat_map(|(name, value)| [name, value]));
        for cell in cells {
            hasher.update(&(cell.len() as u64).to_le_bytes());
            hasher.update(cell.as_bytes());
        }
        hasher.update(&u64::MAX.to_le_bytes());
    }
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Line of a CSV file, from 1.
    Line(u64),
    /// Element of `products` in a TOML file, from 0.
    Product(usize),
}

impl Place {
    pub(super) fn column(self, column: Column) -> String {
        self.field(COLUMNS[column as usize])
    }

    /// The place of a cell, by the name of its column.
    pub(super) fn field(self, name: &str) -> String {
        match self {
            Self::Line(_) => format!("{self}, column {name}"),
            Self::Product(_) => format!("{self}.{name}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Product(index) => write!(f, "products[{index}]"),
        }
    }
}
