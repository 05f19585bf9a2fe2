//! Materials, samplers, textures.

use glam::DVec2;
use serde_json::{Map, Value, json};

use super::Error;
use super::buffer::Buffer;
use super::picture;
use crate::catalog::{AlphaMode, Artwork, ArtworkKey, Material, Texture, Wrap};

/// All materials so far, and the pictures they need.
#[derive(Default)]
pub(super) struct Materials {
    known: Vec<Material>,
    json: Vec<Value>,
    samplers: Vec<[Wrap; 2]>,
    textures: Vec<(usize, usize)>,
    images: Vec<std::sync::Arc<Artwork>>,
    extensions: Vec<&'static str>,
}

impl Materials {
    /// Index of a material; equal materials have equal indices.
    pub(super) fn index(&mut self, material: &Material) -> usize {
        if let Some(index) = self.known.iter().position(|known| known == material) {
            return index;
        }
        let json = self.write(material);
        self.known.push(material.clone());
        self.json.push(json);
        self.json.len() - 1
    }

    /// Names of the extensions that the materials use.
    pub(super) fn used_extensions(&self) -> Vec<&'static str> {
        self.extensions.clone()
    }

    /// Enters everything into the document, and the pictures into the buffer.
    pub(super) fn finish(self, root: &mut Map<String, Value>, buffer: &mut Buffer) -> Result<(), Error> {
        let images = self.images.iter().map(|artwork| {
            let picture = picture::encoded(artwork)?;
            let view = buffer.view(&picture.bytes, None);
            Ok(json!({ "bufferView": view, "mimeType": picture.mime }))
        });
        let images: Result<Vec<Value>, Error> = images.collect();
        let samplers = self.samplers.iter().map(
            |wrap| json!({ "magFilter": 9729, "minFilter": 9987, "wrapS": code(wrap[0]), "wrapT": code(wrap[1]) }),
        );
        let textures =
            self.textures.iter().map(|(image, sampler)| json!({ "source": image, "sampler": sampler })).collect();
        for (name, values) in
            [("materials", self.json), ("images", images?), ("samplers", samplers.collect()), ("textures", textures)]
        {
            if !values.is_empty() {
                root.insert(name.into(), Value::Array(values));
            }
        }
        Ok(())
    }

    fn write(&mut self, material: &Material) -> Value {
        let maps = &material.textures;
        let mut pbr = json!({
            "baseColorFactor": material.base_color.to_array().map(fraction),
            "metallicFactor": fraction(material.metallic),
            "roughnessFactor": fraction(material.roughness),
        });
        if let Some(map) = &maps.base_color {
            pbr["baseColorTexture"] = self.reference(map);
        }
        if let Some(map) = &maps.metallic_roughness {
            pbr["metallicRoughnessTexture"] = self.reference(map);
        }
        let mut json = json!({ "name": material.name, "pbrMetallicRoughness": pbr });
        if let Some(map) = &maps.normal {
            json["normalTexture"] = self.reference(map);
            json["normalTexture"]["scale"] = json!(material.normal_scale);
        }
        if let Some(map) = &maps.occlusion {
            json["occlusionTexture"] = self.reference(map);
            json["occlusionTexture"]["strength"] = json!(fraction(material.occlusion_strength));
        }
        if let Some(map) = &maps.emissive {
            json["emissiveTexture"] = self.reference(map);
        }
        match material.alpha {
            AlphaMode::Opaque => {}
            AlphaMode::Blend => json["alphaMode"] = json!("BLEND"),
            AlphaMode::Mask { cutoff } => {
                json["alphaMode"] = json!("MASK");
                json["alphaCutoff"] = json!(cutoff);
            }
        }
        if material.double_sided {
            json["doubleSided"] = json!(true);
        }
        let strength = material.emissive.max_element().max(1.0);
        if material.emissive.max_element() > 0.0 {
            json["emissiveFactor"] = json!((material.emissive / strength).to_array().map(fraction));
        }
        let extensions = self.extensions_of(material, strength);
        if !extensions.is_empty() {
            json["extensions"] = Value::Object(extensions);
        }
        json
    }

    /// The extensions whose values differ from their defaults.
    fn extensions_of(&mut self, material: &Material, emissive_strength: f32) -> Map<String, Value> {
        let plain = Material::default();
        let mut extensions = Map::new();
        let mut add = |name: &'static str, value: Value| {
            extensions.insert(name.to_owned(), value);
            self.uses(name);
        };
        if emissive_strength > 1.0 {
            add("KHR_materials_emissive_strength", json!({ "emissiveStrength": emissive_strength }));
        }
        if material.ior != plain.ior {
            add("KHR_materials_ior", json!({ "ior": material.ior }));
        }
        if (material.specular, material.specular_color) != (plain.specular, plain.specular_color) {
            let specular = json!({
                "specularFactor": fraction(material.specular),
                "specularColorFactor": material.specular_color,
            });
            add("KHR_materials_specular", specular);
        }
        if material.transmission != plain.transmission {
            add("KHR_materials_transmission", json!({ "transmissionFactor": fraction(material.transmission) }));
        }
        let is_clear =
            material.attenuation_distance.is_infinite() && material.attenuation_color == plain.attenuation_color;
        // A volume behind a surface that lets nothing through says nothing, and validators warn of it.
        if material.transmission > 0.0 && (material.thickness != plain.thickness || !is_clear) {
            let mut volume = json!({
                "thicknessFactor": material.thickness,
                "attenuationColor": material.attenuation_color.to_array().map(fraction),
            });
            if material.attenuation_distance.is_finite() {
                volume["attenuationDistance"] = json!(material.attenuation_distance);
            }
            add("KHR_materials_volume", volume);
        }
        if material.unlit {
            add("KHR_materials_unlit", json!({}));
        }
        extensions
    }

    fn uses(&mut self, extension: &'static str) {
        if !self.extensions.contains(&extension) {
            self.extensions.push(extension);
        }
    }

    /// A reference to a texture, which is entered if it is new.
    fn reference(&mut self, texture: &Texture) -> Value {
        let image = position_or_push(&mut self.images, &texture.artwork, |known, new| key(known) == key(new));
        let sampler = position_or_push(&mut self.samplers, &texture.wrap, PartialEq::eq);
        let index = position_or_push(&mut self.textures, &(image, sampler), PartialEq::eq);
        let mut reference = json!({ "index": index });
        if texture.uv_set != 0 {
            reference["texCoord"] = json!(texture.uv_set);
        }
        if (texture.offset, texture.rotation, texture.scale) != (DVec2::ZERO, 0.0, DVec2::ONE) {
            self.uses("KHR_texture_transform");
            reference["extensions"] = json!({ "KHR_texture_transform": {
                "offset": texture.offset, "rotation": texture.rotation, "scale": texture.scale,
            } });
        }
        reference
    }
}

fn key(artwork: &Artwork) -> ArtworkKey {
    artwork.key
}

fn position_or_push<T: Clone>(values: &mut Vec<T>, value: &T, is_same: impl Fn(&T, &T) -> bool) -> usize {
    values.iter().position(|known| is_same(known, value)).unwrap_or_else(|| {
        values.push(value.clone());
        values.len() - 1
    })
}

/// glTF allows no factor outside of 0..1.
fn fraction(value: f32) -> f32 {
    value.clamp(0.0, 1.0)
}

fn code(wrap: Wrap) -> u32 {
    match wrap {
        Wrap::Clamp => 33_071,
        Wrap::Mirror => 33_648,
        Wrap::Repeat => 10_497,
    }
}
