use glam::Vec3;
use serde::{Deserialize, Serialize};

use crate::seed::Rng;

/// A number that is drawn anew for every frame (or part of it), uniformly from low to high: `[low, high]` in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range(pub f64, pub f64);

impl Range {
    /// One draw.
    pub(in crate::scene) fn draw(self, rng: &mut Rng) -> f64 {
        rng.uniform(self.0..self.1)
    }
}

/// A whole number that is drawn anew, uniformly from low to high inclusive: `[low, high]` in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count(pub u32, pub u32);

impl Count {
    /// One draw.
    pub(in crate::scene) fn draw(self, rng: &mut Rng) -> u32 {
        rng.between(self.0, self.1)
    }
}

/// Linear RGB of an sRGB colour written `#rrggbb`; `None` for any other text.
pub(in crate::scene) fn linear_from_hex(text: &str) -> Option<Vec3> {
    let digits = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok().map(linear_from_srgb8);
    Some(Vec3::new(channel(0)?, channel(2)?, channel(4)?))
}

/// IEC 61966-2-1.
fn linear_from_srgb8(value: u8) -> f32 {
    let value = f32::from(value) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { libm::powf((value + 0.055) / 1.055, 2.4) }
}

/// One of several colours, each equally often; mid-grey if there is none.
pub(in crate::scene) fn draw_color(colors: &[String], rng: &mut Rng) -> Vec3 {
    let Some(last) = colors.len().checked_sub(1) else {
        return Vec3::splat(0.18);
    };
    linear_from_hex(&colors[rng.below(last + 1)]).unwrap_or(Vec3::splat(0.18))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_srgb() {
        assert_eq!(linear_from_hex("#ffffff"), Some(Vec3::ONE));
        let grey = linear_from_hex("#808080").expect("a colour").x;
        assert!((grey - 0.2159).abs() < 1e-3, "{grey}");
        for wrong in ["", "#fff", "ffffff", "#gggggg", "#ééé", "#+1+1+1"] {
            assert_eq!(linear_from_hex(wrong), None, "{wrong}");
        }
    }
}
