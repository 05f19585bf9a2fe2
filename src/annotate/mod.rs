//! What is true about every unit of a frame: masks, boxes, visibility, rotation, who hides whom.
//!
//! [`annotate`] derives it from a [`Scene`](crate::scene::Scene) and a [`Frame`](crate::frame::Frame) and knows neither
//! renderer nor file format.

#[expect(clippy::module_inception, reason = "the verb of the stage has its own file")]
mod annotate;
mod annotation;
mod bbox;
mod error;
pub mod geometry;
mod occlusion;
pub mod reading;
mod retail;
mod rle;
mod rotation;
mod sight;

pub use annotate::annotate;
pub use annotation::{Annotation, InstanceAnnotation, Occluder, PlanogramPlace};
pub use bbox::PixelBox;
pub use error::Error;
pub(crate) use retail::void_side;
pub use retail::{
    BayRecord, GroupShare, Neighbor, OnShelf, PointRecord, PositionRecord, PriceLabelRecord, ProductShare, Share,
    ShareRecord, ShelfRecord, TierRecord, VoidRecord,
};
pub use rle::{Rle, RleError};
pub use rotation::{RelativeRotation, relative_rotation, smallest_equivalent};

/// Rounded to the thousandth, as the documentation says of pixel positions; adding zero turns -0 into 0.
fn thousandth(value: f64) -> f64 {
    (value * 1e3).round() / 1e3 + 0.0
}

/// Metres rounded to the micrometre.
fn micrometre(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}
