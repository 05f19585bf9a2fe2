//! Labelled pictures of supermarket shelves: a recipe in; colour, depth, rotation and exact masks out.
//!
//! endcap composes shelves from 3D products, casts rays through them on any GPU, and tells what is true about every unit
//! in the picture. A frame depends on catalogue, recipe and seed alone: frame 4711 needs no other frame.
//!
#![cfg_attr(feature = "gpu", doc = "```no_run")]
#![cfg_attr(not(feature = "gpu"), doc = "```ignore")]
//! use std::sync::Arc;
//! use endcap::annotate::annotate;
//! use endcap::{Catalog, Composer, Recipe, RenderSettings, Renderer, RendererOptions, Seed};
//!
//! # fn main() -> Result<(), endcap::Error> {
//! let composer = Composer::new(Arc::new(Catalog::builtin()?), Recipe::open("default")?)?;
//! let mut renderer = Renderer::new(&RendererOptions::default())?;
//!
//! let scene = composer.compose(Seed { dataset: 1, index: 4711 })?;
//! let frame = renderer.render(&scene, &RenderSettings::default())?;
//! let annotation = annotate(&scene, &frame)?;
//!
//! let depth = frame.depth().expect("all planes are rendered by default"); // metres, [row, column]
//! for unit in &annotation.instances {
//!     println!("{} {:?} {:?}", unit.name, unit.visibility, unit.bbox_visible);
//! }
//! # let _ = depth;
//! # Ok(())
//! # }
//! ```
//!
//! # The pipeline
//!
//! ```text
//! Catalog ─┐                      Renderer         annotate
//!          ├─ Composer ──> Scene ──────────> Frame ─────────> Annotation ──> DatasetWriter ──> folder
//! Recipe ──┘    Seed
//! ```
//!
//! Each noun is plain data that can be made, looked at and tested without the next stage.
//!
//! * [`Catalog`] ([`catalog`]): what can stand on a shelf. Tables of products, glTF models, parametric packages, label
//!   templates; shapes and labels are read when a scene first needs them.
//! * [`Recipe`], [`Composer`], [`Scene`] ([`scene`]): what frames should look like, and one frame as data: every unit,
//!   fixture part, lamp and the camera. [`Scene::from_gltf`] takes anybody's scene instead.
//! * [`trace`]: the trees that rays walk, and a plain Rust twin of the GPU's ray caster.
#![cfg_attr(feature = "gpu", doc = "* [`Renderer`] ([`render`]): long-lived; owns device, shaders and uploads.")]
//! * [`Frame`] ([`frame`]): the [`Plane`]s as `ndarray` arrays, and the full silhouette of every unit.
//! * [`Annotation`] ([`mod@annotate`]): masks, boxes, visibility, pose, occluders and planogram place of every unit.
//! * [`DatasetWriter`] ([`dataset`]): files, a manifest with a digest of each, resuming, checking.
//!
//! Axes, units and every plane are defined in `docs/dataset-format.md`: metres, radians, world y up, OpenCV cameras.
//!
//! # Features
//!
//! * `gpu` (default): `render` and `dataset::produce`; the only part that knows wgpu.
//! * `cli` (default): the `endcap` command, with `view` and `parquet`.
//! * `view`: the page of a dataset, on a loopback address.
//! * `parquet`: the dataset format of that name.
//! * `rerun`: datasets as recordings for the viewer of rerun.io.
//! * `job` (with `cli`): datasets made by other machines: bundles, units, verification, a coordinator and its workers.
//! * `nats`, `s3`, `evm`, together `market`: a queue, a store and contracts between machines that do not trust each other.
//!
//! # What it does not do
//!
//! * No fisheye lenses: distortion is Brown-Conrady. Labels belong to the ideal instant and the lens centre, whatever the
//!   photography of the colour picture does.
//! * Packages are stiff: goods tumble into bins, lie and turn, but nothing bends under what lies on it.
//! * No skins or animations, no compressed meshes (Draco, meshopt) and no Basis textures in glTF files.
//! * One GPU in one process. Nothing is ever loaded from a network; only `job` talks to others, where it is told to.

pub mod annotate;
pub mod catalog;
pub mod dataset;
mod error;
pub mod frame;
pub mod geometry;
#[cfg(feature = "job")]
pub mod job;
pub mod problem;
#[cfg(feature = "gpu")]
pub mod render;
pub mod scene;
pub mod seed;
pub mod trace;
#[cfg(feature = "view")]
pub mod view;

pub use annotate::Annotation;
pub use catalog::{Catalog, Product};
pub use dataset::{DatasetWriter, Run, Sample};
pub use error::Error;
pub use frame::{Frame, Plane};
pub use geometry::Camera;
#[cfg(feature = "gpu")]
pub use render::{RenderSettings, Renderer, RendererOptions};
pub use scene::{Composer, Recipe, Scene, Unit};
pub use seed::Seed;
