use std::sync::Arc;

use glam::{DAffine3, DVec3, Vec3};

use super::{Neighbor, Photography, PriceTag, Retail};
use crate::catalog::{Artwork, Look, Product};
use crate::geometry::Camera;
use crate::seed::Seed;

/// Everything that one frame shows. World space: metres, y up, the floor at y = 0; the gondola's front faces +z.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// What the frame was drawn from; also keys the renderer's own random numbers.
    pub seed: Seed,
    /// Who looks.
    pub camera: Camera,
    /// Another picture of the same scene, to which the optical flow leads.
    pub neighbor: Option<Neighbor>,
    /// Labelled units; unit `i` has instance number `i + 1`.
    pub units: Vec<Unit>,
    /// Everything that has a class but no instance number: fixture, building, price labels.
    pub props: Vec<Prop>,
    /// Lamps. A light itself is never seen: a visible lamp is a prop whose emissive material `shows_lamp`, just
    /// behind the rectangle.
    pub lights: Vec<Light>,
    /// What rays meet that meet nothing else.
    pub environment: Environment,
    /// Factor from linear radiance to the tone curve's input.
    pub exposure: f32,
    /// What lens, shutter, sensor and development do to the colour picture.
    pub photography: Photography,
    /// Names of the class numbers that `units` and `props` use.
    pub classes: Vec<SemanticClass>,
    /// Places of the planogram that should hold a unit, filled or not, in the order bay, shelf, position, facing.
    pub planogram: Vec<Cell>,
    /// Bays, shelves and positions with their places; empty without a fixture.
    pub retail: Retail,
}

/// One physical package.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// What people call it: the product's name, or the name of a glTF node.
    pub name: String,
    /// The trade item; `None` in scenes that come from a bare glTF file.
    pub product: Option<Arc<Product>>,
    /// Shape and materials.
    pub look: Look,
    /// Pose: takes the model's coordinates to the world. Rigid for everything that the composer places.
    pub world_from_object: DAffine3,
    /// Class number.
    pub class: u16,
    /// Where it stands in the planogram; `None` for units that belong to none.
    pub cell: Option<Cell>,
}

/// Anything that is seen but is no unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Prop {
    /// Kind of part, for people: `"shelf"`, `"price rail"`, ….
    pub name: String,
    /// Shape and materials.
    pub look: Look,
    /// Pose; may scale.
    pub world_from_object: DAffine3,
    /// Class number.
    pub class: u16,
    /// True for panes in front of the goods, such as the glass of a cooler's door: the rays of the labels pass through
    /// as if the prop were not there, in all planes but the colour picture.
    pub seen_through: bool,
    /// What it says, if it is a price label or a poster with a price. Its geometry is then one rectangle, corners in the
    /// order top left, bottom left, bottom right, top right.
    pub price: Option<Arc<PriceTag>>,
}

/// A place in the planogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
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
    /// SKU of the product that the planogram wants here.
    pub expected_sku: String,
    /// Its GTIN, where it has one.
    pub expected_gtin: Option<crate::catalog::Gtin>,
}

/// Something that emits light. Units are radiometric up to the scene's exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Light {
    /// A rectangle that emits from its front like a Lambertian surface.
    Rect {
        /// Middle of the rectangle in the world.
        center: DVec3,
        /// Half of one side as a vector.
        half_u: DVec3,
        /// Half of the other side; light leaves towards `half_u × half_v`.
        half_v: DVec3,
        /// Linear radiance, W·sr⁻¹·m⁻².
        radiance: Vec3,
    },
    /// A point, or a spot with a soft edge (`KHR_lights_punctual`).
    Point {
        /// Place in the world.
        position: DVec3,
        /// Unit direction of a spot's axis; any for a point.
        direction: DVec3,
        /// Linear radiant intensity, W·sr⁻¹.
        intensity: Vec3,
        /// Cosine of the angle inside which a spot is fully bright; -2 for a point.
        cos_inner: f32,
        /// Cosine of the angle beyond which a spot is dark; -3 for a point.
        cos_outer: f32,
        /// Distance in metres beyond which there is no light; infinite if unlimited.
        range: f32,
    },
    /// Parallel light from afar.
    Sun {
        /// Unit direction in which the light travels.
        direction: DVec3,
        /// Linear irradiance on a surface that faces it, W·m⁻².
        irradiance: Vec3,
    },
}

/// Light from everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Linear radiance, multiplies the picture.
    pub radiance: Vec3,
    /// Equirectangular HDR picture (`.hdr` or `.exr`): the middle looks along −z, +y is up. `None`: the same radiance
    /// everywhere.
    pub picture: Option<Arc<Artwork>>,
}

impl Environment {
    /// The same radiance from everywhere.
    #[must_use]
    pub fn uniform(radiance: Vec3) -> Self {
        Self { radiance, picture: None }
    }
}

/// A class number and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemanticClass {
    /// Number in the semantic plane; product categories count from 1, parts of the store from 1000.
    pub id: u16,
    /// Category of the catalogue, or kind of fixture part.
    pub name: String,
    /// True for product categories.
    pub is_product: bool,
}
