//! A recipe: everything that a user may choose about the frames, as it stands in a TOML file.
//!
//! Reading happens in two steps. The text becomes a [`Recipe`], exactly what was written: unknown fields, wrong types
//! and values out of bounds are all reported at once with their paths. Then [`Composer::new`](super::Composer::new)
//! checks it against a catalogue.

mod bulk_bin;
mod check;
mod details;
mod fixture;
mod occluders;
mod pegboard;
mod photography;
mod positions;
mod sections;
mod sequence;
mod strength;
mod values;
mod walk;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Error;
use crate::problem::Problems;
pub use bulk_bin::BulkBinRules;
pub use details::Details;
pub use fixture::FixtureRules;
pub use occluders::Occluders;
pub use pegboard::PegboardRules;
pub use photography::PhotographyRanges;
pub use sections::{
    CameraRanges, Disorder, GondolaRanges, Lights, Picture, PlanogramRules, Position, Prices, Stocking, Store,
};
pub use sequence::SequenceRules;
pub use strength::Strength;
pub(super) use values::draw_color;
pub use values::{Count, Range};

/// Recipes that come with the crate, by name.
const BUILTIN: [(&str, &str); 11] = [
    ("default", include_str!("../../../assets/recipes/default.toml")),
    ("close", include_str!("../../../assets/recipes/close.toml")),
    ("tidy", include_str!("../../../assets/recipes/tidy.toml")),
    ("clean", include_str!("../../../assets/recipes/clean.toml")),
    ("aisle", include_str!("../../../assets/recipes/aisle.toml")),
    ("cooler", include_str!("../../../assets/recipes/cooler.toml")),
    ("promo", include_str!("../../../assets/recipes/promo.toml")),
    ("bulk_bin", include_str!("../../../assets/recipes/bulk_bin.toml")),
    ("pegboard", include_str!("../../../assets/recipes/pegboard.toml")),
    ("messy", include_str!("../../../assets/recipes/messy.toml")),
    ("wild", include_str!("../../../assets/recipes/wild.toml")),
];
/// Longest recipe or planogram file that is read, bytes.
const MAX_BYTES: u64 = 16 << 20;

/// What frames look like. Every field has a default; `assets/recipes/default.toml` shows and explains them all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// One sentence for people.
    pub description: String,
    /// How far frames differ, 0 to 1: [`Recipe::at_strength`] says what it does to every section.
    pub strength: Strength,
    /// Picture size.
    pub picture: Picture,
    /// Phone and viewpoint.
    pub camera: CameraRanges,
    /// Further pictures of the same scene.
    pub sequence: SequenceRules,
    /// What carries the goods.
    pub fixture: FixtureRules,
    /// Shelves.
    pub gondola: GondolaRanges,
    /// Bins.
    pub bulk_bin: BulkBinRules,
    /// Hooks.
    pub pegboard: PegboardRules,
    /// What should stand where.
    pub planogram: PlanogramRules,
    /// How much of it stands there.
    pub stocking: Stocking,
    /// What customers have done to it.
    pub disorder: Disorder,
    /// Labels on the shelf edge.
    pub prices: Prices,
    /// Lamps and exposure.
    pub lights: Lights,
    /// Lens, shutter, sensor and development.
    pub photography: PhotographyRanges,
    /// Building.
    pub store: Store,
    /// Tags, fences, signs, wear.
    pub details: Details,
    /// What gets in the way.
    pub occluders: Occluders,
}

impl Recipe {
    /// The built-in recipe of this name.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        let (_, text) = BUILTIN.iter().find(|(known, _)| *known == name)?;
        Self::from_toml(text, format!("assets/recipes/{name}.toml")).ok()
    }

    /// Names of the built-in recipes.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// Reads a recipe file, or the built-in recipe of this name if there is no such file.
    ///
    /// # Errors
    /// As [`Recipe::from_toml`]; also if the file cannot be read, or is neither a file nor a built-in name.
    pub fn open(path_or_name: &str) -> Result<Self, Error> {
        let path = Path::new(path_or_name);
        if !path.exists() {
            return Self::builtin(path_or_name).ok_or_else(|| Error::NoSuchRecipe {
                name: path_or_name.to_owned(),
                known: Self::builtin_names().collect::<Vec<_>>().join(", "),
            });
        }
        Self::from_toml(&read(path)?, path)
    }

    /// Reads a recipe from TOML text; `path` names it in messages and is where `planogram.file` and
    /// `lights.environment_file` start from.
    ///
    /// # Errors
    /// With all problems: no TOML, fields that do not exist, values of a wrong type or out of bounds, a planogram file
    /// that cannot be used.
    pub fn from_toml(text: &str, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| Error::invalid(path, syntax_problem(text, &error)))?;
        let mut problems = Problems::default();
        walk::keep_known(&mut table, &Self::schema(), "", &mut problems);
        let mut recipe: Self = match table.try_into() {
            Ok(recipe) => recipe,
            Err(error) => {
                problems.add("", error.message());
                return Err(Error::invalid(path, problems));
            }
        };
        if !recipe.planogram.file.is_empty() {
            let file = path.parent().unwrap_or(Path::new("")).join(std::mem::take(&mut recipe.planogram.file));
            recipe.planogram.positions.extend(positions::read(&read(&file)?, &file)?);
        }
        if !recipe.lights.environment_file.is_empty() {
            let file = path.parent().unwrap_or(Path::new("")).join(&recipe.lights.environment_file);
            // Absolute, so that the text that `to_toml` writes means the same file wherever it is read.
            let file = std::path::absolute(&file).unwrap_or(file);
            recipe.lights.environment_file = file.to_string_lossy().into_owned();
        }
        check::check(&recipe, &mut problems);
        if problems.is_empty() { Ok(recipe) } else { Err(Error::invalid(path, problems)) }
    }

    /// The recipe as TOML, all fields written out; [`Recipe::from_toml`] reads it back.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a recipe has only tables, lists, texts and numbers")
    }

    /// All values that are out of bounds. [`Recipe::from_toml`] has found them already; a recipe made in code has not
    /// been looked at.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        check::check(self, &mut problems);
        problems
    }

    /// A table with every field; lists have one element.
    fn schema() -> toml::Table {
        let mut recipe = Self::default();
        recipe.planogram.positions.push(Position::default());
        recipe.planogram.categories.push(String::new());
        recipe.gondola.bay_widths_m.truncate(1);
        let Self { gondola, store, .. } = &mut recipe;
        for colors in [&mut gondola.steel, &mut gondola.rail, &mut store.floor, &mut store.ceiling, &mut store.wall] {
            colors.truncate(1);
        }
        toml::Table::try_from(recipe).expect("a recipe has only tables, lists, texts and numbers")
    }
}

/// The text of a file of modest size.
fn read(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::invalid(path, Problems::one("", format!("is longer than {MAX_BYTES} bytes"))));
    }
    String::from_utf8(bytes)
        .map_err(|error| Error::invalid(path, Problems::one("", format!("is no UTF-8 text: {}", error.utf8_error()))))
}

/// Where and why a text is no TOML.
fn syntax_problem(text: &str, error: &toml::de::Error) -> Problems {
    let place = error.span().map_or(String::new(), |span| {
        let before = text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        format!("line {line}, column {column}")
    });
    Problems::one(place, error.message())
}

#[cfg(test)]
mod tests;
