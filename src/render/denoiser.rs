use super::passes::{Bound, DenoisePass, SharedLayouts};
use super::renderer::storage;
use super::{Context, Window, shaders};

/// Pixels that the filter looks away from each pixel: two steps of 1, 2, 4, ... pixels, and one for slopes.
pub(super) const REACH: u32 = 2 * ((1 << shaders::DENOISE_LEVELS) - 1) + 1;

/// The levels of the filter, coarse ones last.
#[derive(Debug)]
pub(super) struct Denoiser(Vec<DenoisePass>);

impl Denoiser {
    pub(super) fn new(context: &Context, shared: &SharedLayouts) -> Self {
        Self((0..shaders::DENOISE_LEVELS).map(|level| DenoisePass::new(context, shared, level)).collect())
    }

    /// From the sums of the samples and their guides to a picture, mean light with 1 in w.
    pub(super) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        (sums, guides): (wgpu::Buffer, &wgpu::Buffer),
        window: Window,
    ) -> wgpu::Buffer {
        let mut image = sums;
        let mut spare = None;
        for level in &self.0 {
            let result = spare.take().unwrap_or_else(|| storage(context, "denoised", window.pixels() * 16));
            let buffers = [&image, guides, &result].map(wgpu::Buffer::as_entire_binding);
            level.record(context, encoder, bound, buffers, window);
            spare = Some(std::mem::replace(&mut image, result));
        }
        image
    }
}
