use std::borrow::Cow;
use std::path::Path;

use super::{bar_code, template};
use crate::catalog::{Artwork, Error, Product};

/// The label of a product from a template: `path` names the template in messages.
pub(in crate::catalog) fn product_label(template: &str, path: &Path, product: &Product) -> Result<Artwork, Error> {
    match template::fill(template, |name| value(product, name)) {
        Ok(svg) => Ok(Artwork::from_svg(svg, format!("{} filled for {}", path.display(), product.sku))),
        Err(mut problems) => {
            for problem in &mut problems.0 {
                problem.message = format!("{} (filling it for product {:?})", problem.message, product.sku);
            }
            Err(Error::Invalid { path: path.to_owned(), problems })
        }
    }
}

/// What a placeholder stands for. The columns that every catalogue has come before its further fields; `barcode`,
/// `gtin` and `gtin_text` are unknown for a product without a number.
pub(super) fn value<'a>(product: &'a Product, name: &str) -> Option<Cow<'a, str>> {
    let millimetres = |metres: f64| Some(Cow::from(format!("{}", (metres * 1e4).round() / 10.0)));
    match name {
        "name" => Some(product.name.as_str().into()),
        "brand" => Some(product.brand.as_str().into()),
        "sku" => Some(product.sku.as_str().into()),
        "category" => Some(product.category.as_str().into()),
        "family" => Some(product.family.as_str().into()),
        "width_mm" => millimetres(product.size.x),
        "height_mm" => millimetres(product.size.y),
        "depth_mm" => millimetres(product.size.z),
        "gtin" => product.gtin.map(|gtin| gtin.to_string().into()),
        "gtin_text" => product.gtin.map(|gtin| bar_code::digits(gtin).into()),
        "barcode" => product.gtin.and_then(bar_code::path).map(Cow::from),
        _ => product.fields.get(name).map(|value| value.as_str().into()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use glam::DVec3;

    use super::*;
    use crate::catalog::Shape;

    pub(in crate::catalog::label) fn product() -> Product {
        Product {
            gtin: Some("4006381333931".parse().expect("valid")),
            sku: "A-17".to_owned(),
            name: "Brisa Oat Drink Vanilla".to_owned(),
            brand: "Brisa".to_owned(),
            category: "milk".to_owned(),
            family: String::new(),
            size: DVec3::new(0.0705, 0.2, 0.07),
            shape: Shape::Package("gable_top".to_owned()),
            label: None,
            fields: [("net_weight".to_owned(), "1 l".to_owned())].into(),
        }
    }

    #[test]
    fn columns_fields_and_bar_code_are_known() {
        let product = product();
        for (name, expected) in [("width_mm", "70.5"), ("net_weight", "1 l"), ("gtin_text", "4 006381 333931")] {
            assert_eq!(value(&product, name).as_deref(), Some(expected));
        }
        assert!(value(&product, "barcode").expect("EAN-13").starts_with("M0 0h1v1h-1z"));
    }

    #[test]
    fn an_error_names_template_line_placeholder_and_product() {
        let error = product_label("<svg>\n{{flavour}}</svg>", Path::new("labels/oat.svg"), &product());
        let text = error.expect_err("unknown").to_string();
        for part in ["labels/oat.svg", "line 2", "{{flavour}}", "A-17"] {
            assert!(text.contains(part), "{text}");
        }
        let bare = Product { gtin: None, ..product() };
        assert!(product_label("{{barcode}}", Path::new("x.svg"), &bare).is_err());
    }
}
