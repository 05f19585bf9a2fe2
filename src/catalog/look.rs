//! From a product to its geometry and materials, with a bounded memory of what was made.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::source::Files;
use super::{Artwork, ArtworkSource, Error, Look, Model, ModelKey, Product, Shape, Texture, gltf, label, package};

/// Bytes of meshes and encoded pictures that each cache keeps.
const KEPT_BYTES: u64 = 256 << 20;
/// Longest template, in bytes.
const MAX_TEMPLATE: u64 = 4 << 20;

/// Looks that were made lately.
pub(super) struct Looks {
    finished: Cache<[u8; 32], Look, Bytes>,
    /// By path and material variant.
    models: Cache<(PathBuf, Option<String>), Look, Bytes>,
    packages: Cache<ModelKey, Arc<Model>, Bytes>,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            finished: Cache::with_weighter(2048, KEPT_BYTES, Bytes),
            models: Cache::with_weighter(256, KEPT_BYTES, Bytes),
            packages: Cache::with_weighter(256, KEPT_BYTES, Bytes),
        }
    }
}

impl Looks {
    /// The look of a product; `table` names its catalogue in messages.
    pub(super) fn get(&self, product: &Product, files: Files, table: &Path) -> Result<Look, Error> {
        self.finished.get_or_insert_with(&identity(product), || {
            let shape = self.shape(product, table)?;
            let Some(path) = &product.label else { return Ok(shape) };
            let artwork = label_artwork(product, path, files)?;
            with_label(shape, artwork).map_err(|message| Error::invalid(table, place(product), message))
        })
    }

    fn shape(&self, product: &Product, table: &Path) -> Result<Look, Error> {
        match &product.shape {
            Shape::Model(path) => {
                let variant = product.fields.get("material_variant").filter(|variant| !variant.is_empty()).cloned();
                let key = (path.clone(), variant);
                self.models.get_or_insert_with(&key, || match &key.1 {
                    Some(variant) => gltf::load_model_variant(path, variant),
                    None => gltf::load_model(path),
                })
            }
            Shape::Package(name) => {
                let look = package::build(name, product.size, &product.fields)
                    .map_err(|message| Error::invalid(table, place(product), message))?;
                // Sister products come in the same package: they share one mesh.
                let share = || Ok::<_, Error>(look.model.clone());
                let model = self.packages.get_or_insert_with(&look.model.key, share)?;
                Ok(Look { model, ..look })
            }
        }
    }
}

/// Memory that an entry holds on to.
#[derive(Clone)]
struct Bytes;

impl<K> Weighter<K, Look> for Bytes {
    fn weight(&self, _: &K, look: &Look) -> u64 {
        let slots = |material: &super::Material| {
            let maps = &material.textures;
            maps.all()
                .map(|texture| match &texture.artwork.source {
                    ArtworkSource::File(_) => 256,
                    ArtworkSource::Encoded { bytes, .. } => bytes.len() as u64,
                    ArtworkSource::Svg { svg, .. } => svg.len() as u64,
                })
                .sum::<u64>()
        };
        mesh_bytes(&look.model) + look.materials.iter().map(slots).sum::<u64>()
    }
}

impl Weighter<ModelKey, Arc<Model>> for Bytes {
    fn weight(&self, _: &ModelKey, model: &Arc<Model>) -> u64 {
        mesh_bytes(model)
    }
}

fn mesh_bytes(model: &Model) -> u64 {
    1024 + 64 * model.mesh.positions.len() as u64 + 14 * model.mesh.triangles.len() as u64
}

/// Hash of all that the look depends on.
fn identity(product: &Product) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut text = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for part in [&product.sku, &product.name, &product.brand, &product.category, &product.family] {
        text(part);
    }
    text(&product.gtin.map(String::from).unwrap_or_default());
    text(&format!("{:?} {:?} {:?}", product.size, product.shape, product.label));
    for (name, value) in &product.fields {
        text(name);
        text(value);
    }
    hasher.finalize().into()
}

/// The label picture of a product: a template filled for it, or a picture file whose head is sound.
fn label_artwork(product: &Product, path: &Path, files: Files) -> Result<Artwork, Error> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) {
        let template = match files {
            Files::Disk => read_template(path)?.into(),
            Files::Embedded => files.embedded(path)?,
        };
        return label::product_label(&template, path, product);
    }
    let artwork = Artwork::from_file(path);
    artwork.pixel_size()?;
    Ok(artwork)
}

fn read_template(path: &Path) -> Result<String, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let mut file = std::fs::File::open(path).map_err(read)?.take(MAX_TEMPLATE + 1);
    file.read_to_string(&mut text).map_err(read)?;
    if text.len() as u64 > MAX_TEMPLATE {
        return Err(Error::invalid(path, "", format!("is longer than {MAX_TEMPLATE} bytes")));
    }
    Ok(text)
}

/// Puts the artwork on every material that is a label slot, or, where a model marks none, on the textured material
/// with the largest surface. How the old texture lay on the surface stays.
fn with_label(look: Look, artwork: Artwork) -> Result<Look, String> {
    if look.model.mesh.uvs.is_empty() {
        return Err("has a label, but its model has no texture coordinates".to_owned());
    }
    let mut materials = look.materials.to_vec();
    if !materials.iter().any(|material| material.is_label) {
        let slot = largest_textured(&look).ok_or("has a label, but its model has no textured material to carry it")?;
        materials[slot].is_label = true;
    }
    let artwork = Arc::new(artwork);
    for material in materials.iter_mut().filter(|material| material.is_label) {
        let texture = match material.textures.base_color.take() {
            Some(old) => Texture { artwork: artwork.clone(), ..old },
            None => {
                // A bare slot shows the artwork as it is.
                material.base_color = glam::Vec3::ONE.extend(material.base_color.w);
                Texture::new(artwork.clone())
            }
        };
        material.textures.base_color = Some(texture);
    }
    Ok(Look { materials: materials.into(), ..look })
}

/// Slot with the largest surface among those that have a base colour texture; the first of equals.
fn largest_textured(look: &Look) -> Option<usize> {
    let mut areas = vec![0.0; look.materials.len()];
    for (triangle, &slot) in look.model.slots.iter().enumerate() {
        let [a, b, c] = look.model.mesh.corners(triangle);
        *areas.get_mut(usize::from(slot))? += (b - a).cross(c - a).length();
    }
    (0..areas.len())
        .filter(|&slot| look.materials[slot].textures.base_color.is_some())
        .reduce(|best, slot| if areas[slot] > areas[best] { slot } else { best })
}

fn place(product: &Product) -> String {
    format!("product {:?}", product.sku)
}

#[cfg(test)]
mod tests {
    use glam::{Vec2, Vec3};

    use super::*;
    use crate::catalog::{Footprint, Material};
    use crate::geometry::Mesh;

    /// Two right triangles, the second four times as large as the first, each in a slot of its own.
    fn two_slots(materials: [Material; 2]) -> Look {
        let corner = |x, y| Vec3::new(x, y, 0.0);
        let mesh = Mesh {
            positions: vec![
                corner(0.0, 0.0),
                corner(1.0, 0.0),
                corner(0.0, 1.0),
                corner(0.0, 0.0),
                corner(2.0, 0.0),
                corner(0.0, 2.0),
            ],
            normals: vec![Vec3::Z; 6],
            uvs: vec![Vec2::ZERO; 6],
            triangles: vec![[0, 1, 2], [3, 4, 5]],
            ..Mesh::default()
        };
        let mut model = Model::single(ModelKey::new("test"), mesh, Footprint::Box);
        model.slots = vec![0, 1];
        Look { model: model.into(), materials: materials.into() }
    }

    fn textured(name: &str) -> Material {
        let mut material = Material { name: name.to_owned(), ..Material::default() };
        material.textures.base_color = Some(Texture { uv_set: 1, ..Texture::new(Artwork::from_file(name).into()) });
        material
    }

    fn labels(look: &Look) -> Vec<bool> {
        let is_new = |texture: &Texture| texture.artwork.origin() == Path::new("new");
        look.materials.iter().map(|material| material.textures.base_color.as_ref().is_some_and(is_new)).collect()
    }

    #[test]
    fn the_marked_slot_gets_the_label_and_keeps_its_mapping() {
        let marked = Material { is_label: true, ..textured("a") };
        let look = with_label(two_slots([marked, textured("b")]), Artwork::from_svg("<svg/>", "new")).expect("fits");
        assert_eq!(labels(&look), [true, false]);
        assert_eq!(look.materials[0].textures.base_color.as_ref().map(|texture| texture.uv_set), Some(1));
    }

    #[test]
    fn without_a_mark_the_largest_textured_slot_gets_it() {
        let apply = |materials| with_label(two_slots(materials), Artwork::from_svg("<svg/>", "new"));
        assert_eq!(labels(&apply([textured("a"), textured("b")]).expect("fits")), [false, true]);
        assert_eq!(labels(&apply([textured("a"), Material::default()]).expect("fits")), [true, false]);
        assert!(apply([Material::default(), Material::default()]).is_err());
    }
}
