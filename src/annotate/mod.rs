//! What is true about every unit of a frame: masks, boxes, visibility, rotation, who hides whom.
//!
//! [`annotate`] derives it from a [`Scene`](crate::scene::Scene) and a [`Frame`](crate::frame::Frame) and knows neither
//! renderer nor file format.

#[expect(clippy::module_inception, reason = "the verb of the stage has its own file")]
mod annotate;
mod annotation;
mod bbox;
mod error;
mod occlusion;
mod retail;
mod rle;
mod rotation;

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
