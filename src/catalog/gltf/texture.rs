//! References to textures, and what they have in common.

use glam::DVec2;
use gltf::json;
use gltf::json::extensions::texture::TextureTransform;
use gltf::json::texture::WrappingMode;
use serde_json::{Map, Value};

use super::check::valid;
use super::factors::{Extension, excerpt};
use super::material::Materials;
use super::{Warnings, image};
use crate::catalog::{Error, Texture, Wrap};

/// What all references to a texture have in common.
struct Reference<'a> {
    texture: usize,
    uv_set: u32,
    transform: Option<TextureTransform>,
    place: &'a str,
}

impl Materials<'_> {
    /// The texture of a colour or a factor.
    pub(super) fn info(
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

    /// The texture of a normal or an occlusion map, whose extensions the `gltf` crate does not read.
    pub(super) fn map(
        &mut self,
        (index, uv_set): (usize, u32),
        extensions: Option<&Map<String, Value>>,
        place: &str,
        warnings: &mut Warnings,
    ) -> Result<Option<Texture>, Error> {
        let transform = extensions.map_or(Ok(None), |extensions| self.transform(extensions, place))?;
        self.texture(Reference { texture: index, uv_set, transform, place }, warnings)
    }

    /// The texture that a property of an extension names.
    pub(super) fn property(
        &mut self,
        extension: &Extension<'_>,
        name: &str,
        warnings: &mut Warnings,
    ) -> Result<Option<Texture>, Error> {
        let Some(value) = extension.property(name) else { return Ok(None) };
        let place = format!("{}.{name}", extension.place);
        let count = self.document.root.textures.len();
        let index = value.get("index").and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
        let Some(texture) = index.filter(|&index| index < count) else {
            let message = format!("{} names none of the {count} textures", excerpt(value));
            return Err(self.document.invalid(place, message));
        };
        let uv_set = match value.get("texCoord") {
            None => 0,
            Some(set) => match set.as_u64().and_then(|set| u32::try_from(set).ok()) {
                Some(set) => set,
                None => return Err(self.document.invalid(place, format!("texCoord {} is no number", excerpt(set)))),
            },
        };
        let extensions = value.get("extensions").and_then(Value::as_object);
        let transform = extensions.map_or(Ok(None), |extensions| self.transform(extensions, &place))?;
        self.texture(Reference { texture, uv_set, transform, place: &place }, warnings)
    }

    /// `KHR_texture_transform` among extensions.
    fn transform(&self, extensions: &Map<String, Value>, place: &str) -> Result<Option<TextureTransform>, Error> {
        let Some(value) = extensions.get("KHR_texture_transform") else { return Ok(None) };
        let transform = serde_json::from_value(value.clone());
        transform.map(Some).map_err(|error| self.document.invalid(place, format!("KHR_texture_transform: {error}")))
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

fn wrap(mode: WrappingMode) -> Wrap {
    match mode {
        WrappingMode::ClampToEdge => Wrap::Clamp,
        WrappingMode::MirroredRepeat => Wrap::Mirror,
        WrappingMode::Repeat => Wrap::Repeat,
    }
}
