use toml::{Table, Value};

use crate::problem::Problems;

/// Compares a table with one that has every known field, reports every unknown field and every value of a wrong type
/// with its path, and takes them out of the table. What is left deserialises.
///
/// In `known` an array of two numbers stands for a range, and an array of one element for a list of any length.
pub(super) fn keep_known(table: &mut Table, known: &Table, place: &str, problems: &mut Problems) {
    let keys: Vec<String> = table.keys().cloned().collect();
    for key in keys {
        let path = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
        let sound = match (table.get_mut(&key), known.get(&key)) {
            (Some(value), Some(known)) => check(value, known, &path, problems),
            _ => {
                let fields: Vec<&str> = known.keys().map(String::as_str).collect();
                problems.add(path, format!("there is no such field; known here: {}", fields.join(", ")));
                false
            }
        };
        if !sound {
            table.remove(&key);
        }
    }
}

/// False when the value as a whole cannot be used.
fn check(value: &mut Value, known: &Value, path: &str, problems: &mut Problems) -> bool {
    let wrong = |value: &Value, problems: &mut Problems| {
        problems.add(path, format!("expected {}, found {}", describe(known), quote(value)));
        false
    };
    match (&mut *value, known) {
        (Value::Table(table), Value::Table(known)) => {
            keep_known(table, known, path, problems);
            true
        }
        (Value::Array(values), Value::Array(known)) => match known.as_slice() {
            [element] => {
                let before = problems.0.len();
                for (i, value) in values.iter_mut().enumerate() {
                    check(value, element, &format!("{path}[{i}]"), problems);
                }
                // Elements that are sound are worth checking further only if none of them had to be left out.
                problems.0.len() == before
            }
            [low, high] if values.len() == 2 && fits(&values[0], low) && fits(&values[1], high) => true,
            _ => wrong(value, problems),
        },
        (value, known) if fits(value, known) => true,
        (value, _) => wrong(value, problems),
    }
}

/// True when a single value has the type of the known one.
fn fits(value: &Value, known: &Value) -> bool {
    match (value, known) {
        (Value::Integer(_), Value::Float(_)) => true,
        (Value::Integer(value), Value::Integer(_)) => u32::try_from(*value).is_ok(),
        (value, known) => value.same_type(known) && !matches!(known, Value::Array(_) | Value::Table(_)),
    }
}

fn describe(known: &Value) -> &'static str {
    match known {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number from 0 to 4294967295",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Table(_) => "a table",
        Value::Array(values) => match values.as_slice() {
            [_, Value::Integer(_)] => "a range [low, high] of whole numbers",
            [_, _] => "a range [low, high]",
            _ => "a list",
        },
    }
}

/// The value as it would be written, shortened.
fn quote(value: &Value) -> String {
    let text = match value {
        Value::Table(_) => "a table".to_owned(),
        value => value.to_string().replace('\n', " "),
    };
    if text.chars().count() <= 60 { text } else { text.chars().take(57).chain("...".chars()).collect() }
}
