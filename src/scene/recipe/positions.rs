use std::path::Path;

use super::{Error, Position};
use crate::problem::Problems;

/// Most positions of a planogram: more than a whole aisle has.
const MAX_POSITIONS: usize = 10_000;
/// Most problems that are listed.
const LISTED: usize = 20;

/// Positions from CSV text with the header `bay,shelf,product,facings,levels,deep`, in any order; only `product` is
/// needed. All problems are reported with their lines.
pub(super) fn from_csv(text: &str, path: &Path) -> Result<Vec<Position>, Error> {
    let mut problems = Problems::default();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(false).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    for (i, column) in header.iter().enumerate() {
        if !["bay", "shelf", "product", "facings", "levels", "deep"].contains(&column) {
            problems.add(format!("line 1, column {}", i + 1), format!("there is no column {column:?}"));
        }
    }
    if !header.iter().any(|column| column == "product") {
        problems.add("line 1", "there is no column \"product\"");
    }
    let mut positions = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.add("", error.to_string());
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if positions.len() == MAX_POSITIONS || problems.0.len() >= LISTED {
            problems.add(format!("line {line}"), "reading stopped here: too many rows or problems");
            break;
        }
        let mut position = Position::default();
        for (column, value) in header.iter().zip(record.iter()) {
            let number = match column {
                "product" => {
                    value.clone_into(&mut position.product);
                    continue;
                }
                "bay" => &mut position.bay,
                "shelf" => &mut position.shelf,
                "facings" => &mut position.facings,
                "levels" => &mut position.levels,
                "deep" => &mut position.deep,
                _ => continue,
            };
            match value.parse() {
                Ok(parsed) => *number = parsed,
                Err(_) if value.is_empty() => {}
                Err(_) => {
                    problems.add(format!("line {line}, column {column}"), format!("{value:?} is no whole number"));
                }
            }
        }
        positions.push(position);
    }
    if problems.is_empty() { Ok(positions) } else { Err(Error::invalid(path, problems)) }
}
