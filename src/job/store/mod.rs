//! Where bundles are got from and deliveries are put.
//!
//! The coordinator has a [`Store`]. Workers have no key to it: what they are given is a [`Link`] for each file, which lets
//! them put or get that one file for a while, and a [`Courier`] that follows links.

mod couriers;
mod folder;
#[cfg(feature = "s3")]
mod http;
mod link;
#[cfg(feature = "s3")]
mod s3;

use std::path::Path;

pub use self::couriers::Couriers;
pub use self::folder::FolderStore;
#[cfg(feature = "s3")]
pub use self::http::{HttpCourier, Patience};
pub use self::link::{Courier, Link};
#[cfg(feature = "s3")]
pub use self::s3::{S3Config, S3Credentials, S3Store};
use super::Error;

/// The coordinator's store. Names are relative paths with `/`, made by the coordinator.
pub trait Store: Send + Sync {
    /// Puts a file; one that is there is left as it is.
    ///
    /// # Errors
    /// If the file cannot be read or the store cannot be reached.
    fn put(&self, name: &str, file: &Path) -> Result<(), Error>;

    /// Gets a file, at most `limit` bytes of it. False if it is not there.
    ///
    /// # Errors
    /// If the file is longer, the target cannot be written, or the store cannot be reached.
    fn get(&self, name: &str, target: &Path, limit: u64) -> Result<bool, Error>;

    /// Forgets a file; one that is not there is fine.
    ///
    /// # Errors
    /// If the store cannot be reached.
    fn remove(&self, name: &str) -> Result<(), Error>;

    /// A link that puts this file, once, within so many seconds.
    ///
    /// # Errors
    /// If none can be made.
    fn upload_link(&self, name: &str, seconds: u64) -> Result<Link, Error>;

    /// A link that gets this file within so many seconds.
    ///
    /// # Errors
    /// If none can be made.
    fn download_link(&self, name: &str, seconds: u64) -> Result<Link, Error>;
}

/// Names are parts with `/` between them, none empty, and none that means another place.
fn check_name(name: &str) -> Result<(), Error> {
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(Error::Unfit(format!("{name:?} is no name in a store")));
    }
    Ok(())
}
