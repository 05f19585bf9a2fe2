use super::{Bound, Kernel, SharedLayouts};
use crate::render::{Context, Window, shaders};

/// Adds samples of the light that reaches each pixel.
#[derive(Debug)]
pub(in crate::render) struct RadiancePass(Kernel);

impl RadiancePass {
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts) -> Self {
        Self(Kernel::following_light(context, shared, &shaders::radiance(), 2))
    }

    pub(in crate::render) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        [sums, guides]: [wgpu::BindingResource<'_>; 2],
        window: Window,
    ) {
        self.0.dispatch_pixels(context, encoder, bound, &[sums, guides], window);
    }
}
