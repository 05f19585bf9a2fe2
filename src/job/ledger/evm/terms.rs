use std::fmt;

use alloy_primitives::Address;
use serde::Serialize;

use super::abi::IRenderEscrow;
use crate::job::{Digest, Node};

/// What a client asks for. The job's id in the escrow is a hash of it and the client, so nothing in it can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The ERC-20 that pays.
    pub token: Address,
    /// Who signs vouchers, beside the client.
    pub evaluator: Address,
    /// The only worker that is paid; none for any worker with a voucher.
    pub provider: Option<Address>,
    /// Name of the job: digest of its bundle.
    pub bundle: Digest,
    /// See [`Secret::commitment`](crate::job::verify::Secret::commitment).
    pub sample_commitment: Node,
    /// The first second of work; before it the client can cancel. 0 means that it never can.
    pub starts_at: u64,
    /// The last second of work, at most 366 days ahead.
    pub expiry: u64,
    /// Any number, to tell apart jobs that are otherwise equal.
    pub salt: Node,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// There is no such job.
    None,
    /// Before its start: holds its budget, the client can cancel.
    Open,
    /// Work is done and vouchers are paid.
    Funded,
    /// The challenge window: no new work, vouchers are paid.
    Submitted,
    /// After the window: anybody can send the rest back to the client.
    Expired,
    /// The rest went back to the client. For good.
    Completed,
    /// Cancelled; the rest went back to the client. For good.
    Cancelled,
}

impl JobState {
    const ALL: [Self; 7] =
        [Self::None, Self::Open, Self::Funded, Self::Submitted, Self::Expired, Self::Completed, Self::Cancelled];

    /// The state of the contract's number; what is not known is none.
    pub(super) fn of(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::None)
    }

    /// Whether vouchers are paid.
    #[must_use]
    pub fn pays(self) -> bool {
        matches!(self, Self::Funded | Self::Submitted)
    }

    /// Whether it is over for good.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A job as the escrow keeps it. Amounts are in the token's base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Who opened it and gets the rest.
    pub client: Address,
    /// See [`Terms`].
    pub evaluator: Address,
    /// See [`Terms`].
    pub provider: Option<Address>,
    /// See [`Terms`].
    pub token: Address,
    /// See [`Terms`].
    pub starts_at: u64,
    /// See [`Terms`].
    pub expiry: u64,
    /// What arrived from the client over time.
    pub funded: u128,
    /// What went to workers; never more than `funded`.
    pub paid: u128,
    /// Digest of the bundle.
    pub bundle: Digest,
    /// See [`Terms`].
    pub sample_commitment: Node,
}

/// What one worker got from one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// The sum, in the token's base units.
    pub paid: u128,
    /// Root over the worker's frames, of the voucher that was paid last; zero before.
    pub root: Node,
}

impl Terms {
    pub(super) fn abi(&self) -> IRenderEscrow::Terms {
        IRenderEscrow::Terms {
            token: self.token,
            evaluator: self.evaluator,
            provider: self.provider.unwrap_or_default(),
            bundle: self.bundle.bytes().into(),
            sampleCommitment: self.sample_commitment.0.into(),
            startsAt: self.starts_at,
            expiry: self.expiry,
            salt: self.salt.0.into(),
        }
    }
}

impl Job {
    pub(super) fn of(job: IRenderEscrow::Job) -> Self {
        Self {
            client: job.client,
            evaluator: job.evaluator,
            provider: Some(job.provider).filter(|provider| !provider.is_zero()),
            token: job.token,
            starts_at: job.startsAt,
            expiry: job.expiry,
            funded: job.funded,
            paid: job.paid,
            bundle: blake3::Hash::from_bytes(job.bundle.0).into(),
            sample_commitment: Node(job.sampleCommitment.0),
        }
    }

    /// What it still holds, in base units.
    #[must_use]
    pub fn left(&self) -> u128 {
        self.funded.saturating_sub(self.paid)
    }
}
