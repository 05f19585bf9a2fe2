use serde_json::Value;

use super::Finding;
use crate::annotate::annotate;
use crate::dataset::{self, FrameRecord, Header, ReadFrame, check_frame};
use crate::frame::{Frame, Silhouette};
use crate::job::Delivery;
use crate::scene::{Composer, Scene};
use crate::seed::Seed;

/// A frame that says nothing that is known to be wrong, and its scene.
pub(super) struct Sound {
    pub(super) scene: Scene,
    pub(super) read: ReadFrame,
}

impl Sound {
    /// The frame with the silhouettes that its record tells.
    pub(super) fn with_silhouettes(&self) -> Frame {
        let frame = &self.read.frame;
        let mut silhouettes = vec![Silhouette::default(); self.scene.units.len()];
        for unit in &self.read.record.instances {
            let Some(silhouette) = (unit.id as usize).checked_sub(1).and_then(|at| silhouettes.get_mut(at)) else {
                continue;
            };
            *silhouette = Silhouette::new(0, 0, frame.width, frame.height);
            for (x, y) in unit.mask_amodal.pixels() {
                silhouette.insert(x as i32, y as i32);
            }
        }
        Frame { silhouettes, ..frame.clone() }
    }
}

/// All that can be known about a frame without tracing a ray: its files have the right form and agree with each other,
/// and poses, boxes, places, keypoints, texts and everything else that follows from the recipe, the seed and the
/// delivered planes is exactly what it must be. A frame of another seed, of another job, or a copy ends here.
///
/// # Errors
/// If the scene cannot be composed here.
pub(super) fn check(
    delivery: &Delivery,
    header: &Header,
    composer: &Composer,
    index: u64,
) -> Result<Result<Sound, Vec<Finding>>, crate::Error> {
    let place = |place: &str| format!("frame {index}{}{place}", if place.is_empty() { "" } else { ": " });
    let wrong = check_frame(delivery.folder(), header, index);
    if !wrong.is_empty() {
        return Ok(Err(wrong.into_iter().map(|problem| Finding::wrong(problem.place, problem.message)).collect()));
    }
    let read = header.read_frame(index, |path| {
        let path = delivery.folder().join(path);
        std::fs::read(&path).map_err(|source| dataset::Error::read(path, source))
    });
    let read = match read {
        Ok(read) => read,
        Err(error) => return Ok(Err(vec![Finding::wrong(place(""), error.to_string())])),
    };
    let scene = composer.compose(Seed { dataset: header.seed, index })?;
    let derived = match derive(&scene, &read, index) {
        Ok(derived) => derived,
        Err(message) => return Ok(Err(vec![Finding::wrong(place(""), message)])),
    };
    let value = |record: &FrameRecord| serde_json::to_value(record).expect("a record is plain data");
    let mut differences = Vec::new();
    compare(&value(&read.record), &value(&derived), String::new(), &mut differences);
    if differences.is_empty() {
        return Ok(Ok(Sound { scene, read }));
    }
    Ok(Err(differences.into_iter().map(|(at, message)| Finding::wrong(place(&at), message)).collect()))
}

/// The record that follows from the scene and the delivered planes. What lies outside of the picture cannot be known
/// from them and is taken as it is told.
fn derive(scene: &Scene, read: &ReadFrame, index: u64) -> Result<FrameRecord, String> {
    let told = &read.record.instances;
    let mut silhouettes = vec![Silhouette::default(); scene.units.len()];
    for unit in told {
        let (width, height) = (read.frame.width, read.frame.height);
        if (unit.mask_amodal.width(), unit.mask_amodal.height()) != (width, height) {
            return Err(format!("unit {} has a mask of another size than the picture", unit.id));
        }
        let silhouette = (unit.id as usize).checked_sub(1).and_then(|at| silhouettes.get_mut(at));
        let silhouette =
            silhouette.ok_or_else(|| format!("there is no unit {}; the scene has {}", unit.id, scene.units.len()))?;
        *silhouette = Silhouette::new(0, 0, width, height);
        for (x, y) in unit.mask_amodal.pixels() {
            silhouette.insert(x as i32, y as i32);
        }
    }
    let frame = Frame { silhouettes, occlusion: Some(read.record.occlusion.clone()), ..read.frame.clone() };
    let mut annotation = annotate(scene, &frame).map_err(|error| error.to_string())?;
    for (unit, told) in annotation.instances.iter_mut().zip(told) {
        unit.silhouette_px = told.silhouette_px.max(unit.silhouette_px);
        unit.truncated = told.truncated || unit.silhouette_px > u64::from(unit.amodal_px);
        unit.bbox_silhouette = told.bbox_silhouette;
        unit.silhouette_is_cut = told.silhouette_is_cut;
    }
    Ok(FrameRecord::new(&dataset::Sample { index, scene, frame: &frame, annotation: &annotation }))
}

/// Where two JSON values differ, with both values; ends after the first few.
fn compare(told: &Value, derived: &Value, place: String, differences: &mut Vec<(String, String)>) {
    if differences.len() >= 5 {
        return;
    }
    match (told, derived) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for ((name, a), b) in a.iter().zip(b.values()) {
                let dot = if place.is_empty() { "" } else { "." };
                compare(a, b, format!("{place}{dot}{name}"), differences);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, format!("{place}[{i}]"), differences);
            }
        }
        (a, b) if a == b => {}
        (a, b) => {
            let short = |value: &Value| value.to_string().chars().take(80).collect::<String>();
            differences.push((place, format!("is {}, and follows to be {}", short(a), short(b))));
        }
    }
}
