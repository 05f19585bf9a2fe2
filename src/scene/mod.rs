//! One frame as plain data: where every unit, fixture part, lamp and the camera are. Knows no GPU.
//!
//! A [`Composer`] makes a [`Scene`] from a catalogue, a [`Recipe`] and a seed, and from nothing else: first the gondola and
//! the camera are drawn, then the planogram of the bays in view, then what customers have left of it, then the lamps.
//! [`Scene::from_gltf`] reads a scene that somebody else has composed; [`glb`] writes one for other programs.

mod camera;
pub mod collision;
mod compose;
mod disorder;
mod display;
mod error;
mod fixture;
pub mod glb;
mod interior;
mod light;
mod occlusion;
mod photography;
mod planogram;
pub mod recipe;
mod retail;
mod rooms;
#[expect(clippy::module_inception, reason = "the noun of the stage has its own file")]
mod scene;
mod sequence;
mod settle;
mod shot;
mod split;
mod stocking;
mod wear;

pub use compose::Composer;
pub use error::Error;
pub use photography::{Lens, Motion, Noise, Photography, Sensor, Sharpening, ToneCurve};
pub use recipe::{Recipe, SequenceRules};
pub use retail::{Bay, Face, PlannedPosition, PlanogramRow, PriceTag, Retail, SeenFrom, Shelf};
pub use scene::{Cell, Environment, Light, Prop, Scene, SemanticClass, Unit};
pub use sequence::Neighbor;
pub use shot::{CameraChoice, ShotOptions, Surroundings};
pub use split::{Part, SplitBy, Splits};
