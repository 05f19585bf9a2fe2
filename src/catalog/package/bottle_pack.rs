//! Bottles in printed shrink film that their necks stand out of. Fields: `columns`, `rows` (of bottles seen from above;
//! guessed from the size when absent); `cap_color`, `content_color` (what shows of the bottles).
//!
//! Sheet: the unfolded box of the film, which is 0.74 times as high as the pack.

use glam::{DAffine3, DVec2, DVec3};

use super::film::{self, Film};
use super::landmark::Landmark;
use super::loft::{circle, lathe};
use super::mesher::Mesher;
use super::paint;
use super::profile::Profile;
use super::request::Request;
use super::sheet::Sheet;
use super::vessel::{self, Slots};
use super::{Footprint, Package, Parts};

pub(super) const PACKAGE: Package = Package { name: "bottle_pack", sheet, build };

const UNIT: u16 = 1;
const CAP: u16 = 2;
const NECK: u16 = 3;
/// Height of the film by the height of the pack.
const FILM_HEIGHT: f64 = 0.74;

fn sheet(size: DVec3) -> Sheet {
    Sheet::unfolded(size.x, FILM_HEIGHT * size.y, size.z, size.z)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let size = request.size;
    let count = film::count(request)?;
    let half = DVec2::new(0.5 * size.x, 0.5 * size.z);
    let pitch = 2.0 * half / DVec2::new(f64::from(count[0]), f64::from(count[1]));
    let height = FILM_HEIGHT * size.y;
    let edge = (0.22 * pitch.min_element()).min(0.12 * height).min(14.0);
    let film = Film { half, height, count, pitch, edge, sag: 0.12 * edge, open_ends: false };
    film.add(mesher, sheet);
    add_necks(mesher, &film, size.y);
    let caps = [0.97 * size.y, size.y];
    let mut landmarks = Landmark::corners(height).to_vec();
    landmarks.extend([
        Landmark::farthest("cap_front_left", [-1.0, 0.0, 1.0], caps),
        Landmark::farthest("cap_front_right", [1.0, 0.0, 1.0], caps),
        Landmark::farthest("cap_back_left", [-1.0, 0.0, -1.0], caps),
        Landmark::farthest("cap_back_right", [1.0, 0.0, -1.0], caps),
        Landmark::front("front_center", 0.5 * height),
    ]);
    Ok(Parts {
        materials: vec![
            paint::film(),
            paint::liquid(
                "unit",
                request.color(&["content_color", "body_color"], "#f0f8fb")?,
                paint::depth(film.pitch.x),
            ),
            paint::milky("cap", request.color(&["cap_color"], "#1f6fc4")?, 0.1),
            paint::pet("neck", glam::Vec3::splat(0.96)),
        ],
        footprint: Footprint::Box,
        variant: format!("{}x{}", count[0], count[1]),
        landmarks,
    })
}

/// Shoulders, necks and caps of the bottles, up to the height `top`.
fn add_necks(mesher: &mut Mesher, film: &Film, top: f64) {
    let r = 0.5 * film.pitch.min_element();
    let units = film.count[0] * film.count[1];
    let sides = if units > 8 { 12 } else { 16 };
    let neck = (0.4 * r).min(12.5);
    let cap = 1.2 * neck;
    let room = top - film.height;
    let cap_y = top - (1.3 * cap).min(0.5 * room);
    for i in 0..units {
        let (column, row) = (i % film.count[0], i / film.count[0]);
        let center = DVec2::new(f64::from(column) + 0.5, f64::from(row) + 0.5) * film.pitch - film.half;
        mesher.place = DAffine3::from_translation(DVec3::new(center.x, 0.0, center.y));
        let low = film.height - 0.8 * film.edge;
        let shoulder = Profile::new(NECK, 0.88 * r, low)
            .curve([(0.86 * r, low + 0.5 * room), (1.1 * neck, low + 0.5 * room)], (neck, cap_y - 0.1 * cap), 5)
            .to(neck, cap_y + 0.5 * (top - cap_y), 0.0);
        let level = low + 0.62 * (cap_y - low);
        let slots = Slots { wall: NECK, content: UNIT };
        vessel::wet_wall(mesher, &shoulder.stations(), Some(level), slots, |station| circle(station, sides));
        let lid = Profile::new(CAP, 0.9 * cap, cap_y)
            .to(cap, cap_y, 0.0)
            .to(cap, top - 0.12 * cap, 0.0)
            .to(0.88 * cap, top, 0.0)
            .to(0.0, top, 0.0);
        lathe(mesher, &lid, sides, DVec2::ONE);
    }
    mesher.place = DAffine3::IDENTITY;
}
