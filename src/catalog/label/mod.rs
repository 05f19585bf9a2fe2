//! Label artwork from SVG: templates filled with a product's fields, true bar codes, printed price labels.
//!
//! Text is set in the DejaVu fonts that are compiled in, never in a font of the machine, so that a label has the same
//! pixels everywhere.

mod bar_code;
mod fonts;
mod price;
mod raster;
mod template;
mod values;

pub use bar_code::modules;
pub use price::{PriceStyle, price_label, price_text};
pub(crate) use raster::rasterise;
pub(crate) use template::escape;
pub use template::fill;
pub(super) use values::product_label;
