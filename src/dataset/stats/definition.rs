use serde::Serialize;

use super::{Shot, Tally};

/// What one figure is: a number that is measured many times, once per picture, product, pair or row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Definition {
    /// Name in profiles and in JSON.
    pub key: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// How values are shown. In profiles and in JSON shares are fractions of 1.
    pub unit: Unit,
    /// Of what there is one value each: `picture`, `product`, `pair`, `row`, `unit`, `void`.
    pub per: &'static str,
    /// Values are counted in steps of this size.
    #[serde(skip)]
    pub resolution: f64,
    /// Values beyond are counted as these; minimum, maximum and mean are not affected.
    #[serde(skip)]
    pub bounds: (f64, f64),
}

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A plain number.
    Number,
    /// A whole number.
    Count,
    /// A share, shown in percent.
    Percent,
    /// An angle in degrees.
    Degrees,
    /// A length in pixels.
    Pixels,
}

impl Unit {
    /// The value in the unit that people read.
    #[must_use]
    pub fn shown(self, value: f64) -> f64 {
        if self == Self::Percent { value * 100.0 } else { value }
    }

    /// Sign behind the title; empty for plain numbers.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Number | Self::Count => "",
            Self::Percent => "%",
            Self::Degrees => "°",
            Self::Pixels => "px",
        }
    }
}

/// Figures that are measured together: one file of this folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    /// Name of its plot.
    pub(super) key: &'static str,
    /// Heading for people.
    pub(super) title: &'static str,
    /// Its figures in the order in which they are shown.
    pub(super) figures: &'static [Definition],
    /// Adds the values of one frame.
    pub(super) measure: fn(&Shot<'_>, &mut Tally),
}
