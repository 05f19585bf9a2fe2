use super::definition::Group;
use super::layout::{WIDE, gaps};
use super::{Definition, Shot, Tally, Unit};

const fn share(key: &'static str, title: &'static str) -> Definition {
    Definition { key, title, unit: Unit::Percent, per: "void", resolution: 0.001, bounds: (0.0, 1.0) }
}

const VOIDS: Definition = Definition {
    key: "voids",
    title: "voids per picture",
    unit: Unit::Count,
    per: "picture",
    resolution: 1.0,
    bounds: (0.0, 5000.0),
};
const WIDTH: Definition = share("void_width", "width of a void / picture");
const HEIGHT: Definition = share("void_height", "height of a void / picture");

/// Places where something is missing, as a person sees them, whatever the planogram says: a gap
/// wider than half a product, as high as its left neighbour.
pub(super) const GROUP: Group = Group { key: "voids", title: "Voids", figures: &[VOIDS, WIDTH, HEIGHT], measure };

fn measure(shot: &Shot<'_>, tally: &mut Tally) {
    let (width, height) = shot.size();
    let mut count = 0u32;
    for gap in shot.rows.iter().flat_map(|row| gaps(shot, row)).filter(|gap| gap.share > WIDE) {
        count += 1;
        tally.add(&WIDTH, gap.width / width);
        tally.add(&HEIGHT, gap.height / height);
    }
    tally.add(&VOIDS, count.into());
}
