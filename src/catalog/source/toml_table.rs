use std::io::Read;
use std::path::Path;

use toml::{Table, Value};

use super::check::Checker;
use super::row::{Place, Row};
use crate::catalog::Error;

/// Longest TOML table, in bytes; larger catalogues are better kept as CSV, which is read line by line.
const MAX_TOML: u64 = 256 << 20;

/// Feeds all elements of `products` to the checker.
pub(super) fn read(path: &Path, checker: &mut Checker) -> Result<(), Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    std::fs::File::open(path).map_err(read)?.take(MAX_TOML + 1).read_to_string(&mut text).map_err(read)?;
    if text.len() as u64 > MAX_TOML {
        return Err(Error::invalid(path, "", format!("is longer than {MAX_TOML} bytes")));
    }
    let table: Table = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1;
        Error::invalid(path, format!("line {line}"), error.message())
    })?;
    for (key, value) in table {
        match value {
            Value::Array(products) if key == "products" => {
                for (index, product) in products.into_iter().enumerate() {
                    add(Place::Product(index), product, checker);
                }
            }
            _ if key == "products" => checker.problem(key, "must be an array of tables: [[products]]"),
            _ => checker.problem(key, "is unknown here: a catalogue has [[products]] and nothing else"),
        }
    }
    Ok(())
}

fn add(place: Place, product: Value, checker: &mut Checker) {
    let Value::Table(product) = product else {
        checker.problem(place.to_string(), format!("must be a table, and is {product}"));
        return;
    };
    let mut row = Row::default();
    for (key, value) in product {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
            other => {
                checker.problem(format!("{place}.{key}"), format!("must be a text or a number, and is {other}"));
                continue;
            }
        };
        row.set(&key, text);
    }
    checker.add(place, row);
}
