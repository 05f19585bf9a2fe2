use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// Longest name.
const MAX_LEN: usize = 64;

/// Name of a worker: up to 64 letters, digits, `_` and `-`, so that it can stand in subjects, keys and file names as it is.
/// Where workers are paid it is their Ethereum address in lower case, `0x` and 40 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct WorkerId(String);

impl WorkerId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for WorkerId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if text.is_empty() || text.len() > MAX_LEN || !is_plain {
            let short: String = text.chars().take(2 * MAX_LEN).collect();
            return Err(format!("{short:?} is no worker's name: 1 to {MAX_LEN} letters, digits, _ and -"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for WorkerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_a_subject_or_a_folder() {
        for name in ["w1", "gpu-7_b", "0xd8da6bf26964af9d7eed9e03e53415d37aa96045"] {
            assert_eq!(name.parse::<WorkerId>().map(|id| id.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "a.b", "*", ">", "../x", "a b", "ä", &"x".repeat(65)] {
            assert!(name.parse::<WorkerId>().is_err(), "{name:?}");
            assert!(serde_json::from_str::<WorkerId>(&serde_json::to_string(name).expect("text")).is_err());
        }
    }
}
