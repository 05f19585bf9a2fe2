//! The product table: one row per flavour.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use endcap::catalog::Gtin;

use crate::color::{dark, ink, light};
use crate::design::{Design, Family};
use crate::{brand_of, file_of};

const COLUMNS: [&str; 19] = [
    "gtin",
    "sku",
    "name",
    "brand",
    "category",
    "family",
    "width_mm",
    "height_mm",
    "depth_mm",
    "shape",
    "label",
    "variant",
    "variant_caps",
    "net_weight",
    "motif",
    "color",
    "color_dark",
    "color_light",
    "color_ink",
];
const NUTRITION: [&str; 8] = ["kj", "kcal", "fat", "saturates", "carbohydrate", "sugars", "protein", "salt"];

pub(crate) fn csv(design: &Design) -> Result<String> {
    let package: BTreeSet<&String> = design.families.iter().flat_map(|family| family.package.keys()).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = COLUMNS.into_iter().chain(NUTRITION).chain(package.iter().map(|field| field.as_str()));
    writer.write_record(header)?;
    let mut number = 0_u64;
    for family in &design.families {
        brand_of(design, family)?;
        let maker = design.brands.iter().position(|brand| brand.name == family.brand).unwrap_or(0);
        for (i, (variant, motif, color)) in family.flavours.iter().enumerate() {
            number += 1;
            // Prefixes 20 to 29 are GS1's restricted circulation: no real trade item has these numbers.
            let item = (number * 7_919 + 1_234_567) % 9_999_991;
            let gtin = Gtin::from_body(&format!("2{:04}{item:07}", 100 + maker * 37)).context("twelve digits")?;
            let sku = format!("{}-{}", family.brand[..3].to_uppercase(), 10_000 + number);
            let name = format!("{} {} {variant}", family.brand, family.title);
            let group = format!("{} {} {}", family.brand, family.title, family.net);
            let shades = [color.clone(), dark(color, 0.45), light(color, 0.58), ink(color)];
            let mut row = vec![gtin.to_string(), sku, name, family.brand.clone(), family.category.clone(), group];
            row.extend(family.size.map(|side| side.to_string()));
            row.extend([family.shape.clone(), format!("labels/{}", file_of(family))]);
            row.extend([variant.clone(), variant.to_uppercase(), family.net.clone(), motif.clone()]);
            row.extend(shades.clone());
            row.extend(nutrition(family, i));
            row.extend(package.iter().map(|field| match family.package.get(*field).map(String::as_str) {
                Some("@color") => shades[0].clone(),
                Some("@dark") => shades[1].clone(),
                Some("@light") => shades[2].clone(),
                other => other.unwrap_or_default().to_owned(),
            }));
            writer.write_record(row)?;
        }
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Typical values of the category per 100 g or ml, a little different for each flavour; empty for what is not eaten.
fn nutrition(family: &Family, flavour: usize) -> [String; 8] {
    // Fat, saturates, carbohydrate, sugars, protein, salt.
    let base: [f64; 6] = match family.category.as_str() {
        "laundry" | "cleaning" | "shampoo" | "body_care" | "oral_care" => return Default::default(),
        "cereal" => [5.1, 1.1, 68.0, 17.0, 10.2, 0.6],
        "pasta" | "rice" => [1.6, 0.4, 72.0, 3.1, 12.5, 0.02],
        "noodles" => [17.2, 8.1, 61.0, 3.4, 9.6, 3.1],
        "canned_vegetables" | "soup" | "baby_food" => [1.4, 0.3, 8.1, 3.6, 2.1, 0.7],
        "canned_fruit" | "juice" => [0.2, 0.0, 11.4, 10.9, 0.5, 0.01],
        "canned_fish" | "pet_food" => [6.2, 1.4, 0.8, 0.2, 19.5, 1.0],
        "sauce" => [3.2, 0.5, 12.1, 9.4, 1.6, 1.3],
        "oil" => [91.6, 13.8, 0.0, 0.0, 0.0, 0.0],
        "spread" => [0.6, 0.1, 61.0, 58.0, 0.7, 0.03],
        "biscuits" | "chocolate" => [24.0, 13.0, 58.0, 34.0, 6.8, 0.5],
        "candy" => [0.4, 0.2, 77.0, 46.0, 5.9, 0.05],
        "crisps" => [31.0, 2.9, 53.0, 2.6, 6.2, 1.4],
        "nuts" => [51.0, 6.4, 14.0, 5.1, 23.0, 0.9],
        "soft_drink" | "energy_drink" => [0.0, 0.0, 10.6, 10.6, 0.0, 0.02],
        "milk" | "yogurt" => [3.1, 2.0, 10.4, 10.0, 3.6, 0.13],
        "ice_cream" => [9.8, 6.3, 26.0, 23.0, 3.4, 0.14],
        "cheese" => [27.0, 18.0, 0.1, 0.1, 25.0, 1.5],
        _ => [0.1, 0.0, 0.4, 0.1, 0.2, 0.0],
    };
    let [fat, saturates, carbohydrate, sugars, protein, salt] = base.map(|value| value * (1.0 + 0.04 * flavour as f64));
    let kcal = 9.0 * fat + 4.0 * (carbohydrate + protein);
    let gram = |value: f64| format!("{value:.1}");
    [
        format!("{:.0}", kcal * 4.184),
        format!("{kcal:.0}"),
        gram(fat),
        gram(saturates),
        gram(carbohydrate),
        gram(sugars),
        gram(protein),
        format!("{salt:.2}"),
    ]
}
