//! What workers try who want to be paid for less than the work. Each must be found, and honest work must pass.

use endcap::annotate::annotate;
use endcap::frame::{Frame, Plane, PlaneData, Silhouette};
use endcap::job::verify::{Finding, Outcome, Sample, Tolerance, Verdict};
use endcap::job::{EngineClass, Verifier};
use endcap::render::RenderSettings;
use endcap::seed::Seed;
use ndarray::s;

use crate::shop::{Made, SEED, Shop};
use crate::support;

/// The verdict on these frames, delivered by a machine of this class, when everything is looked at.
fn verdict(shop: &Shop, made: &[Made], class: &EngineClass) -> Verdict {
    let delivery = shop.deliver(&shop.encode(made), class.clone()).expect("a sound archive");
    let mut verifier = Verifier::new(&shop.bundle, shop.composer.clone(), support::renderer());
    verifier.verify(&delivery, &Sample::all(&shop.unit(), (60, 80))).expect("this machine works")
}

fn another_class(shop: &Shop) -> EngineClass {
    EngineClass { adapter: "Another GPU".to_owned(), ..shop.class.clone() }
}

fn says(findings: &[Finding], place: &str) -> bool {
    findings.iter().any(|finding| finding.place.contains(place))
}

#[test]
fn honest_work_passes_in_the_same_class_and_in_another() {
    let shop = Shop::open();
    let made = shop.honest();
    for class in [shop.class.clone(), another_class(&shop)] {
        let found = verdict(&shop, &made, &class);
        assert_eq!((found.outcome, found.findings), (Outcome::Valid, vec![]), "{class}");
        assert_eq!((found.traced, found.tiles), (2, 2));
    }
}

#[test]
fn a_frame_of_another_seed_is_found() {
    let shop = Shop::open();
    let mut made = shop.honest();
    made[1] = shop.make(Seed { dataset: SEED + 1, index: 6 }, &shop.bundle.settings());
    let found = verdict(&shop, &made, &another_class(&shop));
    assert!(found.outcome == Outcome::Invalid && says(&found.findings, "frame 6"), "{found:?}");
    assert!(!says(&found.findings, "frame 5"), "{found:?}");
}

#[test]
fn a_copied_frame_is_found() {
    let shop = Shop::open();
    let mut made = shop.honest();
    made[1] = made[0].clone();
    let found = verdict(&shop, &made, &shop.class);
    assert!(found.outcome == Outcome::Invalid && says(&found.findings, "frame 6: camera"), "{found:?}");
}

#[test]
fn stale_results_of_another_job_are_found() {
    let shop = Shop::open();
    let stale =
        shop.unit().frames.map(|index| shop.make(Seed { dataset: SEED, index: index - 2 }, &shop.bundle.settings()));
    let found = verdict(&shop, &stale.collect::<Vec<_>>(), &shop.class);
    assert!(found.outcome == Outcome::Invalid && says(&found.findings, "frame 5"), "{found:?}");
}

#[test]
fn fewer_samples_are_found() {
    let shop = Shop::open();
    let cheap = RenderSettings { samples: 1, ..shop.bundle.settings() };
    let made: Vec<Made> = shop.unit().frames.map(|index| shop.make(Seed { dataset: SEED, index }, &cheap)).collect();
    let found = verdict(&shop, &made, &shop.class);
    assert!(found.outcome == Outcome::Invalid && says(&found.findings, "rgb/000005.png: tile"), "{found:?}");
    // Another class could have rounded otherwise, though not so much: a third machine decides.
    let found = verdict(&shop, &made, &another_class(&shop));
    assert!(found.outcome == Outcome::Inconclusive && found.findings.len() == 2, "{found:?}");
}

#[test]
fn a_painted_patch_is_found_where_a_tile_meets_it() {
    let shop = Shop::open();
    // The tile is the whole picture here; drivers differ in a few of its pixels.
    let cases = [
        (shop.class.clone(), Outcome::Invalid, s![10..16, 20..26, ..]),
        (another_class(&shop), Outcome::Inconclusive, s![10..40, 20..45, ..]),
    ];
    for (class, outcome, patch) in cases {
        let mut made = shop.honest();
        let Some(PlaneData::U8(rgb)) = made[0].frame.planes.get_mut(&Plane::Rgb) else { panic!("there is colour") };
        rgb.slice_mut(patch).fill(200);
        let found = verdict(&shop, &made, &class);
        assert!(found.outcome == outcome && says(&found.findings, "rgb/000005.png: tile"), "{found:?}");
    }
}

#[test]
fn shifted_ids_are_found() {
    let shop = Shop::open();
    let mut made = shop.honest();
    let Some(PlaneData::U32(ids)) = made[0].frame.planes.get_mut(&Plane::Instance) else { panic!("there are ids") };
    ids.mapv_inplace(|id| if id == 0 { 0 } else { id + 1 });
    let found = verdict(&shop, &made, &another_class(&shop));
    assert!(found.outcome == Outcome::Invalid && says(&found.findings, "instance/000005.png"), "{found:?}");
}

#[test]
fn a_whole_record_with_shifted_ids_is_found() {
    // Ids that are shifted everywhere, in the plane and in the record, fit each other, but not the scene.
    let shop = Shop::open();
    let mut made = shop.honest();
    let Some(PlaneData::U32(ids)) = made[0].frame.planes.get_mut(&Plane::Instance) else { panic!("there are ids") };
    ids.mapv_inplace(|id| if id == 0 { 0 } else { id + 1 });
    let annotation = &mut made[0].annotation;
    for unit in &mut annotation.instances {
        unit.id += 1;
        unit.occluded_by.iter_mut().filter(|by| by.id > 0).for_each(|by| by.id += 1);
    }
    for edge in &mut annotation.occlusion {
        edge.behind += 1;
        edge.front += u32::from(edge.front > 0);
    }
    let found = verdict(&shop, &made, &another_class(&shop));
    assert!(found.outcome == Outcome::Invalid, "{found:?}");
}

#[test]
fn silhouettes_that_nobody_traced_are_found() {
    // Whoever gives visible masks for full silhouettes saves the pass that meets all units on every ray.
    let shop = Shop::open();
    let mut made = shop.honest();
    let Made { scene, frame, annotation } = &mut made[0];
    let mut lazy = Frame { silhouettes: Vec::new(), occlusion: Some(Vec::new()), ..frame.clone() };
    let ids = frame.instance().expect("there are ids");
    for id in 1..=scene.units.len() as u32 {
        let mut silhouette = Silhouette::new(0, 0, frame.width, frame.height);
        for ((y, x), _) in ids.indexed_iter().filter(|(_, seen)| **seen == id) {
            silhouette.insert(x as i32, y as i32);
        }
        lazy.silhouettes.push(silhouette);
    }
    let area = |frame: &Frame| frame.silhouettes.iter().map(Silhouette::area).sum::<u64>();
    assert!(area(&lazy) < area(frame));
    *annotation = annotate(scene, &lazy).expect("it agrees with itself");
    let found = verdict(&shop, &made, &shop.class);
    assert!(found.outcome == Outcome::Invalid && says(&found.findings, "frames/000005.json"), "{found:?}");
    let found = verdict(&shop, &made, &another_class(&shop));
    assert!(found.outcome == Outcome::Inconclusive && says(&found.findings, "frame 5"), "{found:?}");
}

#[test]
fn a_depth_layer_that_nobody_traced_is_found() {
    let shop = Shop::with(2, Tolerance::default());
    let mut made = shop.honest();
    let found = verdict(&shop, &made, &shop.class);
    assert_eq!((found.outcome, found.findings), (Outcome::Valid, vec![]));
    // Whoever gives the first layer for the second saves the rays behind it.
    let layers = &mut made[0].frame.layers;
    assert_ne!(layers[0].instance, layers[1].instance);
    layers[1] = layers[0].clone();
    let found = verdict(&shop, &made, &shop.class);
    assert!(found.outcome == Outcome::Invalid && says(&found.findings, "000005"), "{found:?}");
}

#[test]
fn measured_planes_that_nobody_traced_are_found() {
    type Alter = fn(&mut ndarray::Array3<f32>);
    let shop = Shop::open();
    let cases: [(Plane, Alter); 2] = [
        // All walls face the camera.
        (Plane::Normal, |normal| normal.outer_iter_mut().for_each(|mut row| row.slice_mut(s![.., 0]).fill(0.0))),
        (Plane::Depth, |depth| depth.slice_mut(s![20..60, 10..50, 0]).mapv_inplace(|metres| metres * 1.01)),
    ];
    for (plane, alter) in cases {
        let mut made = shop.honest();
        let Made { scene, frame, annotation } = &mut made[0];
        let Some(PlaneData::F32(values)) = frame.planes.get_mut(&plane) else { panic!("there is {plane}") };
        alter(values);
        *annotation = annotate(scene, frame).expect("it agrees with itself");
        let found = verdict(&shop, &made, &another_class(&shop));
        let place = format!("{plane}/000005");
        assert!(found.outcome == Outcome::Inconclusive && says(&found.findings, &place), "{plane}: {found:?}");
    }
}

#[test]
fn moved_labels_are_found() {
    type Alter = fn(&mut Made);
    let shop = Shop::open();
    let cases: [(&str, Alter); 5] = [
        ("world_from_object", |made| made.annotation.instances[0].world_from_object[0][3] += 1e-6),
        ("gtin", |made| {
            let other = made
                .annotation
                .instances
                .iter()
                .find_map(|unit| unit.gtin.filter(|gtin| Some(*gtin) != made.annotation.instances[0].gtin));
            made.annotation.instances[0].gtin = other;
        }),
        ("keypoints", |made| {
            let unit = made.annotation.instances.iter_mut().find(|unit| !unit.keypoints.is_empty());
            unit.expect("there are keypoints").keypoints[0].object_m[0] += 1e-4;
        }),
        ("exposure", |made| made.scene.photography.lens.vignetting += 0.01),
        ("shelf", |made| made.annotation.shelf = None),
    ];
    for (name, alter) in cases {
        let mut made = shop.honest();
        alter(&mut made[0]);
        let found = verdict(&shop, &made, &another_class(&shop));
        assert!(found.outcome == Outcome::Invalid, "{name}: {found:?}");
    }
}

#[test]
fn what_is_planted_is_found_and_a_blind_verifier_is_noticed() {
    let blind = Tolerance { color_share: 0.0, color_psnr_db: 0.0, ..Tolerance::default() };
    for (tolerance, is_blind) in [(Tolerance::default(), false), (blind, true)] {
        let shop = Shop::with(0, tolerance);
        let files = shop.encode(&shop.honest());
        let mut verifier = Verifier::new(&shop.bundle, shop.composer.clone(), support::renderer());
        let deliver = |class| shop.deliver(&files, class).expect("a sound archive");
        let all = Sample::all(&shop.unit(), (60, 80));
        // Within a class there is no tolerance; and what follows from the scene needs no tile.
        verifier.probe(deliver(shop.class.clone()), &all).expect("found");
        verifier.probe(deliver(another_class(&shop)), &Sample::none()).expect("found");
        let probed = verifier.probe(deliver(another_class(&shop)), &all);
        match (is_blind, probed) {
            (false, Ok(())) => {}
            (true, Err(error)) => assert!(error.to_string().contains("rgb/000005.png, planted into unit 1"), "{error}"),
            (_, probed) => panic!("{probed:?}"),
        }
    }
}
