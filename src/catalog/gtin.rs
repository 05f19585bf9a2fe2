use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Global Trade Item Number: 8, 12, 13 or 14 digits, the last of which is a check digit.
///
/// Kept as it was written: `"0012345678905"` and `"012345678905"` are the same trade item in two spellings, and
/// [`Gtin::digits14`] is the form to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Gtin {
    number: u64,
    length: u8,
}

/// Why a text is no GTIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GtinError {
    /// Not 8, 12, 13 or 14 digits.
    #[error("GTIN {0:?} must have 8, 12, 13 or 14 digits and nothing else")]
    Digits(String),
    /// The check digit does not fit the other digits.
    #[error("GTIN {text:?} ends in {found}, but its check digit is {expected}")]
    CheckDigit {
        /// The text as given.
        text: String,
        /// Its last digit.
        found: u8,
        /// What the last digit should be.
        expected: u8,
    },
}

impl Gtin {
    /// Completes 7, 11, 12 or 13 digits with their check digit; `None` for any other text.
    #[must_use]
    pub fn from_body(body: &str) -> Option<Self> {
        let digits = digits(body)?;
        format!("{body}{}", check_digit(&digits)).parse().ok()
    }

    /// The fourteen-digit form, padded with zeros in front.
    #[must_use]
    pub fn digits14(self) -> String {
        format!("{:014}", self.number)
    }

    /// Number of digits as written: 8, 12, 13 or 14.
    #[must_use]
    pub fn length(self) -> usize {
        self.length.into()
    }

    /// The thirteen-digit form that an EAN-13 bar code carries; `None` for a GTIN-14 with a packaging indicator.
    #[must_use]
    pub fn ean13(self) -> Option<String> {
        (self.number < 10_u64.pow(13)).then(|| format!("{:013}", self.number))
    }
}

impl FromStr for Gtin {
    type Err = GtinError;

    fn from_str(text: &str) -> Result<Self, GtinError> {
        let digits = digits(text)
            .filter(|digits| matches!(digits.len(), 8 | 12 | 13 | 14))
            .ok_or_else(|| GtinError::Digits(text.to_owned()))?;
        let (&found, body) = digits.split_last().expect("there are at least eight digits");
        let expected = check_digit(body);
        if found != expected {
            return Err(GtinError::CheckDigit { text: text.to_owned(), found, expected });
        }
        let number = digits.iter().fold(0, |number, &digit| number * 10 + u64::from(digit));
        Ok(Self { number, length: digits.len() as u8 })
    }
}

impl TryFrom<String> for Gtin {
    type Error = GtinError;

    fn try_from(text: String) -> Result<Self, GtinError> {
        text.parse()
    }
}

impl From<Gtin> for String {
    fn from(gtin: Gtin) -> Self {
        gtin.to_string()
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.number, width = self.length())
    }
}

/// Values of the digits; `None` if anything else is in the text or there is nothing in it.
fn digits(text: &str) -> Option<Vec<u8>> {
    (!text.is_empty() && text.len() <= 14)
        .then(|| text.bytes().map(|byte| byte.is_ascii_digit().then(|| byte - b'0')).collect())
        .flatten()
}

/// GS1 General Specifications, section 7.9: weights 3 and 1 alternate from the right.
fn check_digit(body: &[u8]) -> u8 {
    let sum: u32 =
        body.iter().rev().enumerate().map(|(i, &digit)| u32::from(digit) * if i % 2 == 0 { 3 } else { 1 }).sum();
    ((10 - sum % 10) % 10) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_examples_are_valid() {
        for text in ["4006381333931", "96385074", "036000291452", "10614141000415"] {
            assert_eq!(text.parse::<Gtin>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn errors_name_the_value() {
        let error = "4006381333932".parse::<Gtin>().expect_err("wrong check digit");
        assert_eq!(error.to_string(), "GTIN \"4006381333932\" ends in 2, but its check digit is 1");
        assert!("12x".parse::<Gtin>().expect_err("letters").to_string().contains("\"12x\""));
    }

    proptest! {
        #[test]
        fn every_body_has_one_check_digit(body in "[0-9]{12}") {
            let gtin = Gtin::from_body(&body).expect("twelve digits");
            let valid = (0..10).filter(|digit| format!("{body}{digit}").parse::<Gtin>().is_ok()).count();
            prop_assert_eq!(valid, 1);
            prop_assert_eq!(gtin.to_string().parse::<Gtin>(), Ok(gtin));
        }

        #[test]
        fn one_wrong_digit_is_always_found(body in "[0-9]{12}", place in 0usize..13, change in 1u8..10) {
            let mut text = Gtin::from_body(&body).expect("twelve digits").to_string().into_bytes();
            text[place] = b'0' + (text[place] - b'0' + change) % 10;
            prop_assert!(String::from_utf8(text).expect("ascii").parse::<Gtin>().is_err());
        }
    }
}
