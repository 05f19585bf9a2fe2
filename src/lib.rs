//! Labelled pictures of supermarket shelves.

pub mod catalog;
pub mod frame;
pub mod geometry;
pub mod problem;
pub mod scene;
pub mod seed;
