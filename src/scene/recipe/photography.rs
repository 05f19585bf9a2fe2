use serde::{Deserialize, Serialize};

use super::{Count, Range};

/// What the phone does to the colour picture. Labels know nothing of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhotographyRanges {
    /// Radius of the lens opening, millimetres: the real focal length divided by twice the f-number. 0: everything is
    /// sharp.
    pub aperture_mm: Range,
    /// Dioptres by which the focus misses the shelf edge at the point that is aimed at.
    pub focus_error_dpt: Range,
    /// Probability that the focus misses it by `missed_focus_dpt` instead.
    pub missed_focus: f64,
    /// Dioptres by which it is missed then.
    pub missed_focus_dpt: Range,
    /// Standard deviation in pixels of the spot that the lens makes of a point in focus.
    pub blur_px: Range,
    /// Seconds for which each pixel gathers light.
    pub shutter_s: Range,
    /// How fast the hand turns the phone, degrees per second, about any axis.
    pub shake_deg_s: Range,
    /// Probability that the picture is taken while walking along the aisle.
    pub walking: f64,
    /// How fast, metres per second.
    pub walking_m_s: Range,
    /// Rolling shutter: seconds from the first to the last line, which lie along the longer side of the picture.
    pub readout_s: Range,
    /// Stops by which the exposure is wrong, on top of `lights.exposure_ev`.
    pub exposure_error_ev: Range,
    /// Stops by which red is too bright and blue too dark.
    pub white_balance_ev: Range,
    /// Stops by which green is too bright.
    pub tint_ev: Range,
    /// Power of cos⁴ by which the picture darkens towards its corners: 1 is a lens without correction.
    pub vignetting: Range,
    /// Share by which the red picture is larger than the green one, drawn again for the blue one.
    pub chromatic_aberration: Range,
    /// Probability that the sensor has noise.
    pub noise: f64,
    /// Sensitivity: at ISO 100 linear light of 1 frees 12000 electrons. Low values are drawn more often: the logarithm
    /// is uniform.
    pub iso: Range,
    /// Standard deviation of reading a pixel, electrons.
    pub read_electrons: Range,
    /// Probability that each pixel sees one colour only, and the others are interpolated (Bayer). Rare, because most
    /// pictures have fewer pixels than their sensor.
    pub mosaic: f64,
    /// Strength of the unsharp mask; 0 for none.
    pub sharpening: Range,
    /// Standard deviation of its blur, pixels.
    pub sharpening_radius_px: Range,
    /// Probability that the picture has gone through a JPEG.
    pub jpeg: f64,
    /// Quality of the JPEG, 1 to 100.
    pub jpeg_quality: Count,
    /// Tone curve: `aces`, `agx`, or `none` for clipping alone.
    pub tone: String,
}

impl Default for PhotographyRanges {
    fn default() -> Self {
        Self {
            aperture_mm: Range(1.4, 2.0),
            focus_error_dpt: Range(-0.06, 0.06),
            missed_focus: 0.04,
            missed_focus_dpt: Range(-0.5, 0.9),
            blur_px: Range(0.35, 0.6),
            shutter_s: Range(0.0083, 0.0333),
            shake_deg_s: Range(0.5, 2.0),
            walking: 0.25,
            walking_m_s: Range(0.02, 0.2),
            readout_s: Range(0.015, 0.03),
            exposure_error_ev: Range(-0.15, 0.15),
            white_balance_ev: Range(-0.06, 0.1),
            tint_ev: Range(-0.03, 0.03),
            vignetting: Range(0.1, 0.5),
            chromatic_aberration: Range(-0.0006, 0.0006),
            noise: 1.0,
            iso: Range(100.0, 1600.0),
            read_electrons: Range(1.5, 3.0),
            mosaic: 0.15,
            sharpening: Range(0.2, 0.8),
            sharpening_radius_px: Range(0.6, 1.2),
            jpeg: 0.7,
            jpeg_quality: Count(80, 95),
            tone: "aces".to_owned(),
        }
    }
}
