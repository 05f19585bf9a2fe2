use crate::frame::Plane;

/// Why a frame cannot be annotated. All of these mean that scene and frame do not belong together, or that the renderer
/// is wrong: nothing is repaired on the way.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A plane that annotation needs was not rendered.
    #[error("the frame has no {0} plane")]
    MissingPlane(Plane),
    /// A picture of another size than the camera's.
    #[error("{what} has {found_width} x {found_height} pixels, and the camera {width} x {height}")]
    Size {
        /// Which picture.
        what: &'static str,
        /// Its columns.
        found_width: usize,
        /// Its rows.
        found_height: usize,
        /// Columns of the camera.
        width: u32,
        /// Rows of the camera.
        height: u32,
    },
    /// Not one silhouette per unit.
    #[error("the frame has {found} silhouettes for {units} units")]
    SilhouetteCount {
        /// Silhouettes in the frame.
        found: usize,
        /// Units in the scene.
        units: usize,
    },
    /// A silhouette whose words do not fill its window.
    #[error("the silhouette of unit {unit} has {found} words for a window of {width} x {height} pixels")]
    SilhouetteWords {
        /// Number of the unit.
        unit: u32,
        /// Words found.
        found: usize,
        /// Columns of the window.
        width: u32,
        /// Rows of the window.
        height: u32,
    },
    /// The instance plane names a unit that the scene does not have.
    #[error("pixel ({x}, {y}) shows unit {id}, and the scene has {units}")]
    UnknownUnit {
        /// Number in the plane.
        id: u32,
        /// Column.
        x: u32,
        /// Row.
        y: u32,
        /// Units in the scene.
        units: usize,
    },
    /// A unit is seen where its own silhouette does not cover the pixel.
    #[error("unit {unit} ({name}) is seen at pixel ({x}, {y}), outside of its silhouette")]
    OutsideSilhouette {
        /// Number of the unit.
        unit: u32,
        /// Its name.
        name: String,
        /// Column.
        x: u32,
        /// Row.
        y: u32,
    },
    /// Who hides whom was not asked for.
    #[error("the frame has no occlusion graph")]
    MissingOcclusion,
    /// The occlusion graph contradicts the silhouettes or the instance plane.
    #[error("the occlusion of unit {behind} by {front} {reason}")]
    Occlusion {
        /// Number of the body in front.
        front: u32,
        /// Number of the hidden unit.
        behind: u32,
        /// What is wrong.
        reason: String,
    },
    /// A unit's class is not in the scene's list.
    #[error("unit {unit} ({name}) has class {class}, which the scene does not name")]
    UnknownClass {
        /// Number of the unit.
        unit: u32,
        /// Its name.
        name: String,
        /// Its class.
        class: u16,
    },
    /// A pose or a size that is no finite number.
    #[error("{what} of unit {unit} ({name}) is not finite")]
    NotFinite {
        /// Pose or size.
        what: &'static str,
        /// Number of the unit.
        unit: u32,
        /// Its name.
        name: String,
    },
}
