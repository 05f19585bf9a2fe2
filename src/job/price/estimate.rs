use serde::Serialize;

use super::amount::{Share, Usd, mul_div_up};
use super::{Prices, Probe, Quote};
use crate::job::verify::Effort;
use crate::job::{Digest, Error, Plan};

/// What a job will take and cost, by a probe. Token amounts are in base units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// What units are paid.
    pub quote: Quote,
    /// Units of the job.
    pub units: u64,
    /// Frames of the job.
    pub frames: u64,
    /// Microseconds of this machine for one frame, on average.
    pub frame_us: u64,
    /// The same for 19 frames of 20: the next longer time that was measured.
    pub frame_p95_us: u64,
    /// Speed of this machine beside the reference class: millionths.
    pub score: Share,
    /// Microseconds of a GPU of the reference class for the whole job, on average.
    pub reference_us: u128,
    /// What checking costs the client's own machine, as a share of what rendering takes.
    pub check_share: Share,
    /// All units, each paid once.
    #[serde(with = "crate::job::money::as_text")]
    pub work: u128,
    /// Units that are paid a second time.
    #[serde(with = "crate::job::money::as_text")]
    pub retries: u128,
    /// Once for every worker that is expected.
    #[serde(with = "crate::job::money::as_text")]
    pub setup: u128,
    /// What the escrow should hold: the sum of these three.
    #[serde(with = "crate::job::money::as_text")]
    pub budget: u128,
    /// The same in dollars.
    pub budget_usd: Usd,
    /// What checking is worth, at the price of the work.
    pub check_usd: Usd,
    /// What the chain takes.
    pub gas: Gas,
    /// All of it in dollars: budget, checking and the client's gas.
    pub total_usd: Usd,
    /// What the same would cost elsewhere.
    pub elsewhere: Comparison,
}

/// What transactions of a job cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gas {
    /// The client opens the job and is sent the rest.
    pub client_usd: Usd,
    /// A worker redeems once.
    pub worker_usd: Usd,
}

/// The founding paper's comparison, for the same GPU-seconds: lowest and highest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// What renting GPUs costs.
    pub cloud_usd: [Usd; 2],
    /// What the GPUs would earn by mining: less than this nobody takes.
    pub mining_usd: [Usd; 2],
}

impl Estimate {
    /// What a job costs by these prices, if all its frames are like those of the probe. `now_s` is the time in seconds since
    /// 1970.
    ///
    /// Units are priced by the 95th percentile, because whoever takes one cannot choose; the comparison is by the mean. A
    /// last unit with fewer frames is paid as a whole one.
    ///
    /// # Errors
    /// If the job is empty, or a sum does not fit into 128 bits.
    pub fn new(
        (job, plan): (Digest, &Plan),
        probe: &Probe,
        effort: &Effort,
        prices: &Prices,
        now_s: u64,
    ) -> Result<Self, Error> {
        Self::compute((job, plan), probe, effort, prices, now_s)
            .ok_or_else(|| Error::Unfit("the job is empty, or costs more than 128 bits can count".to_owned()))
    }

    fn compute(
        (job, plan): (Digest, &Plan),
        probe: &Probe,
        effort: &Effort,
        prices: &Prices,
        now_s: u64,
    ) -> Option<Self> {
        let (units, first) = (plan.len(), plan.unit(0)?);
        let last = plan.unit(units - 1)?;
        let (unit_frames, frames) = (first.frames.end - first.frames.start, last.frames.end - first.frames.start);
        let reference_ms = u128::from(prices.work.reference_calibration_ms);
        let own = u128::from(probe.calibration.micros.max(1));
        let score = mul_div_up(reference_ms * 1000, Share::ONE.0.into(), own)?;
        let reference = |micros: u128| mul_div_up(micros, reference_ms * 1000, own);

        let (frame_us, frame_p95_us) = (probe.mean_us(), probe.p95_us());
        let unit_us = u128::from(unit_frames).checked_mul(frame_p95_us.into())?;
        let hour = prices.usd_per_gpu_hour()?;
        let worth = |micros: u128| mul_div_up(micros, hour.0, 3_600_000_000).map(Usd);
        let unit_price = prices.tokens(worth(reference(unit_us)?)?)?;
        let setup_fee = prices.tokens(prices.work.setup_usd)?;

        let work = unit_price.checked_mul(units.into())?;
        let retries = mul_div_up(work, prices.work.retries.0.into(), Share::ONE.0.into())?;
        let setup = setup_fee.checked_mul(prices.work.workers.into())?;
        let budget = work.checked_add(retries)?.checked_add(setup)?;
        let one = 10_u128.checked_pow(prices.token.decimals)?;
        let budget_usd = Usd(mul_div_up(budget, prices.token.usd.0, one)?);

        let check_us = probe.check.unit_us(unit_frames, effort);
        let render_us = u128::from(unit_frames).checked_mul(frame_us.max(1).into())?;
        let check_share = mul_div_up(check_us, Share::ONE.0.into(), render_us)?;
        let reference_us = reference(u128::from(frames).checked_mul(frame_us.into())?)?;
        let check_usd = worth(reference(check_us.checked_mul(units.into())?)?)?;

        let gas = &prices.gas;
        let client_gas = u128::from(gas.approve) + u128::from(gas.open) + u128::from(gas.refund);
        let gas = Gas { client_usd: prices.gas_cost(client_gas)?, worker_usd: prices.gas_cost(gas.redeem.into())? };
        let total = budget_usd.0.checked_add(check_usd.0)?.checked_add(gas.client_usd.0)?;
        let [cloud_usd, mining_usd] = prices.elsewhere(reference_us)?;
        let quote = Quote {
            job,
            class: probe.class.clone(),
            token: prices.token.symbol.clone(),
            unit_price,
            setup_fee,
            max_units_in_flight: prices.work.max_units_in_flight,
            min_stake: unit_price.checked_mul(prices.work.stake_units.into())?,
            valid_until_s: now_s.saturating_add(prices.work.valid_s),
        };
        Some(Self {
            quote,
            units,
            frames,
            frame_us,
            frame_p95_us,
            score: Share(u64::try_from(score).ok()?),
            reference_us,
            check_share: Share(u64::try_from(check_share).ok()?),
            work,
            retries,
            setup,
            budget,
            budget_usd,
            check_usd,
            gas,
            total_usd: Usd(total),
            elsewhere: Comparison { cloud_usd, mining_usd },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::job::price::CheckTimes;
    use crate::job::{Calibration, EngineClass};

    fn probe(frames_us: Vec<u64>, calibration_us: u64) -> Probe {
        let text = String::new;
        Probe {
            class: EngineClass { engine: text(), backend: text(), adapter: text(), driver: text() },
            calibration: Calibration { digest: Digest::of(b""), micros: calibration_us },
            frames_us,
            check: CheckTimes { truth_us: 1000, labels_us: 20_000, tile_us: 5000 },
        }
    }

    fn estimate(probe: &Probe, plan: &Plan, prices: &Prices) -> Result<Estimate, Error> {
        Estimate::new((Digest::of(b"job"), plan), probe, &Effort::default(), prices, 1000)
    }

    #[test]
    fn a_price_is_what_one_computes_by_hand() {
        let mut prices = Prices::default();
        prices.work.reference_calibration_ms = 100;
        // A machine of half the reference's speed that needs 2 s a frame: 1 reference second, 32 a unit.
        let found = estimate(&probe(vec![2_000_000; 5], 200_000), &Plan::new(0..320, 32), &prices).expect("fits");
        assert_eq!((found.units, found.frames, found.score), (10, 320, Share(500_000)));
        assert_eq!(found.reference_us, 320_000_000);
        // 32 s at 0.2 dollars an hour, in tokens of a dollar.
        assert_eq!(found.quote.unit_price, 1_777_777_778_000_000);
        assert_eq!((found.work, found.retries), (17_777_777_780_000_000, 888_888_889_000_000));
        assert_eq!(found.budget, found.work + found.retries);
        assert_eq!(found.quote.min_stake, 60 * found.quote.unit_price);
        assert_eq!(found.quote.valid_until_s, 1000 + 86_400);
        // 32 frames of truth, 4 of labels, 16 with two tiles each: 272 ms beside 64 s.
        assert_eq!(found.check_share, Share(4250));
        // 320 reference seconds of renting at 5 to 7 dollars an hour and mining at as much a day, a fifth of a rig each.
        let [low, high] = found.elsewhere.cloud_usd;
        assert_eq!((low.to_string(), high.to_string()), ("0.088888888889".to_owned(), "0.124444444445".to_owned()));
        assert_eq!(found.elsewhere.mining_usd[0].to_string(), "0.003703703704");
        assert!(found.total_usd > found.budget_usd);
        assert!(estimate(&probe(vec![1], 1), &Plan::new(3..3, 4), &prices).is_err(), "nothing to do");
    }

    proptest! {
        #[test]
        fn more_work_never_costs_less_and_nothing_overflows(
            times in prop::collection::vec(any::<u64>(), 1..5),
            (calibration, more) in (any::<u64>(), any::<u64>()),
            (frames, unit) in (1..u64::MAX, 1..1_u64 << 20),
        ) {
            let prices = Prices::default();
            let plan = Plan::new(0..frames, unit);
            let cost = |probe: &Probe, plan: &Plan| estimate(probe, plan, &prices).ok().map(|found| {
                assert!(found.budget >= found.work && found.work >= found.quote.unit_price);
                (found.budget, found.total_usd, found.elsewhere.cloud_usd[0])
            });
            // What does not fit is an error, and counts as more than anything.
            let at_most = |small: Option<_>, large: Option<_>| large.is_none() || small.is_some_and(|small| {
                let ((a, b, c), (d, e, f)): ((u128, Usd, Usd), (u128, Usd, Usd)) = (small, large.expect("checked"));
                a <= d && b <= e && c <= f
            });
            let base = cost(&probe(times.clone(), calibration), &plan);
            let slower: Vec<u64> = times.iter().map(|time| time.saturating_add(more)).collect();
            prop_assert!(at_most(base, cost(&probe(slower, calibration), &plan)), "slower frames");
            prop_assert!(at_most(base, cost(&probe(times.clone(), calibration), &Plan::new(0..frames.saturating_add(more), unit))), "more frames");
            let faster_machine = calibration.saturating_sub(more);
            prop_assert!(at_most(base, cost(&probe(times, faster_machine), &plan)), "the same time of a better machine");
        }

        #[test]
        fn higher_prices_never_make_it_cheaper(
            time in 1..10_000_000_u64, rate in 0..1_000_000_u64, more in 0..1_000_000_u64, retries in 0..1_000_000_u64,
        ) {
            let cost = |rate: u64, retries: u64| {
                let mut prices = Prices::default();
                prices.work.times_mining = Share(rate);
                prices.work.retries = Share(retries);
                estimate(&probe(vec![time], 1000), &Plan::new(0..100, 10), &prices).expect("fits").budget
            };
            prop_assert!(cost(rate, retries) <= cost(rate + more, retries));
            prop_assert!(cost(rate, retries) <= cost(rate, retries + more));
        }
    }
}
