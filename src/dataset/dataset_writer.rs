use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::resume::{self, Journal, ShardEnd};
use super::{Encodings, Error, FileRecord, Folder, Format, Header, MANIFEST, Manifest, Run, Sample};

/// Writes one dataset into one folder.
///
/// The work is split so that only little of it is serial: [`Encoder::store`] encodes a sample and writes its files, on
/// any thread and in any order; [`DatasetWriter::append`] then makes frames count, one after the other.
#[derive(Debug)]
pub struct DatasetWriter {
    encoder: Encoder,
    /// None once the dataset is finished.
    journal: Option<Journal>,
    next: u64,
}

/// The part of a [`DatasetWriter`] that many threads share.
#[derive(Clone)]
pub struct Encoder {
    folder: Folder,
    header: Arc<Header>,
    formats: Arc<[Arc<dyn Format>]>,
}

/// A frame whose files are in their places, and which does not count yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFrame {
    index: u64,
    files: Vec<FileRecord>,
    rows: Vec<(String, Vec<u8>)>,
}

impl StoredFrame {
    /// Number of the frame.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> &[FileRecord] {
        &self.files
    }
}

impl DatasetWriter {
    /// Begins a dataset in an empty folder, which is made if it is not there.
    ///
    /// # Errors
    /// If the folder is not empty or cannot be written.
    pub fn create(folder: &Path, run: &Run, formats: &[Arc<dyn Format>]) -> Result<Self, Error> {
        let folder = Folder::create(folder)?;
        if !is_empty(&folder)? {
            return Err(Error::NotEmpty { folder: folder.root().to_owned() });
        }
        Self::open(folder, run, formats)
    }

    /// Continues the dataset of a folder, or begins it when the folder is empty. Frames that are complete stay; all
    /// others are to be made again, and the finished dataset has the bytes of a run without interruption.
    ///
    /// # Errors
    /// If the dataset was begun with another recipe, seed, size or anything else that changes its bytes, if the folder
    /// holds something else, or if another process is writing to it.
    pub fn resume(folder: &Path, run: &Run, formats: &[Arc<dyn Format>]) -> Result<Self, Error> {
        let folder = Folder::create(folder)?;
        if folder.path(MANIFEST).exists() {
            return Self::finished(folder, run, formats);
        }
        if !resume::is_begun(&folder) && !is_empty(&folder)? {
            return Err(Error::NothingToResume { folder: folder.root().to_owned() });
        }
        Self::open(folder, run, formats)
    }

    /// The numbers of the frames that are still to come.
    #[must_use]
    pub fn remaining(&self) -> Range<u64> {
        self.next..self.encoder.header.frames.end
    }

    /// What the manifest will say.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.encoder.header
    }

    /// The part that many threads share.
    #[must_use]
    pub fn encoder(&self) -> Encoder {
        self.encoder.clone()
    }

    /// Makes a stored frame count. It must be the first one of [`DatasetWriter::remaining`].
    ///
    /// # Errors
    /// If it is another frame, or cannot be noted; the same frame may then be appended again.
    pub fn append(&mut self, stored: StoredFrame) -> Result<(), Error> {
        let expected = self.next;
        let journal = self.journal.as_mut().filter(|_| stored.index == expected);
        let journal = journal.ok_or(Error::OutOfOrder { expected, found: stored.index })?;
        let Encoder { folder, header, formats } = &self.encoder;
        let shard = header.shard_of(stored.index);
        let finish = |name: &str, rows: &mut dyn BufRead| {
            let format =
                formats.iter().find(|format| format.name() == name).expect("the journal knows the run's formats");
            format.finish_shard(header, &shard, rows, folder)
        };
        let is_end = shard.frames.end == stored.index + 1;
        let end = is_end.then_some(ShardEnd { next: shard.number + 1, finish: &finish });
        journal.append(stored.index, stored.files, &stored.rows, end)?;
        self.next += 1;
        Ok(())
    }

    /// Encodes, stores and appends the next frame.
    ///
    /// # Errors
    /// Those of [`Encoder::store`] and [`DatasetWriter::append`].
    pub fn write(&mut self, sample: &Sample<'_>) -> Result<(), Error> {
        let stored = self.encoder.store(sample)?;
        self.append(stored)
    }

    /// Writes what spans all frames, and last of all `dataset.json`. A dataset that has one is finished. The list of its
    /// files is not read back, because it may be long: [`Manifest::read`] does.
    ///
    /// # Errors
    /// If frames are missing, or a file cannot be written.
    pub fn finish(self) -> Result<Header, Error> {
        let Self { encoder: Encoder { folder, header, formats }, journal, next } = self;
        let Some(mut journal) = journal else { return Ok(Arc::unwrap_or_clone(header)) };
        if next < header.frames.end {
            return Err(Error::Unfinished { next, end: header.frames.end });
        }
        let mut spanning = Vec::new();
        for format in formats.iter() {
            let mut rows = journal.rows(format.name())?;
            spanning.extend(format.finish(&header, &mut rows, &folder)?);
        }
        write_manifest(&folder, &header, &mut journal, &spanning)?;
        journal.remove()?;
        Ok(Arc::unwrap_or_clone(header))
    }

    fn open(folder: Folder, run: &Run, formats: &[Arc<dyn Format>]) -> Result<Self, Error> {
        let header = checked_header(&folder, run, formats)?;
        let sharded = formats.iter().filter(|format| format.is_sharded()).map(|format| format.name().to_owned());
        let (journal, complete) = Journal::open(&folder, &header, sharded.collect())?;
        let next = header.frames.start + complete;
        let encoder = Encoder { folder, header: Arc::new(header), formats: formats.into() };
        Ok(Self { encoder, journal: Some(journal), next })
    }

    /// A dataset that has its manifest already.
    fn finished(folder: Folder, run: &Run, formats: &[Arc<dyn Format>]) -> Result<Self, Error> {
        let header = checked_header(&folder, run, formats)?;
        let differences = Manifest::read_header(folder.root())?.differences(&header);
        if !differences.is_empty() {
            return Err(Error::BegunDifferently { folder: folder.root().to_owned(), differences });
        }
        // A kill between the manifest and the removal leaves this behind.
        resume::remove_staging(&folder)?;
        let next = header.frames.end;
        let encoder = Encoder { folder, header: Arc::new(header), formats: formats.into() };
        Ok(Self { encoder, journal: None, next })
    }
}

impl Encoder {
    /// Encodes a sample in all formats and puts its files in their places. Any thread, any order.
    ///
    /// # Errors
    /// If the sample does not fit the dataset or a format, or a file cannot be written.
    pub fn store(&self, sample: &Sample<'_>) -> Result<StoredFrame, Error> {
        self.fits(sample)?;
        let encodings = Encodings::new(sample);
        let (mut files, mut rows, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for format in self.formats.iter() {
            let encoded = format.encode(&self.header, sample, &encodings)?;
            files.extend(encoded.files);
            rows.push((format.name().to_owned(), encoded.rows));
            for path in format.shared_files(&self.header, sample)? {
                // Another thread may write the same file meanwhile: it has the same bytes.
                if !self.folder.path(&path).exists() {
                    let content = format.encode_shared(&self.header, sample, &path)?;
                    shared.push((path, content));
                }
            }
        }
        self.folder.write_all(&shared)?;
        let files = self.folder.write_all(&files)?;
        Ok(StoredFrame { index: sample.index, files, rows })
    }

    /// Whether the sample belongs to this dataset at all.
    fn fits(&self, sample: &Sample<'_>) -> Result<(), Error> {
        let Header { frames, width, height, classes, .. } = &*self.header;
        let refuse = |message: String| Err(Error::Sample { frame: sample.index, message });
        if !frames.contains(&sample.index) {
            return refuse(format!("the dataset has frames {}..{}", frames.start, frames.end));
        }
        let (camera, frame) = (&sample.scene.camera, sample.frame);
        let (seen, found) = ((camera.width, camera.height), (frame.width, frame.height));
        if seen != found {
            return refuse(format!(
                "its camera has {} x {} pixels, its picture {} x {}",
                seen.0, seen.1, found.0, found.1
            ));
        }
        if !self.header.allows_size(found) {
            return refuse(format!("its picture has {} x {} pixels, not {width} x {height}", found.0, found.1));
        }
        for class in &sample.scene.classes {
            let known = classes.iter().find(|known| known.id == class.id);
            if known.is_none_or(|known| known.name != class.name || known.is_product != class.is_product) {
                return refuse(format!("class {} ({}) is none of the dataset's", class.id, class.name));
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("folder", &self.folder).field("header", &self.header).finish_non_exhaustive()
    }
}

/// The run's header, after a look at what the caller gave.
fn checked_header(folder: &Folder, run: &Run, formats: &[Arc<dyn Format>]) -> Result<Header, Error> {
    let header = Header::new(run, formats);
    let mut problems = header.problems();
    if header.formats.iter().collect::<BTreeSet<_>>().len() < header.formats.len() {
        problems.add("formats", format!("a format is there twice: {}", header.formats.join(", ")));
    }
    if problems.is_empty() { Ok(header) } else { Err(Error::Invalid { path: folder.path(MANIFEST), problems }) }
}

/// Nothing there but, at most, the beginnings of a run that was killed before it had its header.
fn is_empty(folder: &Folder) -> Result<bool, Error> {
    let fail = |source| Error::read(folder.root(), source);
    for entry in fs::read_dir(folder.root()).map_err(fail)? {
        let is_staging = entry.map_err(fail)?.file_name() == resume::STAGING;
        if !is_staging || resume::is_begun(folder) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Streams `dataset.json`: the header, and one line per file.
fn write_manifest(
    folder: &Folder,
    header: &Header,
    journal: &mut Journal,
    spanning: &[FileRecord],
) -> Result<(), Error> {
    let mut file = folder.begin(MANIFEST)?;
    let target = file.target().to_owned();
    let fail = |source: std::io::Error| Error::write(&target, source);
    let text = serde_json::to_string_pretty(header).expect("a header is plain data");
    let open_object = text.strip_suffix("\n}").expect("a pretty object ends like that");
    write!(file, "{open_object},\n  \"files\": [").map_err(fail)?;
    let mut separator = "\n    ";
    let mut list = |file: &mut super::StagedFile, records: &[FileRecord]| {
        records.iter().try_for_each(|record| {
            write!(file, "{separator}{}", serde_json::to_string(record)?)?;
            separator = ",\n    ";
            Ok(())
        })
    };
    for entry in journal.entries()? {
        list(&mut file, &entry?.files).map_err(fail)?;
    }
    list(&mut file, spanning).map_err(fail)?;
    file.write_all(b"\n  ]\n}\n").map_err(fail)?;
    file.commit()?;
    Ok(())
}
