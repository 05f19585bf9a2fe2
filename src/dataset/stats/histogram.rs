use std::collections::BTreeMap;

use super::Definition;

/// Fraction bits of the sum.
const FRACTION: f64 = (1_u64 << 32) as f64;
/// Largest magnitude that enters the sum.
const LARGEST: f64 = 1e15;

/// The values of one figure, rounded to its resolution.
///
/// Everything in it is a whole number or an extreme, so that adding is exact and no order of values or threads can be
/// seen in the result. Memory is bounded by the figure's bounds over its resolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    resolution: f64,
    bounds: (f64, f64),
    steps: BTreeMap<i64, u64>,
    count: u64,
    /// Sum of the values in units of 2⁻³².
    sum: i128,
    extremes: (f64, f64),
}

/// A histogram in a few numbers. Quantiles interpolate linearly between order statistics (type 7 of Hyndman and Fan,
/// the default of numpy) and are exact to the figure's resolution; the others are exact.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Summary {
    /// Number of values.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// A tenth of them is below.
    pub p10: f64,
    /// Half of them is below.
    pub p50: f64,
    /// A tenth of them is above.
    pub p90: f64,
}

impl Histogram {
    /// An empty one.
    #[must_use]
    pub fn new(definition: &Definition) -> Self {
        Self {
            resolution: definition.resolution,
            bounds: definition.bounds,
            steps: BTreeMap::new(),
            count: 0,
            sum: 0,
            extremes: (f64::INFINITY, f64::NEG_INFINITY),
        }
    }

    /// Counts a value. One that is not finite is none and is left out.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let step = (value.clamp(self.bounds.0, self.bounds.1) / self.resolution).round() as i64;
        *self.steps.entry(step).or_default() += 1;
        self.count += 1;
        self.sum += (value.clamp(-LARGEST, LARGEST) * FRACTION).round() as i128;
        self.extremes = (self.extremes.0.min(value), self.extremes.1.max(value));
    }

    /// Adds all values of another histogram of the same figure.
    pub fn merge(&mut self, other: &Self) {
        for (&step, &count) in &other.steps {
            *self.steps.entry(step).or_default() += count;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.extremes = (self.extremes.0.min(other.extremes.0), self.extremes.1.max(other.extremes.1));
    }

    /// Its summary; none without values.
    #[must_use]
    pub fn summary(&self) -> Option<Summary> {
        (self.count > 0).then(|| Summary {
            count: self.count,
            mean: self.sum as f64 / FRACTION / self.count as f64,
            min: self.extremes.0,
            max: self.extremes.1,
            p10: self.quantile(0.1),
            p50: self.quantile(0.5),
            p90: self.quantile(0.9),
        })
    }

    /// Value below which this share of the values lies; NaN without values.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let rank = share.clamp(0.0, 1.0) * self.count.saturating_sub(1) as f64;
        let (low, part) = (rank.floor(), rank.fract());
        let at = self.ranked(low as u64);
        if part == 0.0 { at } else { at + (self.ranked(low as u64 + 1) - at) * part }
    }

    /// The value with this many others before it.
    fn ranked(&self, rank: u64) -> f64 {
        let mut before = 0;
        for (value, count) in self.values() {
            before += count;
            if rank < before {
                return value;
            }
        }
        f64::NAN
    }

    /// Rounded values and how often they occur, ascending.
    pub fn values(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        // Dividing by a whole number gives 0.3 where multiplying by a resolution of 0.1 gives 0.30000000000000004.
        let per_one = (1.0 / self.resolution).round();
        let value = move |step: i64| {
            if self.resolution < 1.0 { step as f64 / per_one } else { step as f64 * self.resolution }
        };
        self.steps.iter().map(move |(&step, &count)| (value(step), count))
    }

    /// Size of a step.
    #[must_use]
    pub fn resolution(&self) -> f64 {
        self.resolution
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Unit;
    use super::*;

    const FIGURE: Definition = Definition {
        key: "share",
        title: "share",
        unit: Unit::Percent,
        per: "picture",
        resolution: 0.001,
        bounds: (-1.0, 1.0),
    };

    fn of(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::new(&FIGURE);
        values.iter().for_each(|&value| histogram.add(value));
        histogram
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        let summary = of(&[0.4, 0.1, 0.2, 0.3]).summary().expect("four values");
        assert_eq!((summary.count, summary.min, summary.max), (4, 0.1, 0.4));
        assert!((summary.mean - 0.25).abs() < 1e-9);
        for (found, wanted) in [(summary.p10, 0.13), (summary.p50, 0.25), (summary.p90, 0.37)] {
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        }
        assert_eq!(of(&[]).summary(), None);
        assert_eq!(of(&[0.7]).summary().map(|one| (one.p10, one.p90)), Some((0.7, 0.7)));
    }

    #[test]
    fn values_beyond_the_bounds_keep_their_extremes_and_no_memory() {
        let mut histogram = Histogram::new(&FIGURE);
        (0..100_000).for_each(|i| histogram.add(f64::from(i)));
        [f64::NAN, f64::INFINITY].into_iter().for_each(|value| histogram.add(value));
        assert_eq!(histogram.values().count(), 2);
        let summary = histogram.summary().expect("values");
        assert_eq!((summary.count, summary.max, summary.p50), (100_000, 99_999.0, 1.0));
        assert!((summary.mean - 49_999.5).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn no_order_and_no_grouping_is_seen(values in prop::collection::vec(-2.0f64..2.0, 1..60), cut in any::<prop::sample::Index>()) {
            let (left, right) = values.split_at(cut.index(values.len()));
            let mut joined = of(right);
            joined.merge(&of(left));
            prop_assert_eq!(&joined, &of(&values));
            let mut turned = values.clone();
            turned.reverse();
            prop_assert_eq!(of(&turned), joined);
        }

        #[test]
        fn quantiles_agree_with_sorting(mut values in prop::collection::vec(-1.0f64..1.0, 1..60), share in 0.0f64..1.0) {
            let found = of(&values).quantile(share);
            values.sort_by(f64::total_cmp);
            let rank = share * (values.len() - 1) as f64;
            let (low, high) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
            let wanted = low + (high - low) * rank.fract();
            prop_assert!((found - wanted).abs() < 0.00051, "{} {}", found, wanted);
        }
    }
}
