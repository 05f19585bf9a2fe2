use glam::{DVec2, DVec3};

use super::mesher::{Mesher, Skin};
use super::paint::LABEL;
use super::profile::{Profile, Station};
use super::section;

/// Ribs are flat facets: every bend between them is an edge.
const RIB_CREASE_DEG: f64 = 8.0;

/// Adds a closed body of revolution about the y axis with `columns` (a multiple of 4) sides. `sheet` is the size of
/// the label in millimetres; see [`loft`].
pub(super) fn lathe(mesher: &mut Mesher, profile: &Profile, columns: usize, sheet: DVec2) {
    loft(mesher, &profile.stations(), sheet, |station| circle(station, columns));
}

/// Adds a closed body whose wall passes through one ring per station. The walls of the label slot, which must follow
/// each other, carry the whole sheet: once around, and from its lower border at the first station to its upper one.
///
/// Rings start at the middle of the back, as [`section::rounded`] makes them, and have the same number of points.
pub(super) fn loft(mesher: &mut Mesher, stations: &[Station], sheet: DVec2, ring: impl Fn(&Station) -> Vec<DVec3>) {
    loft_between(mesher, stations, sheet, [true; 2], ring);
}

/// [`loft`] with a choice of whether the first and the last ring are closed, where they are no points on the axis.
/// Returns the points of the last ring.
pub(super) fn loft_between(
    mesher: &mut Mesher,
    stations: &[Station],
    sheet: DVec2,
    close: [bool; 2],
    ring: impl Fn(&Station) -> Vec<DVec3>,
) -> Vec<u32> {
    let rings: Vec<Vec<DVec3>> = stations.iter().map(ring).collect();
    loft_rings(mesher, stations, &rings, sheet, close)
}

/// [`loft_between`] with the ring of each station.
pub(super) fn loft_rings(
    mesher: &mut Mesher,
    stations: &[Station],
    rings: &[Vec<DVec3>],
    sheet: DVec2,
    close: [bool; 2],
) -> Vec<u32> {
    let length = |i: usize| DVec2::new(stations[i].r - stations[i - 1].r, stations[i].y - stations[i - 1].y).length();
    let printed = |i: usize| if stations[i].slot == LABEL { length(i) } else { 0.0 };
    let along = section::running((1..stations.len()).map(printed));
    let total = along[along.len() - 1].max(f64::MIN_POSITIVE);

    let mut below: Option<(Vec<u32>, Vec<f64>)> = None;
    for (i, station) in stations.iter().enumerate() {
        let skin = |slot| Skin::new(slot);
        if station.r <= 0.0 {
            // A pole: the wall shrinks to a point, at the beginning or at the end.
            let apex = DVec3::new(0.0, station.y, 0.0);
            if let Some((lower, _)) = &below {
                mesher.fan(skin(station.slot), lower, apex, true, |_| DVec2::ZERO);
            }
            continue;
        }
        let (upper, shares) = (mesher.points(&rings[i]), section::shares(&rings[i]));
        match &below {
            None if i > 0 || close[0] => {
                // The underside: from the pole before, or flat where the profile starts at the wall.
                let y = if i > 0 { stations[i - 1].y } else { station.y };
                mesher.fan(skin(station.slot), &upper, DVec3::new(0.0, y, 0.0), false, |_| DVec2::ZERO);
            }
            None => {}
            Some((lower, lower_shares)) => {
                let ribbed = station.ribs > 0.0 && stations[i - 1].ribs > 0.0;
                let crease = if ribbed { Skin::creased(station.slot, RIB_CREASE_DEG) } else { skin(station.slot) };
                mesher.band(crease, lower, &upper, |column, row| {
                    if station.slot != LABEL {
                        return DVec2::ZERO;
                    }
                    let (share, at) = if row == 0 { (lower_shares, i - 1) } else { (&shares, i) };
                    sheet * DVec2::new(share[column], 1.0 - along[at] / total)
                });
            }
        }
        below = Some((upper, shares));
    }
    let last = below.map(|(ring, _)| ring).unwrap_or_default();
    if let Some(station) = stations.last().filter(|station| station.r > 0.0 && close[1]) {
        mesher.fan(Skin::new(station.slot), &last, DVec3::new(0.0, station.y, 0.0), true, |_| DVec2::ZERO);
    }
    last
}

/// The round ring of a station, every other point pushed in where it has ribs.
pub(super) fn circle(station: &Station, columns: usize) -> Vec<DVec3> {
    let mut ring = section::rounded(DVec2::splat(station.r), station.r, columns / 4 - 1, 0);
    press_ribs(&mut ring, station.ribs);
    section::at_height(&ring, station.y)
}

/// Pushes every other point of a ring towards the axis.
pub(super) fn press_ribs(ring: &mut [DVec2], depth: f64) {
    for point in ring.iter_mut().skip(1).step_by(2) {
        *point *= 1.0 - depth / point.length().max(depth * 2.0).max(f64::MIN_POSITIVE);
    }
}
