/// A horizontal axis: values from `low` to `high` on `left..left + width`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) left: f64,
    pub(super) width: f64,
}

impl Axis {
    /// Place of a value, kept on the axis.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.left + self.width * share.clamp(0.0, 1.0)
    }

    /// About so many round values between the ends, and the decimals that tell them apart.
    pub(super) fn ticks(&self, wanted: u32) -> (Vec<f64>, usize) {
        let rough = (self.high - self.low) / f64::from(wanted);
        let power = libm::floor(libm::log10(rough));
        let unit = libm::pow(10.0, power);
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * unit).into_iter().find(|&step| step >= rough);
        let step = step.unwrap_or(10.0 * unit);
        let first = libm::ceil(self.low / step - 1e-9);
        let count = libm::floor((self.high - self.low) / step + 1e-9) as u32 + 1;
        let ticks = (0..=count).map(|i| (first + f64::from(i)) * step);
        let decimals = (-libm::floor(libm::log10(step) + 1e-9)).clamp(0.0, 9.0) as usize;
        (ticks.filter(|&tick| tick <= self.high + 1e-9 * step).collect(), decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let ticks = |low, high| {
            let (ticks, decimals) = Axis { low, high, left: 0.0, width: 1.0 }.ticks(5);
            ticks.into_iter().map(|tick| format!("{tick:.decimals$}")).collect::<Vec<_>>()
        };
        assert_eq!(ticks(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(ticks(-0.13, 0.31), ["-0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(ticks(3.0, 290.0), ["100", "200"]);
        assert_eq!(ticks(0.0, 0.0004), ["0.0000", "0.0001", "0.0002", "0.0003", "0.0004"]);
    }
}
