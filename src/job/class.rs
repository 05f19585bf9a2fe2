use std::fmt;

use serde::{Deserialize, Serialize};

use super::Digest;
use crate::render::Adapter;

/// What decides the bits of a picture beside the bundle: machines of one class make the same bytes, and what they make is
/// compared byte by byte. BOINC calls it a homogeneous app version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineClass {
    /// Name and version of the program.
    pub engine: String,
    /// `Vulkan`, `Dx12` or `Metal`.
    pub backend: String,
    /// The graphics adapter, as its driver names it.
    pub adapter: String,
    /// Driver and version.
    pub driver: String,
}

impl EngineClass {
    /// The class of this program on an adapter.
    #[must_use]
    pub fn of(adapter: &Adapter) -> Self {
        Self {
            engine: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            backend: adapter.backend.clone(),
            adapter: adapter.name.clone(),
            driver: adapter.driver.clone(),
        }
    }

    /// A short name.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }
}

impl fmt::Display for EngineClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, backend, adapter, driver } = self;
        write!(f, "{engine} / {backend} / {adapter} / {driver}")
    }
}
