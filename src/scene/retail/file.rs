use serde::{Deserialize, Serialize};

use super::{Face, Retail};
use crate::catalog::Gtin;

/// One row of a planogram file: a position, with the columns that retailers use. Numbers count from 0, bays and positions
/// from the left, shelves from the bottom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanogramRow {
    /// Bay.
    pub bay: u32,
    /// Shelf.
    pub shelf: u32,
    /// Order along the shelf.
    pub position: u32,
    /// Trade item number; empty in CSV and null in JSON where the product has none.
    pub gtin: Option<Gtin>,
    /// The retailer's own code.
    pub sku: String,
    /// Units side by side; 0 where goods lie without order.
    pub facings_wide: u32,
    /// Units on top of each other; 0 where goods lie without order.
    pub facings_high: u32,
    /// Units behind each other.
    pub units_deep: u32,
    /// The face that is shown to the aisle.
    pub face: Face,
}

/// The file as JSON.
#[derive(Serialize)]
struct Document {
    positions: Vec<PlanogramRow>,
}

impl Retail {
    /// The planogram as rows.
    #[must_use]
    pub fn planogram(&self) -> Vec<PlanogramRow> {
        let row = |planned: &super::PlannedPosition| PlanogramRow {
            bay: planned.bay,
            shelf: planned.shelf,
            position: planned.position,
            gtin: planned.product.gtin,
            sku: planned.product.sku.clone(),
            facings_wide: planned.counts[0],
            facings_high: planned.counts[1],
            units_deep: planned.counts[2],
            face: planned.face,
        };
        self.positions.iter().map(row).collect()
    }

    /// The planogram as CSV text with a header line; what `planogram.file` of a recipe reads.
    #[must_use]
    pub fn planogram_csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in self.planogram() {
            writer.serialize(row).expect("rows are flat, and a Vec takes all");
        }
        if self.positions.is_empty() {
            writer.write_record(COLUMNS).expect("a Vec takes all");
        }
        let bytes = writer.into_inner().expect("a Vec takes all");
        String::from_utf8(bytes).expect("made from text")
    }

    /// The planogram as JSON text: `{"positions": [row, …]}`; what `planogram.file` of a recipe reads.
    #[must_use]
    pub fn planogram_json(&self) -> String {
        let document = Document { positions: self.planogram() };
        serde_json::to_string_pretty(&document).expect("rows have only numbers and texts") + "\n"
    }
}

/// Columns in the order of the file.
const COLUMNS: [&str; 9] =
    ["bay", "shelf", "position", "gtin", "sku", "facings_wide", "facings_high", "units_deep", "face"];
