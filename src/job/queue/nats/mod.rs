//! A queue over NATS JetStream, for machines of strangers: they dial out, log in with a key, and can do no more than
//! pull their own tasks and tell their own news.
//!
//! Two accounts keep them apart. The streams live in the coordinator's; workers live in another one, which imports
//! from it only the subjects that a worker needs. Permissions alone would not do: a server sends the reply to a request to
//! whatever subject the request names, with its own rights, and an empty reply to `$JS.API.STREAM.DELETE.NEWS` deletes a
//! stream. Replies to what came through an import stay in the account that it came from.

mod config;
mod connection;
mod dispatch;
mod gate;
mod heard;
mod journal;
mod jwt;
mod login;
mod names;
mod nkey;
mod objects;
mod reader;
mod seat;
mod streams;
mod table;
mod worker;

pub use self::config::{ServerOptions, server_config};
pub use self::connection::{Connection, ConnectionOptions};
pub use self::dispatch::{NatsDispatch, QueueOptions};
pub use self::gate::{Gate, gate_of_file};
pub use self::journal::NatsJournal;
pub use self::login::{LoginOptions, LoginService, Trust};
pub use self::nkey::Nkey;
pub use self::objects::NatsObjects;
pub use self::seat::NatsSeat;
pub use self::table::NatsTable;
pub use self::worker::NatsQueue;
