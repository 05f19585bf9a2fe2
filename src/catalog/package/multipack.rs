//! Cans or bottles in printed shrink film. Fields: `unit` = `can` (all under film, with open eyes at both ends) or `bottle`
//! (necks stand out of the film); `columns`, `rows` (of units seen from above; guessed from the size when absent);
//! `cap_color`, `body_color` (what shows of the units).
//!
//! Sheet: the unfolded box.

use glam::{DVec2, DVec3};

use super::boxy::{Boxy, flat_uv};
use super::loft::lathe;
use super::mesher::{Mesher, Skin};
use super::paint::{self, LABEL};
use super::profile::Profile;
use super::request::Request;
use super::sheet::{Face, Sheet};
use super::{Footprint, Package, Parts};

pub(super) const PACKAGE: Package = Package { name: "multipack", sheet, build };

const UNIT: u16 = 1;
const CAP: u16 = 2;
const FLAT: usize = 6;
/// Diameter of a unit in millimetres, where the fields do not tell how many there are.
const USUAL_DIAMETER: f64 = 66.0;
/// Height of the film by the height of a pack of bottles.
const FILM_HEIGHT: f64 = 0.74;

/// Measures in millimetres.
struct Frame {
    half: DVec2,
    /// Height of the film.
    height: f64,
    /// Units along x and z, and their spacing.
    count: [u32; 2],
    pitch: DVec2,
    /// Radius of the film's upper and lower edges.
    edge: f64,
    bottles: bool,
}

fn sheet(size: DVec3) -> Sheet {
    Sheet::unfolded(size.x, size.y, size.z, size.z)
}

fn build(request: &Request<'_>, sheet: &Sheet, mesher: &mut Mesher) -> Result<Parts, String> {
    let unit = request.choice("unit", &["can", "bottle"])?;
    let size = request.size;
    let guess = |edge: f64| ((edge / USUAL_DIAMETER).round() as u32).clamp(1, 6);
    let columns = request.count("columns", 1..=6)?.unwrap_or_else(|| guess(size.x));
    let rows = request.count("rows", 1..=4)?.unwrap_or_else(|| guess(size.z).min(4));
    let half = DVec2::new(0.5 * size.x, 0.5 * size.z);
    let bottles = unit == "bottle";
    let height = if bottles { FILM_HEIGHT * size.y } else { size.y };
    let pitch = 2.0 * half / DVec2::new(f64::from(columns), f64::from(rows));
    let edge = (0.22 * pitch.min_element()).min(0.12 * height).min(if bottles { 14.0 } else { 7.0 });
    let f = Frame { half, height, count: [columns, rows], pitch, edge, bottles };
    f.add_film(mesher, sheet);
    let mut materials = vec![paint::label(0.22), paint::lacquer("unit", request.color(&["body_color"], "#c9ccd0")?)];
    if bottles {
        f.add_necks(mesher, size.y);
        materials[usize::from(UNIT)] = paint::pet("unit", request.color(&["content_color", "body_color"], "#cfe6f0")?);
        materials.push(paint::plastic("cap", request.color(&["cap_color"], "#1f6fc4")?));
    }
    Ok(Parts { materials, footprint: Footprint::Box, variant: format!("{unit}-{columns}x{rows}") })
}

impl Frame {
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

    fn add_film(&self, mesher: &mut Mesher, sheet: &Sheet) {
        let skin = Skin::new(LABEL);
        let radius = 0.45 * self.pitch.min_element().min(self.half.min_element());
        let boxy = Boxy { half: self.half, radius, flat: FLAT };
        let (e, h) = (self.edge, self.height);
        let step = |degrees: f64| {
            let angle = f64::to_radians(degrees);
            (e * (1.0 - libm::cos(angle)), e * (1.0 - libm::sin(angle)))
        };
        let quarter = [step(90.0), step(60.0), step(30.0), step(0.0)];
        let eye = [0.2, 0.36, 0.5, 0.64, 0.8].map(|share| (0.0, share * h));
        let mut rows: Vec<(f64, f64)> = quarter.to_vec();
        rows.extend(eye);
        rows.extend(quarter.iter().rev().map(|&(inset, y)| (inset, h - y)));
        let sink = (0.05 * self.pitch.min_element()).min(3.0);
        let points: Vec<Vec<DVec3>> = rows
            .iter()
            .map(|&(inset, y)| {
                let flat = (y / h * (1.0 - y / h) * 4.0).sqrt();
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
        let eye_rows = quarter.len()..quarter.len() + eye.len() - 1;
        let is_eye = |column: usize| {
            !self.bottles && (column / columns).is_multiple_of(2) && (2..columns - 2).contains(&(column % columns))
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
        if !self.bottles {
            for panel in [0, 2] {
                self.add_eye(
                    mesher,
                    &points,
                    &ids,
                    panel * columns + 2..=(panel + 1) * columns - 2,
                    &eye_rows,
                    |column, row| DVec2::new(u[column], v(row)),
                );
            }
        }
    }

    /// The film over the units: a grid between the four sides of the upper ring (Coons patch), sagging between units.
    fn add_top(&self, mesher: &mut Mesher, sheet: &Sheet, ring: &[DVec3], ids: &[u32], m: usize) {
        let n = ring.len();
        let sag = if self.bottles { 0.12 * self.edge } else { 0.35 * self.edge };
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
                            point.y -= sag * (1.0 - (1.0 - x) * (1.0 - z));
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

    /// The open end of the film: its border, an oval edge, and the units behind it.
    fn add_eye(
        &self,
        mesher: &mut Mesher,
        points: &[Vec<DVec3>],
        ids: &[Vec<u32>],
        columns: std::ops::RangeInclusive<usize>,
        rows: &std::ops::Range<usize>,
        uv: impl Fn(usize, usize) -> DVec2,
    ) {
        let (c0, c1, r0, r1) = (*columns.start(), *columns.end(), rows.start, rows.end);
        // Counter-clockwise seen from outside: along the lower border, up, back along the upper border, down.
        let border: Vec<(usize, usize)> = (c0..c1)
            .map(|c| (c, r0))
            .chain((r0..r1).map(|r| (c1, r)))
            .chain((c0 + 1..=c1).rev().map(|c| (c, r1)))
            .chain((r0 + 1..=r1).rev().map(|r| (c0, r)))
            .collect();
        let n = border.len();
        let place = |(c, r): (usize, usize)| points[r][c];
        let (low, high) = (place((c0, r0)), place((c1, r1)));
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low).abs());
        let side = middle.x.signum();
        let oval = |share: f64, depth: f64| -> Vec<DVec3> {
            border
                .iter()
                .map(|&at| {
                    let p = place(at) - middle;
                    let direction = DVec2::new(p.z / half.z, p.y / half.y).normalize_or_zero() * share;
                    let (z, y) = (middle.z + direction.x * half.z, middle.y + direction.y * half.y);
                    DVec3::new(side * (self.half.x - depth * self.unit_depth(z)), y, z)
                })
                .collect()
        };
        let skin = Skin::new(LABEL);
        let outer: Vec<u32> = border.iter().map(|&(c, r)| ids[r][c]).collect();
        let edge = oval(0.86, 0.0);
        let edge_ids = mesher.points(&edge);
        let on_sheet = |p: DVec3| {
            let (a, b) = (uv(c0, r0), uv(c1, r1));
            let share = (p - low) / (high - low);
            DVec2::new(a.x + (b.x - a.x) * share.z, a.y + (b.y - a.y) * share.y)
        };
        for j in 0..n {
            let next = (j + 1) % n;
            let (a, b) = (border[j], border[next]);
            mesher.face(
                skin,
                [outer[j], outer[next], edge_ids[next], edge_ids[j]],
                [uv(a.0, a.1), uv(b.0, b.1), on_sheet(edge[next]), on_sheet(edge[j])],
            );
        }
        let unit = Skin::new(UNIT);
        let mut below = edge_ids;
        for share in [0.84, 0.56, 0.28] {
            let ring = mesher.points(&oval(share, 1.0));
            mesher.band(unit, &below, &ring, |_, _| DVec2::ZERO);
            below = ring;
        }
        let apex = DVec3::new(side * (self.half.x - self.unit_depth(middle.z)), middle.y, middle.z);
        mesher.fan(unit, &below, apex, true, |_| DVec2::ZERO);
    }

    /// Distance from the film's end to the nearest unit's wall, at a depth.
    fn unit_depth(&self, z: f64) -> f64 {
        let radius = 0.5 * self.pitch.min_element();
        let place = (z + self.half.y) / self.pitch.y;
        let off = (place - place.floor() - 0.5) * self.pitch.y;
        let wall = libm::sqrt((radius * radius - off * off).max(0.1 * radius * radius));
        0.03 * radius + (radius - wall)
    }

    /// Shoulders, necks and caps of the bottles above the film.
    fn add_necks(&self, mesher: &mut Mesher, top: f64) {
        let r = 0.5 * self.pitch.min_element();
        let units = self.count[0] * self.count[1];
        let sides = if units > 8 { 12 } else { 16 };
        let neck = (0.4 * r).min(12.5);
        let cap = 1.2 * neck;
        let room = top - self.height;
        let cap_y = top - (1.3 * cap).min(0.5 * room);
        for i in 0..units {
            let (column, row) = (i % self.count[0], i / self.count[0]);
            let center = DVec2::new(f64::from(column) + 0.5, f64::from(row) + 0.5) * self.pitch - self.half;
            mesher.place = glam::DAffine3::from_translation(DVec3::new(center.x, 0.0, center.y));
            let low = self.height - 0.8 * self.edge;
            let shoulder = Profile::new(UNIT, 0.88 * r, low)
                .curve([(0.86 * r, low + 0.5 * room), (1.1 * neck, low + 0.5 * room)], (neck, cap_y - 0.1 * cap), 5)
                .to(neck, cap_y + 0.5 * (top - cap_y), 0.0);
            lathe(mesher, &shoulder, sides, DVec2::ONE);
            let lid = Profile::new(CAP, 0.9 * cap, cap_y)
                .to(cap, cap_y, 0.0)
                .to(cap, top - 0.12 * cap, 0.0)
                .to(0.88 * cap, top, 0.0)
                .to(0.0, top, 0.0);
            lathe(mesher, &lid, sides, DVec2::ONE);
        }
        mesher.place = glam::DAffine3::IDENTITY;
    }
}
