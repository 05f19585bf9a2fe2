//! Who is who, and who is paid.

#[cfg(feature = "evm")]
pub mod evm;

use super::queue::{Hello, Order, Report, Voucher};
use super::{Error, Node, WorkerId};

/// Knows the accounts of workers. A coordinator with [`NoLedger`] trusts its queue for who is who, and pays nobody.
pub trait Ledger: Send {
    /// Who stands behind a worker that wants work, and what it asks for it.
    ///
    /// # Errors
    /// Why it gets no work: too small a stake, a stake that is leaving. If the chain cannot be reached,
    /// [`Error::is_unreachable`] is true, and the coordinator asks again later.
    fn admit(&mut self, worker: &WorkerId, hello: &Hello) -> Result<Admission, Error>;

    /// Whether the worker itself has signed the report. Needs no network.
    fn is_signed(&self, worker: &WorkerId, report: &Report) -> bool;

    /// What the job may still cost, in the token's base units: its budget as the escrow has it, minus nothing that was
    /// only promised. None where nobody is paid.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    fn budget(&mut self) -> Result<Option<u128>, Error>;

    /// Who pays for the job, and so much for a unit (base units), for workers to look at; none where nobody is paid.
    fn order(&self, unit_price: u128) -> Option<Order> {
        let _ = unit_price;
        None
    }

    /// Signs a promise to pay, off the chain. None where nobody is paid. Needs no network.
    ///
    /// # Errors
    /// If it cannot be signed.
    fn voucher(&mut self, worker: &WorkerId, amount: u128, root: Node) -> Result<Option<Voucher>, Error>;
}

/// What is known about a worker that may come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Who stands behind it: results of one owner never confirm each other.
    pub owner: Owner,
    /// What it asks; none if it takes what the job pays.
    pub offer: Option<Offer>,
}

/// What a worker asks for its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// For a verified unit, in base units of the job's token.
    pub unit_price: u128,
    /// The smallest job that is worth its while, in units.
    pub minimum_units: u64,
}

/// Who stands behind one or more workers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Owner(pub String);

/// The ledger of a lab: everybody is admitted, each worker is its own owner, and nobody is paid.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLedger;

impl Ledger for NoLedger {
    fn admit(&mut self, worker: &WorkerId, _: &Hello) -> Result<Admission, Error> {
        Ok(Admission { owner: Owner(worker.to_string()), offer: None })
    }

    fn is_signed(&self, _: &WorkerId, _: &Report) -> bool {
        true
    }

    fn budget(&mut self) -> Result<Option<u128>, Error> {
        Ok(None)
    }

    fn voucher(&mut self, _: &WorkerId, _: u128, _: Node) -> Result<Option<Voucher>, Error> {
        Ok(None)
    }
}
