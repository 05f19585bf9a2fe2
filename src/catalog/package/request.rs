use std::collections::BTreeMap;

use glam::{DVec3, Vec3};

/// Smallest and largest edge of a package in millimetres.
const EDGE_MM: std::ops::RangeInclusive<f64> = 4.0..=2000.0;
/// Largest ratio of two edges of one package.
const MAX_RATIO: f64 = 40.0;

/// What somebody asks of a package: its size, and fields with words and colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    /// Width, height and depth in millimetres, in whole tenths.
    pub(super) size: DVec3,
    /// Fields of the product.
    pub(super) fields: &'a BTreeMap<String, String>,
}

impl Request<'_> {
    /// The value of a field that allows some words only; the first of them when the field is absent.
    pub(super) fn choice(&self, field: &str, allowed: &[&'static str]) -> Result<&'static str, String> {
        let Some(value) = self.fields.get(field) else { return Ok(allowed[0]) };
        allowed
            .iter()
            .copied()
            .find(|word| word == value)
            .ok_or_else(|| format!("{field} is {value:?}, expected one of {}", allowed.join(", ")))
    }

    /// As [`Self::choice`], with a usual word that need not be the first.
    pub(super) fn word(&self, field: &str, usual: &str, allowed: &[&'static str]) -> Result<&'static str, String> {
        if self.fields.contains_key(field) {
            return self.choice(field, allowed);
        }
        Ok(allowed.iter().copied().find(|word| *word == usual).unwrap_or(allowed[0]))
    }

    /// A number from 0 to 1; `None` when the field is absent.
    pub(super) fn share(&self, field: &str) -> Result<Option<f64>, String> {
        let Some(value) = self.fields.get(field) else { return Ok(None) };
        match value.trim().parse() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Some(share)),
            _ => Err(format!("{field} is {value:?}, expected a number from 0 to 1")),
        }
    }

    /// A whole number within a range; `None` when the field is absent.
    pub(super) fn count(&self, field: &str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, String> {
        let Some(value) = self.fields.get(field) else { return Ok(None) };
        match value.parse() {
            Ok(count) if range.contains(&count) => Ok(Some(count)),
            _ => Err(format!("{field} is {value:?}, expected a number from {} to {}", range.start(), range.end())),
        }
    }

    /// Linear RGB of the first of these fields that is present, written `#rrggbb` in sRGB; else of `default`.
    pub(super) fn color(&self, fields: &[&str], default: &str) -> Result<Vec3, String> {
        for &field in fields {
            if let Some(value) = self.fields.get(field) {
                return linear_from_hex(value)
                    .ok_or_else(|| format!("{field} is {value:?}, expected a colour such as \"#c8102e\""));
            }
        }
        linear_from_hex(default).ok_or_else(|| format!("{default:?} is no colour"))
    }
}

/// Size in millimetres and whole tenths; an error when no package can have it.
pub(super) fn size_mm(size: DVec3) -> Result<DVec3, String> {
    let mm = (size * 10_000.0).round() / 10.0;
    let fits = |edge: f64| edge.is_finite() && EDGE_MM.contains(&edge);
    if !mm.to_array().into_iter().all(fits) {
        let (min, max) = (EDGE_MM.start(), EDGE_MM.end());
        return Err(format!(
            "size is {} x {} x {} mm, every edge must be {min} to {max} mm",
            size.x * 1e3,
            size.y * 1e3,
            size.z * 1e3
        ));
    }
    if mm.max_element() > MAX_RATIO * mm.min_element() {
        return Err(format!(
            "size is {} x {} x {} mm, the longest edge must be at most {MAX_RATIO} times the shortest",
            mm.x, mm.y, mm.z
        ));
    }
    Ok(mm)
}

/// Linear RGB of `#rrggbb` or `#rgb` in sRGB.
fn linear_from_hex(text: &str) -> Option<Vec3> {
    let digits: Vec<u32> = text.trim().strip_prefix('#')?.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let channels = match digits[..] {
        [r, g, b] => [r * 17, g * 17, b * 17],
        [r1, r0, g1, g0, b1, b0] => [r1 * 16 + r0, g1 * 16 + g0, b1 * 16 + b0],
        _ => return None,
    };
    Some(Vec3::from_array(channels.map(linear_from_srgb8)))
}

/// IEC 61966-2-1.
fn linear_from_srgb8(value: u32) -> f32 {
    let s = value as f32 / 255.0;
    if s <= 0.04045 { s / 12.92 } else { libm::powf((s + 0.055) / 1.055, 2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_linear() {
        let grey = linear_from_hex("#808080").expect("a colour");
        assert!((grey.x - 0.21586).abs() < 1e-4);
        assert_eq!(linear_from_hex("#f00"), Some(Vec3::X));
        for bad in ["", "#", "808080", "#80808", "#80808g", "#äöü", "rot"] {
            assert_eq!(linear_from_hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn impossible_sizes_are_told() {
        for edge in [f64::NAN, f64::INFINITY, 0.0, -0.1, 0.001, 3.0, 1e300] {
            assert!(size_mm(DVec3::new(0.1, edge, 0.1)).is_err(), "{edge}");
        }
        assert!(size_mm(DVec3::new(0.005, 1.0, 0.1)).expect_err("thin").contains("40 times"));
        assert_eq!(size_mm(DVec3::new(0.0662, 0.12204, 0.0662)), Ok(DVec3::new(66.2, 122.0, 66.2)));
    }
}
