//! The colour picture after its samples are gathered: which steps it needs, how far they look around, and what remains to
//! be done on the CPU.

use std::collections::BTreeMap;

use super::passes::{Bound, PhotographPass, SharedLayouts};
use super::renderer::storage;
use super::shaders::Step;
use super::{Context, Error, Window, jpeg};
use crate::geometry::Camera;
use crate::scene::{Lens, Photography, Scene};

/// Side of the blocks of a JPEG in pixels.
const BLOCK: u32 = 8;

/// The compiled steps.
#[derive(Debug, Default)]
pub(super) struct Photographer(BTreeMap<Step, PhotographPass>);

impl Photographer {
    /// Compiles the steps that a photograph needs, once.
    pub(super) fn compile(&mut self, context: &Context, shared: &SharedLayouts, photography: &Photography) {
        for step in steps(photography) {
            self.0.entry(step).or_insert_with(|| PhotographPass::new(context, shared, step));
        }
    }

    /// From the sums of the samples to the bytes of the window's pixels, four a pixel.
    pub(super) fn record(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        (photography, sums): (&Photography, wgpu::Buffer),
        (window, picture): (Window, wgpu::BindingResource<'_>),
    ) {
        let steps = steps(photography);
        let (last, before) = steps.split_last().expect("the last step is always taken");
        let mut image = sums;
        // A step reads its neighbours, so it cannot write where it reads; what was read before may be overwritten.
        let mut spare = None;
        for step in before {
            let result = spare.take().unwrap_or_else(|| storage(context, "photograph", window.pixels() * 16));
            let buffers = [image.as_entire_binding(), result.as_entire_binding()];
            self.0[step].record(context, encoder, bound, buffers, window);
            spare = Some(std::mem::replace(&mut image, result));
        }
        self.0[last].record(context, encoder, bound, [image.as_entire_binding(), picture], window);
    }
}

/// The steps that a photograph needs, in order; an ideal camera needs only the last.
fn steps(photography: &Photography) -> Vec<Step> {
    let Photography { lens, sensor, .. } = photography;
    let Lens { vignetting, blur_px, red_magnification, blue_magnification, .. } = *lens;
    let refracts = (vignetting, blur_px, red_magnification, blue_magnification) != (0.0, 0.0, 1.0, 1.0);
    let mut steps = Vec::new();
    if refracts {
        steps.push(Step::Optics);
    }
    if sensor.noise.is_some() || sensor.white_balance != glam::DVec3::ONE {
        steps.push(Step::Sensor);
    }
    if sensor.mosaic {
        steps.push(Step::Demosaic);
    }
    steps.push(if sharpens(photography) { Step::Sharpen } else { Step::Develop });
    steps
}

fn sharpens(photography: &Photography) -> bool {
    photography.sharpening.is_some_and(|sharpening| sharpening.amount > 0.0)
}

/// The part of the picture that must be rendered so that a window of it is right: the blocks of the JPEG that it touches,
/// and around them as far as the steps look.
pub(super) fn needed(scene: &Scene, window: Window) -> Window {
    let whole = Window::whole(&scene.camera);
    blocks(&scene.photography, window, whole).grown(reach(&scene.photography, &scene.camera), whole)
}

/// The window and the rest of the JPEG's blocks that it touches.
fn blocks(photography: &Photography, window: Window, whole: Window) -> Window {
    if photography.jpeg_quality.is_none() {
        return window;
    }
    let (left, top) = (window.x / BLOCK * BLOCK, window.y / BLOCK * BLOCK);
    let right = (window.x + window.width).next_multiple_of(BLOCK).min(whole.width);
    let bottom = (window.y + window.height).next_multiple_of(BLOCK).min(whole.height);
    Window { x: left, y: top, width: right - left, height: bottom - top }
}

/// How many pixels away a pixel's colour may come from.
fn reach(photography: &Photography, camera: &Camera) -> u32 {
    let Photography { lens, sensor, .. } = photography;
    let shift = |magnification: f64| (1.0 - 1.0 / magnification).abs();
    let aberration = shift(lens.red_magnification).max(shift(lens.blue_magnification));
    let mut reach = 0;
    if aberration > 0.0 {
        let far = |center: f64, side: u32| center.abs().max((f64::from(side) - center).abs());
        let corner = far(camera.cx, camera.width).hypot(far(camera.cy, camera.height));
        // One pixel for the interpolation, one for rounding.
        reach += (aberration * corner).ceil() as u32 + 2;
    }
    // As far as `optics.wgsl`, `demosaic.wgsl` and `sharpen.wgsl` look.
    reach += if lens.blur_px > 0.0 { (3.0 * lens.blur_px).ceil() as u32 + 1 } else { 0 };
    reach += if sensor.mosaic { 2 } else { 0 };
    reach += if sharpens(photography) { 4 } else { 0 };
    reach
}

/// The last steps, on the CPU: bytes (four a pixel) of what was rendered in, those of the window out.
pub(super) fn finish(scene: &Scene, (bytes, rendered): (Vec<u8>, Window), window: Window) -> Result<Vec<u8>, Error> {
    let Some(quality) = scene.photography.jpeg_quality else {
        return Ok(cropped(&bytes, rendered, window, 4));
    };
    let blocks = blocks(&scene.photography, window, Window::whole(&scene.camera));
    let mut pixels = cropped(&bytes, rendered, blocks, 4);
    jpeg::pass_through(&mut pixels, (blocks.width, blocks.height), quality)?;
    Ok(cropped(&pixels, blocks, window, 4))
}

/// Bytes of a window inside of another one's, so many a pixel.
pub(super) fn cropped(bytes: &[u8], outer: Window, inner: Window, size: usize) -> Vec<u8> {
    let row = |y: u32| {
        let start = ((y - outer.y) as usize * outer.width as usize + (inner.x - outer.x) as usize) * size;
        &bytes[start..start + inner.width as usize * size]
    };
    (inner.y..inner.y + inner.height).flat_map(row).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Noise, Sensor, Sharpening};

    #[test]
    fn an_ideal_camera_needs_one_step_and_no_margin() {
        assert_eq!(steps(&Photography::default()), [Step::Develop]);
    }

    #[test]
    fn blocks_are_whole_unless_the_picture_ends() {
        let photography = Photography { jpeg_quality: Some(90), ..Default::default() };
        let whole = Window { x: 0, y: 0, width: 101, height: 53 };
        let window = Window { x: 9, y: 16, width: 90, height: 33 };
        assert_eq!(blocks(&photography, window, whole), Window { x: 8, y: 16, width: 93, height: 37 });
        assert_eq!(blocks(&Photography::default(), window, whole), window);
    }

    #[test]
    fn every_effect_has_its_step() {
        let noise = Some(Noise { white_electrons: 1e4, read_electrons: 2.0 });
        let photography = Photography {
            lens: Lens { red_magnification: 1.001, ..Default::default() },
            sensor: Sensor { noise, mosaic: true, ..Default::default() },
            sharpening: Some(Sharpening { amount: 0.5, radius_px: 1.0 }),
            ..Default::default()
        };
        assert_eq!(steps(&photography), [Step::Optics, Step::Sensor, Step::Demosaic, Step::Sharpen]);
    }
}
