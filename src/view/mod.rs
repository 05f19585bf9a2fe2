//! A page to look at a finished dataset: frames in a grid with filters, and one frame with all its truth over it.
//!
//! A [`Viewer`] answers requests of a browser on the same machine. It reads the dataset's files when they are asked for,
//! and an index of what the frames hold is built meanwhile, which the filters need. Nothing is loaded from a
//! network, and nothing is written. The page itself is in `assets/view`.

mod http;
mod index;
mod pages;
mod query;
#[cfg(feature = "rerun")]
mod rerun;
mod routes;
mod server;

#[cfg(feature = "rerun")]
pub use rerun::write_recording;
pub use server::Viewer;
