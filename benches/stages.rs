//! One table of cases per stage: compose, render (planes, silhouettes, colour), annotate, encode.
//!
//! `cargo bench`, or `make bench`. Renders include the read-back. ENDCAP_BENCH_ADAPTER names an adapter.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use endcap::Sample;
use endcap::annotate::annotate;
use endcap::catalog::Catalog;
use endcap::dataset::{DatasetWriter, Export, Run, formats_by_name};
use endcap::frame::Plane;
use endcap::render::{AdapterChoice, RenderSettings, Renderer, RendererOptions};
use endcap::scene::{Composer, Recipe, Scene};
use endcap::seed::Seed;
use endcap::trace::Tracer;
use glam::DVec2;

const SIZE: (u32, u32) = (640, 480);

fn composer() -> Composer {
    let mut recipe = Recipe::builtin("default").expect("built in");
    (recipe.picture.width, recipe.picture.height, recipe.picture.turned) = (SIZE.0, SIZE.1, 0.0);
    Composer::new(Arc::new(Catalog::builtin().expect("built in")), recipe).expect("fits its own catalogue")
}

fn scene(composer: &Composer) -> Scene {
    composer.compose(Seed { dataset: 0, index: 0 }).expect("composes")
}

fn compose(c: &mut Criterion) {
    let composer = composer();
    let mut group = c.benchmark_group("compose");
    let mut index = 0;
    group.throughput(Throughput::Elements(1)).bench_function("default", |b| {
        b.iter(|| {
            index += 1;
            composer.compose(Seed { dataset: 0, index: index % 64 }).expect("composes")
        });
    });
    group.finish();
}

fn render(c: &mut Criterion) {
    let adapter = std::env::var("ENDCAP_BENCH_ADAPTER").map_or(AdapterChoice::Best, AdapterChoice::Named);
    let mut renderer = Renderer::new(&RendererOptions { adapter, ..Default::default() }).expect("a Vulkan driver");
    let scene = scene(&composer());
    let pixels = u64::from(SIZE.0 * SIZE.1);
    let mut group = c.benchmark_group(format!("render/{} units", scene.units.len()));
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    let truth: Vec<Plane> = Plane::ALL.into_iter().filter(|&plane| !plane.is_color()).collect();
    for (name, planes, silhouettes, samples) in [
        ("instance", vec![Plane::Instance], false, 0),
        ("instance and depth", vec![Plane::Instance, Plane::Depth], false, 0),
        ("all planes of truth", truth, false, 0),
        ("silhouettes", Vec::new(), true, 0),
        ("colour, 1 sample", vec![Plane::Rgb], false, 1),
        ("colour, 16 samples", vec![Plane::Rgb], false, 16),
    ] {
        let settings = RenderSettings { planes, silhouettes, samples, ..Default::default() };
        group.throughput(Throughput::Elements(pixels));
        group.bench_function(name, |b| b.iter(|| renderer.render(&scene, &settings).expect("renders")));
    }
    group.finish();
}

fn native(c: &mut Criterion) {
    let scene = scene(&composer());
    let tracer = Tracer::new(&scene).expect("traceable");
    let mut group = c.benchmark_group("trace");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(SIZE.0 * SIZE.1)));
    group.bench_function("native twin, one thread", |b| {
        b.iter(|| {
            let pixels = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| DVec2::new(x.into(), y.into()) + 0.5));
            pixels.filter_map(|pixel| tracer.first_hit(tracer.camera_ray(pixel)?)).count()
        });
    });
    group.finish();
}

fn store(c: &mut Criterion) {
    let composer = composer();
    let scene = scene(&composer);
    let mut renderer = Renderer::new(&RendererOptions::default()).expect("a Vulkan driver");
    let settings = RenderSettings { samples: 1, ..Default::default() };
    let frame = renderer.render(&scene, &settings).expect("renders");
    let annotation = annotate(&scene, &frame).expect("consistent");
    let mut group = c.benchmark_group("store");
    group.sample_size(10).throughput(Throughput::Elements(1));
    group.bench_function("annotate", |b| b.iter(|| annotate(&scene, &frame).expect("consistent")));
    for (name, planes) in [
        ("rgb, instance, depth", vec![Plane::Rgb, Plane::Instance, Plane::Depth]),
        ("all planes", Plane::USUAL.to_vec()),
    ] {
        let place = tempfile::tempdir().expect("temporary folder");
        let run = Run {
            recipe: String::new(),
            catalog_digest: String::new(),
            seed: 0,
            frames: 0..1,
            width: SIZE.0,
            height: SIZE.1,
            planes,
            layers: 0,
            pictures: 1,
            classes: scene.classes.clone(),
            settings: BTreeMap::new(),
            export: Export::default(),
        };
        let formats = formats_by_name(["coco"]).expect("known");
        let encoder = DatasetWriter::create(place.path(), &run, &formats).expect("empty folder").encoder();
        let sample = Sample { index: 0, scene: &scene, frame: &frame, annotation: &annotation };
        group.bench_function(name, |b| b.iter(|| encoder.store(&sample).expect("room")));
    }
    group.finish();
}

criterion_group!(stages, compose, render, native, store);
criterion_main!(stages);
