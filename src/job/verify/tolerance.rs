use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::job::Error;
use crate::problem::Problems;

/// What counts as equal between machines of different classes. Within a class everything is equal to the last byte.
///
/// Labels of two drivers differ where a ray passes within rounding of an edge, so they must be equal off a band around the
/// edges. Colours of a path tracer differ mostly not at all and now and then a lot, because a last bit turns a path: so
/// the share of pixels that differ is bounded, not their difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tolerance {
    /// Pixels on both sides of an edge of the instance plane that belong to the band.
    pub band_px: u32,
    /// Share of the band's pixels that may show another unit.
    pub band_share: f64,
    /// Metres by which depths may differ off the band, near the camera.
    pub depth_m: f64,
    /// The same as a share of the depth; the larger of both counts.
    pub depth_relative: f64,
    /// Share of the pixels off the band whose depth must be so close.
    pub depth_share: f64,
    /// Steps of 255 by which a channel of a colour may differ.
    pub color_steps: u8,
    /// Share of a tile's pixels whose colour must be so close.
    pub color_share: f64,
    /// Peak signal to noise ratio that a tile must reach, dB.
    pub color_psnr_db: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            band_px: 2,
            band_share: 0.05,
            depth_m: 1e-3,
            depth_relative: 1e-4,
            depth_share: 0.999,
            color_steps: 2,
            color_share: 0.995,
            color_psnr_db: 40.0,
        }
    }
}

impl Tolerance {
    /// Reads a profile: JSON, of which what is left out has the default.
    ///
    /// # Errors
    /// If it cannot be read, or with all figures that are out of bounds.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map_err(|source| Error::read(path, source))?;
        let tolerance: Self =
            serde_json::from_slice(&text).map_err(|error| Error::invalid(path, "", error.to_string()))?;
        let mut problems = Problems::default();
        tolerance.problems(&mut problems);
        if problems.is_empty() { Ok(tolerance) } else { Err(Error::problems(path, problems)) }
    }

    pub(in crate::job) fn problems(&self, problems: &mut Problems) {
        if self.band_px > 64 {
            problems.add("tolerance.band_px", format!("{} is not in 0..=64", self.band_px));
        }
        let shares = [
            ("band_share", self.band_share),
            ("depth_relative", self.depth_relative),
            ("depth_share", self.depth_share),
            ("color_share", self.color_share),
        ];
        for (field, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                problems.add(format!("tolerance.{field}"), format!("{share} is not in 0..=1"));
            }
        }
        for (field, value) in [("depth_m", self.depth_m), ("color_psnr_db", self.color_psnr_db)] {
            if !(value.is_finite() && value >= 0.0) {
                problems.add(format!("tolerance.{field}"), format!("{value} is no number from 0"));
            }
        }
    }
}
