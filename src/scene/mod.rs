//! One frame as plain data: where every unit, fixture part, lamp and the camera are. Knows no GPU.

#[expect(clippy::module_inception, reason = "the noun of the stage has its own file")]
mod scene;

pub use scene::{Cell, Environment, Light, Prop, Scene, SemanticClass, Unit};
