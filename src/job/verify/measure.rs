use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2, ArrayView3, s};
use serde::Serialize;

use super::Tolerance;
use super::planes::band;
use super::tiles::psnr;
use crate::dataset::{self, Header, ReadFrame};
use crate::frame::{Plane, PlaneData};
use crate::job::{Delivery, Error};

/// Widest band around the edges that is tried, pixels: wider ones would excuse anything.
const MAX_BAND: u32 = 8;
/// Largest share of a band that honest machines may differ in: rounding does not turn every other pixel.
const MAX_SHARE: f64 = 0.5;
/// Side of a tile of colour in pixels, as in [`Effort`](super::Effort).
const TILE: usize = 32;

/// How honest machines of two classes differ in what they deliver for the same units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differences {
    /// Frames that were compared.
    pub frames: u64,
    /// Pixels of the instance plane and of silhouettes that differ.
    pub ids: u64,
    /// Pixels of a band around the edges that all of them lie in; none if some lie further off than any band that is tried.
    pub band_px: Option<u32>,
    /// The largest share of a frame's band that differs.
    pub band_share: f64,
    /// Metres within which the depths of so many pixels off the band are, in the worst frame, as the profile's `depth_share`
    /// asks for; beyond what is relative.
    pub depth_m: f64,
    /// Step within which so many values of the other planes off the band are, in the worst plane, as `value_share` asks for.
    pub value_step: f64,
    /// Tiles of colour that were compared.
    pub tiles: u64,
    /// Steps within which the colours of so many pixels are, in the worst tile, as `color_share` asks for.
    pub color_steps: u8,
    /// The worst tile's signal to noise ratio, dB; none if all colours are equal.
    pub color_psnr_db: Option<f64>,
}

/// What is allowed beyond what was measured, because a few frames do not show the worst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Margins {
    /// Pixels more of the band.
    pub band_px: u32,
    /// Times the share of the band, and the depth.
    pub factor: f64,
    /// Steps more of colour.
    pub color_steps: u8,
    /// dB less of signal to noise ratio.
    pub color_psnr_db: f64,
}

impl Default for Margins {
    /// A pixel, twice, a step, 1 dB: three samples in place of four cost more.
    fn default() -> Self {
        Self { band_px: 1, factor: 2.0, color_steps: 1, color_psnr_db: 1.0 }
    }
}

impl Differences {
    /// Compares pairs of deliveries of the same units, each with the header of its unit. Which share of the pixels may be off
    /// altogether is decided by `base`, not measured.
    ///
    /// # Errors
    /// If a frame cannot be read, or two frames are not of one scene.
    pub fn measure(pairs: &[(Delivery, Delivery, Header)], base: &Tolerance) -> Result<Self, Error> {
        let mut found = Self {
            frames: 0,
            ids: 0,
            band_px: Some(0),
            band_share: 0.0,
            depth_m: 0.0,
            value_step: 0.0,
            tiles: 0,
            color_steps: 0,
            color_psnr_db: None,
        };
        // The band first, since what lies off it depends on it.
        for_each_frame(pairs, |a, b| found.add_edges(a, b))?;
        let reach = found.band_px.unwrap_or(MAX_BAND);
        for_each_frame(pairs, |a, b| {
            found.add_band(a, b, reach);
            found.add_depth(a, b, reach, base);
            found.add_values(a, b, reach, base);
            found.add_color(a, b, base);
        })?;
        Ok(found)
    }

    /// The profile that lets all of it pass, with these margins; the rest is that of `base`.
    ///
    /// # Errors
    /// If labels differ too far off the edges, or too much at them, for any profile: one of the machines is not honest, or broken.
    pub fn tolerance(&self, margins: &Margins, base: &Tolerance) -> Result<Tolerance, String> {
        let band_px = self.band_px.ok_or_else(|| {
            format!("labels differ more than {MAX_BAND} pixels off the edges: these machines have not made the same")
        })?;
        if self.band_share > MAX_SHARE {
            let share = self.band_share;
            return Err(format!(
                "a share of {share:.2} of the pixels at edges differs: these machines have not made the same"
            ));
        }
        Ok(Tolerance {
            band_px: band_px + margins.band_px,
            // A share of the narrow band is less of the wider one; what is nothing in a few frames is a little in many.
            band_share: (self.band_share * margins.factor).clamp(0.01, 1.0),
            depth_m: (self.depth_m * margins.factor).max(1e-4),
            value_step: (self.value_step * margins.factor).max(base.value_step),
            color_steps: self.color_steps.saturating_add(margins.color_steps),
            color_psnr_db: self.color_psnr_db.map_or(60.0, |psnr| (psnr - margins.color_psnr_db).clamp(0.0, 60.0)),
            ..*base
        })
    }

    fn add_edges(&mut self, a: &ReadFrame, b: &ReadFrame) {
        self.frames += 1;
        each_mask(a, b, |a, b| {
            for ((y, x), id) in a.indexed_iter() {
                if *id == b[[y, x]] {
                    continue;
                }
                self.ids += 1;
                let needed =
                    (0..=MAX_BAND).find(|&reach| is_near_edge(a, (y, x), reach) || is_near_edge(b, (y, x), reach));
                self.band_px = self.band_px.zip(needed).map(|(known, needed)| known.max(needed));
            }
        });
    }

    fn add_band(&mut self, a: &ReadFrame, b: &ReadFrame, reach: u32) {
        // The instance plane and all silhouettes together are judged each by its own sum.
        let (mut parts, mut is_first) = ([(0_u64, 0_u64); 2], true);
        each_mask(a, b, |a, b| {
            let part = &mut parts[usize::from(!is_first)];
            is_first = false;
            for (place, _) in band(a, b, reach).indexed_iter().filter(|(_, is_inside)| **is_inside) {
                part.0 += u64::from(a[place] != b[place]);
                part.1 += 1;
            }
        });
        for (differ, size) in parts {
            self.band_share = self.band_share.max(differ as f64 / size.max(1) as f64);
        }
    }

    fn add_depth(&mut self, a: &ReadFrame, b: &ReadFrame, reach: u32, base: &Tolerance) {
        let (Some(ids), Some(other)) = (a.frame.instance(), b.frame.instance()) else { return };
        let (Some(near), Some(far)) = (a.frame.depth(), b.frame.depth()) else { return };
        let band = band(ids, other, reach);
        let off = band.indexed_iter().filter(|(_, is_inside)| !**is_inside).map(|(place, _)| place);
        let errors: Vec<f64> = off
            .map(|place| {
                let (a, b) = (f64::from(near[place]), f64::from(far[place]));
                let error = if a == b { 0.0 } else { (a - b).abs() };
                if error <= base.depth_relative * b { 0.0 } else { error }
            })
            .collect();
        if let Some(error) = at_share(errors, base.depth_share) {
            self.depth_m = self.depth_m.max(error);
        }
    }

    fn add_values(&mut self, a: &ReadFrame, b: &ReadFrame, reach: u32, base: &Tolerance) {
        let (Some(ids), Some(other)) = (a.frame.instance(), b.frame.instance()) else { return };
        let band = band(ids, other, reach);
        let is_measured = |plane: &Plane| !plane.is_color() && !matches!(plane, Plane::Depth | Plane::Distance);
        for (plane, values) in a.frame.planes.iter().filter(|(plane, _)| is_measured(plane)) {
            let (PlaneData::F32(a), Some(PlaneData::F32(b))) = (values, b.frame.planes.get(plane)) else { continue };
            let error = |(y, x): (usize, usize)| {
                let steps = (0..a.dim().2).map(|c| {
                    let (a, b) = (f64::from(a[[y, x, c]]), f64::from(b[[y, x, c]]));
                    if a == b { 0.0 } else { (a - b).abs() / b.abs().max(1.0) }
                });
                steps.fold(0.0, f64::max)
            };
            let off = band.indexed_iter().filter(|(_, is_inside)| !**is_inside).map(|(place, _)| place);
            let errors: Vec<f64> = off.map(error).collect();
            if let Some(error) = at_share(errors, base.value_share) {
                self.value_step = self.value_step.max(error);
            }
        }
    }

    fn add_color(&mut self, a: &ReadFrame, b: &ReadFrame, base: &Tolerance) {
        let (Some(a), Some(b)) = (a.frame.rgb(), b.frame.rgb()) else { return };
        let (height, width, _) = a.dim();
        for (y, x) in (0..height).step_by(TILE).flat_map(|y| (0..width).step_by(TILE).map(move |x| (y, x))) {
            let (bottom, right) = ((y + TILE).min(height), (x + TILE).min(width));
            let (a, b) = (a.slice(s![y..bottom, x..right, ..]), b.slice(s![y..bottom, x..right, ..]));
            self.tiles += 1;
            self.color_steps = self.color_steps.max(steps(a, b, base.color_share));
            let psnr = psnr(a, b);
            if psnr.is_finite() {
                self.color_psnr_db = Some(self.color_psnr_db.map_or(psnr, |worst| worst.min(psnr)));
            }
        }
    }
}

/// The error within which so large a share of them is.
fn at_share(mut errors: Vec<f64>, share: f64) -> Option<f64> {
    errors.sort_by(f64::total_cmp);
    let rank = (share * errors.len() as f64).ceil() as usize;
    errors.get(rank.saturating_sub(1)).map(|error| if error.is_finite() { *error } else { f64::MAX })
}

/// The fewest steps within which so large a share of the pixels is.
fn steps(a: ArrayView3<'_, u8>, b: ArrayView3<'_, u8>, share: f64) -> u8 {
    let (height, width, _) = a.dim();
    let far = |y: usize, x: usize| (0..3).map(|c| a[[y, x, c]].abs_diff(b[[y, x, c]])).max().unwrap_or(0);
    let mut steps: Vec<u8> = (0..height).flat_map(|y| (0..width).map(move |x| far(y, x))).collect();
    steps.sort_unstable();
    let rank = (share * steps.len() as f64).ceil() as usize;
    steps.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

fn for_each_frame(
    pairs: &[(Delivery, Delivery, Header)],
    mut each: impl FnMut(&ReadFrame, &ReadFrame),
) -> Result<(), Error> {
    for (a, b, header) in pairs {
        for index in a.unit.frames.clone() {
            let [a, b] = [a, b].map(|delivery| {
                header.read_frame(index, |path| {
                    let path = delivery.folder().join(path);
                    std::fs::read(&path).map_err(|source| dataset::Error::read(path, source))
                })
            });
            let (a, b) = (a?, b?);
            if (a.frame.width, a.frame.height) != (b.frame.width, b.frame.height) {
                return Err(Error::Unfit(format!("frame {index} has two sizes: these deliveries are not of one job")));
            }
            each(&a, &b);
        }
    }
    Ok(())
}

/// The instance plane of both, then the silhouette of every unit that either knows.
fn each_mask(a: &ReadFrame, b: &ReadFrame, mut each: impl FnMut(ArrayView2<'_, u32>, ArrayView2<'_, u32>)) {
    if let (Some(a), Some(b)) = (a.frame.instance(), b.frame.instance()) {
        each(a, b);
    }
    let size = (a.frame.height as usize, a.frame.width as usize);
    let masks = |frame: &ReadFrame| -> BTreeMap<u32, Array2<u32>> {
        let units = frame
            .record
            .instances
            .iter()
            .filter(|unit| (unit.mask_amodal.height() as usize, unit.mask_amodal.width() as usize) == size);
        units.map(|unit| (unit.id, unit.mask_amodal.decode().mapv(u32::from))).collect()
    };
    let (a, b, none) = (masks(a), masks(b), Array2::zeros(size));
    let mut ids: Vec<u32> = a.keys().chain(b.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let (a, b) = (a.get(&id).unwrap_or(&none), b.get(&id).unwrap_or(&none));
        if a != b {
            each(a.view(), b.view());
        }
    }
}

/// Whether a pixel lies in the band of this reach around the edges of a picture: [`band`], for one pixel.
fn is_near_edge(ids: ArrayView2<'_, u32>, (y, x): (usize, usize), reach: u32) -> bool {
    let (height, width) = ids.dim();
    let reach = reach as usize;
    let rows = y.saturating_sub(reach + 1)..(y + reach + 1).min(height);
    let mut columns =
        rows.flat_map(|row| (x.saturating_sub(reach + 1)..(x + reach + 1).min(width)).map(move |column| (row, column)));
    columns.any(|(row, column)| {
        (column + 1 < width && ids[[row, column]] != ids[[row, column + 1]])
            || (row + 1 < height && ids[[row, column]] != ids[[row + 1, column]])
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn one_pixel_s_band_is_the_band() {
        let a = Array2::from_shape_fn((13, 17), |(y, x)| u32::from((y / 5 + x / 6) % 2 == 1));
        for reach in 0..4 {
            let whole = band(a.view(), a.view(), reach);
            for (place, &is_inside) in whole.indexed_iter() {
                assert_eq!(is_near_edge(a.view(), place, reach), is_inside, "{place:?} {reach}");
            }
        }
    }

    #[test]
    fn steps_leave_the_few_out() {
        let a = Array3::<u8>::zeros((32, 32, 3));
        let mut b = a.clone();
        b.slice_mut(s![0, 0..5, 0]).fill(90);
        assert_eq!(steps(a.view(), b.view(), 0.995), 0, "5 of 1024 pixels may be off");
        b.slice_mut(s![1, 0..9, 1]).fill(7);
        assert_eq!(steps(a.view(), b.view(), 0.995), 7);
        assert_eq!(steps(a.view(), b.view(), 1.0), 90);
    }
}
