//! `KHR_materials_variants`: several sets of materials for one geometry.

use gltf::json::mesh::Primitive;

use super::document::Document;
use crate::catalog::Error;

/// Names of the variants, in the order of the file.
pub(super) fn names(document: &Document) -> Vec<&str> {
    let extension = document.root.extensions.as_ref().and_then(|root| root.khr_materials_variants.as_ref());
    extension.map_or_else(Vec::new, |extension| extension.variants.iter().map(|v| v.name.as_str()).collect())
}

/// Number of the variant with this name.
pub(super) fn find(document: &Document, name: &str) -> Result<u32, Error> {
    let names = names(document);
    let found = names.iter().position(|known| *known == name).and_then(|index| u32::try_from(index).ok());
    found.ok_or_else(|| {
        let known = if names.is_empty() { "none".to_owned() } else { names[..names.len().min(20)].join(", ") };
        document.invalid("extensions.KHR_materials_variants", format!("has no variant {name:?}, it has {known}"))
    })
}

/// Index of a primitive's material in a variant. Without a variant, or where the variant does not mention the
/// primitive, its own material holds; one that has none takes the first that a variant gives it.
pub(super) fn material(
    document: &Document,
    primitive: &Primitive,
    variant: Option<u32>,
    place: &str,
) -> Result<Option<usize>, Error> {
    let own = primitive.material.map(|material| material.value());
    let extension = primitive.extensions.as_ref().and_then(|extensions| extensions.khr_materials_variants.as_ref());
    let Some(extension) = extension else { return Ok(own) };
    let count = document.root.materials.len();
    for (i, mapping) in extension.mappings.iter().enumerate() {
        if mapping.material as usize >= count {
            let place = format!("{place}.extensions.KHR_materials_variants.mappings[{i}]");
            return Err(document.invalid(place, format!("there is no material {}, only {count}", mapping.material)));
        }
    }
    let chosen = extension.mappings.iter().find(|mapping| variant.is_some_and(|v| mapping.variants.contains(&v)));
    let first = || extension.mappings.first();
    Ok(chosen.map(|m| m.material as usize).or(own).or_else(|| first().map(|m| m.material as usize)))
}
