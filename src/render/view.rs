use glam::{DMat3, IVec2, UVec2, Vec2, Vec3, Vec4};

use super::gpu_data::{Photo, View};
use super::{Integrator, Strategy, Window};
use crate::scene::{Photography, Scene, ToneCurve};

/// The uniform of a window, with no samples in it yet.
pub(super) fn view_of(
    scene: &Scene,
    window: Window,
    (sample_total, integrator): (u32, &Integrator),
    environment_mean: Vec3,
) -> View {
    let camera = &scene.camera;
    let rotation = DMat3::from_mat4(camera.world_from_camera);
    let d = camera.distortion;
    let seed = scene.seed;
    // 64-bit seeds are folded so that every bit of them counts.
    let fold = |value: u64| (value ^ value >> 32) as u32;
    View {
        world_from_camera: [rotation.x_axis, rotation.y_axis, rotation.z_axis].map(|axis| axis.extend(0.0).as_vec4()),
        intrinsics: Vec4::new(camera.fx as f32, camera.fy as f32, camera.cx as f32, camera.cy as f32),
        distortion: Vec4::new(d.k1 as f32, d.k2 as f32, d.p1 as f32, d.p2 as f32),
        k3: d.k3 as f32,
        pixel_spread: (1.0 / camera.fx.min(camera.fy)) as f32,
        exposure: scene.exposure * libm::exp2(scene.photography.sensor.exposure_error_ev) as f32,
        light_count: scene.lights.len() as u32,
        window_origin: IVec2::new(window.x as i32, window.y as i32),
        window_size: UVec2::new(window.width, window.height),
        seed: UVec2::new(fold(seed.dataset), fold(seed.index).wrapping_mul(0x85eb_ca6b)),
        sample_first: 0,
        sample_count: 0,
        environment: scene.environment.radiance,
        environment_picture: u32::from(scene.environment.picture.is_some()),
        sample_total,
        bounces: integrator.bounces,
        ambient: integrator.ambient,
        firefly_limit: integrator.firefly_limit.unwrap_or(f32::MAX),
        environment_mean,
        strategy: match integrator.strategy {
            Strategy::Lamps => 1,
            Strategy::Reflections => 2,
            Strategy::Both => 3,
        },
    }
}

/// The uniform of how the picture is taken.
pub(super) fn photo_of(scene: &Scene) -> Photo {
    let Photography { lens, motion, sensor, tone, sharpening, .. } = scene.photography;
    Photo {
        velocity: motion.velocity_m_s.as_vec3(),
        aperture: lens.aperture_radius_m as f32,
        turning: motion.turning_rad_s.as_vec3(),
        focus: lens.focus_m as f32,
        readout: motion.readout_s.as_vec2(),
        picture_size: UVec2::new(scene.camera.width, scene.camera.height),
        white_balance: sensor.white_balance.as_vec3(),
        shutter: motion.shutter_s as f32,
        magnification: Vec2::new(lens.red_magnification as f32, lens.blue_magnification as f32),
        vignetting: lens.vignetting as f32,
        electrons: sensor.noise.map_or(0.0, |noise| noise.white_electrons as f32),
        read_noise: sensor.noise.map_or(0.0, |noise| noise.read_electrons as f32),
        sharpening: sharpening.map_or(0.0, |sharpening| sharpening.amount as f32),
        sharpening_radius: sharpening.map_or(1.0, |sharpening| sharpening.radius_px as f32),
        tone: match tone {
            ToneCurve::Aces => 0,
            ToneCurve::Agx => 1,
            ToneCurve::None => 2,
        },
        blur: lens.blur_px as f32,
        unused_0: 0,
        unused_1: 0,
        unused_2: 0,
    }
}
