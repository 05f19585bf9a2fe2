//! All parts of the market together, as processes of their own, while they are killed, cut off and filled up.
#![cfg(feature = "market")]

#[expect(dead_code, reason = "others use the rest")]
#[path = "../ledger/anvil.rs"]
mod anvil;
mod faults;
mod lab;
#[expect(dead_code, reason = "others use the rest")]
#[path = "../support/market/mod.rs"]
mod market;
#[expect(dead_code, unused_imports, reason = "others use the rest")]
#[path = "../support/nats/mod.rs"]
mod nats;
#[expect(dead_code, reason = "others use the rest")]
#[path = "../store/server.rs"]
mod server;
