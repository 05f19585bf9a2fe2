//! Cans in printed shrink film with open eyes at both ends. Fields: `columns`, `rows` (of cans seen from above; guessed
//! from the size when absent); `body_color` (what shows of the cans).
//!
//! Sheet: the unfolded box.

use glam::{DVec2, DVec3};

use super::film::{self, Eye, Film};
use super::landmark::Landmark;
use super::mesher::{Mesher, Skin};
use super::paint::{self, LABEL};
use super::request::Request;
use super::sheet::Sheet;
use super::{Footprint, Package, Parts};

pub(super) const PACKAGE: Package = Package { name: "multipack", sheet, build };

const UNIT: u16 = 1;

fn sheet(size: DVec3) -> Sheet {
    Sheet::unfolded(size.x, size.y, size.z, size.z)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let size = request.size;
    let count = film::count(request)?;
    let half = DVec2::new(0.5 * size.x, 0.5 * size.z);
    let pitch = 2.0 * half / DVec2::new(f64::from(count[0]), f64::from(count[1]));
    let edge = (0.22 * pitch.min_element()).min(0.12 * size.y).min(7.0);
    let film = Film { half, height: size.y, count, pitch, edge, sag: 0.6 * edge, open_ends: true };
    for eye in film.add(mesher, sheet).eyes() {
        add_eye(mesher, &film, &eye);
    }
    let unit = paint::lacquer("unit", request.color(&["body_color"], "#c9ccd0")?);
    Ok(Parts {
        materials: vec![paint::film(), unit],
        footprint: Footprint::Box,
        variant: format!("{}x{}", count[0], count[1]),
        landmarks: [
            &Landmark::corners(size.y)[..],
            &[Landmark::front("front_center", 0.5 * size.y), Landmark::top("top_center")],
        ]
        .concat(),
    })
}

/// Fills the open end of the film: an oval edge, and the cans behind it.
fn add_eye(mesher: &mut Mesher, film: &Film, eye: &Eye) {
    let [(low, uv_low), (high, uv_high)] = eye.corners;
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low).abs());
    let side = middle.x.signum();
    let oval = |share: f64, depth: f64| -> Vec<DVec3> {
        let project = |&(point, ..): &(DVec3, u32, DVec2)| {
            let p = point - middle;
            let direction = DVec2::new(p.z / half.z, p.y / half.y).normalize_or_zero() * share;
            let (z, y) = (middle.z + direction.x * half.z, middle.y + direction.y * half.y);
            DVec3::new(side * (film.half.x - depth * can_depth(film, z)), y, z)
        };
        eye.border.iter().map(project).collect()
    };
    let edge = oval(0.93, 0.0);
    let edge_ids = mesher.points(&edge);
    let on_sheet = |p: DVec3| {
        let share = (p - low) / (high - low);
        uv_low + (uv_high - uv_low) * DVec2::new(share.z, share.y)
    };
    let n = eye.border.len();
    for j in 0..n {
        let next = (j + 1) % n;
        let ((_, a, uv_a), (_, b, uv_b)) = (eye.border[j], eye.border[next]);
        mesher.face(
            Skin::new(LABEL),
            [a, b, edge_ids[next], edge_ids[j]],
            [uv_a, uv_b, on_sheet(edge[next]), on_sheet(edge[j])],
        );
    }
    let unit = Skin::new(UNIT);
    let mut below = edge_ids;
    for share in [0.91, 0.6, 0.3] {
        let ring = mesher.points(&oval(share, 1.0));
        mesher.band(unit, &below, &ring, |_, _| DVec2::ZERO);
        below = ring;
    }
    let apex = DVec3::new(side * (film.half.x - can_depth(film, middle.z)), middle.y, middle.z);
    mesher.fan(unit, &below, apex, true, |_| DVec2::ZERO);
}

/// Distance from the film's end to the nearest can's wall, at a depth.
fn can_depth(film: &Film, z: f64) -> f64 {
    let radius = 0.5 * film.pitch.min_element();
    let place = (z + film.half.y) / film.pitch.y;
    let off = (place - place.floor() - 0.5) * film.pitch.y;
    let wall = libm::sqrt((radius * radius - off * off).max(0.1 * radius * radius));
    0.03 * radius + (radius - wall)
}
