//! The table of `shared/energy.wgsl`: how much light a reflection and a sheen send back.

use std::f32::consts::PI;

use glam::{Vec2, Vec3, Vec4};
use rayon::prelude::*;

/// Rows and columns; `ENERGY_SIZE` of the shader.
const SIZE: usize = 32;
/// Samples per entry: around half of the circle, the other half being its mirror image, and from the middle outwards.
const AROUND: u32 = 16;
const OUTWARDS: u32 = 48;

/// Rows of roughness, columns of the root of the cosine, then the mean of each row over diffuse light.
///
/// x and y of an entry are the shares of f0 and f90 that a GGX surface sends back once (the split of Karis 2013, "Real
/// Shading in Unreal Engine 4"), z is the light that a sheen of colour 1 sends back.
#[must_use]
pub fn energy_table() -> Vec<Vec4> {
    let mut entries: Vec<Vec4> =
        (0..SIZE * SIZE).into_par_iter().map(|i| entry(roughness_of(i / SIZE), cosine_of((i % SIZE) as f32))).collect();
    let means: Vec<Vec4> = entries.chunks_exact(SIZE).map(mean).collect();
    entries.extend(means);
    entries
}

fn roughness_of(row: usize) -> f32 {
    row as f32 / (SIZE - 1) as f32
}

fn cosine_of(column: f32) -> f32 {
    let root = column / (SIZE - 1) as f32;
    root * root
}

/// 2 ∫ E(µ) µ dµ of a row, by the trapezium rule between the columns.
fn mean(row: &[Vec4]) -> Vec4 {
    let steps = 32;
    let mut sum = Vec4::ZERO;
    for i in 0..(SIZE - 1) * steps {
        let column = (i as f32 + 0.5) / steps as f32;
        let (below, above) = (column as usize, column as usize + 1);
        let width = cosine_of((i + 1) as f32 / steps as f32) - cosine_of(i as f32 / steps as f32);
        sum += row[below].lerp(row[above], column - below as f32) * (2.0 * cosine_of(column) * width);
    }
    sum
}

fn entry(roughness: f32, cosine: f32) -> Vec4 {
    let (reflection, sheen) = (reflection(roughness, cosine), sheen(roughness, cosine));
    Vec4::new(reflection.x, reflection.y, sheen, 0.0)
}

/// Samples visible normals (Dupuy and Benyoub 2023); what is left of the estimator is the masking of the light. The
/// samples lie closer towards the rare steep normals, where it varies most.
fn reflection(roughness: f32, cosine: f32) -> Vec2 {
    let alpha = (roughness * roughness).max(1e-4);
    let cosine = cosine.max(1e-3);
    let view = Vec3::new((1.0 - cosine * cosine).max(0.0).sqrt(), 0.0, cosine);
    let stretched = Vec3::new(view.x * alpha, 0.0, view.z).normalize();
    let (mut sum, mut weights) = (Vec2::ZERO, 0.0);
    for u in steps() {
        let left = 1.0 - u.y;
        let weight = left * left;
        weights += weight;
        let z = weight * left * (1.0 + stretched.z) - stretched.z;
        let radius = (1.0 - z * z).max(0.0).sqrt();
        let angle = PI * u.x;
        let cap = Vec3::new(radius * libm::cosf(angle), radius * libm::sinf(angle), z) + stretched;
        let half = Vec3::new(cap.x * alpha, cap.y * alpha, cap.z.max(1e-6)).normalize();
        let light = half * (2.0 * view.dot(half)) - view;
        if light.z > 0.0 {
            let a2 = alpha * alpha;
            let masking = 2.0 * light.z / (light.z + (a2 + (1.0 - a2) * light.z * light.z).sqrt());
            let away = 1.0 - view.dot(half).clamp(0.0, 1.0);
            let schlick = away * away * away * away * away;
            sum += Vec2::new(1.0 - schlick, schlick) * (masking * weight);
        }
    }
    sum / weights
}

/// Even points of the unit square.
fn steps() -> impl Iterator<Item = Vec2> {
    let half = |i: u32, count: u32| (i as f32 + 0.5) / count as f32;
    (0..AROUND * OUTWARDS).map(move |i| Vec2::new(half(i % AROUND, AROUND), half(i / AROUND, OUTWARDS)))
}

/// Charlie's distribution (Estevez and Kulla 2017) with the visibility of Ashikhmin and Premoze 2007, over the hemisphere.
fn sheen(roughness: f32, cosine: f32) -> f32 {
    let exponent = 1.0 / (roughness * roughness).max(1e-2);
    let cosine = cosine.max(1e-3);
    let view = Vec3::new((1.0 - cosine * cosine).max(0.0).sqrt(), 0.0, cosine);
    let mut sum = 0.0;
    for u in steps() {
        let (radius, angle) = ((1.0 - u.y * u.y).sqrt(), PI * u.x);
        let light = Vec3::new(radius * libm::cosf(angle), radius * libm::sinf(angle), u.y);
        let half = (view + light).normalize();
        let sine = (1.0 - half.z * half.z).max(0.0).sqrt();
        let distribution = (2.0 + exponent) * libm::powf(sine, exponent) / (2.0 * PI);
        sum += distribution * light.z / (4.0 * (light.z + view.z - light.z * view.z));
    }
    sum * 2.0 * PI / (AROUND * OUTWARDS) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_sends_everything_back_and_nothing_sends_back_more() {
        let table = energy_table();
        assert_eq!(table.len(), SIZE * SIZE + SIZE);
        for (i, entry) in table.iter().enumerate() {
            assert!(entry.min_element() >= 0.0, "{i}: {entry}");
            assert!(entry.x + entry.y <= 1.0 + 1e-5, "{i}: {entry}");
        }
        // A smooth surface: all light comes back, and Schlick's mean over diffuse light is 1/21.
        let smooth = table[SIZE * SIZE];
        assert!((smooth.x + smooth.y - 1.0).abs() < 2e-3, "{smooth}");
        assert!((smooth.y - 1.0 / 21.0).abs() < 2e-3, "{smooth}");
        // The roughest one keeps most of the light for later bounces between its hills: 3/8 come back at once.
        let rough = table[SIZE * SIZE + SIZE - 1];
        assert!((0.35..0.4).contains(&(rough.x + rough.y)), "{rough}");
    }
}
