use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Summary, definitions};
use crate::dataset::Error;
use crate::problem::Problems;

/// Profiles that come with the crate, by name.
const BUILTIN: [(&str, &str); 2] = [
    ("whole_bay", include_str!("../../../assets/profiles/whole_bay.toml")),
    ("close", include_str!("../../../assets/profiles/close.toml")),
];
/// Longest profile that is read, bytes.
const MAX_BYTES: u64 = 1 << 20;

/// What real photographs of one kind look like in numbers: `assets/profiles/*.toml`, and files of the user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name for people.
    pub name: String,
    /// Where the bands come from.
    pub source: String,
    /// Share of a unit's silhouette inside the picture that must be seen for it to count as a product, as a person would
    /// draw a box around it. Above 0, at most 1.
    pub min_visibility: f64,
    /// Share of its whole silhouette that must lie inside the picture: nobody boxes the sliver of a product at the border.
    /// 0 to 1.
    pub min_inside: f64,
    /// The bands. A figure may have several, or none.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// Where a figure should lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Key of the figure.
    pub figure: String,
    /// What of it is compared.
    pub compare: Compare,
    /// Lower end. Shares are fractions of 1.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where these numbers come from, in a few words.
    pub source: String,
}

/// What of a figure is compared with its band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// The mean lies inside.
    Mean,
    /// The value that a tenth lies below is inside.
    P10,
    /// The median lies inside.
    P50,
    /// The value that a tenth lies above is inside.
    P90,
    /// p10 to p90 and the band have at least half of the shorter one in common.
    Overlap,
}

/// What comparing has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As in the photographs.
    Inside,
    /// Lower than in the photographs.
    Low,
    /// Higher than in the photographs.
    High,
    /// There is no value, because the dataset lacks what it is measured on.
    Nothing,
}

impl Compare {
    /// Name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::P10 => "p10",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::Overlap => "overlap",
        }
    }
}

impl Verdict {
    /// Name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Low => "LOW",
            Self::High => "HIGH",
            Self::Nothing => "no value",
        }
    }
}

impl Band {
    /// Compares a figure with the band.
    #[must_use]
    pub fn judge(&self, summary: Option<&Summary>) -> Verdict {
        let Some(summary) = summary else { return Verdict::Nothing };
        let value = match self.compare {
            Compare::Mean => summary.mean,
            Compare::P10 => summary.p10,
            Compare::P50 => summary.p50,
            Compare::P90 => summary.p90,
            Compare::Overlap => {
                let shorter = (summary.p90 - summary.p10).min(self.high - self.low);
                let common = summary.p90.min(self.high) - summary.p10.max(self.low);
                if common >= 0.5 * shorter {
                    return Verdict::Inside;
                }
                // Their middles say on which side they miss each other.
                0.5 * (summary.p10 + summary.p90)
            }
        };
        let middle = 0.5 * (self.low + self.high);
        match self.compare {
            Compare::Overlap => {
                if value < middle {
                    Verdict::Low
                } else {
                    Verdict::High
                }
            }
            _ if value < self.low => Verdict::Low,
            _ if value > self.high => Verdict::High,
            _ => Verdict::Inside,
        }
    }
}

impl Profile {
    /// Names of the built-in profiles; the first is used when none is named.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// The built-in profile of this name.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        let (_, text) = BUILTIN.iter().find(|(known, _)| *known == name)?;
        Self::from_toml(text, format!("assets/profiles/{name}.toml")).ok()
    }

    /// Reads a profile from a file, or the built-in profile of this name if there is no such file.
    ///
    /// # Errors
    /// As [`Profile::from_toml`]; also if the file cannot be read, or is neither a file nor a built-in name.
    pub fn open(path_or_name: &str) -> Result<Self, Error> {
        let path = Path::new(path_or_name);
        if !path.exists() {
            return Self::builtin(path_or_name).ok_or_else(|| Error::NoSuchProfile {
                name: path_or_name.to_owned(),
                known: Self::builtin_names().collect::<Vec<_>>().join(", "),
            });
        }
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|source| Error::read(path, source))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Error::invalid(path, "", format!("is longer than {MAX_BYTES} bytes")));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| Error::invalid(path, "", format!("is no UTF-8 text: {}", error.utf8_error())))?;
        Self::from_toml(&text, path)
    }

    /// Reads a profile from TOML text; `path` names it in messages.
    ///
    /// # Errors
    /// If it is no TOML, has fields that do not exist or of a wrong type; else with all values that make no sense.
    pub fn from_toml(text: &str, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let profile: Self = toml::from_str(text).map_err(|error| {
            let place = error.span().map_or(String::new(), |span| {
                format!("line {}", text.get(..span.start).unwrap_or_default().matches('\n').count() + 1)
            });
            Error::invalid(path, place, error.message())
        })?;
        let problems = profile.problems();
        if problems.is_empty() { Ok(profile) } else { Err(Error::Invalid { path: path.to_owned(), problems }) }
    }

    /// All values that make no sense.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        if !(self.min_visibility > 0.0 && self.min_visibility <= 1.0) {
            problems.add("min_visibility", format!("{} is not above 0 and at most 1", self.min_visibility));
        }
        if !(0.0..=1.0).contains(&self.min_inside) {
            problems.add("min_inside", format!("{} is not within 0..1", self.min_inside));
        }
        for (i, band) in self.bands.iter().enumerate() {
            if definitions().all(|figure| figure.key != band.figure) {
                let known: Vec<&str> = definitions().map(|figure| figure.key).collect();
                let message = format!("there is no figure {:?}; known are {}", band.figure, known.join(", "));
                problems.add(format!("bands[{i}].figure"), message);
            }
            for (end, value) in [("low", band.low), ("high", band.high)] {
                if !value.is_finite() {
                    problems.add(format!("bands[{i}].{end}"), format!("{value} is not finite"));
                }
            }
            if band.low > band.high {
                problems.add(format!("bands[{i}].high"), format!("{} is below low, {}", band.high, band.low));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_profiles_are_sound_and_compare_what_exists() {
        for (name, text) in BUILTIN {
            let profile = Profile::from_toml(text, name).unwrap_or_else(|error| panic!("{error}"));
            assert!(profile.bands.len() > 10, "{name}");
            assert!(profile.bands.iter().all(|band| !band.source.is_empty()), "{name}");
        }
    }

    #[test]
    fn all_mistakes_are_named() {
        let text = "name = \"\"\nsource = \"\"\nmin_visibility = 0\nmin_inside = 2\n\
            [[bands]]\nfigure = \"smell\"\ncompare = \"p50\"\nlow = 2\nhigh = nan\nsource = \"\"\n\
            [[bands]]\nfigure = \"rows\"\ncompare = \"mean\"\nlow = 2\nhigh = 1\nsource = \"\"\n";
        let error = Profile::from_toml(text, "mine.toml").expect_err("wrong").to_string();
        for part in [
            "mine.toml",
            "min_visibility: 0 is not",
            "min_inside: 2 is not within",
            "bands[0].figure: there is no figure \"smell\"; known are products,",
            "bands[0].high: NaN is not finite",
            "bands[1].high: 1 is below low, 2",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
        for (text, wanted) in [
            ("name = 3", "line 1"),
            ("name = \"\"\nsource = \"\"\nmin_visibility = 1\nmin_inside = 0\ncolour = 3", "colour"),
            (
                "name = \"\"\nsource = \"\"\nmin_visibility = 1\nmin_inside = 0\n[[bands]]\nfigure = \"rows\"\ncompare = \"p75\"",
                "p75",
            ),
            ("[", "mine.toml"),
        ] {
            let error = Profile::from_toml(text, "mine.toml").expect_err("wrong").to_string();
            assert!(error.contains(wanted) && error.starts_with("mine.toml: "), "{wanted} in {error}");
        }
        let error = Profile::open("no-such-profile").expect_err("none").to_string();
        assert!(error.contains("no-such-profile") && error.contains("whole_bay, close"), "{error}");
    }

    #[test]
    fn verdicts_are_those_of_their_rule() {
        let summary = Summary { count: 9, mean: 5.0, min: 0.0, max: 9.0, p10: 1.0, p50: 4.0, p90: 8.0 };
        let judge = |compare, low, high| {
            Band { figure: "rows".into(), compare, low, high, source: String::new() }.judge(Some(&summary))
        };
        assert_eq!(judge(Compare::Mean, 5.0, 6.0), Verdict::Inside);
        assert_eq!(judge(Compare::P50, 5.0, 6.0), Verdict::Low);
        assert_eq!(judge(Compare::P10, 0.0, 0.5), Verdict::High);
        assert_eq!(judge(Compare::P90, 0.0, 8.0), Verdict::Inside);
        assert_eq!(judge(Compare::Overlap, 2.0, 3.0), Verdict::Inside);
        assert_eq!(judge(Compare::Overlap, 6.0, 10.0), Verdict::Inside);
        assert_eq!(judge(Compare::Overlap, 7.0, 10.0), Verdict::Low);
        assert_eq!(judge(Compare::Overlap, -3.0, 2.0), Verdict::High);
        let band = Band { figure: "rows".into(), compare: Compare::Mean, low: 0.0, high: 1.0, source: String::new() };
        assert_eq!(band.judge(None), Verdict::Nothing);
    }
}
