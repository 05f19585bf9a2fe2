//! Texts of the built-in catalogue. Written by `cargo run --example design_catalog`; do not edit.

/// The table.
pub(super) const PRODUCTS: &str = include_str!("../../../assets/catalog/products.csv");

/// All label templates, sorted by path.
pub(super) const LABELS: &[(&str, &str)] = &[];
