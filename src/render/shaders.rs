//! Composes the WGSL of each pass from its parts.
//!
//! There is no import mechanism: a pass is all shared files, then the files of the pass; WGSL does not mind the order of
//! declarations. Everything is embedded in the library.

use crate::frame::Plane;

/// Files of `shaders/shared`.
const SHARED: [&str; 11] = [
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
    };
    let channels = format!("const PLANE_CHANNELS: u32 = {}u;", plane.channels());
    let pass = include_str!("../../shaders/passes/plane.wgsl");
    Some(compose(format!("plane/{plane}"), "cs_read", &[&channels, own, pass]))
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

/// `passes/resolve.wgsl`.
#[must_use]
pub fn resolve() -> Shader {
    compose("resolve", "cs_develop", &[include_str!("../../shaders/passes/resolve.wgsl")])
}

/// `passes/mean.wgsl`.
#[must_use]
pub fn mean() -> Shader {
    compose("mean", "cs_average", &[include_str!("../../shaders/passes/mean.wgsl")])
}

/// Every shader of the crate.
#[must_use]
pub fn all() -> Vec<Shader> {
    let mut shaders = vec![visibility(), silhouette(), radiance(), resolve(), mean()];
    shaders.extend(Plane::ALL.into_iter().filter_map(plane));
    shaders
}
