//! Radiance as the renderer measures it, and how sure its means are.

use std::sync::{LazyLock, Mutex, PoisonError};

use endcap::frame::Plane;
use endcap::geometry::{Camera, Distortion, Mesh};
use endcap::render::{Integrator, RenderSettings, Renderer, Window};
use endcap::scene::Scene;
use glam::{DVec2, DVec3, Vec2, Vec3};

use crate::support::{self, scenes};

static RENDERER: LazyLock<Mutex<Renderer>> = LazyLock::new(|| Mutex::new(support::renderer()));

/// Seeds of a mean.
pub(crate) const SEEDS: u64 = 12;
/// Standard errors that a mean may be off: Student's t with 11 degrees of freedom goes beyond 7 once in 40,000 times.
const LIMIT: f64 = 7.0;

/// How a picture is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    pub(crate) integrator: Integrator,
    pub(crate) samples: u32,
    pub(crate) window: Option<Window>,
}

impl How {
    /// Nothing left out.
    pub(crate) fn full(samples: u32) -> Self {
        Self { integrator: Integrator::unbiased(), samples, window: None }
    }

    /// Light that has met so many surfaces on its way.
    pub(crate) fn bounces(self, bounces: u32) -> Self {
        Self { integrator: Integrator { bounces, ..self.integrator }, ..self }
    }
}

/// Linear radiance of each pixel in rows.
pub(crate) fn pixels(scene: &Scene, how: How) -> Vec<Vec3> {
    let (samples, integrator, window) = (how.samples, how.integrator, how.window);
    let planes = vec![Plane::Radiance];
    let settings =
        RenderSettings { planes, silhouettes: false, samples, integrator, window, ..RenderSettings::default() };
    let frame = {
        let mut renderer = RENDERER.lock().unwrap_or_else(PoisonError::into_inner);
        renderer.render(scene, &settings).expect("rendered")
    };
    let radiance = frame.floats(Plane::Radiance).expect("asked for");
    let (rows, columns, _) = radiance.dim();
    let pixel = |i: usize| Vec3::from_array([0, 1, 2].map(|channel| radiance[[i / columns, i % columns, channel]]));
    (0..rows * columns).map(pixel).collect()
}

/// A mean over seeds and its standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

impl Estimate {
    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        // Radiance is summed in f32.
        Self { mean, error: (spread / count).sqrt().max(3e-6 * mean.abs()) }
    }

    /// How far chance may have moved the mean.
    pub(crate) fn reach(self) -> f64 {
        LIMIT * self.error
    }

    pub(crate) fn agrees_with(self, expected: f64) -> bool {
        (self.mean - expected).abs() <= self.reach()
    }

    /// Whether two independent means can be of the same thing.
    pub(crate) fn agrees(self, other: Self) -> bool {
        (self.mean - other.mean).abs() <= LIMIT * self.error.hypot(other.error)
    }
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.5} ± {:.5}", self.mean, self.error)
    }
}

/// Estimates of several quantities, each taken from the same pictures.
pub(crate) fn estimates(scene: &Scene, how: How, quantities: impl Fn(&[Vec3]) -> Vec<f64>) -> Vec<Estimate> {
    let mut scene = scene.clone();
    let values: Vec<Vec<f64>> = (0..SEEDS)
        .map(|seed| {
            scene.seed.index = 1000 + seed;
            quantities(&pixels(&scene, how))
        })
        .collect();
    (0..values[0].len()).map(|i| Estimate::of(&values.iter().map(|of| of[i]).collect::<Vec<_>>())).collect()
}

/// Mean of green over the whole picture.
pub(crate) fn estimate(scene: &Scene, how: How) -> Estimate {
    estimates(scene, how, |pixels| vec![mean(pixels)])[0]
}

/// Mean of green.
pub(crate) fn mean(pixels: &[Vec3]) -> f64 {
    pixels.iter().map(|pixel| f64::from(pixel.y)).sum::<f64>() / pixels.len() as f64
}

/// Means of the columns × rows equal blocks of a picture of this width.
pub(crate) fn blocks(pixels: &[Vec3], width: usize, [columns, rows]: [usize; 2]) -> Vec<f64> {
    let height = pixels.len() / width;
    let mut sums = vec![0.0; columns * rows];
    for (i, pixel) in pixels.iter().enumerate() {
        sums[i / width * rows / height * columns + i % width * columns / width] += f64::from(pixel.y);
    }
    sums.iter().map(|sum| sum * (columns * rows) as f64 / pixels.len() as f64).collect()
}

/// A camera that looks from a point to another with a field of view in degrees across its height.
pub(crate) fn camera([width, height]: [u32; 2], eye: DVec3, target: DVec3, degrees: f64) -> Camera {
    let focal = 0.5 * f64::from(height) / (0.5 * degrees).to_radians().tan();
    Camera {
        width,
        height,
        fx: focal,
        fy: focal,
        cx: f64::from(width) * 0.5,
        cy: f64::from(height) * 0.5,
        distortion: Distortion::default(),
        world_from_camera: Camera::looking_at(eye, target),
    }
}

/// A dark scene before a camera.
pub(crate) fn dark(camera: Camera) -> Scene {
    let mut scene = scenes::empty(camera);
    scene.environment.radiance = Vec3::ZERO;
    scene
}

/// Mean over the picture of a function of the camera's rays (world, unit), 16 of them for each pixel.
pub(crate) fn mean_over_rays(camera: &Camera, value: impl Fn(DVec3) -> f64) -> f64 {
    let (width, height) = (camera.width * 4, camera.height * 4);
    let ray = |i: u32| {
        let pixel = DVec2::new(f64::from(i % width) + 0.5, f64::from(i / width) + 0.5) / 4.0;
        let ray = camera.unproject(pixel).expect("a pinhole").normalize();
        camera.world_from_camera.transform_vector3(ray)
    };
    (0..width * height).map(|i| value(ray(i))).sum::<f64>() / f64::from(width * height)
}

/// A square of this half size in the plane y = 0 that faces up.
pub(crate) fn sheet(half: f32) -> Mesh {
    let corners = [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)];
    Mesh {
        positions: corners.iter().map(|&(x, z)| Vec3::new(x * half, 0.0, z * half)).collect(),
        normals: vec![Vec3::Y; 4],
        uvs: corners.iter().map(|&(x, z)| Vec2::new(x, z) * 0.5 + 0.5).collect(),
        triangles: vec![[0, 1, 2], [0, 2, 3]],
        ..Mesh::default()
    }
}
