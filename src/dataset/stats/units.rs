use super::definition::Group;
use super::{Definition, Shot, Tally, Unit};

const fn angle(key: &'static str, title: &'static str) -> Definition {
    Definition { key, title, unit: Unit::Degrees, per: "product", resolution: 0.1, bounds: (-180.0, 180.0) }
}

const VISIBILITY: Definition = Definition {
    key: "visibility",
    title: "visibility of all units",
    unit: Unit::Percent,
    per: "unit",
    resolution: 0.001,
    bounds: (0.0, 1.0),
};
const TRUNCATED: Definition = Definition {
    key: "truncated",
    title: "products that the border cuts",
    unit: Unit::Percent,
    per: "picture",
    resolution: 0.001,
    bounds: (0.0, 1.0),
};
const YAW: Definition = angle("yaw", "yaw");
const PITCH: Definition = angle("pitch", "pitch");
const ROLL: Definition = angle("roll", "roll");

/// How units are hidden, cut and turned.
pub(super) const GROUP: Group =
    Group { key: "units", title: "Occlusion and pose", figures: &[VISIBILITY, TRUNCATED, YAW, PITCH, ROLL], measure };

fn measure(shot: &Shot<'_>, tally: &mut Tally) {
    for unit in &shot.reading.record.instances {
        tally.add(&VISIBILITY, f64::from(unit.visible_px) / f64::from(unit.amodal_px));
    }
    if !shot.products.is_empty() {
        let cut = shot.products.iter().filter(|product| product.unit.truncated).count();
        tally.add(&TRUNCATED, cut as f64 / shot.products.len() as f64);
    }
    for product in &shot.products {
        let pose = product.unit.yaw_pitch_roll_deg;
        tally.add(&YAW, pose.yaw);
        tally.add(&PITCH, pose.pitch);
        tally.add(&ROLL, pose.roll);
    }
}
