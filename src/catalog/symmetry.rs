use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Footprint, Look, Product, Shape};

/// Name of the catalogue's column that says what a product's symmetry is.
pub const SYMMETRY_FIELD: &str = "symmetry";

/// Packages with a side that nothing but a full turn brings back: a spout, a nozzle.
const DIRECTED: [&str; 2] = ["gable_top", "spray"];

/// By which turns about its own vertical axis (object y) a unit looks the same: which rotations of it nobody can tell
/// apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symmetry {
    /// Only a full turn brings it back: every yaw is another one.
    None,
    /// Half a turn: yaw counts modulo 180°.
    HalfTurn,
    /// Any turn: it has no yaw.
    AnyTurn,
    /// Nobody has told: a glTF model without the catalogue's column `symmetry`. Treat it as [`Symmetry::None`].
    Unknown,
}

impl Symmetry {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::None, Self::HalfTurn, Self::AnyTurn, Self::Unknown];

    /// Name in the catalogue and in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::HalfTurn => "half_turn",
            Self::AnyTurn => "any_turn",
            Self::Unknown => "unknown",
        }
    }

    /// The symmetry of a product that looks like this.
    ///
    /// 1. The catalogue's column `symmetry`, where it has a value.
    /// 2. A glTF model is [`Symmetry::Unknown`].
    /// 3. A package with a label or any other print has none: the print has a front.
    /// 4. A bare package has what its body has: any turn for bodies of revolution, half a turn for all others but those
    ///    with a spout or a nozzle. Closures are not looked at: the tab on the lid of a bare can does not give it a yaw.
    #[must_use]
    pub fn of(product: Option<&Product>, look: &Look) -> Self {
        let Some(product) = product else { return Self::Unknown };
        if let Some(told) = product.fields.get(SYMMETRY_FIELD).and_then(|text| text.parse().ok()) {
            return told;
        }
        let Shape::Package(name) = &product.shape else { return Self::Unknown };
        let is_printed = look.materials.iter().any(|material| material.textures.base_color.is_some());
        if product.label.is_some() || is_printed || DIRECTED.contains(&name.as_str()) {
            Self::None
        } else if look.model.footprint == Footprint::Round {
            Self::AnyTurn
        } else {
            Self::HalfTurn
        }
    }
}

impl fmt::Display for Symmetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Symmetry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|symmetry| symmetry.name() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("{text:?} is no symmetry; the symmetries are {known}")
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use glam::DVec3;

    use super::*;
    use crate::catalog::package;
    use crate::geometry::Mesh;

    fn product(shape: Shape) -> Product {
        Product {
            gtin: None,
            sku: "S".into(),
            name: "S".into(),
            brand: String::new(),
            category: "c".into(),
            family: String::new(),
            size: DVec3::ONE,
            shape,
            label: None,
            fields: BTreeMap::new(),
        }
    }

    fn bare(name: &str, size: [f64; 3]) -> (Product, Look) {
        let look = package::build(name, DVec3::from(size), &BTreeMap::new()).expect("a sound size");
        (product(Shape::Package(name.into())), look)
    }

    #[test]
    fn the_label_the_shape_and_the_catalogue_decide() {
        let (mut can, look) = bare("can", [0.066, 0.122, 0.066]);
        assert_eq!(Symmetry::of(Some(&can), &look), Symmetry::AnyTurn);
        can.label = Some("label.svg".into());
        assert_eq!(Symmetry::of(Some(&can), &look), Symmetry::None);
        can.fields.insert(SYMMETRY_FIELD.into(), "half_turn".into());
        assert_eq!(Symmetry::of(Some(&can), &look), Symmetry::HalfTurn);

        let (carton, look) = bare("carton", [0.1, 0.2, 0.05]);
        assert_eq!(Symmetry::of(Some(&carton), &look), Symmetry::HalfTurn);
        let (milk, look) = bare("gable_top", [0.07, 0.23, 0.07]);
        assert_eq!(Symmetry::of(Some(&milk), &look), Symmetry::None);
        assert_eq!(Symmetry::of(Some(&product(Shape::Model("x.glb".into()))), &look), Symmetry::Unknown);
        assert_eq!(Symmetry::of(None, &look), Symmetry::Unknown);
        assert!("round".parse::<Symmetry>().expect_err("no such one").contains("\"round\""));
    }

    /// The box of each horizontal slice: what half a turn must bring back.
    fn slices(mesh: &Mesh) -> Vec<[f64; 4]> {
        const SLICES: usize = 12;
        let bounds = mesh.bounds();
        let mut reach = vec![[0.0f64; 4]; SLICES];
        for point in mesh.positions.iter().map(|point| point.as_dvec3() - bounds.center()) {
            let share = point.y / bounds.size().y + 0.5;
            let slice = &mut reach[((share * SLICES as f64) as usize).min(SLICES - 1)];
            for (side, value) in slice.iter_mut().zip([point.x, -point.x, point.z, -point.z]) {
                *side = side.max(value);
            }
        }
        reach
    }

    #[test]
    fn bodies_that_have_half_a_turn_are_as_deep_in_front_as_behind() {
        let mut seen = BTreeSet::new();
        for &name in package::names() {
            let (product, look) = bare(name, [0.12, 0.2, 0.08]);
            if Symmetry::of(Some(&product), &look) == Symmetry::HalfTurn {
                seen.insert(name);
                // A twentieth of a side: closures, seams and dents.
                for [right, left, front, back] in slices(&look.model.mesh) {
                    assert!(
                        (right - left).abs() < 0.006 && (front - back).abs() < 0.006,
                        "{name}: {right} {left} {front} {back}"
                    );
                }
            }
        }
        assert!(seen.len() > 5, "{seen:?}");
    }
}
