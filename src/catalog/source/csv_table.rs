use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use super::check::Checker;
use super::row::{COLUMNS, Place, Row};
use crate::catalog::Error;

/// Feeds all rows of a CSV table to the checker. The first line names the columns; commas separate, quotes protect.
pub(super) fn read(input: impl Read, path: &Path, checker: &mut Checker) -> Result<(), Error> {
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).has_headers(false).from_reader(input);
    let mut record = StringRecord::new();
    let mut header: Option<Vec<Target>> = None;
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                unreadable(error, path, checker)?;
                continue;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let Some(header) = &header else {
            header = Some(targets(&record, checker));
            continue;
        };
        // A line of nothing but commas is what spreadsheets leave behind a table.
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != header.len() {
            let message = format!("has {} cells, and the first line names {} columns", record.len(), header.len());
            checker.problem(Place::Line(line).to_string(), message);
            continue;
        }
        let mut row = Row::default();
        for (target, cell) in header.iter().zip(&record) {
            match target {
                Target::Column(column) => row.columns[*column] = cell.to_owned(),
                Target::Field(name) if !cell.is_empty() => {
                    row.fields.insert(name.clone(), cell.to_owned());
                }
                Target::Field(_) => {}
            }
        }
        checker.add(Place::Line(line), row);
    }
    Ok(())
}

/// Where the cells of a column go.
enum Target {
    Column(usize),
    Field(String),
}

fn targets(record: &StringRecord, checker: &mut Checker) -> Vec<Target> {
    let mut seen = BTreeSet::new();
    let mut targets = Vec::new();
    for (number, name) in record.iter().enumerate() {
        let name = name.trim_start_matches('\u{FEFF}').trim();
        if name.is_empty() {
            checker.problem("line 1", format!("column {} has no name", number + 1));
        } else if !seen.insert(name.to_owned()) {
            checker.problem("line 1", format!("names column {name:?} twice"));
        }
        targets.push(match COLUMNS.iter().position(|column| *column == name) {
            Some(column) => Target::Column(column),
            None => Target::Field(name.to_owned()),
        });
    }
    targets
}

/// A line that is no text is a problem of its own; a file that cannot be read on ends the reading.
fn unreadable(error: csv::Error, path: &Path, checker: &mut Checker) -> Result<(), Error> {
    match error.into_kind() {
        ErrorKind::Utf8 { pos, err } => {
            let place = pos.map_or(String::new(), |pos| Place::Line(pos.line()).to_string());
            checker.problem(place, format!("is not UTF-8 text: {err}"));
            Ok(())
        }
        ErrorKind::Io(source) => Err(Error::Read { path: path.to_owned(), source }),
        other => Err(Error::invalid(path, "", format!("is no CSV table: {other:?}"))),
    }
}
