use glam::Vec3;

use super::energy::energy_table;
use super::environment_cells::{CELLS, Cells};
use super::gpu_data::EnvironmentCell;
use super::grow_buffer::GrowBuffer;
use super::{Context, Error};
use crate::catalog::{Artwork, ArtworkKey};

/// The equirectangular picture that rays see which meet nothing else; one black texel when there is none.
#[derive(Debug)]
pub(super) struct EnvironmentTexture {
    texture: wgpu::Texture,
    /// `Tables` of `shared/light.wgsl`: the table of energy, which stays, and the cells of the picture.
    tables: GrowBuffer,
    cells_at: u64,
    mean: Vec3,
    resident: Option<ArtworkKey>,
}

impl EnvironmentTexture {
    pub(super) fn new(context: &Context) -> Result<Self, Error> {
        let texture = create(context, 1, 1);
        write(context, &texture, &[[0; 4]], 1, 1);
        let mut tables = GrowBuffer::new(context, "tables");
        tables.append(context, bytemuck::cast_slice(&energy_table()))?;
        let cells_at = tables.append(context, &[0; size_of::<EnvironmentCell>() * CELLS])?;
        Ok(Self { texture, tables, cells_at, mean: Vec3::ONE, resident: None })
    }

    /// Uploads the picture unless it is there already.
    pub(super) fn ensure(&mut self, context: &Context, picture: Option<&Artwork>) -> Result<(), Error> {
        let Some(picture) = picture.filter(|picture| self.resident != Some(picture.key)) else { return Ok(()) };
        let decoded = picture.load_hdr()?;
        let (width, height) = decoded.dimensions();
        let limit = context.limits.max_texture_dimension_2d;
        if width.max(height) > limit {
            let (needed, limit) = (u64::from(width.max(height)), u64::from(limit));
            let adapter = context.adapter.name.clone();
            return Err(Error::TooLarge { what: "environment picture", needed, limit, adapter });
        }
        let texels: Vec<[u16; 4]> = decoded.pixels().map(|p| [half(p[0]), half(p[1]), half(p[2]), half(1.0)]).collect();
        self.texture = create(context, width, height);
        write(context, &self.texture, &texels, width, height);
        let cells = Cells::new(&decoded);
        self.tables.overwrite(context, self.cells_at, bytemuck::cast_slice(&cells.cells));
        self.mean = cells.mean;
        self.resident = Some(picture.key);
        Ok(())
    }

    /// Mean radiance over all directions of a scene's environment, without its factor: 1 where it has no picture.
    pub(super) fn mean(&self, has_picture: bool) -> Vec3 {
        if has_picture { self.mean } else { Vec3::ONE }
    }

    /// What is looked up while light is followed.
    pub(super) fn tables(&self) -> &wgpu::Buffer {
        self.tables.buffer()
    }

    pub(super) fn view(&self) -> wgpu::TextureView {
        self.texture.create_view(&Default::default())
    }
}

fn create(context: &Context, width: u32, height: u32) -> wgpu::Texture {
    context.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("render/environment"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba16Float,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

fn write(context: &Context, texture: &wgpu::Texture, texels: &[[u16; 4]], width: u32, height: u32) {
    context.queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            texture,
            mip_level: 0,
            origin: wgpu::Origin3d::ZERO,
            aspect: wgpu::TextureAspect::All,
        },
        bytemuck::cast_slice(texels),
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 8), rows_per_image: None },
        wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
    );
}

/// Nearest half float; radiance beyond its largest value is clamped to it.
fn half(value: f32) -> u16 {
    half::f16::from_f32(value.clamp(0.0, 65504.0)).to_bits()
}
