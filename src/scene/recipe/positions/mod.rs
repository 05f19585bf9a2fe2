//! Planogram files, CSV or JSON, with the columns that retailers use.

mod csv;
mod json;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;

use super::{Error, Position};
use crate::catalog::Gtin;
use crate::problem::Problems;
use crate::scene::Face;

/// Most positions of a planogram: more than a whole aisle has.
const MAX_POSITIONS: usize = 10_000;
/// Most problems that are listed.
const LISTED: usize = 20;

/// Bounds of a position's numbers: bay, shelf, facings side by side, on top of each other, units behind each other.
pub(super) const BAYS: RangeInclusive<u32> = 0..=29;
pub(super) const SHELVES: RangeInclusive<u32> = 0..=14;
pub(super) const WIDE: RangeInclusive<u32> = 1..=200;
pub(super) const HIGH: RangeInclusive<u32> = 1..=20;
pub(super) const DEEP: RangeInclusive<u32> = 0..=50;

/// All columns. Those in one line mean the same.
const COLUMNS: [&[&str]; 8] = [
    &["bay"],
    &["shelf"],
    &["position"],
    &["gtin", "sku", "product"],
    &["facings_wide", "facings"],
    &["facings_high", "levels"],
    &["units_deep", "deep"],
    &["face"],
];

/// Positions from the text of a planogram file, JSON where the path says so and CSV else, in the order of the columns
/// `position`, and of the file where there is none.
///
/// # Errors
/// With all problems and their places: line and column of a CSV, element and field of a JSON.
pub(super) fn read(text: &str, path: &Path) -> Result<Vec<Position>, Error> {
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let mut rows = Rows::default();
    if is_json {
        json::read(text, &mut rows);
    } else {
        csv::read(text, &mut rows);
    }
    if rows.problems.is_empty() { Ok(rows.finish()) } else { Err(Error::invalid(path, rows.problems)) }
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Line of a CSV, from 1.
    Line(u64),
    /// Element of a JSON's `positions`, from 0.
    Element(usize),
}

impl Place {
    /// The place of a cell.
    fn column(self, name: &str) -> String {
        match self {
            Self::Line(_) => format!("{self}, column {name}"),
            Self::Element(_) => format!("{self}.{name}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Element(index) => write!(f, "positions[{index}]"),
        }
    }
}

/// The rows read so far and all that is wrong with them.
#[derive(Default)]
struct Rows {
    /// With the order along the shelf.
    positions: Vec<(Position, u32)>,
    /// Where a bay, shelf and position was first listed.
    taken: BTreeMap<[u32; 3], Place>,
    problems: Problems,
}

impl Rows {
    /// False when no more rows should be read; the reason is noted.
    fn goes_on(&mut self, place: Place) -> bool {
        let ends = self.positions.len() >= MAX_POSITIONS || self.problems.0.len() >= LISTED;
        if ends {
            self.problems.add(place.to_string(), "reading stopped here: too many rows or problems");
        }
        !ends
    }

    /// Whether there is such a column.
    fn is_known(name: &str) -> bool {
        COLUMNS.iter().any(|names| names.contains(&name))
    }

    /// What columns there are.
    fn known() -> String {
        COLUMNS.concat().join(", ")
    }

    /// Reads the cells of a row: names and values. Empty values count as left out.
    fn add<'a>(&mut self, place: Place, cells: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut position = Position::default();
        let mut order = None;
        let (mut gtin, mut sku) = (None, None);
        for (name, value) in cells.filter(|(_, value)| !value.is_empty()) {
            match name {
                "bay" => self.number(place, (name, value), BAYS, &mut position.bay),
                "shelf" => self.number(place, (name, value), SHELVES, &mut position.shelf),
                "position" => {
                    let mut number = 0;
                    self.number(place, (name, value), 0..=MAX_POSITIONS as u32, &mut number);
                    order = Some(number);
                }
                "gtin" => match value.parse::<Gtin>() {
                    Ok(_) => gtin = Some(value),
                    Err(error) => self.problems.add(place.column(name), error.to_string()),
                },
                "sku" | "product" => sku = Some(value),
                "facings_wide" | "facings" => self.number(place, (name, value), WIDE, &mut position.facings),
                "facings_high" | "levels" => self.number(place, (name, value), HIGH, &mut position.levels),
                "units_deep" | "deep" => self.number(place, (name, value), DEEP, &mut position.deep),
                "face" => match value.parse::<Face>() {
                    Ok(_) => value.clone_into(&mut position.face),
                    Err(message) => self.problems.add(place.column(name), message),
                },
                _ => {}
            }
        }
        match gtin.or(sku) {
            Some(product) => product.clone_into(&mut position.product),
            None => self.problems.add(place.to_string(), "names no product: neither gtin nor sku"),
        }
        if let Some(order) = order
            && let Some(first) = self.taken.insert([position.bay, position.shelf, order], place)
        {
            let message =
                format!("bay {}, shelf {}, position {order} is already that of {first}", position.bay, position.shelf);
            self.problems.add(place.column("position"), message);
        }
        self.positions.push((position, order.unwrap_or(u32::MAX)));
    }

    fn number(&mut self, place: Place, (name, value): (&str, &str), bounds: RangeInclusive<u32>, target: &mut u32) {
        match value.parse::<u32>() {
            Ok(number) if bounds.contains(&number) => *target = number,
            Ok(number) => {
                let (low, high) = bounds.into_inner();
                self.problems.add(place.column(name), format!("{number} is not within {low}..{high}"));
            }
            Err(_) => self.problems.add(place.column(name), format!("{value:?} is no whole number")),
        }
    }

    /// The positions in their order.
    fn finish(mut self) -> Vec<Position> {
        self.positions.sort_by_key(|(position, order)| (position.bay, position.shelf, *order));
        self.positions.into_iter().map(|(position, _)| position).collect()
    }
}
