//! Renders on somebody else's machine: packed, worked on, verified, collected.
//!
//! A [`Bundle`] says what is to be made. Its frames are cut into units ([`Plan`]); [`work`] makes one anywhere and writes
//! a delivery, whose [`Claim`] names every file by its digest under one root. A [`Verifier`] looks at deliveries of
//! strangers, and a [`Collector`] makes one ordinary dataset of them. None of these knows a queue, a network or money:
//! a folder and a shell loop, a Slurm array or a render farm are enough to run a job.
//!
//! On top of them stands a market of strangers: a [coordinator](coordinate) gives units out and keeps a journal of what came
//! of them, [workers](worker) take them from a [queue] and put deliveries into a [store], and a [ledger] pays for those that
//! were found valid, at a [price] that was quoted before. Each of the three has a form for one machine or a lab, and one
//! over a network behind a feature of its own.

mod bundle;
mod calibrate;
mod class;
mod clock;
pub mod cluster;
mod collect;
pub mod coordinate;
mod delivery;
mod digest;
mod error;
pub mod ledger;
mod merkle;
mod money;
#[cfg(any(feature = "nats", feature = "s3", feature = "evm"))]
mod net;
mod plan;
pub mod price;
pub mod queue;
pub mod store;
pub mod train;
pub mod verify;
mod work;
pub mod worker;
mod worker_id;

pub use bundle::{
    Bundle, BundleCache, CatalogSource, ColorSettings, JobManifest, JobOptions, Limits, RendererPin, TrainFile,
    TrainLimits, TrainPlan, TrainStep,
};
pub use calibrate::{Calibration, calibrate};
pub use class::EngineClass;
pub use clock::now_s;
pub use collect::Collector;
pub use delivery::{Claim, ClaimedFrame, Delivery, file_name};
pub use digest::Digest;
pub use error::Error;
pub use merkle::{MerkleTree, Node};
pub use plan::{Plan, RenderUnit};
pub use verify::Verifier;
pub use work::{work, work_with};
pub use worker_id::WorkerId;
