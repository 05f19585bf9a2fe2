//! The truth about shelves on scenes that were really composed, without a render: planes are cast by the native tracer.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use glam::{DAffine3, DVec2, DVec3};
use ndarray::Array3;

use super::stand::{Front, standing};
use super::*;
use crate::catalog::Catalog;
use crate::frame::{Plane, PlaneData};
use crate::scene::{Composer, Recipe, SeenFrom};
use crate::seed::Seed;
use crate::trace::Tracer;

const WIDTH: u32 = 90;
const HEIGHT: u32 = 120;

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| Arc::new(Catalog::builtin().expect("sound")));

fn composer(mut recipe: Recipe) -> Composer {
    (recipe.picture.width, recipe.picture.height, recipe.picture.turned) = (WIDTH, HEIGHT, 0.0);
    Composer::new(CATALOG.clone(), recipe).unwrap_or_else(|error| panic!("{error}"))
}

fn scene_of(kind: &str, index: u64) -> Scene {
    let mut recipe = Recipe::default();
    recipe.fixture.kinds = vec![kind.to_owned()];
    recipe.disorder.missing = 0.08;
    recipe.disorder.strangers = 0.03;
    recipe.disorder.lying = 0.02;
    recipe.pegboard.empty = 0.2;
    recipe.stocking.units = 300;
    composer(recipe).compose(Seed { dataset: 21, index }).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// The kinds of fixture and a scene of each.
static SCENES: LazyLock<Vec<(&str, Scene)>> = LazyLock::new(|| {
    let kinds = ["gondola", "cooler", "end_cap", "freezer", "pallet", "pegboard", "bulk_bin"];
    let scene = |kind: &'static str| (kind, scene_of(kind, if kind == "pallet" { 3 } else { 1 }));
    kinds.into_iter().map(scene).collect()
});

/// A frame with the planes that the shelf's truth is counted in.
fn cast(scene: &Scene) -> (Frame, Tracer) {
    let tracer = Tracer::new(scene).expect("traceable");
    let (height, width) = (scene.camera.height as usize, scene.camera.width as usize);
    let (mut parts, mut depth) =
        (Array3::zeros((height, width, 1)), Array3::from_elem((height, width, 1), f32::INFINITY));
    for y in 0..height {
        for x in 0..width {
            let center = DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
            let ray = tracer.camera_ray(center).expect("the lens has an inverse");
            if let Some(hit) = tracer.first_hit(ray) {
                parts[[y, x, 0]] = hit.instance + 1;
                depth[[y, x, 0]] = hit.t;
            }
        }
    }
    let planes = BTreeMap::from([(Plane::Part, PlaneData::U32(parts)), (Plane::Depth, PlaneData::F32(depth))]);
    (
        Frame {
            width: scene.camera.width,
            height: scene.camera.height,
            planes,
            silhouettes: Vec::new(),
            ..Default::default()
        },
        tracer,
    )
}

fn bare(scene: &Scene) -> Frame {
    let (width, height) = (scene.camera.width, scene.camera.height);
    Frame { width, height, planes: BTreeMap::new(), silhouettes: Vec::new(), ..Default::default() }
}

#[test]
fn units_and_voids_fill_the_planogram() {
    let mut voids_seen = 0;
    for (kind, scene) in SCENES.iter() {
        let shelf = shelf(scene, &bare(scene)).expect("a fixture");
        assert_eq!(shelf.fixture, *kind);
        let loose = *kind == "bulk_bin";
        let (mut facings, mut units, mut voids, mut taken) = (0, 0, 0, 0);
        for planned in &shelf.positions {
            let rows = if planned.seen_from == SeenFrom::Top { planned.units_deep } else { planned.facings_high };
            assert_eq!(planned.fronts.len() as u32, planned.facings_wide * rows, "{kind}");
            facings += planned.fronts.len();
            units += planned.fronts.iter().filter(|front| front.is_some_and(|id| id > 0)).count();
            voids += planned.fronts.iter().filter(|front| **front == Some(0)).count();
            taken += planned.fronts.iter().filter(|front| front.is_none()).count();
        }
        assert_eq!(facings, units + voids + taken, "{kind}");
        assert_eq!(voids, shelf.voids.len(), "{kind}");
        assert_eq!(loose, facings == 0, "{kind}");
        assert!(taken * 10 <= facings, "{kind}: {taken} of {facings}");
        voids_seen += voids;
        // The planogram is the same as the scene's list of cells, position by position.
        let mut cells: BTreeMap<[u32; 3], u32> = BTreeMap::new();
        for cell in &scene.planogram {
            *cells.entry([cell.bay, cell.shelf, cell.position]).or_default() += 1;
        }
        let counted = shelf.positions.iter().map(|planned| {
            let [wide, high] = [planned.facings_wide, planned.facings_high].map(|count| if loose { 1 } else { count });
            ([planned.bay, planned.shelf, planned.position], wide * high * planned.units_deep)
        });
        assert_eq!(counted.collect::<BTreeMap<_, _>>(), cells, "{kind}");
        // Front units are the nearest of their files, and every unit's file has a front.
        for unit in &scene.units {
            let cell = unit.cell.as_ref().expect("the composer gives places");
            let at = standing(scene);
            let place = [cell.bay, cell.shelf, cell.position];
            let own = at.iter().find(|one| [one.planned.bay, one.planned.shelf, one.planned.position] == place);
            let own = own.expect("every unit has its position");
            if let Some((file, rank)) = own.planned.file_of(cell) {
                let Front::Unit(_, front) = own.fronts[file] else { panic!("{kind}: {cell:?} has no front") };
                let (_, best) = own.planned.file_of(front.cell.as_ref().expect("placed")).expect("same position");
                assert!(best <= rank);
            }
            if scene.units.len() > 150 {
                break;
            }
        }
    }
    assert!(voids_seen > 10, "{voids_seen}");
}

#[test]
fn no_unit_reaches_into_a_void() {
    for (kind, scene) in SCENES.iter() {
        for standing in standing(scene) {
            let shelf_from_world = standing.shelf.world_from_shelf.inverse();
            for front in &standing.fronts {
                let Front::Void(room) = *front else { continue };
                assert!(room.size().min_element() > 0.001, "{kind}: {room:?}");
                // Shrunk by the rounding that is allowed.
                let room = Aabb { min: room.min + 2e-6, max: room.max - 2e-6 };
                for unit in &scene.units {
                    let pose = shelf_from_world * unit.world_from_object;
                    let around = unit.look.model.bounds.transformed(pose);
                    if around.min.cmpge(room.max).any() || around.max.cmple(room.min).any() {
                        continue;
                    }
                    let points =
                        unit.look.model.mesh.positions.iter().map(|point| pose.transform_point3(point.as_dvec3()));
                    let tight = Aabb::from_points(points);
                    let apart = tight.min.cmpge(room.max).any() || tight.max.cmple(room.min).any();
                    assert!(apart, "{kind}: {} in a void of {}", unit.name, standing.planned.product.name);
                }
            }
        }
    }
}

/// Casts the ray of a pixel position onto a point of the world, and gives how far past the point it runs.
fn misses(scene: &Scene, pixel: [f64; 2], world: [f64; 3]) -> f64 {
    let ray = scene.camera.unproject(DVec2::from_array(pixel)).expect("it has been projected");
    let ray = scene.camera.world_from_camera.transform_vector3(ray).normalize();
    let arm = DVec3::from_array(world) - scene.camera.world_from_camera.w_axis.truncate();
    (arm - ray * arm.dot(ray)).length()
}

#[test]
fn rays_through_projected_corners_meet_what_was_projected() {
    let (mut corners, mut met) = (0, 0);
    for (kind, scene) in SCENES.iter() {
        let (frame, tracer) = cast(scene);
        let shelf = shelf(scene, &frame).expect("a fixture");
        for point in shelf.bays.iter().flat_map(|bay| &bay.corners) {
            corners += usize::from(point.px.is_some());
            if let Some(px) = point.px {
                assert!(misses(scene, px, point.world) < 1e-6, "{kind}: {point:?}");
            }
        }
        for label in &shelf.price_labels {
            let Some(quad) = label.quad_px else { continue };
            for (px, world) in quad.iter().zip(label.corners_m) {
                assert!(misses(scene, *px, world) < 1e-6, "{kind}: {label:?}");
            }
            // Just inside of each corner the tracer meets the card itself; just outside it does not.
            let middle = quad.iter().fold(DVec2::ZERO, |sum, &corner| sum + DVec2::from_array(corner)) / 4.0;
            for corner in quad.map(DVec2::from_array) {
                for (share, wanted) in [(0.97, true), (1.03, false)] {
                    let Some(ray) = tracer.camera_ray(middle.lerp(corner, share)) else { continue };
                    assert_eq!(tracer.meets(ray, label.part - 1), wanted, "{kind}: {label:?}");
                    met += 1;
                }
            }
        }
    }
    assert!(corners > 20 && met > 100, "{corners} {met}");
}

#[test]
fn price_labels_are_counted_in_the_pixels_that_show_them() {
    let (mut seen, mut hidden) = (0, 0);
    for (kind, scene) in SCENES.iter() {
        let (frame, tracer) = cast(scene);
        let truth = shelf(scene, &frame).expect("a fixture");
        let without = shelf(scene, &bare(scene)).expect("a fixture");
        let parts = frame.part().expect("cast");
        for label in &truth.price_labels {
            let tag = scene.props[label.part as usize - 1 - scene.units.len()].price.as_ref().expect("a label");
            assert_eq!((label.gtin, label.price_cents), (tag.product.gtin, tag.cents));
            let visible = parts.iter().filter(|&&part| part == label.part).count() as u32;
            assert_eq!(label.visible_px, Some(visible), "{kind}");
            // The whole of it, ray by ray; rays within a hair of an edge may fall either way.
            let mut amodal = 0;
            for y in 0..scene.camera.height {
                for x in 0..scene.camera.width {
                    let center = DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
                    let ray = tracer.camera_ray(center).expect("the lens has an inverse");
                    amodal += u32::from(tracer.meets(ray, label.part - 1));
                }
            }
            assert!(label.amodal_px.abs_diff(amodal) <= 1, "{kind}: {} {amodal}", label.amodal_px);
            assert!(visible <= label.amodal_px);
            seen += usize::from(visible > 0);
            hidden += usize::from(visible < label.amodal_px);
            if let Some(place) = label.place {
                let planned = truth.positions.iter().find(|one| [one.bay, one.shelf, one.position] == place);
                assert!(planned.is_some_and(|planned| planned.sku == label.sku), "{kind}: {label:?}");
            }
            if seen > 60 {
                break;
            }
        }
        assert!(without.price_labels.iter().all(|label| label.visible_px.is_none() && label.visibility.is_none()));
        // What is seen of a void are the rays that pass its side before they meet anything.
        for void in &truth.voids {
            assert!(void.visible_px.is_some_and(|visible| visible <= void.amodal_px));
        }
    }
    assert!(seen > 20 && hidden > 3, "{seen} {hidden}");
}

#[test]
fn shares_add_up_and_follow_the_units() {
    for (kind, scene) in SCENES.iter() {
        let share = shelf(scene, &bare(scene)).expect("a fixture").share;
        let sum = |value: fn(&Share) -> f64| share.products.iter().map(|one| value(&one.counts)).sum::<f64>();
        if *kind == "bulk_bin" {
            assert!(share.products.is_empty());
            continue;
        }
        assert!((sum(|share| share.facing_share) - 1.0).abs() < 1e-9, "{kind}");
        assert!((sum(|share| share.linear_share) - 1.0).abs() < 1e-9, "{kind}");
        let by_brand: u32 = share.brands.iter().map(|group| group.counts.facings).sum();
        assert_eq!(f64::from(by_brand), sum(|share| share.facings.into()));
        for product in &share.products {
            let counts = product.counts;
            assert!(counts.linear_m >= 0.0 && counts.misplaced <= counts.facings, "{kind}: {product:?}");
        }
    }
}

#[test]
fn a_turned_fixture_turns_nothing_on_its_shelf() {
    let (_, scene) = &SCENES[0];
    let turn = DAffine3::from_translation(DVec3::new(0.3, 0.0, -2.0)) * DAffine3::from_rotation_y(0.7);
    let mut turned = scene.clone();
    turned.units.iter_mut().for_each(|unit| unit.world_from_object = turn * unit.world_from_object);
    turned.retail.shelves.iter_mut().for_each(|shelf| shelf.world_from_shelf = turn * shelf.world_from_shelf);
    let (before, after) = (Neighbors::new(scene), Neighbors::new(&turned));
    let mut neighbors = 0;
    for (a, b) in scene.units.iter().zip(&turned.units) {
        let [a, b] = [before.on_shelf(a), after.on_shelf(b)].map(|truth| truth.expect("on a shelf"));
        let [p, q] = [&a, &b].map(|truth| truth.yaw_pitch_roll_deg.matrix());
        assert!(p.abs_diff_eq(q, 1e-9), "{a:?} {b:?}");
        for (x, y) in [(a.left, b.left), (a.right, b.right)] {
            assert_eq!(x.map(|one| one.id), y.map(|one| one.id));
            if let (Some(x), Some(y)) = (x, y) {
                neighbors += 1;
                assert!((x.rotation.angle_deg - y.rotation.angle_deg).abs() < 1e-5);
            }
        }
    }
    assert!(neighbors > 100, "{neighbors}");
}

#[test]
fn neighbors_are_mutual_and_misplaced_units_are_told() {
    let mut misplaced = 0;
    for (kind, scene) in SCENES.iter() {
        let neighbors = Neighbors::new(scene);
        for (id, unit) in (1..).zip(&scene.units) {
            let truth = neighbors.on_shelf(unit).unwrap_or_else(|| panic!("{kind}: {:?}", unit.cell));
            let cell = unit.cell.as_ref().expect("placed");
            assert_eq!(truth.misplaced, unit.product.as_ref().expect("known").sku != cell.expected_sku);
            misplaced += usize::from(truth.misplaced);
            if let Some(right) = truth.right {
                let other = neighbors.on_shelf(&scene.units[right.id as usize - 1]).expect("on a shelf");
                let back = other.left.expect("mutual");
                assert_eq!(back.id, id);
                assert!((back.rotation.angle_deg - right.rotation.angle_deg).abs() < 1e-6);
            }
        }
    }
    assert!(misplaced > 0);
}

#[test]
fn a_planogram_that_was_exported_is_composed_again() {
    // Bays as wide and shelves as deep as those that the planogram was made for.
    let gondola = "[gondola]\nbay_widths_m = [1.25]\nbase_depth_m = 0.5\nshelf_depth_m = 0.42\n";
    let gondola = gondola.replace("0.5\n", "[0.5, 0.5]\n").replace("0.42\n", "[0.42, 0.42]\n");
    let seed = Seed { dataset: 5, index: 3 };
    let first = Recipe::from_toml(&gondola, "first.toml").expect("sound");
    let scene = composer(first).compose(seed).expect("composes");
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = scene.retail.planogram();
    assert!(wanted.len() > 10);
    for (name, text) in [("shelf.csv", scene.retail.planogram_csv()), ("shelf.json", scene.retail.planogram_json())] {
        std::fs::write(folder.path().join(name), text).expect("room");
        let path = folder.path().join("recipe.toml");
        std::fs::write(&path, format!("{gondola}[planogram]\nfile = \"{name}\"\n")).expect("room");
        let mut recipe = Recipe::open(path.to_str().expect("a path")).unwrap_or_else(|error| panic!("{error}"));
        let disorder = &mut recipe.disorder;
        (disorder.missing, disorder.sold_out, disorder.strangers, disorder.lying) = (0.0, 0.0, 0.0, 0.0);
        (disorder.pushed_back, disorder.picked_stacks, disorder.turned) = (0.0, 0.0, 0.0);
        let again = composer(recipe).compose(seed).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again.retail.planogram(), wanted, "{name}");
        let truth = shelf(&again, &bare(&again)).expect("a fixture");
        assert!(truth.voids.is_empty(), "{name}: {:?}", truth.voids);
        let fronts = truth.positions.iter().flat_map(|planned| &planned.fronts);
        assert!(fronts.into_iter().all(|front| front.is_some_and(|id| id > 0)), "{name}");
    }
}
