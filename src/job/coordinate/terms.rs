use serde::{Deserialize, Serialize};

use crate::job::money;
use crate::problem::Problems;

/// What a client decides about the running of a job. It is written into the journal and stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The most that one valid unit is worth, in the token's base units: what workers get that ask for nothing, or for
    /// less. 0 where nobody is paid.
    #[serde(with = "money::as_text")]
    pub unit_price: u128,
    /// What the job may cost at most, in the token's base units. Units are given out as long as all that was accepted or
    /// is being worked on stays within it.
    #[serde(with = "money::as_text")]
    pub budget: u128,
    /// Seconds that a worker has for a unit.
    pub lease_s: u64,
    /// Seconds without a word of a worker after which its leases end early.
    pub silence_s: u64,
    /// Times that a unit is tried before it is given up. Silence counts a quarter.
    pub attempts: u32,
    /// Most tasks that a worker has at a time. It begins with two, and gets one more for every two units in a row that
    /// were valid.
    pub window: u32,
    /// Valid units in a row after which parts of a worker's units are made again no more in every unit, but in one of as
    /// many as were valid in a row: BOINC's adaptive replication.
    pub newcomer_units: u32,
    /// Smallest share of units of which parts are made again.
    pub least_share: f64,
    /// A worker's newest valid units that are not yet promised to be paid while the job goes on: what it has to lose.
    /// `newcomer_units` and a share of 2 % ask for about 60.
    pub hold_back: u64,
}

impl Default for Terms {
    /// An hour for a unit, two minutes of silence, five attempts, at most 8 tasks at a time; all of a worker's first ten units are sampled, later at
    /// least one of fifty, and 60 are held back. Nobody is paid.
    fn default() -> Self {
        Self {
            unit_price: 0,
            budget: 0,
            lease_s: 3600,
            silence_s: 120,
            attempts: 5,
            window: 8,
            newcomer_units: 10,
            least_share: 0.02,
            hold_back: 60,
        }
    }
}

impl Terms {
    /// Terms for machines of one's own, whose results are taken as they are: nothing is made again.
    #[must_use]
    pub fn trusting() -> Self {
        Self { newcomer_units: 0, least_share: 0.0, ..Self::default() }
    }

    /// Share of a worker's units of which parts are made again, after so many valid units in a row.
    #[must_use]
    pub fn sampled_share(&self, valid_in_a_row: u32) -> f64 {
        match valid_in_a_row {
            n if n < self.newcomer_units => 1.0,
            _ if self.least_share == 0.0 => 0.0,
            n => self.least_share.max(1.0 / f64::from(n.max(1))),
        }
    }

    /// Most tasks that a worker has at a time, after so many valid units in a row.
    #[must_use]
    pub fn window_of(&self, valid_in_a_row: u32) -> u32 {
        self.window.min(2 + valid_in_a_row / 2)
    }

    /// What is wrong with terms that come from a file.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        if !(0.0..=1.0).contains(&self.least_share) {
            problems.add("least_share", format!("{} is no share", self.least_share));
        }
        for (place, value) in [
            ("lease_s", self.lease_s),
            ("silence_s", self.silence_s),
            ("attempts", self.attempts.into()),
            ("window", self.window.into()),
        ] {
            if value == 0 {
                problems.add(place, "is 0: nothing could be done");
            }
        }
        if self.unit_price > self.budget {
            problems.add("budget", format!("{} does not pay one unit of {}", self.budget, self.unit_price));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_grows_and_never_ends_the_checks() {
        let terms = Terms::default();
        let shares: Vec<f64> = [0, 9, 10, 20, 50, 1000].map(|n| terms.sampled_share(n)).to_vec();
        assert_eq!(shares, [1.0, 1.0, 0.1, 0.05, 0.02, 0.02]);
        assert_eq!([0, 1, 2, 12, 1000].map(|n| terms.window_of(n)), [2, 2, 3, 8, 8]);
        assert_eq!([0, 100].map(|n| Terms::trusting().sampled_share(n)), [0.0, 0.0]);
    }

    #[test]
    fn terms_that_cannot_be_are_told() {
        let terms = Terms { unit_price: 2, budget: 1, lease_s: 0, least_share: f64::NAN, ..Terms::default() };
        let text = terms.problems().to_string();
        for place in ["budget", "lease_s", "least_share"] {
            assert!(text.contains(place), "{text}");
        }
        assert!(Terms::default().problems().is_empty() && Terms::trusting().problems().is_empty());
    }
}
