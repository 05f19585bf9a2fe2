use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolConstructor, SolStruct, eip712_domain, sol};

use super::Chain;
use super::abi::Neurotoken;
use crate::job::Error;

/// An ERC-20. Amounts are in its base units; more than 2^128 of them count as so many.
#[derive(Debug, Clone)]
pub struct Token {
    pub(super) chain: Chain,
    address: Address,
}

/// A signed leave to take tokens (ERC-2612).
#[derive(Debug, Clone, Copy)]
pub(super) struct Permit {
    pub(super) deadline: U256,
    pub(super) v: u8,
    pub(super) r: [u8; 32],
    pub(super) s: [u8; 32],
}

/// The type's name is a part of what is signed.
mod permit {
    use super::sol;

    sol! {
        struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
    }
}

impl Token {
    /// Puts a new Neurotoken on the chain; its whole supply is the wallet's.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn deploy(chain: &Chain, supply: u128) -> Result<Self, Error> {
        let arguments = Neurotoken::constructorCall { holder: chain.own_address()?, supply: U256::from(supply) };
        let address = chain.deploy([Neurotoken::BYTECODE.to_vec(), arguments.abi_encode()].concat())?;
        Ok(Self::at(chain, address))
    }

    /// The token at an address.
    #[must_use]
    pub fn at(chain: &Chain, address: Address) -> Self {
        Self { chain: chain.clone(), address }
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// What somebody has.
    ///
    /// # Errors
    /// If the chain cannot be reached, or there is no token there.
    pub fn balance(&self, owner: Address) -> Result<u128, Error> {
        self.chain
            .read(self.address, &Neurotoken::balanceOfCall { account: owner })
            .map(|balance| balance.saturating_to())
    }

    /// Digits after the point of what people call one token, and its short name.
    ///
    /// # Errors
    /// If the chain cannot be reached, or the token has none.
    pub fn unit(&self) -> Result<(u8, String), Error> {
        let decimals = self.chain.read(self.address, &Neurotoken::decimalsCall {})?;
        let symbol = self.chain.read(self.address, &Neurotoken::symbolCall {})?;
        Ok((decimals, symbol.chars().filter(|letter| !letter.is_control()).take(16).collect()))
    }

    /// An amount as people say it: whole tokens, with the short name.
    ///
    /// # Errors
    /// As [`Token::unit`].
    pub fn shown(&self, amount: u128) -> Result<String, Error> {
        let (decimals, symbol) = self.unit()?;
        // Whoever says more is no token that people count in.
        Ok(format!("{} {symbol}", crate::job::money::decimal(amount, usize::from(decimals.min(77)))))
    }

    /// Gives somebody tokens of the wallet's.
    ///
    /// # Errors
    /// If there are too few, or the chain cannot be reached.
    pub fn transfer(&self, to: Address, amount: u128) -> Result<(), Error> {
        self.chain.send(self.address, &Neurotoken::transferCall { to, value: U256::from(amount) }).map(drop)
    }

    /// Lets a contract take so much of the wallet's tokens, if it may not take as much already.
    pub(super) fn allow(&self, spender: Address, amount: u128) -> Result<(), Error> {
        let (owner, value) = (self.chain.own_address()?, U256::from(amount));
        let allowed = self.chain.read(self.address, &Neurotoken::allowanceCall { owner, spender })?;
        if allowed >= value {
            return Ok(());
        }
        if !allowed.is_zero() {
            // Some tokens refuse to change an allowance that is not zero.
            self.chain.send(self.address, &Neurotoken::approveCall { spender, value: U256::ZERO })?;
        }
        self.chain.send(self.address, &Neurotoken::approveCall { spender, value }).map(drop)
    }

    /// Signs a permit over exactly this amount.
    pub(super) fn permit(&self, spender: Address, amount: u128, deadline: u64) -> Result<Permit, Error> {
        let wallet = self.chain.0.wallet()?;
        let owner = wallet.address();
        let name = self.chain.read(self.address, &Neurotoken::nameCall {})?;
        let nonce = self.chain.read(self.address, &Neurotoken::noncesCall { owner })?;
        let domain = eip712_domain! {
            name: name, version: "1", chain_id: self.chain.id(), verifying_contract: self.address,
        };
        let deadline = U256::from(deadline);
        let typed = permit::Permit { owner, spender, value: U256::from(amount), nonce, deadline };
        let bytes = super::signing::signature_bytes(&wallet.sign(typed.eip712_signing_hash(&domain)));
        let bytes = bytes.expect("what a wallet signs has 65 bytes");
        let half = |start: usize| <[u8; 32]>::try_from(&bytes[start..start + 32]).expect("32 bytes");
        Ok(Permit { deadline, v: bytes[64], r: half(0), s: half(32) })
    }
}
