//! The contracts of `docs/contracts.md`, from Rust: who is staked, what is promised, and who is paid.
//!
//! A client opens a job in the [`Escrow`] and gives its coordinator an [`EvmLedger`], which admits staked workers and signs
//! vouchers, never more than the budget. A worker keeps its newest voucher in a [`Till`] and redeems it. What goes over the
//! wire is signed by a [`Wallet`] in EIP-712.
//!
//! Nothing here trusts the way to the chain: every call ends in bounded time with [`Error::Unreachable`](crate::job::Error)
//! or, with the contract's own words, [`Error::Refused`](crate::job::Error). What moves money may be called again after a
//! crash.

mod abi;
mod account;
mod chain;
mod escrow;
mod history;
mod login;
mod market;
mod order_book;
mod promises;
mod registry;
mod revert;
mod signing;
mod terms;
mod till;
mod token;
mod transaction;
mod wallet;

pub use alloy_primitives::Address;

pub use self::account::EvmLedger;
pub use self::chain::{Chain, ChainOptions};
pub use self::escrow::Escrow;
pub use self::history::JobHistory;
pub use self::login::{sign_login, verify_login};
pub use self::market::Market;
pub use self::order_book::{Ask, OrderBook};
pub use self::registry::{Decision, Registry, Stake};
pub use self::signing::{BUNDLE_SIGNATURE, bundle_signer, report_signer, sign_bundle, sign_report, verify_bundle};
pub use self::terms::{Account, Job, JobState, Terms};
pub use self::till::{Risk, Till};
pub use self::token::Token;
pub use self::wallet::Wallet;
use crate::job::WorkerId;

/// The worker's name of an address: lower case, as everywhere in messages.
#[must_use]
pub fn worker_of(address: Address) -> WorkerId {
    format!("{address:#x}").parse().expect("0x and 40 digits are a name")
}

/// The address that a worker is paid at.
///
/// # Errors
/// If its name is no address, or not in lower case.
pub fn address_of(worker: &WorkerId) -> Result<Address, String> {
    let address = worker.as_str().parse::<Address>().ok().filter(|address| worker_of(*address) == *worker);
    address.ok_or_else(|| format!("{worker} is no address: 0x and 40 hexadecimal digits in lower case"))
}
