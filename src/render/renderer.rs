use std::collections::BTreeMap;

use ndarray::{Array3, s};

use super::gpu_data::{Photo, PixelHit, View};
use super::passes::{Bound, PlanePass, RadiancePass, SharedLayouts, SilhouettePass, VisibilityPass};
use super::photograph::{self, Photographer};
use super::scene_upload::SceneUpload;
use super::view::{photo_of, view_of};
use super::windows::outlines;
use super::{Adapter, AdapterChoice, Context, Error, Window, readback};
use crate::frame::{Frame, Plane, PlaneData};
use crate::scene::Scene;

/// Pixels that one dispatch works on: bounds the buffers, and the time a desktop's GPU is kept busy in one go.
const MAX_PIXELS: u64 = 1 << 21;
/// Samples per pixel in one dispatch.
const SAMPLES_AT_ONCE: u32 = 4;

/// What is fixed for the life of a renderer.
#[derive(Debug, Clone, PartialEq)]
pub struct RendererOptions {
    /// Which adapter to use.
    pub adapter: AdapterChoice,
    /// Bytes of decoded textures to keep from scene to scene.
    pub texture_budget_bytes: u64,
}

impl Default for RendererOptions {
    /// The best adapter, 2 GiB of textures.
    fn default() -> Self {
        Self { adapter: AdapterChoice::Best, texture_budget_bytes: 2 << 30 }
    }
}

/// What is wanted of one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderSettings {
    /// The planes to make.
    pub planes: Vec<Plane>,
    /// Whether to find the full silhouette of every unit.
    pub silhouettes: bool,
    /// Samples per pixel of the colour picture.
    pub samples: u32,
    /// Part of the picture to render; `None` for all of it. Its pixels equal those of the whole picture.
    pub window: Option<Window>,
}

impl Default for RenderSettings {
    /// All planes and silhouettes of the whole picture, 16 samples.
    fn default() -> Self {
        Self { planes: Plane::ALL.to_vec(), silhouettes: true, samples: 16, window: None }
    }
}

/// Turns scenes into frames. Long-lived: it keeps the device, the compiled shaders, and every geometry and texture that a
/// scene has needed.
#[derive(Debug)]
pub struct Renderer {
    context: Context,
    upload: SceneUpload,
    shared: SharedLayouts,
    visibility: VisibilityPass,
    radiance: Option<RadiancePass>,
    photographer: Photographer,
    silhouette: SilhouettePass,
    planes: BTreeMap<Plane, PlanePass>,
}

impl Renderer {
    /// Opens a device and compiles what every frame needs; each plane's shader follows when it is first asked for.
    ///
    /// # Errors
    /// When no adapter fits, or its driver refuses.
    pub fn new(options: &RendererOptions) -> Result<Self, Error> {
        let context = Context::new(&options.adapter)?;
        let shared = SharedLayouts::new(&context, SceneUpload::layout(&context));
        let renderer = Self {
            upload: SceneUpload::new(&context, options.texture_budget_bytes)?,
            visibility: VisibilityPass::new(&context, &shared),
            radiance: None,
            photographer: Photographer::default(),
            silhouette: SilhouettePass::new(&context, &shared),
            planes: BTreeMap::new(),
            shared,
            context,
        };
        renderer.context.check()?;
        Ok(renderer)
    }

    /// The adapter in use.
    #[must_use]
    pub fn adapter(&self) -> &Adapter {
        self.context.adapter()
    }

    /// Renders one scene. The result depends on the scene and the settings alone, not on what was rendered before.
    ///
    /// With a window, the frame has the window's size, and silhouettes still count from the whole picture's corner.
    ///
    /// # Errors
    /// When an artwork cannot be decoded, a geometry has no tree, the device lacks room or fails, or the settings name
    /// an empty or outlying window, no samples for a colour picture, or a photography that no camera has.
    pub fn render(&mut self, scene: &Scene, settings: &RenderSettings) -> Result<Frame, Error> {
        let window = checked_window(scene, settings)?;
        self.compile(scene, settings)?;
        let bound_scene = self.upload.upload(&self.context, &self.shared.scene, scene)?;
        let (width, height) = (window.width as usize, window.height as usize);
        let mut planes: BTreeMap<Plane, PlaneData> =
            settings.planes.iter().map(|&plane| (plane, empty(plane, height, width))).collect();
        for band in window.bands(MAX_PIXELS) {
            let rows = (band.y - window.y) as usize..(band.y - window.y + band.height) as usize;
            for (plane, bytes) in self.render_band(scene, settings, &bound_scene, band)? {
                let target = planes.get_mut(&plane).expect("made for every plane that is rendered");
                fill(target, rows.clone(), &bytes);
            }
        }
        let silhouettes = if settings.silhouettes {
            let views = Views::upload(&self.context, &self.shared, scene, &[view_of(scene, window, settings.samples)]);
            let bound = Bound { view: &views.group, view_offset: 0, scene: &bound_scene };
            self.silhouette.run(&self.context, bound, &outlines(scene))?
        } else {
            Vec::new()
        };
        Ok(Frame { width: window.width, height: window.height, planes, silhouettes })
    }

    fn compile(&mut self, scene: &Scene, settings: &RenderSettings) -> Result<(), Error> {
        for &plane in &settings.planes {
            if plane == Plane::Rgb {
                self.radiance.get_or_insert_with(|| RadiancePass::new(&self.context, &self.shared));
                self.photographer.compile(&self.context, &self.shared, &scene.photography);
            }
            if !self.planes.contains_key(&plane)
                && let Some(pass) = PlanePass::new(&self.context, &self.shared, plane)
            {
                self.planes.insert(plane, pass);
            }
        }
        self.context.check()
    }

    /// Bytes of every plane for a band of rows.
    fn render_band(
        &self,
        scene: &Scene,
        settings: &RenderSettings,
        bound_scene: &wgpu::BindGroup,
        band: Window,
    ) -> Result<Vec<(Plane, Vec<u8>)>, Error> {
        let context = &self.context;
        let pixels = band.pixels();
        // Steps of the colour picture look around, so it needs more than the band.
        let color_band = photograph::needed(scene, band);
        let base = view_of(scene, color_band, settings.samples);
        let mut views = vec![view_of(scene, band, settings.samples), base];
        views.extend((0..settings.samples).step_by(SAMPLES_AT_ONCE as usize).map(|first| View {
            sample_first: first,
            sample_count: SAMPLES_AT_ONCE.min(settings.samples - first),
            ..base
        }));
        let views = Views::upload(context, &self.shared, scene, &views);
        let bound = |i: u32| Bound { view: &views.group, view_offset: i * views.stride, scene: bound_scene };

        // One buffer holds the results of all planes, each at an aligned offset.
        let alignment = u64::from(context.limits.min_storage_buffer_offset_alignment).max(256);
        let mut offsets = Vec::new();
        let mut total = 0;
        for &plane in &settings.planes {
            let words = if plane == Plane::Rgb { color_band.pixels() } else { plane.channels() as u64 * pixels };
            offsets.push((total, words * 4));
            total += (words * 4).next_multiple_of(alignment);
        }
        let hits = storage(context, "hits", pixels * size_of::<PixelHit>() as u64);
        let output = storage(context, "planes", total.max(alignment));
        let staging = readback::staging(context, "planes", total.max(alignment));
        let range = |(offset, size): (u64, u64)| {
            wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer: &output,
                offset,
                size: std::num::NonZeroU64::new(size),
            })
        };

        let mut encoder = context.device.create_command_encoder(&Default::default());
        if settings.planes.iter().any(|plane| self.planes.contains_key(plane)) {
            self.visibility.record(context, &mut encoder, bound(0), hits.as_entire_binding(), band);
        }
        for (plane, &place) in settings.planes.iter().zip(&offsets) {
            if let Some(pass) = self.planes.get(plane) {
                pass.record(context, &mut encoder, bound(0), [hits.as_entire_binding(), range(place)], band);
            }
        }
        if let (Some(radiance), Some(rgb)) = (&self.radiance, settings.planes.iter().position(|&p| p == Plane::Rgb)) {
            let sums = storage(context, "sums", color_band.pixels() * 16);
            for batch in 0..settings.samples.div_ceil(SAMPLES_AT_ONCE) {
                radiance.record(context, &mut encoder, bound(batch + 2), sums.as_entire_binding(), color_band);
                // A submission of its own for every batch, so that a desktop stays alive.
                let next = context.device.create_command_encoder(&Default::default());
                context.queue.submit([std::mem::replace(&mut encoder, next).finish()]);
            }
            let (image, picture) = ((&scene.photography, sums), (color_band, range(offsets[rgb])));
            self.photographer.record(context, &mut encoder, bound(1), image, picture);
        }
        encoder.copy_buffer_to_buffer(&output, 0, &staging, 0, total);
        context.queue.submit([encoder.finish()]);
        let bytes = readback::read(context, &staging, total.max(alignment))?;
        let part = |(offset, size): (u64, u64)| bytes[offset as usize..(offset + size) as usize].to_vec();
        let finished = |(&plane, place)| {
            let bytes = part(place);
            Ok((plane, if plane == Plane::Rgb { photograph::finish(scene, bytes, band)? } else { bytes }))
        };
        settings.planes.iter().zip(offsets).map(finished).collect()
    }
}

/// Uniforms of several dispatches in one buffer, and behind them how the picture is taken.
struct Views {
    group: wgpu::BindGroup,
    stride: u32,
}

impl Views {
    fn upload(context: &Context, shared: &SharedLayouts, scene: &Scene, views: &[View]) -> Self {
        let size = size_of::<View>();
        let stride = (context.limits.min_uniform_buffer_offset_alignment as usize).max(size.next_multiple_of(256));
        let (photo, photo_at) = (photo_of(scene), stride * views.len());
        let mut bytes = vec![0; photo_at + size_of::<Photo>()];
        bytes[photo_at..].copy_from_slice(bytemuck::bytes_of(&photo));
        for (slot, view) in bytes.chunks_exact_mut(stride).zip(views) {
            slot[..size].copy_from_slice(bytemuck::bytes_of(view));
        }
        let buffer = context.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("render/views"),
            size: bytes.len() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        context.queue.write_buffer(&buffer, 0, &bytes);
        let group = context.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("render/view"),
            layout: &shared.view,
            entries: &[(0, size), (photo_at, size_of::<Photo>())].map(|(offset, size)| wgpu::BindGroupEntry {
                binding: u32::from(offset == photo_at),
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: &buffer,
                    offset: offset as u64,
                    size: std::num::NonZeroU64::new(size as u64),
                }),
            }),
        });
        Self { group, stride: stride as u32 }
    }
}

fn checked_window(scene: &Scene, settings: &RenderSettings) -> Result<Window, Error> {
    let whole = Window::whole(&scene.camera);
    let window = settings.window.unwrap_or(whole);
    let fits = |start: u32, size: u32, limit: u32| size > 0 && start.checked_add(size).is_some_and(|end| end <= limit);
    if !fits(window.x, window.width, whole.width) || !fits(window.y, window.height, whole.height) {
        return Err(Error::Settings(format!("{window:?} is not a part of the picture {whole:?}")));
    }
    if settings.samples == 0 && settings.planes.contains(&Plane::Rgb) {
        return Err(Error::Settings("a colour picture needs at least one sample per pixel".into()));
    }
    let problems = scene.photography.problems();
    if !problems.is_empty() {
        return Err(Error::Settings(format!("the scene's photography: {problems}")));
    }
    Ok(window)
}

pub(super) fn storage(context: &Context, what: &str, size: u64) -> wgpu::Buffer {
    context.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(&format!("render/{what}")),
        size,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}

fn empty(plane: Plane, height: usize, width: usize) -> PlaneData {
    let shape = (height, width, plane.channels());
    match plane {
        Plane::Rgb => PlaneData::U8(Array3::zeros(shape)),
        Plane::Instance => PlaneData::U32(Array3::zeros(shape)),
        Plane::Semantic => PlaneData::U16(Array3::zeros(shape)),
        _ => PlaneData::F32(Array3::zeros(shape)),
    }
}

/// Writes the words that the GPU left for some rows into a plane, in the plane's own type.
fn fill(target: &mut PlaneData, rows: std::ops::Range<usize>, bytes: &[u8]) {
    let rows = s![rows, .., ..];
    let words = bytes.chunks_exact(4).map(|word| word.try_into().expect("four bytes"));
    match target {
        PlaneData::U8(data) => {
            let colors = bytes.chunks_exact(4).flat_map(|pixel| pixel[..3].iter().copied());
            data.slice_mut(rows).iter_mut().zip(colors).for_each(|(slot, value)| *slot = value);
        }
        PlaneData::U16(data) => {
            let classes = words.map(|word| u32::from_le_bytes(word) as u16);
            data.slice_mut(rows).iter_mut().zip(classes).for_each(|(slot, value)| *slot = value);
        }
        PlaneData::U32(data) => {
            data.slice_mut(rows).iter_mut().zip(words).for_each(|(slot, word)| *slot = u32::from_le_bytes(word));
        }
        PlaneData::F32(data) => {
            data.slice_mut(rows).iter_mut().zip(words).for_each(|(slot, word)| *slot = f32::from_le_bytes(word));
        }
    }
}
