//! What can stand on a shelf: products, their shapes and their label artwork.
//!
//! A [`Catalog`] lists [`Product`]s and loads nothing else until it is asked: shapes become [`Model`]s and labels become
//! pixels when a scene first needs them, so 170,000 products cost a table in memory and no more.

mod artwork;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod catalog;
mod error;
pub mod gltf;
mod gtin;
pub mod label;
mod look;
mod material;
mod model;
pub mod package;
mod product;
pub(crate) mod relief;
mod source;
mod symmetry;

pub use artwork::{Artwork, ArtworkKey, ArtworkSource, MAX_SIDE};
pub use catalog::{Catalog, Family};
pub use error::Error;
pub use gtin::Gtin;
pub use material::{AlphaMode, Material, Texture, Textures, Wrap};
pub use model::{Footprint, Look, Model, ModelKey};
pub use product::{Product, ProductId, Shape};
pub use symmetry::{SYMMETRY_FIELD, Symmetry};
