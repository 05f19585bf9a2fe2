use std::fs;
use std::path::{Path, PathBuf};

use crate::job::queue::{Attempt, Report, Task};
use crate::job::{Digest, Error};

/// Results that are made and not yet told: they outlive the network, and the worker itself.
///
/// ```text
/// <job>-<unit>-<attempt>/task.json      what was asked for
///                        unit-N.tar     what was made
///                        report.json    what is to be told; written last
/// ```
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
}

/// A result that is to be delivered and told.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) task: Task,
    pub(super) report: Report,
    pub(super) delivery: PathBuf,
    folder: PathBuf,
}

impl Spool {
    /// Opens a folder, and forgets what was not finished in it.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
        let spool = Self { folder: folder.to_owned() };
        for entry in spool.entries()? {
            if !entry.join("report.json").exists() {
                fs::remove_dir_all(&entry).map_err(|source| Error::write(entry, source))?;
            }
        }
        Ok(spool)
    }

    /// An empty folder for a task.
    pub(super) fn begin(&self, task: &Task) -> Result<PathBuf, Error> {
        let folder = self.place(&task.what);
        let fail = |source| Error::write(&folder, source);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(fail)?;
        }
        fs::create_dir_all(&folder).map_err(fail)?;
        write_json(&folder.join("task.json"), task)?;
        Ok(folder)
    }

    /// What a finished task reports; it is kept from here on.
    pub(super) fn finish(&self, report: &Report) -> Result<(), Error> {
        write_json(&self.place(&report.what).join("report.json"), report)
    }

    /// True if this was made before.
    pub(super) fn has(&self, what: &Attempt) -> bool {
        self.place(what).join("report.json").exists()
    }

    /// Forgets a task.
    pub(super) fn end(&self, what: &Attempt) -> Result<(), Error> {
        let folder = self.place(what);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|source| Error::write(folder, source))?;
        }
        Ok(())
    }

    /// All results that wait, in the order of their names.
    pub(super) fn pending(&self) -> Result<Vec<Pending>, Error> {
        let mut pending = Vec::new();
        for folder in self.entries()?.into_iter().filter(|folder| folder.join("report.json").exists()) {
            let task: Task = read_json(&folder.join("task.json"))?;
            let report: Report = read_json(&folder.join("report.json"))?;
            let delivery = folder.join(crate::job::file_name(report.what.unit));
            pending.push(Pending { task, report, delivery, folder });
        }
        Ok(pending)
    }

    fn place(&self, what: &Attempt) -> PathBuf {
        let job = Digest::of_json(&what.job).to_string();
        self.folder.join(format!("{}-{:06}-{}", &job[3..19], what.unit, what.attempt))
    }

    fn entries(&self) -> Result<Vec<PathBuf>, Error> {
        let fail = |source| Error::read(&self.folder, source);
        let entries = fs::read_dir(&self.folder).map_err(fail)?;
        let mut paths =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(fail)?;
        paths.retain(|path| path.is_dir());
        paths.sort();
        Ok(paths)
    }
}

impl Pending {
    /// Forgets it: it was told.
    pub(super) fn end(self) -> Result<(), Error> {
        fs::remove_dir_all(&self.folder).map_err(|source| Error::write(self.folder, source))
    }
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), Error> {
    let fail = |source| Error::write(path, source);
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    serde_json::to_writer(&file, value).map_err(|error| fail(error.into()))?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = fs::read(path).map_err(|source| Error::read(path, source))?;
    serde_json::from_slice(&text).map_err(|error| Error::invalid(path, "", error.to_string()))
}
