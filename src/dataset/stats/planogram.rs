use super::definition::Group;
use super::{Definition, Shot, Tally, Unit};

const FACINGS: Definition = Definition {
    key: "facings",
    title: "facings of a product",
    unit: Unit::Count,
    per: "product and picture",
    resolution: 1.0,
    bounds: (0.0, 1000.0),
};
const EMPTY: Definition = share("empty_facings", "facings that are void");
const MISPLACED: Definition = share("misplaced_facings", "front units that are misplaced");

const fn share(key: &'static str, title: &'static str) -> Definition {
    Definition { key, title, unit: Unit::Percent, per: "picture", resolution: 0.001, bounds: (0.0, 1.0) }
}

/// What has become of the planogram; frames without facings have no values.
pub(super) const GROUP: Group =
    Group { key: "planogram", title: "Planogram", figures: &[FACINGS, EMPTY, MISPLACED], measure };

fn measure(shot: &Shot<'_>, tally: &mut Tally) {
    let Some(shelf) = &shot.reading.record.shelf else { return };
    let counts = || shelf.share.products.iter().map(|product| product.counts);
    for product in counts().filter(|counts| counts.facings > 0) {
        tally.add(&FACINGS, product.facings.into());
    }
    let sum = |value: fn(&crate::annotate::Share) -> u32| counts().map(|counts| f64::from(value(&counts))).sum::<f64>();
    let (planned, units) = (sum(|counts| counts.facings_planned), sum(|counts| counts.facings));
    if planned > 0.0 {
        tally.add(&EMPTY, sum(|counts| counts.voids) / planned);
    }
    if units > 0.0 {
        tally.add(&MISPLACED, sum(|counts| counts.misplaced) / units);
    }
}
