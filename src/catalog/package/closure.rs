use glam::DVec2;

use super::loft::lathe;
use super::mesher::Mesher;
use super::profile::Profile;

/// Sides of a cap.
const COLUMNS: usize = 40;

/// Adds a screw cap that stands upright on `y` with its tamper band, ribbed skirt and flat top. Millimetres.
pub(super) fn screw_cap(mesher: &mut Mesher, slot: u16, radius: f64, y: f64, height: f64) {
    let (r, at) = (radius, |share: f64| y + share * height);
    let profile = Profile::new(slot, 0.8 * r, y)
        .to(0.96 * r, y, 0.0)
        .to(0.985 * r, y + 0.03 * r, 0.0)
        .to(0.985 * r, at(0.2), 0.0)
        .to(0.94 * r, at(0.215), 0.0)
        .to(0.94 * r, at(0.25), 0.0)
        .ribs(0.045 * r)
        .to(r, at(0.27), 0.0)
        .to(r, at(0.9), 0.0)
        .ribs(0.0)
        .to(0.96 * r, at(1.0), 0.06 * r)
        .to(0.0, at(1.0), 0.0);
    lathe(mesher, &profile, COLUMNS, DVec2::ONE);
}

/// Adds a smooth cap with a gently rounded upper edge, a parting line below its hinged lid, and a slightly dished top.
pub(super) fn flip_cap(mesher: &mut Mesher, slot: u16, radius: f64, y: f64, height: f64) {
    let (r, at) = (radius, |share: f64| y + share * height);
    let groove = (0.02 * height).min(0.6);
    let profile = Profile::new(slot, 0.85 * r, y)
        .to(r, y, 0.04 * r)
        .to(r, at(0.62) - groove, 0.0)
        .to(r - groove, at(0.62), 0.0)
        .to(r - groove, at(0.63), 0.0)
        .to(r, at(0.63) + groove, 0.0)
        .to(0.99 * r, at(1.0), (0.14 * r).min(0.2 * height))
        .to(0.55 * r, at(1.0) - 0.03 * r, 0.3 * r)
        .to(0.0, at(1.0) - 0.04 * r, 0.0);
    lathe(mesher, &profile, 40, DVec2::ONE);
}

/// Adds a crown cork: a fluted skirt that flares downwards under a slightly domed top.
pub(super) fn crown(mesher: &mut Mesher, slot: u16, radius: f64, y: f64, height: f64) {
    let (r, at) = (radius, |share: f64| y + share * height);
    let profile = Profile::new(slot, 0.86 * r, at(0.04))
        .ribs(0.08 * r)
        .to(r, y, 0.0)
        .to(0.93 * r, at(0.45), 0.0)
        .ribs(0.0)
        .to(0.84 * r, at(0.92), 0.2 * r)
        .to(0.0, at(1.0), 0.0);
    lathe(mesher, &profile, COLUMNS, DVec2::ONE);
}
