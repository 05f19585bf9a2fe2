use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalog::Gtin;

/// Most parts of a dataset.
const MAX_PARTS: usize = 16;
/// 2^64.
const RANGE: f64 = 18_446_744_073_709_551_616.0;

/// How a dataset is divided, such as into training, validation and test.
///
/// Which part a frame or a product belongs to is a function of the dataset's seed alone: no list is kept, a longer run
/// divides its first frames like a shorter one, and whoever reads a dataset can compute it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Splits {
    /// What is kept apart.
    pub by: SplitBy,
    /// The parts, in the order of the command line.
    pub parts: Vec<Part>,
}

/// One part of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Name in paths: letters, digits, `_` and `-`.
    pub name: String,
    /// Share of the frames, and of the products where these are divided too; all shares add up to 1.
    pub share: f64,
}

/// What the parts of a dataset do not have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// Scenes: each frame belongs to one part. Products appear in all parts.
    #[default]
    Scene,
    /// Products too: each trade item belongs to one part, and frames of a part show no others, near or far.
    Product,
}

impl Splits {
    /// Reads `train=0.8,val=0.1,test=0.1`.
    ///
    /// # Errors
    /// If that is not what the text looks like, or [`Splits::problem`] finds one.
    pub fn parse(text: &str, by: SplitBy) -> Result<Self, String> {
        let part = |text: &str| {
            let (name, share) = text.split_once('=')?;
            Some(Part { name: name.trim().to_owned(), share: share.trim().parse().ok()? })
        };
        let parts: Option<Vec<Part>> = text.split(',').map(part).collect();
        let splits = Self { by, parts: parts.ok_or("expected NAME=SHARE,…, such as train=0.8,val=0.1,test=0.1")? };
        splits.problem().map_or(Ok(splits), Err)
    }

    /// What is wrong with the parts, if anything is.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        if self.parts.is_empty() || self.parts.len() > MAX_PARTS {
            return Some(format!("there are {} parts, and there must be 1 to {MAX_PARTS}", self.parts.len()));
        }
        for (i, Part { name, share }) in self.parts.iter().enumerate() {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
                return Some(format!("{name:?} is no name of a part: letters, digits, _ and - only"));
            }
            if !(*share > 0.0 && *share <= 1.0) {
                return Some(format!("the share of {name} is {share}, and must be above 0 and at most 1"));
            }
            if self.parts[..i].iter().any(|other| other.name.eq_ignore_ascii_case(name)) {
                return Some(format!("{name} is there twice"));
            }
        }
        let sum: f64 = self.parts.iter().map(|part| part.share).sum();
        ((sum - 1.0).abs() > 1e-9).then(|| format!("the shares add up to {sum}, not to 1"))
    }

    /// Index of the part that a scene and all its frames belong to; where every frame has a scene of its own, as is usual,
    /// its number is that of the frame.
    ///
    /// Numbers times the golden ratio fill the range evenly (Weyl's sequence), from a start that depends on the
    /// seed: among any scenes in a row each part has its share to within a few.
    #[must_use]
    pub fn of_scene(&self, seed: u64, index: u64) -> usize {
        let start = self.hash(seed, "frames");
        self.at(index.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(start))
    }

    /// Index of the part that a product belongs to: by its GTIN, however it is spelled, or else by its SKU.
    #[must_use]
    pub fn of_product(&self, seed: u64, gtin: Option<Gtin>, sku: &str) -> usize {
        let key = gtin.map_or_else(|| format!("sku {sku}"), |gtin| format!("gtin {}", gtin.digits14()));
        self.at(self.hash(seed, &key))
    }

    fn hash(&self, seed: u64, key: &str) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"endcap split v1");
        hasher.update(&seed.to_le_bytes());
        hasher.update(key.as_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// The part whose share of the 64-bit range holds this number.
    fn at(&self, number: u64) -> usize {
        let place = number as f64 / RANGE;
        let mut end = 0.0;
        for (i, part) in self.parts.iter().enumerate() {
            end += part.share;
            if place < end {
                return i;
            }
        }
        self.parts.len().saturating_sub(1)
    }
}

impl FromStr for SplitBy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "scene" => Ok(Self::Scene),
            "product" => Ok(Self::Product),
            _ => Err(format!("{text:?} cannot be kept apart; scene and product can")),
        }
    }
}

impl fmt::Display for SplitBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Scene { "scene" } else { "product" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usual(by: SplitBy) -> Splits {
        Splits::parse("train=0.8, val=0.1,test=0.1", by).expect("well spelled")
    }

    #[test]
    fn parts_are_read_or_refused() {
        assert_eq!(usual(SplitBy::Scene).parts[1], Part { name: "val".to_owned(), share: 0.1 });
        for (text, expected) in [
            ("", "expected NAME=SHARE"),
            ("train", "expected NAME=SHARE"),
            ("train=x", "expected NAME=SHARE"),
            ("train=0.5,val=0.4", "add up to 0.9"),
            ("train=1.5,val=-0.5", "must be above 0"),
            ("train=NaN", "must be above 0"),
            ("a/b=1", "no name of a part"),
            ("=1", "no name of a part"),
            ("a=0.5,A=0.5", "there twice"),
        ] {
            let error = Splits::parse(text, SplitBy::Scene).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn frames_in_a_row_are_divided_evenly(seed: u64, start in 0u64..1 << 40, length in 1u64..2000) {
            let splits = usual(SplitBy::Scene);
            let mut counts = [0.0; 3];
            (start..start + length).for_each(|index| counts[splits.of_scene(seed, index)] += 1.0);
            for (count, part) in counts.iter().zip(&splits.parts) {
                prop_assert!((count - part.share * length as f64).abs() < 5.0, "{counts:?} of {length}");
            }
        }

        #[test]
        fn spellings_of_a_gtin_stay_together(seed: u64, body in "[0-9]{11}") {
            let splits = usual(SplitBy::Product);
            let (short, long) = (Gtin::from_body(&body), Gtin::from_body(&format!("0{body}")));
            prop_assert_eq!(splits.of_product(seed, short, "a"), splits.of_product(seed, long, "b"));
        }
    }

    #[test]
    fn products_are_divided_by_their_shares() {
        let splits = usual(SplitBy::Product);
        let mut counts = [0; 3];
        (0..10_000).for_each(|i| counts[splits.of_product(3, None, &format!("SKU-{i}"))] += 1);
        assert!((7_800..8_200).contains(&counts[0]) && (850..1_150).contains(&counts[1]), "{counts:?}");
        let moved = (0..1000).filter(|i| {
            let sku = format!("SKU-{i}");
            splits.of_product(3, None, &sku) != splits.of_product(4, None, &sku)
        });
        assert!(moved.count() > 200, "another seed divides otherwise");
    }
}
