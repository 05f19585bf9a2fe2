use std::collections::BTreeSet;

use glam::DVec2;

use super::solids::{cross_under, furniture, meets, surface_below};
use super::*;
use crate::scene::collision::{Solid, solids_overlap};
use crate::scene::fixture::Part;
use crate::scene::recipe::{Count, Range};
use crate::scene::{Light, Scene};

/// Recipes whose shelves are as untidy, as full or as odd as values allow.
fn wild() -> Vec<Recipe> {
    let mut untidy = Recipe::default();
    untidy.disorder.yaw_std_deg = Range(10.0, 30.0);
    untidy.disorder.turned = 0.4;
    untidy.disorder.turned_deg = Range(0.0, 90.0);
    untidy.disorder.setback_std_m = Range(0.0, 0.1);
    untidy.disorder.pushed_back = 0.4;
    untidy.disorder.strangers = 0.2;
    untidy.disorder.lying = 0.3;
    untidy.disorder.picked_stacks = 0.8;
    let mut crowded = Recipe::default();
    crowded.planogram.trays = 1.0;
    crowded.planogram.dividers = 1.0;
    crowded.planogram.levels = 6;
    crowded.planogram.air_m = Range(0.02, 0.02);
    crowded.planogram.facings = Count(1, 1);
    crowded.stocking.units = 900;
    crowded.stocking.gap_m = Range(0.0002, 0.0002);
    crowded.disorder.yaw_std_deg = Range(5.0, 5.0);
    let mut airy = Recipe::default();
    airy.stocking.gap_m = Range(0.05, 0.05);
    airy.gondola.bay_widths_m = vec![0.4];
    airy.gondola.shelf_depth_m = Range(0.15, 0.15);
    airy.gondola.height_m = Range(0.5, 0.5);
    airy.gondola.neighbours = Count(10, 10);
    airy.camera.yaw_deg = Range(70.0, 70.0);
    let mut decked = Recipe::default();
    let details = &mut decked.details;
    for probability in [&mut details.wobblers, &mut details.flags, &mut details.strips, &mut details.banners] {
        *probability = 0.5;
    }
    for probability in [&mut details.fences, &mut details.pushers, &mut details.headers, &mut details.torn_trays] {
        *probability = 1.0;
    }
    (decked.planogram.dividers, decked.planogram.trays, decked.details.signs) = (1.0, 0.6, Count(10, 10));
    decked.occluders = crate::scene::recipe::Occluders { trolleys: 1.0, baskets: 1.0, arms: 1.0, people: 1.0 };
    let kind = |name: &str, doors: f64| {
        let mut recipe = Recipe::default();
        recipe.fixture.kinds = vec![name.to_owned()];
        recipe.fixture.doors = doors;
        recipe
    };
    let mut pallets = kind("pallet", 0.0);
    pallets.disorder = untidy.disorder.clone();
    vec![untidy, crowded, airy, decked, kind("freezer", 0.5), kind("cooler", 0.2), kind("end_cap", 1.0), pallets]
}

/// Kinds of fixture whose goods do not stand; `scene/display/tests.rs` and `scene/settle/tests.rs` hold them against
/// laws of their own.
const HELD_OTHERWISE: [&str; 2] = ["bulk_bin", "pegboard"];

/// Scenes of all built-in recipes whose goods stand, and of the wild ones.
fn scenes(each: u64) -> impl Iterator<Item = Scene> {
    let stand = |recipe: &Recipe| recipe.fixture.kinds.iter().all(|kind| !HELD_OTHERWISE.contains(&kind.as_str()));
    drawn(Recipe::builtin_names().filter_map(Recipe::builtin).chain(wild()).filter(stand), each)
}

/// Scenes of the kinds whose goods do not stand.
fn held_otherwise(each: u64) -> impl Iterator<Item = Scene> {
    drawn(HELD_OTHERWISE.into_iter().filter_map(Recipe::builtin), each)
}

fn drawn(recipes: impl Iterator<Item = Recipe>, each: u64) -> impl Iterator<Item = Scene> {
    recipes.flat_map(move |recipe| {
        let composer = composer(recipe);
        (0..each).map(move |index| composer.compose(seed(index)).expect("composes"))
    })
}

#[test]
fn a_frame_depends_on_its_seed_alone() {
    let composer = named("default");
    let run: Vec<Scene> = (0..4).map(|index| composer.compose(seed(index)).expect("composes")).collect();
    assert_eq!(named("default").compose(seed(3)).expect("composes"), run[3]);
    assert_ne!(run[2].camera, run[3].camera);
    assert_ne!(composer.compose(Seed { dataset: 4, index: 3 }).expect("composes"), run[3]);
}

#[test]
fn no_two_units_share_space() {
    let mut count = 0;
    for scene in scenes(12) {
        let solids: Vec<Solid> = scene.units.iter().map(Solid::of).collect();
        for (i, a) in solids.iter().enumerate() {
            for (j, b) in solids[..i].iter().enumerate() {
                let of = |i: usize| (&scene.units[i].name, slot(&scene.units[i]), &scene.units[i].world_from_object);
                assert!(!solids_overlap(a, b), "{:?}: {:#?} {a:?} {b:?}", scene.seed, (of(i), of(j)));
            }
        }
        count += 1;
    }
    assert!(count >= 50, "{count}");
}

#[test]
fn no_unit_meets_the_furniture() {
    for scene in scenes(3) {
        let triangles = furniture(&scene);
        for unit in &scene.units {
            let solid = Solid::of(unit);
            let (low, high) = (solid.center() - solid.extents(), solid.center() + solid.extents());
            let near = triangles.iter().filter(|triangle| {
                let [a, b, c] = triangle.corners;
                a.min(b).min(c).cmplt(high).all() && a.max(b).max(c).cmpgt(low).all()
            });
            for triangle in near {
                assert!(
                    !meets(&solid, triangle),
                    "{:?}: {:?} ({}) meets class {}",
                    scene.seed,
                    slot(unit),
                    unit.name,
                    triangle.class
                );
            }
        }
    }
}

#[test]
fn every_unit_rests_on_something() {
    for scene in scenes(3) {
        let triangles = furniture(&scene);
        let solids: Vec<Solid> = scene.units.iter().map(Solid::of).collect();
        for (unit, solid) in scene.units.iter().zip(&solids) {
            let bottom = solid.center().y - solid.extents().y;
            let mut support = surface_below(&triangles, solid, bottom);
            // A case may stand on two others whose joint is under its middle.
            let under: Vec<(f64, f64)> = cross_under(solid).collect();
            for other in &solids {
                let top = other.center().y + other.extents().y;
                let (middle, half) = (other.center(), other.extents());
                let carries = |&(x, z): &(f64, f64)| (x - middle.x).abs() < half.x && (z - middle.z).abs() < half.z;
                if (bottom - 0.01..=bottom).contains(&top) && under.iter().any(carries) {
                    support = support.max(top);
                }
            }
            let gap = bottom - support;
            assert!((0.00005..=0.0002).contains(&gap), "{:?}: {:?} is {gap} above", scene.seed, slot(unit));
        }
    }
}

#[test]
fn there_is_air_above_every_stack() {
    for scene in scenes(2) {
        let shelves: Vec<_> = scene.props.iter().filter(|prop| prop.class == Part::Shelf.class()).collect();
        let boards: Vec<_> = shelves.iter().map(|p| p.look.model.bounds.transformed(p.world_from_object)).collect();
        for unit in &scene.units {
            let solid = Solid::of(unit);
            let (center, top) = (solid.center(), solid.center().y + solid.extents().y);
            for board in &boards {
                let above = board.min.x < center.x && center.x < board.max.x && board.min.y > center.y;
                assert!(!above || board.min.y - top > 0.0199, "{:?}: {:?}", scene.seed, slot(unit));
            }
        }
    }
}

#[test]
fn planogram_and_units_agree() {
    for scene in scenes(3).chain(held_otherwise(2)) {
        let places: Vec<[u32; 6]> = scene.planogram.iter().map(key).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "in order, each once");
        // Numbers are dense: within a bay, a shelf, a position and so on they start at 0 and leave none out.
        for i in 1..places.len() {
            let (a, b) = (places[i - 1], places[i]);
            let first = (0..6).find(|&level| a[level] != b[level]).expect("places differ");
            assert!(first == 0 || b[first] == a[first] + 1, "{a:?} is followed by {b:?}");
            assert!(b[first + 1..].iter().all(|&number| number == 0), "{a:?} is followed by {b:?}");
        }
        let known: BTreeSet<[u32; 6]> = places.into_iter().collect();
        let slots: Vec<[u32; 6]> = scene.units.iter().map(slot).collect();
        assert!(slots.iter().all(|slot| known.contains(slot)));
        assert!(slots.windows(2).all(|pair| pair[0] < pair[1]), "one unit per place, in the planogram's order");
        for (cell, unit) in scene.units.iter().map(|unit| (unit.cell.as_ref().expect("placed"), unit)) {
            let product = unit.product.as_ref().expect("a product");
            let class = scene.classes.iter().find(|class| class.id == unit.class).expect("a known class");
            assert!(class.is_product && class.name == product.category);
            let expected = scene.planogram.iter().find(|planned| key(planned) == key(cell)).expect("known");
            assert_eq!(cell, expected);
        }
    }
}

#[test]
fn a_tidy_shelf_is_full_and_straight() {
    let composer = named("tidy");
    for index in 0..10 {
        let scene = composer.compose(seed(index)).expect("composes");
        assert_eq!(scene.units.len(), scene.planogram.len());
        for unit in &scene.units {
            let cell = unit.cell.as_ref().expect("placed");
            assert_eq!(unit.product.as_ref().map(|product| &product.sku), Some(&cell.expected_sku));
            assert!(unit.world_from_object.matrix3.abs_diff_eq(glam::DMat3::IDENTITY, 1e-12));
        }
    }
}

#[test]
fn cameras_lamps_and_classes_are_sound() {
    for scene in scenes(6).chain(held_otherwise(2)) {
        let camera = &scene.camera;
        assert_eq!(camera.fx, camera.fy);
        for corner in [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| DVec2::new(f64::from(x), f64::from(y))) {
            let pixel = corner * DVec2::new(camera.width.into(), camera.height.into());
            assert!(camera.unproject(pixel).is_some());
        }
        assert!(scene.classes.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(scene.exposure.is_finite() && scene.exposure > 0.0);
        let eye = camera.world_from_camera.w_axis.truncate();
        let lamps: Vec<_> = scene.props.iter().filter(|prop| prop.class == Part::Light.class()).collect();
        assert!((scene.lights.len()..=2 * scene.lights.len()).contains(&lamps.len()));
        for light in &scene.lights {
            let Light::Rect { center, half_u, half_v, radiance } = *light else { panic!("strips are rectangles") };
            // Strips of the ceiling shine down; a fixture's own shine into it.
            let down = half_u.cross(half_v).normalize().y < -0.999;
            assert!(radiance.min_element() > 0.0 && (down && center.y > eye.y || !down && center.y < 2.2));
            let glowing = lamps.iter().filter(|prop| prop.look.materials[0].emissive == radiance);
            let above = glowing.filter(|prop| (prop.world_from_object.translation - center).length() < 0.0101);
            assert_eq!(above.count(), 1, "one visible lamp a centimetre behind each light");
        }
    }
}

#[test]
fn geometries_have_one_key_each() {
    let mut models = std::collections::BTreeMap::new();
    for scene in scenes(4).chain(held_otherwise(2)) {
        for look in scene.props.iter().map(|prop| &prop.look).chain(scene.units.iter().map(|unit| &unit.look)) {
            let known = models.entry(look.model.key.clone()).or_insert_with(|| look.model.clone());
            assert_eq!(known.mesh, look.model.mesh, "{}", look.model.key);
            assert!(look.materials.len() >= look.model.slot_count());
        }
    }
}

#[test]
fn every_recipe_that_is_accepted_composes() {
    let catalog = catalog();
    let table: toml::Table = Recipe::default().to_toml().parse().expect("its own text");
    let mut accepted = 0;
    for (section, fields) in table.iter().filter_map(|(section, value)| Some((section, value.as_table()?))) {
        for (field, value) in fields {
            for number in [0.0, 0.001, 0.02, 0.3, 1.0, 3.0, 10.0, 15.0, 45.0, 100.0, 1000.0, 16384.0] {
                let whole = |value: &toml::Value| value.is_integer();
                let one = |old: &toml::Value| match whole(old) {
                    true => toml::Value::Integer(number as i64),
                    false => toml::Value::Float(number),
                };
                let changed = match value {
                    toml::Value::Array(ends) => toml::Value::Array(ends.iter().map(one).collect()),
                    value => one(value),
                };
                let mut table = table.clone();
                table[section.as_str()].as_table_mut().expect("a section").insert(field.clone(), changed);
                let Ok(recipe) = Recipe::from_toml(&table.to_string(), "changed.toml") else { continue };
                let Ok(composer) = Composer::new(catalog.clone(), recipe) else { continue };
                accepted += 1;
                let scene = match composer.compose(seed(accepted)) {
                    Ok(scene) => scene,
                    Err(error) => {
                        assert!(matches!(error, Error::NothingFits { .. }), "{section}.{field} = {number}: {error}");
                        continue;
                    }
                };
                let solids: Vec<Solid> = scene.units.iter().map(Solid::of).collect();
                let meet = |(i, a): (usize, &Solid)| solids[..i].iter().any(|b| solids_overlap(a, b));
                assert!(!solids.iter().enumerate().any(meet), "{section}.{field} = {number}: units share space");
                assert!(scene.exposure.is_finite(), "{section}.{field} = {number}: {}", scene.exposure);
            }
        }
    }
    assert!(accepted > 200, "{accepted}");
}

#[test]
fn every_built_in_recipe_composes_at_every_strength() {
    for name in Recipe::builtin_names() {
        for strength in [0.0, 0.5, 1.0] {
            let recipe = Recipe::builtin(name).expect("built in").at_strength(strength);
            let composer = composer(recipe);
            let scene = composer.compose(seed(11)).unwrap_or_else(|error| panic!("{name} at {strength}: {error}"));
            assert!(!scene.units.is_empty(), "{name} at {strength}");
        }
    }
}
