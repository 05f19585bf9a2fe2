//! The material extensions.

use serde_json::{Map, Value, json};

use super::material::{Materials, fraction};
use crate::catalog::{Material, Texture};

/// The extensions of one material.
struct Written<'a> {
    materials: &'a mut Materials,
    extensions: Map<String, Value>,
}

impl Written<'_> {
    fn add(&mut self, name: &'static str, mut value: Value, maps: &[(&str, &Option<Texture>)]) {
        for (property, map) in maps {
            if let Some(map) = map {
                value[*property] = self.materials.reference(map);
            }
        }
        self.extensions.insert(name.to_owned(), value);
        self.materials.uses(name);
    }
}

/// The extensions whose values differ from their defaults.
pub(super) fn of(materials: &mut Materials, material: &Material, emissive_strength: f32) -> Map<String, Value> {
    let plain = Material::default();
    let maps = &material.textures;
    let mut written = Written { materials, extensions: Map::new() };
    if emissive_strength > 1.0 {
        written.add("KHR_materials_emissive_strength", json!({ "emissiveStrength": emissive_strength }), &[]);
    }
    if material.ior != plain.ior {
        written.add("KHR_materials_ior", json!({ "ior": material.ior }), &[]);
    }
    let is_specular = (material.specular, material.specular_color) != (plain.specular, plain.specular_color);
    if is_specular || maps.specular.is_some() || maps.specular_color.is_some() {
        let specular = json!({
            "specularFactor": fraction(material.specular),
            "specularColorFactor": material.specular_color,
        });
        let maps = [("specularTexture", &maps.specular), ("specularColorTexture", &maps.specular_color)];
        written.add("KHR_materials_specular", specular, &maps);
    }
    if material.transmission != plain.transmission {
        let transmission = json!({ "transmissionFactor": fraction(material.transmission) });
        written.add("KHR_materials_transmission", transmission, &[("transmissionTexture", &maps.transmission)]);
    }
    if let Some(volume) = volume(material) {
        written.add("KHR_materials_volume", volume, &[]);
    }
    if material.clearcoat != plain.clearcoat || material.clearcoat_roughness != plain.clearcoat_roughness {
        let clearcoat = json!({
            "clearcoatFactor": fraction(material.clearcoat),
            "clearcoatRoughnessFactor": fraction(material.clearcoat_roughness),
        });
        let maps = [("clearcoatTexture", &maps.clearcoat), ("clearcoatRoughnessTexture", &maps.clearcoat_roughness)];
        written.add("KHR_materials_clearcoat", clearcoat, &maps);
    }
    if material.sheen_color != plain.sheen_color || material.sheen_roughness != plain.sheen_roughness {
        let sheen = json!({
            "sheenColorFactor": material.sheen_color.to_array().map(fraction),
            "sheenRoughnessFactor": fraction(material.sheen_roughness),
        });
        let maps = [("sheenColorTexture", &maps.sheen_color), ("sheenRoughnessTexture", &maps.sheen_roughness)];
        written.add("KHR_materials_sheen", sheen, &maps);
    }
    if material.anisotropy != plain.anisotropy || material.anisotropy_rotation != plain.anisotropy_rotation {
        let anisotropy = json!({
            "anisotropyStrength": fraction(material.anisotropy),
            "anisotropyRotation": material.anisotropy_rotation,
        });
        written.add("KHR_materials_anisotropy", anisotropy, &[("anisotropyTexture", &maps.anisotropy)]);
    }
    if let Some(film) = iridescence(material, &plain) {
        written.add("KHR_materials_iridescence", film, &[]);
    }
    if material.diffuse_transmission != plain.diffuse_transmission
        || material.diffuse_transmission_color != plain.diffuse_transmission_color
    {
        let transmission = json!({
            "diffuseTransmissionFactor": fraction(material.diffuse_transmission),
            "diffuseTransmissionColorFactor": material.diffuse_transmission_color.to_array().map(fraction),
        });
        written.add("KHR_materials_diffuse_transmission", transmission, &[]);
    }
    if material.unlit {
        written.add("KHR_materials_unlit", json!({}), &[]);
    }
    written.extensions
}

/// A volume behind a surface that lets nothing through says nothing, and validators warn of it.
fn volume(material: &Material) -> Option<Value> {
    let plain = Material::default();
    let is_clear = material.attenuation_distance.is_infinite() && material.attenuation_color == plain.attenuation_color;
    if material.transmission <= 0.0 || (material.thickness == plain.thickness && is_clear) {
        return None;
    }
    let mut volume = json!({
        "thicknessFactor": material.thickness,
        "attenuationColor": material.attenuation_color.to_array().map(fraction),
    });
    if material.attenuation_distance.is_finite() {
        volume["attenuationDistance"] = json!(material.attenuation_distance);
    }
    Some(volume)
}

fn iridescence(material: &Material, plain: &Material) -> Option<Value> {
    let film = |m: &Material| (m.iridescence, m.iridescence_ior, m.iridescence_thickness_nm);
    let thickness = material.iridescence_thickness_nm;
    (film(material) != film(plain)).then(|| {
        json!({
            "iridescenceFactor": fraction(material.iridescence),
            "iridescenceIor": material.iridescence_ior.max(1.0),
            // Where no map says otherwise the film is as thick as its maximum.
            "iridescenceThicknessMinimum": thickness.min(100.0),
            "iridescenceThicknessMaximum": thickness,
        })
    })
}
