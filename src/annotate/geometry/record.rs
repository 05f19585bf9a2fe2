use glam::DVec3;
use serde::{Deserialize, Serialize};

use crate::geometry::Aabb;

/// The bounding box of a model in its own axes, and where its corners are in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Box3d {
    /// Smallest corner in object space, metres, rounded to the micrometre.
    pub min_m: [f64; 3],
    /// Largest corner.
    pub max_m: [f64; 3],
    /// The eight corners: bit 0 of the index chooses x, bit 1 y, bit 2 z, each 0 for the smaller.
    pub corners: [BoxCorner; 8],
}

impl Box3d {
    /// The corners in object space, in the order of [`Box3d::corners`].
    #[must_use]
    pub fn corners_m(min_m: [f64; 3], max_m: [f64; 3]) -> [DVec3; 8] {
        Aabb { min: min_m.into(), max: max_m.into() }.corners()
    }
}

/// A corner of a box in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxCorner {
    /// Pixel position, lens distortion included, rounded to the thousandth; it may lie outside of the picture. None behind
    /// the camera, and so far aside that the lens model has no inverse.
    pub px: Option<[f64; 2]>,
    /// Whether it lies in the picture, hidden or not.
    pub in_picture: bool,
}

/// A keypoint of a unit in the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenKeypoint {
    /// What it is; see [`Keypoint::name`](crate::catalog::Keypoint::name).
    pub name: String,
    /// Object space, metres, rounded to the micrometre.
    pub object_m: [f64; 3],
    /// Pixel position, lens distortion included, rounded to the thousandth; it may lie outside of the picture. None behind
    /// the camera, and so far aside that the lens model has no inverse.
    pub px: Option<[f64; 2]>,
    /// Whether it is seen.
    pub state: KeypointState,
}

/// Whether a keypoint is seen; as a number, COCO's v.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum KeypointState {
    /// 0: it does not lie in the picture.
    Outside,
    /// 1: it lies in the picture, and something, be it the unit itself, is more than a millimetre nearer.
    Hidden,
    /// 2: it is seen.
    Visible,
}

impl From<KeypointState> for u8 {
    fn from(state: KeypointState) -> Self {
        match state {
            KeypointState::Outside => 0,
            KeypointState::Hidden => 1,
            KeypointState::Visible => 2,
        }
    }
}

impl TryFrom<u8> for KeypointState {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            0 => Ok(Self::Outside),
            1 => Ok(Self::Hidden),
            2 => Ok(Self::Visible),
            _ => Err(format!("{number} is no state of a keypoint: 0, 1 or 2")),
        }
    }
}
