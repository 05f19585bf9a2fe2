use std::f64::consts::PI;

use glam::Vec3;
use image::Rgb32FImage;

use super::gpu_data::EnvironmentCell;

/// `ENVIRONMENT_COLUMNS` and `ENVIRONMENT_ROWS` of the shader.
const COLUMNS: usize = 256;
const ROWS: usize = 128;
/// Cells of the table.
pub(super) const CELLS: usize = COLUMNS * ROWS;
/// Share of the draws that ignores the picture, so that no cell with any light is left out.
const EVEN: f64 = 0.05;

/// Cells of an environment's picture with the chance of each, in the form of Walker's alias method (1977).
#[derive(Debug)]
pub(super) struct Cells {
    pub(super) cells: Vec<EnvironmentCell>,
    /// Mean radiance over all directions.
    pub(super) mean: Vec3,
}

impl Cells {
    /// Weighs each cell by the mean luminance of the texels that reach into it, times its solid angle.
    pub(super) fn new(picture: &Rgb32FImage) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let texel = |x: usize, y: usize| Vec3::from(picture.get_pixel(x as u32, y as u32).0).max(Vec3::ZERO);
        let mut light = vec![0.0_f64; CELLS];
        let mut solid = vec![0.0_f64; CELLS];
        let mut mean = glam::DVec3::ZERO;
        for row in 0..ROWS {
            let angle = solid_angle(row);
            let rows = span(row, ROWS, height);
            for column in 0..COLUMNS {
                let columns = span(column, COLUMNS, width);
                let mut sum = glam::DVec3::ZERO;
                for y in rows.clone() {
                    for x in columns.clone() {
                        sum += texel(x, y).as_dvec3();
                    }
                }
                let average = sum / (rows.len() * columns.len()) as f64;
                mean += average * angle;
                let cell = row * COLUMNS + column;
                light[cell] = average.dot(glam::DVec3::new(0.2126, 0.7152, 0.0722)) * angle;
                solid[cell] = angle;
            }
        }
        let total: f64 = light.iter().sum();
        let even = if total > 0.0 { EVEN } else { 1.0 };
        let chances: Vec<f64> = light
            .iter()
            .zip(&solid)
            .map(|(light, solid)| even * solid / (4.0 * PI) + (1.0 - even) * light / total.max(f64::MIN_POSITIVE))
            .collect();
        Self { cells: aliases(&chances, &solid), mean: (mean / (4.0 * PI)).as_vec3() }
    }
}

/// Steradians of a cell in a row.
fn solid_angle(row: usize) -> f64 {
    let edge = |row: usize| libm::cos(PI * row as f64 / ROWS as f64);
    2.0 * PI / COLUMNS as f64 * (edge(row) - edge(row + 1))
}

/// Texels that reach into a cell, with one more on each side, because texels are blended.
fn span(cell: usize, cells: usize, texels: usize) -> std::ops::Range<usize> {
    let first = (cell * texels / cells).saturating_sub(1);
    let last = ((cell + 1) * texels).div_ceil(cells).min(texels - 1);
    first..last + 1
}

fn aliases(chances: &[f64], solid: &[f64]) -> Vec<EnvironmentCell> {
    let count = chances.len() as f64;
    let total: f64 = chances.iter().sum();
    let mut left: Vec<f64> = chances.iter().map(|chance| chance / total * count).collect();
    let mut cells: Vec<EnvironmentCell> = (0_u32..)
        .zip(chances.iter().zip(solid))
        .map(|(i, (chance, solid))| EnvironmentCell {
            threshold: 1.0,
            alias_: i,
            density: (chance / total / solid) as f32,
            unused: 0,
        })
        .collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..left.len()).partition(|&i| left[i] < 1.0);
    while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
        small.pop();
        cells[poor].threshold = left[poor] as f32;
        cells[poor].alias_ = rich as u32;
        left[rich] -= 1.0 - left[poor];
        if left[rich] < 1.0 {
            large.pop();
            small.push(rich);
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_the_light() {
        let mut picture = Rgb32FImage::from_pixel(64, 32, image::Rgb([0.5; 3]));
        picture.put_pixel(40, 9, image::Rgb([1000.0; 3]));
        let cells = Cells::new(&picture);
        // What Walker's table gives each cell is the chance that its density says.
        let mut drawn = vec![0.0; CELLS];
        for (i, cell) in cells.cells.iter().enumerate() {
            drawn[i] += f64::from(cell.threshold) / CELLS as f64;
            drawn[cell.alias_ as usize] += (1.0 - f64::from(cell.threshold)) / CELLS as f64;
        }
        let mut sum = 0.0;
        for (i, cell) in cells.cells.iter().enumerate() {
            let chance = f64::from(cell.density) * solid_angle(i / COLUMNS);
            assert!((drawn[i] - chance).abs() < 1e-6 + 1e-3 * chance, "{i}: {} {chance}", drawn[i]);
            sum += chance;
        }
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        let bright = &cells.cells[(9 * 4 + 2) * COLUMNS + 40 * 4 + 2];
        assert!(bright.density > 5.0, "{bright:?}");
        let black = Cells::new(&Rgb32FImage::new(2, 1));
        assert!(black.cells.iter().all(|cell| (cell.density - 0.25 / PI as f32).abs() < 1e-4));
        assert_eq!(black.mean, Vec3::ZERO);
    }

    #[test]
    fn the_mean_counts_solid_angles() {
        let upper = Rgb32FImage::from_fn(8, 8, |_, y| image::Rgb([if y < 4 { 2.0 } else { 0.0 }; 3]));
        let mean = Cells::new(&upper).mean;
        assert!((mean.x - 1.0).abs() < 0.02, "{mean}");
    }
}
