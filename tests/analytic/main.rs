//! Scenes whose truth has a closed form: shapes, silhouettes, light.
#![cfg(feature = "gpu")]

mod light;
mod shapes;
#[path = "../support/mod.rs"]
mod support;
