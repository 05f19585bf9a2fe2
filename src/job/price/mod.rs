//! What a job costs: paid for by verified units, estimated from a few frames that are rendered here.
//!
//! Seconds that a stranger reports cannot be checked, so nobody is paid for seconds. A [`Probe`] measures how long frames
//! take on this machine and how long the [calibration](crate::job::calibrate()) scene does, which makes reference
//! GPU-seconds of them; [`Prices`] say what those are worth; the [`Estimate`] has the price of a unit, what checking, gas
//! and second tries add, and what renting and mining would cost instead. All money is in whole numbers: token amounts in
//! base units, dollars in units of 1e-12.

mod amount;
mod estimate;
mod prices;
mod probe;
mod quote;

pub use self::amount::{Share, Usd};
pub use self::estimate::{Comparison, Estimate, Gas};
pub use self::prices::{Compare, GasPrices, Prices, TokenPrice, WorkPrices};
pub use self::probe::{CheckTimes, Probe, probe};
pub use self::quote::Quote;
