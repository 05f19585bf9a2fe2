use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// BLAKE3 of some bytes; `b3:` and 64 hexadecimal digits in text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Digest of all that can be read.
    ///
    /// # Errors
    /// If reading fails.
    pub fn of_reader(reader: impl Read) -> io::Result<Self> {
        Ok(Self(*blake3::Hasher::new().update_reader(reader)?.finalize().as_bytes()))
    }

    /// Digest of a value as canonical JSON (RFC 8785): equal values have equal digests, whatever wrote them.
    #[must_use]
    pub fn of_json(value: &impl Serialize) -> Self {
        Self::of(&canonical_json(value))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn bytes(self) -> [u8; 32] {
        self.0
    }
}

/// Copies all that can be read; gives its digest and its length in bytes.
pub(super) fn copy_hashed(mut from: impl Read, to: &mut impl Write) -> io::Result<(blake3::Hash, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((hasher.finalize(), hasher.count()));
        }
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(*hash.as_bytes())
    }
}

/// Canonical JSON (RFC 8785): sorted names, no spaces, one spelling of every number.
pub(super) fn canonical_json(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("plain data with texts as names and finite numbers")
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b3:{}", blake3::Hash::from_bytes(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix("b3:").and_then(|digits| blake3::Hash::from_hex(digits).ok());
        let hash = digits.ok_or_else(|| format!("{text:?} is no digest: b3: and 64 hexadecimal digits"))?;
        Ok(Self(*hash.as_bytes()))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_written_and_read_back() {
        let digest = Digest::of(b"endcap");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(
            serde_json::from_str::<Digest>(&serde_json::to_string(&digest).expect("text")).expect("same"),
            digest
        );
        for wrong in ["", "b3:", "b3:00", &digest.to_string()[3..], &digest.to_string().replace("b3", "b2")] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
        assert_eq!(Digest::of_reader(&b"endcap"[..]).expect("memory"), digest);
    }

    #[test]
    fn json_has_one_digest_however_it_is_written() {
        let parse = |text| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let (a, b) = (parse(r#"{"b": 1.50, "a": [true, "é"]}"#), parse(r#"{ "a":[true,"\u00e9"], "b":1.5 }"#));
        assert_eq!(Digest::of_json(&a), Digest::of_json(&b));
        assert_eq!(canonical_json(&a), r#"{"a":[true,"é"],"b":1.5}"#.as_bytes());
    }
}
