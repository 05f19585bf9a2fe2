//! What a dataset looks like in numbers, beside the bands of real shelf photographs.
//!
//! Each group of figures is a file with a `GROUP`, listed in `GROUPS`; `docs/statistics.md` defines every figure. Frames
//! are read one by one on all threads, and what is kept of them are histograms and counts.

mod boxes;
mod color;
mod definition;
mod header;
mod histogram;
mod layout;
mod planogram;
mod plot;
mod products;
mod profile;
mod report;
mod rows;
mod shot;
mod table;
mod tally;
mod units;
mod voids;

use std::fmt;
use std::path::Path;

use rayon::prelude::*;

use self::definition::Group;
use self::shot::{Reading, Shot};
use self::tally::Tally;
use super::{Error, Header};
pub use definition::{Definition, Unit};
pub use histogram::{Histogram, Summary};
pub use profile::{Band, Compare, Profile, Verdict};
pub use report::{Counted, Figure, GroupStats, Stats, entropy};

/// All groups in the order in which they are shown.
const GROUPS: [Group; 7] =
    [layout::GROUP, boxes::GROUP, voids::GROUP, units::GROUP, products::GROUP, planogram::GROUP, color::GROUP];
/// Frames that are measured before their figures are added up.
const CHUNK: u64 = 64;

/// All figures there are.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    GROUPS.iter().flat_map(|group| group.figures)
}

/// Measures all frames of a finished dataset. The result depends neither on their order nor on the number of threads, and
/// memory does not grow with their number.
///
/// # Errors
/// If the manifest, a frame's record or a picture cannot be read or is wrong: the error names the file, and it is that of
/// the first such frame.
pub fn stats(folder: &Path, profile: &Profile) -> Result<Stats, Error> {
    let header = header::read(folder)?;
    let mut tally = Tally::default();
    let mut start = header.frames.start;
    while start < header.frames.end {
        let end = start.saturating_add(CHUNK).min(header.frames.end);
        let frames: Vec<u64> = (start..end).collect();
        let measured: Vec<Result<Tally, Error>> =
            frames.par_iter().map(|&index| measure(folder, &header, index, profile)).collect();
        for frame in measured {
            tally.merge(&frame?);
        }
        start = end;
    }
    Ok(Stats::new(&header, profile, &tally))
}

fn measure(folder: &Path, header: &Header, index: u64, profile: &Profile) -> Result<Tally, Error> {
    let reading = Reading::open(folder, header, index)?;
    let shot = Shot::new(&reading, profile);
    let mut tally = Tally { frames: 1, ..Tally::default() };
    for group in &GROUPS {
        (group.measure)(&shot, &mut tally);
    }
    Ok(tally)
}

impl Stats {
    /// Draws a picture per group of figures, and one of the most frequent products, into a folder, which is made if it is
    /// not there.
    ///
    /// # Errors
    /// If the folder or a file in it cannot be written.
    pub fn write_plots(&self, folder: &Path) -> Result<(), Error> {
        plot::write(self, folder)
    }
}

/// The table for a terminal.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&table::table(self))
    }
}

#[cfg(test)]
mod tests;
