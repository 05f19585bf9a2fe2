use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::BufReader;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::problem;
use crate::dataset::coco::{CocoAnnotation, CocoCategory, CocoImage, categories, instances_path};
use crate::dataset::native::record_path;
use crate::dataset::{FrameRecord, Header};
use crate::problem::{Problem, Problems};

/// After so many problems in this file the rest is only counted.
const ENOUGH: usize = 20;

/// Compares the COCO file of every part with the frames, reading it piece by piece: it may be larger than memory.
pub(super) fn check_coco(folder: &Path, header: &Header, frames: &Range<u64>) -> Vec<Problem> {
    let parts = header.part_names().into_iter().enumerate();
    let paths = parts.map(|(part, name)| (part, instances_path(header, name)));
    let there = paths.filter(|(_, path)| folder.join(path).is_file());
    there.flat_map(|(part, path)| check_part(folder, header, (part, &path), frames.clone())).collect()
}

fn check_part(folder: &Path, header: &Header, (part, path): (usize, &str), frames: Range<u64>) -> Vec<Problem> {
    let mut checker = Checker {
        folder,
        header,
        part,
        next: frames.start,
        frames,
        wanted: None,
        turned: BTreeSet::new(),
        seen: 0,
        problems: Problems::default(),
        left_out: 0,
    };
    match File::open(folder.join(path)) {
        Err(error) => checker.problems.add("", error.to_string()),
        Ok(file) => {
            let mut json = serde_json::Deserializer::from_reader(BufReader::new(file));
            if let Err(error) = Document(&mut checker).deserialize(&mut json).and_then(|()| json.end()) {
                checker.problems.add("", error.to_string());
            }
        }
    }
    let at = |place: String| if place.is_empty() { path.to_owned() } else { format!("{path}: {place}") };
    let mut problems: Vec<Problem> =
        checker.problems.0.into_iter().map(|wrong| problem(at(wrong.place), wrong.message)).collect();
    if checker.left_out > 0 {
        problems.push(problem(path, format!("{} more problems like these", checker.left_out)));
    }
    problems
}

struct Checker<'a> {
    folder: &'a Path,
    header: &'a Header,
    /// Index of the part whose file this is.
    part: usize,
    frames: Range<u64>,
    /// The first frame that is not loaded yet.
    next: u64,
    /// What the frame before it still wants, last first; none where the frame cannot be read, which is reported elsewhere.
    wanted: Option<Vec<CocoAnnotation>>,
    /// Frames among the loaded ones whose picture is turned. Annotations come before images, so that all are known.
    turned: BTreeSet<u64>,
    /// Annotations seen.
    seen: u64,
    problems: Problems,
    /// Problems beyond [`ENOUGH`].
    left_out: u64,
}

impl Checker<'_> {
    fn add(&mut self, place: String, message: String) {
        if self.problems.0.len() < ENOUGH {
            self.problems.add(place, message);
        } else {
            self.left_out += 1;
        }
    }

    /// Loads frames until the one with this number; what the others still want is missing.
    fn load_until(&mut self, end: u64) {
        while self.next < end {
            self.report_missing();
            let index = self.next;
            self.next += 1;
            if self.header.part_of(index) != self.part {
                continue;
            }
            let record = fs::read(self.folder.join(record_path(index))).ok();
            let record: Option<FrameRecord> = record.and_then(|text| serde_json::from_slice(&text).ok());
            if record.as_ref().is_some_and(|record| record.camera.width != self.header.width) {
                self.turned.insert(index);
            }
            // A unit whose class is none of the dataset's is reported with its frame.
            self.wanted = record.map(|record| {
                let units = record.instances.iter().rev();
                units.filter_map(|unit| CocoAnnotation::new(self.header, index, unit).ok().flatten()).collect()
            });
        }
    }

    fn report_missing(&mut self) {
        if let Some(wanted) = self.wanted.take()
            && !wanted.is_empty()
        {
            let instances: Vec<String> = wanted.iter().rev().map(|unit| unit.endcap.instance.to_string()).collect();
            let message =
                format!("frame {} has units without annotation: {}", wanted[0].image_id, instances.join(", "));
            self.add(String::new(), message);
        }
    }

    /// Compares one annotation with what its frame wants next.
    fn compare(&mut self, id: u64, annotation: &CocoAnnotation) {
        let place = format!("annotations[{}]", self.seen);
        self.seen += 1;
        if id != self.seen {
            self.add(format!("{place}.id"), format!("is {id}, and should be {}", self.seen));
        }
        let index = annotation.image_id;
        let is_here = self.frames.contains(&index) && self.header.part_of(index) == self.part;
        if !is_here || index + 1 < self.next {
            self.add(place, format!("image_id is {index}, which is no frame of this file or out of order"));
            return;
        }
        self.load_until(index + 1);
        let Some(wanted) = &mut self.wanted else { return };
        if wanted.pop().as_ref() != Some(annotation) {
            self.add(place, format!("is not what {} says about its units in order", record_path(index)));
        }
    }
}

/// The outermost object.
struct Document<'a, 'b>(&'a mut Checker<'b>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with info, images, annotations and categories")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let checker = self.0;
        let mut keys = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "images" => map.next_value_seed(List(checker, Item::Image))?,
                "annotations" => map.next_value_seed(List(checker, Item::Annotation))?,
                "categories" => {
                    if map.next_value::<Vec<CocoCategory>>()? != categories(checker.header) {
                        checker.add(key.clone(), "are not the product classes of dataset.json".to_owned());
                    }
                }
                "info" => drop(map.next_value::<IgnoredAny>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    checker.add(key, "is unknown".to_owned());
                    continue;
                }
            }
            keys.push(key);
        }
        keys.sort_unstable();
        if keys != ["annotations", "categories", "images", "info"] {
            checker.add(String::new(), format!("has the keys {}", keys.join(", ")));
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Item {
    Image,
    Annotation,
}

/// A list that is compared item by item.
struct List<'a, 'b>(&'a mut Checker<'b>, Item);

/// An annotation as it stands in the file. Its other fields are compared as a whole.
#[derive(Deserialize)]
struct Numbered {
    id: u64,
    #[serde(flatten)]
    annotation: CocoAnnotation,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self(checker, item) = self;
        let (header, part) = (checker.header, checker.part);
        let mut frames = checker.frames.clone().filter(|&index| header.part_of(index) == part);
        if item == Item::Image {
            for i in 0.. {
                let (found, wanted) = (list.next_element::<CocoImage>()?, frames.next());
                if found.is_none() && wanted.is_none() {
                    break;
                }
                let wanted = wanted.map(|index| CocoImage::new(checker.header, index, checker.turned.contains(&index)));
                if found != wanted {
                    checker.add(format!("images[{i}]"), format!("is {found:?}, and should be {wanted:?}"));
                }
                if found.is_none() {
                    break;
                }
            }
            return Ok(());
        }
        while let Some(Numbered { id, annotation }) = list.next_element()? {
            checker.compare(id, &annotation);
        }
        checker.load_until(checker.frames.end);
        checker.report_missing();
        Ok(())
    }
}
