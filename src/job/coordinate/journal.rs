use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::job::Error;

/// Longest line of a journal, bytes.
const MAX_LINE: u64 = 1 << 20;

/// Keeps what has happened, in order: a coordinator that starts again reads it from the beginning, and knows all that it
/// knew before.
pub trait Journal: Send {
    /// All lines, in order.
    ///
    /// # Errors
    /// If they cannot be read.
    fn replay(&mut self) -> Result<Vec<String>, Error>;

    /// Keeps these lines, of which none holds a line break; they are kept, all of them, when this returns.
    ///
    /// # Errors
    /// If they cannot be kept, or somebody else has written since: there are two coordinators.
    fn append(&mut self, lines: &[String]) -> Result<(), Error>;
}

/// A journal in a file, one line an event. It belongs to one process at a time.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    file: File,
}

impl FileJournal {
    /// Opens a journal, or begins it. A last line that was not written to its end is cut off: whoever wrote it never
    /// learned that it was kept.
    ///
    /// # Errors
    /// If the file cannot be opened, or another process has it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let fail = |source| Error::write(path, source);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(Error::Unfit(format!("another coordinator has {}", path.display())));
            }
            Err(std::fs::TryLockError::Error(source)) => return Err(fail(source)),
        }
        let kept = whole_lines(&file, path)?;
        file.set_len(kept).map_err(fail)?;
        file.seek(SeekFrom::End(0)).map_err(fail)?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// The lines of a journal that another process may be writing; those that are whole.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(path: &Path) -> Result<Vec<String>, Error> {
        let file = File::open(path).map_err(|source| Error::read(path, source))?;
        let mut lines = Vec::new();
        each_line(&file, path, |line| lines.push(line.to_owned()))?;
        Ok(lines)
    }
}

impl Journal for FileJournal {
    fn replay(&mut self) -> Result<Vec<String>, Error> {
        Self::read(&self.path)
    }

    fn append(&mut self, lines: &[String]) -> Result<(), Error> {
        let mut text = String::new();
        for line in lines {
            debug_assert!(!line.contains('\n'), "one event, one line");
            text.push_str(line);
            text.push('\n');
        }
        let fail = |source| Error::write(&self.path, source);
        let before = self.file.stream_position().map_err(fail)?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|source| {
            // What is half there must not stand before what is written next.
            let _ = self.file.set_len(before).and_then(|()| self.file.seek(SeekFrom::Start(before)));
            fail(source)
        })
    }
}

/// Length of all whole lines together.
fn whole_lines(file: &File, path: &Path) -> Result<u64, Error> {
    let mut length = 0;
    each_line(file, path, |line| length += line.len() as u64 + 1)?;
    Ok(length)
}

fn each_line(mut file: &File, path: &Path, mut each: impl FnMut(&str)) -> Result<(), Error> {
    let fail = |source| Error::read(path, source);
    file.seek(SeekFrom::Start(0)).map_err(fail)?;
    let mut reader = BufReader::new(file);
    let mut number = 0;
    loop {
        number += 1;
        let mut line = Vec::new();
        std::io::Read::take(&mut reader, MAX_LINE + 1).read_until(b'\n', &mut line).map_err(fail)?;
        if line.pop() != Some(b'\n') {
            if line.len() as u64 >= MAX_LINE {
                return Err(Error::invalid(path, format!("line {number}"), format!("has more than {MAX_LINE} bytes")));
            }
            return Ok(());
        }
        let text = std::str::from_utf8(&line);
        each(text.map_err(|error| Error::invalid(path, format!("line {number}"), error.to_string()))?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_and_half_ones_are_cut_off() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("journal");
        let mut journal = FileJournal::open(&path).expect("a journal");
        journal.append(&["one".to_owned(), "two".to_owned()]).expect("kept");
        assert!(FileJournal::open(&path).expect_err("locked").to_string().contains("another coordinator"));
        assert_eq!(FileJournal::read(&path).expect("read"), ["one", "two"]);
        drop(journal);

        OpenOptions::new().append(true).open(&path).expect("open").write_all(b"thr").expect("written");
        let mut journal = FileJournal::open(&path).expect("a journal");
        assert_eq!(journal.replay().expect("read"), ["one", "two"]);
        journal.append(&["four".to_owned()]).expect("kept");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "one\ntwo\nfour\n");
    }

    #[test]
    fn noise_is_an_error_that_names_the_line() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("journal");
        std::fs::write(&path, b"one\n\xff\xfe\n").expect("written");
        assert!(FileJournal::read(&path).expect_err("noise").to_string().contains("line 2"));
        std::fs::write(&path, vec![b'x'; 2 << 20]).expect("written");
        assert!(FileJournal::read(&path).expect_err("long").to_string().contains("line 1"));
    }
}
