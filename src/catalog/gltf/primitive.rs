//! One primitive of a mesh: its triangles and their attributes.

use glam::{Vec2, Vec3, Vec4};
use gltf::json;
use gltf::json::mesh::{Mode, Semantic};
use gltf::json::validation::Checked;

use super::accessor::Accessors;
use super::check::{self, valid};
use super::document::Document;
use super::{Warnings, size};
use crate::catalog::Error;
use crate::geometry::{Aabb, Mesh};

/// Most vertices and triangle corners that one file may show, instances counted each time where they are baked.
const MOST: u64 = 1 << 26;

/// Makes sure, before anything is read, that a small file does not ask for a large memory by showing the same numbers
/// again and again.
pub(super) fn expect_bearable(document: &Document, meshes: impl IntoIterator<Item = usize>) -> Result<(), Error> {
    let count = |accessor: usize| document.root.accessors[accessor].count.0;
    let mut total = 0_u64;
    for mesh in meshes {
        for primitive in &document.root.meshes[mesh].primitives {
            let position = primitive.attributes.get(&Checked::Valid(Semantic::Positions));
            for accessor in position.into_iter().chain(&primitive.indices) {
                total = total.saturating_add(count(accessor.value()));
            }
        }
        if total > MOST {
            let message = format!("more than {MOST} vertices and corners are shown up to here");
            return Err(document.invalid(format!("meshes[{mesh}]"), message));
        }
    }
    Ok(())
}

/// Reads primitives of one file.
pub(super) struct Primitives<'a> {
    /// The file's numbers.
    pub(super) accessors: Accessors<'a>,
}

impl Primitives<'_> {
    /// Reads `meshes[mesh].primitives[primitive]` in the mesh's own coordinates; `None` if it shows no triangle.
    pub(super) fn read(&self, mesh: usize, primitive: usize, warnings: &mut Warnings) -> Result<Option<Mesh>, Error> {
        let document = self.accessors.document;
        let place = format!("meshes[{mesh}].primitives[{primitive}]");
        let json = &document.root.meshes[mesh].primitives[primitive];
        let mode = valid(json.mode);
        if !shows_triangles(mode) {
            warnings.add(&place, format!("{mode:?} are not shown, only triangles are"));
            return Ok(None);
        }
        if json.targets.as_ref().is_some_and(|targets| !targets.is_empty()) {
            warnings.add(&place, "morph targets are ignored; the base shape is shown");
        }

        let attribute = |semantic| json.attributes.get(&Checked::Valid(semantic)).map(|index| index.value());
        let Some(position) = attribute(Semantic::Positions) else {
            return Err(document.invalid(place, "there is no POSITION"));
        };
        let positions = self.attribute::<3>(position, &place, "POSITION", None)?;
        self.expect_near(&positions, &place)?;
        if !has_declared_bounds(document, position, &positions) {
            warnings.add(&place, "POSITION declares a min and max that its vertices do not have");
        }
        let count = positions.len();
        let floats = Floats { primitives: self, place: &place, count };
        let normals = floats.get::<3>(attribute(Semantic::Normals), "NORMAL")?;
        let tangents = floats.get::<4>(attribute(Semantic::Tangents), "TANGENT")?;
        let uvs = floats.get::<2>(attribute(Semantic::TexCoords(0)), "TEXCOORD_0")?;
        let uvs1 = floats.get::<2>(attribute(Semantic::TexCoords(1)), "TEXCOORD_1")?;
        let colors = floats.colors(attribute(Semantic::Colors(0)))?;

        let indices = match json.indices {
            Some(indices) => self.indices(indices.value(), &place, count)?,
            None => (0..count as u32).collect(),
        };
        if mode == Mode::Triangles && indices.len() % 3 != 0 {
            warnings.add(&place, format!("{} corners are no whole number of triangles", indices.len()));
        }
        let mesh = Mesh {
            triangles: triangles(mode, &indices),
            uvs: if uvs.is_empty() { vec![Vec2::ZERO; count] } else { uvs.into_iter().map(Vec2::from).collect() },
            positions: positions.into_iter().map(Vec3::from).collect(),
            normals: normals.into_iter().map(Vec3::from).collect(),
            uvs1: uvs1.into_iter().map(Vec2::from).collect(),
            tangents: tangents.into_iter().map(Vec4::from).collect(),
            colors,
        };
        Ok((!mesh.triangles.is_empty()).then(|| super::mesh::complete(mesh)))
    }

    fn indices(&self, accessor: usize, place: &str, count: usize) -> Result<Vec<u32>, Error> {
        let place = format!("{place}.indices");
        let indices = self.accessors.indices(accessor, &place)?;
        match indices.iter().position(|&vertex| vertex as usize >= count) {
            None => Ok(indices),
            Some(at) => {
                let message = format!("index {at} is vertex {}, but there are {count} vertices", indices[at]);
                Err(self.accessors.document.invalid(place, message))
            }
        }
    }

    /// The finite numbers of an attribute, as many as there are vertices.
    fn attribute<const N: usize>(
        &self,
        accessor: usize,
        place: &str,
        name: &str,
        count: Option<usize>,
    ) -> Result<Vec<[f32; N]>, Error> {
        let place = format!("{place}.attributes.{name}");
        let values = self.accessors.floats::<N>(accessor, &place)?;
        if let Some(count) = count.filter(|&count| count != values.len()) {
            let message = format!("{} values for {count} vertices", values.len());
            return Err(self.accessors.document.invalid(place, message));
        }
        match values.iter().position(|value| !value.iter().all(|part| part.is_finite())) {
            None => Ok(values),
            Some(vertex) => {
                let message = format!("vertex {vertex} is {:?}, which is not finite", values[vertex]);
                Err(self.accessors.document.invalid(place, message))
            }
        }
    }

    fn expect_near(&self, positions: &[[f32; 3]], place: &str) -> Result<(), Error> {
        let is_near = |position: &[f32; 3]| position.iter().all(|part| f64::from(part.abs()) <= check::FARTHEST);
        match positions.iter().position(|position| !is_near(position)) {
            None => Ok(()),
            Some(vertex) => {
                let message = format!("vertex {vertex} is {:?}, not within ±{:e}", positions[vertex], check::FARTHEST);
                Err(self.accessors.document.invalid(format!("{place}.attributes.POSITION"), message))
            }
        }
    }
}

/// The optional attributes of one primitive.
struct Floats<'a> {
    primitives: &'a Primitives<'a>,
    place: &'a str,
    count: usize,
}

impl Floats<'_> {
    /// Empty if the primitive has no such attribute.
    fn get<const N: usize>(&self, accessor: Option<usize>, name: &str) -> Result<Vec<[f32; N]>, Error> {
        accessor.map_or(Ok(Vec::new()), |index| self.primitives.attribute(index, self.place, name, Some(self.count)))
    }

    /// Colours with or without alpha.
    fn colors(&self, accessor: Option<usize>) -> Result<Vec<Vec4>, Error> {
        let has_alpha = accessor.is_some_and(|index| self.primitives.accessors.components(index) == 4);
        Ok(if has_alpha {
            self.get::<4>(accessor, "COLOR_0")?.into_iter().map(Vec4::from).collect()
        } else {
            self.get::<3>(accessor, "COLOR_0")?.into_iter().map(|rgb| Vec3::from(rgb).extend(1.0)).collect()
        })
    }
}

/// False if an accessor's `min` and `max` are something else than the bounds of its values.
fn has_declared_bounds(document: &Document, accessor: usize, positions: &[[f32; 3]]) -> bool {
    let found = Aabb::from_points(positions.iter().map(|position| Vec3::from(*position).as_dvec3()));
    size::accessor_bounds(document, accessor).is_none_or(|declared| {
        let tolerance = 1e-4 * found.size().max_element();
        declared.min.abs_diff_eq(found.min, tolerance) && declared.max.abs_diff_eq(found.max, tolerance)
    })
}

/// True for the modes that fill surfaces.
pub(super) fn shows_triangles(mode: Mode) -> bool {
    matches!(mode, Mode::Triangles | Mode::TriangleStrip | Mode::TriangleFan)
}

/// The triangles that a list of vertices forms (glTF 2.0, section 3.7.2.1). The degenerate ones that join strips are
/// left out.
fn triangles(mode: json::mesh::Mode, vertices: &[u32]) -> Vec<[u32; 3]> {
    let all: Vec<[u32; 3]> = match mode {
        Mode::TriangleStrip => vertices
            .windows(3)
            .enumerate()
            .map(|(i, v)| if i % 2 == 0 { [v[0], v[1], v[2]] } else { [v[0], v[2], v[1]] })
            .collect(),
        Mode::TriangleFan => {
            let center = vertices.first().copied().unwrap_or_default();
            vertices.get(1..).unwrap_or_default().windows(2).map(|v| [v[0], v[1], center]).collect()
        }
        _ => vertices.chunks_exact(3).map(|v| [v[0], v[1], v[2]]).collect(),
    };
    all.into_iter().filter(|[a, b, c]| a != b && b != c && c != a).collect()
}
