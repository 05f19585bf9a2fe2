use std::fmt;
use std::path::Path;

use super::promises::Promises;
use super::{Escrow, Job, OrderBook, Registry, Wallet, address_of, report_signer, sign_bundle, verify_bundle};
use crate::job::coordinate::{FileJournal, Journal};
use crate::job::ledger::{Admission, Ledger, Offer, Owner};
use crate::job::queue::{Hello, Order, Report, Voucher};
use crate::job::{Error, Node, WorkerId};

/// A coordinator's accounts of one job in the escrow. It signs vouchers as the job's evaluator.
///
/// Two things hold whatever happens: all vouchers together promise no more than the escrow was seen to hold for the job,
/// and no worker is promised less than before. Promises are kept in a file before they are handed out, and what is on the
/// chain counts as promised, so both hold across crashes, and where the file is lost for all that was redeemed.
pub struct EvmLedger {
    escrow: Escrow,
    registry: Option<Registry>,
    minimum_stake: u128,
    evaluator: Wallet,
    id: Node,
    job: Job,
    promises: Promises,
    journal: Box<dyn Journal>,
    book: Option<OrderBook>,
    /// The client's, of the bundle.
    signature: Option<String>,
}

impl EvmLedger {
    /// The accounts of a job. Workers need so much stake in the registry; without one, everybody with an address is
    /// admitted. `promises` is the file of promises, made if it is not there; events are read from the block `first` on,
    /// before which the job was not opened.
    ///
    /// # Errors
    /// If there is no such job, the wallet is not its evaluator or client, the file is another job's, or the chain cannot
    /// be reached.
    pub fn open(
        (escrow, id, first): (Escrow, Node, u64),
        stakes: Option<(Registry, u128)>,
        evaluator: Wallet,
        promises: &Path,
    ) -> Result<Self, Error> {
        let job = escrow.known(id)?;
        let own = evaluator.address();
        if own != job.evaluator && own != job.client {
            let evaluator = job.evaluator;
            return Err(
                escrow.refused(format!("vouchers of the job {id} are signed by {evaluator:#x}, not by {own:#x}"))
            );
        }
        let mut journal: Box<dyn Journal> = Box::new(FileJournal::open(promises)?);
        let mut promises = Promises::replay(journal.as_mut(), id)?;
        for (worker, account) in escrow.history(id, first)?.map(|history| history.workers).unwrap_or_default() {
            promises.raise(&worker, account.paid);
        }
        let (registry, minimum_stake) = stakes.map_or((None, 0), |(registry, stake)| (Some(registry), stake));
        let signature = (own == job.client).then(|| sign_bundle(&evaluator, job.bundle, escrow.chain().id()));
        Ok(Self { escrow, registry, minimum_stake, evaluator, id, job, promises, journal, book: None, signature })
    }

    /// The same, with a book of what workers ask: a worker with an ask for its class of machine gets no less, and one
    /// that wants another token no work.
    #[must_use]
    pub fn with_book(self, book: OrderBook) -> Self {
        Self { book: Some(book), ..self }
    }

    /// The same, with the client's signature of the bundle, which an evaluator has to be given: workers do nothing without.
    ///
    /// # Errors
    /// If the job's client has not signed this.
    pub fn with_signature(self, signature: String) -> Result<Self, Error> {
        let signer = verify_bundle(self.job.bundle, &signature, self.escrow.chain().id());
        let signer = signer.map_err(|message| self.escrow.refused(message))?;
        if signer != self.job.client {
            return Err(self.escrow.refused(format!("{signer:#x} has signed the bundle, and is not the job's client")));
        }
        Ok(Self { signature: Some(signature), ..self })
    }

    /// The job as it was last seen.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// What all vouchers together promise, in base units, redeemed ones included.
    #[must_use]
    pub fn promised(&self) -> u128 {
        self.promises.sum()
    }

    /// What a worker's newest voucher promises, in base units.
    #[must_use]
    pub fn promised_to(&self, worker: &WorkerId) -> u128 {
        self.promises.of(worker)
    }
}

impl Ledger for EvmLedger {
    /// A worker is its own owner: whoever holds two keys must stake for both.
    fn admit(&mut self, worker: &WorkerId, hello: &Hello) -> Result<Admission, Error> {
        let address = address_of(worker).map_err(|message| self.escrow.refused(message))?;
        if let Some(provider) = self.job.provider.filter(|provider| *provider != address) {
            return Err(self.escrow.refused(format!("the job pays {provider:#x} alone")));
        }
        if let Some(registry) = &self.registry {
            let stake = registry.stake_of(worker)?;
            if stake.bonded < self.minimum_stake {
                let (bonded, minimum) = (stake.bonded, self.minimum_stake);
                return Err(
                    registry.refused(format!("{worker} has a stake of {bonded}, and the job asks for {minimum}"))
                );
            }
            if stake.unbonding > 0 {
                let unbonding = stake.unbonding;
                return Err(registry.refused(format!("{unbonding} of the stake of {worker} are on their way out")));
            }
        }
        let mut offer = None;
        if let Some(book) = &self.book
            && let Some(ask) = book.ask_of(worker, hello.class.digest())?
        {
            if ask.token != self.job.token {
                let (wanted, token) = (ask.token, self.job.token);
                return Err(self
                    .escrow
                    .refused(format!("the job pays in {token:#x}, and {worker} asks for {wanted:#x}")));
            }
            offer = Some(Offer { unit_price: ask.price, minimum_units: ask.minimum_units.into() });
        }
        Ok(Admission { owner: Owner(worker.to_string()), offer })
    }

    fn order(&self, unit_price: u128) -> Option<Order> {
        self.signature.clone().map(|signature| Order { escrow: self.id, signature, unit_price })
    }

    fn is_signed(&self, worker: &WorkerId, report: &Report) -> bool {
        let signer = report_signer(report, self.escrow.chain().id());
        signer.is_ok_and(|signer| super::worker_of(signer) == *worker)
    }

    /// What the escrow holds for the job now: all that arrived, minus what was redeemed.
    fn budget(&mut self) -> Result<Option<u128>, Error> {
        self.job = self.escrow.known(self.id)?;
        Ok(Some(self.job.left()))
    }

    fn voucher(&mut self, worker: &WorkerId, amount: u128, root: Node) -> Result<Option<Voucher>, Error> {
        let allowed = self.promises.allows(worker, amount, self.job.funded);
        allowed.map_err(|message| self.escrow.refused(message))?;
        let voucher = Voucher { job: self.id, worker: worker.clone(), amount, root, signature: String::new() };
        let voucher = self.escrow.sign_voucher(&self.evaluator, voucher)?;
        self.promises.promise(self.journal.as_mut(), (self.id, worker), (amount, root))?;
        Ok(Some(voucher))
    }
}

impl fmt::Debug for EvmLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { escrow, id, evaluator, promises, .. } = self;
        let mut fields = f.debug_struct("EvmLedger");
        fields.field("escrow", &escrow.address()).field("job", id).field("evaluator", evaluator);
        fields.field("promised", &promises.sum()).finish_non_exhaustive()
    }
}
