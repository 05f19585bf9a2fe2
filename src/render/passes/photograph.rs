use super::{Bound, Kernel, SharedLayouts};
use crate::render::shaders::Step;
use crate::render::{Context, Window, shaders};

/// One step from the sums of the samples to the bytes of the picture.
#[derive(Debug)]
pub(in crate::render) struct PhotographPass(Kernel);

impl PhotographPass {
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts, step: Step) -> Self {
        Self(Kernel::new(context, shared, &shaders::photograph(step), 1, 1))
    }

    pub(in crate::render) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        [image, result]: [wgpu::BindingResource<'_>; 2],
        window: Window,
    ) {
        self.0.dispatch_pixels(context, encoder, bound, &[image, result], window);
    }
}
