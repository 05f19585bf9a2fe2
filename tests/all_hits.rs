//! The pass that meets all units with one ray per pixel, against each unit alone, the native twin, and brute force in f64.
#![cfg(feature = "gpu")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, MutexGuard};

use endcap::annotate::annotate;
use endcap::catalog::Material;
use endcap::frame::{DepthLayer, Frame, Plane};
use endcap::render::{RenderSettings, Renderer, SilhouetteMethod, Window};
use endcap::scene::{Prop, Scene, SemanticClass};
use endcap::seed::Seed;
use endcap::trace::Tracer;
use glam::{DAffine3, DVec2, DVec3, Vec3};
use proptest::prelude::*;
use rayon::prelude::*;
use support::reference::Reference;
use support::{scenes, shelves};

static RENDERER: LazyLock<Mutex<Renderer>> = LazyLock::new(|| Mutex::new(support::renderer()));

fn renderer() -> MutexGuard<'static, Renderer> {
    RENDERER.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn render(scene: &Scene, silhouette_method: SilhouetteMethod, layers: u32) -> Frame {
    let planes = vec![Plane::Instance, Plane::Depth];
    let settings = RenderSettings { planes, silhouette_method, layers, ..RenderSettings::default() };
    renderer().render(scene, &settings).expect("rendered")
}

fn together(scene: &Scene, layers: u32) -> Frame {
    render(scene, SilhouetteMethod::Together, layers)
}

/// Renders both ways, compares the silhouettes, and gives the frame that has the graph.
fn same_as_alone(name: &str, scene: &Scene) -> Frame {
    let (frame, alone) = (together(scene, 0), render(scene, SilhouetteMethod::Alone, 0));
    assert_eq!(frame.silhouettes.len(), scene.units.len(), "{name}");
    for (i, (own, other)) in frame.silhouettes.iter().zip(&alone.silhouettes).enumerate() {
        assert!(own == other, "{name}: unit {} has {} pixels, and alone {}", i + 1, own.area(), other.area());
    }
    assert_eq!((frame.planes.clone(), None), (alone.planes, alone.occlusion), "{name}");
    frame
}

/// Number of pixels by (unit behind, body in front).
type Graph = BTreeMap<(u32, u32), u32>;

fn graph(frame: &Frame) -> Graph {
    let edges = frame.occlusion.as_ref().expect("asked for");
    edges.iter().map(|edge| ((edge.behind, edge.front), edge.px)).collect()
}

/// Counts the graph from the bodies on the ray of every pixel, nearest first.
fn count(rays: impl IntoIterator<Item = Vec<u32>>) -> Graph {
    let mut graph = Graph::new();
    for ray in rays {
        for (i, &front) in ray.iter().enumerate() {
            for &behind in ray[i + 1..].iter().filter(|&&behind| behind > 0) {
                *graph.entry((behind, front)).or_insert(0) += 1;
            }
        }
    }
    graph
}

fn centers(scene: &Scene) -> Vec<DVec2> {
    let (width, height) = (scene.camera.width, scene.camera.height);
    (0..height).flat_map(|y| (0..width).map(move |x| DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5))).collect()
}

/// Pixels by which two graphs differ, summed over all pairs.
fn difference(a: &Graph, b: &Graph) -> u32 {
    let pairs: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    let px = |graph: &Graph, pair| graph.get(pair).copied().unwrap_or(0);
    pairs.into_iter().map(|pair| px(a, pair).abs_diff(px(b, pair))).sum()
}

/// What must hold for the graph of every frame, whatever is in it.
fn check_laws(name: &str, scene: &Scene, frame: &Frame) {
    let graph = graph(frame);
    let ids = frame.instance().expect("asked for");
    let amodal = |id: u32| {
        let inside = |&(x, y): &(i32, i32)| x >= 0 && y >= 0 && x < frame.width as i32 && y < frame.height as i32;
        frame.silhouettes[id as usize - 1].pixels().filter(inside).collect::<BTreeSet<_>>()
    };
    let masks: Vec<_> = (1..=scene.units.len() as u32).into_par_iter().map(amodal).collect();
    let mask = |id: u32| &masks[id as usize - 1];
    for (&(behind, front), &px) in &graph {
        assert!(px > 0 && behind > 0 && behind != front, "{name}: {front} before {behind}");
        assert!(px as usize <= mask(behind).len(), "{name}: {front} before {behind}");
        if front > 0 {
            // Wherever both are on the ray, one hides the other.
            let reverse = graph.get(&(front, behind)).copied().unwrap_or(0);
            let common = mask(front).intersection(mask(behind)).count();
            assert_eq!((px + reverse) as usize, common, "{name}: {front} and {behind}");
        }
    }
    for (i, own) in masks.iter().enumerate().filter(|(_, own)| !own.is_empty()) {
        let behind = i as u32 + 1;
        let mut seen = Graph::new();
        for &(x, y) in own {
            *seen.entry((behind, ids[[y as usize, x as usize]])).or_insert(0) += 1;
        }
        seen.remove(&(behind, behind));
        for (pair, px) in seen {
            assert!(graph.get(&pair).is_some_and(|&found| found >= px), "{name}: {pair:?} is seen in {px} pixels");
        }
    }
    let mut known = scene.clone();
    known.classes = (0..=2000).map(|id| SemanticClass { id, name: String::new(), is_product: true }).collect();
    let annotation = annotate(&known, frame).expect("consistent");
    assert_eq!(Some(annotation.occlusion), frame.occlusion, "{name}");
}

/// Shelves, coolers, pegboards and bins as the composer makes them.
fn composed() -> Vec<(String, Scene)> {
    let folder = tempfile::tempdir().expect("temporary folder");
    let catalog = shelves::write_catalog(folder.path());
    let recipes = ["default", "close", "bulk_bin", "pegboard", "cooler", "aisle"];
    let compose = |(i, recipe): (usize, &str)| {
        let composer = shelves::composer(&catalog, recipe, (90, 120));
        let scene = composer.compose(Seed { dataset: 40 + i as u64, index: 3 }).expect("composed");
        (recipe.to_owned(), scene)
    };
    recipes.into_iter().enumerate().map(compose).collect()
}

#[test]
fn composed_scenes_equal_each_unit_alone_and_follow_the_laws() {
    let mut cut = 0;
    for (name, scene) in composed() {
        let frame = same_as_alone(&name, &scene);
        check_laws(&name, &scene, &frame);
        let outside = |x: i32, y: i32| x < 0 || y < 0 || x >= frame.width as i32 || y >= frame.height as i32;
        cut += frame.silhouettes.iter().filter(|s| s.pixels().any(|(x, y)| outside(x, y))).count();
        assert!(graph(&frame).len() > 20, "{name} has only {} edges", graph(&frame).len());
    }
    assert!(cut > 20, "only {cut} silhouettes leave their pictures: the enlarged grid was not put to the test");
}

#[test]
fn the_graph_of_composed_scenes_equals_the_native_twin() {
    for (name, scene) in composed() {
        assert!(!shelves::has_masks(&scene), "{name} has alpha masks, which the native tracer does not look at");
        let tracer = Tracer::new(&scene).expect("traceable");
        let bodies = |&pixel: &DVec2| {
            let hits = tracer.camera_ray(pixel).map(|ray| tracer.all_hits(ray)).unwrap_or_default();
            let mut ids: Vec<u32> =
                hits.into_iter().map(|hit| tracer.scene().placements[hit.instance as usize].id).collect();
            let store = ids.iter().position(|&id| id == 0).unwrap_or(0);
            let mut place = 0..;
            ids.retain(|&id| place.next() <= Some(store) || id != 0);
            ids
        };
        let expected = count(centers(&scene).par_iter().map(bodies).collect::<Vec<_>>());
        let found = graph(&together(&scene, 0));
        let total: u32 = found.values().sum();
        let different = difference(&found, &expected);
        // Rays past an edge within rounding: a lost silhouette pixel costs a pixel of all pairs on its ray.
        assert!(total > 1000 && different <= 8 + total / 2000, "{name}: {different} of {total} pixels differ");
    }
}

#[test]
fn the_graph_of_clutter_equals_brute_force_in_f64() {
    for seed in [3, 4] {
        let mut scene = scenes::clutter(seed, 160, 120);
        scene.units.extend((1..5).flat_map(|more| scenes::clutter(seed + 10 * more, 160, 120).units));
        let frame = same_as_alone("clutter", &scene);
        check_laws("clutter", &scene, &frame);
        let reference = Reference::new(&scene);
        let rays = centers(&scene).par_iter().map(|&pixel| reference.see_all(pixel)).collect::<Vec<_>>();
        let expected = count(rays.iter().map(|ray| ray.iter().map(|body| body.id).collect()));
        let different = difference(&graph(&frame), &expected);
        let total: u32 = expected.values().sum();
        assert!(total > 5000 && different <= 8, "seed {seed}: {different} of {total} pixels differ");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// The camera stands anywhere, also among and inside of the units.
    #[test]
    fn random_scenes_equal_each_unit_alone(seed in any::<u64>(), eye in [-0.9..0.9, 0.5..1.9, -0.6..1.8], turn in 0.0..6.3) {
        let mut scene = scenes::clutter(seed, 48, 36);
        let eye = DVec3::from_array(eye);
        let camera = scenes::camera(48, 36, eye, eye + DVec3::new(f64::sin(turn), -0.1, f64::cos(turn)));
        scene.camera = endcap::geometry::Camera { distortion: scene.camera.distortion, ..camera };
        let frame = same_as_alone("random", &scene);
        check_laws("random", &scene, &frame);
    }
}

fn card(name: &str, width: f32, height: f32) -> endcap::catalog::Look {
    scenes::look(name, scenes::cuboid(Vec3::new(width, height, 0.002)), Material::default())
}

fn frontal(width: u32, height: u32) -> Scene {
    scenes::empty(scenes::camera(width, height, DVec3::new(0.0, 0.0, 1.0), DVec3::ZERO))
}

#[test]
fn rays_that_meet_a_hundred_units_lose_none() {
    // More than a ray keeps at once, and more than the list of a dispatch has room for.
    let mut scene = frontal(96, 72);
    let card = card("deep card", 3.0, 3.0);
    for i in 0..100_u32 {
        // From the back to the front and to and fro, so that no order of the tree is that of the depths.
        let depth = f64::from(i * 37 % 100) * 0.01;
        scene.units.push(scenes::unit(&card, DAffine3::from_translation(DVec3::new(0.0, 0.0, -depth))));
    }
    let frame = same_as_alone("deck", &scene);
    let pixels = frame.width * frame.height;
    let expected: Graph = (1..=100_u32)
        .flat_map(|a| (1..=100_u32).map(move |b| (b, a)))
        .filter(|&(b, a)| (a - 1) * 37 % 100 < (b - 1) * 37 % 100)
        .map(|pair| (pair, pixels))
        .collect();
    assert_eq!(graph(&frame), expected);
    let layers = together(&scene, 120).layers;
    for (k, DepthLayer { instance, depth }) in layers.iter().enumerate() {
        let expected = (1..=100).find(|i| (i - 1) * 37 % 100 == k as u32).unwrap_or(0);
        assert!(instance.iter().all(|&id| id == expected), "layer {k}");
        assert!(depth.iter().all(|depth| depth.is_finite() == (expected > 0)), "layer {k}");
    }
}

#[test]
fn ten_thousand_units_equal_each_unit_alone() {
    let mut scene = frontal(64, 48);
    let card = card("small card", 0.02, 0.02);
    for i in 0..10_000_u32 {
        let at = DVec3::new(f64::from(i % 100) * 0.015 - 0.75, f64::from(i / 100 % 50) * 0.015 - 0.4, 0.0);
        let pose = DAffine3::from_translation(at - DVec3::Z * 0.1 * f64::from(i / 5000));
        scene.units.push(scenes::unit(&card, pose));
    }
    let frame = same_as_alone("many", &scene);
    check_laws("many", &scene, &frame);
    assert!(graph(&frame).len() > 5000, "{}", graph(&frame).len());
}

#[test]
fn only_first_surfaces_count() {
    let mut scene = frontal(64, 48);
    let shell = scenes::look("shell", scenes::cuboid(Vec3::new(0.3, 0.3, 0.3)), Material::default());
    let core = scenes::look("core", scenes::cuboid(Vec3::new(0.1, 0.1, 0.1)), Material::default());
    // A box inside of another: the outer one hides it, and its own back wall is hidden by nothing.
    scene.units = [&shell, &core].map(|look| scenes::unit(look, DAffine3::IDENTITY)).to_vec();
    let frame = same_as_alone("nested", &scene);
    check_laws("nested", &scene, &frame);
    let area = frame.silhouettes[1].area() as u32;
    assert!(area > 20);
    assert_eq!(graph(&frame), Graph::from([((2, 1), area)]));

    // A shelf through the middle of the shell: it begins behind the front of the shell, and before the core.
    let board = scenes::look("board", scenes::cuboid(Vec3::new(0.5, 0.5, 0.001)), Material::default());
    scene.props.push(scenes::prop(&board, DAffine3::from_translation(DVec3::new(0.0, 0.0, 0.1))));
    let frame = together(&scene, 0);
    check_laws("nested with a board", &scene, &frame);
    assert_eq!(graph(&frame), Graph::from([((2, 0), area), ((2, 1), area)]));

    // A pane hides nothing.
    let props: Vec<_> = scene.props.drain(..).map(|prop| Prop { seen_through: true, ..prop }).collect();
    scene.props = props;
    assert_eq!(graph(&together(&scene, 0)), Graph::from([((2, 1), area)]));
}

#[test]
fn units_in_the_same_place_hide_each_other_as_they_are_seen() {
    let mut scene = frontal(64, 48);
    let card = card("twin card", 0.4, 0.3);
    scene.units = vec![scenes::unit(&card, DAffine3::IDENTITY); 3];
    let frame = same_as_alone("twins", &scene);
    check_laws("twins", &scene, &frame);
    let area = frame.silhouettes[0].area() as u32;
    assert_eq!(graph(&frame).values().copied().collect::<Vec<_>>(), [area; 3]);
}

#[test]
fn units_behind_and_beside_the_camera_are_cut_or_absent() {
    let mut scene = frontal(64, 48);
    let card = card("side card", 0.1, 0.1);
    let long = scenes::look("beam", scenes::cuboid(Vec3::new(0.05, 0.05, 4.0)), Material::default());
    // Behind the camera; through the camera's plane beside it; before it.
    for (look, place) in [(&card, [0.0, 0.0, 1.5]), (&long, [0.2, 0.0, 0.0]), (&card, [0.25, 0.02, -0.5])] {
        scene.units.push(scenes::unit(look, DAffine3::from_translation(DVec3::from_array(place))));
    }
    let frame = same_as_alone("cut", &scene);
    check_laws("cut", &scene, &frame);
    assert_eq!((frame.silhouettes[0].area(), frame.silhouettes[0].cut), (0, false));
    assert!(frame.silhouettes[1].cut && frame.silhouettes[1].area() > 500);
    assert!(graph(&frame).keys().all(|&(behind, front)| (behind, front) == (3, 2)) && graph(&frame).len() == 1);
}

#[test]
fn layers_begin_with_what_is_seen_and_hold_the_whole_graph() {
    let mut scenes = composed();
    scenes.truncate(3);
    scenes.push(("clutter".to_owned(), scenes::clutter(6, 96, 64)));
    for (name, scene) in scenes {
        let frame = together(&scene, 64);
        assert_eq!(frame.layers.len(), 64);
        let first = &frame.layers[0];
        assert_eq!(first.instance, frame.instance().expect("asked for"), "{name}");
        let bits = |depth: &f32| depth.to_bits();
        assert_eq!(first.depth.map(bits), frame.depth().expect("asked for").map(bits), "{name}");
        let rays = first.depth.indexed_iter().map(|(at, _)| {
            let bodies = frame.layers.iter().filter(|layer| layer.depth[at].is_finite());
            bodies.map(|layer| layer.instance[at]).collect()
        });
        assert_eq!(count(rays), graph(&frame), "{name}");
        assert!(frame.layers[63].depth.iter().all(|depth| depth.is_infinite()), "{name}: 64 layers are not enough");

        // Fewer layers and a part of the picture show the same; so do layers alone.
        let window = Window { x: 13, y: 7, width: 40, height: 31 };
        let settings = RenderSettings {
            planes: Vec::new(),
            silhouettes: false,
            layers: 2,
            window: Some(window),
            ..RenderSettings::default()
        };
        let part = renderer().render(&scene, &settings).expect("rendered");
        assert_eq!((part.layers.len(), part.silhouettes.len(), &part.occlusion), (2, 0, &None));
        for (own, whole) in part.layers.iter().zip(&frame.layers) {
            let cut = ndarray::s![7..7 + 31, 13..13 + 40];
            assert_eq!(own.instance, whole.instance.slice(cut), "{name}");
            assert_eq!(own.depth, whole.depth.slice(cut), "{name}");
        }
    }
}
