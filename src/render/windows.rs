use glam::DVec3;
use ndarray::{Array2, Axis};

use super::gpu_data::BodyWindow;
use crate::frame::Silhouette;
use crate::geometry::{Aabb, Camera};
use crate::scene::{Scene, Unit};

/// Width and height of the tiles of the all-hits pass.
const TILE: (i32, i32) = (8, 4);

/// A rectangle of pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Left border in pixels.
    pub x: u32,
    /// Top border in pixels.
    pub y: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Window {
    /// The whole picture of a camera.
    #[must_use]
    pub fn whole(camera: &Camera) -> Self {
        Self { x: 0, y: 0, width: camera.width, height: camera.height }
    }

    /// Number of pixels.
    #[must_use]
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The window and so many pixels more on each side, as far as `whole` goes.
    pub(super) fn grown(self, pixels: u32, whole: Self) -> Self {
        let (x, y) = (self.x.saturating_sub(pixels).max(whole.x), self.y.saturating_sub(pixels).max(whole.y));
        let right = (self.x + self.width).saturating_add(pixels).min(whole.x + whole.width);
        let bottom = (self.y + self.height).saturating_add(pixels).min(whole.y + whole.height);
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// Cuts the window into bands of whole rows with at most so many pixels each (at least one row).
    pub(super) fn bands(self, max_pixels: u64) -> impl Iterator<Item = Self> {
        let rows = (max_pixels / u64::from(self.width.max(1))).clamp(1, u64::from(self.height.max(1))) as u32;
        (0..self.height).step_by(rows as usize).map(move |top| Self {
            y: self.y + top,
            height: rows.min(self.height - top),
            ..self
        })
    }
}

/// A rectangle of the pixel grid around everything that a unit can cover; it may reach beyond the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// True when the unit may reach beyond the rectangle.
    pub(super) cut: bool,
}

impl Outline {
    /// The rectangle alone.
    pub(super) fn window(self) -> BodyWindow {
        BodyWindow { x: self.x, y: self.y, width: self.width, height: self.height }
    }

    /// A silhouette with no pixel yet.
    pub(super) fn silhouette(self) -> Silhouette {
        Silhouette { cut: self.cut, ..Silhouette::new(self.x, self.y, self.width, self.height) }
    }
}

/// Where to look for the silhouette of each unit.
pub(super) fn outlines(scene: &Scene) -> Vec<Outline> {
    scene.units.iter().map(|unit| outline(&scene.camera, unit)).collect()
}

/// Corners of all tiles of 8 × 4 pixels that a rectangle of the grid touches, row by row.
pub(super) fn tiles_over(rectangles: &[BodyWindow]) -> Vec<(i32, i32)> {
    let spans = rectangles.iter().filter(|r| r.width > 0 && r.height > 0).map(|r| {
        let last = |start: i32, size: u32, tile: i32| (i64::from(start) + i64::from(size) - 1).div_euclid(tile.into());
        let (left, top) = (i64::from(r.x.div_euclid(TILE.0)), i64::from(r.y.div_euclid(TILE.1)));
        [left, top, last(r.x, r.width, TILE.0) + 1, last(r.y, r.height, TILE.1) + 1]
    });
    let spans: Vec<[i64; 4]> = spans.collect();
    let Some(all) =
        spans.iter().copied().reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
    else {
        return Vec::new();
    };
    // How many rectangles begin at a tile and how many are over: summed up along rows and columns, how many touch it.
    let (columns, rows) = ((all[2] - all[0]) as usize, (all[3] - all[1]) as usize);
    let mut counts = Array2::<i32>::zeros((rows + 1, columns + 1));
    for [left, top, right, bottom] in spans {
        let place = |x: i64, y: i64| ((y - all[1]) as usize, (x - all[0]) as usize);
        counts[place(left, top)] += 1;
        counts[place(right, top)] -= 1;
        counts[place(left, bottom)] -= 1;
        counts[place(right, bottom)] += 1;
    }
    for axis in [Axis(0), Axis(1)] {
        counts.accumulate_axis_inplace(axis, |&before, count| *count += before);
    }
    let touched = counts.indexed_iter().filter(|&(_, &count)| count > 0);
    let origin = (all[0] as i32, all[1] as i32);
    touched.map(|((row, column), _)| ((origin.0 + column as i32) * TILE.0, (origin.1 + row as i32) * TILE.1)).collect()
}

/// Projects the edges of the unit's box, in small steps because a lens bends them. Silhouettes that touch the picture are
/// followed for one picture's width and height beyond each border, and cut there; others stay empty.
fn outline(camera: &Camera, unit: &Unit) -> Outline {
    let (width, height) = (i64::from(camera.width), i64::from(camera.height));
    let camera_from_object = glam::DAffine3::from_mat4(camera.camera_from_world()) * unit.world_from_object;
    let points = box_edges(unit.look.model.bounds).map(|point| camera_from_object.transform_point3(point));
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    let (mut cut, mut any_in_front) = (false, false);
    for point in points {
        any_in_front |= point.z > 0.0;
        // A point beyond the reach of the lens model has no honest pixel; neither has one beside or behind the camera.
        let pixel = camera.project(point).filter(|&pixel| {
            point.z > 1e-3
                && camera.unproject(pixel).is_some_and(|ray| (ray * point.z).distance(point) < 1e-6 * point.z)
        });
        match pixel {
            Some(pixel) => {
                low = [low[0].min(pixel.x), low[1].min(pixel.y)];
                high = [high[0].max(pixel.x), high[1].max(pixel.y)];
            }
            None => cut = true,
        }
    }
    if !any_in_front || unit.look.model.bounds.is_empty() {
        return Outline { x: 0, y: 0, width: 0, height: 0, cut: false };
    }
    let (mut left, mut top) = (-width, -height);
    let (mut right, mut bottom) = (2 * width, 2 * height);
    if !cut {
        cut = low[0] < left as f64 || low[1] < top as f64 || high[0] > right as f64 || high[1] > bottom as f64;
        // Between two steps an edge bends by less than this.
        let margin = [2.0 + (high[0] - low[0]) * 0.01, 2.0 + (high[1] - low[1]) * 0.01];
        left = left.max((low[0] - margin[0]).floor() as i64);
        top = top.max((low[1] - margin[1]).floor() as i64);
        right = right.min((high[0] + margin[0]).ceil() as i64);
        bottom = bottom.min((high[1] + margin[1]).ceil() as i64);
    }
    // A unit that is nowhere in the picture needs no silhouette.
    if left >= width || top >= height || right <= 0 || bottom <= 0 {
        return Outline { x: 0, y: 0, width: 0, height: 0, cut };
    }
    Outline { x: left as i32, y: top as i32, width: (right - left) as u32, height: (bottom - top) as u32, cut }
}

/// Points along the twelve edges of a box.
fn box_edges(bounds: Aabb) -> impl Iterator<Item = DVec3> {
    const STEPS: usize = 12;
    let corners = bounds.corners();
    (0..8).flat_map(|from| [1, 2, 4].map(|bit| (from, from | bit))).filter(|(from, to)| from != to).flat_map(
        move |(from, to)| (0..=STEPS).map(move |step| corners[from].lerp(corners[to], step as f64 / STEPS as f64)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn tiles_are_those_that_a_rectangle_touches(
            rectangles in proptest::collection::vec((-40i32..40, -40i32..40, 0u32..50, 0u32..50), 0..6)
        ) {
            let rectangles: Vec<BodyWindow> =
                rectangles.into_iter().map(|(x, y, width, height)| BodyWindow { x, y, width, height }).collect();
            let tiles = tiles_over(&rectangles);
            for (x, y) in (-15..15).flat_map(|y| (-15..15).map(move |x| (x * 8, y * 4))) {
                let touches = |r: &BodyWindow| {
                    x < r.x + r.width as i32 && x + 8 > r.x && y < r.y + r.height as i32 && y + 4 > r.y
                        && r.width > 0 && r.height > 0
                };
                let times = tiles.iter().filter(|tile| **tile == (x, y)).count();
                proptest::prop_assert_eq!(times, usize::from(rectangles.iter().any(touches)));
            }
        }
    }

    #[test]
    fn bands_tile_the_window() {
        let window = Window { x: 3, y: 5, width: 100, height: 23 };
        for max_pixels in [1, 100, 250, 2300, 1 << 40] {
            let mut next = window.y;
            for band in window.bands(max_pixels) {
                assert_eq!((band.x, band.y, band.width), (3, next, 100));
                assert!(band.pixels() <= max_pixels.max(100));
                next += band.height;
            }
            assert_eq!(next, window.y + window.height);
        }
    }
}
