//! Numbers of a material, brought into their range.

use serde_json::{Map, Value};

use super::document::Document;
use crate::catalog::Error;

/// Brings factors into their range; those that are no numbers are errors.
pub(super) struct Factors<'a> {
    pub(super) document: &'a Document,
    /// The material, for messages.
    pub(super) place: &'a str,
}

impl Factors<'_> {
    /// A number of 0 to `most`.
    pub(super) fn one(&self, name: &str, value: f32, most: f32) -> Result<f32, Error> {
        Ok(self.all(name, [value], most)?[0])
    }

    /// A number of any sign.
    pub(super) fn signed(&self, name: &str, value: f32) -> Result<f32, Error> {
        self.one(name, value.abs(), f32::MAX).map(|size| size.copysign(value))
    }

    /// Numbers of 0 to `most`.
    pub(super) fn all<const N: usize>(&self, name: &str, values: [f32; N], most: f32) -> Result<[f32; N], Error> {
        if values.iter().all(|value| value.is_finite()) {
            Ok(values.map(|value| value.clamp(0.0, most)))
        } else {
            Err(self.document.invalid(format!("{}.{name}", self.place), format!("{values:?} is not finite")))
        }
    }
}

/// An extension that the `gltf` crate hands on as JSON.
#[derive(Clone, Copy)]
pub(super) struct Extension<'a> {
    document: &'a Document,
    /// `materials[3].extensions.KHR_materials_sheen`, for messages.
    pub(super) place: &'a str,
    properties: &'a Map<String, Value>,
}

impl<'a> Extension<'a> {
    /// The extension, if it is an object.
    pub(super) fn new(document: &'a Document, place: &'a str, value: &'a Value) -> Result<Self, Error> {
        match value.as_object() {
            Some(properties) => Ok(Self { document, place, properties }),
            None => Err(document.invalid(place, format!("{} is no object", excerpt(value)))),
        }
    }

    /// A property as it stands there.
    pub(super) fn property(&self, name: &str) -> Option<&'a Value> {
        self.properties.get(name)
    }

    /// A number of 0 to `most`, or `default` if it is absent.
    pub(super) fn one(&self, name: &str, default: f32, most: f32) -> Result<f32, Error> {
        let Some(value) = self.property(name) else { return Ok(default) };
        let number = self.number(name, value)?;
        Factors { document: self.document, place: self.place }.one(name, number, most)
    }

    /// A number of any sign, or `default` if it is absent.
    pub(super) fn signed(&self, name: &str, default: f32) -> Result<f32, Error> {
        let Some(value) = self.property(name) else { return Ok(default) };
        let number = self.number(name, value)?;
        Factors { document: self.document, place: self.place }.signed(name, number)
    }

    /// A linear colour with components of 0 to `most`, or `default` if it is absent.
    pub(super) fn color(&self, name: &str, default: [f32; 3], most: f32) -> Result<[f32; 3], Error> {
        let Some(value) = self.property(name) else { return Ok(default) };
        let Some([r, g, b]) = value.as_array().map(Vec::as_slice) else {
            return Err(self.invalid(name, format!("{} is no list of three numbers", excerpt(value))));
        };
        let color = [self.number(name, r)?, self.number(name, g)?, self.number(name, b)?];
        Factors { document: self.document, place: self.place }.all(name, color, most)
    }

    fn number(&self, name: &str, value: &Value) -> Result<f32, Error> {
        let number = value.as_f64().map(|number| number as f32);
        number.ok_or_else(|| self.invalid(name, format!("{} is no number", excerpt(value))))
    }

    fn invalid(&self, name: &str, message: String) -> Error {
        self.document.invalid(format!("{}.{name}", self.place), message)
    }
}

/// The beginning of a value, for messages.
pub(super) fn excerpt(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
