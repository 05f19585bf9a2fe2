use super::{Bound, Kernel, SharedLayouts};
use crate::render::{Context, Window, shaders};

/// One centre ray per pixel: fills the buffer that every plane is read from.
#[derive(Debug)]
pub(in crate::render) struct VisibilityPass(Kernel);

impl VisibilityPass {
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts) -> Self {
        Self(Kernel::new(context, shared, &shaders::visibility(), 0, 1))
    }

    pub(in crate::render) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        hits: wgpu::BindingResource<'_>,
        window: Window,
    ) {
        self.0.dispatch_pixels(context, encoder, bound, &[hits], window);
    }
}
