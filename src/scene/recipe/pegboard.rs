use serde::{Deserialize, Serialize};

use super::{Count, Range};

/// Boards with hooks that goods hang on, in the bays of the section `gondola`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PegboardRules {
    /// Length of the hooks, metres.
    pub hook_m: Range,
    /// Units behind each other on a hook, as many as it can take.
    pub deep: Count,
    /// Probability that a hook is empty.
    pub empty: f64,
    /// Standard deviation of the units' swing to the side, degrees.
    pub swing_std_deg: f64,
    /// Probability that the board is a slatwall instead of perforated.
    pub slatwall: f64,
}

impl Default for PegboardRules {
    fn default() -> Self {
        Self { hook_m: Range(0.18, 0.3), deep: Count(1, 6), empty: 0.08, swing_std_deg: 1.2, slatwall: 0.4 }
    }
}
