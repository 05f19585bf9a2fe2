use serde::{Deserialize, Serialize};

use crate::job::store::Link;
use crate::job::{Digest, EngineClass, Node, WorkerId};

/// Longest text that a stranger may put into a message, bytes; longer ones are cut by [`Notice::bounded`].
const MAX_TEXT: usize = 1 << 10;

/// One unit of a job, tried by one worker: what a task, a report and a voucher speak of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// The job.
    pub job: Digest,
    /// Number of the unit.
    pub unit: u64,
    /// How many times it was given out before, to anybody.
    pub attempt: u32,
}

/// What a coordinator asks of one worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What is to be made.
    pub what: Attempt,
    /// By whom.
    pub worker: WorkerId,
    /// When the lease ends, seconds since 1970. What is reported later may have been given to somebody else.
    pub deadline_s: u64,
    /// The bundle as one tar file; its manifest has the job's digest.
    pub bundle: Link,
    /// Where the delivery is to be put.
    pub upload: Link,
    /// Who pays for it; none where nobody is paid.
    pub order: Option<Order>,
}

/// Who asks for a job, and pays for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The job's id in the escrow.
    pub escrow: Node,
    /// The client's EIP-712 signature of the bundle, `0x` and 130 digits.
    pub signature: String,
    /// What the unit is worth if it is valid, in the token's base units; decimal digits.
    #[serde(with = "crate::job::money::as_text")]
    pub unit_price: u128,
}

/// What a worker says about itself when it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Its machine.
    pub class: EngineClass,
    /// Digest of the calibration render: equal for machines of one class.
    pub calibration: Digest,
    /// Milliseconds that the calibration render took.
    pub calibration_ms: u64,
    /// Tasks that it wants to have at a time, at least 1.
    pub slots: u32,
}

/// A finished unit: the root is told before anybody draws what will be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What was made.
    pub what: Attempt,
    /// The machine that made it.
    pub class: EngineClass,
    /// Root over its frames, that of the claim.
    pub root: Node,
    /// Length of the delivery in bytes.
    pub bytes: u64,
    /// Digest of the delivery, as it was put where the task said.
    pub delivery: Digest,
    /// The worker's EIP-712 signature over what was made, root and delivery, `0x` and 130 digits; none where nobody is paid.
    pub signature: Option<String>,
}

/// What a worker tells the coordinator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Notice {
    /// It is there, and wants work.
    Hello(Hello),
    /// It is at work: frames done so far.
    Progress {
        /// What it works on.
        what: Attempt,
        /// Frames that are done.
        frames: u64,
    },
    /// It has finished a unit.
    Report(Report),
    /// It could not make a unit.
    Failed {
        /// What it could not make.
        what: Attempt,
        /// Why, in words.
        message: String,
    },
    /// It takes no more work.
    Leaving,
}

/// What the coordinator tells a worker, beside tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// A unit was accepted.
    Accepted {
        /// Which.
        what: Attempt,
    },
    /// A unit was refused.
    Refused {
        /// Which.
        what: Attempt,
        /// Why: the findings.
        message: String,
    },
    /// All of the worker's accepted units are worth this much now.
    Voucher(Voucher),
    /// The worker gets no work from this coordinator.
    Dismissed {
        /// Why.
        message: String,
    },
}

/// A promise to pay, which the escrow contract redeems. Cumulative: the newest one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voucher {
    /// The job's id in the escrow.
    pub job: Node,
    /// Who is paid: an Ethereum address.
    pub worker: WorkerId,
    /// What all of its accepted units are worth, in the token's base units; decimal digits.
    #[serde(with = "crate::job::money::as_text")]
    pub amount: u128,
    /// Root over all frames that the amount pays for.
    pub root: Node,
    /// The evaluator's EIP-712 signature, `0x` and 130 digits.
    pub signature: String,
}

impl Notice {
    /// The same, with texts of strangers cut to a length that can be kept and shown.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let cut = |text: &mut String| {
            let end = (0..=MAX_TEXT.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            text.truncate(end);
        };
        match &mut self {
            Self::Hello(Hello { class, .. }) | Self::Report(Report { class, .. }) => {
                [&mut class.engine, &mut class.backend, &mut class.adapter, &mut class.driver]
                    .into_iter()
                    .for_each(cut);
            }
            Self::Failed { message, .. } => cut(message),
            Self::Progress { .. } | Self::Leaving => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_back_and_nothing_else_is() {
        let what = Attempt { job: Digest::of(b"job"), unit: 3, attempt: 1 };
        let notices = [
            Notice::Progress { what: what.clone(), frames: 2 },
            Notice::Failed { what: what.clone(), message: "no room".to_owned() },
            Notice::Leaving,
        ];
        for notice in notices {
            let text = serde_json::to_string(&notice).expect("plain data");
            assert_eq!(serde_json::from_str::<Notice>(&text).expect(&text), notice);
        }
        let voucher = Voucher {
            job: Node([1; 32]),
            worker: "w".parse().expect("a name"),
            amount: u128::MAX,
            root: Node([2; 32]),
            signature: String::new(),
        };
        let text = serde_json::to_string(&Answer::Voucher(voucher.clone())).expect("plain data");
        assert!(text.contains("\"340282366920938463463374607431768211455\""));
        assert_eq!(serde_json::from_str::<Answer>(&text).expect(&text), Answer::Voucher(voucher));
        for wrong in ["{}", r#"{"kind":"hello"}"#, r#"{"kind":"pay_me"}"#, "[]", "\"leaving\""] {
            assert!(serde_json::from_str::<Notice>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        let what = Attempt { job: Digest::of(b"job"), unit: 0, attempt: 0 };
        let Notice::Failed { message, .. } = (Notice::Failed { what, message: "ä".repeat(4000) }).bounded() else {
            panic!("another notice")
        };
        assert_eq!(message, "ä".repeat(MAX_TEXT / 2));
    }
}
