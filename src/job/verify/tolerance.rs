use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::frame::Plane;
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
    /// By how much normals, rotations, coordinates and base colours may differ off the band: absolute where they are below
    /// 1, else as a share. Normals and base colours are kept in half floats, which are as coarse as 0.0005.
    pub value_step: f64,
    /// Share of the pixels off the band whose values must be so close; a last bit turns the side of a letter's edge.
    pub value_share: f64,
    /// Steps of 255 by which a channel of a colour may differ.
    pub color_steps: u8,
    /// Share of a tile's pixels whose colour must be so close.
    pub color_share: f64,
    /// Peak signal to noise ratio that a tile must reach, dB.
    pub color_psnr_db: f64,
}

impl Default for Tolerance {
    /// Labels as they should be on any two machines; colours as two drivers for the CPU were measured to make them with four
    /// samples, the noisiest that is of use (docs/jobs.md).
    fn default() -> Self {
        Self {
            band_px: 2,
            band_share: 0.05,
            depth_m: 1e-3,
            depth_relative: 1e-4,
            depth_share: 0.999,
            value_step: 2e-3,
            value_share: 0.99,
            color_steps: 16,
            color_share: 0.92,
            color_psnr_db: 26.0,
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

    /// By how much a value of a plane may differ from this one.
    pub(super) fn limit_of(&self, plane: Plane, value: f64) -> f64 {
        match plane {
            Plane::Depth | Plane::Distance => self.depth_m.max(self.depth_relative * value),
            _ => self.value_step * value.abs().max(1.0),
        }
    }

    /// Share of a plane's pixels that must be so close.
    pub(super) fn share_of(&self, plane: Plane) -> f64 {
        if matches!(plane, Plane::Depth | Plane::Distance) { self.depth_share } else { self.value_share }
    }

    pub(in crate::job) fn problems(&self, problems: &mut Problems) {
        if self.band_px > 64 {
            problems.add("tolerance.band_px", format!("{} is not in 0..=64", self.band_px));
        }
        let shares = [
            ("band_share", self.band_share),
            ("depth_relative", self.depth_relative),
            ("depth_share", self.depth_share),
            ("value_share", self.value_share),
            ("color_share", self.color_share),
        ];
        for (field, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                problems.add(format!("tolerance.{field}"), format!("{share} is not in 0..=1"));
            }
        }
        for (field, value) in
            [("depth_m", self.depth_m), ("value_step", self.value_step), ("color_psnr_db", self.color_psnr_db)]
        {
            if !(value.is_finite() && value >= 0.0) {
                problems.add(format!("tolerance.{field}"), format!("{value} is no number from 0"));
            }
        }
    }
}
