use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolConstructor, SolValue};

use super::abi::{IRenderEscrow, RenderEscrow};
use super::history::{self, JobHistory};
use super::signing::{signature_bytes, voucher_digest};
use super::{Account, Chain, Job, JobState, Terms, Token, Wallet, address_of};
use crate::job::queue::Voucher;
use crate::job::{Digest, Error, Node, WorkerId};

/// Seconds that a permit is good for: it is sent at once.
const PERMIT_S: u64 = 3600;

/// The escrow for render jobs, on a chain. What changes it is signed by the chain's wallet. Amounts are in the base units of
/// the job's token.
#[derive(Debug, Clone)]
pub struct Escrow {
    chain: Chain,
    address: Address,
    window_s: u64,
}

impl Escrow {
    /// Puts a new escrow on the chain, whose jobs have this challenge window.
    ///
    /// # Errors
    /// If the window is zero or longer than 366 days, or the chain cannot be reached.
    pub fn deploy(chain: &Chain, window_s: u64) -> Result<Self, Error> {
        let arguments = RenderEscrow::constructorCall { challengeWindow: window_s };
        let address = chain.deploy([RenderEscrow::BYTECODE.to_vec(), arguments.abi_encode()].concat())?;
        Ok(Self { chain: chain.clone(), address, window_s })
    }

    /// The escrow at an address.
    ///
    /// # Errors
    /// If there is none, or the chain cannot be reached.
    pub fn at(chain: &Chain, address: Address) -> Result<Self, Error> {
        let window_s = chain.read(address, &RenderEscrow::CHALLENGE_WINDOWCall {})?;
        Ok(Self { chain: chain.clone(), address, window_s })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// The way to it.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Seconds after a job's expiry in which vouchers are still paid and nothing is refunded.
    #[must_use]
    pub fn window_s(&self) -> u64 {
        self.window_s
    }

    /// The id that a client's job with these terms has, on any chain and before it is opened:
    /// `keccak256(abi.encode(client, terms))`.
    #[must_use]
    pub fn job_id(client: Address, terms: &Terms) -> Node {
        Node(keccak256((client, terms.abi()).abi_encode()).0)
    }

    /// Opens a job of the wallet's and puts its budget in. If the very same job is there already, opened before a crash
    /// perhaps, nothing is paid again.
    ///
    /// # Errors
    /// If the contract refuses the terms, the tokens are not there, the job has ended, or the chain cannot be reached.
    pub fn open(&self, terms: &Terms, budget: u128) -> Result<Node, Error> {
        self.open_once(terms, || {
            Token::at(&self.chain, terms.token).allow(self.address, budget)?;
            let call = RenderEscrow::openCall { terms: terms.abi(), budget: U256::from(budget) };
            self.chain.send(self.address, &call)
        })
    }

    /// The same in one transaction, for tokens with ERC-2612 permits.
    ///
    /// # Errors
    /// As [`Escrow::open`].
    pub fn open_with_permit(&self, terms: &Terms, budget: u128) -> Result<Node, Error> {
        self.open_once(terms, || {
            let deadline = self.chain.now()?.saturating_add(PERMIT_S);
            let permit = Token::at(&self.chain, terms.token).permit(self.address, budget, deadline)?;
            let call = RenderEscrow::openWithPermitCall {
                terms: terms.abi(),
                budget: U256::from(budget),
                deadline: permit.deadline,
                v: permit.v,
                r: permit.r.into(),
                s: permit.s.into(),
            };
            self.chain.send(self.address, &call)
        })
    }

    fn open_once<T>(&self, terms: &Terms, open: impl FnOnce() -> Result<T, Error>) -> Result<Node, Error> {
        let job = Self::job_id(self.chain.own_address()?, terms);
        match self.state(job)? {
            JobState::None => {}
            state if state.has_ended() => return Err(self.refused(format!("the job {job} is {state}"))),
            _ => return Ok(job),
        }
        match open() {
            // Somebody else with our key was faster: the id stands for these very terms.
            Err(Error::Refused { .. }) if self.state(job)? != JobState::None => Ok(job),
            opened => opened.map(|_| job),
        }
    }

    /// Adds to a job of the wallet's what it lacks of this budget; what it has is not paid again. Gives what it has then.
    ///
    /// # Errors
    /// If there is no such job, it is over, or the chain cannot be reached.
    pub fn fund(&self, job: Node, budget: u128) -> Result<u128, Error> {
        let known = self.known(job)?;
        let Some(amount) = budget.checked_sub(known.funded).filter(|amount| *amount > 0) else {
            return Ok(known.funded);
        };
        Token::at(&self.chain, known.token).allow(self.address, amount)?;
        self.chain.send(self.address, &RenderEscrow::fundCall { job: word(job), amount: U256::from(amount) })?;
        Ok(self.known(job)?.funded)
    }

    /// Where a job stands now.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn state(&self, job: Node) -> Result<JobState, Error> {
        self.chain.read(self.address, &RenderEscrow::stateOfCall { job: word(job) }).map(JobState::of)
    }

    /// A job as it is kept; none if there is none.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn job(&self, job: Node) -> Result<Option<Job>, Error> {
        let kept = self.chain.read(self.address, &RenderEscrow::jobOfCall { job: word(job) })?;
        Ok(Some(Job::of(kept)).filter(|job| !job.client.is_zero()))
    }

    /// A job that must be there.
    pub(super) fn known(&self, job: Node) -> Result<Job, Error> {
        self.job(job)?.ok_or_else(|| self.refused(format!("it has no job {job}")))
    }

    /// What a worker got from a job; nothing if it got nothing.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn account(&self, job: Node, worker: &WorkerId) -> Result<Account, Error> {
        let worker = address_of(worker).map_err(|message| self.refused(message))?;
        let account = self.chain.read(self.address, &RenderEscrow::accountOfCall { job: word(job), worker })?;
        Ok(Account { paid: account.paid.saturating_to(), root: Node(account.root.0) })
    }

    /// Signs a voucher with a wallet, off the chain: the evaluator's or the client's.
    ///
    /// # Errors
    /// If the worker's name is no address.
    pub fn sign_voucher(&self, wallet: &Wallet, mut voucher: Voucher) -> Result<Voucher, Error> {
        voucher.signature = wallet.sign(self.voucher_digest(&voucher)?);
        Ok(voucher)
    }

    pub(super) fn voucher_digest(&self, voucher: &Voucher) -> Result<B256, Error> {
        voucher_digest(voucher, (self.chain.id(), self.address)).map_err(|message| self.refused(message))
    }

    /// Pays the wallet what its voucher is worth beyond what it got before; gives that.
    ///
    /// # Errors
    /// As the contract refuses it: a wrong signature, another worker's, nothing due, over the budget, too early or too
    /// late. If the chain cannot be reached, it may or may not have been paid: [`Escrow::account`] knows.
    pub fn redeem(&self, voucher: &Voucher) -> Result<u128, Error> {
        let (voucher, signature) = self.redeemable(voucher)?;
        let before = self.paid(&voucher)?;
        self.chain.send(self.address, &RenderEscrow::redeemCall { voucher: voucher.clone(), signature })?;
        Ok(self.paid(&voucher)?.saturating_sub(before))
    }

    /// The same, but takes what the job has left where that is less.
    ///
    /// # Errors
    /// As [`Escrow::redeem`]; over the budget only if nothing is left.
    pub fn redeem_rest(&self, voucher: &Voucher) -> Result<u128, Error> {
        let (voucher, signature) = self.redeemable(voucher)?;
        let before = self.paid(&voucher)?;
        self.chain.send(self.address, &RenderEscrow::redeemRestCall { voucher: voucher.clone(), signature })?;
        Ok(self.paid(&voucher)?.saturating_sub(before))
    }

    fn redeemable(&self, voucher: &Voucher) -> Result<(IRenderEscrow::Voucher, Bytes), Error> {
        let worker = address_of(&voucher.worker).map_err(|message| self.refused(message))?;
        let signature = signature_bytes(&voucher.signature);
        let signature = signature.map_err(|message| self.refused(format!("the voucher's signature {message}")))?;
        let (job, root) = (word(voucher.job), word(voucher.root));
        Ok((
            IRenderEscrow::Voucher { job, worker, amount: U256::from(voucher.amount), root },
            signature.to_vec().into(),
        ))
    }

    fn paid(&self, voucher: &IRenderEscrow::Voucher) -> Result<u128, Error> {
        let call = RenderEscrow::accountOfCall { job: voucher.job, worker: voucher.worker };
        self.chain.read(self.address, &call).map(|account| account.paid.saturating_to())
    }

    /// Sends what is left of a job back to its client, after the challenge window. Anybody may. Gives what was sent.
    ///
    /// # Errors
    /// If it is too early or was done before, or the chain cannot be reached.
    pub fn refund(&self, job: Node) -> Result<u128, Error> {
        let left = self.known(job)?.left();
        self.chain.send(self.address, &RenderEscrow::refundCall { job: word(job) }).map(|_| left)
    }

    /// Ends a job early and sends what is left back to its client: the client before its start, or at any time the one
    /// worker that the job names. Gives what was sent.
    ///
    /// # Errors
    /// If the wallet may not, or the chain cannot be reached.
    pub fn cancel(&self, job: Node) -> Result<u128, Error> {
        let left = self.known(job)?.left();
        self.chain.send(self.address, &RenderEscrow::cancelCall { job: word(job) }).map(|_| left)
    }

    /// Whether a worker was paid for this very frame.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn verify_frame(
        &self,
        (job, worker): (Node, &WorkerId),
        (unit, frame, digest): (u64, u64, Digest),
        proof: &[Node],
    ) -> Result<bool, Error> {
        let call = RenderEscrow::verifyFrameCall {
            job: word(job),
            worker: address_of(worker).map_err(|message| self.refused(message))?,
            unit: U256::from(unit),
            frame: U256::from(frame),
            digest: digest.bytes().into(),
            proof: proof.iter().copied().map(word).collect(),
        };
        self.chain.read(self.address, &call)
    }

    /// The number that the contract draws samples with, from a worker's root and the coordinator's secret, once that is out:
    /// `keccak256(root ‖ secret)`.
    ///
    /// # Errors
    /// If the job was not opened with this secret, or the chain cannot be reached.
    pub fn draw(&self, job: Node, root: Node, secret: &[u8; 32]) -> Result<Node, Error> {
        let call = RenderEscrow::drawOfCall { job: word(job), root: word(root), secret: secret.into() };
        self.chain.read(self.address, &call).map(|drawn| Node(drawn.0))
    }

    /// What happened to a job, from the events of blocks from `first` on; none if it was never opened there.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn history(&self, job: Node, first: u64) -> Result<Option<JobHistory>, Error> {
        let logs = self.chain.events(self.address, word(job), first)?;
        history::replay(&logs).map_err(|message| self.refused(message))
    }

    pub(super) fn refused(&self, message: impl Into<String>) -> Error {
        Error::refused(format!("the escrow {:#x}", self.address), message)
    }
}

fn word(node: Node) -> B256 {
    node.0.into()
}
