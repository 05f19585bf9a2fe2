use std::fmt;
use std::str::FromStr;

/// One output of a render: a picture of colour, or of one exactly defined truth.
///
/// All planes but [`Plane::Rgb`] and [`Plane::Radiance`] come from one ray through the centre of each pixel: no filter, no blending, no
/// tolerance. `docs/dataset-format.md` defines each in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Plane {
    /// 8-bit sRGB, 3 channels.
    Rgb,
    /// Number of the unit: u32, 1 channel; 0 where no unit is seen.
    Instance,
    /// Number of the class: u16, 1 channel; 0 where nothing is hit.
    Semantic,
    /// Metres along the optical axis: f32, 1 channel; infinite where nothing is hit.
    Depth,
    /// Metres along the ray: f32, 1 channel; infinite where nothing is hit.
    Distance,
    /// Unit shading normal in camera space, towards the camera: f32, 3 channels; 0 where nothing is hit.
    Normal,
    /// `camera_from_object` of the unit at the pixel: unit quaternion x, y, z, w, f32, 4 channels; 0 where no unit is seen.
    Rotation,
    /// Position in the unit's own bounding box, scaled to 0..1 (NOCS): f32, 3 channels; 0 where no unit is seen.
    Coords,
    /// Texture coordinates, set 0: f32, 2 channels; 0 where nothing is hit.
    Uv,
    /// Linear base colour: f32, 3 channels; 0 where nothing is hit.
    Albedo,
    /// Number of what is seen: units by their numbers, then everything else of the scene in its order: u32, 1 channel; 0
    /// where nothing is hit. Not among the planes that are made when none are named.
    Part,
    /// Mean of the light that reaches each pixel, linear sRGB primaries, before exposure, camera effects and tone curve:
    /// f32, 3 channels. Not among the planes that are made when none are named.
    Radiance,
}

impl Plane {
    /// Every plane, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Rgb,
        Self::Instance,
        Self::Semantic,
        Self::Depth,
        Self::Distance,
        Self::Normal,
        Self::Rotation,
        Self::Coords,
        Self::Uv,
        Self::Albedo,
        Self::Part,
        Self::Radiance,
    ];

    /// The planes that are made when none are named: all but [`Plane::Part`] and [`Plane::Radiance`].
    pub const USUAL: [Self; 10] = {
        let [usual @ .., _, _] = Self::ALL;
        usual
    };

    /// The planes that truth is counted in: to be rendered whether they are written or not.
    pub const COUNTED: [Self; 3] = [Self::Instance, Self::Depth, Self::Part];

    /// True for what all rays of a pixel together show, false for the truth along one ray.
    #[must_use]
    pub fn is_color(self) -> bool {
        matches!(self, Self::Rgb | Self::Radiance)
    }

    /// Name in file paths, on the command line and of its shader.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rgb => "rgb",
            Self::Instance => "instance",
            Self::Semantic => "semantic",
            Self::Depth => "depth",
            Self::Distance => "distance",
            Self::Normal => "normal",
            Self::Rotation => "rotation",
            Self::Coords => "coords",
            Self::Uv => "uv",
            Self::Albedo => "albedo",
            Self::Part => "part",
            Self::Radiance => "radiance",
        }
    }

    /// Values per pixel.
    #[must_use]
    pub fn channels(self) -> usize {
        match self {
            Self::Instance | Self::Semantic | Self::Depth | Self::Distance | Self::Part => 1,
            Self::Uv => 2,
            Self::Rgb | Self::Normal | Self::Coords | Self::Albedo | Self::Radiance => 3,
            Self::Rotation => 4,
        }
    }
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Plane {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|plane| plane.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no plane {text:?}; the planes are {names}")
        })
    }
}
