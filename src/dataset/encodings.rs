use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use super::native::encode_plane;
use super::{Error, FrameRecord, Sample};
use crate::frame::Plane;

/// What several formats hold of one sample, each encoded when it is first asked for.
#[derive(Debug)]
pub struct Encodings<'a> {
    sample: &'a Sample<'a>,
    planes: RefCell<BTreeMap<Plane, Vec<u8>>>,
    record: OnceCell<Vec<u8>>,
}

impl<'a> Encodings<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(sample: &'a Sample<'a>) -> Self {
        Self { sample, planes: RefCell::default(), record: OnceCell::new() }
    }

    /// The file of a plane, as in the native format.
    ///
    /// # Errors
    /// If the frame has no such plane, or it cannot be encoded.
    pub fn plane(&self, plane: Plane) -> Result<Vec<u8>, Error> {
        if let Some(file) = self.planes.borrow().get(&plane) {
            return Ok(file.clone());
        }
        let file = encode_plane(self.sample.index, self.sample.frame, plane)?;
        self.planes.borrow_mut().insert(plane, file.clone());
        Ok(file)
    }

    /// `frames/N.json`.
    ///
    /// # Errors
    /// If a number is not finite.
    pub fn record(&self) -> Result<&[u8], Error> {
        if let Some(record) = self.record.get() {
            return Ok(record);
        }
        let text = FrameRecord::new(self.sample).to_json();
        let text = text.map_err(|error| Error::Sample { frame: self.sample.index, message: error.to_string() })?;
        Ok(self.record.get_or_init(|| text.into_bytes()))
    }
}
