use alloy_primitives::Address;

use super::{Chain, Escrow, OrderBook, Registry, Token};
use crate::job::Error;

/// All four contracts on one chain, for tests and demonstrations.
#[derive(Debug, Clone)]
pub struct Market {
    /// What pays; its whole supply is the wallet's.
    pub token: Token,
    /// Where jobs are.
    pub escrow: Escrow,
    /// Where stakes are.
    pub registry: Registry,
    /// Where asks are.
    pub book: OrderBook,
}

impl Market {
    /// Puts them on the chain: with this challenge window, unbonding as long, and this smallest stake. What is slashed goes
    /// to the wallet.
    ///
    /// # Errors
    /// If the wallet is the arbiter, or the chain cannot be reached.
    pub fn deploy(
        chain: &Chain,
        (supply, minimum_stake): (u128, u128),
        window_s: u64,
        arbiter: Address,
    ) -> Result<Self, Error> {
        let token = Token::deploy(chain, supply)?;
        let escrow = Escrow::deploy(chain, window_s)?;
        let roles = (arbiter, chain.own_address()?);
        let registry = Registry::deploy(&escrow, &token, (window_s, minimum_stake), roles)?;
        let book = OrderBook::deploy(chain, &registry)?;
        Ok(Self { token, escrow, registry, book })
    }
}
