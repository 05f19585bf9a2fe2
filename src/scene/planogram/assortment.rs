use std::collections::BTreeMap;
use std::sync::Arc;

use glam::DVec3;

use crate::catalog::{Catalog, Footprint, Look, Product, ProductId, Shape};
use crate::scene::{Error, Face};

/// Packages of this crate that carry others of their kind on their backs.
const STACKABLE: [&str; 8] = ["box", "can", "carton", "jar", "multipack", "tin", "tray", "tub"];
/// Package shapes that give way under a load.
const SOFT: [&str; 5] = ["pillow", "pouch", "sachet", "spray", "tube"];

/// A product as stocking needs it: with its geometry and true measures.
#[derive(Debug, Clone)]
pub(in crate::scene) struct Item {
    pub(in crate::scene) product: Arc<Product>,
    pub(in crate::scene) look: Look,
    /// The face that it shows to the aisle.
    pub(in crate::scene) face: Face,
    /// Width, height and depth in metres, with that face in front.
    pub(in crate::scene) size: DVec3,
    /// True if turning it about the vertical does not widen it.
    pub(in crate::scene) round: bool,
    /// Class number of its category.
    pub(in crate::scene) class: u16,
}

impl Item {
    /// The same product with another face to the aisle.
    pub(in crate::scene) fn showing(&self, face: Face) -> Self {
        let rotation = face.rotation();
        let size = (rotation.x_axis * self.size.x).abs()
            + (rotation.y_axis * self.size.y).abs()
            + (rotation.z_axis * self.size.z).abs();
        let round = self.round && !matches!(face, Face::Top | Face::Bottom);
        Self { face, size, round, ..self.clone() }
    }

    /// True if units can stand on top of each other.
    pub(in crate::scene) fn is_stackable(&self) -> bool {
        let flat = self.size.y <= 2.0 * self.size.x.min(self.size.z);
        let Some(kind) = self.kind() else {
            return false;
        };
        let capped = self.product.fields.get("lid").is_some_and(|lid| lid == "screw");
        flat && !capped && STACKABLE.contains(&kind)
    }

    /// True if whole layers of it bear more layers, as on a pallet; models of unknown make do.
    pub(in crate::scene) fn bears_layers(&self) -> bool {
        self.kind().is_none_or(|kind| !SOFT.contains(&kind))
    }

    /// First word of the package's shape; none for models from files.
    fn kind(&self) -> Option<&str> {
        match &self.product.shape {
            Shape::Package(package) => package.split(['-', '_', ' ']).next(),
            _ => None,
        }
    }

    /// True if it comes in shelf-ready trays: small, and not so flat that the tray's front would hide it.
    pub(in crate::scene) fn comes_in_trays(&self) -> bool {
        (0.06..0.26).contains(&self.size.y) && self.size.x < 0.16 && self.size.z < 0.2
    }
}

/// The products of one frame, each loaded once.
pub(in crate::scene) struct Assortment<'a> {
    catalog: &'a Catalog,
    items: BTreeMap<ProductId, Arc<Item>>,
}

impl<'a> Assortment<'a> {
    /// Empty.
    pub(in crate::scene) fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, items: BTreeMap::new() }
    }

    /// The catalogue behind it.
    pub(in crate::scene) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// A product with its geometry.
    ///
    /// # Errors
    /// If the catalogue cannot load it.
    pub(in crate::scene) fn item(&mut self, id: ProductId) -> Result<Arc<Item>, Error> {
        if let Some(item) = self.items.get(&id) {
            return Ok(item.clone());
        }
        let product = self.catalog.product(id)?;
        let look = self.catalog.look(&product)?;
        let category = self.catalog.categories().iter().position(|category| *category == product.category);
        let round = look.model.footprint == Footprint::Round;
        let mut size = look.model.bounds.size();
        if round {
            // A mesh of a circle may be a hair narrower across its corners than along them.
            (size.x, size.z) = (size.x.max(size.z), size.x.max(size.z));
        }
        let item = Arc::new(Item {
            face: Face::Front,
            size,
            round,
            class: category.map_or(0, |category| category as u16 + 1),
            product,
            look,
        });
        self.items.insert(id, item.clone());
        Ok(item)
    }

    /// Everything loaded so far, in catalogue order.
    pub(in crate::scene) fn items(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.items.values()
    }
}
