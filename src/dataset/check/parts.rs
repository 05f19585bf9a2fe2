use std::collections::{BTreeMap, BTreeSet};

use super::problem;
use crate::catalog::Gtin;
use crate::dataset::native::record_path;
use crate::dataset::{FrameRecord, Header, MANIFEST, Manifest, plane_path};
use crate::problem::Problem;

/// After so many problems of one kind the rest is only counted.
const ENOUGH: usize = 20;

/// Products of one frame, where they must stay in the frame's part.
#[derive(Default)]
pub(super) struct Products {
    index: u64,
    part: usize,
    /// GTIN with fourteen digits, or SKU, with the part that the product falls to.
    products: BTreeMap<String, usize>,
}

/// What a frame shows, and what its planogram wants.
pub(super) fn products(header: &Header, index: u64, record: &FrameRecord) -> Products {
    let mut found = Products { index, part: header.part_of(index), products: BTreeMap::new() };
    let Some(splits) = header.export.splits.as_ref().filter(|_| header.keeps_products_apart()) else { return found };
    let mut add = |gtin: Option<Gtin>, sku: &str| {
        let name = gtin.map_or_else(|| sku.to_owned(), Gtin::digits14);
        found.products.insert(name, splits.of_product(header.seed, gtin, sku));
    };
    for unit in &record.instances {
        if unit.gtin.is_some() || unit.sku.is_some() {
            add(unit.gtin, unit.sku.as_deref().unwrap_or_default());
        }
        if let Some(place) = &unit.planogram {
            add(place.expected_gtin, &place.expected_sku);
        }
    }
    found
}

/// No part shows a product that falls to another one, and no product is in two parts, whatever it falls to.
pub(super) fn check_leaks(header: &Header, frames: &[Products]) -> Vec<Problem> {
    let names = header.part_names();
    let mut strangers = Vec::new();
    let mut seen_in: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for Products { index, part, products } in frames {
        for (product, &own) in products {
            seen_in.entry(product).or_default().insert(*part);
            if own != *part {
                let message = format!("is of the part {}, and shows {product} of {}", names[*part], names[own]);
                strangers.push(problem(record_path(*index), message));
            }
        }
    }
    let mut problems = shortened(strangers);
    let mut torn = Vec::new();
    for (product, parts) in seen_in.iter().filter(|(_, parts)| parts.len() > 1) {
        let parts: Vec<&str> = parts.iter().map(|&part| names[part]).collect();
        torn.push(problem(MANIFEST, format!("product {product} is in the parts {}", parts.join(" and "))));
    }
    problems.extend(shortened(torn));
    problems
}

/// Frames whose pictures are equal in all planes.
pub(super) fn check_duplicates(manifest: &Manifest) -> Vec<Problem> {
    let header = &manifest.header;
    let digests: BTreeMap<&str, &str> =
        manifest.files.iter().map(|file| (file.path.as_str(), file.blake3.as_str())).collect();
    let planes = header.planes();
    let mut first: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    let mut problems = Vec::new();
    let end = header.frames.start.saturating_add(manifest.files.len() as u64);
    for index in header.frames.start..header.frames.end.min(end) {
        let of_frame: Option<Vec<&str>> =
            planes.iter().map(|&plane| digests.get(plane_path(plane, index).as_str()).copied()).collect();
        let Some(of_frame) = of_frame.filter(|digests| !digests.is_empty()) else { continue };
        match first.get(&of_frame) {
            None => drop(first.insert(of_frame, index)),
            Some(other) => {
                let message = format!("has the same pictures as frame {other}, plane by plane");
                problems.push(problem(record_path(index), message));
            }
        }
    }
    shortened(problems)
}

fn shortened(mut problems: Vec<Problem>) -> Vec<Problem> {
    let more = problems.len().saturating_sub(ENOUGH);
    problems.truncate(ENOUGH);
    if more > 0 {
        problems.push(problem(MANIFEST, format!("{more} more problems like these")));
    }
    problems
}
