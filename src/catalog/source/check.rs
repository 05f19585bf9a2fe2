use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec3;

use super::row::{Column, Place, Row};
use crate::catalog::{Error, Gtin, Product, ProductId, SYMMETRY_FIELD, Shape, Symmetry, gltf, package};
use crate::problem::Problems;

/// Problems that are listed; the rest is counted.
const LISTED: usize = 20;
/// Sizes in millimetres that a product on a shelf can have.
const SIZES_MM: std::ops::RangeInclusive<f64> = 1.0..=5000.0;
/// Files that a label may be.
const LABELS: [&str; 5] = ["svg", "png", "jpg", "jpeg", "webp"];

/// A checked table.
pub(in crate::catalog) struct Table {
    pub(in crate::catalog) products: Vec<Arc<Product>>,
    pub(in crate::catalog) by_sku: HashMap<String, ProductId>,
    /// Keys are the fourteen-digit form.
    pub(in crate::catalog) by_gtin: HashMap<String, ProductId>,
    pub(in crate::catalog) digest: blake3::Hash,
}

/// Takes rows in, notes all that is wrong with them, and gives the table out if nothing is.
pub(super) struct Checker {
    /// Paths in the table are relative to this folder.
    folder: PathBuf,
    products: Vec<Arc<Product>>,
    places: Vec<Place>,
    by_sku: HashMap<String, ProductId>,
    by_gtin: HashMap<String, ProductId>,
    digest: blake3::Hasher,
    problems: Problems,
    unlisted: usize,
    /// Sizes of the models seen so far: one shape serves dozens of labels.
    models: BTreeMap<PathBuf, Result<DVec3, String>>,
}

impl Checker {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            products: Vec::new(),
            places: Vec::new(),
            by_sku: HashMap::new(),
            by_gtin: HashMap::new(),
            digest: blake3::Hasher::new_derive_key("endcap catalogue digest 1"),
            problems: Problems::default(),
            unlisted: 0,
            models: BTreeMap::new(),
        }
    }

    /// Notes a problem.
    pub(super) fn problem(&mut self, place: impl Into<String>, message: impl Into<String>) {
        if self.problems.0.len() < LISTED {
            self.problems.add(place, message);
        } else {
            self.unlisted += 1;
        }
    }

    /// Checks a row and keeps it, sound or not, so that later rows are compared with it.
    pub(super) fn add(&mut self, place: Place, mut row: Row) {
        row.digest(&mut self.digest);
        let id = ProductId(self.products.len() as u32);
        let gtin = self.gtin(place, &row, id);
        let sku = self.sku(place, &mut row, id);
        let (shape, size) = self.shape_and_size(place, &row);
        let label = self.label(place, &row);
        self.symmetry(place, &row);
        let named = |text: String, default: &str| if text.is_empty() { default.to_owned() } else { text };
        let product = Product {
            gtin,
            name: named(row.take(Column::Name), &sku),
            sku,
            brand: row.take(Column::Brand),
            category: named(row.take(Column::Category), "product"),
            family: row.take(Column::Family),
            size,
            shape,
            label,
            fields: row.fields,
        };
        self.products.push(Arc::new(product));
        self.places.push(place);
    }

    /// The table, or all problems.
    pub(super) fn finish(mut self, path: &Path) -> Result<Table, Error> {
        if self.products.is_empty() && self.problems.is_empty() {
            self.problem("", "lists no products");
        }
        if self.unlisted > 0 {
            self.problems.add("", format!("and {} more", self.unlisted));
        }
        if !self.problems.is_empty() {
            return Err(Error::Invalid { path: path.to_owned(), problems: self.problems });
        }
        let Self { products, by_sku, by_gtin, digest, .. } = self;
        Ok(Table { products, by_sku, by_gtin, digest: digest.finalize() })
    }

    fn gtin(&mut self, place: Place, row: &Row, id: ProductId) -> Option<Gtin> {
        let text = row.text(Column::Gtin);
        if text.is_empty() {
            return None;
        }
        match text.parse::<Gtin>() {
            Ok(gtin) => {
                if let Some(first) = self.by_gtin.insert(gtin.digits14(), id) {
                    let first = self.places[first.0 as usize];
                    self.problem(place.column(Column::Gtin), format!("GTIN {text} is already that of {first}"));
                }
                Some(gtin)
            }
            Err(error) => {
                self.problem(place.column(Column::Gtin), error.to_string());
                None
            }
        }
    }

    /// A product without an SKU is known by its GTIN.
    fn sku(&mut self, place: Place, row: &mut Row, id: ProductId) -> String {
        let mut sku = row.take(Column::Sku);
        if sku.is_empty() {
            sku = row.take(Column::Gtin);
        }
        if sku.is_empty() {
            self.problem(place.column(Column::Sku), "is missing, and so is the GTIN that could stand in for it");
        } else if let Some(first) = self.by_sku.insert(sku.clone(), id) {
            let first = self.places[first.0 as usize];
            self.problem(place.column(Column::Sku), format!("{sku:?} is already that of {first}"));
        }
        sku
    }

    fn shape_and_size(&mut self, place: Place, row: &Row) -> (Shape, DVec3) {
        let text = row.text(Column::Shape);
        let extension = Path::new(text).extension().map(|extension| extension.to_ascii_lowercase());
        if extension.is_some_and(|extension| extension == "glb" || extension == "gltf") {
            let path = self.folder.join(text);
            let size = match self.model_size(&path) {
                Ok(size) => size,
                Err(message) => {
                    self.problem(place.column(Column::Shape), message);
                    DVec3::ONE
                }
            };
            return (Shape::Model(path), self.size(place, row, Some(size)));
        }
        if text.is_empty() {
            self.problem(place.column(Column::Shape), "is missing");
        } else if !package::names().contains(&text) {
            let known = package::names().join(", ");
            let message = format!("{text:?} is neither a .glb or .gltf file nor one of the packages: {known}");
            self.problem(place.column(Column::Shape), message);
        }
        (Shape::Package(text.to_owned()), self.size(place, row, None))
    }

    /// Size in metres; `of_model` stands in where the row gives none.
    fn size(&mut self, place: Place, row: &Row, of_model: Option<DVec3>) -> DVec3 {
        let columns = [Column::Width, Column::Height, Column::Depth];
        if let Some(size) = of_model
            && columns.iter().all(|&column| row.text(column).is_empty())
        {
            return size;
        }
        let sides = columns.map(|column| {
            let text = row.text(column);
            let problem = match text.parse::<f64>() {
                _ if text.is_empty() => "is missing".to_owned(),
                Err(_) => format!("{text:?} is not a number"),
                Ok(side) if !SIZES_MM.contains(&side) => {
                    format!("{text} mm is not between {} and {} mm", SIZES_MM.start(), SIZES_MM.end())
                }
                Ok(side) => return side / 1000.0,
            };
            self.problem(place.column(column), problem);
            1.0
        });
        DVec3::from(sides)
    }

    fn model_size(&mut self, path: &Path) -> Result<DVec3, String> {
        if let Some(known) = self.models.get(path) {
            return known.clone();
        }
        let size = size_of(path);
        self.models.insert(path.to_owned(), size.clone());
        size
    }

    fn symmetry(&mut self, place: Place, row: &Row) {
        if let Some(text) = row.fields.get(SYMMETRY_FIELD).filter(|text| !text.is_empty())
            && let Err(message) = text.parse::<Symmetry>()
        {
            self.problem(place.field(SYMMETRY_FIELD), message);
        }
    }

    fn label(&mut self, place: Place, row: &Row) -> Option<PathBuf> {
        let text = row.text(Column::Label);
        if text.is_empty() {
            return None;
        }
        let path = Path::new(text);
        let known = |extension: &str| LABELS.iter().any(|label| extension.eq_ignore_ascii_case(label));
        if !path.extension().and_then(|extension| extension.to_str()).is_some_and(known) {
            let message = format!("{text:?} is none of the files a label can be: {}", LABELS.join(", "));
            self.problem(place.column(Column::Label), message);
        }
        Some(self.folder.join(path))
    }
}

/// Size of a model, checked to be one that a product can have.
pub(super) fn size_of(path: &Path) -> Result<DVec3, String> {
    let size = gltf::model_size(path).map_err(|error| match &error {
        Error::Read { source, .. } => format!("{error}: {source}"),
        _ => error.to_string(),
    })?;
    if size.to_array().iter().all(|side| SIZES_MM.contains(&(side * 1000.0))) {
        return Ok(size);
    }
    let (DVec3 { x, y, z }, low, high) = (size * 1000.0, SIZES_MM.start(), SIZES_MM.end());
    Err(format!("{} is {x:.3} x {y:.3} x {z:.3} mm large, and sides must be {low} to {high} mm", path.display()))
}
