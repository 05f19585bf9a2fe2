//! From a [`Scene`](crate::scene::Scene) to a [`Frame`](crate::frame::Frame) on the GPU; the only stage that knows wgpu.
//!
//! There is no rasteriser: every pass is a compute shader that casts rays through the trees of [`crate::trace`]. One pass
//! is one file here and one file in `shaders/passes`, with the same name; a plane of truth is one more file in
//! `shaders/planes`.

mod color;
mod context;
mod denoiser;
mod energy;
mod environment;
mod environment_cells;
mod error;
mod geometry;
pub mod gpu_data;
mod grow_buffer;
mod integrator;
mod jpeg;
mod materials;
mod passes;
mod photograph;
mod readback;
mod renderer;
mod scene_upload;
pub mod shaders;
mod textures;
mod units;
mod view;
mod windows;

pub use color::Progress;
pub use context::{Adapter, AdapterChoice, Context, adapters};
#[doc(hidden)]
pub use energy::energy_table;
pub use error::Error;
pub use integrator::{Integrator, Strategy};
pub use renderer::{RenderSettings, Renderer, RendererOptions};
pub use units::SilhouetteMethod;
pub use windows::Window;
