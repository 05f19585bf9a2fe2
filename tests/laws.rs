//! What must hold for every labelled frame, on scenes that were really composed and rendered.
#![cfg(feature = "gpu")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard};

use endcap::annotate::{Annotation, InstanceAnnotation, PixelBox, annotate};
use endcap::catalog::Material;
use endcap::dataset::{self, DatasetWriter, Export, FrameRecord, Run, frame_name};
use endcap::frame::{Frame, Plane};
use endcap::render::{AdapterChoice, RenderSettings, Renderer, RendererOptions};
use endcap::scene::{Composer, Scene, collision};
use endcap::seed::Seed;
use endcap::trace::Tracer;
use glam::{DAffine3, DMat3, DVec2, DVec3, Vec3};
use support::{scenes, shelves};

/// A composed scene, its frame, and what is true about it.
struct Case {
    name: String,
    scene: Scene,
    frame: Frame,
    annotation: Annotation,
}

static CATALOG: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("temporary folder");
    shelves::write_catalog(folder.path());
    folder
});

static RENDERER: LazyLock<Mutex<Renderer>> = LazyLock::new(|| Mutex::new(support::renderer()));

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let scenes = shelves::scenes(&CATALOG.path().join("products.csv"));
    scenes
        .into_iter()
        .map(|(name, scene)| {
            let (frame, annotation) = truth(&scene);
            Case { name, scene, frame, annotation }
        })
        .collect()
});

fn renderer() -> MutexGuard<'static, Renderer> {
    RENDERER.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn truth(scene: &Scene) -> (Frame, Annotation) {
    let planes = vec![Plane::Instance, Plane::Semantic, Plane::Depth, Plane::Coords];
    let settings = RenderSettings { planes, ..RenderSettings::default() };
    let frame = renderer().render(scene, &settings).expect("rendered");
    let annotation = annotate(scene, &frame).expect("a frame of this scene");
    (frame, annotation)
}

fn center(x: usize, y: usize) -> DVec2 {
    DVec2::new(x as f64 + 0.5, y as f64 + 0.5)
}

/// Units that are partly hidden, spread over the picture.
fn partly_hidden(case: &Case, count: usize) -> Vec<&InstanceAnnotation> {
    let hidden: Vec<_> = case
        .annotation
        .instances
        .iter()
        .filter(|unit| unit.visible_px > 0 && unit.visible_px < unit.amodal_px)
        .collect();
    assert!(hidden.len() >= count, "{}: only {} units are partly hidden", case.name, hidden.len());
    hidden.iter().copied().step_by((hidden.len() / count).max(1)).take(count).collect()
}

#[test]
fn the_scenes_are_worth_testing() {
    for Case { name, annotation, frame, .. } in CASES.iter() {
        let seen = annotation.instances.iter().filter(|unit| unit.visible_px > 0).count();
        let skus: BTreeSet<_> = annotation.instances.iter().filter_map(|unit| unit.sku.as_deref()).collect();
        let covered = frame.instance().expect("asked for").iter().filter(|&&id| id > 0).count();
        let share = covered as f64 / f64::from(frame.width * frame.height);
        assert!(seen >= 10 && skus.len() >= 3, "{name}: {seen} units of {} products are seen", skus.len());
        assert!(share > 0.1, "{name}: units cover {share} of the picture");
    }
}

#[test]
fn visible_masks_and_background_partition_the_picture() {
    for Case { name, annotation, frame, .. } in CASES.iter() {
        let ids = frame.instance().expect("asked for");
        let mut owner = ids.map(|_| 0);
        for unit in &annotation.instances {
            for (x, y) in unit.mask_visible.pixels() {
                let owner = &mut owner[[y as usize, x as usize]];
                assert_eq!(*owner, 0, "{name}: units {owner} and {} share pixel {x}, {y}", unit.id);
                *owner = unit.id;
            }
        }
        assert_eq!(owner, ids, "{name}");
        let visible: u64 = annotation.instances.iter().map(|unit| u64::from(unit.visible_px)).sum();
        let background = ids.iter().filter(|&&id| id == 0).count() as u64;
        assert_eq!(visible + background, u64::from(frame.width) * u64::from(frame.height), "{name}");
    }
}

#[test]
fn visible_is_part_of_amodal_and_boxes_are_tight() {
    for Case { name, annotation, frame, .. } in CASES.iter() {
        for unit in &annotation.instances {
            let what = format!("{name}: unit {}", unit.id);
            let visible: BTreeSet<(u32, u32)> = unit.mask_visible.pixels().collect();
            let amodal: BTreeSet<(u32, u32)> = unit.mask_amodal.pixels().collect();
            assert!(visible.is_subset(&amodal), "{what}");
            assert!(amodal.iter().all(|&(x, y)| x < frame.width && y < frame.height), "{what}");
            assert_eq!((visible.len(), amodal.len()), (unit.visible_px as usize, unit.amodal_px as usize), "{what}");
            assert_eq!(unit.bbox_visible, PixelBox::around(visible), "{what}");
            assert_eq!(unit.bbox_amodal, PixelBox::around(amodal), "{what}");
        }
    }
}

#[test]
fn visibility_is_the_ratio_and_occluders_account_for_the_rest() {
    for Case { name, annotation, scene, .. } in CASES.iter() {
        for unit in &annotation.instances {
            let what = format!("{name}: unit {}", unit.id);
            let visibility = unit.visibility.expect("listed units have a silhouette");
            assert!((0.0..=1.0).contains(&visibility), "{what}: {visibility}");
            assert_eq!(visibility, f64::from(unit.visible_px) / f64::from(unit.amodal_px), "{what}");
            let hidden: u32 = unit.occluded_by.iter().map(|occluder| occluder.px).sum();
            assert_eq!(hidden, unit.amodal_px - unit.visible_px, "{what}");
            assert!(unit.occluded_by.iter().all(|by| by.id != unit.id && by.px > 0), "{what}");
            assert!(unit.occluded_by.is_sorted_by(|a, b| a.id < b.id), "{what}");
            assert!(unit.occluded_by.iter().all(|by| by.id as usize <= scene.units.len()), "{what}");
            assert!(unit.silhouette_px >= u64::from(unit.amodal_px), "{what}");
            assert!(unit.truncated || unit.silhouette_px == u64::from(unit.amodal_px), "{what}");
        }
    }
}

#[test]
fn without_all_other_units_a_unit_keeps_its_amodal_mask_and_is_seen_at_least_as_well() {
    let mut better = 0;
    for case in CASES.iter() {
        for before in partly_hidden(case, 4) {
            let mut alone = case.scene.clone();
            alone.units = vec![case.scene.units[before.id as usize - 1].clone()];
            let (_, annotation) = truth(&alone);
            let [after] = &annotation.instances[..] else { panic!("one unit, one annotation") };
            let what = format!("{}: unit {}", case.name, before.id);
            assert_eq!(after.mask_amodal, before.mask_amodal, "{what}");
            assert_eq!(after.silhouette_px, before.silhouette_px, "{what}");
            assert!(after.visibility >= before.visibility, "{what}: {:?} {:?}", before.visibility, after.visibility);
            better += usize::from(after.visibility > before.visibility);
            // With the shelves gone too, all of it is seen.
            alone.props.clear();
            let (_, annotation) = truth(&alone);
            assert_eq!(annotation.instances[0].mask_visible, before.mask_amodal, "{what}");
        }
    }
    assert!(better >= 10, "only {better} units are hidden by others: the law was not put to the test");
}

#[test]
fn another_occluder_never_raises_a_visibility() {
    let mut lower = 0;
    for (number, case) in CASES.iter().enumerate() {
        let mut rng = Seed { dataset: 5, index: number as u64 }.rng("test/occluder");
        for turn in 0..3 {
            // A board between the camera and a pixel somewhere in the middle of the picture.
            let camera = &case.scene.camera;
            let pixel = DVec2::new(
                rng.uniform(0.2..0.8) * f64::from(camera.width),
                rng.uniform(0.2..0.8) * f64::from(camera.height),
            );
            let ray = camera.unproject(pixel).expect("invertible");
            let position = camera.world_from_camera.transform_point3(ray * rng.uniform(0.3..0.7));
            let size = Vec3::new(rng.uniform(0.05..0.3) as f32, rng.uniform(0.05..0.3) as f32, 0.01);
            let board = scenes::look(&format!("board-{number}-{turn}"), scenes::cuboid(size), Material::default());
            let mut scene = case.scene.clone();
            let pose = DAffine3 { matrix3: DMat3::from_rotation_z(rng.uniform(-3.0..3.0)), translation: position };
            scene.units.push(scenes::unit(&board, pose));
            let (_, annotation) = truth(&scene);
            assert_eq!(annotation.instances.len(), case.annotation.instances.len() + 1, "{}", case.name);
            let board = annotation.instances.last().expect("one more than before");
            for (before, after) in case.annotation.instances.iter().zip(&annotation.instances) {
                let what = format!("{}: unit {}", case.name, before.id);
                assert_eq!((before.id, &before.mask_amodal), (after.id, &after.mask_amodal), "{what}");
                assert!(after.visibility <= before.visibility, "{what}");
                let lost = before.visible_px - after.visible_px;
                let named = after.occluded_by.iter().find(|by| by.id == board.id).map_or(0, |by| by.px);
                assert!(lost <= named, "{what}: {lost} pixels lost, {named} to the board");
                lower += usize::from(lost > 0);
            }
        }
    }
    assert!(lower > 50, "only {lower} units were hidden: the law was not put to the test");
}

#[test]
fn no_two_units_share_space() {
    for Case { name, scene, .. } in CASES.iter() {
        for (i, a) in scene.units.iter().enumerate() {
            for (j, b) in scene.units.iter().enumerate().skip(i + 1) {
                assert!(!collision::overlaps(a, b), "{name}: units {} ({}) and {} ({})", i + 1, a.name, j + 1, b.name);
            }
        }
    }
}

#[test]
fn the_native_tracer_sees_what_the_gpu_sees() {
    for Case { name, scene, frame, .. } in CASES.iter() {
        // The tracer takes a surface with an alpha mask for whole; composed scenes have none.
        assert!(!shelves::has_masks(scene), "{name} has alpha masks, which the native tracer does not look at");
        let tracer = Tracer::new(scene).expect("traceable");
        let (ids, depth) = (frame.instance().expect("asked for"), frame.depth().expect("asked for"));
        let mut different = 0;
        for ((y, x), &id) in ids.indexed_iter() {
            let hit = tracer.camera_ray(center(x, y)).and_then(|ray| tracer.first_hit(ray));
            let seen = hit.map_or(0, |hit| tracer.scene().placements[hit.instance as usize].id);
            let (near, far) = (hit.map_or(f32::INFINITY, |hit| hit.t), depth[[y, x]]);
            different += usize::from(seen != id || (near - far).abs() > 1e-4 * near.min(1e3));
        }
        assert!(different <= 2, "{name}: {different} pixels differ");
        for (unit, silhouette) in frame.silhouettes.iter().enumerate().step_by(9) {
            let (mut wrong, width, height) = (0, frame.width as i32, frame.height as i32);
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                let ray = tracer.camera_ray(center(x as usize, y as usize)).expect("invertible");
                wrong += usize::from(tracer.meets(ray, unit as u32) != silhouette.contains(x, y));
            }
            assert!(wrong <= 1, "{name}: unit {}: {wrong} pixels of its silhouette differ", unit + 1);
        }
    }
}

#[test]
fn projecting_undoes_unprojecting_and_points_lie_in_their_units() {
    for Case { name, scene, frame, .. } in CASES.iter() {
        let (ids, depth) = (frame.instance().expect("asked for"), frame.depth().expect("asked for"));
        let (coords, semantic) =
            (frame.floats(Plane::Coords).expect("asked for"), frame.semantic().expect("asked for"));
        for ((y, x), &id) in ids.indexed_iter() {
            let pixel = center(x, y);
            let ray = scene.camera.unproject(pixel).expect("a lens that can be inverted");
            for scale in [0.05, 1.0, 40.0] {
                let back = scene.camera.project(ray * scale).expect("in front of the camera");
                assert!(back.distance(pixel) < 1e-6, "{name}: {pixel} came back as {back}");
            }
            let Some(unit) = (id as usize).checked_sub(1).map(|unit| &scene.units[unit]) else { continue };
            assert_eq!(semantic[[y, x]], unit.class, "{name}: pixel {x}, {y}");
            let world = scene.camera.world_from_camera.transform_point3(ray * f64::from(depth[[y, x]]));
            let object = unit.world_from_object.inverse().transform_point3(world);
            let bounds = unit.look.model.bounds;
            let found = DVec3::from_array([0, 1, 2].map(|c| f64::from(coords[[y, x, c]])));
            let found = bounds.min + found * bounds.size();
            // A lid that is seen edge on stretches the last bits of the depth, but only along the ray.
            assert!(object.distance(found) < 1e-3, "{name}: unit {id} at {x}, {y}: {found} should be {object}");
            let in_camera = DAffine3::from_mat4(scene.camera.camera_from_world()) * unit.world_from_object;
            let shown = scene.camera.project(in_camera.transform_point3(found)).expect("in front of the camera");
            assert!(shown.distance(pixel) < 0.05, "{name}: unit {id}: {pixel} shows a point of {shown}");
        }
    }
}

fn produce(composer: &Composer, seed: u64, frames: std::ops::Range<u64>, folder: &Path) {
    let recipe = composer.recipe();
    let planes = Plane::USUAL.to_vec();
    let run = Run {
        recipe: recipe.to_toml(),
        catalog_digest: "00".repeat(32),
        seed,
        frames,
        width: recipe.picture.width,
        height: recipe.picture.height,
        planes: planes.clone(),
        layers: 0,
        pictures: 1,
        classes: composer.classes().to_vec(),
        settings: [("spp".to_owned(), "2".to_owned())].into(),
        export: Export::default(),
    };
    let formats = dataset::formats_by_name(["coco"]).expect("a format");
    let writer = DatasetWriter::create(folder, &run, &formats).expect("an empty folder");
    let settings = RenderSettings { planes, samples: 2, ..RenderSettings::default() };
    dataset::produce(composer, &mut renderer(), writer, &settings, |_| ()).expect("produced");
}

#[test]
fn a_frame_alone_equals_the_frame_of_a_run() {
    let composer = shelves::composer(&CATALOG.path().join("products.csv"), "default", (72, 96));
    let place = tempfile::tempdir().expect("temporary folder");
    let folder = |name: &str| place.path().join(name);
    produce(&composer, 11, 0..5, &folder("run"));
    produce(&composer, 11, 3..4, &folder("alone"));
    let mut compared = 0;
    for entry in std::fs::read_dir(folder("alone")).expect("a folder") {
        let kind = entry.expect("readable").file_name();
        for extension in ["json", "png", "exr"] {
            let path = Path::new(&kind).join(frame_name(3)).with_extension(extension);
            if let Ok(alone) = std::fs::read(folder("alone").join(&path)) {
                let run = std::fs::read(folder("run").join(&path)).expect("the run has the same files");
                assert!(alone == run, "{} differs", path.display());
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 1 + Plane::USUAL.len());
    // One thread or many, the bytes are the same.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(|| produce(&composer, 11, 0..5, &folder("one thread")));
    assert_eq!(support::files_in(&folder("run")), support::files_in(&folder("one thread")));
}

#[test]
fn a_renderer_without_room_for_textures_makes_the_same_frames() {
    let adapter = renderer().adapter().name.clone();
    let options = RendererOptions { adapter: AdapterChoice::Named(adapter), texture_budget_bytes: Some(0) };
    let mut forgetful = Renderer::new(&options).expect("the adapter of all other tests");
    let settings = RenderSettings { planes: vec![Plane::Albedo], silhouettes: false, ..RenderSettings::default() };
    // What the first scene needs makes way for the second one, and comes back.
    for case in CASES.iter().chain(CASES.first()) {
        let expected = renderer().render(&case.scene, &settings).expect("rendered");
        assert_eq!(forgetful.render(&case.scene, &settings).expect("rendered"), expected, "{}", case.name);
    }
}

#[test]
fn written_gtins_have_their_check_digit_and_the_dataset_passes_its_check() {
    let composer = shelves::composer(&CATALOG.path().join("products.csv"), "close", (96, 128));
    let place = tempfile::tempdir().expect("temporary folder");
    produce(&composer, 3, 0..3, place.path());
    let files = support::files_in(place.path());
    let (mut numbers, mut lengths) = (0, BTreeSet::new());
    for (path, content) in files.iter().filter(|(path, _)| path.ends_with(".json")) {
        let value: serde_json::Value = serde_json::from_slice(content).expect("JSON");
        visit(&value, &mut |key, text| {
            if key == "gtin" || key == "expected_gtin" {
                assert!(has_check_digit(text), "{path}: {key} {text}");
                numbers += 1;
                lengths.insert(text.len());
            }
        });
    }
    assert!(numbers > 100, "only {numbers} numbers are written");
    assert!(lengths.len() > 1, "all numbers have {lengths:?} digits");
    for frame in 0..3 {
        let text = &files[&format!("frames/{}.json", frame_name(frame))];
        let record: FrameRecord = serde_json::from_slice(text).expect("a frame's record");
        assert_eq!(record.to_json().expect("finite").as_bytes(), &text[..], "reading and writing change nothing");
    }
    let problems = dataset::check(place.path()).expect("readable");
    assert!(problems.is_empty(), "{problems:?}");
}

/// Calls back for every text that stands under a key.
fn visit(value: &serde_json::Value, found: &mut impl FnMut(&str, &str)) {
    match value {
        serde_json::Value::Array(list) => list.iter().for_each(|value| visit(value, found)),
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(text) => found(key, text),
                    None => visit(value, found),
                }
            }
        }
        _ => {}
    }
}

/// GS1's rule, counted from the right: odd places weigh 3, and all digits with the check digit add up to a multiple of 10.
fn has_check_digit(gtin: &str) -> bool {
    let digits: Option<Vec<u32>> = gtin.chars().rev().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let weighted: u32 = digits.iter().enumerate().map(|(i, digit)| digit * if i % 2 == 1 { 3 } else { 1 }).sum();
        matches!(digits.len(), 8 | 12 | 13 | 14) && weighted.is_multiple_of(10)
    })
}
