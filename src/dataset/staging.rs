use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Error;

/// Begins the name of every file that is not in its place yet.
const TEMPORARY: &str = ".endcap-";

/// Makes temporary files that may be read by whom the umask lets, as other files are; those of `tempfile` itself are for
/// their owner alone. What is a secret stays with `NamedTempFile::new_in`.
pub(crate) fn for_others() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// One finished file of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// Path below the dataset's folder, with `/` between its parts.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3 of the content, 64 hexadecimal digits.
    pub blake3: String,
}

/// The folder of a dataset. A file in it is either complete under its own name or not there: content goes to a temporary
/// file beside its place, is synced, and then renamed.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder, made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, Error> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(|source| Error::write(&root, source))?;
        Ok(Self { root })
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Place of a file in it.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Writes several files. All are complete and synced before the first one gets its name.
    ///
    /// # Errors
    /// If one cannot be written; a full disk is [`Error::DiskFull`].
    pub fn write_all(&self, files: &[(String, Vec<u8>)]) -> Result<Vec<FileRecord>, Error> {
        let mut staged = Vec::with_capacity(files.len());
        for (path, bytes) in files {
            let mut file = self.begin(path)?;
            file.write_all(bytes).map_err(|source| Error::write(self.path(path), source))?;
            staged.push(file.close()?);
        }
        let parents: BTreeSet<PathBuf> = staged.iter().filter_map(|file| Some(file.target.parent()?.into())).collect();
        let records = staged.into_iter().map(ClosedFile::rename).collect::<Result<_, _>>()?;
        parents.iter().try_for_each(|parent| sync_folder(parent))?;
        Ok(records)
    }

    /// Opens a file for writing; it gets its name with [`StagedFile::commit`], and vanishes without.
    ///
    /// # Errors
    /// If its folder or the temporary file cannot be made.
    pub fn begin(&self, path: &str) -> Result<StagedFile, Error> {
        let target = self.path(path);
        let parent = target.parent().unwrap_or(&self.root);
        let fail = |source| Error::write(&target, source);
        fs::create_dir_all(parent).map_err(fail)?;
        let file = for_others().prefix(TEMPORARY).tempfile_in(parent).map_err(fail)?;
        let hasher = blake3::Hasher::new();
        Ok(StagedFile { file: BufWriter::new(file), target, path: path.to_owned(), bytes: 0, hasher })
    }

    /// The record of a file that is in its place.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn record(&self, path: &str) -> Result<FileRecord, Error> {
        let target = self.path(path);
        let fail = |source| Error::read(&target, source);
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(fs::File::open(&target).map_err(fail)?).map_err(fail)?;
        Ok(FileRecord { path: path.to_owned(), bytes: hasher.count(), blake3: hasher.finalize().to_string() })
    }

    /// Removes what a killed run has left half-written, at any depth.
    pub(super) fn remove_temporary_files(&self) -> Result<(), Error> {
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            let fail = |source| Error::read(&folder, source);
            for entry in fs::read_dir(&folder).map_err(fail)? {
                let entry = entry.map_err(fail)?;
                let kind = entry.file_type().map_err(fail)?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() && entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                    fs::remove_file(entry.path()).map_err(|source| Error::write(entry.path(), source))?;
                }
            }
        }
        Ok(())
    }
}

/// A file that is being written and has no name yet.
#[derive(Debug)]
pub struct StagedFile {
    file: BufWriter<NamedTempFile>,
    target: PathBuf,
    path: String,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl StagedFile {
    /// Syncs the file and gives it its name.
    ///
    /// # Errors
    /// If the disk is full, or the file cannot be renamed.
    pub fn commit(self) -> Result<FileRecord, Error> {
        let closed = self.close()?;
        let parent = closed.target.parent().map(Path::to_owned);
        let record = closed.rename()?;
        parent.map_or(Ok(()), |parent| sync_folder(&parent))?;
        Ok(record)
    }

    /// Where the file will be.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    fn close(self) -> Result<ClosedFile, Error> {
        let Self { file, target, path, bytes, hasher } = self;
        let file = file.into_inner().map_err(|error| Error::write(&target, error.into_error()))?;
        file.as_file().sync_all().map_err(|source| Error::write(&target, source))?;
        let record = FileRecord { path, bytes, blake3: hasher.finalize().to_string() };
        Ok(ClosedFile { file: file.into_temp_path(), target, record })
    }
}

impl Write for StagedFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file that is complete and has no name yet.
struct ClosedFile {
    file: tempfile::TempPath,
    target: PathBuf,
    record: FileRecord,
}

impl ClosedFile {
    fn rename(self) -> Result<FileRecord, Error> {
        self.file.persist(&self.target).map_err(|error| Error::write(&self.target, error.error))?;
        Ok(self.record)
    }
}

/// Makes renames in a folder last. Only Unix can, and has to.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        fs::File::open(folder).and_then(|file| file.sync_all()).map_err(|source| Error::write(folder, source))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_it_is_complete() {
        let place = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::create(place.path().join("set")).expect("can be made");
        let mut file = folder.begin("a/b.txt").expect("can be made");
        file.write_all(b"half").expect("room");
        assert!(!folder.path("a/b.txt").exists());
        drop(file);
        assert_eq!(fs::read_dir(folder.path("a")).expect("is there").count(), 0, "nothing is left of it");

        let mut file = folder.begin("a/b.txt").expect("can be made");
        file.write_all(b"whole").expect("room");
        let record = file.commit().expect("can be renamed");
        assert_eq!((record.bytes, record.blake3), (5, blake3::hash(b"whole").to_string()));
        assert_eq!(fs::read(folder.path("a/b.txt")).expect("is there"), b"whole");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_is_for_them() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().expect("temporary folder");
        let (plain, staged) = (place.path().join("plain"), place.path().join("staged"));
        fs::write(&plain, "").expect("room");
        for_others().tempfile_in(place.path()).expect("room").persist(&staged).expect("room");
        let mode = |path: &Path| path.metadata().expect("is there").permissions().mode();
        assert_eq!(mode(&staged), mode(&plain), "the umask decides");
    }

    #[test]
    fn a_batch_that_fails_leaves_nothing() {
        let place = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::create(place.path()).expect("is there");
        fs::write(folder.path("file"), "in the way of a folder").expect("room");
        let batch = [("a/1".to_owned(), vec![1]), ("file/2".to_owned(), vec![2])];
        let error = folder.write_all(&batch).expect_err("a file is no folder");
        assert!(error.to_string().ends_with("file/2"), "{error}");
        assert_eq!(fs::read_dir(folder.path("a")).expect("is there").count(), 0);
    }

    #[test]
    fn leftovers_are_removed_and_nothing_else() {
        let place = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::create(place.path()).expect("is there");
        folder.write_all(&[("rgb/000001.png".to_owned(), vec![1])]).expect("room");
        fs::write(folder.path("rgb/.endcap-xyz"), "half").expect("room");
        fs::write(folder.path(".endcap-abc"), "half").expect("room");
        folder.write_all(&[("a/b/c/000001.txt".to_owned(), vec![1])]).expect("room");
        fs::write(folder.path("a/b/c/.endcap-xyz"), "half").expect("room");
        folder.remove_temporary_files().expect("can be removed");
        assert!(folder.path("rgb/000001.png").exists());
        assert!(folder.path("a/b/c/000001.txt").exists() && !folder.path("a/b/c/.endcap-xyz").exists());
        assert!(!folder.path("rgb/.endcap-xyz").exists() && !folder.path(".endcap-abc").exists());
    }
}
