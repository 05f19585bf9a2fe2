use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolConstructor, SolStruct, eip712_domain, sol};

use super::abi::WorkerRegistry;
use super::signing::signature_bytes;
use super::{Chain, Escrow, Token, Wallet, address_of};
use crate::job::{Digest, Error, WorkerId};

mod typed {
    use super::sol;

    sol! {
        struct Slash { address worker; uint256 amount; bytes32 evidence; uint256 nonce; uint256 deadline; }
    }
}

/// The workers' stakes, on a chain. What changes them is signed by the chain's wallet. Amounts are in the base units of the
/// registry's token.
#[derive(Debug, Clone)]
pub struct Registry {
    chain: Chain,
    address: Address,
    token: Address,
}

/// What one worker has put up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stake {
    /// What counts as stake.
    pub bonded: u128,
    /// What is on its way out, and can still be slashed.
    pub unbonding: u128,
    /// When that can be withdrawn, seconds since 1970; 0 where nothing is on its way out.
    pub unlocks_at: u64,
}

/// An arbiter's decision to take a stake away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whose stake.
    pub worker: WorkerId,
    /// The most that is taken.
    pub amount: u128,
    /// Digest of what was decided on.
    pub evidence: Digest,
    /// Any number that was not used for this worker before.
    pub nonce: u64,
    /// The last second in which it can be carried out.
    pub deadline: u64,
}

impl Registry {
    /// Puts a new registry on the chain, for stakes in a token.
    ///
    /// # Errors
    /// If the unbonding period is shorter than the escrow's window, arbiter and beneficiary are the same or zero, or the
    /// chain cannot be reached.
    pub fn deploy(
        escrow: &Escrow,
        token: &Token,
        (unbonding_s, minimum): (u64, u128),
        (arbiter, beneficiary): (Address, Address),
    ) -> Result<Self, Error> {
        let chain = escrow.chain();
        let arguments = WorkerRegistry::constructorCall {
            token: token.address(),
            escrow: escrow.address(),
            unbonding: unbonding_s,
            minimumStake: U256::from(minimum),
            arbiter,
            beneficiary,
        };
        let address = chain.deploy([WorkerRegistry::BYTECODE.to_vec(), arguments.abi_encode()].concat())?;
        Ok(Self { chain: chain.clone(), address, token: token.address() })
    }

    /// The registry at an address.
    ///
    /// # Errors
    /// If there is none, or the chain cannot be reached.
    pub fn at(chain: &Chain, address: Address) -> Result<Self, Error> {
        let token = chain.read(address, &WorkerRegistry::TOKENCall {})?;
        Ok(Self { chain: chain.clone(), address, token })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// The token of the stakes.
    #[must_use]
    pub fn token(&self) -> Token {
        Token::at(&self.chain, self.token)
    }

    /// What a worker has put up; zeros where that is nothing.
    ///
    /// # Errors
    /// If the worker's name is no address, or the chain cannot be reached.
    pub fn stake_of(&self, worker: &WorkerId) -> Result<Stake, Error> {
        let worker = address_of(worker).map_err(|message| self.refused(message))?;
        let stake = self.chain.read(self.address, &WorkerRegistry::stakeOfCall { worker })?;
        Ok(Stake {
            bonded: stake.bonded.saturating_to(),
            unbonding: stake.unbonding.saturating_to(),
            unlocks_at: stake.unlocksAt.saturating_to(),
        })
    }

    /// Adds to the wallet's stake what it lacks of this sum; gives what is bonded then.
    ///
    /// # Errors
    /// If the tokens are not there, or the chain cannot be reached.
    pub fn stake(&self, sum: u128) -> Result<u128, Error> {
        let worker = super::worker_of(self.chain.own_address()?);
        let bonded = self.stake_of(&worker)?.bonded;
        let Some(amount) = sum.checked_sub(bonded).filter(|amount| *amount > 0) else { return Ok(bonded) };
        Token::at(&self.chain, self.token).allow(self.address, amount)?;
        self.chain.send(self.address, &WorkerRegistry::stakeCall { amount: U256::from(amount) })?;
        Ok(self.stake_of(&worker)?.bonded)
    }

    /// Starts taking a part of the wallet's stake out. Asking again restarts the clock for all that is on its way out.
    ///
    /// # Errors
    /// If there is not so much, or the chain cannot be reached.
    pub fn request_unstake(&self, amount: u128) -> Result<(), Error> {
        self.chain.send(self.address, &WorkerRegistry::requestUnstakeCall { amount: U256::from(amount) }).map(drop)
    }

    /// Makes what is on its way out stake again.
    ///
    /// # Errors
    /// If nothing is, or the chain cannot be reached.
    pub fn cancel_unstake(&self) -> Result<(), Error> {
        self.chain.send(self.address, &WorkerRegistry::cancelUnstakeCall {}).map(drop)
    }

    /// Pays the wallet what was on its way out, after the unbonding period.
    ///
    /// # Errors
    /// If nothing was, it is too early, or the chain cannot be reached.
    pub fn withdraw(&self) -> Result<(), Error> {
        self.chain.send(self.address, &WorkerRegistry::withdrawCall {}).map(drop)
    }

    /// The arbiter's signature of a decision.
    ///
    /// # Errors
    /// If the worker's name is no address.
    pub fn sign_slash(&self, arbiter: &Wallet, decision: &Decision) -> Result<String, Error> {
        Ok(arbiter.sign(self.slash_digest(decision)?))
    }

    fn slash_digest(&self, decision: &Decision) -> Result<B256, Error> {
        let typed = typed::Slash {
            worker: address_of(&decision.worker).map_err(|message| self.refused(message))?,
            amount: U256::from(decision.amount),
            evidence: decision.evidence.bytes().into(),
            nonce: U256::from(decision.nonce),
            deadline: U256::from(decision.deadline),
        };
        let domain = eip712_domain! {
            name: "WorkerRegistry", version: "1", chain_id: self.chain.id(), verifying_contract: self.address,
        };
        Ok(typed.eip712_signing_hash(&domain))
    }

    /// Carries out a decision that the arbiter has signed. Anybody may.
    ///
    /// # Errors
    /// If the arbiter has not signed it, it is over, was carried out before, or nothing is there; if the chain cannot be
    /// reached.
    pub fn slash(&self, decision: &Decision, signature: &str) -> Result<(), Error> {
        let signature =
            signature_bytes(signature).map_err(|message| self.refused(format!("the decision's {message}")))?;
        let call = WorkerRegistry::slashCall {
            worker: address_of(&decision.worker).map_err(|message| self.refused(message))?,
            amount: U256::from(decision.amount),
            evidence: decision.evidence.bytes().into(),
            nonce: U256::from(decision.nonce),
            deadline: U256::from(decision.deadline),
            signature: signature.to_vec().into(),
        };
        self.chain.send(self.address, &call).map(drop)
    }

    pub(super) fn refused(&self, message: impl Into<String>) -> Error {
        Error::refused(format!("the registry {:#x}", self.address), message)
    }
}
