use bytemuck::{Pod, Zeroable};
use glam::Vec3;

/// References that a traversal can put aside: [`Blas`](super::Blas) and [`Tlas`](super::Tlas) together must not be deeper.
pub const MAX_STACK: usize = 64;

/// Two children and their boxes; 64 bytes, as `struct Node` in `shaders/shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Node {
    /// Box of the left child.
    pub left_min: Vec3,
    /// The left child, a [`Reference`].
    pub left: u32,
    /// Box of the left child.
    pub left_max: Vec3,
    /// Padding.
    pub unused_0: u32,
    /// Box of the right child.
    pub right_min: Vec3,
    /// The right child, a [`Reference`].
    pub right: u32,
    /// Box of the right child.
    pub right_max: Vec3,
    /// Padding.
    pub unused_1: u32,
}

impl Node {
    /// A node without children. Both references are leaves with nothing in them, for a slab test takes an inverted box for
    /// the whole of space; the boxes are points so far away that hardly a ray even looks there.
    pub const EMPTY: Self = Self {
        left_min: Vec3::MAX,
        left: Reference::NOTHING,
        left_max: Vec3::MAX,
        unused_0: 0,
        right_min: Vec3::MAX,
        right: Reference::NOTHING,
        right_max: Vec3::MAX,
        unused_1: 0,
    };
}

/// Corner positions of a triangle in object space; 48 bytes, as `struct Triangle` in `shaders/shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Triangle {
    /// First corner.
    pub a: Vec3,
    /// Padding.
    pub unused_0: u32,
    /// Second corner.
    pub b: Vec3,
    /// Padding.
    pub unused_1: u32,
    /// Third corner.
    pub c: Vec3,
    /// Padding.
    pub unused_2: u32,
}

/// What a child of a node is, packed into 32 bits: the two top bits hold the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// Number of a node.
    Inner(u32),
    /// A run of triangles.
    Triangles {
        /// Number of the first.
        first: u32,
        /// How many: 1 to 15; 0 stands for the missing child of a node.
        count: u32,
    },
    /// Number of an instance.
    Instance(u32),
}

impl Reference {
    /// Largest number of triangles in one leaf.
    pub const MAX_LEAF: u32 = 15;
    /// Triangles that references can number.
    pub const MAX_TRIANGLES: usize = 1 << 26;
    /// Nodes or instances that references can number.
    pub const MAX_NODES: usize = 1 << 30;

    /// Packed form of a run of no triangles.
    const NOTHING: u32 = 1 << 30;

    /// The packed form.
    #[must_use]
    pub fn pack(self) -> u32 {
        match self {
            Self::Inner(node) => node,
            Self::Triangles { first, count } => 1 << 30 | count << 26 | first,
            Self::Instance(instance) => 2 << 30 | instance,
        }
    }

    /// Reads the packed form.
    #[must_use]
    pub fn unpack(bits: u32) -> Self {
        match bits >> 30 {
            0 => Self::Inner(bits),
            1 => Self::Triangles { first: bits & 0x3ff_ffff, count: bits >> 26 & 15 },
            _ => Self::Instance(bits & 0x3fff_ffff),
        }
    }

    /// The same thing in a larger array, where nodes and triangles start later.
    #[must_use]
    pub fn moved(self, first_node: u32, first_triangle: u32) -> Self {
        match self {
            Self::Inner(node) => Self::Inner(node + first_node),
            Self::Triangles { first, count } => Self::Triangles { first: first + first_triangle, count },
            Self::Instance(instance) => Self::Instance(instance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_survive_packing() {
        for reference in [
            Reference::Inner(0),
            Reference::Inner((1 << 30) - 1),
            Reference::Triangles { first: (1 << 26) - 1, count: 15 },
            Reference::Triangles { first: 0, count: 1 },
            Reference::Instance((1 << 30) - 2),
        ] {
            assert_eq!(Reference::unpack(reference.pack()), reference);
        }
    }
}
