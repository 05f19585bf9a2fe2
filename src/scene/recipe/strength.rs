//! The dial from catalogue photo to wild: one row per field of the recipe says what the dial does to it.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::Recipe;

/// How far frames differ from each other and from a catalogue photo, 0 to 1: see [`Recipe::at_strength`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Strength(pub f64);

impl Strength {
    /// As the recipe is written.
    pub const AS_WRITTEN: Self = Self(0.5);
}

impl Default for Strength {
    fn default() -> Self {
        Self::AS_WRITTEN
    }
}

/// What the dial does to a field.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    /// Nothing: the field is no matter of chance, or the dial has no business with it.
    Fixed,
    /// A range shrinks to its middle at 0 and reaches at least from here to there at 1.
    Range(f64, f64),
    /// A range shrinks to the first number at 0 and reaches at least from the second to the third at 1.
    Around(f64, f64, f64),
    /// A number is the first at 0 and the second at 1.
    Number(f64, f64),
    /// A list to draw from has only its first element left at 0.
    List,
}

use Rule::{Around, Fixed, List, Number, Range};

/// All fields of a recipe. Numbers at 1 lie within the bounds of `check.rs`, and where those are wider than any store, within
/// what still makes a picture of shelves.
#[rustfmt::skip]
const ROWS: &[(&str, Rule)] = &[
    ("description", Fixed),
    ("strength", Fixed),

    ("picture.width", Fixed),
    ("picture.height", Fixed),
    ("picture.turned", Number(0.0, 0.5)),

    ("camera.fov_deg", Range(45.0, 80.0)),
    ("camera.distance_m", Range(0.6, 3.6)),
    ("camera.height_m", Range(0.6, 2.1)),
    ("camera.aim_height_m", Range(0.4, 1.9)),
    ("camera.yaw_deg", Around(0.0, 0.0, 60.0)),
    ("camera.pitch_deg", Around(0.0, -14.0, 14.0)),
    ("camera.roll_deg", Around(0.0, -20.0, 20.0)),
    ("camera.principal_point_std", Number(0.0, 0.01)),
    ("camera.k1", Around(0.0, -0.07, 0.07)),
    ("camera.k2", Around(0.0, -0.01, 0.01)),
    ("camera.tangential", Around(0.0, -0.002, 0.002)),

    ("sequence.pictures", Fixed),
    ("sequence.right_m", Fixed),
    ("sequence.down_m", Fixed),
    ("sequence.forward_m", Fixed),
    ("sequence.yaw_deg", Fixed),
    ("sequence.pitch_deg", Fixed),
    ("sequence.roll_deg", Fixed),

    ("fixture.kinds", Fixed),
    ("fixture.fill", Range(0.6, 1.6)),
    ("fixture.doors", Fixed),

    ("gondola.bays", Range(1.0, 5.0)),
    ("gondola.neighbours", Range(0.0, 6.0)),
    ("gondola.bay_widths_m", List),
    ("gondola.height_m", Range(1.3, 2.7)),
    ("gondola.base_height_m", Range(0.06, 0.3)),
    ("gondola.base_depth_m", Range(0.3, 0.8)),
    ("gondola.shelf_depth_m", Range(0.25, 0.6)),
    ("gondola.shelves", Range(2.0, 11.0)),
    ("gondola.slot_pitch_m", Fixed),
    ("gondola.steel", List),
    ("gondola.rail", List),

    ("bulk_bin.bins", Range(1.0, 4.0)),
    ("bulk_bin.products", Range(1.0, 6.0)),
    ("bulk_bin.filled", Range(0.3, 1.2)),
    ("bulk_bin.units", Fixed),

    ("pegboard.hook_m", Range(0.1, 0.4)),
    ("pegboard.deep", Range(1.0, 10.0)),
    ("pegboard.empty", Number(0.0, 0.35)),
    ("pegboard.swing_std_deg", Number(0.0, 3.0)),
    ("pegboard.slatwall", Fixed),

    ("planogram.positions", Fixed),
    ("planogram.file", Fixed),
    ("planogram.categories", Fixed),
    ("planogram.categories_per_bay", Range(1.0, 6.0)),
    ("planogram.facings", Range(1.0, 14.0)),
    ("planogram.block_width_m", Range(0.05, 1.0)),
    ("planogram.vertical_blocks", Fixed),
    ("planogram.levels", Fixed),
    ("planogram.air_m", Range(0.02, 0.2)),
    ("planogram.trays", Fixed),
    ("planogram.dividers", Fixed),

    ("stocking.deep", Fixed),
    ("stocking.units", Fixed),
    ("stocking.gap_m", Range(0.0002, 0.02)),

    ("disorder.yaw_std_deg", Around(0.0, 0.0, 14.0)),
    ("disorder.turned", Number(0.0, 0.2)),
    ("disorder.turned_deg", Around(0.0, 0.0, 180.0)),
    ("disorder.setback_std_m", Around(0.0, 0.0, 0.08)),
    ("disorder.missing", Number(0.0, 0.15)),
    ("disorder.pushed_back", Number(0.0, 0.2)),
    ("disorder.sold_out", Number(0.0, 0.1)),
    ("disorder.picked_stacks", Number(0.0, 0.7)),
    ("disorder.strangers", Number(0.0, 0.1)),
    ("disorder.wear", Around(0.0, 0.0, 1.0)),
    ("disorder.lying", Number(0.0, 0.08)),

    ("prices.labels", Number(1.0, 0.7)),
    ("prices.promotions", Number(0.0, 0.35)),
    ("prices.cuts", Number(0.0, 0.2)),
    ("prices.flags", Number(0.0, 0.7)),
    ("prices.cents", Fixed),

    ("lights.strips", Range(1.0, 12.0)),
    ("lights.length_m", Range(0.5, 6.0)),
    ("lights.width_m", Range(0.04, 0.6)),
    ("lights.across", Fixed),
    ("lights.radiance", Range(2.0, 40.0)),
    ("lights.temperature_k", Range(2500.0, 9000.0)),
    ("lights.white_balance", Around(1.0, 0.0, 1.0)),
    ("lights.environment", Range(0.1, 5.0)),
    ("lights.environment_file", Fixed),
    ("lights.exposure_ev", Range(-2.6, 0.6)),

    ("photography.aperture_mm", Around(0.0, 0.0, 4.0)),
    ("photography.focus_error_dpt", Around(0.0, -0.3, 0.3)),
    ("photography.missed_focus", Number(0.0, 0.2)),
    ("photography.missed_focus_dpt", Around(0.0, -1.0, 1.6)),
    ("photography.blur_px", Range(0.2, 1.4)),
    ("photography.shutter_s", Around(0.0, 0.001, 0.07)),
    ("photography.shake_deg_s", Around(0.0, 0.0, 8.0)),
    ("photography.walking", Number(0.0, 0.5)),
    ("photography.walking_m_s", Around(0.0, 0.0, 0.6)),
    ("photography.readout_s", Around(0.0, 0.0, 0.06)),
    ("photography.exposure_error_ev", Around(0.0, -0.7, 0.7)),
    ("photography.white_balance_ev", Around(0.0, -0.35, 0.4)),
    ("photography.tint_ev", Around(0.0, -0.15, 0.15)),
    ("photography.vignetting", Around(0.0, 0.0, 1.2)),
    ("photography.chromatic_aberration", Around(0.0, -0.002, 0.002)),
    ("photography.noise", Number(0.0, 1.0)),
    ("photography.iso", Around(100.0, 50.0, 6400.0)),
    ("photography.read_electrons", Range(0.5, 8.0)),
    ("photography.mosaic", Number(0.0, 0.5)),
    ("photography.sharpening", Around(0.0, 0.0, 1.8)),
    ("photography.sharpening_radius_px", Range(0.3, 1.8)),
    ("photography.jpeg", Number(0.0, 1.0)),
    ("photography.jpeg_quality", Around(95.0, 40.0, 98.0)),
    ("photography.tone", Fixed),

    ("store.aisle_m", Range(1.2, 4.0)),
    ("store.ceiling_m", Range(2.4, 6.0)),
    ("store.floor_tile_m", Range(0.1, 1.2)),
    ("store.floor", List),
    ("store.ceiling", List),
    ("store.wall", List),

    ("details.wobblers", Number(0.0, 0.15)),
    ("details.flags", Number(0.0, 0.1)),
    ("details.strips", Number(0.0, 0.2)),
    ("details.banners", Number(0.0, 0.2)),
    ("details.fences", Number(0.0, 0.2)),
    ("details.pushers", Fixed),
    ("details.torn_trays", Fixed),
    ("details.perforated", Fixed),
    ("details.headers", Number(0.0, 0.6)),
    ("details.signs", Range(0.0, 6.0)),
    ("details.wear", Around(0.0, 0.0, 1.0)),
    ("details.floor_roughness", Range(0.06, 0.6)),
    ("details.distant_tiers", Range(3.0, 7.0)),

    ("occluders.trolleys", Number(0.0, 0.15)),
    ("occluders.baskets", Number(0.0, 0.15)),
    ("occluders.arms", Number(0.0, 0.15)),
    ("occluders.people", Number(0.0, 0.15)),
];

impl Recipe {
    /// The recipe with its randomisation turned down or up: 0 is a catalogue photo, 0.5 as it is written, 1 wild.
    ///
    /// Below 0.5 ranges shrink in proportion towards their middle, or towards a clean value where there is one: no disorder,
    /// no lens error, straight on; lists of colours lose their last elements. Above 0.5 ranges widen in proportion towards
    /// wild ends, and keep ends that are wilder already. The result has strength 0.5: it says what it does. Strengths
    /// beyond 0 and 1 count as these; one that is no number leaves all as it is written.
    #[must_use]
    pub fn at_strength(&self, strength: f64) -> Self {
        let turn = if strength.is_nan() { 0.0 } else { strength.clamp(0.0, 1.0) * 2.0 - 1.0 };
        let written = Self { strength: Strength::AS_WRITTEN, ..self.clone() };
        if turn == 0.0 {
            return written;
        }
        let mut table = Table::try_from(&written).expect("a recipe has only tables, lists, texts and numbers");
        for &(path, rule) in ROWS {
            if let Some(value) = field(&mut table, path) {
                rule.apply(value, turn);
            }
        }
        table.try_into().expect("no value has changed its type")
    }
}

/// The value of a field by its path.
fn field<'a>(table: &'a mut Table, path: &str) -> Option<&'a mut Value> {
    match path.split_once('.') {
        Some((section, rest)) => field(table.get_mut(section)?.as_table_mut()?, rest),
        None => table.get_mut(path),
    }
}

impl Rule {
    /// Changes a value; `turn` is −1 for a catalogue photo, 0 for as written, 1 for wild.
    fn apply(self, value: &mut Value, turn: f64) {
        match (self, value) {
            (Fixed, _) => {}
            (List, Value::Array(list)) => {
                let keep = libm::ceil(list.len() as f64 * (1.0 + turn.min(0.0))).max(1.0);
                list.truncate(keep as usize);
            }
            (Range(low, high), Value::Array(ends)) => widen(ends, None, (low, high), turn),
            (Around(clean, low, high), Value::Array(ends)) => widen(ends, Some(clean), (low, high), turn),
            (Number(clean, wild), value) => {
                let target = if turn < 0.0 { clean } else { wild };
                set(value, |number| between(number, target, turn.abs()));
            }
            (List | Range(..) | Around(..), _) => {}
        }
    }
}

/// Moves the ends of a range towards a clean value, or its middle, or outwards.
fn widen(ends: &mut [Value], clean: Option<f64>, (wild_low, wild_high): (f64, f64), turn: f64) {
    let [low, high] = ends else { return };
    let (Some(from), Some(to)) = (number(low), number(high)) else { return };
    let (low_target, high_target) = if turn < 0.0 {
        let clean = clean.unwrap_or(0.5 * (from + to));
        (clean, clean)
    } else {
        (wild_low.min(from), wild_high.max(to))
    };
    set(low, |low| between(low, low_target, turn.abs()));
    set(high, |high| between(high, high_target, turn.abs()));
}

/// From one number to another; exactly the other at 1.
fn between(from: f64, to: f64, share: f64) -> f64 {
    if share >= 1.0 { to } else { from + (to - from) * share }
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

/// Changes a number; whole ones stay whole.
fn set(value: &mut Value, change: impl FnOnce(f64) -> f64) {
    match value {
        Value::Float(number) => *number = change(*number),
        Value::Integer(number) => *number = libm::round(change(*number as f64)) as i64,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::Range as Ends;
    use super::*;

    /// Paths and values of all fields; a list is one field, whatever its elements are.
    fn fields(table: &Table, place: &str, found: &mut BTreeMap<String, Value>) {
        for (key, value) in table {
            let path = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
            match value {
                Value::Table(section) => fields(section, &path, found),
                value => drop(found.insert(path, value.clone())),
            }
        }
    }

    fn all_fields(recipe: &Recipe) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        fields(&Table::try_from(recipe).expect("a table"), "", &mut found);
        found
    }

    fn is_range(value: &Value) -> bool {
        value.as_array().is_some_and(|ends| ends.len() == 2 && ends.iter().all(|end| number(end).is_some()))
    }

    #[test]
    fn every_field_has_its_row() {
        let mut known = BTreeMap::new();
        fields(&Recipe::schema(), "", &mut known);
        let rows: BTreeMap<&str, Rule> = ROWS.iter().copied().collect();
        assert_eq!(rows.len(), ROWS.len(), "a field is listed twice");
        let missing: Vec<&String> = known.keys().filter(|path| !rows.contains_key(path.as_str())).collect();
        assert!(missing.is_empty(), "add rows to strength.rs for: {missing:?}");
        for (path, rule) in rows {
            let value = known.get(path).unwrap_or_else(|| panic!("{path} is no field of a recipe"));
            let fits = match rule {
                Fixed => true,
                Range(low, high) | Around(_, low, high) => is_range(value) && low <= high,
                Number(..) => number(value).is_some(),
                List => value.is_array() && !is_range(value),
            };
            assert!(fits, "{path}: {rule:?} does not fit {value}");
        }
    }

    #[test]
    fn no_range_is_forgotten() {
        // Ranges are there to be drawn from: only prices, which are seen on labels alone, keep theirs, and the moves of a
        // sequence, which are what was asked for.
        let fixed = ROWS.iter().filter(|(_, rule)| *rule == Fixed).map(|(path, _)| *path);
        let fields = all_fields(&Recipe::default());
        let ranges: Vec<&str> =
            fixed.filter(|path| is_range(&fields[*path]) && !path.starts_with("sequence.")).collect();
        assert_eq!(ranges, ["prices.cents"]);
    }

    #[test]
    fn nothing_is_left_of_disorder_at_zero() {
        let calm = Recipe::default().at_strength(0.0);
        assert_eq!(calm.disorder, super::super::Disorder::none());
        assert_eq!(calm.camera.yaw_deg, Ends(0.0, 0.0));
        assert_eq!(calm.camera.principal_point_std, 0.0);
        assert_eq!(calm.gondola.steel.len(), 1);
        assert_eq!(calm.prices.labels, 1.0);
        for (path, value) in all_fields(&calm) {
            if is_range(&value) && path != "prices.cents" {
                assert_eq!(value[0], value[1], "{path}");
            }
        }
    }

    #[test]
    fn as_written_means_as_written() {
        for name in Recipe::builtin_names() {
            let recipe = Recipe { strength: Strength(0.5), ..Recipe::builtin(name).expect("built in") };
            assert_eq!(recipe.at_strength(0.5), recipe, "{name}");
            assert_eq!(recipe.at_strength(f64::NAN), recipe, "{name}");
            assert_eq!(recipe.at_strength(9.0), recipe.at_strength(1.0), "{name}");
            let turned = Recipe { strength: Strength(0.9), ..recipe.clone() };
            assert_eq!(turned.at_strength(0.9), recipe.at_strength(0.9), "{name}");
        }
    }

    #[test]
    fn wild_ends_are_within_bounds_and_change_something() {
        let (calm, wild) = (Recipe::default().at_strength(0.0), Recipe::default().at_strength(1.0));
        assert!(wild.problems().is_empty(), "{}", wild.problems());
        let (calm, wild) = (all_fields(&calm), all_fields(&wild));
        for (path, rule) in ROWS.iter().filter(|(_, rule)| !matches!(rule, Fixed)) {
            assert_ne!(calm[*path], wild[*path], "{path}: {rule:?}");
        }
    }

    proptest! {
        #[test]
        fn every_strength_is_sound_and_ranges_grow_with_it(a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
            let (less, more) = (a.min(b), a.max(b));
            for name in Recipe::builtin_names() {
                let recipe = Recipe::builtin(name).expect("built in");
                let (less, more) = (recipe.at_strength(less), recipe.at_strength(more));
                prop_assert!(less.problems().is_empty(), "{name}: {}", less.problems());
                prop_assert!(more.problems().is_empty(), "{name}: {}", more.problems());
                let (less, more) = (all_fields(&less), all_fields(&more));
                for (path, value) in less.iter().filter(|(_, value)| is_range(value)) {
                    let width = |value: &Value| number(&value[1]).expect("an end") - number(&value[0]).expect("an end");
                    prop_assert!(width(value) <= width(&more[path]) + 1e-9, "{name}: {path}");
                }
            }
        }
    }
}
