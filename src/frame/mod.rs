//! What a render gives back: planes of pixels on the CPU. Knows no GPU.

#[cfg(any(feature = "gpu", test))]
mod all_hits;
mod depth_layer;
#[expect(clippy::module_inception, reason = "the noun of the stage has its own file")]
mod frame;
mod occlusion;
mod plane;
mod silhouette;

#[cfg(feature = "gpu")]
pub(crate) use all_hits::AllHits;
pub use depth_layer::DepthLayer;
pub use frame::{Frame, PlaneData};
pub use occlusion::Occlusion;
pub use plane::Plane;
pub use silhouette::Silhouette;
