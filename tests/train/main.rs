//! Training steps of strangers in the sandbox: what they see, what they may use, what comes back.
#![cfg(all(feature = "job", target_os = "linux"))]

mod calls;
mod contained;
mod hostile;
mod inside;
mod limits;
mod outputs;
mod pack;
mod step;
mod unit;

#[path = "../support/mod.rs"]
mod support;
