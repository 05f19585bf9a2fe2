//! Scenes whose truth has a closed form: shapes and silhouettes.
#![cfg(feature = "gpu")]

mod shapes;
#[path = "../support/mod.rs"]
mod support;
