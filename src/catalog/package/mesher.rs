use std::collections::HashMap;

use glam::{DAffine3, DVec2, DVec3, Vec2};

use super::relief_uv::Projection;
use crate::geometry::Mesh;

/// Faces that meet at more than this angle have an edge between them instead of one smooth surface.
const CREASE_DEG: f64 = 50.0;

/// Which material a face has, and where its surface stops being smooth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Skin {
    slot: u16,
    crease_cos: f64,
}

impl Skin {
    /// Smooth over gentle bends, with an edge at sharp ones.
    pub(super) fn new(slot: u16) -> Self {
        Self::creased(slot, CREASE_DEG)
    }

    /// With an edge at every bend of more than `degrees`.
    pub(super) fn creased(slot: u16, degrees: f64) -> Self {
        Self { slot, crease_cos: libm::cos(degrees.to_radians()) }
    }
}

/// A triangle or a quad; the unused last corner of a triangle repeats its first.
#[derive(Debug, Clone, Copy)]
struct Face {
    corners: [u32; 4],
    uvs: [DVec2; 4],
    count: usize,
    skin: Skin,
}

/// Collects the faces of a package in millimetres and turns them into a [`Mesh`].
///
/// Faces that share a point are one surface; surfaces that do not are separate shells. Positions are moved by `place`
/// when they are added, so that a part can be made upright and put anywhere.
#[derive(Debug)]
pub(super) struct Mesher {
    /// Where added points go. Must not mirror.
    pub(super) place: DAffine3,
    points: Vec<DVec3>,
    faces: Vec<Face>,
}

impl Mesher {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { place: DAffine3::IDENTITY, points: Vec::new(), faces: Vec::new() }
    }

    /// Adds a point.
    pub(super) fn point(&mut self, position: DVec3) -> u32 {
        self.points.push(self.place.transform_point3(position));
        (self.points.len() - 1) as u32
    }

    /// Adds points.
    pub(super) fn points(&mut self, positions: &[DVec3]) -> Vec<u32> {
        positions.iter().map(|&position| self.point(position)).collect()
    }

    /// Where a point was put.
    pub(super) fn position(&self, point: u32) -> DVec3 {
        self.points[point as usize]
    }

    /// Adds a triangle or a quad, counter-clockwise seen from outside. Corners that repeat their predecessor are left
    /// out, and what is no face without them is not added. `uvs` are in millimetres on the sheet.
    pub(super) fn face<const N: usize>(&mut self, skin: Skin, corners: [u32; N], uvs: [DVec2; N]) {
        let keep: Vec<usize> = (0..N).filter(|&i| corners[i] != corners[(i + N - 1) % N]).collect();
        if !(3..=4).contains(&keep.len()) {
            return;
        }
        let pick = |i: usize| keep[i % keep.len()];
        self.faces.push(Face {
            corners: std::array::from_fn(|i| corners[pick(i)]),
            uvs: std::array::from_fn(|i| uvs[pick(i)]),
            count: keep.len(),
            skin,
        });
    }

    /// Joins two closed rings with quads. Seen from outside, `upper` lies above `lower` and both run to the right.
    /// `uv(column, 0)` belongs to `lower` and `uv(column, 1)` to `upper`; columns run from 0 to the ring's length.
    pub(super) fn band(&mut self, skin: Skin, lower: &[u32], upper: &[u32], uv: impl Fn(usize, usize) -> DVec2) {
        self.band_of(|_| skin, lower, upper, uv);
    }

    /// [`Self::band`] with a skin for each column.
    pub(super) fn band_of(
        &mut self,
        skin: impl Fn(usize) -> Skin,
        lower: &[u32],
        upper: &[u32],
        uv: impl Fn(usize, usize) -> DVec2,
    ) {
        let n = lower.len();
        for j in 0..n {
            let next = (j + 1) % n;
            self.face(
                skin(j),
                [lower[j], lower[next], upper[next], upper[j]],
                [uv(j, 0), uv(j + 1, 0), uv(j + 1, 1), uv(j, 1)],
            );
        }
    }

    /// Closes a ring with triangles to an apex; `up` when the ring runs counter-clockwise seen from outside.
    pub(super) fn fan(&mut self, skin: Skin, ring: &[u32], apex: DVec3, up: bool, uv: impl Fn(DVec3) -> DVec2) {
        let n = ring.len();
        let apex = self.point(apex);
        for j in 0..n {
            let (a, b) = if up { (ring[j], ring[(j + 1) % n]) } else { (ring[(j + 1) % n], ring[j]) };
            self.face(skin, [a, b, apex], [a, b, apex].map(|id| uv(self.points[id as usize])));
        }
    }

    /// The finished mesh in metres with the material slot of each triangle. The box of all points is moved and scaled
    /// to be exactly `size` (millimetres), standing on y = 0, centred in x and z; `sheet` (millimetres) is what
    /// texture coordinates 1, 1 stand for. `projection` makes the second set of texture coordinates and the tangents,
    /// which maps of relief and wear use.
    pub(super) fn finish(
        mut self,
        size: DVec3,
        sheet: DVec2,
        projection: Projection,
    ) -> Result<(Mesh, Vec<u16>), String> {
        self.fit(size)?;
        let area_normals: Vec<DVec3> = self.faces.iter().map(|face| self.area_normal(face)).collect();
        let mut faces_at: Vec<Vec<u32>> = vec![Vec::new(); self.points.len()];
        for (i, face) in self.faces.iter().enumerate() {
            for &corner in &face.corners[..face.count] {
                faces_at[corner as usize].push(i as u32);
            }
        }

        let (mut mesh, mut slots, mut seen) = (Mesh::default(), Vec::new(), HashMap::new());
        for (i, face) in self.faces.iter().enumerate() {
            let own = area_normals[i].normalize_or_zero();
            let middle = face.corners[..face.count].iter().map(|&corner| self.points[corner as usize]).sum::<DVec3>()
                / face.count as f64;
            let plane = projection.plane(own, middle);
            let vertices: [u32; 4] = std::array::from_fn(|c| {
                let point = face.corners[c];
                let normal: DVec3 = faces_at[point as usize]
                    .iter()
                    .map(|&other| area_normals[other as usize])
                    .filter(|other| other.normalize_or_zero().dot(own) >= face.skin.crease_cos)
                    .sum();
                let normal = normal.try_normalize().unwrap_or(DVec3::Y).as_vec3();
                let uv = (face.uvs[c] / sheet).clamp(DVec2::ZERO, DVec2::ONE).as_vec2();
                let (uv1, tangent) = plane.at(self.points[point as usize], normal);
                let bits = |values: [f32; 2]| values.map(f32::to_bits);
                let key = (point, normal.to_array().map(f32::to_bits), bits(uv.to_array()), bits(uv1.to_array()));
                *seen.entry(key).or_insert_with(|| {
                    mesh.positions.push((self.points[point as usize] * 1e-3).as_vec3());
                    mesh.normals.push(normal);
                    mesh.uvs.push(Vec2::from_array(uv.to_array()));
                    mesh.uvs1.push(uv1);
                    mesh.tangents.push(tangent);
                    (mesh.positions.len() - 1) as u32
                })
            });
            for triangle in self.triangulate(face) {
                mesh.triangles.push(triangle.map(|c| vertices[c]));
                slots.push(face.skin.slot);
            }
        }
        Ok((mesh, slots))
    }

    fn fit(&mut self, size: DVec3) -> Result<(), String> {
        let min = self.points.iter().copied().fold(DVec3::INFINITY, DVec3::min);
        let extent = self.points.iter().copied().fold(DVec3::NEG_INFINITY, DVec3::max) - min;
        if !(extent.is_finite() && extent.min_element() > 0.0) {
            return Err(format!("a package of {} x {} x {} mm has no extent", size.x, size.y, size.z));
        }
        let corner = DVec3::new(-0.5 * size.x, 0.0, -0.5 * size.z);
        for point in &mut self.points {
            *point = (*point - min) / extent * size + corner;
        }
        Ok(())
    }

    /// Normal of a face times its area.
    fn area_normal(&self, face: &Face) -> DVec3 {
        let [a, b, c, d] = face.corners.map(|corner| self.points[corner as usize]);
        if face.count == 3 { (b - a).cross(c - a) * 0.5 } else { (c - a).cross(d - b) * 0.5 }
    }

    /// Corner numbers of the triangles of a face: a quad is cut along its shorter diagonal.
    fn triangulate(&self, face: &Face) -> Vec<[usize; 3]> {
        if face.count == 3 {
            return vec![[0, 1, 2]];
        }
        let [a, b, c, d] = face.corners.map(|corner| self.points[corner as usize]);
        if a.distance(c) <= b.distance(d) * (1.0 + 1e-9) {
            vec![[0, 1, 2], [0, 2, 3]]
        } else {
            vec![[0, 1, 3], [1, 2, 3]]
        }
    }
}
