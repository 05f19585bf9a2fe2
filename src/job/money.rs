//! Amounts of money: whole numbers of a token's base units, never floating point.

/// The shortest decimal text of so many units of `10^-digits`.
pub(crate) fn decimal(units: u128, digits: usize) -> String {
    let text = format!("{units:0>width$}", width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    let part = part.trim_end_matches('0');
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

/// Serde for amounts as decimal digits in JSON, whose numbers are not wide enough.
pub(crate) mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(amount)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        let text = String::deserialize(deserializer)?;
        let amount = text.parse::<u128>().map_err(|_| D::Error::custom(format!("{text:?} is no amount")))?;
        if amount.to_string() != text {
            return Err(D::Error::custom(format!("{text:?} is no amount as we write it")));
        }
        Ok(amount)
    }
}
