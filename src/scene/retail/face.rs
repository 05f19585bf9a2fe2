use std::f64::consts::{FRAC_PI_2, PI};
use std::fmt;
use std::str::FromStr;

use glam::DMat3;
use serde::{Deserialize, Serialize};

/// The face of a product that a position shows to the aisle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Face {
    /// The default front (GS1), the model's +z.
    #[default]
    Front,
    /// The back, −z.
    Back,
    /// The side at the viewer's left when the front faces him, −x.
    Left,
    /// The side at the viewer's right, +x.
    Right,
    /// The top, +y: the package lies on its front.
    Top,
    /// The bottom, −y: the package lies on its back.
    Bottom,
}

impl Face {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Front, Self::Back, Self::Left, Self::Right, Self::Top, Self::Bottom];

    /// Name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
            Self::Left => "left",
            Self::Right => "right",
            Self::Top => "top",
            Self::Bottom => "bottom",
        }
    }

    /// The rotation that brings the face to the aisle (+z): takes the model's axes to those of the shelf.
    #[must_use]
    pub fn rotation(self) -> DMat3 {
        match self {
            Self::Front => DMat3::IDENTITY,
            Self::Back => DMat3::from_rotation_y(PI),
            Self::Left => DMat3::from_rotation_y(FRAC_PI_2),
            Self::Right => DMat3::from_rotation_y(-FRAC_PI_2),
            Self::Top => DMat3::from_rotation_x(FRAC_PI_2),
            Self::Bottom => DMat3::from_rotation_x(-FRAC_PI_2),
        }
    }

    /// The face that a rotation turns towards the aisle more than any other.
    #[must_use]
    pub fn shown_by(shelf_from_object: DMat3) -> Self {
        // What of the model points along +z of the shelf.
        let out = shelf_from_object.transpose().z_axis;
        let reach = [out.z, -out.z, -out.x, out.x, out.y, -out.y];
        let best = (1..6).fold(0, |best, i| if reach[i] > reach[best] + 1e-9 { i } else { best });
        Self::ALL[best]
    }
}

impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Face {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|face| face.name() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("{text:?} is no face; the faces are {known}")
        })
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec3;

    use super::*;

    #[test]
    fn each_face_comes_to_the_aisle() {
        let outwards = [DVec3::Z, -DVec3::Z, -DVec3::X, DVec3::X, DVec3::Y, -DVec3::Y];
        for (face, out) in Face::ALL.into_iter().zip(outwards) {
            assert!((face.rotation() * out).abs_diff_eq(DVec3::Z, 1e-12), "{face}");
            assert_eq!(Face::shown_by(face.rotation()), face);
            assert_eq!(face.name().parse(), Ok(face));
        }
    }
}
