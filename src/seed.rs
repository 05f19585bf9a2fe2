//! Random numbers that depend on nothing but their key.
//!
//! Every draw of the crate comes from a [`Rng`] made for one (seed, index, purpose). Frame 4711 therefore needs no
//! other frame, and a new purpose never shifts the draws of an old one.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// What all random draws of one frame derive from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed {
    /// Chosen by the user; the same for a whole dataset.
    pub dataset: u64,
    /// Number of the frame in the dataset.
    pub index: u64,
}

impl Seed {
    /// Generator for one purpose. Equal arguments give equal generators on every machine.
    ///
    /// `purpose` is a stable path such as `"scene/camera"`; separate purposes are statistically independent.
    #[must_use]
    pub fn rng(self, purpose: &str) -> Rng {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"endcap rng v1");
        hasher.update(&self.dataset.to_le_bytes());
        hasher.update(&self.index.to_le_bytes());
        hasher.update(purpose.as_bytes());
        Rng(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }
}

/// A counter-based generator (ChaCha8) with the few distributions that scenes need.
#[derive(Debug, Clone)]
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// A generator for a key of 32 bytes.
    #[cfg(feature = "job")]
    pub(crate) fn from_key(key: [u8; 32]) -> Self {
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in `[0, 1)`, 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `[range.start, range.end)`; `range.start` when the range is empty.
    pub fn uniform(&mut self, range: Range<f64>) -> f64 {
        range.start + (range.end - range.start).max(0.0) * self.unit()
    }

    /// Normal with the given mean and standard deviation (Box-Muller, libm functions).
    pub fn normal(&mut self, mean: f64, std: f64) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        mean + std * radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform index below `len`, without modulo bias (Lemire 2019, "Fast Random Integer Generation in an Interval").
    ///
    /// # Panics
    /// If `len` is zero.
    pub fn below(&mut self, len: usize) -> usize {
        assert!(len > 0, "cannot choose from nothing");
        let len = len as u64;
        let threshold = len.wrapping_neg() % len;
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(len);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// Uniform integer in `low..=high`; `low` when `high < low`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) as usize + 1) as u32
    }

    /// Fisher-Yates shuffle.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// 32 random bits, for the keys of generators that run on the GPU.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_give_equal_draws_and_other_keys_others() {
        let seed = Seed { dataset: 7, index: 4711 };
        let draw = |seed: Seed, purpose: &str| seed.rng(purpose).bits();
        assert_eq!(draw(seed, "scene/camera"), draw(seed, "scene/camera"));
        assert_ne!(draw(seed, "scene/camera"), draw(seed, "scene/light"));
        assert_ne!(draw(seed, "a"), draw(Seed { index: 4712, ..seed }, "a"));
        assert_ne!(draw(seed, "a"), draw(Seed { dataset: 8, ..seed }, "a"));
    }

    #[test]
    fn draws_stay_in_their_ranges_and_have_their_moments() {
        let mut rng = Seed { dataset: 1, index: 2 }.rng("test");
        let mut counts = [0u32; 3];
        let (mut sum, mut sum_of_squares) = (0.0, 0.0);
        for _ in 0..30_000 {
            let value = rng.uniform(-2.0..3.0);
            assert!((-2.0..3.0).contains(&value));
            counts[rng.below(3)] += 1;
            let normal = rng.normal(1.0, 2.0);
            sum += normal;
            sum_of_squares += normal * normal;
        }
        for count in counts {
            assert!((9_600..10_400).contains(&count), "{counts:?}");
        }
        let mean = sum / 30_000.0;
        let std = (sum_of_squares / 30_000.0 - mean * mean).sqrt();
        assert!((mean - 1.0).abs() < 0.05 && (std - 2.0).abs() < 0.05, "{mean} {std}");
    }
}
