//! Training where the data is: the generator and a program of the client run side by side on the worker, frames go from
//! one to the other through a pipe, and what the program makes of them is all that leaves the machine.
//!
//! The program belongs to a stranger: a command of the machine's system, or an OCI image that travels with the job.
//! [`Sandbox`] says what it sees and what it may use; [`FrameStream`] what it reads.

#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod linux;
mod sandbox;
mod stream;
mod unit;

pub use self::sandbox::{Given, Runtime, Sandbox, Trained};
pub use self::stream::FrameStream;
pub(super) use self::unit::train_into;
pub use self::unit::{OUTPUTS, keep_outputs, train};
