use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::job::money::decimal;

/// Dollars, in whole units of 1e-12; decimal text such as `"0.25"` in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Usd(pub u128);

/// A share or a factor, in whole millionths; decimal text such as `"0.05"` in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Share(pub u64);

impl Usd {
    /// One dollar.
    pub const ONE: Self = Self(10_u128.pow(12));
}

impl Share {
    /// All of it.
    pub const ONE: Self = Self(1_000_000);
}

/// `a * b / c`, rounded up; none if `c` is zero or something does not fit.
pub(super) fn mul_div_up(a: u128, b: u128, c: u128) -> Option<u128> {
    let (whole, rest) = (a.checked_div(c)?, a % c);
    whole.checked_mul(b)?.checked_add(rest.checked_mul(b)?.div_ceil(c))
}

/// Whole units of `10^-digits` in a decimal text without sign or exponent.
fn parse(text: &str, digits: usize) -> Option<u128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || part.len() > digits || text.ends_with('.') {
        return None;
    }
    format!("{whole}{part}{}", "0".repeat(digits - part.len())).parse().ok()
}

impl fmt::Display for Usd {
    /// The exact value, or with a width after the point rounded up to it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(shown) = f.precision().map(|digits| digits.min(12)) else { return f.write_str(&decimal(self.0, 12)) };
        let unit = 10_u128.pow(12 - shown as u32);
        let (units, scale) = (self.0.div_ceil(unit), 10_u128.pow(shown as u32));
        if shown == 0 { write!(f, "{units}") } else { write!(f, "{}.{:0>shown$}", units / scale, units % scale) }
    }
}

impl FromStr for Usd {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no amount of dollars: digits, perhaps a point and up to 12 more");
        parse(text, 12).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(self.0.into(), 6))
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no share: digits, perhaps a point and up to 6 more");
        parse(text, 6).and_then(|units| u64::try_from(units).ok()).map(Self).ok_or_else(wrong)
    }
}

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text!(Usd, Share);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimal_texts_are_read_exactly_or_refused() {
        for (text, units) in [("0", 0), ("7", 7_000_000_000_000), ("0.000000000001", 1), ("5.50", 5_500_000_000_000)] {
            assert_eq!(text.parse(), Ok(Usd(units)));
        }
        assert_eq!("0.05".parse(), Ok(Share(50_000)));
        let long = "9".repeat(40);
        for wrong in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "0.0000000000001", "٣", "NaN", &long] {
            assert!(wrong.parse::<Usd>().is_err(), "{wrong}");
        }
        assert_eq!(format!("{:.2} {:.0} {}", Usd(1_001_000_000_000), Usd(1), Usd(1_500_000_000_000)), "1.01 1 1.5");
    }

    proptest! {
        #[test]
        fn amounts_are_read_back(units in any::<u128>(), share in any::<u64>()) {
            prop_assert_eq!(Usd(units).to_string().parse(), Ok(Usd(units)));
            prop_assert_eq!(Share(share).to_string().parse(), Ok(Share(share)));
        }

        #[test]
        fn products_are_rounded_up_once(a in any::<u64>(), b in any::<u64>(), c in 0..u64::MAX) {
            let [a, b, c] = [a, b, c].map(u128::from);
            prop_assert_eq!(mul_div_up(a, b, c), (c > 0).then(|| (a * b).div_ceil(c.max(1))));
        }
    }
}
