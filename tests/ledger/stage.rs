//! A market on a chain of its own: a client, an evaluator, an arbiter, workers.

use std::time::Duration;

use endcap::job::ledger::evm::{Chain, ChainOptions, Escrow, Market, Registry, Terms};
use endcap::job::queue::{Attempt, Hello, Report, Voucher};
use endcap::job::verify::Secret;
use endcap::job::{Digest, EngineClass, Error, Node, WorkerId};

pub(crate) use crate::anvil::wallet;
use crate::anvil::{Anvil, KEYS};

pub(crate) const CLIENT: usize = 0;
pub(crate) const EVALUATOR: usize = 1;
pub(crate) const ARBITER: usize = 2;
pub(crate) const WORKER: usize = 3;
pub(crate) const OTHER: usize = 4;
pub(crate) const STRANGER: usize = 5;

pub(crate) const BUDGET: u128 = 1_000_000;
pub(crate) const MINIMUM: u128 = 500;
pub(crate) const WINDOW: u64 = 3600;
/// Seconds from now to the first and the last second of work.
pub(crate) const START: u64 = 600;
pub(crate) const WORK: u64 = 6000;
pub(crate) const SECRET: [u8; 32] = [0x5e; 32];

pub(crate) struct Stage {
    pub(crate) anvil: Anvil,
    pub(crate) market: Market,
    pub(crate) folder: tempfile::TempDir,
    now: u64,
}

pub(crate) fn key(who: usize) -> &'static str {
    KEYS[who]
}

/// Answers come at once here, or not at all.
pub(crate) fn options() -> ChainOptions {
    ChainOptions { timeout: Duration::from_secs(5), patience: Duration::from_secs(20), ..ChainOptions::default() }
}

impl Stage {
    pub(crate) fn open() -> Self {
        Self::on(Anvil::start())
    }

    pub(crate) fn on(anvil: Anvil) -> Self {
        let chain = Chain::connect(&anvil.url(), Some(wallet(CLIENT)), options()).expect("it listens");
        let market =
            Market::deploy(&chain, (u128::MAX / 2, MINIMUM), WINDOW, wallet(ARBITER).address()).expect("deployed");
        for worker in [WORKER, OTHER] {
            market.token.transfer(wallet(worker).address(), 10_000).expect("given");
        }
        let now = chain.now().expect("it listens");
        Self { anvil, market, folder: tempfile::tempdir().expect("temporary folder"), now }
    }

    pub(crate) fn chain(&self, who: usize) -> Chain {
        Chain::connect(&self.anvil.url(), Some(wallet(who)), options()).expect("it listens")
    }

    pub(crate) fn escrow(&self, who: usize) -> Escrow {
        Escrow::at(&self.chain(who), self.market.escrow.address()).expect("it is there")
    }

    pub(crate) fn registry(&self, who: usize) -> Registry {
        Registry::at(&self.chain(who), self.market.registry.address()).expect("it is there")
    }

    pub(crate) fn balance(&self, who: usize) -> u128 {
        self.market.token.balance(wallet(who).address()).expect("it listens")
    }

    pub(crate) fn terms(&self, salt: u8) -> Terms {
        Terms {
            token: self.market.token.address(),
            evaluator: wallet(EVALUATOR).address(),
            provider: None,
            bundle: Digest::of(b"bundle"),
            sample_commitment: Secret::new(SECRET).commitment(),
            starts_at: self.now + START,
            expiry: self.now + START + WORK,
            salt: Node([salt; 32]),
        }
    }

    /// A job with the usual budget, which has begun.
    pub(crate) fn begun(&self) -> Node {
        let job = self.market.escrow.open(&self.terms(0), BUDGET).expect("opened");
        self.anvil.pass(START);
        job
    }

    /// What the evaluator promises.
    pub(crate) fn voucher(&self, job: Node, worker: usize, amount: u128) -> Voucher {
        self.signed_by(EVALUATOR, Voucher { job, worker: name(worker), amount, root: ROOT, signature: String::new() })
    }

    pub(crate) fn signed_by(&self, who: usize, voucher: Voucher) -> Voucher {
        self.market.escrow.sign_voucher(&wallet(who), voucher).expect("an address")
    }
}

pub(crate) const ROOT: Node = Node([0xa7; 32]);

pub(crate) fn name(who: usize) -> WorkerId {
    wallet(who).worker()
}

pub(crate) fn class() -> EngineClass {
    let text = |text: &str| text.to_owned();
    EngineClass { engine: text("endcap"), backend: text("Vulkan"), adapter: text("some"), driver: text("1") }
}

pub(crate) fn hello() -> Hello {
    Hello { class: class(), calibration: Digest::of(b"picture"), calibration_ms: 100, slots: 1 }
}

pub(crate) fn report(unit: u64) -> Report {
    let what = Attempt { job: Digest::of(b"bundle"), unit, attempt: 0 };
    Report { what, class: class(), root: ROOT, bytes: 1, delivery: Digest::of(b"tar"), signature: None }
}

/// The contract has said no, in these words.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Error>, words: &str) {
    match result {
        Err(Error::Refused { message, .. }) if message.contains(words) => {}
        other => panic!("should be refused with {words:?}, and is {other:?}"),
    }
}
