use serde::{Deserialize, Serialize};

/// What can be read on one unit, and how well. Pixels are rounded to the thousandth, object coordinates to the
/// micrometre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// How the unit shows its front.
    pub front: FrontView,
    /// Bar codes that are seen.
    pub bar_codes: Vec<PrintedBarCode>,
    /// Lines of text that are seen, in the order in which they were printed.
    pub text: Vec<PrintedLine>,
}

/// How a unit shows its front: the surface whose normal is less than 45° away from the model's +z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontView {
    /// Pixels that show it.
    pub visible_px: u32,
    /// Pixels inside the picture that would show it if the unit were alone.
    pub amodal_px: u32,
    /// `visible_px / amodal_px`; none where the unit turns its front away or has it outside of the picture.
    pub visible_share: Option<f64>,
    /// Pixels per millimetre of the model's x and y, in the middle of the front; none behind the camera.
    pub px_per_mm: Option<[f64; 2]>,
    /// Angle in the middle of the front between the model's +z and the way to the camera: 0 is seen straight on, more
    /// than 90 is turned away.
    pub viewing_angle_deg: f64,
}

/// A bar code on the package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintedBarCode {
    /// The number, as the catalogue spells it.
    pub digits: String,
    /// `EAN-13`, `UPC-A` or `EAN-8`.
    pub symbology: String,
    /// Pixels per module across the bars, in the middle of the symbol.
    pub module_px: f64,
    /// Where and how it is seen, without quiet zones and digits.
    pub place: PrintPlace,
}

/// A line of text on the package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintedLine {
    /// What it says.
    pub text: String,
    /// Height of its ink in pixels, by the smaller of the two scales in its middle.
    pub height_px: f64,
    /// Where and how it is seen.
    pub place: PrintPlace,
}

/// Where print is in the picture, and how much of it can be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintPlace {
    /// Pixel positions of the top left, top right, bottom right and bottom left corner for somebody who reads it; they may
    /// lie outside of the picture or, where the surface turns away, behind the package.
    pub quad: [[f64; 2]; 4],
    /// The border on the curved surface, in the order of `quad` and with its corners. Points less than a tenth of a pixel
    /// from the line between their neighbours are left out; none where only the corners are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Vec<[f64; 2]>>,
    /// The corners in object space, metres.
    pub corners_m: [[f64; 3]; 4],
    /// Pixels that show it.
    pub visible_px: u32,
    /// Pixels inside the picture that would show it if the unit were alone.
    pub amodal_px: u32,
    /// Share of 16 × 4 places, evenly spread over it, that are seen in the picture: less than 1 where something is in
    /// front, where the package itself turns it away, or where the picture ends.
    pub seen_share: f64,
    /// Pixels per millimetre in the middle: along the line, and across it.
    pub px_per_mm: [f64; 2],
    /// Angle in the middle between the surface's normal and the way to the camera: 0 is straight on.
    pub viewing_angle_deg: f64,
    /// How well it can be read, 0 to 1: see [`legibility`](super::legibility).
    pub legibility: f64,
}

/// How well print can be read in an ideal picture (sharp, free of noise and glare): `seen_share` times how its size in
/// pixels lies between what nobody reads and what everybody reads, both included, linearly.
///
/// Text: `height_px` of its ink, from 5 to 20. Bar codes: `module_px`, from 0.75 to 2.
#[must_use]
pub fn legibility(seen_share: f64, size_px: f64, [none, all]: [f64; 2]) -> f64 {
    seen_share * ((size_px - none) / (all - none)).clamp(0.0, 1.0)
}

/// Heights of ink in pixels between which text becomes legible.
pub const TEXT_LEGIBLE_PX: [f64; 2] = [5.0, 20.0];
/// Pixels per module between which bar codes become legible.
pub const BAR_CODE_LEGIBLE_PX: [f64; 2] = [0.75, 2.0];
/// Print that is less than so many pixels high (its `px_per_mm` across times its height) is left out.
pub const LEAST_PRINT_PX: f64 = 4.0;
