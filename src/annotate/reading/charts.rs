//! From texture coordinates back to the surface: where a place of the label lies on the package.

use std::collections::HashMap;
use std::sync::Arc;

use glam::{DMat2, DVec2, DVec3};

use crate::catalog::{AlphaMode, Artwork, ArtworkSource, Look, Texture, Wrap};

/// Cells along each side of the label in which triangles are looked up.
const CELLS: usize = 48;
/// How far beyond a triangle's edge a place may lie, as a share of the triangle: rounding between neighbours.
const SLACK: f64 = 1e-6;

/// The triangles that carry a label, as they lie on it. Those that hang together form a chart: a pack of six bottles has
/// six charts, and each place of the label lies on each of them.
#[derive(Debug)]
pub(super) struct Charts {
    pub(super) artwork: Arc<Artwork>,
    triangles: Vec<Flat>,
    /// By number in the mesh, the number in `triangles`.
    of_mesh: Vec<Option<u32>>,
    /// Number of charts.
    pub(super) count: u32,
    /// Numbers of the triangles that reach into each cell, row by row.
    cells: Vec<Vec<u32>>,
}

/// One triangle with an area both on the label and in space.
#[derive(Debug)]
struct Flat {
    chart: u32,
    origin: DVec2,
    /// Shares along the two edges from the origin, of a difference on the label.
    shares: DMat2,
    corners: [DVec3; 3],
}

/// A place on the surface that carries a place of the label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// Object space, metres.
    pub(super) point: DVec3,
    /// Unit normal of the triangle, object space.
    pub(super) normal: DVec3,
    /// Metres of the surface, in object space, by which one unit of u and of v lead on.
    pub(super) along: [DVec3; 2],
}

impl Charts {
    /// The charts of a look; `None` where it carries no SVG label, or where a ray cannot tell what it shows: surfaces with
    /// cut-outs, labels that repeat.
    pub(super) fn new(look: &Look) -> Option<Self> {
        let cut_out = |material: &crate::catalog::Material| matches!(material.alpha, AlphaMode::Mask { .. });
        if look.materials.iter().any(cut_out) {
            return None;
        }
        let label = |slot: u16| {
            let material = look.materials.get(usize::from(slot)).filter(|material| material.is_label)?;
            let texture = material.textures.base_color.as_ref()?;
            matches!(texture.artwork.source, ArtworkSource::Svg { .. }).then_some(texture)
        };
        let artwork = look.model.slots.iter().find_map(|&slot| label(slot)).map(|texture| texture.artwork.clone())?;

        let mesh = &look.model.mesh;
        let mut charts = Welding::default();
        let (mut triangles, mut of_mesh) = (Vec::new(), vec![None; mesh.triangles.len()]);
        for (i, corners) in mesh.triangles.iter().enumerate() {
            let Some(texture) = label(look.model.slots[i]).filter(|texture| texture.artwork.key == artwork.key) else {
                continue;
            };
            let set = if texture.uv_set == 1 { &mesh.uvs1 } else { &mesh.uvs };
            let mut uvs = [DVec2::ZERO; 3];
            for (uv, &corner) in uvs.iter_mut().zip(corners) {
                *uv = place_on_label(texture, set.get(corner as usize)?.as_dvec2());
            }
            let beyond =
                uvs.iter().any(|uv| uv.cmplt(DVec2::splat(-1e-4)).any() || uv.cmpgt(DVec2::splat(1.0 + 1e-4)).any());
            if beyond && texture.wrap != [Wrap::Clamp; 2] {
                return None;
            }
            let keys = corners.map(|corner| mesh.positions[corner as usize].to_array().map(f32::to_bits));
            let chart = charts.join(keys);
            let edges = DMat2::from_cols(uvs[1] - uvs[0], uvs[2] - uvs[0]);
            let corners = mesh.corners(i);
            let has_area = (corners[1] - corners[0]).cross(corners[2] - corners[0]).length_squared() > 0.0;
            if edges.determinant().abs() < 1e-14 || !has_area {
                continue;
            }
            of_mesh[i] = Some(triangles.len() as u32);
            triangles.push((chart, Flat { chart: 0, origin: uvs[0], shares: edges.inverse(), corners }, uvs));
        }

        let mut numbers = HashMap::new();
        let mut cells = vec![Vec::new(); CELLS * CELLS];
        for (i, (chart, flat, uvs)) in triangles.iter_mut().enumerate() {
            let next = numbers.len() as u32;
            flat.chart = *numbers.entry(charts.root(*chart)).or_insert(next);
            let (low, high) = (uvs[0].min(uvs[1]).min(uvs[2]), uvs[0].max(uvs[1]).max(uvs[2]));
            let (first, last) = (cell_of(low - 1e-9), cell_of(high + 1e-9));
            for row in first[1]..=last[1] {
                for column in first[0]..=last[0] {
                    cells[row * CELLS + column].push(i as u32);
                }
            }
        }
        let triangles = triangles.into_iter().map(|(_, flat, _)| flat).collect();
        Some(Self { artwork, triangles, of_mesh, count: numbers.len() as u32, cells })
    }

    /// Where a place of the label lies on one chart; `None` where the chart does not carry it.
    pub(super) fn locate(&self, chart: u32, place: DVec2) -> Option<Anchor> {
        let [column, row] = cell_of(place);
        let candidates = self.cells[row * CELLS + column].iter().map(|&i| &self.triangles[i as usize]);
        let inside = |flat: &Flat| {
            let share = flat.shares * (place - flat.origin);
            let least = share.x.min(share.y).min(1.0 - share.x - share.y);
            (least >= -SLACK).then_some((least, share))
        };
        let (_, share, flat) = candidates
            .filter(|flat| flat.chart == chart)
            .filter_map(|flat| inside(flat).map(|(least, share)| (least, share, flat)))
            .reduce(|best, other| if other.0 > best.0 { other } else { best })?;
        let [a, b, c] = flat.corners;
        let (ab, ac) = (b - a, c - a);
        Some(Anchor {
            point: a + ab * share.x + ac * share.y,
            normal: ab.cross(ac).normalize(),
            along: [flat.shares.x_axis, flat.shares.y_axis].map(|shares| ab * shares.x + ac * shares.y),
        })
    }

    /// The chart and the place of the label at a point of a mesh triangle, by the weights of its second and third corner;
    /// `None` where the triangle carries no label.
    pub(super) fn place(&self, triangle: u32, weights: DVec2) -> Option<(u32, DVec2)> {
        let flat = &self.triangles[(*self.of_mesh.get(triangle as usize)?)? as usize];
        Some((flat.chart, flat.origin + flat.shares.inverse() * weights))
    }
}

/// `KHR_texture_transform`, as the renderer applies it.
fn place_on_label(texture: &Texture, uv: DVec2) -> DVec2 {
    let (sin, cos) = (libm::sin(texture.rotation), libm::cos(texture.rotation));
    let uv = uv * texture.scale;
    DVec2::new(cos * uv.x + sin * uv.y, cos * uv.y - sin * uv.x) + texture.offset
}

fn cell_of(place: DVec2) -> [usize; 2] {
    place.to_array().map(|share| ((share * CELLS as f64).max(0.0) as usize).min(CELLS - 1))
}

/// Joins triangles that share a position: union-find with path halving.
#[derive(Debug, Default)]
struct Welding {
    places: HashMap<[u32; 3], u32>,
    parents: Vec<u32>,
}

impl Welding {
    fn join(&mut self, corners: [[u32; 3]; 3]) -> u32 {
        let [a, b, c] = corners.map(|corner| {
            let next = self.parents.len() as u32;
            let number = *self.places.entry(corner).or_insert(next);
            if number == next {
                self.parents.push(next);
            }
            number
        });
        for other in [b, c] {
            let (root, other) = (self.root(a), self.root(other));
            self.parents[root.max(other) as usize] = root.min(other);
        }
        a
    }

    fn root(&mut self, mut number: u32) -> u32 {
        while self.parents[number as usize] != number {
            let parent = self.parents[number as usize];
            self.parents[number as usize] = self.parents[parent as usize];
            number = parent;
        }
        number
    }
}
