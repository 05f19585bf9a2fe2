//! Training where the data is: the generator and a command of the client run side by side on the worker, frames go from
//! one to the other through a pipe, and what the command makes of them is all that leaves the machine.
//!
//! The command belongs to a stranger. [`Sandbox`] says what it sees and what it may use; [`FrameStream`] what it reads.

mod outputs;
mod sandbox;
mod stream;
mod unit;
mod watch;

pub use self::outputs::OUTPUTS;
pub use self::sandbox::{Given, Sandbox, Trained};
pub use self::stream::FrameStream;
pub(super) use self::unit::train_into;
pub use self::unit::{keep_outputs, train};
