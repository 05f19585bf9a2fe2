use super::{Bound, Kernel, SharedLayouts};
use crate::render::{Context, Window, shaders};

/// One level of the filter that takes noise from the colour picture.
#[derive(Debug)]
pub(in crate::render) struct DenoisePass(Kernel);

impl DenoisePass {
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts, level: u32) -> Self {
        Self(Kernel::new(context, shared, &shaders::denoise(level), 2, 1))
    }

    pub(in crate::render) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        [image, guides, result]: [wgpu::BindingResource<'_>; 3],
        window: Window,
    ) {
        self.0.dispatch_pixels(context, encoder, bound, &[image, guides, result], window);
    }
}
