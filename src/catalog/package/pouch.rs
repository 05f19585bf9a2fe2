//! Stand-up pouch with a bottom gusset and sealed edges: rice, coffee, fruit, refills, pet food. Fields: `lid` = `zip` (a
//! press-to-close strip under the seal), `plain`, or `screw` (a spout with a cap on the upper edge); `cap_color`,
//! `body_color` (the gusset and the cut end).
//!
//! Sheet: front and back, each as wide and as high as the pouch.

use glam::{DVec2, DVec3};

use super::landmark::Landmark;
use super::mesher::{Mesher, Skin};
use super::paint;
use super::request::Request;
use super::sheet::Sheet;
use super::{Footprint, Package, Parts, closure, section, soft};

pub(super) const PACKAGE: Package = Package { name: "pouch", sheet, build };

const GUSSET: u16 = 1;
const CAP: u16 = 2;
/// Points of the swollen part of a quarter.
const INNER: usize = 11;
const BODY_ROWS: usize = 18;
const SEAL_ROWS: usize = 4;

/// Measures in millimetres.
struct Frame {
    size: DVec3,
    /// Height of the film: the pouch without its spout's cap.
    height: f64,
    /// Width of the sealed edge, and half its thickness.
    seal: f64,
    film: f64,
    zip: bool,
}

fn sheet(size: DVec3) -> Sheet {
    Sheet::pair(size.x, size.y)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let lid = request.choice("lid", &["zip", "plain", "screw"])?;
    let size = request.size;
    let cap = (0.16 * size.x).min(10.0);
    let cap_height = (1.5 * cap).min(0.1 * size.y);
    let f = Frame {
        size,
        height: if lid == "screw" { size.y - 1.15 * cap_height } else { size.y },
        seal: (0.045 * size.x).min(7.0),
        film: 0.35_f64.min(0.04 * size.z),
        zip: lid == "zip",
    };
    let body_top = f.height - 1.6 * f.seal;
    let mut heights: Vec<f64> = (0..=BODY_ROWS)
        .map(|i| {
            let t = i as f64 / BODY_ROWS as f64;
            body_top * (0.55 * t + 0.45 * t * t)
        })
        .collect();
    heights.extend((1..=SEAL_ROWS).map(|i| body_top + (f.height - body_top) * i as f64 / SEAL_ROWS as f64));
    let rows: Vec<Vec<DVec3>> = heights.iter().map(|&y| f.ring(y, body_top)).collect();
    let ids = soft::two_panels(mesher, &rows, sheet);
    soft::zip(mesher, Skin::new(GUSSET), &ids[ids.len() - 1], true);
    f.add_gusset(mesher, &rows[0], &ids[0]);

    let mut materials = vec![
        paint::creased(paint::printed(request, "satin")?, 0.5),
        paint::plastic("gusset", request.color(&["body_color", "cap_color"], "#d9d9d6")?),
    ];
    if lid == "screw" {
        let base = f.height + 0.15 * cap_height;
        f.add_spout(mesher, cap, cap_height);
        closure::screw_cap(mesher, CAP, cap, base, cap_height);
        materials.push(paint::plastic("cap", request.color(&["cap_color"], "#e8e8e4")?));
    }
    let mut landmarks = Landmark::flat_corners(f.height).to_vec();
    landmarks.push(Landmark::front("front_center", 0.5 * f.height));
    if lid == "screw" {
        landmarks.push(Landmark::top("cap_top"));
    }
    Ok(Parts { materials, footprint: Footprint::Box, variant: lid.to_owned(), landmarks })
}

impl Frame {
    /// Half the distance between front and back in the middle of the pouch.
    fn depth(&self, y: f64, body_top: f64) -> f64 {
        let t = (y / body_top).clamp(0.0, 1.0);
        let full = 0.5 * self.size.z - self.film;
        // The gusset holds the foot open; what is inside swells the lower half; above it the film closes.
        full * (1.0 - libm::pow(t, 1.9)) * (0.94 + 0.06 * libm::sin(std::f64::consts::PI * (2.6 * t).min(1.0)))
    }

    fn ring(&self, y: f64, body_top: f64) -> Vec<DVec3> {
        let depth = self.depth(y, body_top);
        let flat = 0.5 * self.size.x;
        // The film keeps its length: where it bulges the pouch is narrower.
        let half = (flat - 0.5 * depth * depth / flat).max(0.8 * flat);
        let inner = half - self.seal;
        let mut quarter: Vec<DVec2> = (0..INNER)
            .map(|i| {
                let x = libm::sin(std::f64::consts::FRAC_PI_2 * i as f64 / INNER as f64);
                DVec2::new(inner * x, self.film + depth * libm::pow(1.0 - x * x, 0.8))
            })
            .collect();
        quarter.push(DVec2::new(inner, self.film));
        quarter.push(DVec2::new(half - 0.8 * self.film, self.film));
        quarter.push(DVec2::new(half, 0.0));
        let mut ring = section::from_quarter(&quarter);
        ring.rotate_left(quarter.len() - 1);

        let t = y / body_top;
        let strip = if self.zip { libm::exp(-((t - 0.93) / 0.012) * ((t - 0.93) / 0.012)) } else { 0.0 };
        let sealed = if t > 1.0 { 0.0 } else { 1.0 };
        ring.into_iter()
            .map(|p| {
                let across = 0.5 + 0.5 * p.x / half;
                let side = if p.y < 0.0 { 1.0 } else { 0.0 };
                let inside = (1.0 - (p.x / inner) * (p.x / inner)).max(0.0);
                let low = libm::exp(-t / 0.12) * (t / 0.05).min(1.0);
                let high = libm::exp(-(1.0 - t).max(0.0) / 0.2) * sealed;
                let fold = soft::gathers(across, side) * (0.12 * low + 0.22 * high) * depth * libm::sqrt(inside);
                let dent =
                    0.04 * depth * inside * libm::cos(6.0 * across + 8.0 * t + 2.0 * side) * sealed * t.min(0.2) * 5.0;
                let wave = 0.012 * self.size.x * t * t * libm::sin(5.0 * across + 0.4);
                let out = if p.y == 0.0 { 0.0 } else { p.y.signum() };
                let wave = wave.clamp(-0.3 * self.size.z, 0.3 * self.size.z);
                DVec3::new(p.x, y, p.y + out * (fold + dent + 0.8 * self.film * strip * inside.sqrt()) + wave)
            })
            .collect()
    }

    /// A spout that is welded into the seal with its flat foot, below the cap.
    fn add_spout(&self, mesher: &mut Mesher, cap: f64, cap_height: f64) {
        let (y, neck) = (self.height, 0.72 * cap);
        let foot = DVec2::new(1.9 * cap, self.film + 0.16 * cap);
        let levels = [
            (foot, y - 0.5 * self.seal),
            (foot, y + 0.02 * cap),
            (DVec2::new(1.15 * cap, 0.75 * cap), y + 0.08 * cap_height),
            (DVec2::new(1.12 * cap, 0.75 * cap), y + 0.13 * cap_height),
            (DVec2::splat(neck), y + 0.15 * cap_height),
            (DVec2::splat(neck), self.size.y - 0.3 * cap_height),
        ];
        let skin = Skin::new(CAP);
        let rings: Vec<Vec<u32>> = levels
            .iter()
            .map(|&(half, y)| mesher.points(&section::at_height(&section::superellipse(half, 2.0, 6), y)))
            .collect();
        for pair in rings.windows(2) {
            mesher.band(skin, &pair[0], &pair[1], |_, _| DVec2::ZERO);
        }
        let last = levels.len() - 1;
        mesher.fan(skin, &rings[0], DVec3::new(0.0, levels[0].1, 0.0), false, |_| DVec2::ZERO);
        mesher.fan(skin, &rings[last], DVec3::new(0.0, levels[last].1, 0.0), true, |_| DVec2::ZERO);
    }

    /// The underside: film folded upwards between the lower edges of front and back.
    fn add_gusset(&self, mesher: &mut Mesher, ring: &[DVec3], ids: &[u32]) {
        let (n, skin) = (ring.len(), Skin::new(GUSSET));
        let rise = (0.45 * self.size.z).min(0.12 * self.height);
        let fold: Vec<u32> = (0..=n / 2)
            .map(|j| {
                if j == 0 || j == n / 2 {
                    return ids[j];
                }
                let (front, back) = (ring[j], ring[n - j]);
                let open = (front.z - back.z) / self.size.z;
                mesher.point(DVec3::new(front.x, rise * open.max(0.02), 0.5 * (front.z + back.z)))
            })
            .collect();
        for j in 0..n / 2 {
            mesher.face(skin, [ids[j + 1], ids[j], fold[j], fold[j + 1]], [DVec2::ZERO; 4]);
            mesher.face(skin, [fold[j + 1], fold[j], ids[(n - j) % n], ids[n - j - 1]], [DVec2::ZERO; 4]);
        }
    }
}
