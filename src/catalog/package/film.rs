use std::ops::{Range, RangeInclusive};

use glam::{DVec2, DVec3};

use super::boxy::{Boxy, flat_uv};
use super::mesher::{Mesher, Skin};
use super::paint::LABEL;
use super::request::Request;
use super::sheet::{Face, Sheet};

/// Points between the middle and the end of each side.
const FLAT: usize = 6;
/// Heights, by the height of the film, of the rows between which an open end lies.
const EYE: [f64; 5] = [0.2, 0.36, 0.5, 0.64, 0.8];
/// Diameter of a unit in millimetres, where the fields do not tell how many there are.
const USUAL_DIAMETER: f64 = 66.0;

/// Printed shrink film around a block of units. Millimetres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Film {
    /// Half the width and half the depth.
    pub(super) half: DVec2,
    /// Height of the film.
    pub(super) height: f64,
    /// Units along x and z.
    pub(super) count: [u32; 2],
    /// Distance of neighbouring units along x and z.
    pub(super) pitch: DVec2,
    /// Radius of the upper and lower edges.
    pub(super) edge: f64,
    /// How far the film over the units sinks in between them.
    pub(super) sag: f64,
    /// True when the left and right ends have an eye in them, for [`Wall::eyes`] to be closed by the caller.
    pub(super) open_ends: bool,
}

/// The wall of a film that has been added: what is needed to fill its eyes.
#[derive(Debug)]
pub(super) struct Wall {
    rows: Vec<Vec<DVec3>>,
    ids: Vec<Vec<u32>>,
    u: Vec<f64>,
    v: Vec<f64>,
    columns: usize,
    eye_rows: Range<usize>,
}

/// Units along x and z: as the fields `columns` and `rows` say, else guessed from the size.
pub(super) fn count(request: &Request<'_>) -> Result<[u32; 2], String> {
    let guess = |edge: f64, most: u32| (libm::round(edge / USUAL_DIAMETER) as u32).clamp(1, most);
    let columns = request.count("columns", 1..=6)?.unwrap_or_else(|| guess(request.size.x, 6));
    let rows = request.count("rows", 1..=4)?.unwrap_or_else(|| guess(request.size.z, 4));
    Ok([columns, rows])
}

impl Film {
    /// 0 where the film lies on a unit, 1 where it spans the gap between two units.
    fn gap(&self, position: f64, axis: usize) -> f64 {
        let s = libm::sin(std::f64::consts::PI * (position + self.half[axis]) / self.pitch[axis]);
        1.0 - s * s
    }

    /// The film wall sinks in a little between the units.
    fn wall(&self, point: DVec2, amount: f64) -> DVec2 {
        let sink = |axis: usize, along: usize| {
            let outermost = (point[axis].abs() / self.half[axis] - 0.98).max(0.0) * 50.0;
            let inside = (1.0 - point[along].abs() / self.half[along]).min(0.2) * 5.0;
            outermost * inside * self.gap(point[along], along)
        };
        point - point.signum() * DVec2::new(sink(0, 1), sink(1, 0)) * amount
    }

    /// Adds the film: walls, underside and top, closed but for the eyes.
    pub(super) fn add(&self, mesher: &mut Mesher, sheet: &Sheet) -> Wall {
        let skin = Skin::new(LABEL);
        let radius = 0.36 * self.pitch.min_element().min(self.half.min_element());
        let boxy = Boxy { half: self.half, radius, flat: FLAT };
        let (e, h) = (self.edge, self.height);
        let step = |degrees: f64| {
            let angle = f64::to_radians(degrees);
            (e * (1.0 - libm::cos(angle)), e * (1.0 - libm::sin(angle)))
        };
        let quarter = [step(90.0), step(60.0), step(30.0), step(0.0)];
        let mut rows: Vec<(f64, f64)> = quarter.to_vec();
        rows.extend(EYE.map(|share| (0.0, share * h)));
        rows.extend(quarter.iter().rev().map(|&(inset, y)| (inset, h - y)));
        let sink = (0.1 * self.pitch.min_element()).min(6.5);
        let points: Vec<Vec<DVec3>> = rows
            .iter()
            .map(|&(inset, y)| {
                let flat = libm::sqrt((y / h * (1.0 - y / h) * 4.0).max(0.0));
                let ring = boxy.ring(inset);
                ring.iter().map(|&p| self.wall(p, sink * flat)).map(|p| DVec3::new(p.x, y, p.y)).collect()
            })
            .collect();
        let ids: Vec<Vec<u32>> = points.iter().map(|row| mesher.points(row)).collect();
        let (n, columns) = (ids[0].len(), boxy.columns());
        let u = boxy.columns_u(2.0 * self.half);
        let panel_top = 2.0 * self.half.y;
        let panel_height = sheet.height_mm - 2.0 * panel_top;
        // The printed height runs along the rounded edges to their middle.
        let v = |row: usize| panel_top + panel_height * (1.0 - rows[row].1 / h);
        let last = rows.len() - 1;
        let eye_rows = quarter.len()..quarter.len() + EYE.len() - 1;
        let is_eye = |column: usize| {
            self.open_ends && (column / columns).is_multiple_of(2) && (2..columns - 2).contains(&(column % columns))
        };
        for i in 0..last {
            for j in 0..n {
                if eye_rows.contains(&i) && is_eye(j) {
                    continue;
                }
                let next = (j + 1) % n;
                let uv = |column: usize, row: usize| {
                    let point = points[row][column % n];
                    match i {
                        0 | 1 => flat_uv(sheet, Face::Bottom, point),
                        _ if i + 2 >= last => flat_uv(sheet, Face::Top, point),
                        _ => DVec2::new(u[column], v(row)),
                    }
                };
                mesher.face(
                    skin,
                    [ids[i][j], ids[i][next], ids[i + 1][next], ids[i + 1][j]],
                    [uv(j, i), uv(j + 1, i), uv(j + 1, i + 1), uv(j, i + 1)],
                );
            }
        }
        mesher.fan(skin, &ids[0], DVec3::ZERO, false, |point| flat_uv(sheet, Face::Bottom, point));
        self.add_top(mesher, sheet, &points[last], &ids[last], columns);
        let v = (0..rows.len()).map(v).collect();
        Wall { rows: points, ids, u, v, columns, eye_rows }
    }

    /// The film over the units: a grid between the four sides of the upper ring (Coons patch), sagging between units.
    fn add_top(&self, mesher: &mut Mesher, sheet: &Sheet, ring: &[DVec3], ids: &[u32], m: usize) {
        let n = ring.len();
        // s runs along the front from left to right, t from the back to the front.
        let border = |s: usize, t: usize| match (s, t) {
            (0, t) => Some(t),
            (s, t) if t == m => Some(m + s),
            (s, t) if s == m => Some(3 * m - t),
            (s, 0) => Some((4 * m - s) % n),
            _ => None,
        };
        let at = |s: usize, t: usize| ring[border(s, t).unwrap_or(0)];
        let grid: Vec<Vec<u32>> = (0..=m)
            .map(|t| {
                (0..=m)
                    .map(|s| match border(s, t) {
                        Some(i) => ids[i],
                        None => {
                            let (a, b) = (s as f64 / m as f64, t as f64 / m as f64);
                            let sides = at(0, t).lerp(at(m, t), a) + at(s, 0).lerp(at(s, m), b);
                            let corners = at(0, 0).lerp(at(m, 0), a).lerp(at(0, m).lerp(at(m, m), a), b);
                            let mut point = sides - corners;
                            let (x, z) = (self.gap(point.x, 0), self.gap(point.z, 1));
                            point.y -= self.sag * (1.0 - (1.0 - x) * (1.0 - z));
                            mesher.point(point)
                        }
                    })
                    .collect()
            })
            .collect();
        let position = |s: usize, t: usize| (grid[t][s], s, t);
        for t in 0..m {
            for s in 0..m {
                let corners = [position(s, t + 1), position(s + 1, t + 1), position(s + 1, t), position(s, t)];
                let points = corners.map(|(id, ..)| id);
                let uvs = points.map(|id| flat_uv(sheet, Face::Top, mesher.position(id)));
                mesher.face(Skin::new(LABEL), points, uvs);
            }
        }
    }
}

/// The border of one open end, with what the film around it carries.
#[derive(Debug)]
pub(super) struct Eye {
    /// Border points counter-clockwise seen from outside, their ids, and their positions on the sheet.
    pub(super) border: Vec<(DVec3, u32, DVec2)>,
    /// Two opposite corners of the border: the lower one that comes first along the ring, and the upper other one.
    pub(super) corners: [(DVec3, DVec2); 2],
}

impl Wall {
    /// The open ends: left, right.
    pub(super) fn eyes(&self) -> [Eye; 2] {
        [0, 2].map(|panel| self.eye(panel * self.columns + 2..=(panel + 1) * self.columns - 2))
    }

    fn eye(&self, columns: RangeInclusive<usize>) -> Eye {
        let (c0, c1, r0, r1) = (*columns.start(), *columns.end(), self.eye_rows.start, self.eye_rows.end);
        let at = |(c, r): (usize, usize)| (self.rows[r][c], self.ids[r][c], DVec2::new(self.u[c], self.v[r]));
        // Along the lower border, up, back along the upper border, down.
        let border = (c0..c1)
            .map(|c| (c, r0))
            .chain((r0..r1).map(|r| (c1, r)))
            .chain((c0 + 1..=c1).rev().map(|c| (c, r1)))
            .chain((r0 + 1..=r1).rev().map(|r| (c0, r)))
            .map(at)
            .collect();
        let corners = [at((c0, r0)), at((c1, r1))].map(|(point, _, uv)| (point, uv));
        Eye { border, corners }
    }
}
