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
use super::{Package, Parts, closure, round_if_square, section};
use crate::catalog::Material;

pub(super) const PACKAGE: Package = Package { name: "bottle", sheet, build };

const CONTENT: u16 = 1;
const NECK: u16 = 2;
const CAP: u16 = 3;

/// Height of the label by the height of the bottle.
const LABEL_HEIGHT: f64 = 0.32;
/// Radius of the wall under the label by the largest radius.
const LABEL_RADIUS: f64 = 0.97;
const COLUMNS: usize = 40;

fn sheet(size: DVec3) -> Sheet {
    let half = 0.5 * LABEL_RADIUS * size;
    Sheet::wrap(section::ellipse_perimeter(half.x, half.z), LABEL_HEIGHT * size.y)
}

/// Measures of a bottle in millimetres that its outline needs.
struct Frame {
    /// Height and half width.
    h: f64,
    r: f64,
    /// Factor for parts that do not grow with the bottle.
    k: f64,
    /// Radius of the neck, and the height at which it begins.
    neck: f64,
    neck_y: f64,
    /// Radius and height of the closure.
    cap: f64,
    cap_height: f64,
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
    let mut profile = match style {
        "water" => water(&frame),
        "juice" => juice(&frame),
        "beer" => beer(&frame),
        "wine" => wine(&frame, lid),
        "flask" => flask(&frame),
        _ => soda(&frame),
    };
    profile = if lid == "none" { open_neck(profile, &frame) } else { closed_neck(profile, &frame, lid) };

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
            ("flask", "flip") => (0.5 * narrow, 0.66 * narrow, (0.16 * h).min(1.5 * narrow)),
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

    fn at(&self, share: f64) -> f64 {
        share * self.h
    }

    /// The printed wall from a height on, with the bare wall's edge on both sides of it.
    fn label(&self, profile: Profile, from: f64, radius: f64) -> Profile {
        let r = radius * self.r;
        profile.to(r, self.at(from), 0.0).slot(LABEL).to(r, self.at(from + LABEL_HEIGHT), 0.0).slot(CONTENT)
    }
}

/// Contour bottle: feet, a waist for the hand, the label in a shallow recess, a long shoulder.
fn soda(f: &Frame) -> Profile {
    let r = f.r;
    let foot = Profile::new(CONTENT, 0.0, 0.035 * f.h)
        .to(0.3 * r, 0.03 * f.h, 0.2 * r)
        .to(0.6 * r, 0.0, 0.16 * r)
        .to(0.72 * r, 0.0, 0.2 * r)
        .curve([(0.97 * r, 0.03 * f.h), (r, 0.07 * f.h)], (r, f.at(0.13)), 5)
        .curve([(r, f.at(0.19)), (0.93 * r, f.at(0.2))], (0.93 * r, f.at(0.25)), 4)
        .curve([(0.93 * r, f.at(0.29)), (r, f.at(0.3))], (r, f.at(0.325)), 4);
    f.label(foot, 0.335, LABEL_RADIUS).to(r, f.at(0.665), 0.0).to(r, f.at(0.69), 0.02 * f.h).curve(
        [(r, f.at(0.78)), (1.1 * f.neck, f.at(0.8))],
        (f.neck, f.neck_y),
        8,
    )
}

/// Straight bottle with grooves around it below and above the label.
fn water(f: &Frame) -> Profile {
    let (r, g) = (f.r, 0.012 * f.h);
    let groove = |profile: Profile, share: f64| {
        let y = f.at(share);
        profile.to(r, y - 1.6 * g, 1.2 * g).to(0.945 * r, y, 1.0 * g).to(r, y + 1.6 * g, 1.2 * g)
    };
    let mut profile = Profile::new(CONTENT, 0.0, 0.03 * f.h)
        .to(0.55 * r, 0.02 * f.h, 0.3 * r)
        .to(0.8 * r, 0.0, 0.05 * r)
        .to(r, 0.015 * f.h + 0.1 * r, 0.2 * r);
    for share in [0.13, 0.18, 0.23] {
        profile = groove(profile, share);
    }
    profile = f.label(profile.to(r, f.at(0.268), 0.0), 0.278, LABEL_RADIUS).to(r, f.at(0.608), 0.0);
    for share in [0.64, 0.69] {
        profile = groove(profile, share);
    }
    profile.to(r, f.at(0.72), 0.03 * f.h).curve([(r, f.at(0.8)), (1.2 * f.neck, f.at(0.82))], (f.neck, f.neck_y), 7)
}

/// Squarish body with a grip groove under the shoulder and a wide neck.
fn juice(f: &Frame) -> Profile {
    let r = f.r;
    let base = Profile::new(CONTENT, 0.0, 0.03 * f.h)
        .to(0.6 * r, 0.02 * f.h, 0.3 * r)
        .to(0.8 * r, 0.0, 0.08 * r)
        .to(r, 0.015 * f.h + 0.12 * r, 0.25 * r)
        .to(r, f.at(0.12), 0.01 * f.h)
        .to(0.95 * r, f.at(0.135), 0.01 * f.h)
        .to(r, f.at(0.15), 0.01 * f.h)
        .to(r, f.at(0.165), 0.0);
    f.label(base, 0.175, LABEL_RADIUS)
        .to(r, f.at(0.505), 0.0)
        .to(r, f.at(0.54), 0.01 * f.h)
        .to(0.93 * r, f.at(0.565), 0.02 * f.h)
        .to(0.97 * r, f.at(0.6), 0.02 * f.h)
        .curve([(0.98 * r, f.at(0.72)), (1.15 * f.neck, f.at(0.8))], (f.neck, f.neck_y), 8)
}

/// Longneck: straight wall, rounded shoulder, long tapering neck.
fn beer(f: &Frame) -> Profile {
    let (r, k) = (f.r, f.k);
    let base = Profile::new(CONTENT, 0.0, 5.0 * k)
        .to(0.72 * r, 2.0 * k, 0.2 * r)
        .to(0.86 * r, 0.0, 1.5 * k)
        .to(r, 5.0 * k, 4.0 * k)
        .to(r, f.at(0.125), 0.0);
    f.label(base, 0.13, 0.995)
        .to(r, f.at(0.455), 0.0)
        .to(r, f.at(0.54), 0.05 * f.h)
        .curve([(0.99 * r, f.at(0.62)), (1.5 * f.neck, f.at(0.64))], (1.32 * f.neck, f.neck_y), 8)
        .slot(NECK)
        .to(f.neck, f.h - f.cap_height - 12.0 * k, 40.0 * k)
}

/// Bordeaux bottle: straight wall, high shoulder, cylindrical neck, under its capsule where it has one.
fn wine(f: &Frame, lid: &str) -> Profile {
    let (r, k) = (f.r, f.k);
    let base = Profile::new(CONTENT, 0.0, 22.0 * k)
        .to(0.5 * r, 16.0 * k, 0.3 * r)
        .to(0.84 * r, 0.0, 2.0 * k)
        .to(r, 4.0 * k, 4.0 * k)
        .to(r, f.at(0.145), 0.0);
    let body = f.label(base, 0.15, 0.995).to(r, f.at(0.475), 0.0).to(r, f.at(0.55), 0.05 * f.h);
    let shoulder = body.curve([(0.99 * r, f.at(0.63)), (1.2 * f.neck, f.at(0.64))], (1.1 * f.neck, f.at(0.715)), 9);
    if lid != "capsule" {
        return shoulder.slot(NECK).to(f.neck, f.neck_y.max(f.at(0.74)), 0.0);
    }
    let from = f.at(0.79);
    shoulder.slot(NECK).to(1.04 * f.neck, from, 0.0).slot(CAP).to(1.075 * f.neck, from + 0.3 * k, 0.0).to(
        f.cap * 0.99,
        f.h - 9.0 * k,
        4.0 * k,
    )
}

/// Oval plastic bottle with soft shoulders.
fn flask(f: &Frame) -> Profile {
    let r = f.r;
    let base = Profile::new(CONTENT, 0.0, 0.012 * f.h)
        .to(0.8 * r, 0.008 * f.h, 0.0)
        .to(0.86 * r, 0.0, 0.02 * r)
        .curve([(0.95 * r, 0.0), (0.985 * r, 0.03 * f.h)], (0.99 * r, f.at(0.09)), 6)
        .to(r, f.at(0.2), 0.1 * f.h);
    let top = f.neck_y;
    f.label(base, 0.26, 0.998).curve(
        [(0.99 * r, f.at(0.58) + 0.62 * (top - f.at(0.58))), (0.95 * r, top - 0.02 * f.h)],
        (1.0 * f.neck, top),
        10,
    )
}

/// A neck that ends inside its closure, with the carrying ring under a screw cap.
fn closed_neck(profile: Profile, f: &Frame, lid: &str) -> Profile {
    let (k, base) = (f.k, f.h - f.cap_height);
    match lid {
        "capsule" => {
            return profile.to(f.cap, f.h - 6.0 * k, 1.0 * k).to(f.cap, f.h, 1.6 * k).to(0.0, f.h - 0.2 * k, 0.0);
        }
        "crown" => {
            let lip = 1.1 * f.neck;
            return profile
                .to(lip, base - 10.0 * k, 1.5 * k)
                .to(lip, base + 1.0 * k, 0.5 * k)
                .to(0.9 * f.neck, f.h - 2.5 * k, 0.0)
                .to(0.0, f.h - 2.5 * k, 0.0);
        }
        "flip" => profile.slot(NECK),
        _ => carrying_ring(profile.slot(NECK), f, base),
    }
    .to(f.neck, base + 0.3 * f.cap_height, 0.0)
    .to(0.8 * f.neck, f.h - 0.3 * f.cap_height, 0.0)
    .to(0.0, f.h - 0.3 * f.cap_height, 0.0)
}

/// An open neck: the carrying ring, room for the thread, the lip, and the inside down to where nobody looks.
fn open_neck(profile: Profile, f: &Frame) -> Profile {
    let k = f.k;
    let (from, to) = thread_range(f);
    let mut profile = carrying_ring(profile.slot(NECK), f, from).to(f.neck, from, 0.0);
    for i in 1..=THREAD_ROWS {
        profile = profile.to(f.neck, from + (to - from) * i as f64 / THREAD_ROWS as f64, 0.0);
    }
    profile.to(f.neck, f.h, 0.5 * k).to(0.84 * f.neck, f.h, 0.5 * k).to(0.84 * f.neck, f.h - 14.0 * k, 0.0).to(
        0.0,
        f.h - 14.0 * k,
        0.0,
    )
}

fn carrying_ring(profile: Profile, f: &Frame, base: f64) -> Profile {
    let (k, r) = (f.k, 1.06 * f.cap);
    profile.to(f.neck, base - 4.4 * k, 0.8 * k).to(r, base - 3.4 * k, 0.4 * k).to(r, base - 2.0 * k, 0.5 * k).to(
        f.neck,
        base - 1.6 * k,
        0.4 * k,
    )
}

const THREAD_ROWS: usize = 16;

fn thread_range(f: &Frame) -> (f64, f64) {
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
    Ok(vec![paint::label(0.45), body, neck, cap])
}
