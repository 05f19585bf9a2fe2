//! A clear window in a printed wall, and the goods behind it.

use glam::{DVec2, DVec3};

use super::mesher::{Mesher, Skin};
use super::paint;
use super::request::Request;
use crate::catalog::Material;

/// Air between the window and the goods, and how deep the goods' own relief is, millimetres.
const AIR: f64 = 1.5;
const RELIEF: f64 = 5.0;
/// Distance of the goods' points, millimetres.
const STEP: f64 = 2.6;

/// Cells of a wall that are a window: `[first, end)` of its rows and of its columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) rows: [usize; 2],
    pub(super) columns: [usize; 2],
    /// Slots of the window and of the goods.
    pub(super) slots: [u16; 2],
}

impl Window {
    /// True for the cell between this row and column and the next ones.
    pub(super) fn has(&self, row: usize, column: usize) -> bool {
        (self.rows[0]..self.rows[1]).contains(&row) && (self.columns[0]..self.columns[1]).contains(&column)
    }

    /// Adds the goods: a closed heap whose front follows the wall's points, which reach from one row and column before
    /// the window to one after it.
    pub(super) fn add_goods(&self, mesher: &mut Mesher, wall: &[Vec<DVec3>]) {
        let (r0, r1, c0, c1) = (self.rows[0], self.rows[1], self.columns[0], self.columns[1]);
        let cell = [wall[r0][c0].distance(wall[r0 + 1][c0]), wall[r0][c0].distance(wall[r0][c0 + 1])];
        let [fine_rows, fine_columns] = cell.map(|size| libm::round(size / STEP).clamp(1.0, 12.0) as usize);
        // Half a cell beyond the window on all sides.
        let (tall, wide) = ((r1 - r0 + 1) * fine_rows, (c1 - c0 + 1) * fine_columns);
        let at = |i: usize, j: usize| {
            let r = r0 as f64 - 0.5 + i as f64 / fine_rows as f64;
            let c = c0 as f64 - 0.5 + j as f64 / fine_columns as f64;
            let (row, column) = (r as usize, c as usize);
            let (a, b) = (r - row as f64, c - column as f64);
            let low = wall[row][column].lerp(wall[row][column + 1], b);
            let high = wall[row + 1][column].lerp(wall[row + 1][column + 1], b);
            let film = low.lerp(high, a);
            film - DVec3::Z * (AIR + RELIEF * (1.0 - pieces(DVec2::new(film.x, film.y))))
        };
        let grid: Vec<Vec<u32>> = (0..=tall).map(|i| (0..=wide).map(|j| mesher.point(at(i, j))).collect()).collect();
        let skin = Skin::creased(self.slots[1], 35.0);
        for i in 0..tall {
            for j in 0..wide {
                let [a, b, c, d] = [grid[i][j], grid[i][j + 1], grid[i + 1][j + 1], grid[i + 1][j]];
                // As triangles: the corners are in no plane.
                mesher.face(skin, [a, b, c], [DVec2::ZERO; 3]);
                mesher.face(skin, [a, c, d], [DVec2::ZERO; 3]);
            }
        }
        // Closed by a pyramid that points backwards: nobody sees it.
        let mut border: Vec<u32> = (0..wide).map(|j| grid[0][j]).collect();
        border.extend((0..tall).map(|i| grid[i][wide]));
        border.extend((1..=wide).rev().map(|j| grid[tall][j]));
        border.extend((1..=tall).rev().map(|i| grid[i][0]));
        let middle = at(tall / 2, wide / 2) - DVec3::Z * 2.0;
        mesher.fan(skin, &border, middle - DVec3::Z * RELIEF, false, |_| DVec2::ZERO);
    }
}

/// If the field `window` asks for one.
pub(super) fn wanted(request: &Request<'_>) -> Result<bool, String> {
    Ok(request.choice("window", &["no", "yes"])? == "yes")
}

/// The materials of the window and of the goods: cellophane, and the field `content_color` (default: pasta).
pub(super) fn materials(request: &Request<'_>) -> Result<[Material; 2], String> {
    let goods = request.color(&["content_color"], "#d9a544")?;
    let film = Material { iridescence: 0.12, ..paint::sheet("window", glam::Vec3::splat(0.98), 1.47) };
    Ok([film, Material::plain("goods", goods, 0.55)])
}

/// Height, 0 to 1, of a heap of short tubes at a place in millimetres: the highest of those that lie there, one in each
/// cell of a grid, turned and shifted by a hash.
fn pieces(place: DVec2) -> f64 {
    const CELL: f64 = 9.0;
    const RADIUS: f64 = 4.2;
    const HALF: f64 = 9.0;
    let home = (place / CELL).floor();
    let mut highest = 0.0_f64;
    for offset in 0..25 {
        let cell = home + DVec2::new(f64::from(offset % 5 - 2), f64::from(offset / 5 - 2));
        let hash = |salt: u32| {
            let mut h =
                (cell.x as i32 as u32).wrapping_mul(0x9e37_79b1) ^ (cell.y as i32 as u32).wrapping_mul(0x85eb_ca77);
            h = (h ^ salt.wrapping_mul(0xc2b2_ae3d)).wrapping_mul(0x27d4_eb2f);
            f64::from((h ^ h >> 15) >> 8) / f64::from(1 << 24)
        };
        let middle = (cell + DVec2::new(hash(1), hash(2))) * CELL;
        let angle = std::f64::consts::PI * hash(3);
        let along = DVec2::new(libm::cos(angle), libm::sin(angle));
        let to = place - middle;
        let (lengthwise, across) = (to.dot(along).abs(), to.perp_dot(along).abs());
        if across < RADIUS && lengthwise < HALF {
            let round = libm::sqrt(1.0 - across * across / (RADIUS * RADIUS));
            highest = highest.max(0.35 * hash(4) + 0.65 * round * (1.0 - libm::pow(lengthwise / HALF, 8.0)));
        }
    }
    highest
}
