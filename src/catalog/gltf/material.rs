//! Materials of a file as ours.

use std::sync::Arc;

use glam::{Vec3, Vec4};
use gltf::json;
use gltf::json::material::AlphaMode as Alpha;
use serde::Deserialize;
use serde_json::Value;

use super::Warnings;
use super::buffers::Buffers;
use super::check::valid;
use super::document::Document;
use super::factors::{Factors, excerpt};
use crate::catalog::{AlphaMode, Artwork, Error, Material, Textures};

/// Reads the materials of one file; pictures that several of them use are shared.
pub(super) struct Materials<'a> {
    pub(super) document: &'a Document,
    pub(super) buffers: &'a Buffers,
    /// For each image of the document the artwork, once it was needed.
    pub(super) artworks: Vec<Option<Arc<Artwork>>>,
}

/// What this crate writes into the `extras` of a material.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Extras {
    endcap_medium_priority: Option<Value>,
}

impl<'a> Materials<'a> {
    /// Nothing is read yet.
    pub(super) fn new(document: &'a Document, buffers: &'a Buffers) -> Self {
        Self { document, buffers, artworks: vec![None; document.root.images.len()] }
    }

    /// The material with this index, or glTF's default for a primitive that names none.
    pub(super) fn read(&mut self, index: Option<usize>, warnings: &mut Warnings) -> Result<Material, Error> {
        let Some(index) = index else {
            return Ok(Material { name: "default".to_owned(), metallic: 1.0, roughness: 1.0, ..Material::default() });
        };
        let json = &self.document.root.materials[index];
        let place = format!("materials[{index}]");
        let mut material = self.core(json, &place, warnings)?;
        if let Some(extensions) = &json.extensions {
            self.extend(&mut material, extensions, &place, warnings)?;
        }
        if let Some(extras) = &json.extras {
            material.medium_priority = self.priority(extras.get(), &place)?;
        }
        Ok(material)
    }

    fn core(&mut self, json: &json::Material, place: &str, warnings: &mut Warnings) -> Result<Material, Error> {
        let pbr = &json.pbr_metallic_roughness;
        let textures = Textures {
            base_color: self.info(pbr.base_color_texture.as_ref(), place, warnings)?,
            metallic_roughness: self.info(pbr.metallic_roughness_texture.as_ref(), place, warnings)?,
            emissive: self.info(json.emissive_texture.as_ref(), place, warnings)?,
            normal: json.normal_texture.as_ref().map_or(Ok(None), |map| {
                let extensions = map.extensions.as_ref().map(|extensions| &extensions.others);
                self.map((map.index.value(), map.tex_coord), extensions, place, warnings)
            })?,
            occlusion: json.occlusion_texture.as_ref().map_or(Ok(None), |map| {
                let extensions = map.extensions.as_ref().map(|extensions| &extensions.others);
                self.map((map.index.value(), map.tex_coord), extensions, place, warnings)
            })?,
            ..Textures::default()
        };
        let factors = Factors { document: self.document, place };
        Ok(Material {
            name: json.name.clone().unwrap_or_else(|| place.to_owned()),
            base_color: Vec4::from(factors.all("baseColorFactor", pbr.base_color_factor.0, 1.0)?),
            metallic: factors.one("metallicFactor", pbr.metallic_factor.0, 1.0)?,
            roughness: factors.one("roughnessFactor", pbr.roughness_factor.0, 1.0)?,
            emissive: Vec3::from(factors.all("emissiveFactor", json.emissive_factor.0, 1e6)?),
            normal_scale: json
                .normal_texture
                .as_ref()
                .map_or(Ok(1.0), |map| factors.signed("normalTexture.scale", map.scale))?,
            occlusion_strength: json
                .occlusion_texture
                .as_ref()
                .map_or(Ok(1.0), |map| factors.one("occlusionTexture.strength", map.strength.0, 1.0))?,
            alpha: match valid(json.alpha_mode) {
                Alpha::Opaque => AlphaMode::Opaque,
                Alpha::Blend => AlphaMode::Blend,
                Alpha::Mask => AlphaMode::Mask {
                    cutoff: factors.one("alphaCutoff", json.alpha_cutoff.map_or(0.5, |cutoff| cutoff.0), f32::MAX)?,
                },
            },
            double_sided: json.double_sided,
            textures,
            ..Material::default()
        })
    }

    /// [`Material::medium_priority`] from `extras`, which may hold anything else besides.
    fn priority(&self, extras: &str, place: &str) -> Result<u8, Error> {
        let extras: Extras = serde_json::from_str(extras).unwrap_or_default();
        let Some(value) = extras.endcap_medium_priority else { return Ok(0) };
        let priority = value.as_u64().and_then(|priority| u8::try_from(priority).ok());
        priority.ok_or_else(|| {
            let place = format!("{place}.extras.endcap_medium_priority");
            self.document.invalid(place, format!("{} is no whole number from 0 to 255", excerpt(&value)))
        })
    }
}
