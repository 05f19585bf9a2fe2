use serde::{Deserialize, Serialize};

use crate::job::{Digest, EngineClass};

/// What a job's units are paid. Amounts are in the token's base units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// The job.
    pub job: Digest,
    /// The class of the machine that measured.
    pub class: EngineClass,
    /// Short name of the token.
    pub token: String,
    /// For every verified unit.
    #[serde(with = "crate::job::money::as_text")]
    pub unit_price: u128,
    /// Once for every worker with a verified unit.
    #[serde(with = "crate::job::money::as_text")]
    pub setup_fee: u128,
    /// Units that a worker may have in hand at a time: what it risks.
    pub max_units_in_flight: u32,
    /// What a worker must have staked.
    #[serde(with = "crate::job::money::as_text")]
    pub min_stake: u128,
    /// The last second in which this stands, since 1970.
    pub valid_until_s: u64,
}
