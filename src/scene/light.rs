use std::f64::consts::PI;
use std::sync::Arc;

use glam::{DVec3, Vec3};

use super::camera::View;
use super::fixture::{Gondola, Hall};
use super::recipe::Recipe;
use super::{Environment, Error, Light, interior};
use crate::catalog::Artwork;
use crate::problem::Problems;
use crate::seed::Seed;

/// Share of a shelf edge's irradiance that the open side behind the camera lets in: between the top of the goods across
/// the aisle, 22° above the horizon, and the ceiling's edge, 40°, (sin 40° − sin 22°) / 2.
const OPENNESS: f64 = 0.13;
/// Share of the floor's irradiance that comes back to a shelf edge after one reflection: half the sky, floors of
/// albedo 0.45, most of them in the aisle's own shadow.
const BOUNCE: f64 = 0.12;

/// Lamps, the light of the rest of the store, and the exposure for them.
pub(super) struct Lighting {
    pub(super) lights: Vec<Light>,
    pub(super) environment: Environment,
    pub(super) exposure: f32,
}

/// The picture of what lies beyond the hall.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    picture: Arc<Artwork>,
    /// Its mean over the sphere, linear RGB.
    mean: Vec3,
}

impl Surroundings {
    /// The recipe's own picture, or the inside of a made-up store.
    ///
    /// # Errors
    /// If the recipe's file cannot be read, is no picture with radiance, or is black.
    pub(super) fn open(recipe: &Recipe) -> Result<Self, Error> {
        let file = &recipe.lights.environment_file;
        if file.is_empty() {
            return Ok(Self { picture: interior::artwork(), mean: Vec3::ONE });
        }
        let picture = Arc::new(Artwork::from_file(file));
        let mean = interior::mean_of(&picture.load_hdr()?);
        if !(luminance(mean) > 1e-6 && mean.is_finite()) {
            let message = format!("has the mean radiance {mean}, and its luminance must be positive");
            return Err(Error::invalid(file, Problems::one("", message)));
        }
        Ok(Self { picture, mean })
    }
}

/// Hangs the strips and exposes for them.
pub(super) fn draw(
    recipe: &Recipe,
    (gondola, hall): (&Gondola, Hall),
    (view, surroundings): (&View, &Surroundings),
    seed: Seed,
) -> Lighting {
    let rules = &recipe.lights;
    let mut rng = seed.rng("scene/light");
    let count = rules.strips.draw(&mut rng);
    let aisle = hall.aisle_end - gondola.base_depth;
    let centimetres = |metres: f64| libm::round(metres * 100.0) / 100.0;
    let across = rng.chance(rules.across);
    let length = centimetres(rules.length_m.draw(&mut rng)).min(if across { aisle - 0.2 } else { f64::INFINITY });
    let width = centimetres(rules.width_m.draw(&mut rng)).max(0.01);
    let height = hall.ceiling - rng.uniform(0.09..0.25);
    let cast = balanced_color(rules.temperature_k.draw(&mut rng), rules.white_balance.draw(&mut rng));
    let color = cast * rules.radiance.draw(&mut rng) as f32;
    let (half_u, half_v) = if across {
        (DVec3::X * (0.5 * width), DVec3::Z * (0.5 * length))
    } else {
        (DVec3::X * (0.5 * length), DVec3::Z * (0.5 * width))
    };
    let strip = |x: f64, z: f64| {
        // `half_u × half_v` must point down: x × z is −y.
        Light::Rect { center: DVec3::new(x, height, z), half_u, half_v, radiance: color }
    };

    // One row along the aisle, or two from four strips on; strips across the aisle make one row.
    let rows = if across || count < 4 { 1 } else { 2 };
    let per_row = count.div_ceil(rows);
    let step = if across { rng.uniform(1.2..2.2) } else { length + rng.uniform(0.3..0.9) };
    let middle = view.target.x + rng.uniform(-0.6..0.6);
    let z = gondola.base_depth + aisle * rng.uniform(0.45..0.6);
    let spread = (0.22 * aisle).max(width);
    let mut lights: Vec<Light> = (0..count)
        .map(|i| {
            let (row, place) = (i / per_row, i % per_row);
            let shift = if rows == 1 { 0.0 } else { (f64::from(row) - 0.5) * 2.0 * spread };
            strip(middle + (f64::from(place) - 0.5 * f64::from(per_row - 1)) * step, z + shift)
        })
        .collect();
    lights.push(strip(middle + rng.uniform(-0.5..0.5), -gondola.base_depth - 0.5 * aisle));

    let radiance = cast * rules.environment.draw(&mut rng) as f32;
    let environment = Environment {
        radiance: radiance / luminance(surroundings.mean) as f32,
        picture: Some(surroundings.picture.clone()),
    };
    let exposure_ev = rules.exposure_ev.draw(&mut rng);
    // The grey card hangs on the middle of the shelf edges and faces the aisle.
    let card = DVec3::new(view.target.x, 0.5 * gondola.height, gondola.base_depth + 0.01);
    let floor = DVec3::new(view.target.x, 0.0, gondola.base_depth + 0.5 * aisle);
    let direct: f64 = lights.iter().map(|light| irradiance(light, card, DVec3::Z)).sum();
    let bounced: f64 = BOUNCE * lights.iter().map(|light| irradiance(light, floor, DVec3::Y)).sum::<f64>();
    let total = direct + bounced + OPENNESS * PI * luminance(radiance);
    // A Lambertian card of reflectance 0.18 sends 0.18 E/π to the camera, which should become the tone curve's 0.18.
    let exposure = PI / total.max(1e-9) * libm::exp2(exposure_ev) * metering(gondola.steel);
    Lighting { lights, environment, exposure: exposure as f32 }
}

/// How much longer a phone exposes in front of steel of this colour than in front of one of reflectance 0.5: the mean of
/// what its meter sees changes less than the steel, because the goods stay.
fn metering(steel: Vec3) -> f64 {
    libm::cbrt(0.5 / luminance(steel).max(0.02))
}

/// Irradiance in luminance that a rectangle sends to a point without obstacles, by Lambert's formula for polygons
/// (1760; Pharr, Jakob, Humphreys, "Physically Based Rendering", 4th edition, section 4.2): half the radiance times the
/// sum over the edges of their angle times the cosine of their plane's normal.
fn irradiance(light: &Light, point: DVec3, normal: DVec3) -> f64 {
    let Light::Rect { center, half_u, half_v, radiance } = *light else {
        return 0.0;
    };
    if half_u.cross(half_v).dot(point - center) <= 0.0 {
        return 0.0;
    }
    // The part of the rectangle above the point's horizon.
    let corners = [-half_u - half_v, half_u - half_v, half_u + half_v, half_v - half_u];
    let corners = corners.map(|corner| center + corner - point);
    let mut visible = Vec::new();
    for (i, &a) in corners.iter().enumerate() {
        let b = corners[(i + 1) % 4];
        let (above_a, above_b) = (a.dot(normal), b.dot(normal));
        if above_a >= 0.0 {
            visible.push(a);
        }
        if (above_a >= 0.0) != (above_b >= 0.0) {
            visible.push(a + (b - a) * (above_a / (above_a - above_b)));
        }
    }
    let mut sum = 0.0;
    for (i, &a) in visible.iter().enumerate() {
        let b = visible[(i + 1) % visible.len()];
        let edge = a.cross(b);
        let sine = edge.length();
        if sine > 0.0 {
            sum += libm::atan2(sine, a.dot(b)) * edge.dot(normal) / sine;
        }
    }
    0.5 * sum.abs() * luminance(radiance)
}

/// Luminance of linear sRGB (IEC 61966-2-1).
fn luminance(color: Vec3) -> f64 {
    f64::from(color.dot(Vec3::new(0.2126, 0.7152, 0.0722)))
}

/// Colour of a lamp as a camera records it that has taken out a share of the cast; luminance 1.
fn balanced_color(kelvin: f64, white_balance: f64) -> Vec3 {
    let left = (1.0 - white_balance) as f32;
    let color = black_body(kelvin).max(Vec3::splat(1e-3)).to_array().map(|channel| libm::powf(channel, left));
    let color = Vec3::from_array(color);
    color / luminance(color) as f32
}

/// Linear sRGB of a black body, luminance 1: Krystek's approximation of the Planckian locus in CIE 1960 (u, v), 1000 to
/// 15,000 K (M. Krystek, "An algorithm to calculate correlated colour temperature", Color Research and Application 10,
/// 1985), then the sRGB primaries.
fn black_body(kelvin: f64) -> Vec3 {
    let t = kelvin;
    let u =
        (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1.0 + 8.42420235e-4 * t + 7.08145163e-7 * t * t);
    let v =
        (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1.0 - 2.89741816e-5 * t + 1.61456053e-7 * t * t);
    let (x, y) = (3.0 * u / (2.0 * u - 8.0 * v + 4.0), 2.0 * v / (2.0 * u - 8.0 * v + 4.0));
    let (big_x, big_z) = (x / y, (1.0 - x - y) / y);
    DVec3::new(
        3.2404542 * big_x - 1.5371385 - 0.4985314 * big_z,
        -0.9692660 * big_x + 1.8760108 + 0.0415560 * big_z,
        0.0556434 * big_x - 0.2040259 + 1.0572252 * big_z,
    )
    .as_vec3()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_bodies_have_their_colours() {
        // 6500 K is near D65, the white of sRGB; lower temperatures are redder.
        let white = black_body(6500.0);
        assert!((white - Vec3::ONE).abs().max_element() < 0.06, "{white}");
        let warm = black_body(3000.0);
        assert!(warm.x > 1.6 && warm.z < 0.4, "{warm}");
        assert!((balanced_color(3000.0, 1.0) - Vec3::ONE).abs().max_element() < 1e-6);
    }

    #[test]
    fn lamberts_formula_agrees_with_summing_up() {
        let (center, half_u, half_v) = (DVec3::new(0.3, 2.8, 1.2), DVec3::X * 0.9, DVec3::Z * 0.6);
        let light = Light::Rect { center, half_u, half_v, radiance: Vec3::ONE };
        // Strips straight ahead, and half below the horizon of the point.
        for (point, normal) in [(DVec3::new(0.0, 1.0, 0.2), DVec3::Z), (DVec3::new(0.1, 0.0, 1.3), DVec3::Z)] {
            let steps = 600;
            let area = 4.0 * 0.9 * 0.6 / f64::from(steps * steps);
            let mut sum = 0.0;
            for i in 0..steps * steps {
                let (u, v) = (f64::from(i % steps) + 0.5, f64::from(i / steps) + 0.5);
                let to =
                    center + half_u * (2.0 * u / f64::from(steps) - 1.0) + half_v * (2.0 * v / f64::from(steps) - 1.0)
                        - point;
                let direction = to.normalize();
                sum += direction.dot(normal).max(0.0) * direction.y.max(0.0) / to.length_squared() * area;
            }
            let exact = irradiance(&light, point, normal);
            assert!((exact - sum).abs() < 1e-4 * sum, "{exact} {sum}");
        }
    }
}
