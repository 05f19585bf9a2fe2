//! Labelled pictures of supermarket shelves.

pub mod catalog;
pub mod frame;
pub mod geometry;
pub mod problem;
#[cfg(feature = "gpu")]
pub mod render;
pub mod scene;
pub mod seed;
pub mod trace;
