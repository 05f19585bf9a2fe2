//! Composes the WGSL of each pass from its parts.
//!
//! There is no import mechanism: a pass is all shared files, then the files of the pass; WGSL does not mind the order of
//! declarations. Everything is embedded in the library.

use crate::frame::Plane;

/// Files of `shaders/shared`.
const SHARED: [&str; 12] = [
    include_str!("../../shaders/shared/view.wgsl"),
    include_str!("../../shaders/shared/scene.wgsl"),
    include_str!("../../shaders/shared/texture.wgsl"),
    include_str!("../../shaders/shared/trace.wgsl"),
    include_str!("../../shaders/shared/surface.wgsl"),
    include_str!("../../shaders/shared/random.wgsl"),
    include_str!("../../shaders/shared/bsdf.wgsl"),
    include_str!("../../shaders/shared/energy.wgsl"),
    include_str!("../../shaders/shared/glass.wgsl"),
    include_str!("../../shaders/shared/light.wgsl"),
    include_str!("../../shaders/shared/lens.wgsl"),
    include_str!("../../shaders/shared/color.wgsl"),
];

/// A compute shader and its entry point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shader {
    /// Name for labels and messages, such as `render/plane/depth`.
    pub name: String,
    /// The whole WGSL.
    pub source: String,
    /// Entry point.
    pub entry: &'static str,
}

fn compose(name: impl Into<String>, entry: &'static str, parts: &[&str]) -> Shader {
    let source = SHARED.iter().chain(parts).copied().collect::<Vec<_>>().join("\n");
    Shader { name: format!("render/{}", name.into()), source, entry }
}

/// `passes/visibility.wgsl`.
#[must_use]
pub fn visibility() -> Shader {
    compose("visibility", "cs_see", &[include_str!("../../shaders/passes/visibility.wgsl")])
}

/// `passes/plane.wgsl` with the function of one plane; `None` for colour, which is no truth along one ray.
#[must_use]
pub fn plane(plane: Plane) -> Option<Shader> {
    let own = match plane {
        Plane::Rgb | Plane::Radiance => return None,
        Plane::Instance => include_str!("../../shaders/planes/instance.wgsl"),
        Plane::Semantic => include_str!("../../shaders/planes/semantic.wgsl"),
        Plane::Depth => include_str!("../../shaders/planes/depth.wgsl"),
        Plane::Distance => include_str!("../../shaders/planes/distance.wgsl"),
        Plane::Normal => include_str!("../../shaders/planes/normal.wgsl"),
        Plane::Rotation => include_str!("../../shaders/planes/rotation.wgsl"),
        Plane::Coords => include_str!("../../shaders/planes/coords.wgsl"),
        Plane::Uv => include_str!("../../shaders/planes/uv.wgsl"),
        Plane::Albedo => include_str!("../../shaders/planes/albedo.wgsl"),
        Plane::Part => include_str!("../../shaders/planes/part.wgsl"),
    };
    let channels = format!("const PLANE_CHANNELS: u32 = {}u;", plane.channels());
    let pass = include_str!("../../shaders/passes/plane.wgsl");
    Some(compose(format!("plane/{plane}"), "cs_read", &[&channels, own, pass]))
}

/// `passes/all_hits.wgsl`.
#[must_use]
pub fn all_hits() -> Shader {
    compose("all_hits", "cs_meet", &[include_str!("../../shaders/passes/all_hits.wgsl")])
}

/// `passes/silhouette.wgsl`.
#[must_use]
pub fn silhouette() -> Shader {
    compose("silhouette", "cs_outline", &[include_str!("../../shaders/passes/silhouette.wgsl")])
}

/// `passes/radiance.wgsl` with the path tracer.
#[must_use]
pub fn radiance() -> Shader {
    let integrator = include_str!("../../shaders/integrators/path.wgsl");
    compose("radiance/path", "cs_gather", &[integrator, include_str!("../../shaders/passes/radiance.wgsl")])
}

/// A step from the sums of the samples to the bytes of the colour picture; a file in `shaders/photograph`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Chromatic aberration and vignetting.
    Optics,
    /// Noise and white balance.
    Sensor,
    /// Colour filter and its interpolation.
    Demosaic,
    /// Exposure, tone curve, sRGB, unsharp mask; bytes.
    Sharpen,
    /// Exposure, tone curve, sRGB; bytes.
    Develop,
}

impl Step {
    /// All steps in order; a picture needs one of the last two.
    pub const ALL: [Self; 5] = [Self::Optics, Self::Sensor, Self::Demosaic, Self::Sharpen, Self::Develop];
}

/// One step of the colour picture.
#[must_use]
pub fn photograph(step: Step) -> Shader {
    let (name, entry, own) = match step {
        Step::Optics => ("optics", "cs_refract", include_str!("../../shaders/photograph/optics.wgsl")),
        Step::Sensor => ("sensor", "cs_expose", include_str!("../../shaders/photograph/sensor.wgsl")),
        Step::Demosaic => ("demosaic", "cs_demosaic", include_str!("../../shaders/photograph/demosaic.wgsl")),
        Step::Sharpen => ("sharpen", "cs_sharpen", include_str!("../../shaders/photograph/sharpen.wgsl")),
        Step::Develop => ("develop", "cs_develop", include_str!("../../shaders/photograph/develop.wgsl")),
    };
    let image = include_str!("../../shaders/photograph/image.wgsl");
    compose(format!("photograph/{name}"), entry, &[image, own])
}

/// `passes/mean.wgsl`.
#[must_use]
pub fn mean() -> Shader {
    compose("mean", "cs_average", &[include_str!("../../shaders/passes/mean.wgsl")])
}

/// Levels of the denoiser.
pub const DENOISE_LEVELS: u32 = 5;

/// `passes/denoise.wgsl` for one level.
#[must_use]
pub fn denoise(level: u32) -> Shader {
    let levels = format!("const LEVEL: u32 = {level}u;\nconst LAST_LEVEL: u32 = {}u;", DENOISE_LEVELS - 1);
    compose(format!("denoise/{level}"), "cs_smooth", &[&levels, include_str!("../../shaders/passes/denoise.wgsl")])
}

/// Every shader of the crate.
#[must_use]
pub fn all() -> Vec<Shader> {
    let mut shaders = vec![visibility(), all_hits(), silhouette(), radiance(), mean(), denoise(0)];
    shaders.extend(Step::ALL.map(photograph));
    shaders.extend(Plane::ALL.into_iter().filter_map(plane));
    shaders
}
