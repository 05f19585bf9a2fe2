use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ndarray::{Array3, s};

use super::color::{self, Color, Progress, Watch};
use super::gpu_data::{Photo, PixelHit, View};
use super::passes::{Bound, PlanePass, SceneGroups, SharedLayouts, VisibilityPass};
use super::scene_upload::SceneUpload;
use super::units::{SilhouetteMethod, UnitFinder, Units};
use super::view::{photo_of, view_of};
use super::{Adapter, AdapterChoice, Context, Error, Integrator, Window, readback};
use crate::frame::{Frame, Plane, PlaneData};
use crate::scene::Scene;

/// Pixels that one dispatch works on: bounds the buffers, and the time a desktop's GPU is kept busy in one go.
const MAX_PIXELS: u64 = 1 << 21;

/// What is fixed for the life of a renderer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RendererOptions {
    /// Which adapter to use.
    pub adapter: AdapterChoice,
    /// Bytes of decoded textures to keep from scene to scene, and to exceed only for a scene that needs more. `None`:
    /// 2 GiB on a GPU, and 512 MiB on a CPU driver, where they lie in main memory.
    pub texture_budget_bytes: Option<u64>,
}

/// What is wanted of one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderSettings {
    /// The planes to make.
    pub planes: Vec<Plane>,
    /// Whether to find the full silhouette of every unit, and who hides whom.
    pub silhouettes: bool,
    /// How to find them.
    pub silhouette_method: SilhouetteMethod,
    /// Depth layers to make: see [`DepthLayer`](crate::frame::DepthLayer).
    pub layers: u32,
    /// Samples per pixel of the colour picture.
    pub samples: u32,
    /// How its light is followed.
    pub integrator: Integrator,
    /// Ends the colour picture after so long: its samples then depend on the machine, and so do its bytes. What is in
    /// work is finished first, and every pixel gets a first batch.
    pub time_limit: Option<Duration>,
    /// Whether noise is filtered out of the colour picture. The filter looks 63 pixels around each pixel.
    pub denoise: bool,
    /// Part of the picture to render; `None` for all of it. Its pixels equal those of the whole picture.
    pub window: Option<Window>,
}

impl Default for RenderSettings {
    /// The usual planes and silhouettes of the whole picture, 16 samples of the preview.
    fn default() -> Self {
        Self {
            planes: Plane::USUAL.to_vec(),
            silhouettes: true,
            silhouette_method: SilhouetteMethod::Together,
            layers: 0,
            samples: 16,
            integrator: Integrator::preview(),
            time_limit: None,
            denoise: false,
            window: None,
        }
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
    color: Color,
    units: UnitFinder,
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
        let usual = if context.adapter.is_cpu { 512 << 20 } else { 2 << 30 };
        let renderer = Self {
            upload: SceneUpload::new(&context, options.texture_budget_bytes.unwrap_or(usual))?,
            visibility: VisibilityPass::new(&context, &shared),
            color: Color::default(),
            units: UnitFinder::new(&context, &shared),
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
        if settings.time_limit.is_some() {
            return self.render_progressive(scene, settings, |_| ControlFlow::Continue(()));
        }
        self.render_watched(scene, settings, None)
    }

    /// As [`Renderer::render`], and tells how far the colour picture is after every four samples per pixel. When
    /// `watch` answers `Break`, all pixels are left with as many samples as the first part has then, and the
    /// other planes are made as always.
    ///
    /// # Errors
    /// As [`Renderer::render`].
    pub fn render_progressive(
        &mut self,
        scene: &Scene,
        settings: &RenderSettings,
        mut watch: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Frame, Error> {
        let started = Instant::now();
        let whole = settings.window.unwrap_or(Window::whole(&scene.camera)).pixels();
        let mut within_time = |progress: Progress| {
            watch(progress)?;
            // The first part may take its share of the time.
            let share = (progress.part.pixels() as f64 / whole as f64).min(1.0);
            match settings.time_limit {
                Some(limit) if started.elapsed() >= limit.mul_f64(share) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        };
        self.render_watched(scene, settings, Some(&mut within_time))
    }

    fn render_watched(
        &mut self,
        scene: &Scene,
        settings: &RenderSettings,
        mut watch: Watch<'_>,
    ) -> Result<Frame, Error> {
        let window = checked_window(scene, settings)?;
        self.compile(scene, settings)?;
        let bound_scene = self.upload.upload(&self.context, &self.shared, scene)?;
        let (width, height) = (window.width as usize, window.height as usize);
        let mut planes: BTreeMap<Plane, PlaneData> =
            settings.planes.iter().map(|&plane| (plane, empty(plane, height, width))).collect();
        let mut samples = settings.samples;
        for band in window.bands(MAX_PIXELS) {
            let rows = (band.y - window.y) as usize..(band.y - window.y + band.height) as usize;
            for (plane, bytes) in self.render_band(scene, settings, &bound_scene, (band, &mut samples), &mut watch)? {
                let target = planes.get_mut(&plane).expect("made for every plane that is rendered");
                fill(target, rows.clone(), &bytes);
            }
        }
        let Units { silhouettes, occlusion, layers } = if settings.silhouettes || settings.layers > 0 {
            let views = Views::upload(&self.context, &self.shared, scene, &[self.view_of(scene, window, settings)]);
            let bound = Bound { view: &views.group, view_offset: 0, scene: &bound_scene };
            self.units.find(&self.context, bound, scene, settings, window)?
        } else {
            Units::default()
        };
        Ok(Frame { width: window.width, height: window.height, planes, silhouettes, occlusion, layers })
    }

    fn compile(&mut self, scene: &Scene, settings: &RenderSettings) -> Result<(), Error> {
        self.color.compile(&self.context, &self.shared, scene, settings);
        self.units.compile(&self.context, &self.shared, settings);
        for &plane in &settings.planes {
            if !self.planes.contains_key(&plane)
                && let Some(pass) = PlanePass::new(&self.context, &self.shared, plane)
            {
                self.planes.insert(plane, pass);
            }
        }
        self.context.check()
    }

    /// The uniform of a window, with no samples in it yet.
    fn view_of(&self, scene: &Scene, window: Window, settings: &RenderSettings) -> View {
        view_of(scene, window, (settings.samples, &settings.integrator), self.upload.environment_mean(scene))
    }

    /// Bytes of every plane for a band of rows, with at most `samples` samples per pixel of colour, and as many as the band
    /// before where that was ended.
    fn render_band(
        &self,
        scene: &Scene,
        settings: &RenderSettings,
        bound_scene: &SceneGroups,
        (band, samples): (Window, &mut u32),
        watch: &mut Watch<'_>,
    ) -> Result<Vec<(Plane, Vec<u8>)>, Error> {
        let context = &self.context;
        let pixels = band.pixels();
        // Steps of the colour picture look around, so it needs more than the band.
        let color_band = color::needed(scene, settings, band);
        let base = self.view_of(scene, color_band, settings);
        let mut views = vec![self.view_of(scene, band, settings)];
        let at_once = color::samples_at_once(color_band);
        views.extend((0..settings.samples).step_by(at_once as usize).map(|first| View {
            sample_first: first,
            sample_count: at_once.min(settings.samples - first),
            ..base
        }));
        let views = Views::upload(context, &self.shared, scene, &views);
        let bound = |i: u32| Bound { view: &views.group, view_offset: i * views.stride, scene: bound_scene };

        // One buffer holds the results of all planes, each at an aligned offset.
        let alignment = u64::from(context.limits.min_storage_buffer_offset_alignment).max(256);
        let mut offsets = Vec::new();
        let mut total = 0;
        for &plane in &settings.planes {
            let words = match plane {
                Plane::Rgb => color_band.pixels(),
                Plane::Radiance => plane.channels() as u64 * color_band.pixels(),
                _ => plane.channels() as u64 * pixels,
            };
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
        let colors: Vec<_> = settings
            .planes
            .iter()
            .zip(&offsets)
            .filter(|(plane, _)| plane.is_color())
            .map(|(&p, &at)| (p, at))
            .collect();
        let done;
        if !colors.is_empty() {
            let size = (color_band, *samples, settings.samples);
            let gathered = self.color.gather(context, |batch| bound(batch + 1), size, watch)?;
            *samples = gathered.count;
            done = Views::upload(context, &self.shared, scene, &[View { sample_count: gathered.count, ..base }]);
            let bound = Bound { view: &done.group, view_offset: 0, scene: bound_scene };
            let places = colors.into_iter().map(|(plane, place)| (plane, range(place))).collect();
            let work = (gathered, color_band);
            self.color.record(context, &mut encoder, bound, (scene, settings), work, places);
        }
        encoder.copy_buffer_to_buffer(&output, 0, &staging, 0, total);
        context.queue.submit([encoder.finish()]);
        let bytes = readback::read(context, &staging, total.max(alignment))?;
        let part = |(offset, size): (u64, u64)| bytes[offset as usize..(offset + size) as usize].to_vec();
        let finished = |(&plane, place): (&Plane, _)| {
            let bytes = part(place);
            Ok((plane, if plane.is_color() { color::finish(scene, settings, (plane, bytes), band)? } else { bytes }))
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
    if settings.samples == 0 && settings.planes.iter().any(|plane| plane.is_color()) {
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
        Plane::Instance | Plane::Part => PlaneData::U32(Array3::zeros(shape)),
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
