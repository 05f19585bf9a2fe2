use serde::{Deserialize, Serialize};

use super::{Count, Range};

/// The picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Picture {
    /// Width in pixels, 16 to 16384.
    pub width: u32,
    /// Height in pixels, 16 to 16384.
    pub height: u32,
    /// Share of the frames for which the phone is turned by 90°: width and height change places.
    pub turned: f64,
}

impl Default for Picture {
    fn default() -> Self {
        Self { width: 960, height: 1280, turned: 0.2 }
    }
}

/// The phone and where it is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CameraRanges {
    /// Field of view along the longer side of the picture, degrees; a phone's main lens has 60 to 75.
    pub fov_deg: Range,
    /// Metres from the front edge of the shelves at the point that is aimed at.
    pub distance_m: Range,
    /// Metres above the floor.
    pub height_m: Range,
    /// Height of the point that is aimed at, metres above the floor.
    pub aim_height_m: Range,
    /// Degrees by which the camera looks along the aisle, to the left or the right. Small angles are drawn more
    /// often: the density falls with the square root.
    pub yaw_deg: Range,
    /// Degrees by which the camera looks past the point that is aimed at, up (positive) or down.
    pub pitch_deg: Range,
    /// Degrees by which the phone is tilted.
    pub roll_deg: Range,
    /// Standard deviation of the principal point from the middle, as a share of the longer side.
    pub principal_point_std: f64,
    /// Radial lens distortion of Brown-Conrady, r²: negative is a barrel.
    pub k1: Range,
    /// Radial lens distortion, r⁴.
    pub k2: Range,
    /// Tangential lens distortion, used for p1 and p2.
    pub tangential: Range,
}

impl Default for CameraRanges {
    fn default() -> Self {
        Self {
            fov_deg: Range(58.0, 70.0),
            distance_m: Range(1.8, 3.0),
            height_m: Range(1.25, 1.7),
            aim_height_m: Range(0.95, 1.25),
            yaw_deg: Range(0.0, 40.0),
            pitch_deg: Range(-3.0, 3.0),
            roll_deg: Range(-3.0, 3.0),
            principal_point_std: 0.005,
            k1: Range(-0.05, 0.05),
            k2: Range(-0.01, 0.01),
            tangential: Range(-0.001, 0.001),
        }
    }
}

/// The shelves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GondolaRanges {
    /// Bays that the camera may aim at.
    pub bays: Count,
    /// Further bays on each side of them. Only bays that the camera sees are stocked.
    pub neighbours: Count,
    /// Widths of a bay in metres, one of which is drawn for the whole run.
    pub bay_widths_m: Vec<f64>,
    /// Height of the uprights in metres.
    pub height_m: Range,
    /// Height of the base deck's surface in metres.
    pub base_height_m: Range,
    /// Depth of the base deck in metres.
    pub base_depth_m: Range,
    /// Depth of the shelves in metres; never more than that of the base deck.
    pub shelf_depth_m: Range,
    /// Tiers with the base deck, as far as the goods allow: each tier is made high enough for its tallest stack.
    pub shelves: Count,
    /// Distance of the slots that shelves hang in, metres.
    pub slot_pitch_m: f64,
    /// Colours of shelves, uprights and back panels.
    pub steel: Vec<String>,
    /// Colours of the price rails.
    pub rail: Vec<String>,
}

impl Default for GondolaRanges {
    fn default() -> Self {
        let list = |colors: &[&str]| colors.iter().map(|&color| color.to_owned()).collect();
        Self {
            bays: Count(1, 3),
            neighbours: Count(2, 4),
            bay_widths_m: vec![1.0, 1.25, 1.33],
            height_m: Range(1.9, 2.3),
            base_height_m: Range(0.12, 0.18),
            base_depth_m: Range(0.47, 0.57),
            shelf_depth_m: Range(0.37, 0.47),
            shelves: Count(5, 8),
            slot_pitch_m: 0.025,
            steel: list(&["#e9e7e1", "#dcdad5", "#f1f0ec", "#ecebe6", "#c9cacb", "#4a4d52"]),
            rail: list(&["#e8e8e6", "#f2f1ec", "#efeeea", "#dcdddb", "#c4c7c8", "#d9b92e", "#3c4a66", "#8f2a2c"]),
        }
    }
}

/// What should stand where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlanogramRules {
    /// Positions, shelf by shelf from left to right. Empty: a planogram is made up for every frame. Not empty: the run
    /// has exactly these bays and shelves.
    pub positions: Vec<Position>,
    /// Planogram file, relative to the recipe: CSV, or JSON if it ends in `.json`, with the columns
    /// `bay,shelf,position,gtin,sku,facings_wide,facings_high,units_deep,face` as `endcap scene --planogram` writes them, or
    /// those of `positions`. Its rows are appended to `positions` when the recipe is read.
    pub file: String,
    /// Categories of the catalogue to draw from; empty for all.
    pub categories: Vec<String>,
    /// Categories that share a bay.
    pub categories_per_bay: Count,
    /// Facings of one product side by side.
    pub facings: Count,
    /// Width of one product's block in metres; divided by the product's width it gives the facings.
    pub block_width_m: Range,
    /// Probability that a shelf repeats the products of the shelf below: blocks that run down the bay.
    pub vertical_blocks: f64,
    /// Most units on top of each other, of packages that can be stacked.
    pub levels: u32,
    /// Air between the tallest stack and the next shelf, metres.
    pub air_m: Range,
    /// Probability that small cartons and pouches stand in their shelf-ready tray.
    pub trays: f64,
    /// Probability that a shelf has dividers between its products.
    pub dividers: f64,
}

impl Default for PlanogramRules {
    fn default() -> Self {
        Self {
            positions: Vec::new(),
            file: String::new(),
            categories: Vec::new(),
            categories_per_bay: Count(1, 2),
            facings: Count(2, 8),
            block_width_m: Range(0.16, 0.5),
            vertical_blocks: 0.25,
            levels: 3,
            air_m: Range(0.03, 0.08),
            trays: 0.2,
            dividers: 0.15,
        }
    }
}

/// A product at a place on a shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Position {
    /// Bay number, 0 at the left.
    pub bay: u32,
    /// Shelf number, 0 is the base deck.
    pub shelf: u32,
    /// GTIN or SKU.
    pub product: String,
    /// Facings side by side.
    pub facings: u32,
    /// Units on top of each other.
    pub levels: u32,
    /// Units behind each other, the front one included; 0 fills the shelf.
    pub deep: u32,
    /// The face that is shown to the aisle: `front`, `back`, `left`, `right`, `top` or `bottom`.
    pub face: String,
}

impl Default for Position {
    fn default() -> Self {
        Self { bay: 0, shelf: 0, product: String::new(), facings: 1, levels: 1, deep: 0, face: "front".to_owned() }
    }
}

/// How much of the planogram is on the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stocking {
    /// Most units behind each other.
    pub deep: u32,
    /// Wanted total of units. Files are made shorter until the frame keeps it, but never shorter than one unit. Shelves
    /// above the camera, whose rear units nobody sees, and bays at the side get shorter files.
    pub units: u32,
    /// Air between neighbouring units, metres.
    pub gap_m: Range,
}

impl Default for Stocking {
    fn default() -> Self {
        Self { deep: 8, units: 600, gap_m: Range(0.0004, 0.004) }
    }
}

/// What customers leave behind. Every probability may be 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Disorder {
    /// Standard deviation of the units' yaw, degrees, drawn for every shelf.
    pub yaw_std_deg: Range,
    /// Probability that a front unit is turned far.
    pub turned: f64,
    /// How far those are turned, degrees to either side.
    pub turned_deg: Range,
    /// Standard deviation of the fronts' distance from the shelf edge, metres, drawn for every shelf.
    pub setback_std_m: Range,
    /// Probability that a facing is empty.
    pub missing: f64,
    /// Probability that a facing lacks its front units, so that the rear ones are seen.
    pub pushed_back: f64,
    /// Probability that a whole block is sold out.
    pub sold_out: f64,
    /// Probability that a stack lacks some of its upper units in front.
    pub picked_stacks: f64,
    /// Probability that a unit of another category stands in a facing.
    pub strangers: f64,
    /// Probability that a unit lies on its back or side in a facing.
    pub lying: f64,
    /// How worn the units are: 0 as from the factory, 1 with crushed corners, scuffs and dents.
    pub wear: Range,
}

impl Default for Disorder {
    fn default() -> Self {
        Self {
            yaw_std_deg: Range(0.6, 3.0),
            turned: 0.025,
            turned_deg: Range(6.0, 30.0),
            setback_std_m: Range(0.006, 0.034),
            missing: 0.016,
            pushed_back: 0.05,
            sold_out: 0.016,
            picked_stacks: 0.3,
            strangers: 0.01,
            lying: 0.008,
            wear: Range(0.0, 0.4),
        }
    }
}

impl Disorder {
    /// A shelf that the clerk has just left: everything in its place.
    #[must_use]
    pub fn none() -> Self {
        Self {
            yaw_std_deg: Range(0.0, 0.0),
            turned: 0.0,
            turned_deg: Range(0.0, 0.0),
            setback_std_m: Range(0.0, 0.0),
            missing: 0.0,
            pushed_back: 0.0,
            sold_out: 0.0,
            picked_stacks: 0.0,
            strangers: 0.0,
            lying: 0.0,
            wear: Range(0.0, 0.0),
        }
    }
}

/// Labels on the shelf edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    /// Probability that a position has its label.
    pub labels: f64,
    /// Probability that a label announces a promotion.
    pub promotions: f64,
    /// Probability that a label announces a price cut.
    pub cuts: f64,
    /// Probability that a label of one of these two kinds hangs down from the edge.
    pub flags: f64,
    /// Prices in cents.
    pub cents: Count,
}

impl Default for Prices {
    fn default() -> Self {
        Self { labels: 0.96, promotions: 0.1, cuts: 0.05, flags: 0.3, cents: Count(59, 1299) }
    }
}

/// Lamps and exposure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lights {
    /// Ceiling strips over the aisle; one more hangs over the aisle behind.
    pub strips: Count,
    /// Length of a strip, metres.
    pub length_m: Range,
    /// Width of a strip, metres.
    pub width_m: Range,
    /// Probability that the strips run across the aisle.
    pub across: f64,
    /// Radiance of the strips, W·sr⁻¹·m⁻².
    pub radiance: Range,
    /// Correlated colour temperature of the strips, kelvin.
    pub temperature_k: Range,
    /// Share of the strips' colour cast that the camera's white balance takes out.
    pub white_balance: Range,
    /// Radiance of the rest of the store, which lights the scene from afar, W·sr⁻¹·m⁻².
    pub environment: Range,
    /// Equirectangular picture of the surroundings, `.hdr` or `.exr`, relative to the recipe; its brightness is scaled
    /// to `environment`. Empty: a made-up store interior.
    pub environment_file: String,
    /// Stops by which the picture is exposed longer than for a grey card on the middle of the shelf edges, where steel of
    /// medium brightness is around; dark steel is exposed longer, white steel shorter.
    pub exposure_ev: Range,
}

impl Default for Lights {
    fn default() -> Self {
        Self {
            strips: Count(6, 10),
            length_m: Range(2.0, 4.0),
            width_m: Range(0.12, 0.3),
            across: 0.3,
            radiance: Range(8.0, 16.0),
            temperature_k: Range(3500.0, 5500.0),
            white_balance: Range(0.85, 1.0),
            environment: Range(0.22, 0.72),
            environment_file: String::new(),
            exposure_ev: Range(-0.4, 0.27),
        }
    }
}

/// The building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// Width of the aisle in metres; made wider where the camera needs it.
    pub aisle_m: Range,
    /// Height of the ceiling in metres; made higher where the goods need it.
    pub ceiling_m: Range,
    /// Side of a floor tile in metres.
    pub floor_tile_m: Range,
    /// Colours of the floor.
    pub floor: Vec<String>,
    /// Colours of the ceiling.
    pub ceiling: Vec<String>,
    /// Colours of the walls.
    pub wall: Vec<String>,
}

impl Default for Store {
    fn default() -> Self {
        let list = |colors: &[&str]| colors.iter().map(|&color| color.to_owned()).collect();
        Self {
            aisle_m: Range(1.8, 2.6),
            ceiling_m: Range(2.9, 3.6),
            floor_tile_m: Range(0.3, 0.6),
            floor: list(&["#d8d4cb", "#c7c2b6", "#b9b6b0", "#cfd2d2", "#a59f94"]),
            ceiling: list(&["#f2f1ed", "#e4e3df", "#d5d5d2"]),
            wall: list(&["#dedbd3", "#c9cdc9", "#d6cfbf", "#8fa3a0"]),
        }
    }
}
