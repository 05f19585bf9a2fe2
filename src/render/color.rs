//! The colour of a band of rows: samples are gathered, noise is taken out, and the camera makes a picture of them.

use std::ops::ControlFlow;

use super::denoiser::{self, Denoiser};
use super::gpu_data::Guides;
use super::passes::{Bound, MeanPass, RadiancePass, SharedLayouts};
use super::photograph::{self, Photographer};
use super::renderer::{RenderSettings, storage};
use super::{Context, Error, Window};
use crate::frame::Plane;
use crate::scene::Scene;

/// Paths in one dispatch: enough for a GPU to be full, and few enough that a slow one answers within its driver's patience.
const PATHS_AT_ONCE: u64 = 1 << 21;

/// Samples per pixel in one dispatch over a window.
pub(super) fn samples_at_once(window: Window) -> u32 {
    (PATHS_AT_ONCE / window.pixels().max(1)).clamp(1, 16) as u32
}

/// How far the colour picture has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Samples that every pixel of the part in work has.
    pub samples: u32,
    /// Samples that were asked for.
    pub of: u32,
    /// Part of the picture in work; large pictures are made in bands of rows.
    pub part: Window,
}

/// What is told of the progress, and may end it: `Break` leaves the picture with the samples that it has.
pub(super) type Watch<'a> = Option<&'a mut dyn FnMut(Progress) -> ControlFlow<()>>;

/// The passes of the colour picture, compiled when they are first needed.
#[derive(Debug, Default)]
pub(super) struct Color {
    radiance: Option<RadiancePass>,
    mean: Option<MeanPass>,
    denoiser: Option<Denoiser>,
    photographer: Photographer,
}

/// Samples of a band on the GPU.
pub(super) struct Samples {
    sums: wgpu::Buffer,
    guides: wgpu::Buffer,
    /// Samples per pixel.
    pub(super) count: u32,
}

impl Color {
    pub(super) fn compile(
        &mut self,
        context: &Context,
        shared: &SharedLayouts,
        scene: &Scene,
        settings: &RenderSettings,
    ) {
        if !settings.planes.iter().any(|plane| plane.is_color()) {
            return;
        }
        self.radiance.get_or_insert_with(|| RadiancePass::new(context, shared));
        if settings.denoise {
            self.denoiser.get_or_insert_with(|| Denoiser::new(context, shared));
        }
        if settings.planes.contains(&Plane::Radiance) {
            self.mean.get_or_insert_with(|| MeanPass::new(context, shared));
        }
        if settings.planes.contains(&Plane::Rgb) {
            self.photographer.compile(context, shared, &scene.photography);
        }
    }

    /// Gathers up to `most` samples; `bound` gives the view of each batch. With a watch the GPU is waited for after each.
    pub(super) fn gather<'a>(
        &self,
        context: &Context,
        bound: impl Fn(u32) -> Bound<'a>,
        (window, most, of): (Window, u32, u32),
        watch: &mut Watch<'_>,
    ) -> Result<Samples, Error> {
        let radiance = self.radiance.as_ref().expect("compiled before it is used");
        let sums = storage(context, "sums", window.pixels() * 16);
        let guides = storage(context, "guides", window.pixels() * size_of::<Guides>() as u64);
        let at_once = samples_at_once(window);
        let mut count = 0;
        for batch in 0..most.div_ceil(at_once) {
            let mut encoder = context.device.create_command_encoder(&Default::default());
            let buffers = [sums.as_entire_binding(), guides.as_entire_binding()];
            radiance.record(context, &mut encoder, bound(batch), buffers, window);
            // A submission of its own for every batch, so that a desktop stays alive.
            context.queue.submit([encoder.finish()]);
            count = ((batch + 1) * at_once).min(most);
            if let Some(watch) = watch {
                context.wait()?;
                if watch(Progress { samples: count, of, part: window }).is_break() {
                    break;
                }
            }
        }
        Ok(Samples { sums, guides, count })
    }

    /// Writes the colour planes: `places` are the bindings of the planes' bytes for the pixels of the window. `bound`
    /// is a view of the window with the number of samples in it.
    pub(super) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        (scene, settings): (&Scene, &RenderSettings),
        (samples, window): (Samples, Window),
        places: Vec<(Plane, wgpu::BindingResource<'_>)>,
    ) {
        let Samples { mut sums, guides, .. } = samples;
        if let Some(denoiser) = self.denoiser.as_ref().filter(|_| settings.denoise) {
            sums = denoiser.record(context, encoder, bound, (sums, &guides), window);
        }
        for (plane, place) in places {
            match (plane, &self.mean) {
                (Plane::Rgb, _) => {
                    let image = (&scene.photography, sums.clone());
                    self.photographer.record(context, encoder, bound, image, (window, place));
                }
                (Plane::Radiance, Some(mean)) => {
                    mean.record(context, encoder, bound, [sums.as_entire_binding(), place], window);
                }
                _ => {}
            }
        }
    }
}

/// The part of the picture that must be rendered so that a window of it is right.
pub(super) fn needed(scene: &Scene, settings: &RenderSettings, window: Window) -> Window {
    let taken = if settings.planes.contains(&Plane::Rgb) { photograph::needed(scene, window) } else { window };
    if settings.denoise { taken.grown(denoiser::REACH, Window::whole(&scene.camera)) } else { taken }
}

/// The last steps, on the CPU: bytes of a colour plane for what was [`needed`] in, those of the window out.
pub(super) fn finish(
    scene: &Scene,
    settings: &RenderSettings,
    (plane, bytes): (Plane, Vec<u8>),
    window: Window,
) -> Result<Vec<u8>, Error> {
    let rendered = needed(scene, settings, window);
    if plane == Plane::Rgb {
        return photograph::finish(scene, (bytes, rendered), window);
    }
    Ok(photograph::cropped(&bytes, rendered, window, 4 * plane.channels()))
}
