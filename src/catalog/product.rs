use std::collections::BTreeMap;
use std::path::PathBuf;

use glam::DVec3;

use super::Gtin;

/// Position of a product in its catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductId(pub u32);

/// One trade item.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Its number; `None` for a bare model whose number nobody has told.
    pub gtin: Option<Gtin>,
    /// The retailer's own code, kept as text; unique in the catalogue.
    pub sku: String,
    /// What people call it: brand, kind, flavour.
    pub name: String,
    /// The brand; empty when unknown.
    pub brand: String,
    /// Category that the semantic plane and the COCO categories use.
    pub category: String,
    /// Products of one family (one pack in several flavours) stand side by side. Empty: a family of its own.
    pub family: String,
    /// Width, height and depth in metres, facing the default front (GS1).
    pub size: DVec3,
    /// Geometry.
    pub shape: Shape,
    /// Label artwork: an image, or an SVG template that is filled with the product's fields. `None` keeps what the
    /// shape brings along.
    pub label: Option<PathBuf>,
    /// Everything else that a label template or a package may ask for: `variant`, `net_weight`, `cap_color`, …
    pub fields: BTreeMap<String, String>,
}

/// Where the geometry of a product comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A glTF 2.0 file (`.glb` or `.gltf`).
    Model(PathBuf),
    /// A parametric package made by this crate, by its name: `carton`, `can`, `bottle`, …
    Package(String),
}
