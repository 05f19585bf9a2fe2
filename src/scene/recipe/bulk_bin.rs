use serde::{Deserialize, Serialize};

use super::{Count, Range};

/// Bins that goods have been tipped into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BulkBinRules {
    /// Bins side by side, each with other goods.
    pub bins: Count,
    /// Products of one family that are mixed in a bin.
    pub products: Count,
    /// How full a bin is: 1 is level with its rim, more makes a heap.
    pub filled: Range,
    /// Most units that are poured into a bin.
    pub units: u32,
}

impl Default for BulkBinRules {
    fn default() -> Self {
        Self { bins: Count(1, 3), products: Count(1, 3), filled: Range(0.55, 1.05), units: 130 }
    }
}
