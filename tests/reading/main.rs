//! What is said about print and keypoints, against rays, pixels and a real bar code reader.

mod flow;
mod keypoints;
mod places;
mod printing;
#[cfg(feature = "gpu")]
mod reader;
mod stage;
#[cfg(feature = "gpu")]
#[path = "../support/mod.rs"]
mod support;
