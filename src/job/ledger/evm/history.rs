use std::collections::BTreeMap;

use alloy_primitives::Address;
use alloy_rpc_types_eth::Log;
use alloy_sol_types::SolEventInterface;

use super::abi::RenderEscrow::RenderEscrowEvents as Events;
use super::{Account, JobState, worker_of};
use crate::job::{Node, WorkerId};

/// What the escrow's events tell of a job: enough for a coordinator that has lost everything else. Each event holds the new
/// totals, so the last one counts. Amounts are in the token's base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobHistory {
    /// Who opened it.
    pub client: Address,
    /// Whose vouchers count, beside the client's.
    pub evaluator: Address,
    /// What arrived from the client.
    pub funded: u128,
    /// What each worker got.
    pub workers: BTreeMap<WorkerId, Account>,
    /// How it ended, and what went back to the client; none while it lives.
    pub ended: Option<(JobState, u128)>,
}

impl JobHistory {
    /// What all workers got.
    #[must_use]
    pub fn paid(&self) -> u128 {
        self.workers.values().fold(0, |sum, account| sum.saturating_add(account.paid))
    }
}

/// Puts the events of one job together, oldest first.
pub(super) fn replay(logs: &[Log]) -> Result<Option<JobHistory>, String> {
    let mut history: Option<JobHistory> = None;
    for log in logs {
        let event = Events::decode_log(&log.inner).map_err(|error| format!("an event cannot be read: {error}"))?;
        if let Events::Opened(opened) = &event.data {
            let (client, evaluator) = (opened.client, opened.evaluator);
            history = Some(JobHistory { client, evaluator, funded: 0, workers: BTreeMap::new(), ended: None });
            continue;
        }
        // What comes before the opening belongs to blocks that were not asked for.
        let Some(history) = &mut history else { continue };
        match event.data {
            Events::Funded(funded) => history.funded = funded.budget.saturating_to(),
            Events::Redeemed(redeemed) => {
                let account = Account { paid: redeemed.total.saturating_to(), root: Node(redeemed.root.0) };
                history.workers.insert(worker_of(redeemed.worker), account);
            }
            Events::Refunded(refunded) => history.ended = Some((JobState::Completed, refunded.amount.saturating_to())),
            Events::Cancelled(cancelled) => {
                history.ended = Some((JobState::Cancelled, cancelled.amount.saturating_to()));
            }
            Events::Opened(_) | Events::EIP712DomainChanged(_) => {}
        }
    }
    Ok(history)
}
