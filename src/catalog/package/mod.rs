//! Packages made by us: a name, a size and a few words become a watertight mesh with its materials.
//!
//! Each shape has a file of its own, which says what its fields mean. All of them share
//! - **space**: metres, y up, front towards +z, standing on y = 0, centred in x and z, exactly as large as asked for;
//! - **the label**: slot 0, a white material with `is_label` set and no texture; its texture coordinates are the
//!   position on the [`Sheet`] of the package divided by the sheet's size;
//! - **fields**: `style` and `lid` choose a variant by a word, `*_color` are `#rrggbb` in sRGB. Fields that a shape
//!   does not know are left alone (they are the label's), words that it does not know are errors.
//!
//! A surface may consist of several shells that dip into each other (a cap over a neck); each of them is closed.

mod bottle;
mod bottle_outline;
mod bottle_pack;
mod boxy;
mod can;
mod carton;
mod closure;
mod extrude;
mod film;
mod gable_top;
mod jar;
mod landmark;
mod loft;
mod mesher;
mod multipack;
mod paint;
mod pillow_bag;
mod pouch;
mod profile;
mod relief_uv;
mod request;
mod section;
mod sheet;
mod soft;
mod spray;
#[cfg(test)]
mod tests;
mod tray;
mod tub;
mod tube;
mod vessel;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use glam::DVec3;

use self::landmark::Landmark;
use self::mesher::Mesher;
use self::relief_uv::Projection;
use self::request::Request;
pub use self::sheet::{Face, Panel, Sheet};
use super::{Footprint, Look, Material, Model, ModelKey};

/// One shape: how its sheet is laid out, and how its mesh is made.
struct Package {
    name: &'static str,
    /// The sheet for a size in millimetres.
    sheet: fn(DVec3) -> Sheet,
    /// Adds all faces in millimetres.
    build: fn(&Request<'_>, &Sheet, &mut Mesher) -> Result<Parts, String>,
}

/// What a shape tells besides its faces.
struct Parts {
    /// One material per slot.
    materials: Vec<Material>,
    footprint: Footprint,
    /// All words and numbers from the fields that changed the geometry.
    variant: String,
    /// Where its keypoints are.
    landmarks: Vec<Landmark>,
}

/// All shapes, in catalogue order.
const PACKAGES: [Package; 13] = [
    carton::PACKAGE,
    gable_top::PACKAGE,
    can::PACKAGE,
    bottle::PACKAGE,
    jar::PACKAGE,
    tube::PACKAGE,
    pillow_bag::PACKAGE,
    pouch::PACKAGE,
    tray::PACKAGE,
    multipack::PACKAGE,
    bottle_pack::PACKAGE,
    tub::PACKAGE,
    spray::PACKAGE,
];

const NAMES: [&str; PACKAGES.len()] = {
    let mut names = [""; PACKAGES.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = PACKAGES[i].name;
        i += 1;
    }
    names
};

/// Names of all packages in catalogue order.
#[must_use]
pub fn names() -> &'static [&'static str] {
    &NAMES
}

/// Geometry and materials of a package. `size` is width, height and depth in metres, kept to the tenth of a
/// millimetre; `fields` are those of the product.
///
/// # Errors
/// If there is no such package, no package can have this size, or a field's value is none that the package knows; the
/// message names the field and the value.
pub fn build(name: &str, size: DVec3, fields: &BTreeMap<String, String>) -> Result<Look, String> {
    let package = find(name)?;
    let size = request::size_mm(size)?;
    let sheet = (package.sheet)(size);
    let mut mesher = Mesher::new();
    let parts = (package.build)(&Request { size, fields }, &sheet, &mut mesher)?;
    let projection = Projection::new(size, parts.footprint);
    let (mesh, slots) = mesher.finish(size, sheet.size(), projection)?;
    let key = format!("package/{name}/{}x{}x{}/{}", size.x, size.y, size.z, parts.variant);
    let bounds = mesh.bounds();
    let named = parts.landmarks.iter().filter_map(|landmark| landmark.find(&mesh, size)).collect();
    let model = Model { key: ModelKey::new(key), mesh, slots, bounds, footprint: parts.footprint, named };
    Ok(Look { model: Arc::new(model), materials: parts.materials.into() })
}

/// The label artwork sheet of a package of this size (width, height and depth in metres).
///
/// # Errors
/// If there is no such package or no package can have this size.
pub fn sheet(name: &str, size: DVec3) -> Result<Sheet, String> {
    Ok((find(name)?.sheet)(request::size_mm(size)?))
}

fn find(name: &str) -> Result<&'static Package, String> {
    const { &PACKAGES }
        .iter()
        .find(|package| package.name == name)
        .ok_or_else(|| format!("there is no package {name:?}, only {}", NAMES.join(", ")))
}

/// Round when a body of revolution is as deep as it is wide.
fn round_if_square(size: DVec3) -> Footprint {
    if (size.x - size.z).abs() < 0.005 * size.x { Footprint::Round } else { Footprint::Box }
}
