use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::{Courier, Link, Store, check_name};
use crate::dataset::for_others;
use crate::job::Error;

/// A folder that coordinator and workers both see, for one machine or a lab with a shared disk. Its links are paths.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// A store in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(root: &Path) -> Result<Self, Error> {
        fs::create_dir_all(root).map_err(|source| Error::write(root, source))?;
        Ok(Self { root: root.canonicalize().map_err(|source| Error::read(root, source))? })
    }

    fn path(&self, name: &str) -> Result<PathBuf, Error> {
        let path = Path::new(name);
        check_name(name)?;
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Error::Unfit(format!("{name:?} is no name in a folder of this system")));
        }
        Ok(self.root.join(path))
    }

    fn link(&self, name: &str) -> Result<Link, Error> {
        let path = self.path(name)?;
        let text = path.to_str().ok_or_else(|| Error::Unfit(format!("{} is no text", path.display())))?;
        Ok(Link::new(text))
    }

    fn inside(&self, link: &Link) -> Result<PathBuf, Error> {
        let path = link.path().ok_or_else(|| Error::Unfit(format!("{link:?} is no path")))?;
        let name = path.strip_prefix(&self.root).ok().and_then(Path::to_str);
        self.path(name.ok_or_else(|| Error::Unfit(format!("{link:?} leads out of {}", self.root.display())))?)
    }
}

impl Store for FolderStore {
    fn put(&self, name: &str, file: &Path) -> Result<(), Error> {
        let target = self.path(name)?;
        if target.exists() {
            return Ok(());
        }
        copy(file, &target, u64::MAX, false)
    }

    fn get(&self, name: &str, target: &Path, limit: u64) -> Result<bool, Error> {
        let path = self.path(name)?;
        if !path.is_file() {
            return Ok(false);
        }
        copy(&path, target, limit, true).map(|()| true)
    }

    fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path(name)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(path, error)),
            _ => Ok(()),
        }
    }

    fn upload_link(&self, name: &str, _: u64) -> Result<Link, Error> {
        self.link(name)
    }

    fn download_link(&self, name: &str, _: u64) -> Result<Link, Error> {
        self.link(name)
    }
}

impl Courier for FolderStore {
    fn fetch(&self, link: &Link, target: &Path, limit: u64) -> Result<(), Error> {
        copy(&self.inside(link)?, target, limit, true)
    }

    fn deliver(&self, link: &Link, file: &Path) -> Result<(), Error> {
        let target = self.inside(link)?;
        if target.exists() {
            return Ok(());
        }
        copy(file, &target, u64::MAX, false)
    }
}

/// Copies a file; the target is complete or not there. One that is there is replaced, or else left as it is.
fn copy(source: &Path, target: &Path, limit: u64, replace: bool) -> Result<(), Error> {
    let fail = |error| Error::write(target, error);
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fail)?;
    let opened = File::open(source).map_err(|error| Error::read(source, error))?;
    let mut staged = for_others().tempfile_in(folder).map_err(fail)?;
    let bytes = io::copy(&mut opened.take(limit.saturating_add(1)), &mut staged).map_err(fail)?;
    if bytes > limit {
        return Err(Error::invalid(source, "", format!("has more than {limit} bytes")));
    }
    staged.as_file().sync_all().map_err(fail)?;
    if replace {
        return staged.persist(target).map(drop).map_err(|error| fail(error.error));
    }
    match staged.persist_noclobber(target) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(fail(error.error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_in_and_out_and_names_stay_inside() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = FolderStore::open(&folder.path().join("store")).expect("a store");
        let (file, back) = (folder.path().join("file"), folder.path().join("back"));
        fs::write(&file, "twelve bytes").expect("written");
        store.put("job/a.tar", &file).expect("put");
        assert!(store.get("job/a.tar", &back, 12).expect("got"));
        assert_eq!(fs::read(&back).expect("read"), b"twelve bytes");
        assert!(!store.get("job/b.tar", &back, 12).expect("nothing"));
        let long = store.get("job/a.tar", &folder.path().join("c"), 11).expect_err("too long");
        assert!(long.to_string().contains("more than 11 bytes"), "{long}");
        assert!(!folder.path().join("c").exists());

        fs::write(&file, "another").expect("written");
        let link = store.upload_link("job/a.tar", 60).expect("a link");
        store.deliver(&link, &file).expect("left as it is");
        store.fetch(&store.download_link("job/a.tar", 60).expect("a link"), &folder.path().join("d"), 12).expect("got");
        assert_eq!(fs::read(folder.path().join("d")).expect("read"), b"twelve bytes");

        for name in ["", "..", "../x", "/etc/passwd", "a/../../x"] {
            assert!(store.put(name, &file).is_err(), "{name}");
        }
        for link in ["/etc/passwd", "relative", "https://example.org/x"] {
            assert!(store.fetch(&Link::new(link), &back, 100).is_err(), "{link}");
        }
        store.remove("job/a.tar").expect("removed");
        store.remove("job/a.tar").expect("nothing to do");
        assert!(!store.get("job/a.tar", &back, 12).expect("nothing"));
    }
}
