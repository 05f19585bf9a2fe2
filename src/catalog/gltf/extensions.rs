//! The extensions of materials: those that the `gltf` crate types, and those that it hands on as JSON.

use glam::{Vec3, Vec4};
use gltf::json;
use gltf::json::extensions::material::PbrSpecularGlossiness;

use super::Warnings;
use super::factors::{Extension, Factors};
use super::material::Materials;
use super::specular_glossiness::{SpecularGlossiness, convert};
use crate::catalog::{Error, Material};

impl Materials<'_> {
    /// Adds what the extensions say to a material.
    pub(super) fn extend(
        &mut self,
        material: &mut Material,
        json: &json::extensions::material::Material,
        place: &str,
        warnings: &mut Warnings,
    ) -> Result<(), Error> {
        let factors = Factors { document: self.document, place };
        material.unlit = json.unlit.is_some();
        if let Some(strength) = &json.emissive_strength {
            material.emissive *= factors.one("emissiveStrength", strength.emissive_strength.0, 1e12)?;
        }
        if let Some(ior) = &json.ior {
            material.ior = factors.one("ior", ior.ior.0, f32::MAX)?;
        }
        if let Some(specular) = &json.specular {
            material.specular = factors.one("specularFactor", specular.specular_factor.0, 1.0)?;
            material.specular_color =
                Vec3::from(factors.all("specularColorFactor", specular.specular_color_factor.0, f32::MAX)?);
            material.textures.specular = self.info(specular.specular_texture.as_ref(), place, warnings)?;
            material.textures.specular_color = self.info(specular.specular_color_texture.as_ref(), place, warnings)?;
        }
        if let Some(transmission) = &json.transmission {
            material.transmission = factors.one("transmissionFactor", transmission.transmission_factor.0, 1.0)?;
            material.textures.transmission = self.info(transmission.transmission_texture.as_ref(), place, warnings)?;
        }
        if let Some(volume) = &json.volume {
            material.thickness = factors.one("thicknessFactor", volume.thickness_factor.0, f32::MAX)?;
            material.attenuation_color =
                Vec3::from(factors.all("attenuationColor", volume.attenuation_color.0, 1.0)?);
            let distance = volume.attenuation_distance.0;
            material.attenuation_distance = if distance > 0.0 { distance } else { f32::INFINITY };
            if volume.thickness_texture.is_some() {
                warnings.add(place, "the map of KHR_materials_volume is ignored");
            }
        }
        if let Some(older) = &json.pbr_specular_glossiness {
            self.specular_glossiness(material, older, place, warnings)?;
        }
        for (name, value) in &json.others {
            let place_of = format!("{place}.extensions.{name}");
            let extension = |document| Extension::new(document, &place_of, value);
            match name.as_str() {
                "KHR_materials_anisotropy" => self.anisotropy(material, &extension(self.document)?, warnings)?,
                "KHR_materials_clearcoat" => self.clearcoat(material, &extension(self.document)?, warnings)?,
                "KHR_materials_diffuse_transmission" => {
                    diffuse_transmission(material, &extension(self.document)?, warnings)?;
                }
                "KHR_materials_iridescence" => iridescence(material, &extension(self.document)?, warnings)?,
                "KHR_materials_sheen" => self.sheen(material, &extension(self.document)?, warnings)?,
                _ => warnings.add(place, format!("{name} is ignored")),
            }
        }
        Ok(())
    }

    fn anisotropy(
        &mut self,
        material: &mut Material,
        json: &Extension<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), Error> {
        material.anisotropy = json.one("anisotropyStrength", 0.0, 1.0)?;
        material.anisotropy_rotation = json.signed("anisotropyRotation", 0.0)?;
        material.textures.anisotropy = self.property(json, "anisotropyTexture", warnings)?;
        Ok(())
    }

    fn clearcoat(
        &mut self,
        material: &mut Material,
        json: &Extension<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), Error> {
        material.clearcoat = json.one("clearcoatFactor", 0.0, 1.0)?;
        material.clearcoat_roughness = json.one("clearcoatRoughnessFactor", 0.0, 1.0)?;
        material.textures.clearcoat = self.property(json, "clearcoatTexture", warnings)?;
        material.textures.clearcoat_roughness = self.property(json, "clearcoatRoughnessTexture", warnings)?;
        ignore(json, "clearcoatNormalTexture", warnings);
        Ok(())
    }

    fn sheen(&mut self, material: &mut Material, json: &Extension<'_>, warnings: &mut Warnings) -> Result<(), Error> {
        material.sheen_color = Vec3::from(json.color("sheenColorFactor", [0.0; 3], 1.0)?);
        material.sheen_roughness = json.one("sheenRoughnessFactor", 0.0, 1.0)?;
        material.textures.sheen_color = self.property(json, "sheenColorTexture", warnings)?;
        material.textures.sheen_roughness = self.property(json, "sheenRoughnessTexture", warnings)?;
        Ok(())
    }

    fn specular_glossiness(
        &mut self,
        material: &mut Material,
        older: &PbrSpecularGlossiness,
        place: &str,
        warnings: &mut Warnings,
    ) -> Result<(), Error> {
        let factors = Factors { document: self.document, place };
        let mut from = SpecularGlossiness {
            diffuse: Vec4::from(factors.all("diffuseFactor", older.diffuse_factor.0, 1.0)?),
            specular: Vec3::from(factors.all("specularFactor", older.specular_factor.0, 1.0)?),
            glossiness: factors.one("glossinessFactor", older.glossiness_factor.0, 1.0)?,
        };
        if older.specular_glossiness_texture.is_some() {
            // The factors only scale the map; without it they would make a mirror of everything.
            (from.specular, from.glossiness) = (from.specular * 0.04, from.glossiness * 0.5);
            warnings.add(place, "the map of KHR_materials_pbrSpecularGlossiness is ignored");
        }
        let to = convert(&from);
        (material.base_color, material.metallic, material.roughness) = (to.base_color, to.metallic, to.roughness);
        material.textures.base_color = self.info(older.diffuse_texture.as_ref(), place, warnings)?;
        material.textures.metallic_roughness = None;
        Ok(())
    }
}

fn diffuse_transmission(material: &mut Material, json: &Extension<'_>, warnings: &mut Warnings) -> Result<(), Error> {
    material.diffuse_transmission = json.one("diffuseTransmissionFactor", 0.0, 1.0)?;
    let color = json.color("diffuseTransmissionColorFactor", [1.0; 3], 1.0)?;
    material.diffuse_transmission_color = Vec3::from(color);
    ignore(json, "diffuseTransmissionTexture", warnings);
    ignore(json, "diffuseTransmissionColorTexture", warnings);
    Ok(())
}

/// The film is as thick everywhere as its maximum says, which holds where it has no map.
fn iridescence(material: &mut Material, json: &Extension<'_>, warnings: &mut Warnings) -> Result<(), Error> {
    material.iridescence = json.one("iridescenceFactor", 0.0, 1.0)?;
    material.iridescence_ior = json.one("iridescenceIor", 1.3, f32::MAX)?.max(1.0);
    material.iridescence_thickness_nm = json.one("iridescenceThicknessMaximum", 400.0, f32::MAX)?;
    ignore(json, "iridescenceTexture", warnings);
    ignore(json, "iridescenceThicknessTexture", warnings);
    Ok(())
}

/// Notes a map that has no slot.
fn ignore(json: &Extension<'_>, map: &str, warnings: &mut Warnings) {
    if json.property(map).is_some() {
        warnings.add(json.place, format!("its {map} is ignored"));
    }
}
