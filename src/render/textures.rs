use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use image::RgbaImage;
use rayon::prelude::*;

use super::{Context, Error};
use crate::catalog::{Artwork, ArtworkKey};

/// Edge lengths of the size classes, in texels.
pub(super) const SIZES: [u32; 5] = [128, 256, 512, 1024, 2048];

/// Place of a texture: size class in the high half, layer in the low half.
pub(super) type Place = u32;

/// What `place` says where there is no texture.
pub(super) const NO_TEXTURE: Place = u32::MAX;

/// One array of equal textures, with its mip levels.
#[derive(Debug)]
struct Class {
    texture: wgpu::Texture,
    used: u32,
}

/// How an artwork is wanted: how large, and whether its bytes are colour.
#[derive(Debug, Clone)]
pub(super) struct Want {
    pub(super) artwork: Arc<Artwork>,
    /// Index into [`SIZES`].
    pub(super) class: usize,
    /// True for sRGB colour: its mip levels are averaged in linear light.
    pub(super) is_color: bool,
}

/// All textures of a renderer, decoded and uploaded when a scene first needs them.
#[derive(Debug)]
pub(super) struct TexturePool {
    classes: [Class; SIZES.len()],
    resident: HashMap<(ArtworkKey, usize, bool), Place>,
    budget_bytes: u64,
}

impl TexturePool {
    pub(super) fn new(context: &Context, budget_bytes: u64) -> Self {
        let classes = std::array::from_fn(|class| Class { texture: create(context, class, 1), used: 0 });
        Self { classes, resident: HashMap::new(), budget_bytes }
    }

    /// Uploads what is missing of a scene's textures; gives up those of earlier scenes when all together do not fit.
    pub(super) fn ensure(&mut self, context: &Context, wants: &[Want]) -> Result<(), Error> {
        let mut missing = self.missing(wants);
        let new_bytes: u64 = missing.values().map(|want| bytes_of(want.class)).sum();
        let used: u64 = self.classes.iter().enumerate().map(|(i, class)| u64::from(class.used) * bytes_of(i)).sum();
        let layers = u64::from(context.limits.max_texture_array_layers);
        let too_many = (0..SIZES.len()).any(|i| {
            let new = missing.values().filter(|want| want.class == i).count() as u64;
            u64::from(self.classes[i].used) + new > layers
        });
        if used > 0 && (used + new_bytes > self.budget_bytes || too_many) {
            self.resident.clear();
            self.classes.iter_mut().for_each(|class| class.used = 0);
            missing = self.missing(wants);
        }
        let missing: Vec<_> = missing.into_iter().collect();
        let decoded: Vec<_> = missing.par_iter().map(|(_, want)| mip_chain(want)).collect::<Result<Vec<_>, _>>()?;
        for ((key, want), levels) in missing.into_iter().zip(decoded) {
            let layer = self.claim(context, want.class)?;
            for (level, pixels) in levels.iter().enumerate() {
                write(context, &self.classes[want.class].texture, layer, level as u32, pixels);
            }
            self.resident.insert(key, (want.class as u32) << 16 | layer);
        }
        Ok(())
    }

    /// Where a texture lies.
    ///
    /// # Panics
    /// If [`TexturePool::ensure`] was not called with it.
    pub(super) fn get(&self, want: &Want) -> Place {
        *self.resident.get(&key(want)).expect("the scene's textures were uploaded before")
    }

    /// Views of the arrays: sRGB first, then linear.
    pub(super) fn views(&self) -> Vec<wgpu::TextureView> {
        [wgpu::TextureFormat::Rgba8UnormSrgb, wgpu::TextureFormat::Rgba8Unorm]
            .into_iter()
            .flat_map(|format| {
                self.classes.iter().map(move |class| {
                    class.texture.create_view(&wgpu::TextureViewDescriptor {
                        label: Some("render/textures"),
                        format: Some(format),
                        dimension: Some(wgpu::TextureViewDimension::D2Array),
                        ..Default::default()
                    })
                })
            })
            .collect()
    }

    fn missing(&self, wants: &[Want]) -> BTreeMap<(ArtworkKey, usize, bool), Want> {
        wants
            .iter()
            .filter(|want| !self.resident.contains_key(&key(want)))
            .map(|want| (key(want), want.clone()))
            .collect()
    }

    /// A free layer; the array grows when it has none.
    fn claim(&mut self, context: &Context, class: usize) -> Result<u32, Error> {
        let array = &mut self.classes[class];
        let (layers, limit) = (array.texture.depth_or_array_layers(), context.limits.max_texture_array_layers);
        if array.used == layers {
            if layers >= limit {
                let adapter = context.adapter.name.clone();
                let (needed, limit) = (u64::from(layers) + 1, u64::from(limit));
                return Err(Error::TooLarge { what: "textures of one size", needed, limit, adapter });
            }
            let larger = create(context, class, (layers * 2).min(limit));
            let mut encoder = context.device.create_command_encoder(&Default::default());
            for level in 0..array.texture.mip_level_count() {
                let copy = |texture| wgpu::TexelCopyTextureInfo {
                    texture,
                    mip_level: level,
                    origin: wgpu::Origin3d::ZERO,
                    aspect: wgpu::TextureAspect::All,
                };
                let edge = SIZES[class] >> level;
                let size = wgpu::Extent3d { width: edge, height: edge, depth_or_array_layers: layers };
                encoder.copy_texture_to_texture(copy(&array.texture), copy(&larger), size);
            }
            context.queue.submit([encoder.finish()]);
            array.texture = larger;
        }
        array.used += 1;
        Ok(array.used - 1)
    }
}

fn key(want: &Want) -> (ArtworkKey, usize, bool) {
    (want.artwork.key, want.class, want.is_color)
}

/// Bytes of one layer with its mip levels.
fn bytes_of(class: usize) -> u64 {
    u64::from(SIZES[class]).pow(2) * 4 * 4 / 3
}

fn create(context: &Context, class: usize, layers: u32) -> wgpu::Texture {
    let edge = SIZES[class];
    context.device.create_texture(&wgpu::TextureDescriptor {
        label: Some(&format!("render/textures/{edge}")),
        size: wgpu::Extent3d { width: edge, height: edge, depth_or_array_layers: layers },
        mip_level_count: edge.ilog2() + 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[wgpu::TextureFormat::Rgba8UnormSrgb],
    })
}

fn write(context: &Context, texture: &wgpu::Texture, layer: u32, level: u32, pixels: &RgbaImage) {
    let (width, height) = pixels.dimensions();
    context.queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            texture,
            mip_level: level,
            origin: wgpu::Origin3d { x: 0, y: 0, z: layer },
            aspect: wgpu::TextureAspect::All,
        },
        pixels,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 4), rows_per_image: None },
        wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
    );
}

/// Decodes an artwork to its class's size, and halves it down to one texel with a box filter.
fn mip_chain(want: &Want) -> Result<Vec<RgbaImage>, Error> {
    let size = SIZES[want.class];
    let mut levels = vec![want.artwork.load(size, size)?];
    while let Some(last) = levels.last().filter(|image| image.width() > 1) {
        levels.push(halved(last, want.is_color));
    }
    Ok(levels)
}

fn halved(image: &RgbaImage, is_color: bool) -> RgbaImage {
    let table: [f32; 256] = std::array::from_fn(|byte| {
        let value = byte as f32 / 255.0;
        if is_color { linear_from_srgb(value) } else { value }
    });
    RgbaImage::from_fn(image.width() / 2, image.height() / 2, |x, y| {
        let texels = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| image.get_pixel(2 * x + dx, 2 * y + dy).0);
        let mut mean = [0_u8; 4];
        for channel in 0..3 {
            let sum: f32 = texels.iter().map(|texel| table[usize::from(texel[channel])]).sum();
            let value = if is_color { srgb_from_linear(sum / 4.0) } else { sum / 4.0 };
            mean[channel] = (value * 255.0 + 0.5) as u8;
        }
        mean[3] = (texels.iter().map(|texel| u32::from(texel[3])).sum::<u32>() / 4) as u8;
        image::Rgba(mean)
    })
}

/// IEC 61966-2-1.
fn linear_from_srgb(value: f32) -> f32 {
    if value <= 0.04045 { value / 12.92 } else { libm::powf((value + 0.055) / 1.055, 2.4) }
}

fn srgb_from_linear(value: f32) -> f32 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * libm::powf(value, 1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_averages_colour_in_linear_light() {
        let mut checker = RgbaImage::from_pixel(2, 2, image::Rgba([0, 0, 0, 255]));
        checker.put_pixel(0, 0, image::Rgba([255, 255, 255, 255]));
        checker.put_pixel(1, 1, image::Rgba([255, 255, 255, 255]));
        assert_eq!(halved(&checker, true).get_pixel(0, 0).0, [188, 188, 188, 255]);
        assert_eq!(halved(&checker, false).get_pixel(0, 0).0, [128, 128, 128, 255]);
    }
}
