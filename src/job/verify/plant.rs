use std::fs;

use ndarray::s;

use super::{Outcome, Sample, Verifier};
use crate::dataset::{self, encode_rgb, plane_path, record_path};
use crate::frame::Plane;
use crate::job::{Claim, Delivery, Error};
use crate::render::Window;

impl Verifier {
    /// Puts something wrong into a delivery that was found valid, and looks at it again with the same sample: a verifier that
    /// finds nothing looks just like workers that are all honest. Where a tile of colour is in the sample a patch is painted
    /// over it, else a unit of goods is moved by a millimetre in the record. What a training step has made is left alone.
    ///
    /// # Errors
    /// If it is not found, or this machine fails: nothing that this verifier has let pass is worth anything then.
    pub fn probe(&mut self, mut delivery: Delivery, sample: &Sample) -> Result<(), crate::Error> {
        if self.bundle.manifest().train.is_some() {
            return Ok(());
        }
        let planted = match sample.tiles.first() {
            Some(&(frame, tile)) if self.bundle.header().planes().contains(&Plane::Rgb) => {
                self.paint(&mut delivery, frame, tile)?
            }
            _ => self.shift(&mut delivery)?,
        };
        match self.verify(&delivery, sample)?.outcome {
            Outcome::Valid => {
                let unit = delivery.unit.number;
                Err(Error::Unfit(format!("the verifier does not find {planted}, planted into unit {unit}")).into())
            }
            Outcome::Inconclusive | Outcome::Invalid => Ok(()),
        }
    }

    /// Paints over a part of a picture.
    fn paint(&self, delivery: &mut Delivery, frame: u64, tile: Window) -> Result<String, crate::Error> {
        let path = plane_path(Plane::Rgb, frame);
        let header = self.bundle.unit_header(delivery.unit.frames.clone(), &self.composer);
        let read = header.read_frame(frame, |path| {
            let path = delivery.folder().join(path);
            fs::read(&path).map_err(|source| dataset::Error::read(path, source))
        })?;
        let mut picture = read.frame.rgb().expect("one of its planes").to_owned();
        let Window { x, y, width, height } = tile;
        let [top, left, bottom, right] = [y, x, y + height, x + width].map(|at| at as usize);
        picture.slice_mut(s![top..bottom, left..right, ..]).mapv_inplace(|value| value.wrapping_add(128));
        let bytes = encode_rgb(picture.view()).map_err(|error| Error::Unfit(format!("{path}: {error}")))?;
        replace(delivery, &path, &bytes)?;
        Ok(format!("a patch in {path}"))
    }

    /// Moves the first unit of the first frame; the camera where there are no units.
    fn shift(&self, delivery: &mut Delivery) -> Result<String, crate::Error> {
        let path = record_path(delivery.unit.frames.start);
        let file = delivery.folder().join(&path);
        let text = fs::read(&file).map_err(|source| Error::read(&file, source))?;
        let wrong = |message: String| Error::invalid(&file, "", message);
        let mut record: serde_json::Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        let places = ["/instances/0/world_from_object/0/3", "/camera/world_from_camera/0/3"];
        let Some(place) = places.into_iter().find(|place| record.pointer(place).is_some_and(|value| value.is_number()))
        else {
            return Err(wrong("has neither a unit nor a camera".to_owned()).into());
        };
        let value = record.pointer_mut(place).expect("just found");
        *value = (value.as_f64().unwrap_or_default() + 1e-3).into();
        let bytes = serde_json::to_vec(&record).expect("plain data");
        replace(delivery, &path, &bytes)?;
        Ok(format!("a moved {place} in {path}"))
    }
}

/// Puts another file in the place of one of a delivery, with a claim that fits it.
fn replace(delivery: &mut Delivery, path: &str, bytes: &[u8]) -> Result<(), Error> {
    let file = delivery.folder().join(path);
    fs::write(&file, bytes).map_err(|source| Error::write(file, source))?;
    let Claim { job, unit, attempt, class, mut frames, .. } = delivery.claim.clone();
    for record in frames.iter_mut().flat_map(|frame| &mut frame.files).filter(|record| record.path == path) {
        record.bytes = bytes.len() as u64;
        record.blake3 = blake3::hash(bytes).to_string();
    }
    delivery.claim = Claim::new(job, (unit, attempt), class, frames);
    Ok(())
}
