//! Clear bottles and jars with what they hold.
//!
//! A ray must meet exactly one surface wherever two materials touch, so each case has its own construction:
//! - **thin wall, wet inside** (PET with a drink, glass with jam): below the fill level the outside of the wall *is* the
//!   surface of the content, which is varnished like the wall; the wall itself, a single sheet, begins at the level. The
//!   wall of a PET bottle is 0.3 mm thick and bends light as little as a sheet does. Jam behind 2 mm of glass looks as if
//!   it filled the glass to its outside: a cylinder of index n shows what is in it n times as wide.
//!   Oil and honey bend light almost as glass does, so the same holds for them.
//! - **thin wall, dry inside** (instant coffee in glass): the whole wall is a sheet, the content stands inside of it.
//! - **thick glass with a liquid**: the glass is a solid between its outside and its cavity, and the liquid reaches
//!   halfway into the glass. Its priority is lower, so the inside of the glass is where glass ends and liquid begins,
//!   without a film of air between them.

use glam::{DVec2, DVec3};

use super::loft::{loft_between, loft_rings};
use super::mesher::{Mesher, Skin};
use super::paint::{LABEL, PAPER_THICKNESS};
use super::profile::Station;
use super::request::Request;
use super::section;

/// Height by which a liquid climbs up its wall, millimetres; about what water does at glass.
const MENISCUS: f64 = 1.6;

/// What a vessel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Light passes through it.
    Clear,
    /// Light passes through it, and nearly nothing happens to it between this and glass; index of refraction in
    /// thousandths, and the share of light in per cent that is not scattered back.
    Thick(u16, u8),
    /// Light is scattered at its surface, which wets the wall.
    Opaque,
    /// Opaque, and does not touch the wall everywhere.
    Powder,
}

impl Content {
    /// The words of the field `content`.
    const WORDS: [(&'static str, Self); 5] = [
        ("clear", Self::Clear),
        ("oil", Self::Thick(1470, 94)),
        ("honey", Self::Thick(1490, 65)),
        ("opaque", Self::Opaque),
        ("powder", Self::Powder),
    ];

    /// What the field `content` says, else `usual`.
    pub(super) fn of(request: &Request<'_>, usual: &str) -> Result<Self, String> {
        let word = request.word("content", usual, &Self::WORDS.map(|(word, _)| word))?;
        Ok(Self::WORDS.iter().find(|(known, _)| *known == word).map_or(Self::Opaque, |&(_, content)| content))
    }
}

/// Height in millimetres up to which a vessel is filled whose inside ends at `top`: the field `fill`, a share of that
/// height, else `usual`. `None` for an empty one. A vessel holds no less than `least`.
pub(super) fn level(request: &Request<'_>, usual: f64, top: f64, least: f64) -> Result<Option<f64>, String> {
    let share = request.share("fill")?.unwrap_or(usual);
    Ok((share > 0.0).then(|| (share * top).clamp(least.min(top), top)))
}

/// Slots of a vessel's materials.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    pub(super) wall: u16,
    pub(super) content: u16,
}

/// Adds a thin wall through the stations, wet inside up to the level; see the module. The upper end stays open if its
/// last ring does.
pub(super) fn wet_wall(
    mesher: &mut Mesher,
    stations: &[Station],
    level: Option<f64>,
    slots: Slots,
    ring: impl Fn(&Station) -> Vec<DVec3>,
) {
    let of_slot = |slot| move |station: &Station| Station { slot, ..*station };
    let Some((cut, at)) = level.and_then(|level| cut(stations, level)) else {
        let wall: Vec<Station> = stations.iter().map(of_slot(slots.wall)).collect();
        loft_between(mesher, &wall, DVec2::ONE, [true, false], ring);
        return;
    };
    let wet: Vec<Station> = stations[..cut].iter().chain([&at]).map(of_slot(slots.content)).collect();
    let last = loft_between(mesher, &wet, DVec2::ONE, [true, false], &ring);
    meniscus(mesher, slots.content, &last, &ring(&at), at.y, 0.0);
    let dry: Vec<Station> = std::iter::once(&at).chain(&stations[cut..]).map(of_slot(slots.wall)).collect();
    loft_between(mesher, &dry, DVec2::ONE, [false; 2], &ring);
}

/// Adds what stands inside a cavity up to the level, `grown` millimetres larger than the cavity all around.
pub(super) fn content(
    mesher: &mut Mesher,
    cavity: &[Station],
    level: f64,
    (grown, slot): (f64, u16),
    ring: impl Fn(&Station) -> Vec<DVec3>,
) {
    let Some((cut, at)) = cut(cavity, level) else { return };
    let low = cavity.first().map_or(0.0, |station| station.y);
    let grow = |station: &Station| {
        let sunk = (1.0 - (station.y - low) / (2.0 * grown.abs() + 1.0)).clamp(0.0, 1.0);
        Station { slot, y: station.y - grown * sunk, ..*station }
    };
    let body: Vec<Station> = cavity[..cut].iter().chain([&at]).map(grow).collect();
    let larger = |station: &Station| {
        let scale = if station.r > 0.0 { 1.0 + grown / station.r } else { 1.0 };
        ring(station).into_iter().map(|p| p * DVec3::new(scale, 1.0, scale)).collect::<Vec<_>>()
    };
    let last = loft_between(mesher, &body, DVec2::ONE, [true, false], larger);
    let rim = Station { slot, ..at };
    meniscus(mesher, slot, &last, &larger(&rim), at.y, grown.max(0.0));
}

/// Adds a wall with thickness: its outside up to the mouth, and from there the cavity (which is given upwards) down.
pub(super) fn thick_wall(
    mesher: &mut Mesher,
    (outside, outer): (&[Station], impl Fn(&Station) -> Vec<DVec3>),
    (cavity, inner): (&[Station], impl Fn(&Station) -> Vec<DVec3>),
    slot: u16,
) {
    let up = outside.iter().map(|station| (*station, outer(station)));
    let down = cavity.iter().rev().map(|station| (*station, inner(station)));
    let (stations, rings): (Vec<Station>, Vec<Vec<DVec3>>) =
        up.chain(down).map(|(station, ring)| (Station { slot, ..station }, ring)).unzip();
    loft_rings(mesher, &stations, &rings, DVec2::ONE, [true; 2]);
}

/// Adds a paper label around a body: a closed sleeve around the label's walls, which stand `gap` off the body. Returns
/// the stations with those walls given to the body.
pub(super) fn sleeve(
    mesher: &mut Mesher,
    stations: &[Station],
    (body, paper): (u16, u16),
    sheet: DVec2,
    ring: impl Fn(&Station) -> Vec<DVec3>,
) -> Vec<Station> {
    const GAP: f64 = 0.06;
    let bare = stations.iter().map(|s| Station { slot: if s.slot == LABEL { body } else { s.slot }, ..*s }).collect();
    let Some(first) = stations.iter().position(|station| station.slot == LABEL).filter(|&first| first > 0) else {
        return bare;
    };
    let count = stations[first..].iter().take_while(|station| station.slot == LABEL).count();
    let walls = &stations[first - 1..first + count];
    let off = |station: &Station, by: f64| {
        let scale = 1.0 + by / station.r;
        ring(station).into_iter().map(|p| p * DVec3::new(scale, 1.0, scale)).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<DVec3>> = walls.iter().map(|station| off(station, GAP + PAPER_THICKNESS)).collect();
    let outside: Vec<Vec<u32>> = rows.iter().map(|row| mesher.points(row)).collect();
    let inside: Vec<Vec<u32>> = walls.iter().map(|station| mesher.points(&off(station, GAP))).collect();
    let heights = section::running(walls.windows(2).map(|pair| pair[1].y - pair[0].y));
    let total = heights[heights.len() - 1].max(f64::MIN_POSITIVE);
    let shares: Vec<Vec<f64>> = rows.iter().map(|row| section::shares(row)).collect();
    let (edge, none) = (Skin::new(paper), |_: usize, _: usize| DVec2::ZERO);
    for i in 0..walls.len() - 1 {
        mesher.band(Skin::new(LABEL), &outside[i], &outside[i + 1], |column, row| {
            sheet * DVec2::new(shares[i + row][column], 1.0 - heights[i + row] / total)
        });
        mesher.band(edge, &inside[i + 1], &inside[i], none);
    }
    let last = walls.len() - 1;
    mesher.band(edge, &outside[last], &inside[last], none);
    mesher.band(edge, &inside[0], &outside[0], none);
    bare
}

/// Raises the label's walls off the body below them by the thickness of paper, with the paper's edge on both sides.
pub(super) fn raised(stations: &[Station], paper: u16) -> Vec<Station> {
    let mut raised: Vec<Station> = Vec::new();
    for (i, station) in stations.iter().enumerate() {
        let before = i.checked_sub(1).map(|before| &stations[before]);
        let (was, is) = (before.is_some_and(|before| before.slot == LABEL), station.slot == LABEL);
        if let Some(before) = before.filter(|_| was != is) {
            let r = before.r + if is { PAPER_THICKNESS } else { 0.0 };
            raised.push(Station { r, slot: paper, ..*before });
        }
        raised.push(Station { r: station.r + if is { PAPER_THICKNESS } else { 0.0 }, ..*station });
    }
    raised
}

/// The first place where stations rise through a height: the number of the station above it, and the station there.
fn cut(stations: &[Station], level: f64) -> Option<(usize, Station)> {
    let above = (1..stations.len()).find(|&i| stations[i - 1].y < level && stations[i].y >= level)?;
    let (a, b) = (&stations[above - 1], &stations[above]);
    let share = (level - a.y) / (b.y - a.y);
    // Stations that would all but coincide make slivers.
    let share = if share < 0.05 { 0.05 } else { share.min(0.95) };
    let (r, y) = (a.r + (b.r - a.r) * share, a.y + (b.y - a.y) * share);
    Some((above, Station { r, y, ..*b }))
}

/// Closes a content above the ring where it meets the wall: it climbs there a little. `inset` is how far inside of the
/// ring the wall's inner side is.
fn meniscus(mesher: &mut Mesher, slot: u16, ring: &[u32], positions: &[DVec3], level: f64, inset: f64) {
    let reach = positions.iter().map(|p| DVec2::new(p.x, p.z).length()).fold(f64::INFINITY, f64::min);
    let climb = MENISCUS.min(0.1 * reach);
    let skin = Skin::new(slot);
    let mut below = ring.to_vec();
    // Away from the wall the climb fades like an exponential.
    for (off, left) in [(0.0, 1.0), (0.25, 0.62), (0.7, 0.3), (1.6, 0.07)] {
        if off == 0.0 && inset == 0.0 {
            continue;
        }
        let scale = 1.0 - (inset + off * climb).min(0.8 * reach) / reach;
        let row: Vec<DVec3> =
            positions.iter().map(|p| DVec3::new(p.x * scale, level - climb * (1.0 - left), p.z * scale)).collect();
        let ids = mesher.points(&row);
        mesher.band(skin, &below, &ids, |_, _| DVec2::ZERO);
        below = ids;
    }
    mesher.fan(skin, &below, DVec3::new(0.0, level - climb, 0.0), true, |_| DVec2::ZERO);
}
