use std::fs;
use std::path::{Path, PathBuf};

use endcap::job::coordinate::{FileJournal, Table};
use endcap::job::{Bundle, BundleCache, Error};

/// The folder of a job that is being made: what a coordinator keeps.
///
/// ```text
/// journal       all that has happened
/// bundle.tar    the job, as it is sent to workers; also unpacked in bundles/
/// results/      deliveries that are valid
/// incoming/     deliveries that are being looked at
/// secret        what decides which parts are looked at
/// escrow.json   terms of the job in the escrow; promises holds what was promised to whom
/// cancel        there when somebody wants the job to end
/// ```
pub(super) struct State {
    folder: PathBuf,
}

impl State {
    /// The folder of a job, which is made if it is not there.
    pub(super) fn open(folder: &Path, bundle: &Bundle) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|source| write(folder, source))?;
        let state = Self { folder: folder.to_owned() };
        let shipped = state.shipped();
        if !shipped.exists() {
            let staged = state.path("bundle.tar.part");
            bundle.ship(&staged)?;
            fs::rename(&staged, &shipped).map_err(|source| write(&shipped, source))?;
        }
        BundleCache::open(&state.path("bundles"))?.add(bundle.digest(), &shipped)?;
        Ok(state)
    }

    /// The folder of a job that was begun before.
    pub(super) fn begun(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.path("journal")
    }

    /// The bundle as one file.
    pub(super) fn shipped(&self) -> PathBuf {
        self.path("bundle.tar")
    }

    /// What is known about the job.
    pub(super) fn table(&self) -> Result<Table, Error> {
        Table::replay(&FileJournal::read(&self.journal())?)
    }

    /// The job itself.
    pub(super) fn bundle(&self, table: &Table) -> Result<Bundle, Error> {
        BundleCache::open(&self.path("bundles"))?.add(table.job(), &self.shipped())
    }

    /// A value that is made once and then kept in a file.
    #[cfg(feature = "market")]
    pub(super) fn keep_json<T: serde::Serialize + serde::de::DeserializeOwned>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let path = self.path(name);
        if !path.exists() {
            let text = serde_json::to_string(&make()?).expect("plain data");
            self.write(name, &text)?;
        }
        let text = fs::read_to_string(&path).map_err(|source| read(&path, source))?;
        serde_json::from_str(&text).map_err(|error| Error::Unfit(format!("{}: {error}", path.display())))
    }

    /// Writes a small file, whole or not at all.
    #[cfg(feature = "market")]
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let (path, staged) = (self.path(name), self.path(&format!("{name}.part")));
        fs::write(&staged, text).and_then(|()| fs::rename(&staged, &path)).map_err(|source| write(&path, source))
    }

    pub(super) fn is_cancel_wanted(&self) -> bool {
        self.path("cancel").exists()
    }

    /// Asks the coordinator to end the job; where none runs, the next one will.
    pub(super) fn want_cancel(&self) -> Result<(), Error> {
        FileJournal::read(&self.journal())?;
        let path = self.path("cancel");
        fs::write(&path, "").map_err(|source| write(&path, source))
    }
}

fn write(path: &Path, source: std::io::Error) -> Error {
    endcap::dataset::Error::Write { path: path.to_owned(), source }.into()
}

#[cfg(feature = "market")]
fn read(path: &Path, source: std::io::Error) -> Error {
    endcap::dataset::Error::Read { path: path.to_owned(), source }.into()
}
