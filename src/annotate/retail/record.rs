use serde::{Deserialize, Serialize};

use crate::annotate::PixelBox;
use crate::catalog::Gtin;
use crate::catalog::label::PriceStyle;
use crate::scene::{Face, SeenFrom};

/// What is true about the fixture and its planogram: `shelf` in `frames/N.json`. Everything but `price_labels` tells of all
/// bays that hold goods, also beyond the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShelfRecord {
    /// Kind of fixture, as recipes call it.
    pub fixture: String,
    /// Bays that hold goods, ascending.
    pub bays: Vec<BayRecord>,
    /// Their tiers, ascending by bay and number.
    pub shelves: Vec<TierRecord>,
    /// The planogram, in the order bay, shelf, position.
    pub positions: Vec<PositionRecord>,
    /// Facings where nothing stands and something could, in the order of `positions`.
    pub voids: Vec<VoidRecord>,
    /// Price labels and posters of which at least one pixel could be seen, in scene order.
    pub price_labels: Vec<PriceLabelRecord>,
    /// Share of shelf.
    pub share: ShareRecord,
}

/// One module of the fixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BayRecord {
    /// Number, 0 at the left.
    pub bay: u32,
    /// Pose of the bay frame, row by row.
    pub world_from_bay: [[f64; 4]; 4],
    /// Width, height and depth, metres.
    pub size_m: [f64; 3],
    /// The eight corners: bit 0 of the index is right, bit 1 up, bit 2 front.
    pub corners: Vec<PointRecord>,
}

/// A point and where it is in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointRecord {
    /// In the world, metres.
    pub world: [f64; 3],
    /// In pixels, through the lens; also beyond the picture. None behind the camera and where the lens model ends.
    pub px: Option<[f64; 2]>,
    /// Whether it lies within the picture's borders. Something may stand in front of it.
    pub in_picture: bool,
}

/// One tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierRecord {
    /// Number of the bay.
    pub bay: u32,
    /// Number in the bay, 0 at the bottom.
    pub shelf: u32,
    /// Pose of the shelf frame, row by row.
    pub world_from_shelf: [[f64; 4]; 4],
    /// Length of the front edge, free height (0 where nothing limits it), depth. Metres.
    pub size_m: [f64; 3],
    /// The front edge from the left to the right, as far as it lies in the picture: polylines in pixels. Mostly one.
    pub edge_px: Vec<Vec<[f64; 2]>>,
}

/// A product's place on a shelf, and what stands there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionRecord {
    /// Bay number.
    pub bay: u32,
    /// Shelf number.
    pub shelf: u32,
    /// Number along the shelf, 0 at the left.
    pub position: u32,
    /// GTIN of the product that should stand here.
    pub gtin: Option<Gtin>,
    /// Its SKU.
    pub sku: String,
    /// Units side by side; 0 where goods lie without order.
    pub facings_wide: u32,
    /// Units on top of each other; 0 where goods lie without order.
    pub facings_high: u32,
    /// Units behind each other.
    pub units_deep: u32,
    /// The face that is shown to the aisle.
    pub face: Face,
    /// From where front units are seen.
    pub seen_from: SeenFrom,
    /// Width, height and depth of a unit as it should be turned, metres.
    pub unit_size_m: [f64; 3],
    /// One entry per facing, in rows from the lowest (seen from the top: the foremost), each from the left: the number of
    /// the front unit, 0 for a void, null where there is no room because something lies across it.
    pub fronts: Vec<Option<u32>>,
}

/// A facing where nothing stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoidRecord {
    /// Bay number.
    pub bay: u32,
    /// Shelf number.
    pub shelf: u32,
    /// Position number.
    pub position: u32,
    /// Column of the facing, 0 at the left.
    pub facing: u32,
    /// Row of the facing, 0 at the bottom (seen from the top: in front).
    pub row: u32,
    /// GTIN of the product that is missing.
    pub gtin: Option<Gtin>,
    /// Its SKU.
    pub sku: String,
    /// Smallest corner of the empty room in the shelf frame, metres. No unit reaches into it.
    pub min_m: [f64; 3],
    /// Its largest corner.
    pub max_m: [f64; 3],
    /// Corners of the side that customers see, in pixels: top left, top right, bottom right, bottom left. None if one of
    /// them has no pixel coordinates.
    pub quad_px: Option<[[f64; 2]; 4]>,
    /// Tight around the pixels of that side inside the picture.
    pub bbox: Option<PixelBox>,
    /// Pixels whose centre ray passes that side, whatever stands in front.
    pub amodal_px: u32,
    /// Those of them where nothing stands in front; none where the frame was made without depth.
    pub visible_px: Option<u32>,
}

/// A printed price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceLabelRecord {
    /// Number in the plane `part`.
    pub part: u32,
    /// Class of the prop: `price label`, or `header board` for posters.
    pub class: String,
    /// GTIN that its bar code says; none where it has no bar code.
    pub gtin: Option<Gtin>,
    /// SKU of the product.
    pub sku: String,
    /// The price.
    pub price_cents: u32,
    /// The price as text, such as `2.49 €`.
    pub price_text: String,
    /// How it is printed.
    pub style: PriceStyle,
    /// Bay, shelf and position that it hangs at; null for posters and signs of a fixture as a whole.
    pub place: Option<[u32; 3]>,
    /// Corners in the world: top left, top right, bottom right, bottom left of the print. Metres.
    pub corners_m: [[f64; 3]; 4],
    /// The same corners in pixels. None if one of them has no pixel coordinates.
    pub quad_px: Option<[[f64; 2]; 4]>,
    /// Tight around its pixels inside the picture, seen or not.
    pub bbox: Option<PixelBox>,
    /// Pixels whose centre ray passes the label, whatever stands in front.
    pub amodal_px: u32,
    /// Pixels that show it: those with its number in the plane `part`. None where the frame was made without that plane.
    pub visible_px: Option<u32>,
    /// `visible_px / amodal_px`.
    pub visibility: Option<f64>,
}

/// Share of shelf, in three groupings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareRecord {
    /// By product: every product that is planned or seen in front, ascending by SKU.
    pub products: Vec<ProductShare>,
    /// By brand, ascending; `name` is null for products without one.
    pub brands: Vec<GroupShare>,
    /// By category, ascending.
    pub categories: Vec<GroupShare>,
}

/// The share of one product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductShare {
    /// GTIN.
    pub gtin: Option<Gtin>,
    /// SKU.
    pub sku: String,
    /// Numbers.
    pub counts: Share,
}

/// The share of all products with one brand or category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupShare {
    /// Brand or category.
    pub name: Option<String>,
    /// Numbers.
    pub counts: Share,
}

/// How much of the fixture's front something has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Facings that the planogram gives it.
    pub facings_planned: u32,
    /// Front units that are there, wherever they stand.
    pub facings: u32,
    /// Facings of it that are void.
    pub voids: u32,
    /// Front units of it that stand where the planogram wants something else.
    pub misplaced: u32,
    /// Width of its planned facings on the shelf itself, metres.
    pub planned_m: f64,
    /// Width of its lowest (seen from the top: foremost) front units, metres along the shelf edge.
    pub linear_m: f64,
    /// `facings` as a share of all front units; 0 where there are none.
    pub facing_share: f64,
    /// `linear_m` as a share of that of all products; 0 where there are none.
    pub linear_share: f64,
}
