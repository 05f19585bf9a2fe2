use super::{Place, Rows};

/// Rows of CSV text with a header line, the columns in any order.
pub(super) fn read(text: &str, rows: &mut Rows) {
    // Spreadsheets begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(false).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return rows.problems.add("line 1", error.to_string()),
    };
    for (i, column) in header.iter().enumerate() {
        let place = || format!("line 1, column {}", i + 1);
        if !Rows::is_known(column) {
            rows.problems.add(place(), format!("there is no column {column:?}; the columns are {}", Rows::known()));
        } else if header.iter().take(i).any(|other| other == column) {
            rows.problems.add(place(), format!("there are two columns {column:?}"));
        }
    }
    if !header.iter().any(|column| ["gtin", "sku", "product"].contains(&column)) {
        rows.problems.add("line 1", "there is no column that names the product: \"gtin\" or \"sku\"");
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => return rows.problems.add("", error.to_string()),
        };
        let place = Place::Line(record.position().map_or(0, csv::Position::line));
        if !rows.goes_on(place) {
            return;
        }
        rows.add(place, header.iter().zip(record.iter()));
    }
}
