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
    /// Layers that hold nothing.
    free: Vec<u32>,
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

/// A texture that was uploaded.
#[derive(Debug, Clone, Copy)]
struct Resident {
    place: Place,
    /// Number of the last scene that wanted it.
    wanted_by: u64,
}

type Key = (ArtworkKey, usize, bool);

/// Textures of a renderer, decoded and uploaded when a scene first needs them. Once their arrays have grown to the budget,
/// a new one takes the place of that which was wanted the longest time ago.
#[derive(Debug)]
pub(super) struct TexturePool {
    classes: [Class; SIZES.len()],
    resident: HashMap<Key, Resident>,
    budget_bytes: u64,
    /// How many scenes there were.
    scenes: u64,
}

impl TexturePool {
    pub(super) fn new(context: &Context, budget_bytes: u64) -> Self {
        let classes = std::array::from_fn(|class| Class { texture: create(context, class, 1), free: vec![0] });
        Self { classes, resident: HashMap::new(), budget_bytes, scenes: 0 }
    }

    /// Uploads what is missing of a scene's textures. All of a scene have room, whatever the budget.
    pub(super) fn ensure(&mut self, context: &Context, wants: &[Want]) -> Result<(), Error> {
        self.scenes += 1;
        let mut missing = BTreeMap::new();
        for want in wants {
            match self.resident.get_mut(&key(want)) {
                Some(resident) => resident.wanted_by = self.scenes,
                None => drop(missing.insert(key(want), want)),
            }
        }
        for class in 0..SIZES.len() {
            let count = missing.values().filter(|want| want.class == class).count();
            self.make_room(context, class, count)?;
        }
        let missing: Vec<_> = missing.into_iter().collect();
        let decoded: Vec<_> = missing.par_iter().map(|(_, want)| mip_chain(want)).collect::<Result<Vec<_>, _>>()?;
        for ((key, want), levels) in missing.into_iter().zip(decoded) {
            let array = &mut self.classes[want.class];
            let layer = array.free.pop().expect("room was made for all");
            for (level, pixels) in levels.iter().enumerate() {
                write(context, &array.texture, layer, level as u32, pixels);
            }
            let place = (want.class as u32) << 16 | layer;
            self.resident.insert(key, Resident { place, wanted_by: self.scenes });
        }
        Ok(())
    }

    /// Where a texture lies.
    ///
    /// # Panics
    /// If [`TexturePool::ensure`] was not called with it.
    pub(super) fn get(&self, want: &Want) -> Place {
        self.resident.get(&key(want)).expect("the scene's textures were uploaded before").place
    }

    /// Views of the arrays, by size.
    pub(super) fn views(&self) -> Vec<wgpu::TextureView> {
        let view = |class: &Class| {
            class.texture.create_view(&wgpu::TextureViewDescriptor {
                label: Some("render/textures"),
                dimension: Some(wgpu::TextureViewDimension::D2Array),
                ..Default::default()
            })
        };
        self.classes.iter().map(view).collect()
    }

    /// Sees to it that so many layers of a class are free: the array grows while the budget lasts, then earlier scenes'
    /// textures go, and where that is not enough it grows beyond the budget.
    fn make_room(&mut self, context: &Context, class: usize, count: usize) -> Result<(), Error> {
        let Class { texture, free } = &self.classes[class];
        let lacking = count.saturating_sub(free.len());
        if lacking == 0 {
            return Ok(());
        }
        let (layers, limit) = (texture.depth_or_array_layers(), context.limits.max_texture_array_layers);
        let in_budget = self.budget_bytes.saturating_sub(self.bytes()) / bytes_of(class);
        let doubled = (layers as usize + lacking).next_power_of_two() - layers as usize;
        let more = doubled.min(in_budget as usize).min(limit.saturating_sub(layers) as usize);
        let given_up = self.give_up(class, lacking.saturating_sub(more));
        let needed = u64::from(layers) + more.max(lacking - given_up) as u64;
        if needed > u64::from(limit) {
            let (limit, adapter) = (u64::from(limit), context.adapter.name.clone());
            return Err(Error::TooLarge { what: "textures of one size", needed, limit, adapter });
        }
        self.grow(context, class, needed as u32);
        Ok(())
    }

    /// Frees up to so many layers of a class, those first that were wanted the longest time ago, and tells how many. What
    /// the scene at hand wants stays.
    fn give_up(&mut self, class: usize, count: usize) -> usize {
        let is_left = |(key, resident): &(&Key, &Resident)| key.1 == class && resident.wanted_by < self.scenes;
        let mut left: Vec<_> = self.resident.iter().filter(is_left).map(|(key, at)| (at.wanted_by, *key)).collect();
        left.sort_unstable();
        left.truncate(count);
        for (_, key) in &left {
            let resident = self.resident.remove(key).expect("found there just now");
            self.classes[class].free.push(resident.place & 0xffff);
        }
        left.len()
    }

    /// Bytes of all arrays.
    fn bytes(&self) -> u64 {
        let layers = self.classes.iter().map(|class| u64::from(class.texture.depth_or_array_layers()));
        layers.enumerate().map(|(class, layers)| layers * bytes_of(class)).sum()
    }

    /// Moves an array to a larger one.
    fn grow(&mut self, context: &Context, class: usize, layers: u32) {
        let array = &mut self.classes[class];
        let before = array.texture.depth_or_array_layers();
        if layers == before {
            return;
        }
        let larger = create(context, class, layers);
        let mut encoder = context.device.create_command_encoder(&Default::default());
        for level in 0..array.texture.mip_level_count() {
            let copy = |texture| wgpu::TexelCopyTextureInfo {
                texture,
                mip_level: level,
                origin: wgpu::Origin3d::ZERO,
                aspect: wgpu::TextureAspect::All,
            };
            let edge = SIZES[class] >> level;
            let size = wgpu::Extent3d { width: edge, height: edge, depth_or_array_layers: before };
            encoder.copy_texture_to_texture(copy(&array.texture), copy(&larger), size);
        }
        context.queue.submit([encoder.finish()]);
        array.texture = larger;
        array.free.extend(before..layers);
    }
}

fn key(want: &Want) -> Key {
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
        view_formats: &[],
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
    use crate::render::AdapterChoice;

    fn want(number: usize) -> Want {
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='M0 0h{number}'/></svg>");
        Want { artwork: Artwork::from_svg(svg, "test").into(), class: 0, is_color: true }
    }

    #[test]
    fn textures_stay_until_the_budget_is_used_and_the_longest_unwanted_go_first() {
        let context = Context::new(&AdapterChoice::Cpu).expect("a Vulkan driver");
        let smallest = TexturePool::new(&context, 0).bytes();
        let mut pool = TexturePool::new(&context, smallest + 4 * bytes_of(0));
        let is_there = |pool: &TexturePool, number| pool.resident.contains_key(&key(&want(number)));
        for scene in [[1, 2], [2, 3], [1, 4], [1, 5]] {
            pool.ensure(&context, &scene.map(want)).expect("room");
        }
        assert!((1..=5).all(|number| is_there(&pool, number)) && pool.bytes() == pool.budget_bytes);
        pool.ensure(&context, &[want(6), want(5)]).expect("room");
        assert!(!is_there(&pool, 2) || !is_there(&pool, 3));
        assert!([1, 4, 5, 6].into_iter().all(|number| is_there(&pool, number)));
        assert_eq!(pool.bytes(), pool.budget_bytes);
        // A scene has room for all that it wants, each texture in a layer of its own.
        let many: Vec<_> = (10..20).map(want).collect();
        pool.ensure(&context, &many).expect("room");
        let places: std::collections::BTreeSet<_> = many.iter().map(|want| pool.get(want)).collect();
        assert_eq!((places.len(), pool.classes[0].texture.depth_or_array_layers()), (10, 10));
    }

    #[test]
    fn halving_averages_colour_in_linear_light() {
        let mut checker = RgbaImage::from_pixel(2, 2, image::Rgba([0, 0, 0, 255]));
        checker.put_pixel(0, 0, image::Rgba([255, 255, 255, 255]));
        checker.put_pixel(1, 1, image::Rgba([255, 255, 255, 255]));
        assert_eq!(halved(&checker, true).get_pixel(0, 0).0, [188, 188, 188, 255]);
        assert_eq!(halved(&checker, false).get_pixel(0, 0).0, [128, 128, 128, 255]);
    }
}
