//! Bottle. Fields: `style` = `soda` (petal base, PET), `water` (ribbed PET), `juice` (squarish PET), `beer` and `wine`
//! (glass), `flask` (oval plastic for shampoo or detergent); `lid` = `screw`, `crown`, `capsule`, `flip`, `none` (an open
//! neck with its thread), each style having its usual one; `cap_color`, `body_color` (the wall), `content_color`.
//!
//! Sheet: one wrap, 0.32 times as high as the bottle.

use glam::{DVec2, DVec3, Vec3};

use super::loft::loft;
use super::mesher::Mesher;
use super::paint::{self, LABEL};
use super::profile::{Profile, Station};
use super::request::Request;
use super::sheet::Sheet;
use super::{Package, Parts, bottle_outline, closure, round_if_square, section};
use crate::catalog::Material;

pub(super) const PACKAGE: Package = Package { name: "bottle", sheet, build };

pub(super) const CONTENT: u16 = 1;
pub(super) const NECK: u16 = 2;
pub(super) const CAP: u16 = 3;

/// Height of the label by the height of the bottle.
const LABEL_HEIGHT: f64 = 0.32;
/// Radius of the wall under the label by the largest radius.
pub(super) const LABEL_RADIUS: f64 = 0.97;
const COLUMNS: usize = 36;

fn sheet(size: DVec3) -> Sheet {
    let half = 0.5 * LABEL_RADIUS * size;
    Sheet::wrap(section::ellipse_perimeter(half.x, half.z), LABEL_HEIGHT * size.y)
}

/// Measures of a bottle in millimetres that its outline needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Height and half width.
    pub(super) h: f64,
    pub(super) r: f64,
    /// Factor for parts that do not grow with the bottle.
    pub(super) k: f64,
    /// Radius of the neck, and the height at which it begins.
    pub(super) neck: f64,
    pub(super) neck_y: f64,
    /// Radius and height of the closure.
    pub(super) cap: f64,
    pub(super) cap_height: f64,
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let style = request.choice("style", &["soda", "water", "juice", "beer", "wine", "flask"])?;
    let lid = request.choice(
        "lid",
        match style {
            "beer" => &["crown", "screw", "none"],
            "wine" => &["capsule", "screw", "none"],
            "flask" => &["flip", "screw", "none"],
            _ => &["screw", "flip", "none"],
        },
    )?;
    let frame = Frame::new(request.size, style, lid);
    let profile = bottle_outline::outline(&frame, style, lid);
    let depth_by_width = request.size.z / request.size.x;
    loft(mesher, &profile.stations(), sheet.size(), |station| {
        let mut ring = ring(&frame, station, depth_by_width, style == "juice");
        if style == "soda" {
            press_petals(&mut ring, &frame);
        }
        if lid == "none" {
            raise_thread(&mut ring, &frame);
        }
        ring
    });
    let base = frame.h - frame.cap_height;
    match lid {
        "screw" => closure::screw_cap(mesher, CAP, frame.cap, base, frame.cap_height),
        "flip" => closure::flip_cap(mesher, CAP, frame.cap, base, frame.cap_height),
        "crown" => closure::crown(mesher, CAP, frame.cap, base, frame.cap_height),
        _ => {}
    }
    Ok(Parts {
        materials: materials(request, style, lid)?,
        footprint: if style == "juice" { super::Footprint::Box } else { round_if_square(request.size) },
        variant: format!("{style}-{lid}"),
    })
}

impl Frame {
    fn new(size: DVec3, style: &str, lid: &str) -> Self {
        let (h, r) = (size.y, 0.5 * size.x);
        let narrow = 0.5 * size.x.min(size.z);
        let k = (narrow / 30.0).min(h / 190.0).min(1.25);
        let (neck, cap, cap_height) = match (style, lid) {
            ("beer", "crown") => (12.3 * k, 15.5 * k, 6.2 * k),
            ("beer", _) => (12.3 * k, 14.5 * k, 16.0 * k),
            ("wine", _) => (13.6 * k, 14.8 * k, 45.0 * k),
            ("juice", _) => (16.5 * k, 19.5 * k, 17.0 * k),
            ("flask", "flip") => (0.62 * narrow, 0.8 * narrow, (0.14 * h).min(1.3 * narrow)),
            (_, "flip") => (12.2 * k, 17.0 * k, 28.0 * k),
            _ => (12.2 * k, 15.2 * k, 19.0 * k),
        };
        let below = match (style, lid) {
            ("beer", _) => 0.26 * h,
            ("wine", "capsule") => 0.28 * h,
            ("flask", "flip") => cap_height + 1.5 * k,
            (_, "none") => 30.0 * k,
            _ => cap_height + 7.0 * k,
        };
        Self { h, r, k, neck, neck_y: h - below, cap, cap_height }
    }

    /// Height by its share of the whole.
    pub(super) fn at(&self, share: f64) -> f64 {
        share * self.h
    }

    /// The printed wall from a height on, with the bare wall's edge on both sides of it.
    pub(super) fn label(&self, profile: Profile, from: f64, radius: f64) -> Profile {
        let r = radius * self.r;
        profile.to(r, self.at(from), 0.0).slot(LABEL).to(r, self.at(from + LABEL_HEIGHT), 0.0).slot(CONTENT)
    }
}

/// Rows of the part of an open neck that carries the thread.
pub(super) const THREAD_ROWS: usize = 10;

/// Heights between which the thread lies.
pub(super) fn thread_range(f: &Frame) -> (f64, f64) {
    (f.h - 15.0 * f.k, f.h - 3.0 * f.k)
}

/// Two turns of thread as a ridge that climbs with the angle and runs out at both ends.
fn raise_thread(ring: &mut [DVec3], f: &Frame) {
    let (from, to) = thread_range(f);
    for point in ring {
        let reach = DVec2::new(point.x, point.z).length();
        if (reach - f.neck).abs() > 1e-6 * f.neck {
            continue;
        }
        let climb = (point.y - from) / (to - from);
        let turn = libm::atan2(point.x, point.z) / std::f64::consts::TAU;
        let phase = (2.0 * climb - turn).rem_euclid(1.0);
        let fade = (4.0 * climb.min(1.0 - climb)).clamp(0.0, 1.0);
        let ridge = 1.2 * f.k * fade * (1.0 - (phase - 0.5).abs() / 0.28).max(0.0);
        *point *= DVec3::new(1.0 + ridge / reach, 1.0, 1.0 + ridge / reach);
    }
}

/// Five feet: the base between them is lifted.
fn press_petals(ring: &mut [DVec3], f: &Frame) {
    let reach = 0.1 * f.h;
    for point in ring.iter_mut().filter(|point| point.y < reach) {
        let angle = libm::atan2(point.x, point.z);
        let fade = (1.0 - point.y / reach) * (DVec2::new(point.x, point.z).length() / f.r).min(1.0);
        point.y += 0.042 * f.h * fade * (0.5 - 0.5 * libm::cos(5.0 * angle));
    }
}

/// Cross-section at a station: round at the neck, as deep as the bottle where it is widest.
fn ring(f: &Frame, station: &Station, depth_by_width: f64, squarish: bool) -> Vec<DVec3> {
    let wide = ((station.r - f.neck) / (f.r - f.neck)).clamp(0.0, 1.0);
    let half = DVec2::new(station.r, station.r * (1.0 + (depth_by_width - 1.0) * wide));
    let above = ((station.y / f.h - 0.56) / 0.2).clamp(0.0, 1.0);
    let square = if squarish { 1.0 - above * above * (3.0 - 2.0 * above) } else { 0.0 };
    let ring = section::rounded(half, half.min_element() * (1.0 - 0.26 * square), COLUMNS / 4 - 1, 0);
    section::at_height(&ring, station.y)
}

fn materials(request: &Request<'_>, style: &str, lid: &str) -> Result<Vec<Material>, String> {
    let (wall, content, cap) = match style {
        "soda" => ("#f2f8fa", "#2a0f06", "#c8102e"),
        "water" => ("#f4fbff", "#cfe6f0", "#1f6fc4"),
        "juice" => ("#fbfbf6", "#f08a12", "#f4f4f0"),
        "beer" => ("#7a4012", "#c8862a", "#c9a227"),
        "wine" => ("#4f6b35", "#5a1220", "#4a1020"),
        _ => ("#f5f5f2", "#ffffff", "#f5f5f2"),
    };
    let wall = request.color(&["body_color"], wall)?;
    let content = request.color(&["content_color"], content)?;
    let cap = request.color(&["cap_color"], cap)?;
    let cap = match lid {
        "crown" | "capsule" => paint::lacquer("cap", cap),
        _ => paint::plastic("cap", cap),
    };
    // What stands behind a wall is seen through it; the empty neck shows the wall and a little of what is behind it.
    let (body, neck) = match style {
        "flask" => (paint::plastic("body", wall), paint::plastic("neck", wall)),
        "beer" | "wine" => {
            (paint::glass("content", wall * content * 0.8), paint::glass("neck", wall * (content * 0.4 + 0.25)))
        }
        _ => (paint::pet("content", wall * content), paint::pet("neck", wall * (content * 0.3 + Vec3::splat(0.5)))),
    };
    let mut materials = vec![paint::label(0.45), body, neck];
    if lid != "none" {
        materials.push(cap);
    }
    Ok(materials)
}
