use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How the frames of a job are cut into units of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    frames: Range<u64>,
    unit_frames: u64,
}

/// Frames that one worker makes in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderUnit {
    /// Its number in the job, from 0.
    pub number: u64,
    /// Numbers of its frames.
    pub frames: Range<u64>,
}

impl Plan {
    /// Units of `unit_frames` frames in a row; the last may have fewer. 0 counts as 1.
    #[must_use]
    pub fn new(frames: Range<u64>, unit_frames: u64) -> Self {
        Self { frames, unit_frames: unit_frames.max(1) }
    }

    /// Number of units.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.frames.end.saturating_sub(self.frames.start).div_ceil(self.unit_frames)
    }

    /// True if there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The unit of this number, if the job has so many.
    #[must_use]
    pub fn unit(&self, number: u64) -> Option<RenderUnit> {
        let start = (number < self.len()).then(|| self.frames.start + number * self.unit_frames)?;
        Some(RenderUnit { number, frames: start..self.frames.end.min(start.saturating_add(self.unit_frames)) })
    }

    /// All units, in order.
    pub fn units(&self) -> impl Iterator<Item = RenderUnit> + '_ {
        (0..self.len()).filter_map(|number| self.unit(number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn units_cover_every_frame_once(start in 0u64..1000, length in 0u64..500, unit_frames in 0u64..80) {
            let plan = Plan::new(start..start + length, unit_frames);
            let frames: Vec<u64> = plan.units().flat_map(|unit| unit.frames).collect();
            prop_assert_eq!(frames, (start..start + length).collect::<Vec<_>>());
            prop_assert_eq!(plan.units().count() as u64, plan.len());
            prop_assert!(plan.unit(plan.len()).is_none() && plan.units().all(|unit| !unit.frames.is_empty()));
        }
    }

    #[test]
    fn the_end_of_the_numbers_is_no_overflow() {
        let plan = Plan::new(u64::MAX - 5..u64::MAX, 4);
        assert_eq!(plan.unit(1).map(|unit| unit.frames), Some(u64::MAX - 1..u64::MAX));
    }
}
