use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolConstructor;

use super::abi::OrderBook as Abi;
use super::{Chain, Registry, address_of, worker_of};
use crate::job::{Digest, Error, WorkerId};

/// Asks that are read in one question.
const PAGE: u64 = 200;

/// What staked workers ask for their work, on a chain. It binds nobody.
#[derive(Debug, Clone)]
pub struct OrderBook {
    chain: Chain,
    address: Address,
}

/// One worker's offer for one class of machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who offers.
    pub worker: WorkerId,
    /// The token that it wants.
    pub token: Address,
    /// For a verified unit, in the token's base units; a price beyond 2^128 counts as that.
    pub price: u128,
    /// The smallest job that is worth its while, in units.
    pub minimum_units: u32,
    /// The last second in which the offer stands, since 1970.
    pub valid_until: u64,
}

impl OrderBook {
    /// Puts a new book on the chain, for workers of a registry.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn deploy(chain: &Chain, registry: &Registry) -> Result<Self, Error> {
        let arguments = Abi::constructorCall { registry: registry.address() };
        let address = chain.deploy([Abi::BYTECODE.to_vec(), arguments.abi_encode()].concat())?;
        Ok(Self { chain: chain.clone(), address })
    }

    /// The book at an address.
    ///
    /// # Errors
    /// If there is none, or the chain cannot be reached.
    pub fn at(chain: &Chain, address: Address) -> Result<Self, Error> {
        chain.read(address, &Abi::REGISTRYCall {})?;
        Ok(Self { chain: chain.clone(), address })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// Posts the wallet's ask for a class, or replaces it. `class` is [`EngineClass::digest`](crate::job::EngineClass::digest);
    /// the worker is the wallet, whatever the ask says.
    ///
    /// # Errors
    /// If the wallet is not staked, the ask is over or for no unit, or the chain cannot be reached.
    pub fn post(&self, class: Digest, ask: &Ask) -> Result<(), Error> {
        let call = Abi::askCall {
            class: class.bytes().into(),
            token: ask.token,
            price: U256::from(ask.price),
            minimumUnits: ask.minimum_units,
            validUntil: ask.valid_until,
        };
        self.chain.send(self.address, &call).map(drop)
    }

    /// Takes the wallet's ask for a class away.
    ///
    /// # Errors
    /// If there is none, or the chain cannot be reached.
    pub fn withdraw(&self, class: Digest) -> Result<(), Error> {
        self.chain.send(self.address, &Abi::withdrawCall { class: class.bytes().into() }).map(drop)
    }

    /// A worker's ask for a class; none if it has none that still stands.
    ///
    /// # Errors
    /// If the worker is no address, or the chain cannot be reached.
    pub fn ask_of(&self, worker: &WorkerId, class: Digest) -> Result<Option<Ask>, Error> {
        let address = address_of(worker).map_err(Error::Unfit)?;
        let class = class.bytes().into();
        if !self.chain.read(self.address, &Abi::isLiveCall { class, worker: address })? {
            return Ok(None);
        }
        let ask = self.chain.read(self.address, &Abi::askOfCall { class, worker: address })?;
        Ok(Some(Ask::of(ask)))
    }

    /// The live asks for a class, cheapest first.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn asks(&self, class: Digest) -> Result<Vec<Ask>, Error> {
        let class = class.bytes().into();
        let count: u64 = self.chain.read(self.address, &Abi::countCall { class })?.saturating_to();
        // By worker, because the order of the book may have changed between two pages.
        let mut asks = BTreeMap::new();
        for start in (0..count).step_by(PAGE as usize) {
            let (start, end) = (U256::from(start), U256::from(start + PAGE));
            let page = self.chain.read(self.address, &Abi::pageCall { class, start, end })?;
            asks.extend(page.into_iter().map(|ask| (ask.worker, Ask::of(ask))));
        }
        let mut asks: Vec<Ask> = asks.into_values().collect();
        asks.sort_by_key(|ask| ask.price);
        Ok(asks)
    }
}

impl Ask {
    fn of(ask: Abi::Ask) -> Self {
        Self {
            worker: worker_of(ask.worker),
            token: ask.token,
            price: ask.price.saturating_to(),
            minimum_units: ask.minimumUnits,
            valid_until: ask.validUntil,
        }
    }
}
