//! What handling does to packages: crushed edges and rubbed varnish on cartons, dents in cans and bags.

use std::collections::HashMap;
use std::sync::Arc;

use glam::{DVec2, Vec3};

use super::Unit;
use super::recipe::Range;
use crate::catalog::{Artwork, Look, Material, Product, Shape, Texture, Wrap, relief};
use crate::seed::Seed;

/// Worn looks of one product: as many variants, each at as many strengths.
const VARIANTS: usize = 8;
const STRENGTHS: f64 = 3.0;
/// Below this a unit is as good as new.
const LEAST: f64 = 0.04;

/// Which pictures a package wears.
#[derive(Clone, Copy)]
enum Kind {
    /// Board with edges: pictures of whole sides.
    Board,
    /// Sheet metal or film: dents anywhere.
    Skin,
}

/// Wears the units down, each by a strength drawn from the range. Units of one product share a few worn looks, and all
/// products share the pictures.
pub(super) fn apply(units: &mut [Unit], wear: Range, seed: Seed) {
    if wear.1 < LEAST {
        return;
    }
    let mut rng = seed.rng("scene/wear");
    // The fresh look beside the worn one keeps its address, which is the key, from being used again.
    let mut worn: HashMap<(*const Material, usize, u64), [Look; 2]> = HashMap::new();
    for unit in units {
        let (amount, variant) = (wear.draw(&mut rng), rng.below(VARIANTS));
        let Some(kind) = unit.product.as_deref().and_then(kind_of).filter(|_| amount >= LEAST) else { continue };
        let strength = (libm::ceil(amount / wear.1 * STRENGTHS)).clamp(1.0, STRENGTHS);
        let fresh = &unit.look;
        let key = (fresh.materials.as_ptr(), variant, strength as u64);
        let [look, _] = worn.entry(key).or_insert_with(|| {
            let amount = (wear.1 * strength / STRENGTHS) as f32;
            let materials = fresh.materials.iter().map(|material| used(material, kind, variant, amount));
            [Look { materials: materials.collect(), ..fresh.clone() }, fresh.clone()]
        });
        unit.look = look.clone();
    }
}

/// What happens to a product's package; `None` for those that do not show their wear.
fn kind_of(product: &Product) -> Option<Kind> {
    let Shape::Package(package) = &product.shape else { return None };
    match package.as_str() {
        "carton" | "gable_top" => Some(Kind::Board),
        "can" | "pillow_bag" | "pouch" | "tube" => Some(Kind::Skin),
        _ => None,
    }
}

/// A label after handling; other slots stay as they are, and so do maps that the label already has.
fn used(material: &Material, kind: Kind, variant: usize, amount: f32) -> Material {
    let mut used = material.clone();
    if !material.is_label {
        return used;
    }
    let maps = &mut used.textures;
    match kind {
        Kind::Board => {
            // The odd variants are the even ones seen in a mirror.
            let (picture, mirrored) = (variant / 2, variant % 2 == 1);
            let side = |artwork: Arc<Artwork>| {
                let scale = DVec2::new(if mirrored { -1.0 } else { 1.0 }, 1.0);
                let offset = DVec2::new(if mirrored { 1.0 } else { 0.0 }, 0.0);
                Texture { uv_set: 1, scale, offset, wrap: [Wrap::Clamp; 2], ..Texture::new(artwork) }
            };
            if maps.normal.is_none() {
                maps.normal = Some(side(relief::crushed_edges(picture)));
                used.normal_scale = 1.6 * amount;
            }
            if used.clearcoat > 0.0 && maps.clearcoat.is_none() {
                maps.clearcoat = Some(side(relief::varnish(picture)));
            }
            if maps.sheen_color.is_none() {
                maps.sheen_color = Some(side(relief::fibres(picture)));
                used.sheen_color = Vec3::splat((1.2 * amount).min(0.8));
                used.sheen_roughness = 0.7;
            }
        }
        Kind::Skin => {
            let offset = DVec2::new(0.37 * variant as f64, 0.61 * variant as f64).fract();
            if maps.normal.is_none() {
                let wrap = [Wrap::Repeat; 2];
                maps.normal = Some(Texture { uv_set: 1, offset, wrap, ..Texture::new(relief::dents()) });
                used.normal_scale = 1.2 * amount;
            } else if let Some(map) = &mut maps.normal {
                // No two bags are creased alike.
                map.offset = offset;
                used.normal_scale *= 1.0 + amount;
            }
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::Catalog;
    use crate::scene::{Composer, Recipe};

    fn frame(wear: Range) -> Vec<Unit> {
        let mut recipe = Recipe::default();
        recipe.disorder.wear = wear;
        let composer = Composer::new(Arc::new(Catalog::builtin().expect("sound")), recipe).expect("a sound recipe");
        composer.compose(Seed { dataset: 5, index: 1 }).expect("a scene").units
    }

    #[test]
    fn units_are_worn_by_the_recipe_and_nothing_else_changes() {
        let (fresh, worn) = (frame(Range(0.0, 0.0)), frame(Range(0.2, 0.9)));
        assert_eq!(fresh.len(), worn.len());
        let mut changed = 0;
        for (fresh, worn) in fresh.iter().zip(&worn) {
            assert!(Arc::ptr_eq(&fresh.look.model, &worn.look.model) || fresh.look.model == worn.look.model);
            assert_eq!((fresh.world_from_object, fresh.class), (worn.world_from_object, worn.class));
            let labels = fresh.look.materials.iter().zip(worn.look.materials.iter()).filter(|(a, b)| a != b);
            for (fresh, worn) in labels {
                assert!(fresh.is_label && fresh.textures.base_color == worn.textures.base_color);
                changed += 1;
            }
        }
        assert!(changed > fresh.len() / 5, "{changed} of {} units", fresh.len());
        // Looks are shared, and all of them share a few pictures.
        let looks: BTreeSet<_> = worn.iter().map(|unit| unit.look.materials.as_ptr() as usize).collect();
        assert!(looks.len() < worn.len());
        let normals =
            worn.iter().flat_map(|unit| unit.look.materials.iter()).filter_map(|m| m.textures.normal.as_ref());
        let pictures: BTreeSet<_> = normals.map(|map| map.artwork.key).collect();
        assert!(pictures.len() <= relief::EDGE_VARIANTS + 3, "{}", pictures.len());
    }

    #[test]
    fn equal_seeds_are_worn_alike() {
        let (a, b) = (frame(Range(0.0, 0.4)), frame(Range(0.0, 0.4)));
        assert!(a.iter().zip(&b).all(|(a, b)| a.look.materials == b.look.materials));
    }
}
