use super::{Bound, Kernel, SharedLayouts};
use crate::frame::Silhouette;
use crate::render::gpu_data::Tile;
use crate::render::windows::Outline;
use crate::render::{Context, Error, readback, shaders};

/// Tiles of 8 × 8 pixels in one dispatch.
const MAX_TILES: usize = 1 << 20;
const TILE: i32 = 8;

/// The full outline of every unit, as if nothing else were there.
#[derive(Debug)]
pub(in crate::render) struct SilhouettePass(Kernel);

impl SilhouettePass {
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts) -> Self {
        Self(Kernel::new(context, shared, &shaders::silhouette(), 1, 1))
    }

    /// Silhouettes inside of the outlines; unit `i` belongs to outline `i`.
    pub(in crate::render) fn run(
        &self,
        context: &Context,
        bound: Bound<'_>,
        outlines: &[Outline],
    ) -> Result<Vec<Silhouette>, Error> {
        let mut silhouettes: Vec<Silhouette> = outlines.iter().map(|outline| outline.silhouette()).collect();
        let tiles: Vec<Tile> = (0_u32..).zip(outlines).flat_map(|(unit, outline)| tiles_of(unit, *outline)).collect();
        for batch in tiles.chunks(MAX_TILES) {
            let bits = self.trace(context, bound, batch)?;
            for (tile, words) in batch.iter().zip(bits.chunks_exact(2)) {
                insert(&mut silhouettes[tile.instance as usize], tile, words);
            }
        }
        Ok(silhouettes)
    }

    fn trace(&self, context: &Context, bound: Bound<'_>, tiles: &[Tile]) -> Result<Vec<u32>, Error> {
        let device = &context.device;
        let buffer = |what, size: usize, usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(what),
                size: size as u64,
                usage,
                mapped_at_creation: false,
            })
        };
        let bytes = tiles.len() * 8;
        let storage = wgpu::BufferUsages::STORAGE;
        let input = buffer("render/silhouette/tiles", size_of_val(tiles), storage | wgpu::BufferUsages::COPY_DST);
        let output = buffer("render/silhouette/bits", bytes, storage | wgpu::BufferUsages::COPY_SRC);
        let staging = readback::staging(context, "silhouette", bytes as u64);
        context.queue.write_buffer(&input, 0, bytemuck::cast_slice(tiles));
        let across = tiles.len().min(1 << 15) as u32;
        let groups = [across, (tiles.len() as u32).div_ceil(across)];
        let mut encoder = device.create_command_encoder(&Default::default());
        let buffers = [input.as_entire_binding(), output.as_entire_binding()];
        self.0.dispatch(context, &mut encoder, bound, &buffers, groups);
        encoder.copy_buffer_to_buffer(&output, 0, &staging, 0, bytes as u64);
        context.queue.submit([encoder.finish()]);
        Ok(bytemuck::pod_collect_to_vec(&readback::read(context, &staging, bytes as u64)?))
    }
}

fn tiles_of(unit: u32, outline: Outline) -> impl Iterator<Item = Tile> {
    let columns = outline.width.div_ceil(TILE as u32) as i32;
    let rows = outline.height.div_ceil(TILE as u32) as i32;
    (0..rows).flat_map(move |row| {
        (0..columns).map(move |column| Tile {
            instance: unit,
            x: outline.x + column * TILE,
            y: outline.y + row * TILE,
            unused: 0,
        })
    })
}

fn insert(silhouette: &mut Silhouette, tile: &Tile, words: &[u32]) {
    for index in 0..TILE * TILE {
        if words[index as usize / 32] >> (index % 32) & 1 == 1 {
            silhouette.insert(tile.x + index % TILE, tile.y + index / TILE);
        }
    }
}
