//! The path tracer against what must be so: conservation of energy, reciprocity, closed forms, and equal means of its
//! different ways of finding light.
//!
//! Means are held against each other by tests of significance: the error of a mean is estimated from independent seeds,
//! and each limit says how often chance alone would break it.
#![cfg(feature = "gpu")]

mod bsdf;
mod closed_forms;
mod furnace;
mod glass;
mod lamps;
mod limits;
mod materials;
mod measure;
mod probe;
mod sampler;
mod strategies;
#[path = "../support/mod.rs"]
mod support;
