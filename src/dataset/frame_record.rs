use serde::{Deserialize, Serialize};

use super::Sample;
use crate::annotate::{InstanceAnnotation, ShelfRecord};
use crate::frame::Occlusion;
use crate::geometry::CameraRecord;
use crate::scene::{Neighbor, Photography};

/// Content of `frames/N.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameRecord {
    /// Number of the frame.
    pub frame: u64,
    /// Who looks.
    pub camera: CameraRecord,
    /// Which picture of its scene it is; none where every scene has but one.
    pub sequence: Option<SequenceRecord>,
    /// How the colour picture was taken. Labels belong to the ideal instant and the lens centre, so they know nothing
    /// of it.
    pub photography: Photography,
    /// What is true about the fixture and its planogram; none for scenes without.
    pub shelf: Option<ShelfRecord>,
    /// Every unit of which at least one silhouette pixel lies inside the picture, ascending by number.
    pub instances: Vec<InstanceAnnotation>,
    /// Who hides whom, seen or not, ascending by the number of the hidden unit and then of the one in front.
    pub occlusion: Vec<Occlusion>,
}

/// Place of a frame among the pictures of its scene.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceRecord {
    /// Number of the frame to which `flow/N.exr` leads: the next picture of the scene, or from the last one the one
    /// before.
    pub flow_to: u64,
    /// Who looks there.
    pub camera: CameraRecord,
}

impl From<&Neighbor> for SequenceRecord {
    fn from(neighbor: &Neighbor) -> Self {
        Self { flow_to: neighbor.frame, camera: (&neighbor.camera).into() }
    }
}

impl FrameRecord {
    /// The record of a sample.
    #[must_use]
    pub fn new(sample: &Sample<'_>) -> Self {
        Self {
            frame: sample.index,
            camera: (&sample.scene.camera).into(),
            sequence: sample.scene.neighbor.as_ref().map(SequenceRecord::from),
            photography: sample.scene.photography,
            shelf: sample.annotation.shelf.clone(),
            instances: sample.annotation.instances.clone(),
            occlusion: sample.annotation.occlusion.clone(),
        }
    }

    /// The file's text: JSON with one instance a line, and one line for all that hides a unit, so that people can search
    /// and compare it.
    ///
    /// # Errors
    /// If a number is not finite.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let camera = serde_json::to_string(&self.camera)?;
        let photography = serde_json::to_string(&self.photography)?;
        let instances = self.instances.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let hidden = self.occlusion.chunk_by(|a, b| a.behind == b.behind).map(|edges| {
            let edges = edges.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
            Ok(edges.join(","))
        });
        let hidden = hidden.collect::<serde_json::Result<Vec<String>>>()?;
        let list =
            |lines: &[String]| if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) };
        let (instances, occlusion) = (list(&instances), list(&hidden));
        let shelf = self.shelf.as_ref().map(shelf_json).transpose()?.unwrap_or_else(|| "null".to_owned());
        let sequence = serde_json::to_string(&self.sequence)?;
        let head = format!(
            "\"frame\": {},\n\"camera\": {camera},\n\"sequence\": {sequence},\n\"photography\": {photography}",
            self.frame
        );
        Ok(format!(
            "{{\n{head},\n\"shelf\": {shelf},\n\"instances\": [{instances}],\n\"occlusion\": [{occlusion}]\n}}\n"
        ))
    }
}

/// The shelf's text: one bay, tier, position, void or label a line.
fn shelf_json(shelf: &ShelfRecord) -> serde_json::Result<String> {
    fn lines<T: Serialize>(list: &[T]) -> serde_json::Result<String> {
        let lines = list.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        Ok(if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", lines.join(",\n")) })
    }
    let ShelfRecord { fixture, bays, shelves, positions, voids, price_labels, share } = shelf;
    Ok(format!(
        "{{\n\"fixture\": {},\n\"bays\": {},\n\"shelves\": {},\n\"positions\": {},\n\"voids\": {},\n\
         \"price_labels\": {},\n\"share\": {}\n}}",
        serde_json::to_string(fixture)?,
        lines(bays)?,
        lines(shelves)?,
        lines(positions)?,
        lines(voids)?,
        lines(price_labels)?,
        serde_json::to_string(share)?,
    ))
}
