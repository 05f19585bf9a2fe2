//! What a ray meets: the two-level tree that the GPU walks, and its twin in plain Rust.
//!
//! [`Blas`] is the tree of one geometry, [`Tlas`] the tree over the instances of one scene; both are arrays of
//! [`Node`]s in the very layout that the shaders read. [`Tracer`] walks the same arrays on the CPU, with the same
//! arithmetic, so that a render can be checked where there is no GPU.

mod blas;
mod kept;
mod layout;
mod placed;
mod tlas;
mod tracer;

pub use blas::Blas;
#[cfg(feature = "gpu")]
pub(crate) use kept::kept;
pub use layout::{MAX_STACK, Node, Reference, Triangle};
pub use placed::{PlacedScene, Placement};
pub use tlas::Tlas;
pub use tracer::{Hit, Ray, Tracer};

/// Why a geometry or a scene cannot be put into a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The tree is deeper than the traversal's stack.
    #[error("{name}: the tree is {depth} levels deep, and the traversal holds {limit}")]
    TooDeep {
        /// Which geometry.
        name: String,
        /// Levels of the tree.
        depth: usize,
        /// Largest number of levels.
        limit: usize,
    },
    /// More triangles or instances than a reference can name.
    #[error("{name}: {count} are more than the {limit} that the tree can number")]
    TooMany {
        /// What there is too much of.
        name: String,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// An instance's pose cannot be inverted, or is not finite.
    #[error("{name}: its pose is degenerate: {pose}")]
    Pose {
        /// Which instance.
        name: String,
        /// The matrix, row by row.
        pose: String,
    },
}
