use serde::{Deserialize, Serialize};

use super::Range;

/// Several pictures of the same scene in a row, between which only the camera moves: stereo pairs, short moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SequenceRules {
    /// Pictures of each scene, 1 to 8. With more than 1, frames also have the optical flow to their neighbour.
    pub pictures: u32,
    /// Metres from one picture to the next, to the camera's right. Drawn once for a scene, like all below.
    pub right_m: Range,
    /// Metres from one picture to the next, downwards in the picture.
    pub down_m: Range,
    /// Metres from one picture to the next, forwards.
    pub forward_m: Range,
    /// Degrees from one picture to the next, to the right.
    pub yaw_deg: Range,
    /// Degrees from one picture to the next, upwards.
    pub pitch_deg: Range,
    /// Degrees from one picture to the next, clockwise.
    pub roll_deg: Range,
}

impl SequenceRules {
    /// Most pictures of a scene.
    pub const MOST: u32 = 8;

    /// Two pictures beside each other, so many metres apart, with parallel axes: the first is the left one.
    #[must_use]
    pub fn stereo(baseline_m: f64) -> Self {
        Self { pictures: 2, right_m: Range(baseline_m, baseline_m), ..Self::default() }
    }
}

impl Default for SequenceRules {
    fn default() -> Self {
        let none = Range(0.0, 0.0);
        Self {
            pictures: 1,
            right_m: none,
            down_m: none,
            forward_m: none,
            yaw_deg: none,
            pitch_deg: none,
            roll_deg: none,
        }
    }
}
