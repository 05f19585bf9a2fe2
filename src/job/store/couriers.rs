use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::{Courier, Link};
use crate::job::Error;

/// Follows links of several kinds: each goes to the courier that was named for its [kind](Link::kind).
///
/// A worker that is given only a courier for `https` cannot be led to a file of its own machine by a link.
#[derive(Default)]
pub struct Couriers(BTreeMap<String, Box<dyn Courier>>);

impl Couriers {
    /// Follows no links yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also follows links of this kind: `file` for paths, else what stands before the first `:`.
    #[must_use]
    pub fn with(mut self, kind: impl Into<String>, courier: impl Courier + 'static) -> Self {
        self.0.insert(kind.into(), Box::new(courier));
        self
    }

    fn courier(&self, link: &Link) -> Result<&dyn Courier, Error> {
        let courier = link.kind().and_then(|kind| self.0.get(kind));
        courier.map(Box::as_ref).ok_or_else(|| {
            let kinds: Vec<&str> = self.0.keys().map(String::as_str).collect();
            Error::Unfit(format!("{link:?} is no link that is followed here; those are of {}", kinds.join(", ")))
        })
    }
}

impl Courier for Couriers {
    fn fetch(&self, link: &Link, target: &Path, limit: u64) -> Result<(), Error> {
        self.courier(link)?.fetch(link, target, limit)
    }

    fn deliver(&self, link: &Link, file: &Path) -> Result<(), Error> {
        self.courier(link)?.deliver(link, file)
    }
}

impl fmt::Debug for Couriers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::store::{FolderStore, Store};

    #[test]
    fn links_go_to_the_courier_of_their_kind_and_nowhere_else() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = FolderStore::open(&folder.path().join("store")).expect("a store");
        let (file, back) = (folder.path().join("file"), folder.path().join("back"));
        std::fs::write(&file, "content").expect("written");
        let couriers = Couriers::new().with("file", store.clone());
        couriers.deliver(&store.upload_link("a", 60).expect("a link"), &file).expect("put");
        couriers.fetch(&store.download_link("a", 60).expect("a link"), &back, 100).expect("got");
        assert_eq!(std::fs::read(&back).expect("read"), b"content");
        for link in ["https://example.org/a?secret", "relative", "", "nats:files/x", ":"] {
            let error = couriers.fetch(&Link::new(link), &back, 100).expect_err(link).to_string();
            assert!(error.contains("those are of file") && !error.contains("secret"), "{error}");
        }
    }
}
