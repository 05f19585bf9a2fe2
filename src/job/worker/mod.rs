//! A machine that works for others: takes tasks off a queue, makes units, puts them where it was told, and says so.

mod agent;
mod heartbeat;
mod make;
mod spool;

pub use self::agent::{Agent, AgentEnds, Pace, Sign, Summary, Vet};
pub use self::make::{Catalogs, Make, Maker};
