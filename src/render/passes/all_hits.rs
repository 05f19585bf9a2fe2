use std::collections::BTreeMap;

use super::{Bound, Kernel, SharedLayouts};
use crate::frame::AllHits;
use crate::render::gpu_data::{BodyHit, BodyWindow, RayState, RayTile};
use crate::render::{Context, Error, readback, shaders};

/// Tiles of 8 × 4 pixels in one dispatch.
const MAX_TILES: usize = 1 << 13;
/// Rays in a tile.
const LANES: usize = 32;
/// Room for hits, for each ray of a dispatch. Rays that find none go again; it must hold a full one, `MAX_KEPT`.
const HITS_PER_RAY: usize = 12;
/// `FINISHED` of the shader.
const FINISHED: u32 = u32::MAX;
/// Bytes before the hits in the shader's list.
const LIST_HEAD: u64 = 8;

/// All bodies that each centre ray meets, in one walk per ray.
#[derive(Debug)]
pub(in crate::render) struct AllHitsPass(Kernel);

impl AllHitsPass {
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts) -> Self {
        Self(Kernel::new(context, shared, &shaders::all_hits(), 1, 2))
    }

    /// Adds what the rays of the tiles at these corners meet. Window 0 is the picture's, window `n` the outline of unit `n`.
    pub(in crate::render) fn run(
        &self,
        context: &Context,
        bound: Bound<'_>,
        windows: &[BodyWindow],
        tiles: Vec<(i32, i32)>,
        gathered: &mut AllHits,
    ) -> Result<(), Error> {
        if tiles.is_empty() {
            return Ok(());
        }
        let buffers = Buffers::new(context, windows, tiles.len().min(MAX_TILES));
        let mut fresh = tiles.into_iter();
        let mut begun: Vec<RayTile> = Vec::new();
        // Hits of rays that are not done yet.
        let mut parts: BTreeMap<(i32, i32), Vec<(f32, u32)>> = BTreeMap::new();
        let mut tiles_at_once = MAX_TILES;
        loop {
            let mut batch: Vec<_> = begun.split_off(begun.len().saturating_sub(tiles_at_once));
            let room = tiles_at_once - batch.len();
            let fresh_ones = fresh.by_ref().take(room);
            batch.extend(fresh_ones.map(|(x, y)| RayTile { x, y, rays: [RayState::default(); LANES] }));
            if batch.is_empty() {
                return Ok(());
            }
            let (traced, hits, wanted) = self.trace(context, bound, &buffers, &batch)?;
            for (before, after) in batch.into_iter().zip(traced) {
                let mut is_done = true;
                for (lane, (x, y)) in lanes() {
                    let (state, at) = (after.rays[lane], (after.x + x, after.y + y));
                    if before.rays[lane].visited == FINISHED {
                        continue;
                    }
                    let new = &hits[state.first as usize..][..state.count as usize];
                    let new = new.iter().map(|hit| (hit.t, hit.id));
                    if state.visited != FINISHED {
                        parts.entry(at).or_default().extend(new);
                        is_done = false;
                    } else if let Some(mut part) = parts.remove(&at) {
                        part.extend(new);
                        gathered.add(at, part);
                    } else {
                        gathered.add(at, new);
                    }
                }
                if !is_done {
                    begun.push(after);
                }
            }
            // Too many rays had to go again: fewer of them share the room from now on.
            if wanted > buffers.hits {
                tiles_at_once = (tiles_at_once * buffers.hits / wanted / 2).max(1);
            }
        }
    }

    /// One dispatch: the tiles after it, the hits that their rays name, and how many hits had wanted room.
    fn trace(
        &self,
        context: &Context,
        bound: Bound<'_>,
        buffers: &Buffers,
        batch: &[RayTile],
    ) -> Result<(Vec<RayTile>, Vec<BodyHit>, usize), Error> {
        let tile_bytes = size_of_val(batch) as u64;
        context.queue.write_buffer(&buffers.tiles, 0, bytemuck::cast_slice(batch));
        let mut encoder = context.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(&buffers.list, 0, Some(LIST_HEAD));
        let bindings =
            [buffers.windows.as_entire_binding(), part(&buffers.tiles, tile_bytes), buffers.list.as_entire_binding()];
        self.0.dispatch(context, &mut encoder, bound, &bindings, [batch.len() as u32, 1]);
        encoder.copy_buffer_to_buffer(&buffers.list, 0, &buffers.staging, 0, LIST_HEAD);
        encoder.copy_buffer_to_buffer(&buffers.tiles, 0, &buffers.staging, LIST_HEAD, tile_bytes);
        context.queue.submit([encoder.finish()]);
        let bytes = readback::read(context, &buffers.staging, LIST_HEAD + tile_bytes)?;
        let (head, bytes) = bytes.split_at(LIST_HEAD as usize);
        let wanted = bytemuck::pod_read_unaligned::<[u32; 2]>(head)[0] as usize;
        let traced: Vec<RayTile> = bytemuck::pod_collect_to_vec(bytes);

        let rays = traced.iter().flat_map(|tile| &tile.rays);
        let used = rays.filter(|state| state.count > 0).map(|state| state.first + state.count).max();
        let Some(used) = used else { return Ok((traced, Vec::new(), wanted)) };
        let bytes = u64::from(used) * size_of::<BodyHit>() as u64;
        let mut encoder = context.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(&buffers.list, LIST_HEAD, &buffers.staging, 0, bytes);
        context.queue.submit([encoder.finish()]);
        let mut hits: Vec<BodyHit> = bytemuck::pod_collect_to_vec(&readback::read(context, &buffers.staging, bytes)?);
        // Rays without hits may name a place behind the last one.
        hits.resize(hits.len().max(wanted), BodyHit { t: 0.0, id: 0 });
        Ok((traced, hits, wanted))
    }
}

/// Buffers that all dispatches of a frame share.
struct Buffers {
    tiles: wgpu::Buffer,
    windows: wgpu::Buffer,
    list: wgpu::Buffer,
    staging: wgpu::Buffer,
    /// Hits for which the list has room.
    hits: usize,
}

impl Buffers {
    fn new(context: &Context, windows: &[BodyWindow], tiles: usize) -> Self {
        let hits = tiles * LANES * HITS_PER_RAY;
        let tile_bytes = (tiles * size_of::<RayTile>()) as u64;
        let list = LIST_HEAD + (hits * size_of::<BodyHit>()) as u64;
        let storage = |what: &str, size: u64| {
            context.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(&format!("render/all_hits/{what}")),
                size,
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            })
        };
        let buffers = Self {
            tiles: storage("tiles", tile_bytes),
            windows: storage("windows", size_of_val(windows) as u64),
            list: storage("list", list),
            staging: readback::staging(context, "all_hits", list.max(LIST_HEAD + tile_bytes)),
            hits,
        };
        context.queue.write_buffer(&buffers.windows, 0, bytemuck::cast_slice(windows));
        buffers
    }
}

/// The first bytes of a buffer.
fn part(buffer: &wgpu::Buffer, bytes: u64) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset: 0, size: std::num::NonZeroU64::new(bytes) })
}

/// Pixels of a tile, row by row, and the lane that works on each: the inverse of `lane_pixel` in `shared/view.wgsl`.
fn lanes() -> impl Iterator<Item = (usize, (i32, i32))> {
    (0..LANES).map(|place| {
        let (x, y) = (place % 8, place / 8);
        ((x & 3) | (y & 1) << 2 | (x & 4) << 1 | (y & 2) << 3, (x as i32, y as i32))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_of_a_tile_has_its_own_lane() {
        let mut all: Vec<usize> = lanes().map(|(lane, _)| lane).collect();
        for (lane, (x, y)) in lanes() {
            // `lane_pixel`, word for word.
            let expected = ((lane & 3) | ((lane >> 1) & 4), ((lane >> 2) & 1) | ((lane >> 3) & 2));
            assert_eq!((x as usize, y as usize), expected);
        }
        all.sort_unstable();
        assert_eq!(all, (0..LANES).collect::<Vec<_>>());
    }
}
