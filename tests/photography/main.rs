//! What lens, motion, sensor and development do to the colour picture, each alone against its formula; that tiles equal
//! the whole picture with all of them; and that no label knows of any.
#![cfg(feature = "gpu")]

mod develop;
mod labels;
mod lens;
mod sensor;
#[path = "../support/mod.rs"]
mod support;
mod tiles;

use std::sync::{LazyLock, Mutex};

use endcap::catalog::Material;
use endcap::frame::{Frame, Plane};
use endcap::render::{RenderSettings, Renderer};
use endcap::scene::{Lens, Motion, Noise, Photography, Scene, Sensor, Sharpening, ToneCurve};
use glam::{DAffine3, DVec2, DVec3, Vec3};
use ndarray::Array2;
use support::scenes;

static RENDERER: LazyLock<Mutex<Renderer>> = LazyLock::new(|| Mutex::new(support::renderer()));

fn render_with(scene: &Scene, settings: &RenderSettings) -> Frame {
    let mut renderer = RENDERER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    renderer.render(scene, settings).expect("rendered")
}

fn render(scene: &Scene, samples: u32) -> Frame {
    let settings = RenderSettings { planes: vec![Plane::Rgb], silhouettes: false, samples, ..Default::default() };
    render_with(scene, &settings)
}

/// No tone curve, so that bytes can be turned back into linear light.
fn plain() -> Photography {
    Photography { tone: ToneCurve::None, ..Photography::default() }
}

/// Linear light of one channel of a picture without tone curve.
fn linear(frame: &Frame, channel: usize) -> Array2<f64> {
    let rgb = frame.rgb().expect("asked for");
    rgb.index_axis(ndarray::Axis(2), channel).map(|&byte| {
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// An empty scene of one radiance.
fn grey(width: u32, height: u32, radiance: f32) -> Scene {
    let mut scene = scenes::empty(scenes::camera(width, height, DVec3::Z, DVec3::ZERO));
    scene.environment.radiance = Vec3::splat(radiance);
    scene.photography = plain();
    scene
}

/// A small bright box in the dark, at camera coordinates `place` (x right, y down, z forward).
fn lamp(width: u32, height: u32, place: DVec3, size: Vec3, radiance: f32) -> Scene {
    let mut scene = grey(width, height, 0.0);
    let material =
        Material { emissive: Vec3::splat(radiance), specular: 0.0, ..Material::plain("lamp", Vec3::ZERO, 1.0) };
    let look = scenes::look(&format!("lamp {size} {radiance}"), scenes::cuboid(size), material);
    let world = scene.camera.world_from_camera.transform_point3(place);
    scene.units.push(scenes::unit(&look, DAffine3::from_translation(world)));
    scene
}

/// Mean position of a picture's light and its variance along x and y, pixels.
fn moments(light: &Array2<f64>) -> (DVec2, DVec2) {
    let center = |y: usize, x: usize| DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
    let sum = light.sum();
    let mean = light.indexed_iter().map(|((y, x), &w)| center(y, x) * w).sum::<DVec2>() / sum;
    let variance = light.indexed_iter().map(|((y, x), &w)| (center(y, x) - mean).powf(2.0) * w).sum::<DVec2>() / sum;
    (mean, variance)
}

/// Everything at once, strongly.
fn wild() -> Photography {
    Photography {
        lens: Lens {
            aperture_radius_m: 0.01,
            focus_m: 1.2,
            blur_px: 0.6,
            vignetting: 0.8,
            red_magnification: 1.004,
            blue_magnification: 0.997,
        },
        motion: Motion {
            velocity_m_s: DVec3::new(0.3, -0.1, 0.05),
            turning_rad_s: DVec3::new(0.1, 0.2, -0.4),
            shutter_s: 0.03,
            readout_s: DVec2::new(0.01, 0.03),
        },
        sensor: Sensor {
            exposure_error_ev: -0.7,
            white_balance: DVec3::new(1.1, 1.0, 0.9),
            noise: Some(Noise { white_electrons: 800.0, read_electrons: 4.0 }),
            mosaic: true,
        },
        tone: ToneCurve::Agx,
        sharpening: Some(Sharpening { amount: 1.0, radius_px: 1.1 }),
        jpeg_quality: Some(70),
    }
}
