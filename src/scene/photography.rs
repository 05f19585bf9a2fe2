use glam::{DVec2, DVec3};
use serde::{Deserialize, Serialize};

use super::camera::View;
use super::recipe::Recipe;
use crate::problem::Problems;
use crate::seed::{Rng, Seed};

/// Electrons that linear light of 1 frees in a pixel at ISO 100.
const ELECTRONS_AT_ISO_100: f64 = 12_000.0;
/// Nearest distance that a phone focuses at, in dioptres, and the farthest.
const FOCUS_DIOPTRES: (f64, f64) = (0.05, 10.0);

/// How the colour picture is taken. All of it changes `rgb` alone: every label is that of the ideal camera, which is
/// [`Camera`](crate::geometry::Camera) in the middle of the exposure of the picture's middle, seen from the centre of the
/// lens. The default is that ideal camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photography {
    /// What the glass does.
    pub lens: Lens,
    /// What happens while the shutter is open.
    pub motion: Motion,
    /// What the sensor does.
    pub sensor: Sensor,
    /// From linear light to the screen.
    pub tone: ToneCurve,
    /// Unsharp mask; none if absent.
    pub sharpening: Option<Sharpening>,
    /// Quality 1 to 100 of a JPEG (4:4:4) that the picture has gone through; none if absent.
    pub jpeg_quality: Option<u8>,
}

/// A thin lens in the place of the pinhole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lens {
    /// Radius of its opening in metres; 0 keeps everything sharp.
    pub aperture_radius_m: f64,
    /// Distance of the sharp plane from the camera along the optical axis, metres.
    pub focus_m: f64,
    /// Standard deviation in pixels of the Gaussian that a point in focus becomes: diffraction, aberrations, low-pass
    /// filter. 0 keeps the samples' own box of one pixel.
    pub blur_px: f64,
    /// The picture darkens by cos⁴ of the angle to the optical axis, to this power: 0 not at all, 1 as behind a thin lens.
    pub vignetting: f64,
    /// Size of the red picture against the green one, around the principal point.
    pub red_magnification: f64,
    /// Size of the blue picture against the green one.
    pub blue_magnification: f64,
}

/// The camera's motion while it exposes. Time 0 is the middle of the exposure of the picture's middle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motion {
    /// Velocity along the camera's own axes (x right, y down, z forward), m/s.
    pub velocity_m_s: DVec3,
    /// Angular velocity about these axes, rad/s, right-handed.
    pub turning_rad_s: DVec3,
    /// How long each pixel gathers light, seconds.
    pub shutter_s: f64,
    /// Rolling shutter: seconds from the exposure of the left border to that of the right one, and from the top's to the
    /// bottom's. Negative: the other way.
    pub readout_s: DVec2,
}

/// From light to numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensor {
    /// Stops by which the exposure is wrong; positive is too bright.
    pub exposure_error_ev: f64,
    /// Factors on linear red, green and blue: what the white balance gets wrong.
    pub white_balance: DVec3,
    /// Noise; none if absent.
    pub noise: Option<Noise>,
    /// Whether each pixel sees one colour only (Bayer, RGGB) and the other two are interpolated.
    pub mosaic: bool,
}

/// Shot and read noise in linear light: a pixel of `n` electrons has the variance `n + read_electrons²`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// Electrons that linear light of 1 frees in a pixel, after exposure.
    pub white_electrons: f64,
    /// Standard deviation of reading a pixel, electrons.
    pub read_electrons: f64,
}

/// Unsharp mask: the luma's difference to its blur is added to the picture that the screen gets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharpening {
    /// How much of the difference is added.
    pub amount: f64,
    /// Standard deviation of the Gaussian blur in pixels; it is cut off at 4 pixels.
    pub radius_px: f64,
}

/// From exposed linear light (Rec. 709 primaries) to linear light of the screen, 0 to 1; sRGB's transfer follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToneCurve {
    /// Narkowicz's fit of the ACES reference transform: contrast, and highlights that roll off.
    #[default]
    Aces,
    /// Sobotka's AgX in Wrensch's fit: softer, and bright colours fade to white.
    Agx,
    /// Nothing but clipping at 1.
    None,
}

impl ToneCurve {
    /// All curves.
    pub const ALL: [Self; 3] = [Self::Aces, Self::Agx, Self::None];

    /// Name in recipes and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aces => "aces",
            Self::Agx => "agx",
            Self::None => "none",
        }
    }

    /// The curve of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.name() == name)
    }
}

impl Default for Lens {
    fn default() -> Self {
        Self {
            aperture_radius_m: 0.0,
            focus_m: 1.0,
            blur_px: 0.0,
            vignetting: 0.0,
            red_magnification: 1.0,
            blue_magnification: 1.0,
        }
    }
}

impl Default for Sensor {
    fn default() -> Self {
        Self { exposure_error_ev: 0.0, white_balance: DVec3::ONE, noise: None, mosaic: false }
    }
}

impl Photography {
    /// All values that no camera has; the renderer refuses them.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let Self { lens, motion, sensor, .. } = self;
        let mut problems = Problems::default();
        let mut within = |place: &str, value: f64, low: f64, high: f64| {
            if !(low..=high).contains(&value) {
                problems.add(place, format!("{value} is not within {low}..{high}"));
            }
        };
        within("lens.aperture_radius_m", lens.aperture_radius_m, 0.0, 1.0);
        within("lens.focus_m", lens.focus_m, 0.001, 1e6);
        within("lens.blur_px", lens.blur_px, 0.0, 2.0);
        within("lens.vignetting", lens.vignetting, 0.0, 10.0);
        within("lens.red_magnification", lens.red_magnification, 0.99, 1.01);
        within("lens.blue_magnification", lens.blue_magnification, 0.99, 1.01);
        within("motion.shutter_s", motion.shutter_s, 0.0, 10.0);
        for axis in 0..3 {
            within("motion.velocity_m_s", motion.velocity_m_s[axis], -100.0, 100.0);
            within("motion.turning_rad_s", motion.turning_rad_s[axis], -1e3, 1e3);
            within("sensor.white_balance", sensor.white_balance[axis], 0.01, 100.0);
        }
        for readout in motion.readout_s.to_array() {
            within("motion.readout_s", readout, -10.0, 10.0);
        }
        let longest = 0.5 * (motion.shutter_s + motion.readout_s.abs().element_sum());
        within("motion: radians turned", motion.turning_rad_s.length() * longest, 0.0, 1.0);
        within("sensor.exposure_error_ev", sensor.exposure_error_ev, -20.0, 20.0);
        if let Some(noise) = sensor.noise {
            within("sensor.noise.white_electrons", noise.white_electrons, 1.0, 1e9);
            within("sensor.noise.read_electrons", noise.read_electrons, 0.0, 1e6);
        }
        if let Some(sharpening) = self.sharpening {
            within("sharpening.amount", sharpening.amount, 0.0, 10.0);
            within("sharpening.radius_px", sharpening.radius_px, 0.2, 2.0);
        }
        if let Some(quality) = self.jpeg_quality {
            within("jpeg_quality", quality.into(), 1.0, 100.0);
        }
        problems
    }
}

/// Draws how the phone takes the picture. It focuses where it aims.
pub(super) fn draw(recipe: &Recipe, view: &View, seed: Seed) -> Photography {
    let rules = &recipe.photography;
    let mut rng = seed.rng("scene/photography");
    let camera_from_world = view.camera.camera_from_world();
    let aim = camera_from_world.transform_point3(view.target).z;
    let missed = rng.chance(rules.missed_focus);
    let error = if missed { rules.missed_focus_dpt } else { rules.focus_error_dpt }.draw(&mut rng);
    let dioptres = (1.0 / aim.max(0.01) + error).clamp(FOCUS_DIOPTRES.0, FOCUS_DIOPTRES.1);
    let lens = Lens {
        aperture_radius_m: rules.aperture_mm.draw(&mut rng) * 1e-3,
        focus_m: 1.0 / dioptres,
        blur_px: rules.blur_px.draw(&mut rng),
        vignetting: rules.vignetting.draw(&mut rng),
        red_magnification: 1.0 + rules.chromatic_aberration.draw(&mut rng),
        blue_magnification: 1.0 + rules.chromatic_aberration.draw(&mut rng),
    };

    let turning_rad_s = direction(&mut rng) * rules.shake_deg_s.draw(&mut rng).to_radians();
    let heading = rng.uniform(-0.5..0.5) + if rng.chance(0.5) { std::f64::consts::PI } else { 0.0 };
    let speed = rules.walking_m_s.draw(&mut rng);
    let walks = rng.chance(rules.walking);
    let along_aisle = DVec3::new(libm::cos(heading), 0.0, libm::sin(heading)) * speed;
    // A sensor's lines lie along its longer side, so a phone held upright reads the picture column by column.
    let readout = rules.readout_s.draw(&mut rng) * if rng.chance(0.5) { 1.0 } else { -1.0 };
    let upright = view.camera.height >= view.camera.width;
    let motion = Motion {
        velocity_m_s: if walks { camera_from_world.transform_vector3(along_aisle) } else { DVec3::ZERO },
        turning_rad_s,
        shutter_s: rules.shutter_s.draw(&mut rng),
        readout_s: if upright { DVec2::new(readout, 0.0) } else { DVec2::new(0.0, readout) },
    };

    let exposure_error_ev = rules.exposure_error_ev.draw(&mut rng);
    let (warm, green) = (rules.white_balance_ev.draw(&mut rng), rules.tint_ev.draw(&mut rng));
    let iso = rules.iso.0 * libm::pow(rules.iso.1 / rules.iso.0, rng.unit());
    let noise = Noise {
        white_electrons: ELECTRONS_AT_ISO_100 * 100.0 / iso,
        read_electrons: rules.read_electrons.draw(&mut rng),
    };
    let sensor = Sensor {
        exposure_error_ev,
        white_balance: DVec3::new(libm::exp2(warm), libm::exp2(green), libm::exp2(-warm)),
        noise: rng.chance(rules.noise).then_some(noise),
        mosaic: rng.chance(rules.mosaic),
    };
    let sharpening =
        Sharpening { amount: rules.sharpening.draw(&mut rng), radius_px: rules.sharpening_radius_px.draw(&mut rng) };
    let quality = rules.jpeg_quality.draw(&mut rng) as u8;
    Photography {
        lens,
        motion,
        sensor,
        tone: ToneCurve::from_name(&rules.tone).unwrap_or_default(),
        sharpening: (sharpening.amount > 0.0).then_some(sharpening),
        jpeg_quality: rng.chance(rules.jpeg).then_some(quality),
    }
}

/// A unit vector, every direction equally often.
fn direction(rng: &mut Rng) -> DVec3 {
    let z = rng.uniform(-1.0..1.0);
    let angle = rng.uniform(0.0..std::f64::consts::TAU);
    let across = libm::sqrt(1.0 - z * z);
    DVec3::new(across * libm::cos(angle), across * libm::sin(angle), z)
}

#[cfg(test)]
mod tests;
