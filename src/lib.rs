//! Labelled pictures of supermarket shelves.

pub mod annotate;
pub mod catalog;
pub mod dataset;
mod error;
pub mod frame;
pub mod geometry;
pub mod problem;
#[cfg(feature = "gpu")]
pub mod render;
pub mod scene;
pub mod seed;
pub mod trace;

pub use error::Error;
