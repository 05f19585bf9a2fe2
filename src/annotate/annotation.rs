use serde::{Deserialize, Serialize};

use super::geometry::{Box3d, Flow, OrientedBox, SeenKeypoint};
use super::reading::Reading;
use super::{OnShelf, PixelBox, Rle, ShelfRecord};
use crate::catalog::{Gtin, Symmetry};
use crate::frame::Occlusion;
use crate::geometry::YawPitchRoll;
use crate::scene::Cell;

/// What is true about the units of one frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotation {
    /// Every unit of which at least one silhouette pixel lies inside the picture, ascending by number. Others are left
    /// out, and the numbers of the rest stay as they are.
    pub instances: Vec<InstanceAnnotation>,
    /// What is true about the fixture and its planogram; none for scenes without.
    pub shelf: Option<ShelfRecord>,
    /// Who hides whom, seen or not, ascending by the number of the hidden unit and then of the one in front.
    pub occlusion: Vec<Occlusion>,
    /// The optical flow to the neighbouring picture of the same scene, where there is one.
    pub flow: Option<Flow>,
}

/// What is true about one unit. The fields are those of `instances` in `frames/N.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceAnnotation {
    /// Number in the instance plane, from 1.
    pub id: u32,
    /// Trade item number; none for scenes from a bare glTF file.
    pub gtin: Option<Gtin>,
    /// The retailer's own code; none for scenes from a bare glTF file.
    pub sku: Option<String>,
    /// The brand; none where it is unknown.
    pub brand: Option<String>,
    /// Name of the class.
    pub category: String,
    /// Number of the class in the semantic plane and in COCO's categories.
    pub category_id: u16,
    /// Name of the product, or of the glTF node.
    pub name: String,
    /// Pose, row by row: takes the model's coordinates to the world. Metres.
    pub world_from_object: [[f64; 4]; 4],
    /// Width, height and depth of the model's bounding box in its own axes, times the scale of the pose. Metres.
    pub size_m: [f64; 3],
    /// Pixels where this unit is the first surface.
    pub visible_px: u32,
    /// Pixels of the full silhouette inside the picture.
    pub amodal_px: u32,
    /// Pixels of the full silhouette, those outside of the picture included.
    pub silhouette_px: u64,
    /// `visible_px / amodal_px`; none where `amodal_px` is 0.
    pub visibility: Option<f64>,
    /// True when the silhouette leaves the picture.
    pub truncated: bool,
    /// Tight box around the visible pixels; none where there are none.
    pub bbox_visible: Option<PixelBox>,
    /// Tight box around the silhouette inside the picture.
    pub bbox_amodal: Option<PixelBox>,
    /// Tight box around the full silhouette, `[x, y, width, height]` in pixels; it may leave the picture.
    pub bbox_silhouette: [i64; 4],
    /// True where the silhouette could not be followed to its end, because the unit reaches behind the camera: what is
    /// said of it outside of the picture is then a lower bound.
    pub silhouette_is_cut: bool,
    /// The visible pixels.
    pub mask_visible: Rle,
    /// The silhouette inside the picture.
    pub mask_amodal: Rle,
    /// Unit quaternion x, y, z, w with w ≥ 0: rotates the model's axes into the camera's (OpenCV).
    pub camera_from_object_quaternion: [f64; 4],
    /// Rotation against "faces the aisle, stands upright".
    pub yaw_pitch_roll_deg: YawPitchRoll,
    /// What is seen instead of this unit in its silhouette, ascending by number; the pixels add up to
    /// `amodal_px - visible_px`.
    pub occluded_by: Vec<Occluder>,
    /// Place in the planogram; none for units that belong to none.
    pub planogram: Option<PlanogramPlace>,
    /// Which turns about its vertical axis nobody can see.
    pub symmetry: Symmetry,
    /// How it stands on its shelf; none for units that belong to none.
    pub on_shelf: Option<OnShelf>,
    /// What can be read on it; none for units that are not seen at all, and for models with cut-outs.
    pub reading: Option<Reading>,
    /// Rectangle of least area around the visible pixels; none where there are none.
    pub obb_visible: Option<OrientedBox>,
    /// Rectangle of least area around the silhouette inside the picture.
    pub obb_amodal: Option<OrientedBox>,
    /// Bounding box of the model and its corners in the picture; none for a model without points.
    pub box_3d: Option<Box3d>,
    /// Named places of the shape; empty for units that are not seen at all.
    pub keypoints: Vec<SeenKeypoint>,
}

/// Something that is seen in front of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occluder {
    /// Number of the unit in front, or 0 for everything that is no unit (fixture, price rail, …).
    pub id: u32,
    /// Silhouette pixels of the hidden unit where this one is seen.
    pub px: u32,
}

/// Where a unit stands in the planogram, and what should stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanogramPlace {
    /// Bay number, 0 at the left.
    pub bay: u32,
    /// Shelf number, 0 is the base deck.
    pub shelf: u32,
    /// Position along the shelf, 0 at the left.
    pub position: u32,
    /// Facing inside the position, 0 at the left.
    pub facing: u32,
    /// Level of a stack, 0 at the bottom.
    pub level: u32,
    /// Place in the file, 0 at the front.
    pub depth: u32,
    /// GTIN of the product that the planogram wants here, where it has one.
    pub expected_gtin: Option<Gtin>,
    /// SKU of the product that the planogram wants here.
    pub expected_sku: String,
}

impl From<&Cell> for PlanogramPlace {
    fn from(cell: &Cell) -> Self {
        Self {
            bay: cell.bay,
            shelf: cell.shelf,
            position: cell.position,
            facing: cell.facing,
            level: cell.level,
            depth: cell.depth,
            expected_gtin: cell.expected_gtin,
            expected_sku: cell.expected_sku.clone(),
        }
    }
}
