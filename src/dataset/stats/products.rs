use std::collections::BTreeSet;

use super::definition::Group;
use super::{Definition, Shot, Tally, Unit};
use crate::annotate::InstanceAnnotation;

const fn distinct(key: &'static str, title: &'static str) -> Definition {
    Definition { key, title, unit: Unit::Count, per: "picture", resolution: 1.0, bounds: (0.0, 20_000.0) }
}

const DISTINCT: Definition = distinct("distinct_products", "different products per picture");
const CATEGORIES: Definition = distinct("distinct_categories", "categories per picture");

/// Which products and categories are seen.
pub(super) const GROUP: Group =
    Group { key: "products", title: "Assortment", figures: &[DISTINCT, CATEGORIES], measure };

fn measure(shot: &Shot<'_>, tally: &mut Tally) {
    let units = || shot.products.iter().map(|product| product.unit);
    tally.add(&DISTINCT, units().map(code).collect::<BTreeSet<_>>().len() as f64);
    tally.add(&CATEGORIES, units().map(|unit| &unit.category).collect::<BTreeSet<_>>().len() as f64);
    for unit in units() {
        tally.see(&code(unit), &unit.name, &unit.category);
    }
}

/// What tells a product from others: its GTIN, or its SKU, or its name.
fn code(unit: &InstanceAnnotation) -> String {
    let gtin = unit.gtin.map(|gtin| gtin.to_string());
    gtin.or_else(|| unit.sku.clone()).unwrap_or_else(|| unit.name.clone())
}
