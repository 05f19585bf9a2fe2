use serde::{Deserialize, Serialize};

use super::{Range, Recipe};
use crate::problem::Problems;
use crate::scene::display;

/// The furniture that carries the goods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FixtureRules {
    /// Kinds of fixture, one of which is drawn for every frame; a name that is repeated is drawn more often.
    pub kinds: Vec<String>,
    /// Share of the picture, along the side that it fills first, that a fixture takes which is photographed as a whole.
    pub fill: Range,
    /// Probability that coolers have glass doors and freezers glass lids.
    pub doors: f64,
}

impl Default for FixtureRules {
    fn default() -> Self {
        Self { kinds: vec!["gondola".to_owned()], fill: Range(0.85, 1.1), doors: 0.7 }
    }
}

impl FixtureRules {
    /// Names that no fixture has, and what only a gondola can show.
    pub(super) fn check_kinds(recipe: &Recipe, problems: &mut Problems) {
        let kinds = &recipe.fixture.kinds;
        if kinds.is_empty() {
            problems.add("fixture.kinds", "is empty: there is nothing to draw from");
        }
        for (i, name) in kinds.iter().enumerate() {
            let place = format!("fixture.kinds[{i}]");
            let known: Vec<&str> = display::names().collect();
            if !known.contains(&name.as_str()) {
                problems.add(place, format!("there is no fixture {name:?}; known: {}", known.join(", ")));
            } else if name != display::GONDOLA && !recipe.planogram.positions.is_empty() {
                problems.add(place, format!("{name:?} takes no listed positions; only \"gondola\" does"));
            }
        }
    }
}
