//! Is a dataset whole, and does it agree with itself?

mod coco;
mod files;
mod flow;
mod frames;
mod geometry;
mod instances;
mod layers;
mod occlusion;
mod parts;
mod shelf;

use std::path::Path;

use rayon::prelude::*;

use super::{Error, MANIFEST, Manifest};
use crate::problem::Problem;

/// Reads everything in a dataset's folder and reports all that is wrong: files that are missing, foreign, or not those
/// that the manifest lists; masks that overlap, leave their silhouettes or differ from the instance plane; areas, boxes,
/// visibilities, occluders and rotations that do not follow from the masks and poses; corners, keypoints and quads that
/// are projected elsewhere; COCO annotations that differ from the frames; products that appear in two parts which should
/// share none; frames that are there twice.
///
/// The folder may come from anybody: whatever is in it, the answer is a list of problems. Memory depends on the
/// number of files, not on their sizes together.
///
/// # Errors
/// If the folder itself cannot be read.
pub fn check(folder: &Path) -> Result<Vec<Problem>, Error> {
    let present = files::present(folder)?;
    let manifest = match Manifest::read(folder) {
        Ok(manifest) => manifest,
        Err(Error::Invalid { problems, .. }) => {
            let at =
                |place: String| if place.is_empty() { MANIFEST.to_owned() } else { format!("{MANIFEST}: {place}") };
            let problems = problems.0.into_iter();
            return Ok(problems.map(|problem| Problem { place: at(problem.place), ..problem }).collect());
        }
        Err(error) => return Ok(vec![problem(MANIFEST, format!("{error}; the dataset is not finished"))]),
    };

    let mut problems = files::check_names(&manifest, &present);
    problems.extend(files::check_digests(folder, &manifest));
    // Only frames that the manifest lists are looked at, so that a range of 2^64 frames costs nothing.
    let header = &manifest.header;
    let listed =
        header.frames.start..header.frames.end.min(header.frames.start.saturating_add(manifest.files.len() as u64));
    let numbers: Vec<u64> = listed.clone().collect();
    let of_frames: Vec<(Vec<Problem>, parts::Products)> =
        numbers.par_iter().map(|&index| frames::check_frame(folder, header, index)).collect();
    let (of_frames, products): (Vec<_>, Vec<_>) = of_frames.into_iter().unzip();
    problems.extend(of_frames.into_iter().flatten());
    problems.extend(parts::check_leaks(header, &products));
    problems.extend(parts::check_duplicates(&manifest));
    if header.formats.iter().any(|format| format == "coco") {
        problems.extend(coco::check_coco(folder, header, &listed));
    }
    Ok(problems)
}

/// All that is wrong with the native files of one frame in themselves; that they are the right ones is for their digests.
#[cfg(feature = "job")]
pub(crate) fn check_frame(folder: &Path, header: &super::Header, index: u64) -> Vec<Problem> {
    frames::check_frame(folder, header, index).0
}

fn problem(place: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem { place: place.into(), message: message.into() }
}
