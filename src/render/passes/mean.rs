use super::{Bound, Kernel, SharedLayouts};
use crate::render::{Context, Window, shaders};

/// Turns sums of samples into bytes of a picture.
#[derive(Debug)]
pub(in crate::render) struct MeanPass(Kernel);

impl MeanPass {
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts) -> Self {
        Self(Kernel::new(context, shared, &shaders::mean(), 1, 1))
    }

    pub(in crate::render) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        [sums, picture]: [wgpu::BindingResource<'_>; 2],
        window: Window,
    ) {
        self.0.dispatch_pixels(context, encoder, bound, &[sums, picture], window);
    }
}
