use crate::job::queue::Report;
use crate::job::{Node, WorkerId};

/// One unit of a job: all that was tried.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unit {
    /// Attempts, in order; an attempt's number is its place.
    pub tries: Vec<Try>,
}

/// One attempt at a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Try {
    /// Who tries.
    pub worker: WorkerId,
    /// How far it is.
    pub state: TryState,
    /// What it is worth if it is valid, in base units.
    pub price: u128,
    /// Whether parts of its result were made again.
    pub is_sampled: bool,
}

/// How far an attempt is.
#[derive(Debug, Clone, PartialEq)]
pub enum TryState {
    /// A worker has it.
    InProgress {
        /// When its lease ends, seconds since 1970.
        deadline_s: u64,
    },
    /// It was reported, and is to be looked at.
    Reported(Report),
    /// Nothing is wrong with it.
    Valid {
        /// What it was.
        report: Report,
        /// Leaves of its frames.
        leaves: Vec<Node>,
    },
    /// It differs by more than machines should.
    Inconclusive(Report),
    /// It is wrong.
    Invalid,
    /// Its worker could not make it.
    Failed,
    /// Its worker fell silent, or left.
    Silent,
}

/// Where a unit stands: BOINC's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnitState {
    /// Nobody has it.
    Unsent,
    /// A worker has it.
    InProgress,
    /// A worker has reported it, and it waits to be looked at.
    Reported,
    /// There is a result that differs by more than machines should; an independent one has to decide.
    Inconclusive,
    /// There is a valid result.
    Valid,
    /// It was tried as often as may be.
    Dead,
}

impl UnitState {
    /// All states, in the order of a unit's life.
    pub const ALL: [Self; 6] =
        [Self::Unsent, Self::InProgress, Self::Reported, Self::Inconclusive, Self::Valid, Self::Dead];

    /// The state in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsent => "unsent",
            Self::InProgress => "in progress",
            Self::Reported => "reported",
            Self::Inconclusive => "inconclusive",
            Self::Valid => "valid",
            Self::Dead => "dead",
        }
    }
}

impl Unit {
    /// Where it stands, where it may be tried so often.
    #[must_use]
    pub fn state(&self, attempts: u32) -> UnitState {
        let has = |is: fn(&TryState) -> bool| self.tries.iter().any(|one| is(&one.state));
        if has(|state| matches!(state, TryState::Valid { .. })) {
            UnitState::Valid
        } else if has(|state| matches!(state, TryState::Reported(_))) {
            UnitState::Reported
        } else if has(|state| matches!(state, TryState::InProgress { .. })) {
            UnitState::InProgress
        } else if self.spent() >= 4 * u64::from(attempts) {
            UnitState::Dead
        } else if has(|state| matches!(state, TryState::Inconclusive(_))) {
            UnitState::Inconclusive
        } else {
            UnitState::Unsent
        }
    }

    /// True if it may be given out.
    #[must_use]
    pub fn is_wanted(&self, attempts: u32) -> bool {
        matches!(self.state(attempts), UnitState::Unsent | UnitState::Inconclusive)
    }

    /// What may have to be paid for it, in base units.
    pub(super) fn committed(&self) -> u128 {
        let is_open = |one: &&Try| !matches!(one.state, TryState::Invalid | TryState::Failed | TryState::Silent);
        self.tries.iter().filter(is_open).fold(0, |sum, one| sum.saturating_add(one.price))
    }

    /// Quarters of attempts that came to nothing: silence counts one, everything else four.
    fn spent(&self) -> u64 {
        let cost = |one: &Try| match one.state {
            TryState::Silent => 1,
            TryState::Failed | TryState::Invalid | TryState::Inconclusive(_) => 4,
            TryState::InProgress { .. } | TryState::Reported(_) | TryState::Valid { .. } => 0,
        };
        self.tries.iter().map(cost).sum()
    }
}
