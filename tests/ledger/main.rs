//! Money on a real chain: anvil on loopback, the contracts as they are committed, and what strangers try.
#![cfg(feature = "evm")]

mod anvil;
mod attacks;
mod chain_down;
mod digests;
mod life;
#[cfg(feature = "cli")]
mod money;
mod nonces;
mod reorganised;
mod stage;
mod stakes;
mod tills;
