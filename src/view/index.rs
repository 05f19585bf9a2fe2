use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;
use serde::Deserialize;

use super::query::Query;
use crate::dataset::{Error, record_path};

/// Frames that are read before the result is shown.
const BATCH: u64 = 256;

/// What the filters know about the frames: eight bytes a unit, so that 100,000 frames fit in memory.
#[derive(Debug)]
pub(super) struct Index {
    frames: Range<u64>,
    read: AtomicU64,
    is_stopped: AtomicBool,
    found: RwLock<Found>,
}

#[derive(Debug, Default)]
struct Found {
    /// In the order of the frames; all but the last have [`BATCH`] frames.
    batches: Vec<Batch>,
    products: Names,
    categories: Names,
    /// The first frame that could not be read, and why.
    failure: Option<String>,
}

/// Texts and their numbers.
#[derive(Debug, Default)]
struct Names {
    list: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

/// Frames that follow each other.
#[derive(Debug, Default)]
struct Batch {
    frames: Vec<Entry>,
    /// Of all of them, frame by frame.
    units: Vec<IndexedUnit>,
}

/// One frame.
#[derive(Debug)]
struct Entry {
    /// End of its units in the batch.
    end: u32,
    /// Mean visibility fraction in percent of the units that are seen.
    visibility: u8,
}

/// What filters ask about a unit.
#[derive(Debug)]
struct IndexedUnit {
    product: u32,
    category: u16,
    /// Visibility fraction in whole percent, rounded down.
    percent: u8,
    /// Other units that are seen in front, at most 255.
    occluders: u8,
}

/// The part of a frame's record that the filters need; the rest is skipped.
#[derive(Debug, Deserialize)]
struct Record {
    instances: Vec<Unit>,
}

#[derive(Debug, Deserialize)]
struct Unit {
    gtin: Option<String>,
    category: String,
    name: String,
    visible_px: u32,
    visibility: Option<f64>,
    occluded_by: Vec<Occluder>,
}

#[derive(Debug, Deserialize)]
struct Occluder {
    id: u32,
}

/// A frame in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(super) struct Match {
    /// Its number.
    pub(super) frame: u64,
    /// Its units, and those of them that the filter means.
    pub(super) units: u32,
    pub(super) matching: u32,
    /// Mean visibility fraction in percent of the units that are seen.
    pub(super) visibility: u8,
}

/// An answer to a query.
#[derive(Debug, serde::Serialize)]
pub(super) struct Answer {
    /// Frames that have been read so far, and those of the dataset.
    pub(super) indexed: u64,
    pub(super) total: u64,
    /// Frames that the filter lets through.
    pub(super) matches: u64,
    /// The page that was asked for.
    pub(super) frames: Vec<Match>,
    /// Why the index ends before the dataset does.
    pub(super) failure: Option<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

impl Index {
    pub(super) fn new(frames: Range<u64>) -> Self {
        Self { frames, read: AtomicU64::new(0), is_stopped: AtomicBool::new(false), found: RwLock::default() }
    }

    /// Reads all frames; ends early when [`Index::stop`] is called. A frame that cannot be read ends it too.
    pub(super) fn build(&self, folder: &Path) {
        let mut first = self.frames.start;
        while first < self.frames.end && !self.is_stopped.load(Ordering::Relaxed) {
            let range = first..self.frames.end.min(first + BATCH);
            first = range.end;
            let records: Vec<_> = range.into_par_iter().map(|frame| read(folder, frame)).collect();
            let mut found = self.found.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            let mut batch = Batch::default();
            for record in records {
                match record {
                    Ok(record) => found.add(&record, &mut batch),
                    Err(error) => {
                        found.failure = Some(crate::error::chain(&error));
                        break;
                    }
                }
            }
            batch.units.shrink_to_fit();
            self.read.fetch_add(batch.frames.len() as u64, Ordering::Relaxed);
            found.batches.push(batch);
            if found.failure.is_some() {
                return;
            }
        }
    }

    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Categories that have been met, in order of their names.
    pub(super) fn categories(&self) -> Vec<String> {
        let found = self.found.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.categories.numbers.keys().cloned().collect()
    }

    pub(super) fn answer(&self, query: &Query) -> Answer {
        let found = self.found.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let total = self.frames.end - self.frames.start;
        let indexed = self.read.load(Ordering::Relaxed);
        let failure = found.failure.clone();
        if query.is_everything() {
            // Needs no index: the numbers of the frames are known.
            let page = self.frames.clone().skip(query.from as usize).take(query.count);
            let frames = page.map(|frame| found.describe(frame, (frame - self.frames.start) as usize, None)).collect();
            return Answer { indexed, total, matches: total, frames, failure };
        }
        let wanted = &found.wanted(query);
        let hits = found.batches.iter().enumerate().flat_map(|(number, batch)| {
            let first = number * BATCH as usize;
            batch.each().enumerate().filter_map(move |(i, units)| {
                let matching = units.iter().filter(|unit| wanted.accepts(unit)).count() as u32;
                (matching >= query.units.max(1)).then_some((first + i, matching))
            })
        });
        let mut matches = 0;
        let mut frames = Vec::new();
        for (place, matching) in hits {
            if matches >= query.from && frames.len() < query.count {
                frames.push(found.describe(self.frames.start + place as u64, place, Some(matching)));
            }
            matches += 1;
        }
        Answer { indexed, total, matches, frames, failure }
    }
}

/// A query with names as numbers.
struct Wanted<'a> {
    query: &'a Query,
    category: Option<u32>,
    products: Option<Vec<bool>>,
}

impl Wanted<'_> {
    fn accepts(&self, unit: &IndexedUnit) -> bool {
        self.category.is_none_or(|category| u32::from(unit.category) == category)
            && self.products.as_ref().is_none_or(|products| products[unit.product as usize])
            && (self.query.visibility.0..=self.query.visibility.1).contains(&unit.percent)
            && unit.occluders >= self.query.occluders
    }
}

impl Batch {
    fn start(&self, frame: usize) -> usize {
        frame.checked_sub(1).map_or(0, |before| self.frames[before].end as usize)
    }

    /// The units of each frame.
    fn each(&self) -> impl Iterator<Item = &[IndexedUnit]> {
        self.frames.iter().enumerate().map(|(i, frame)| &self.units[self.start(i)..frame.end as usize])
    }
}

impl Found {
    fn add(&mut self, record: &Record, batch: &mut Batch) {
        let (mut sum, mut seen) = (0.0, 0_u32);
        for unit in &record.instances {
            // One text to search in: name and GTIN.
            let product = match &unit.gtin {
                Some(gtin) => Cow::Owned(format!("{} {gtin}", unit.name)),
                None => Cow::Borrowed(&*unit.name),
            };
            let visibility = unit.visibility.unwrap_or(0.0).clamp(0.0, 1.0);
            if unit.visible_px > 0 {
                sum += visibility;
                seen += 1;
            }
            batch.units.push(IndexedUnit {
                product: self.products.number(&product),
                category: self.categories.number(&unit.category) as u16,
                percent: (visibility * 100.0) as u8,
                occluders: unit.occluded_by.iter().filter(|other| other.id != 0).count().min(255) as u8,
            });
        }
        let visibility = if seen > 0 { (100.0 * sum / f64::from(seen)).round() as u8 } else { 0 };
        batch.frames.push(Entry { end: batch.units.len() as u32, visibility });
    }

    fn wanted<'a>(&self, query: &'a Query) -> Wanted<'a> {
        // A category that has not been met matches nothing.
        let number = |name: &String| self.categories.numbers.get(name).copied().unwrap_or(u32::MAX);
        let text = query.product.to_lowercase();
        let named = |name: &String| name.to_lowercase().contains(&text);
        Wanted {
            query,
            category: query.category.as_ref().map(number),
            products: (!text.is_empty()).then(|| self.products.list.iter().map(named).collect()),
        }
    }

    fn describe(&self, frame: u64, place: usize, matching: Option<u32>) -> Match {
        let (batch, place) = (place / BATCH as usize, place % BATCH as usize);
        let known = self.batches.get(batch).and_then(|batch| Some((batch, batch.frames.get(place)?)));
        let (units, visibility) =
            known.map_or((0, 0), |(batch, frame)| ((frame.end as usize - batch.start(place)) as u32, frame.visibility));
        Match { frame, units, matching: matching.unwrap_or(units), visibility }
    }
}

fn read(folder: &Path, frame: u64) -> Result<Record, Error> {
    let path = folder.join(record_path(frame));
    let text = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    serde_json::from_slice(&text).map_err(|error| Error::invalid(&path, "", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(category: &str, name: &str, visibility: f64, occluders: u32) -> serde_json::Value {
        let others: Vec<_> = (0..=occluders).map(|id| serde_json::json!({"id": id, "px": 1})).collect();
        serde_json::json!({
            "gtin": "4006381333931", "category": category, "name": name, "visible_px": u32::from(visibility > 0.0),
            "visibility": visibility, "occluded_by": others, "mask_visible": {"size": [1, 1], "counts": "1"},
        })
    }

    fn dataset(folder: &Path) -> Index {
        fs::create_dir(folder.join("frames")).expect("a new folder");
        for frame in 5..9_u64 {
            let mut units = vec![unit("tea", "Green Tea", 0.9, 0), unit("tea", "Black Tea", 0.2, 2)];
            if frame % 2 == 0 {
                units.push(unit("soap", "Hand Soap", 0.05 * frame as f64, frame as u32));
            }
            let text = serde_json::json!({"frame": frame, "instances": units}).to_string();
            fs::write(folder.join(record_path(frame)), text).expect("room for a file");
        }
        let index = Index::new(5..9);
        index.build(folder);
        index
    }

    fn frames(index: &Index, query: &str) -> Vec<u64> {
        let query = Query::parse(query).expect("a query");
        index.answer(&query).frames.iter().map(|found| found.frame).collect()
    }

    #[test]
    fn filters_find_frames_by_what_one_unit_is() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let index = dataset(folder.path());
        assert_eq!(index.categories(), ["soap", "tea"]);
        assert_eq!(frames(&index, ""), [5, 6, 7, 8]);
        assert_eq!(frames(&index, "from=1&count=2"), [6, 7]);
        assert_eq!(frames(&index, "category=soap"), [6, 8]);
        assert_eq!(frames(&index, "category=none"), [0; 0]);
        assert_eq!(frames(&index, "product=hand+so"), [6, 8]);
        assert_eq!(frames(&index, "product=4006381"), [5, 6, 7, 8]);
        assert_eq!(frames(&index, "category=soap&max_visibility=35"), [6]);
        assert_eq!(frames(&index, "occluders=7"), [8]);
        assert_eq!(frames(&index, "category=tea&occluders=3"), [0; 0], "category and occluders mean the same unit");
        assert_eq!(frames(&index, "units=3"), [6, 8]);
        assert_eq!(index.answer(&Query::parse("category=soap&count=1").expect("a query")).matches, 2);
    }

    #[test]
    fn a_broken_record_ends_the_index_with_its_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        dataset(folder.path());
        fs::write(folder.path().join(record_path(7)), "{").expect("room for a file");
        let index = Index::new(5..9);
        index.build(folder.path());
        let answer = index.answer(&Query::parse("").expect("a query"));
        assert_eq!((answer.indexed, answer.matches), (2, 4));
        assert!(answer.failure.is_some_and(|failure| failure.contains("000007.json")));
    }
}
