use glam::{DVec3, Vec2, Vec3, Vec4};

use super::Aabb;

/// Triangles with what shading needs at their corners. Object space, metres.
///
/// Every non-empty attribute has one entry per vertex.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mesh {
    /// Vertex positions in metres.
    pub positions: Vec<Vec3>,
    /// Unit shading normals.
    pub normals: Vec<Vec3>,
    /// Texture coordinates, set 0: (0, 0) is the top left of the image, as in glTF.
    pub uvs: Vec<Vec2>,
    /// Texture coordinates, set 1; empty when the mesh has none.
    pub uvs1: Vec<Vec2>,
    /// Unit tangents with the handedness of the bitangent in w; empty when the mesh has none.
    pub tangents: Vec<Vec4>,
    /// Linear RGBA that multiplies the base colour; empty when the mesh has none.
    pub colors: Vec<Vec4>,
    /// Corner indices, counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
}

impl Mesh {
    /// Bounding box of all vertices.
    #[must_use]
    pub fn bounds(&self) -> Aabb {
        Aabb::from_points(self.positions.iter().map(|p| p.as_dvec3()))
    }

    /// Corner positions of one triangle.
    ///
    /// # Panics
    /// If the index is out of range.
    #[must_use]
    pub fn corners(&self, triangle: usize) -> [DVec3; 3] {
        self.triangles[triangle].map(|vertex| self.positions[vertex as usize].as_dvec3())
    }

    /// Adds the triangles of another mesh. An optional attribute that only one of the two has is filled with its
    /// neutral value (uv 0, white) for the other; missing tangents are dropped from both.
    pub fn append(&mut self, other: &Self) {
        let base = self.positions.len();
        let total = base + other.positions.len();
        merge(&mut self.uvs1, &other.uvs1, base, total, Vec2::ZERO);
        merge(&mut self.colors, &other.colors, base, total, Vec4::ONE);
        if (base > 0 && self.tangents.is_empty()) || other.tangents.is_empty() {
            self.tangents.clear();
        } else {
            self.tangents.extend_from_slice(&other.tangents);
        }
        self.positions.extend_from_slice(&other.positions);
        self.normals.extend_from_slice(&other.normals);
        self.uvs.extend_from_slice(&other.uvs);
        self.triangles.extend(other.triangles.iter().map(|t| t.map(|vertex| vertex + base as u32)));
    }
}

/// Appends an optional attribute, filling the side that lacks it.
fn merge<T: Copy>(own: &mut Vec<T>, other: &[T], base: usize, total: usize, neutral: T) {
    if own.is_empty() && other.is_empty() {
        return;
    }
    own.resize(base, neutral);
    own.extend_from_slice(other);
    own.resize(total, neutral);
}
