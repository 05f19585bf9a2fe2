use std::path::Path;

use serde::{Deserialize, Serialize};

use super::amount::{Share, Usd, mul_div_up};
use crate::job::Error;
use crate::job::money::decimal;
use crate::problem::Problems;

/// The built-in file, with the source of every figure.
const BUILTIN: &str = include_str!("../../../assets/prices.toml");
/// Most dollars in one figure: more is a slip, and would not fit.
const MAX_USD: Usd = Usd(Usd::ONE.0 * 100_000_000);
/// Seconds of an hour.
const HOUR: u128 = 3600;

/// What things cost: `assets/prices.toml`, where every figure is explained, or a file of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// What others pay and earn.
    pub compare: Compare,
    /// What work is paid.
    pub work: WorkPrices,
    /// What it is paid in.
    pub token: TokenPrice,
    /// What the chain takes.
    pub gas: GasPrices,
}

/// Renting and mining, for a rig.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// Lowest and highest rent, an hour.
    pub cloud_usd_per_hour: [Usd; 2],
    /// Lowest and highest gain, a day.
    pub mining_usd_per_day: [Usd; 2],
    /// GPUs of the rig.
    pub gpus: u32,
}

/// What work is paid, and how much of it is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkPrices {
    /// A reference GPU-hour, in multiples of what it earns by mining.
    pub times_mining: Share,
    /// Milliseconds that the reference class takes for the calibration scene.
    pub reference_calibration_ms: u64,
    /// Once for every worker.
    pub setup_usd: Usd,
    /// Workers that are expected.
    pub workers: u32,
    /// Share of the units that are paid twice.
    pub retries: Share,
    /// Units that a worker may have in hand.
    pub max_units_in_flight: u32,
    /// Stake of a worker, in unit prices.
    pub stake_units: u32,
    /// Seconds that a quote stands.
    pub valid_s: u64,
}

/// The token that pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenPrice {
    /// Its short name.
    pub symbol: String,
    /// Digits after the point of one token.
    pub decimals: u32,
    /// Dollars for one token.
    pub usd: Usd,
}

/// What transactions cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GasPrices {
    /// A unit of gas, in 1e-9 coins.
    pub gwei: Share,
    /// Dollars for one coin.
    pub coin_usd: Usd,
    /// Gas to let the escrow take the budget.
    pub approve: u64,
    /// Gas to open the job.
    pub open: u64,
    /// Gas of a worker that redeems.
    pub redeem: u64,
    /// Gas to send the rest back.
    pub refund: u64,
}

impl TokenPrice {
    /// An amount of base units as people say it: whole tokens, with the short name.
    #[must_use]
    pub fn shown(&self, amount: u128) -> String {
        format!("{} {}", decimal(amount, self.decimals as usize), self.symbol)
    }
}

impl Default for Prices {
    fn default() -> Self {
        toml::from_str(BUILTIN).expect("the built-in file is read by a test")
    }
}

impl Prices {
    /// Reads a file like `assets/prices.toml`.
    ///
    /// # Errors
    /// If it cannot be read, or with all figures that are out of bounds.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
        let prices: Self =
            toml::from_str(&text).map_err(|error| Error::invalid(path, "", error.message().to_owned()))?;
        let problems = prices.problems();
        if problems.is_empty() { Ok(prices) } else { Err(Error::problems(path, problems)) }
    }

    /// Figures that are out of bounds: within them nothing overflows for jobs that anybody could pay.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        let Self { compare, work, token, gas } = self;
        let ([cloud_low, cloud_high], [mining_low, mining_high]) =
            (compare.cloud_usd_per_hour, compare.mining_usd_per_day);
        for (place, usd) in [
            ("compare.cloud_usd_per_hour", cloud_high),
            ("compare.mining_usd_per_day", mining_high),
            ("work.setup_usd", work.setup_usd),
            ("token.usd", token.usd),
            ("gas.coin_usd", gas.coin_usd),
        ] {
            if usd > MAX_USD {
                problems.add(place, format!("{usd} is more than {MAX_USD}"));
            }
        }
        for (place, low, high) in [
            ("compare.cloud_usd_per_hour", cloud_low, cloud_high),
            ("compare.mining_usd_per_day", mining_low, mining_high),
        ] {
            if low > high {
                problems.add(place, format!("the lowest, {low}, is more than the highest, {high}"));
            }
        }
        let mut within = |place: &str, value: u64, least: u64, most: u64| {
            if !(least..=most).contains(&value) {
                problems.add(place, format!("{value} is not in {least}..={most}"));
            }
        };
        within("compare.gpus", compare.gpus.into(), 1, 1_000_000);
        within("work.reference_calibration_ms", work.reference_calibration_ms, 1, 86_400_000);
        within("work.workers", work.workers.into(), 1, 1_000_000);
        within("work.max_units_in_flight", work.max_units_in_flight.into(), 1, 1_000_000);
        within("work.stake_units", work.stake_units.into(), 0, 1_000_000);
        within("work.valid_s", work.valid_s, 1, 366 * 86_400);
        within("token.decimals", token.decimals.into(), 0, 18);
        for (place, gas) in [
            ("gas.approve", gas.approve),
            ("gas.open", gas.open),
            ("gas.redeem", gas.redeem),
            ("gas.refund", gas.refund),
        ] {
            within(place, gas, 0, 1_000_000_000);
        }
        for (place, share, most) in [
            ("work.times_mining", work.times_mining, 1_000_000),
            ("work.retries", work.retries, 100),
            ("gas.gwei", gas.gwei, 1_000_000),
        ] {
            if share.0 > Share::ONE.0 * most {
                problems.add(place, format!("{share} is more than {most}"));
            }
        }
        if token.usd == Usd::default() {
            problems.add("token.usd", "is 0: no number of tokens would be worth anything");
        }
        if token.symbol.is_empty() || token.symbol.len() > 16 || token.symbol.chars().any(char::is_control) {
            problems.add("token.symbol", format!("{:?} is no short name", token.symbol));
        }
        problems
    }

    /// What a reference GPU-hour is paid.
    #[must_use]
    pub fn usd_per_gpu_hour(&self) -> Option<Usd> {
        let [low, high] = self.compare.mining_usd_per_day;
        let per_day_twice = low.0.checked_add(high.0)?;
        let times = u128::from(self.work.times_mining.0);
        mul_div_up(per_day_twice, times, u128::from(Share::ONE.0) * 2 * 24 * u128::from(self.compare.gpus)).map(Usd)
    }

    /// What renting costs, and what mining earns, for so many microseconds of one GPU: lowest and highest.
    pub(super) fn elsewhere(&self, micros: u128) -> Option<[[Usd; 2]; 2]> {
        let gpus = u128::from(self.compare.gpus);
        let cost = |usd: Usd, seconds: u128| mul_div_up(micros, usd.0, seconds * 1_000_000 * gpus).map(Usd);
        let [cloud_low, cloud_high] = self.compare.cloud_usd_per_hour;
        let [mining_low, mining_high] = self.compare.mining_usd_per_day;
        let cloud = [cost(cloud_low, HOUR)?, cost(cloud_high, HOUR)?];
        Some([cloud, [cost(mining_low, 24 * HOUR)?, cost(mining_high, 24 * HOUR)?]])
    }

    /// Base units of the token that are worth so many dollars, rounded up.
    pub(super) fn tokens(&self, usd: Usd) -> Option<u128> {
        mul_div_up(usd.0, 10_u128.checked_pow(self.token.decimals)?, self.token.usd.0)
    }

    /// What so much gas costs.
    pub(super) fn gas_cost(&self, gas: u128) -> Option<Usd> {
        // A millionth of a gwei is 1e-15 coins.
        let coins = gas.checked_mul(self.gas.gwei.0.into())?;
        mul_div_up(coins, self.gas.coin_usd.0, 10_u128.pow(15)).map(Usd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_prices_are_sound_and_lie_between_mining_and_cloud() {
        let prices = Prices::default();
        assert!(prices.problems().is_empty(), "{:?}", prices.problems());
        // 4 times 6 dollars a day over 5 GPUs; renting is 6 dollars an hour over 5.
        assert_eq!(prices.usd_per_gpu_hour(), Some("0.2".parse().expect("dollars")));
        let [cloud, mining] = prices.elsewhere(3_600_000_000).expect("fits");
        assert_eq!(cloud.map(|usd| usd.to_string()), ["1", "1.4"]);
        assert!(mining[1] < Usd(200_000_000_000) && Usd(200_000_000_000) < cloud[0]);
        assert_eq!(prices.tokens(Usd::ONE), Some(10_u128.pow(18)));
        // The notes on the market: a redeem of 95,000 gas at 0.01 gwei and 3,000 dollars is 0.3 cents.
        assert_eq!(prices.gas_cost(95_000).map(|usd| usd.to_string()), Some("0.00285".to_owned()));
    }

    #[test]
    fn wrong_figures_are_all_named() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("prices.toml");
        let wrong = BUILTIN.replace("gpus = 5", "gpus = 0").replace("decimals = 18", "decimals = 19");
        std::fs::write(&path, wrong.replace("usd = \"1\"", "usd = \"0\"")).expect("written");
        let error = Prices::open(&path).expect_err("wrong").to_string();
        for place in ["compare.gpus", "token.decimals", "token.usd"] {
            assert!(error.contains(place), "{error}");
        }
        for (from, to) in [("\"4\"", "4.0"), ("\"4\"", "\"-4\""), ("gpus = ", "gpu = "), ("[\"5\", \"7\"]", "[\"5\"]")]
        {
            std::fs::write(&path, BUILTIN.replacen(from, to, 1)).expect("written");
            assert!(Prices::open(&path).expect_err(to).is_bad_input());
        }
    }
}
