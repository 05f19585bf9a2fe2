//! Materials, samplers, textures.

use glam::DVec2;
use serde_json::{Map, Value, json};

use super::Error;
use super::buffer::Buffer;
use super::{extensions, picture};
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
        let extensions = extensions::of(self, material, strength);
        if !extensions.is_empty() {
            json["extensions"] = Value::Object(extensions);
        }
        if material.medium_priority != 0 {
            json["extras"] = json!({ "endcap_medium_priority": material.medium_priority });
        }
        json
    }

    /// Notes that an extension is used.
    pub(super) fn uses(&mut self, extension: &'static str) {
        if !self.extensions.contains(&extension) {
            self.extensions.push(extension);
        }
    }

    /// A reference to a texture, which is entered if it is new.
    pub(super) fn reference(&mut self, texture: &Texture) -> Value {
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
pub(super) fn fraction(value: f32) -> f32 {
    value.clamp(0.0, 1.0)
}

fn code(wrap: Wrap) -> u32 {
    match wrap {
        Wrap::Clamp => 33_071,
        Wrap::Mirror => 33_648,
        Wrap::Repeat => 10_497,
    }
}
