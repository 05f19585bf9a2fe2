//! The queue over NATS JetStream, against a real server with TLS and auth callout: what it promises, what breaks, and what
//! strangers try.

mod attacks;
mod contract;
mod deputies;
mod faults;
mod logins;
mod records;
mod seats;

#[path = "../support/nats/mod.rs"]
mod nats;
