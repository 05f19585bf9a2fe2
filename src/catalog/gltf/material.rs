//! Materials of a file as ours.

use std::sync::Arc;

use glam::{DVec2, Vec3, Vec4};
use gltf::json;
use gltf::json::extensions::texture::TextureTransform;
use gltf::json::material::AlphaMode as Alpha;
use gltf::json::texture::WrappingMode;

use super::buffers::Buffers;
use super::check::valid;
use super::document::Document;
use super::specular_glossiness::{SpecularGlossiness, convert};
use super::{Warnings, image};
use crate::catalog::{AlphaMode, Artwork, Error, Material, Texture, Textures, Wrap};

/// Reads the materials of one file; pictures that several of them use are shared.
pub(super) struct Materials<'a> {
    document: &'a Document,
    buffers: &'a Buffers,
    artworks: Vec<Option<Arc<Artwork>>>,
}

/// What all references to a texture have in common.
struct Reference<'a> {
    texture: usize,
    uv_set: u32,
    transform: Option<TextureTransform>,
    place: &'a str,
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
        Ok(material)
    }

    fn core(&mut self, json: &json::Material, place: &str, warnings: &mut Warnings) -> Result<Material, Error> {
        let pbr = &json.pbr_metallic_roughness;
        let textures = Textures {
            base_color: self.info(pbr.base_color_texture.as_ref(), place, warnings)?,
            metallic_roughness: self.info(pbr.metallic_roughness_texture.as_ref(), place, warnings)?,
            emissive: self.info(json.emissive_texture.as_ref(), place, warnings)?,
            normal: json.normal_texture.as_ref().map_or(Ok(None), |map| {
                let transform = map.extensions.as_ref().and_then(|extensions| transform_of(&extensions.others));
                let (texture, uv_set) = (map.index.value(), map.tex_coord);
                self.texture(Reference { texture, uv_set, transform, place }, warnings)
            })?,
            occlusion: json.occlusion_texture.as_ref().map_or(Ok(None), |map| {
                let transform = map.extensions.as_ref().and_then(|extensions| transform_of(&extensions.others));
                let (texture, uv_set) = (map.index.value(), map.tex_coord);
                self.texture(Reference { texture, uv_set, transform, place }, warnings)
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

    fn extend(
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
            if specular.specular_texture.is_some() || specular.specular_color_texture.is_some() {
                warnings.add(place, "the maps of KHR_materials_specular are ignored");
            }
        }
        if let Some(transmission) = &json.transmission {
            material.transmission = factors.one("transmissionFactor", transmission.transmission_factor.0, 1.0)?;
            if transmission.transmission_texture.is_some() {
                warnings.add(place, "the map of KHR_materials_transmission is ignored");
            }
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
        }
        for name in json.others.keys() {
            warnings.add(place, format!("{name} is ignored"));
        }
        Ok(())
    }

    fn info(
        &mut self,
        info: Option<&json::texture::Info>,
        place: &str,
        warnings: &mut Warnings,
    ) -> Result<Option<Texture>, Error> {
        let Some(info) = info else { return Ok(None) };
        let transform = info.extensions.as_ref().and_then(|extensions| extensions.texture_transform.clone());
        let reference = Reference { texture: info.index.value(), uv_set: info.tex_coord, transform, place };
        self.texture(reference, warnings)
    }

    fn texture(&mut self, reference: Reference<'_>, warnings: &mut Warnings) -> Result<Option<Texture>, Error> {
        let Reference { texture: index, uv_set, transform, place } = reference;
        let transform = transform.unwrap_or_default();
        let uv_set = transform.tex_coord.unwrap_or(uv_set);
        if uv_set > 1 {
            warnings
                .add(place, format!("textures[{index}] uses TEXCOORD_{uv_set} and is ignored; sets 0 and 1 are read"));
            return Ok(None);
        }
        let json = &self.document.root.textures[index];
        let Some(image) = self.source(index)? else {
            warnings.add(format!("textures[{index}]"), "has no image");
            return Ok(None);
        };
        let artwork = match &self.artworks[image] {
            Some(artwork) => artwork.clone(),
            None => self.artworks[image].insert(image::artwork(self.document, self.buffers, image)?).clone(),
        };
        let wrap = json.sampler.map_or([Wrap::Repeat; 2], |sampler| {
            let sampler = &self.document.root.samplers[sampler.value()];
            [wrap(valid(sampler.wrap_s)), wrap(valid(sampler.wrap_t))]
        });
        let [offset, scale] =
            [transform.offset.0, transform.scale.0].map(|pair| DVec2::from_array(pair.map(f64::from)));
        let rotation = f64::from(transform.rotation.0);
        if !(offset.is_finite() && scale.is_finite() && rotation.is_finite()) {
            return Err(self.document.invalid(place, "KHR_texture_transform has a number that is too large"));
        }
        Ok(Some(Texture { artwork, uv_set: uv_set as u8, offset, rotation, scale, wrap }))
    }

    /// The image of a texture; WebP is preferred to its replacement for lesser readers.
    fn source(&self, index: usize) -> Result<Option<usize>, Error> {
        let json = &self.document.root.textures[index];
        let images = self.document.root.images.len();
        let others = json.extensions.as_ref().map(|extensions| &extensions.others);
        let webp = others.and_then(|others| others.get("EXT_texture_webp")?.get("source")?.as_u64());
        let source = webp.map_or(json.source.value(), |source| usize::try_from(source).unwrap_or(usize::MAX));
        if source < images {
            return Ok(Some(source));
        }
        let place = format!("textures[{index}]");
        if webp.is_some() {
            return Err(self.document.invalid(place, format!("EXT_texture_webp names image {source} of {images}")));
        }
        match others.and_then(|others| others.keys().next()) {
            Some(name) => Err(self.document.invalid(place, format!("needs {name}, which is not supported"))),
            None => Ok(None),
        }
    }
}

/// `KHR_texture_transform` where the `gltf` crate does not read it.
fn transform_of(extensions: &serde_json::Map<String, serde_json::Value>) -> Option<TextureTransform> {
    serde_json::from_value(extensions.get("KHR_texture_transform")?.clone()).ok()
}

fn wrap(mode: WrappingMode) -> Wrap {
    match mode {
        WrappingMode::ClampToEdge => Wrap::Clamp,
        WrappingMode::MirroredRepeat => Wrap::Mirror,
        WrappingMode::Repeat => Wrap::Repeat,
    }
}

/// Brings factors into their range; those that are no numbers are errors.
struct Factors<'a> {
    document: &'a Document,
    place: &'a str,
}

impl Factors<'_> {
    fn one(&self, name: &str, value: f32, most: f32) -> Result<f32, Error> {
        Ok(self.all(name, [value], most)?[0])
    }

    fn signed(&self, name: &str, value: f32) -> Result<f32, Error> {
        self.one(name, value.abs(), f32::MAX).map(|size| size.copysign(value))
    }

    fn all<const N: usize>(&self, name: &str, values: [f32; N], most: f32) -> Result<[f32; N], Error> {
        if values.iter().all(|value| value.is_finite()) {
            Ok(values.map(|value| value.clamp(0.0, most)))
        } else {
            Err(self.document.invalid(format!("{}.{name}", self.place), format!("{values:?} is not finite")))
        }
    }
}
