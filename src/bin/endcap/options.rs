//! Spellings of values on the command line.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use endcap::catalog::Catalog;
use endcap::frame::Plane;
use endcap::scene::Recipe;
use endcap::scene::recipe::Strength;

/// The command line contradicts itself, or asks for what there is not: exit code 2.
#[derive(Debug)]
pub(crate) struct BadUsage(pub(crate) String);

impl fmt::Display for BadUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadUsage {}

/// `640x480`.
pub(crate) fn size(text: &str) -> Result<(u32, u32), String> {
    let parsed = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    match parsed {
        Some((width, height)) if (16..=16384).contains(&width) && (16..=16384).contains(&height) => Ok((width, height)),
        _ => Err("expected WIDTHxHEIGHT, each from 16 to 16384, such as 640x480".into()),
    }
}

/// `0..8`, half-open, or a single number.
pub(crate) fn frames(text: &str) -> Result<Range<u64>, String> {
    let range = match text.split_once("..") {
        Some((start, end)) => start.parse().ok().zip(end.parse().ok()).map(|(start, end)| start..end),
        None => text.parse::<u64>().ok().and_then(|n| Some(n..n.checked_add(1)?)),
    };
    range
        .filter(|range| !range.is_empty())
        .ok_or_else(|| "expected FIRST..END with FIRST below END, such as 0..8, or one number".into())
}

/// One plane's name.
pub(crate) fn plane(text: &str) -> Result<Plane, String> {
    text.parse()
}

/// `0.7`: a share from 0 to 1.
pub(crate) fn strength(text: &str) -> Result<f64, String> {
    let parsed = text.parse().ok().filter(|strength| (0.0..=1.0).contains(strength));
    parsed.ok_or_else(|| "expected a number from 0 (catalogue photo) to 1 (wild)".into())
}

/// Distance of the two cameras of a stereo pair.
pub(crate) fn baseline(text: &str) -> Result<f64, String> {
    let parsed = text.parse().ok().filter(|metres| (0.001..=0.2).contains(metres));
    parsed.ok_or_else(|| "expected metres from 0.001 to 0.2, such as 0.06".into())
}

/// The recipe, at the picture size and strength that were asked for, and the catalogue; the built-in one if none was named.
pub(crate) fn inputs(
    recipe: &str,
    size: Option<(u32, u32)>,
    strength: Option<f64>,
    catalog: Option<&Path>,
) -> Result<(Recipe, Catalog), endcap::Error> {
    let mut recipe = Recipe::open(recipe)?;
    if let Some((width, height)) = size {
        (recipe.picture.width, recipe.picture.height) = (width, height);
    }
    if let Some(strength) = strength {
        recipe.strength = Strength(strength);
    }
    Ok((recipe, catalog.map_or_else(Catalog::builtin, Catalog::open)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ranges_are_read_or_refused() {
        assert_eq!(size("640x480"), Ok((640, 480)));
        for wrong in ["640", "640x", "x480", "0x480", "640x-480", "640x480x3", "99999x480"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(frames("3..7"), Ok(3..7));
        assert_eq!(frames("5"), Ok(5..6));
        for wrong in ["7..3", "3..3", "..", "a..b", "18446744073709551615"] {
            assert!(frames(wrong).is_err(), "{wrong}");
        }
    }
}
