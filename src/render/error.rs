use crate::{catalog, trace};

/// Why something could not be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No graphics driver that fits was found.
    #[error(
        "no Vulkan, DirectX 12 or Metal adapter {wanted}; found: {found}. On Debian or Ubuntu without a GPU: apt-get install mesa-vulkan-drivers libvulkan1"
    )]
    NoAdapter {
        /// What was asked for.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// The driver refused to open the device.
    #[error("the graphics driver of {adapter} refused a device")]
    Device {
        /// Name of the adapter.
        adapter: String,
        /// What the driver says.
        source: wgpu::RequestDeviceError,
    },
    /// The device reported an error while it worked: lost, out of memory.
    #[error("the graphics device failed: {0}")]
    Failed(String),
    /// The scene needs more of something than the device has.
    #[error("{what} needs {needed}, but {adapter} has room for {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How much it needs.
        needed: u64,
        /// How much there may be.
        limit: u64,
        /// Name of the adapter.
        adapter: String,
    },
    /// The settings contradict the scene.
    #[error("{0}")]
    Settings(String),
    /// An artwork could not be decoded.
    #[error(transparent)]
    Catalog(#[from] catalog::Error),
    /// A geometry or scene could not be put into a tree.
    #[error(transparent)]
    Trace(#[from] trace::Error),
}
