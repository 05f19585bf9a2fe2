use super::definition::Group;
use super::{Definition, Shot, Tally, Unit};

/// Side of the square picture that sizes in pixels are stated for: that of SKU-110K's figures.
const SIDE: f64 = 640.0;

const AREA: Definition = Definition {
    key: "box_area",
    title: "box area, share of the picture",
    unit: Unit::Percent,
    per: "product",
    resolution: 0.000_01,
    bounds: (0.0, 1.0),
};
const SIZE: Definition = Definition {
    key: "box_side",
    title: "side of the box at 640 x 640",
    unit: Unit::Pixels,
    per: "product",
    resolution: 0.1,
    bounds: (0.0, SIDE),
};
const RATIO: Definition = Definition {
    key: "box_ratio",
    title: "box width / height",
    unit: Unit::Number,
    per: "product",
    resolution: 0.001,
    bounds: (0.0, 20.0),
};

/// Sizes of the products' boxes.
pub(super) const GROUP: Group = Group { key: "boxes", title: "Boxes", figures: &[AREA, SIZE, RATIO], measure };

fn measure(shot: &Shot<'_>, tally: &mut Tally) {
    let (width, height) = shot.size();
    for product in &shot.products {
        let (w, h) = (f64::from(product.bbox.width), f64::from(product.bbox.height));
        let share = w * h / (width * height);
        tally.add(&AREA, share);
        tally.add(&SIZE, share.sqrt() * SIDE);
        if !product.unit.truncated {
            tally.add(&RATIO, w / h);
        }
    }
}
