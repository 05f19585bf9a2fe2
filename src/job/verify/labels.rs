use ndarray::Array2;

use super::planes::{self, band};
use super::{Finding, Sound, Tolerance};
use crate::annotate::annotate;
use crate::dataset::{Encodings, Format as _, Header, Native, Sample};
use crate::frame::{Frame, Plane};
use crate::job::Claim;
use crate::render::{RenderSettings, Renderer};

/// Traces all labels of a frame again, and who hides whom.
///
/// # Errors
/// If the frame cannot be rendered here.
pub(super) fn trace(sound: &Sound, settings: &RenderSettings, renderer: &mut Renderer) -> Result<Frame, crate::Error> {
    let planes = settings.planes.iter().copied().filter(|plane| !plane.is_color()).collect();
    Ok(renderer.render(&sound.scene, &RenderSettings { planes, ..settings.clone() })?)
}

/// A machine of the same class must have made the very same files: all but those of colour.
///
/// # Errors
/// If the frame cannot be annotated or encoded here.
pub(super) fn compare_files(
    sound: &Sound,
    traced: &Frame,
    (header, claim): (&Header, &Claim),
    index: u64,
) -> Result<Vec<Finding>, crate::Error> {
    let annotation = annotate(&sound.scene, traced)?;
    let sample = Sample { index, scene: &sound.scene, frame: traced, annotation: &annotation };
    let mut header = header.clone();
    header.planes.retain(|record| record.plane.parse().is_ok_and(|plane: Plane| !plane.is_color()));
    let expected = Native.encode(&header, &sample, &Encodings::new(&sample))?.files;
    let files = claim.frames.iter().filter(|frame| frame.frame == index).flat_map(|frame| &frame.files);
    let files: Vec<_> = files.collect();
    let differs = |(path, bytes): &(String, Vec<u8>)| {
        let digest = blake3::hash(bytes).to_string();
        !files.iter().any(|file| file.path == *path && file.blake3 == digest)
    };
    let wrong = expected.iter().filter(|file| differs(file));
    Ok(wrong.map(|(path, _)| Finding::wrong(path.clone(), "differs from what a machine of this class makes")).collect())
}

/// A machine of another class must show the same units off the edges, at the same depths and with the same values, with the
/// same silhouettes.
pub(super) fn compare_within(sound: &Sound, traced: &Frame, tolerance: &Tolerance, index: u64) -> Vec<Finding> {
    let mut findings = planes::compare(&sound.read.frame, traced, tolerance, index);
    findings.extend(compare_silhouettes(sound, traced, tolerance, index));
    findings
}

/// Silhouettes of all units that either side knows, hidden ones included.
fn compare_silhouettes(sound: &Sound, traced: &Frame, tolerance: &Tolerance, index: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut inside, mut size) = (0, 0);
    let (height, width) = (traced.height as usize, traced.width as usize);
    for (id, own) in (1..).zip(&traced.silhouettes) {
        let told = sound.read.record.instances.iter().find(|unit| unit.id == id);
        let told = told.map_or_else(|| Array2::from_elem((height, width), false), |unit| unit.mask_amodal.decode());
        let own = Array2::from_shape_fn((height, width), |(y, x)| own.contains(x as i32, y as i32));
        if told == own {
            size += own.iter().filter(|is_inside| **is_inside).count();
            continue;
        }
        let number = |mask: &Array2<bool>| mask.map(|&is_inside| u32::from(is_inside));
        let band = band(number(&told).view(), number(&own).view(), tolerance.band_px);
        let mut off = 0;
        for (place, &is_band) in band.indexed_iter() {
            let differs = usize::from(told[place] != own[place]);
            size += usize::from(is_band);
            if is_band { inside += differs } else { off += differs }
        }
        if off > 0 {
            let message = format!("has a silhouette that differs in {off} pixels off its edge");
            findings.push(Finding::doubtful(format!("frame {index}: unit {id}"), message));
        }
    }
    if inside as f64 > tolerance.band_share * size as f64 {
        let message = format!("silhouettes of units differ in {inside} of {size} pixels at their edges");
        findings.push(Finding::doubtful(format!("frame {index}"), message));
    }
    findings
}
