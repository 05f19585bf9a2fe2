//! What a render gives back: planes of pixels on the CPU. Knows no GPU.

#[expect(clippy::module_inception, reason = "the noun of the stage has its own file")]
mod frame;
mod plane;
mod silhouette;

pub use frame::{Frame, PlaneData};
pub use plane::Plane;
pub use silhouette::Silhouette;
