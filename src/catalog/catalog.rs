use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::look::Looks;
use super::source::{self, Files, Table};
use super::{Error, Gtin, Look, Product, ProductId};

/// All products that can stand on a shelf. Only the rows of its table are in memory: shapes and labels are read when
/// [`Catalog::look`] asks for them, and a bounded number of them is kept.
///
/// Opening reports every problem of the table at once, each with its place. Whether a label file is sound shows when
/// it is first used.
pub struct Catalog {
    path: PathBuf,
    files: Files,
    products: Vec<Arc<Product>>,
    by_sku: HashMap<String, ProductId>,
    by_gtin: HashMap<String, ProductId>,
    categories: Vec<String>,
    families: Vec<Family>,
    digest: blake3::Hash,
    looks: Arc<Looks>,
}

/// Products in one pack, such as the flavours of a drink, which stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its name; for a product without a family the product's own name.
    pub name: String,
    /// Index into [`Catalog::categories`].
    pub category: usize,
    /// Its products in the order of the table; at least one.
    pub products: Vec<ProductId>,
}

impl Catalog {
    /// The catalogue that is compiled in: products of invented brands with labels drawn for them.
    ///
    /// # Errors
    /// None that a released crate can show; the type is that of [`Catalog::open`].
    pub fn builtin() -> Result<Self, Error> {
        source::builtin().map(|table| Self::new(PathBuf::from("built-in catalogue"), Files::Embedded, table))
    }

    /// Opens a table (`.toml`, `.csv`), a folder with a `products.toml` or `products.csv` in it, or a folder of bare
    /// models (`.glb`, `.gltf`), each of which becomes a product of the size that the model has.
    ///
    /// # Errors
    /// If the path cannot be read, or lists all problems found in the table.
    pub fn open(path: &Path) -> Result<Self, Error> {
        source::open(path).map(|(path, table)| Self::new(path, Files::Disk, table))
    }

    fn new(path: PathBuf, files: Files, table: Table) -> Self {
        let Table { products, by_sku, by_gtin, digest } = table;
        let (categories, families) = group(&products);
        Self { path, files, products, by_sku, by_gtin, categories, families, digest, looks: Arc::default() }
    }

    /// The products that `keep` takes, with the same categories in the same order, also where they are empty now. The
    /// two share the memory of looks.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Product) -> bool) -> Self {
        let products: Vec<_> = self.products.iter().filter(|product| keep(product)).cloned().collect();
        let ids = || (0..).map(ProductId);
        let by_sku = products.iter().zip(ids()).map(|(product, id)| (product.sku.clone(), id)).collect();
        let gtin = |(product, id): (&Arc<Product>, ProductId)| Some((product.gtin?.digits14(), id));
        let by_gtin = products.iter().zip(ids()).filter_map(gtin).collect();
        let (kept, mut families) = group(&products);
        for family in &mut families {
            let name = &kept[family.category];
            family.category = self.categories.binary_search(name).expect("a kept product's category is one of all");
        }
        Self {
            path: self.path.clone(),
            files: self.files,
            products,
            by_sku,
            by_gtin,
            categories: self.categories.clone(),
            families,
            digest: self.digest,
            looks: self.looks.clone(),
        }
    }

    /// Number of products.
    #[must_use]
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// True when there is no product.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// All products, in the order of the table.
    pub fn ids(&self) -> impl Iterator<Item = ProductId> + use<> {
        (0..self.products.len() as u32).map(ProductId)
    }

    /// One product.
    ///
    /// # Errors
    /// If the number is not one of [`Catalog::ids`].
    pub fn product(&self, id: ProductId) -> Result<Arc<Product>, Error> {
        let unknown = || Error::NoSuchProduct(format!("number {} (it has {})", id.0, self.products.len()));
        self.products.get(id.0 as usize).cloned().ok_or_else(unknown)
    }

    /// The product with this SKU, else the one with this GTIN, however many zeros either of the two has in front.
    #[must_use]
    pub fn find(&self, gtin_or_sku: &str) -> Option<ProductId> {
        let by_gtin = || self.by_gtin.get(&gtin_or_sku.parse::<Gtin>().ok()?.digits14());
        self.by_sku.get(gtin_or_sku).or_else(by_gtin).copied()
    }

    /// Names of all categories, sorted.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// All families, by category and name. Equal names of different brands or categories are different families.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// Geometry and materials of a product with its label applied. May be called from many threads.
    ///
    /// # Errors
    /// If its model, its template or its label picture cannot be read or does not fit.
    pub fn look(&self, product: &Product) -> Result<Look, Error> {
        self.looks.get(product, self.files, &self.path)
    }

    /// Hash of everything that the tables say, in their order; the same wherever the catalogue lies.
    #[must_use]
    pub fn digest(&self) -> blake3::Hash {
        self.digest
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("path", &self.path).field("products", &self.products.len()).finish()
    }
}

/// Sorted categories, and families in the order of category and name.
fn group(products: &[Arc<Product>]) -> (Vec<String>, Vec<Family>) {
    let mut categories: Vec<String> = Vec::new();
    let mut groups: BTreeMap<_, Vec<ProductId>> = BTreeMap::new();
    for (id, product) in products.iter().enumerate() {
        let alone = product.family.is_empty();
        let name = if alone { &product.name } else { &product.family };
        // Products without a family stay apart even when their names are equal.
        let key = (&product.category, name, &product.brand, alone.then_some(id));
        groups.entry(key).or_default().push(ProductId(id as u32));
    }
    let mut families = Vec::with_capacity(groups.len());
    for ((category, name, ..), products) in groups {
        if categories.last() != Some(category) {
            categories.push(category.clone());
        }
        families.push(Family { name: name.clone(), category: categories.len() - 1, products });
    }
    (categories, families)
}
