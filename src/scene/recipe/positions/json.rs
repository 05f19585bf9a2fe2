use serde_json::Value;

use super::{Place, Rows};

/// Rows of JSON text: `{"positions": [{"bay": 0, …}, …]}`.
pub(super) fn read(text: &str, rows: &mut Rows) {
    let mut document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return rows.problems.add("", error.to_string()),
    };
    let Some(fields) = document.as_object_mut() else {
        return rows.problems.add("", "is no object with the field \"positions\"");
    };
    for name in fields.keys().filter(|name| *name != "positions") {
        rows.problems.add(name.clone(), "there is no such field; only \"positions\"");
    }
    let Some(Value::Array(positions)) = fields.get("positions") else {
        return rows.problems.add("positions", "is no list");
    };
    for (i, position) in positions.iter().enumerate() {
        let place = Place::Element(i);
        if !rows.goes_on(place) {
            return;
        }
        let Some(fields) = position.as_object() else {
            rows.problems.add(place.to_string(), "is no object");
            continue;
        };
        let mut cells = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            if !Rows::is_known(name) {
                rows.problems
                    .add(place.column(name), format!("there is no such field; the fields are {}", Rows::known()));
            }
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text.trim().to_owned(),
                Value::Number(number) => number.to_string(),
                _ => {
                    rows.problems.add(place.column(name), "is neither a number nor a text");
                    continue;
                }
            };
            cells.push((name.as_str(), text));
        }
        rows.add(place, cells.iter().map(|(name, text)| (*name, text.as_str())));
    }
}
