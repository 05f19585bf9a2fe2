use std::collections::BTreeSet;

use glam::DVec3;

use crate::catalog::Catalog;
use crate::scene::fixture::{Part, WIRE};
use crate::scene::recipe::{Count, Range};
use crate::scene::{Composer, Recipe, Scene, collision};
use crate::seed::Seed;

fn scene(kind: &str, index: u64) -> Scene {
    let mut recipe = Recipe::builtin(kind).expect("a built-in recipe");
    recipe.bulk_bin.bins = Count(1, 2);
    recipe.bulk_bin.filled = Range(0.3, 0.6);
    let catalog = Catalog::builtin().expect("the built-in catalogue is sound");
    let composer = Composer::new(catalog.into(), recipe).expect("fits");
    composer.compose(Seed { dataset: 9, index }).expect("composed")
}

#[test]
fn units_in_bins_are_rigid_and_have_places_of_their_own() {
    for index in 0..3 {
        let scene = scene("bulk_bin", index);
        assert!(scene.units.len() > 15, "only {} units lie in bin {index}", scene.units.len());
        let mut places = BTreeSet::new();
        for unit in &scene.units {
            let turn = unit.world_from_object.matrix3;
            assert!((turn * turn.transpose()).abs_diff_eq(glam::DMat3::IDENTITY, 1e-12), "rigid");
            let cell = unit.cell.as_ref().expect("a place");
            assert!(places.insert((cell.bay, cell.position, cell.depth)), "two units at {cell:?}");
            let lowest = unit.look.model.mesh.positions.iter();
            let lowest = lowest.map(|point| unit.world_from_object.transform_point3(point.as_dvec3()).y);
            assert!(lowest.fold(f64::INFINITY, f64::min) > 0.1, "{} lies on the floor of the shop", unit.name);
        }
        assert_eq!(places.len(), scene.planogram.len(), "no place is empty");
    }
    assert_eq!(scene("bulk_bin", 1), scene("bulk_bin", 1));
}

#[test]
fn what_hangs_touches_its_wire_and_nothing_else() {
    let hooks = |scene: &Scene| -> Vec<DVec3> {
        let wires = scene.props.iter().filter(|prop| prop.class == Part::Hook.class());
        let wires = wires.filter(|prop| prop.look.model.key.to_string().contains("hook"));
        wires.map(|prop| prop.world_from_object.translation).collect()
    };
    for index in 0..3 {
        let scene = scene("pegboard", index);
        assert!(scene.units.len() > 30, "{}", scene.units.len());
        let hooks = hooks(&scene);
        for (i, unit) in scene.units.iter().enumerate() {
            for other in &scene.units[..i] {
                assert!(!collision::overlaps(unit, other), "{} meets {}", unit.name, other.name);
            }
            // The nearest point of the package to the axis of some hook is as far away as the wire is thick.
            let points = unit.look.model.mesh.positions.iter();
            let points: Vec<DVec3> =
                points.map(|point| unit.world_from_object.transform_point3(point.as_dvec3())).collect();
            let distance = |hook: &DVec3| {
                points.iter().map(|point| (*point - *hook).truncate().length()).fold(f64::INFINITY, f64::min)
            };
            let nearest = hooks.iter().map(distance).fold(f64::INFINITY, f64::min);
            assert!((WIRE..WIRE + 0.0005).contains(&nearest), "{} hangs {nearest} m from its wire's axis", unit.name);
        }
        let cells: BTreeSet<_> =
            scene.planogram.iter().map(|cell| (cell.bay, cell.shelf, cell.position, cell.depth)).collect();
        assert_eq!(cells.len(), scene.planogram.len(), "places are unique");
        assert!(scene.units.iter().all(|unit| unit.cell.as_ref().is_some_and(|cell| scene.planogram.contains(cell))));
    }
}
