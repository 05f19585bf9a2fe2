//! The compact description that the catalogue is generated from.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All of `assets/catalog/design.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Design {
    pub brands: Vec<Brand>,
    pub families: Vec<Family>,
}

/// An invented maker.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Brand {
    pub name: String,
    /// Kind of mark.
    pub logo: String,
    pub color: String,
    pub accent: String,
}

/// One pack in several flavours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    pub brand: String,
    /// What it is, in the words on the pack.
    pub title: String,
    pub category: String,
    pub shape: String,
    /// Width, height and depth in millimetres.
    pub size: [f64; 3],
    pub net: String,
    pub style: String,
    /// What the main picture stands on or in; none when empty.
    #[serde(default)]
    pub stage: String,
    pub claim: String,
    #[serde(default)]
    pub badge: String,
    /// Main ingredients in running words.
    pub contents: String,
    /// Further fields for the package, the same for all flavours; `@color` stands for the flavour's colour.
    #[serde(default)]
    pub package: BTreeMap<String, String>,
    /// Flavour, picture and colour.
    pub flavours: Vec<(String, String, String)>,
}
