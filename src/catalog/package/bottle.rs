//! Bottle. Fields: `style` = `soda` (petal base, PET), `water` (ribbed PET), `juice` (squarish PET), `beer` and `wine`
//! (glass), `flask` (oval plastic for shampoo or detergent); `lid` = `screw`, `crown`, `capsule`, `flip`, `none` (an open
//! neck with its thread), each style having its usual one; `content` = `clear` (water, drinks, wine), `oil`, `honey` or
//! `opaque` (juice with its pulp, milk), which a flask does not show; `fill`, how high it is filled, as a share of its
//! height without the closure (0: empty); `finish` of the label; `cap_color`, `body_color` (the wall: what light becomes
//! that passes it once), `content_color` (what light becomes on 0.6 of the way through a clear content).
//!
//! Sheet: one wrap, 0.32 times as high as the bottle.

use glam::{DVec2, DVec3};

use super::landmark::{self, Landmark};
use super::loft::{lathe, loft};
use super::mesher::Mesher;
use super::paint::{self, LABEL};
use super::profile::{Profile, Station};
use super::request::Request;
use super::sheet::Sheet;
use super::vessel::{self, Content, Slots};
use super::{Package, Parts, bottle_outline, closure, round_if_square, section};
use crate::catalog::Material;

pub(super) const PACKAGE: Package = Package { name: "bottle", sheet, build };

/// What is in it; the wall of a flask.
pub(super) const CONTENT: u16 = 1;
/// The wall; the neck of a flask.
pub(super) const NECK: u16 = 2;
const PAPER: u16 = 3;
pub(super) const CAP: u16 = 4;

/// Height of the label by the height of the bottle.
const LABEL_HEIGHT: f64 = 0.32;
/// Radius of the wall under the label by the largest radius.
pub(super) const LABEL_RADIUS: f64 = 0.97;
const COLUMNS: usize = 32;

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
    let stations = bottle_outline::outline(&frame, style, lid).stations();
    let depth_by_width = request.size.z / request.size.x;
    let wall = |station: &Station| {
        let mut ring = ring(&frame, station, depth_by_width, style == "juice");
        if style == "soda" {
            press_petals(&mut ring, &frame);
        }
        if lid == "none" {
            raise_thread(&mut ring, &frame);
        }
        ring
    };
    let usual = match style {
        "soda" | "water" => 0.92,
        "beer" => 0.8,
        _ => 0.91,
    };
    let top = frame.h - frame.cap_height.max(12.0 * frame.k) - 6.0 * frame.k;
    let level = vessel::level(request, usual, top, 0.2 * frame.h)?;
    let content = content_of(request, style)?;
    let slots = Slots { wall: NECK, content: CONTENT };
    if style == "flask" {
        loft(mesher, &vessel::raised(&stations, PAPER), sheet.size(), wall);
    } else {
        let bare = vessel::sleeve(mesher, &stations, (CONTENT, PAPER), sheet.size(), wall);
        match content {
            Content::Clear if matches!(style, "beer" | "wine") => {
                add_glass(mesher, &frame, (style, depth_by_width), &bare, level, wall);
            }
            _ => vessel::wet_wall(mesher, &bare, level, slots, wall),
        }
    }
    let base = frame.h - frame.cap_height;
    match lid {
        "screw" => closure::screw_cap(mesher, CAP, frame.cap, base, frame.cap_height),
        "flip" => closure::flip_cap(mesher, CAP, frame.cap, base, frame.cap_height),
        "crown" => closure::crown(mesher, CAP, frame.cap, base, frame.cap_height),
        "capsule" => lathe(mesher, &bottle_outline::capsule(&frame), COLUMNS, DVec2::ONE),
        _ => {}
    }
    let level = level.map_or(0.0, |level| libm::round(level * 10.0));
    Ok(Parts {
        materials: materials(request, style, lid, &frame)?,
        footprint: if style == "juice" { super::Footprint::Box } else { round_if_square(request.size) },
        landmarks: landmarks(&frame, style, lid),
        variant: match content {
            _ if style == "flask" => format!("{style}-{lid}"),
            Content::Clear => format!("{style}-{lid}-clear-{level}"),
            _ => format!("{style}-{lid}-wet-{level}"),
        },
    })
}

/// Low on the wall, at the label's upper edge, where the shoulder begins, on the closure.
fn landmarks(frame: &Frame, style: &str, lid: &str) -> Vec<Landmark> {
    let (label, shoulder) = match style {
        "soda" => (0.335, 0.69),
        "water" => (0.278, 0.72),
        "juice" => (0.175, 0.54),
        "beer" => (0.13, 0.54),
        "wine" => (0.15, 0.55),
        _ => (0.26, 0.58),
    };
    let mut landmarks = vec![Landmark::bottom("base_center"), Landmark::top("top_center")];
    landmarks.extend(Landmark::around(landmark::BASE, frame.at(0.07)));
    landmarks.extend(Landmark::around(landmark::LABEL_TOP, frame.at(label + LABEL_HEIGHT) - 0.3));
    landmarks.extend(Landmark::around(landmark::SHOULDER, frame.at(shoulder)));
    let names = if lid == "none" { landmark::RIM } else { landmark::CAP };
    landmarks.extend(Landmark::around(names, frame.h - if lid == "none" { 1.5 } else { 0.5 * frame.cap_height }));
    landmarks
}

fn content_of(request: &Request<'_>, style: &str) -> Result<Content, String> {
    Content::of(request, if style == "juice" { "opaque" } else { "clear" })
}

/// The wall of a glass bottle with its cavity, and the liquid in it.
fn add_glass(
    mesher: &mut Mesher,
    frame: &Frame,
    (style, depth_by_width): (&str, f64),
    outside: &[Station],
    level: Option<f64>,
    wall: impl Fn(&Station) -> Vec<DVec3>,
) {
    let thickness = bottle_outline::glass_wall(frame);
    // Up to the lip; the closure hides it, but for an open neck.
    let open = outside.iter().rposition(|station| station.r > 0.0).map_or(0, |last| last + 1);
    let outside = &outside[..open];
    let mouth = outside.last().map_or(frame.h, |station| station.y) - 0.4 * frame.k;
    let cavity = bottle_outline::cavity(frame, style, mouth).stations();
    // As deep by wide as the wall around it.
    let inner = |station: &Station| {
        let outer = Station { r: station.r + thickness, ..*station };
        let scale = station.r / outer.r;
        ring(frame, &outer, depth_by_width, false)
            .into_iter()
            .map(|p| p * DVec3::new(scale, 1.0, scale))
            .collect::<Vec<_>>()
    };
    vessel::thick_wall(mesher, (outside, &wall), (&cavity, inner), NECK);
    if let Some(level) = level.map(|level| level.min(mouth - 4.0 * frame.k)) {
        vessel::content(mesher, &cavity, level, (0.5 * thickness, CONTENT), inner);
    }
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

fn materials(request: &Request<'_>, style: &str, lid: &str, frame: &Frame) -> Result<Vec<Material>, String> {
    let (wall, content, cap) = match style {
        "soda" => ("#f7fafa", "#5a2408", "#c8102e"),
        "water" => ("#f4fbff", "#f4fafc", "#1f6fc4"),
        "juice" => ("#fafaf6", "#f08a12", "#f4f4f0"),
        "beer" => ("#7a4012", "#e0a23a", "#c9a227"),
        "wine" => ("#4f6b35", "#5a1220", "#4a1020"),
        _ => ("#f5f5f2", "#ffffff", "#f5f5f2"),
    };
    let wall = request.color(&["body_color"], wall)?;
    let color = request.color(&["content_color"], content)?;
    let cap = request.color(&["cap_color"], cap)?;
    let cap = match lid {
        "crown" | "capsule" => paint::lacquer("cap", cap),
        _ => paint::milky("cap", cap, 0.1),
    };
    let content = content_of(request, style)?;
    let is_glass = matches!(style, "beer" | "wine");
    let (depth, ior) = (paint::depth(request.size.x), if is_glass { paint::GLASS_IOR } else { paint::PET_IOR });
    let (body, neck) = match (style, content) {
        ("flask", _) => (paint::milky("body", wall, 0.15), paint::milky("neck", wall, 0.15)),
        (_, Content::Clear) => {
            let liquid = paint::liquid("content", color, depth);
            let thickness = (bottle_outline::glass_wall(frame) * 1e-3) as f32;
            (liquid, if is_glass { paint::glass("wall", wall, thickness) } else { paint::pet("wall", wall) })
        }
        (_, Content::Thick(thousandths, clear)) => {
            let optics = (f32::from(thousandths) / 1000.0, f32::from(clear) / 100.0);
            (paint::thick_liquid("content", (color, wall), depth, optics), paint::sheet("wall", wall, ior))
        }
        _ => (paint::behind_wall("content", color * wall, ior), paint::sheet("wall", wall, ior)),
    };
    let usual = if style == "flask" || !is_glass { "satin" } else { "matt" };
    let mut materials = vec![paint::printed(request, usual)?, body, neck, paint::paper()];
    if lid != "none" {
        materials.push(cap);
    }
    Ok(materials)
}
