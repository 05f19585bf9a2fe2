use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::staging::sync_folder;
use super::{Error, FileRecord, Folder, Header};

/// Folder of an unfinished run; gone when the dataset is finished.
pub(super) const STAGING: &str = ".endcap";
const HEADER: &str = ".endcap/run.json";
const JOURNAL: &str = ".endcap/journal.jsonl";
const LOCK: &str = ".endcap/lock";

/// One line of the journal: a frame that is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Number of the frame.
    pub(super) frame: u64,
    /// Its files.
    pub(super) files: Vec<FileRecord>,
    /// Length of every format's rows after this frame, in bytes.
    pub(super) rows: BTreeMap<String, u64>,
}

/// Which frames of an unfinished run are complete.
///
/// A frame counts once its line stands in the journal, which is written last, after its files, its rows and the shards
/// that it ends. Because frames are appended in order, the complete ones are always the first ones, and a resumed run
/// believes the journal up to the last frame whose files and rows, and those of all before it, are there in full. All
/// that comes after is cut off and made again.
#[derive(Debug)]
pub(super) struct Journal {
    folder: Folder,
    journal: GrowingFile,
    rows: BTreeMap<String, GrowingFile>,
    /// Formats whose rows begin anew with every shard.
    sharded: BTreeSet<String>,
    /// Held as long as the journal is open.
    _lock: File,
}

impl Journal {
    /// Opens the journal of a folder, or begins one. Gives it with the number of frames that are complete.
    pub(super) fn open(folder: &Folder, header: &Header, sharded: BTreeSet<String>) -> Result<(Self, u64), Error> {
        let staging = folder.path(STAGING);
        fs::create_dir_all(&staging).map_err(|source| Error::write(&staging, source))?;
        let lock = lock(folder)?;
        folder.remove_temporary_files()?;
        if !begun_alike(folder, header)? {
            let mut text = serde_json::to_vec_pretty(header).expect("a header is plain data");
            text.push(b'\n');
            folder.write_all(&[(HEADER.to_owned(), text)])?;
        }
        let mut journal = GrowingFile::open(folder.path(JOURNAL))?;
        let believed = believe(folder, header, &sharded, &mut journal)?;
        journal.truncate(believed.journal_length)?;
        let mut rows = BTreeMap::new();
        let next = header.frames.start + believed.frames;
        for (format, length) in believed.rows {
            let path = rows_path(&format, sharded.contains(&format).then(|| header.shard_of(next).number));
            let mut file = GrowingFile::open(folder.path(&path))?;
            file.truncate(length)?;
            rows.insert(format, file);
        }
        let journal = Self { folder: folder.clone(), journal, rows, sharded, _lock: lock };
        journal.remove_other_rows()?;
        sync_folder(&staging)?;
        Ok((journal, believed.frames))
    }

    /// Makes a frame count whose files are in their places. If it ends a shard, `finish_shard` writes the shard's files
    /// from the rows of one format after the other; `next` is the first frame of the next shard.
    pub(super) fn append(
        &mut self,
        frame: u64,
        mut files: Vec<FileRecord>,
        rows: &[(String, Vec<u8>)],
        shard: Option<ShardEnd<'_>>,
    ) -> Result<(), Error> {
        // Nothing counts before the journal's line: what fails before is overwritten by the next attempt.
        let before: Vec<_> = self.rows.iter().map(|(format, file)| (format.clone(), file.length)).collect();
        let written = self.append_rows(rows).and_then(|()| {
            let mut lengths: BTreeMap<_, _> =
                self.rows.iter().map(|(format, file)| (format.clone(), file.length)).collect();
            if let Some(end) = &shard {
                for format in &self.sharded {
                    let mut reader = self.rows[format].reader()?;
                    files.extend((end.finish)(format, &mut reader)?);
                    lengths.insert(format.clone(), 0);
                }
            }
            let mut line = serde_json::to_vec(&Entry { frame, files, rows: lengths }).expect("an entry is plain data");
            line.push(b'\n');
            self.journal.append(&line)
        });
        if written.is_err() {
            for (format, length) in before {
                self.rows.get_mut(&format).expect("no format comes or goes").length = length;
            }
            return written;
        }
        if let Some(ShardEnd { next, .. }) = shard {
            for format in &self.sharded {
                let file = GrowingFile::open(self.folder.path(&rows_path(format, Some(next))))?;
                self.rows.insert(format.clone(), file);
            }
            self.remove_other_rows()?;
        }
        Ok(())
    }

    fn append_rows(&mut self, rows: &[(String, Vec<u8>)]) -> Result<(), Error> {
        rows.iter().try_for_each(|(format, bytes)| {
            let file = self.rows.get_mut(format).expect("every format of the run has a file for its rows");
            file.append(bytes)
        })
    }

    /// Removes the rows of shards that are finished, or that were given up.
    fn remove_other_rows(&self) -> Result<(), Error> {
        let staging = self.folder.path(STAGING);
        let fail = |source| Error::read(&staging, source);
        for entry in fs::read_dir(&staging).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let is_rows = path.extension().is_some_and(|extension| extension == "rows");
            if is_rows && self.rows.values().all(|file| file.path != path) {
                fs::remove_file(&path).map_err(|source| Error::write(&path, source))?;
            }
        }
        Ok(())
    }

    /// All complete frames, in order.
    pub(super) fn entries(&mut self) -> Result<impl Iterator<Item = Result<Entry, Error>> + use<>, Error> {
        let path = self.folder.path(JOURNAL);
        let lines = self.journal.reader()?.lines();
        Ok(lines.map(move |line| {
            let line = line.map_err(|source| Error::read(&path, source))?;
            serde_json::from_str(&line).map_err(|error| Error::invalid(&path, "", error.to_string()))
        }))
    }

    /// The rows of one format, in frame order.
    pub(super) fn rows(&mut self, format: &str) -> Result<impl BufRead + use<>, Error> {
        self.rows.get_mut(format).expect("every format of the run has a file for its rows").reader()
    }

    /// Removes what only an unfinished run needs.
    pub(super) fn remove(self) -> Result<(), Error> {
        let folder = self.folder.clone();
        // Locked and open files cannot be removed everywhere.
        drop(self);
        remove_staging(&folder)
    }
}

/// The end of a shard.
pub(super) struct ShardEnd<'a> {
    /// Number of the shard that comes next.
    pub(super) next: u64,
    /// Writes the files of the shard that ends, in this format, from its rows.
    pub(super) finish: &'a FinishShard<'a>,
}

/// From the name of a format and its rows of a shard to the files of the shard.
type FinishShard<'a> = dyn Fn(&str, &mut dyn BufRead) -> Result<Vec<FileRecord>, Error> + 'a;

/// What of a journal can be believed.
struct Believed {
    frames: u64,
    journal_length: u64,
    rows: BTreeMap<String, u64>,
}

/// Reads the journal up to the first line that is torn or whose files are not there in full, and gives back the last
/// frame before it whose rows are.
fn believe(
    folder: &Folder,
    header: &Header,
    sharded: &BTreeSet<String>,
    journal: &mut GrowingFile,
) -> Result<Believed, Error> {
    let nothing: BTreeMap<String, u64> = header.formats.iter().map(|name| (name.clone(), 0)).collect();
    let mut believed = Believed { frames: 0, journal_length: 0, rows: nothing.clone() };
    // The rows of a finished shard are gone, and its last entry asks for none. Those of the shard that is being
    // written, and of formats without shards, must be there.
    let is_there_up_to = |frame: u64, format: &str, length: u64| {
        let shard = sharded.contains(format).then(|| header.shard_of(frame).number);
        length == 0 || fs::metadata(folder.path(&rows_path(format, shard))).is_ok_and(|meta| meta.len() >= length)
    };
    let (mut frames, mut journal_length) = (0, 0);
    let mut lines = journal.reader()?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.read_until(b'\n', &mut line).map_err(|source| Error::read(folder.path(JOURNAL), source))?;
        let Some(text) = line.strip_suffix(b"\n") else { break };
        let Ok(entry) = serde_json::from_slice::<Entry>(text) else { break };
        if entry.frame != header.frames.start + frames
            || entry.frame >= header.frames.end
            || !entry.rows.keys().eq(nothing.keys())
            || !entry.files.iter().all(|file| is_there(folder, file))
        {
            break;
        }
        frames += 1;
        journal_length += read as u64;
        if entry.rows.iter().all(|(format, &length)| is_there_up_to(entry.frame, format, length)) {
            believed = Believed { frames, journal_length, rows: entry.rows };
        }
    }
    Ok(believed)
}

/// Where the rows of a format wait: for the end of a shard, or of the dataset.
fn rows_path(format: &str, shard: Option<u64>) -> String {
    shard.map_or_else(|| format!("{STAGING}/{format}.rows"), |shard| format!("{STAGING}/{format}-{shard}.rows"))
}

/// Removes the folder of an unfinished run, if it is there.
pub(super) fn remove_staging(folder: &Folder) -> Result<(), Error> {
    let staging = folder.path(STAGING);
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(|source| Error::write(&staging, source))?;
        sync_folder(folder.root())?;
    }
    Ok(())
}

/// True when the folder has a run that could be resumed.
pub(super) fn is_begun(folder: &Folder) -> bool {
    folder.path(HEADER).exists()
}

fn lock(folder: &Folder) -> Result<File, Error> {
    let path = folder.path(LOCK);
    let file = File::create(&path).map_err(|source| Error::write(&path, source))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::Busy { folder: folder.root().to_owned() }),
        // Some network file systems have no locks; the run works without one.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// Whether the folder was begun with this header; false when it was not begun at all, an error when with another one.
fn begun_alike(folder: &Folder, header: &Header) -> Result<bool, Error> {
    if !is_begun(folder) {
        return Ok(false);
    }
    let path = folder.path(HEADER);
    let text = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    let begun: Header = serde_json::from_slice(&text).map_err(|error| Error::invalid(&path, "", error.to_string()))?;
    let differences = begun.differences(header);
    if differences.is_empty() {
        return Ok(true);
    }
    Err(Error::BegunDifferently { folder: folder.root().to_owned(), differences })
}

fn is_there(folder: &Folder, file: &FileRecord) -> bool {
    fs::metadata(folder.path(&file.path)).is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes)
}

/// A file that grows record by record. What lies beyond `length` is left over from a failed attempt.
#[derive(Debug)]
struct GrowingFile {
    path: PathBuf,
    file: File,
    length: u64,
}

impl GrowingFile {
    fn open(path: PathBuf) -> Result<Self, Error> {
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = options.map_err(|source| Error::write(&path, source))?;
        let length = file.metadata().map_err(|source| Error::read(&path, source))?.len();
        Ok(Self { path, file, length })
    }

    fn truncate(&mut self, length: u64) -> Result<(), Error> {
        self.file.set_len(length).map_err(|source| Error::write(&self.path, source))?;
        self.length = length;
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut write = || {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            self.file.write_all(bytes)?;
            self.file.sync_data()
        };
        write().map_err(|source| Error::write(&self.path, source))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn reader(&self) -> Result<BufReader<std::io::Take<File>>, Error> {
        let file = File::open(&self.path).map_err(|source| Error::read(&self.path, source))?;
        Ok(BufReader::new(file.take(self.length)))
    }
}
