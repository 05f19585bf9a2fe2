use super::{Bound, Kernel, SharedLayouts};
use crate::frame::Plane;
use crate::render::{Context, Window, shaders};

/// Reads one plane of truth off the visibility pass.
#[derive(Debug)]
pub(in crate::render) struct PlanePass(Kernel);

impl PlanePass {
    /// `None` for the colour picture, which other passes make.
    pub(in crate::render) fn new(context: &Context, shared: &SharedLayouts, plane: Plane) -> Option<Self> {
        Some(Self(Kernel::new(context, shared, &shaders::plane(plane)?, 1, 1)))
    }

    pub(in crate::render) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        [hits, output]: [wgpu::BindingResource<'_>; 2],
        window: Window,
    ) {
        self.0.dispatch_pixels(context, encoder, bound, &[hits, output], window);
    }
}
