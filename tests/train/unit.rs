//! A whole unit: the generator on one side, the example's Python on the other, and only its counts are delivered.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use endcap::dataset::{Export, Header, Run, format_by_name};
use endcap::frame::Plane;
use endcap::job::train::{Runtime, Sandbox, keep_outputs, train};
use endcap::job::verify::{Outcome, Sample};
use endcap::job::{
    Bundle, BundleCache, Collector, ColorSettings, Delivery, JobOptions, Limits, TrainPlan, Verifier, work_with,
};
use endcap::render::RenderSettings;
use endcap::scene::{Composer, Recipe};
use endcap::seed::Seed;
use endcap::{Catalog, dataset};

use crate::pack::Image;
use crate::step::sandbox;
use crate::support;

fn bundle(folder: &Path, plan: Option<&TrainPlan>, name: &str) -> Bundle {
    let catalog = Catalog::open(&support::shelves::write_catalog(folder)).expect("a catalogue");
    let mut recipe = Recipe::builtin("close").expect("built in");
    (recipe.picture.width, recipe.picture.height) = (60, 80);
    let digest = catalog.digest().to_hex().to_string();
    let run = Run {
        recipe: recipe.to_toml(),
        catalog_digest: digest,
        seed: 9,
        frames: 3..7,
        width: 60,
        height: 80,
        planes: vec![Plane::Rgb, Plane::Instance, Plane::Depth],
        layers: 0,
        pictures: 1,
        classes: Composer::new(Arc::new(catalog), recipe).expect("fits").classes().to_vec(),
        settings: Default::default(),
        export: Export::default(),
    };
    let cheap = RenderSettings { samples: 1, ..RenderSettings::default() };
    let options = JobOptions {
        unit_frames: 2,
        catalog_source: "products.csv".to_owned(),
        limits: Limits { out_bytes: 4 << 20, ..Limits::default() },
        train: plan.cloned(),
        ..JobOptions::new(ColorSettings::of(&cheap).expect("no time limit"))
    };
    let header = Header::new(&run, &[format_by_name("native").expect("known")]);
    Bundle::pack(&folder.join(name), &header, &options).expect("sound")
}

#[test]
fn a_unit_delivers_what_was_learnt_and_nothing_else() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/train/count_pixels.toml");
    let plan = TrainPlan::open(&example).expect("sound");
    let (bundle, plain) = (bundle(folder.path(), Some(&plan), "job"), bundle(folder.path(), None, "plain"));
    assert!(
        !String::from_utf8_lossy(&std::fs::read(folder.path().join("plain/manifest.json")).expect("written"))
            .contains("train")
    );
    assert_ne!(bundle.digest(), plain.digest());

    // Through a file, as it comes to a worker.
    let tar = folder.path().join("job.tar");
    bundle.ship(&tar).expect("shipped");
    let cache = BundleCache::open(&folder.path().join("cache")).expect("a cache");
    let bundle = cache.add(bundle.digest(), &tar).expect("the same");
    let catalog = || Catalog::open(&folder.path().join("products.csv")).expect("a catalogue");
    let composer = bundle.composer(catalog()).expect("its catalogue");
    let mut renderer = support::renderer();
    let results = folder.path().join("results");
    let mut seen = Vec::new();
    let machine = (&mut renderer, &sandbox());
    let (delivered, claim) =
        work_with(&bundle, &composer, machine, (1, 0), &results, |progress| seen.push(progress.index))
            .expect("trained");
    assert_eq!(seen, [5, 6]);
    assert_eq!(std::fs::read_dir(&results).expect("a folder").count(), 1, "nothing else is left");
    assert!(std::fs::metadata(&delivered).expect("written").len() < 10_000, "no frame is in it");

    let unit = bundle.plan().unit(1).expect("there are two");
    let header = bundle.unit_header(unit.frames.clone(), &composer);
    let delivery = Delivery::unpack(&delivered, &bundle, &header, unit.clone()).expect("sound");
    assert_eq!(delivery.claim, claim);
    let kept = keep_outputs(&delivery, &folder.path().join("kept")).expect("copied");
    let own = train(&bundle, &composer, (&mut renderer, &sandbox()), 1, &folder.path().join("own"), |_| ());
    let (own, trained) = own.expect("trained again");
    assert_eq!(support::files_in(&kept), support::files_in(&own), "the same program, the same frames");
    assert_eq!(trained.outputs[0].path, "counts.json");

    // The counts are those of the frames that a job without the step makes.
    let counts: serde_json::Value =
        serde_json::from_slice(&std::fs::read(kept.join("counts.json")).expect("there")).expect("JSON");
    for index in unit.frames.clone() {
        let scene = composer.compose(Seed { dataset: 9, index }).expect("composes");
        let frame = renderer.render(&scene, &bundle.settings()).expect("renders");
        let pixels = frame.instance().expect("asked for").iter().filter(|&&unit| unit > 0).count();
        let name = dataset::frame_name(index);
        assert_eq!(counts["pixels"][&name], pixels, "{counts}");
        assert!(counts["units"][&name].as_u64().expect("a number") > 0);
    }
    assert_eq!(counts["frames"], serde_json::json!([5, 6]));

    // There is nothing to trace again, and no dataset; and a delivery of frames is none of this job.
    let mut verifier = Verifier::new(&bundle, composer.clone(), renderer);
    let verdict = verifier.verify(&delivery, &Sample::all(&unit, (60, 80))).expect("looked at");
    assert_eq!((verdict.outcome, verdict.traced), (Outcome::Valid, 0));
    let error = Collector::open(&bundle, composer, &folder.path().join("set")).expect_err("no dataset");
    assert!(error.to_string().contains("no dataset"), "{error}");
    let other = Delivery::unpack(&delivered, &plain, &header, unit).expect_err("another job").to_string();
    assert!(other.contains("claim.json: job") && other.contains("claim.json: frames"), "{other}");
}

#[test]
fn an_image_travels_with_its_job() {
    let folder = tempfile::tempdir().expect("temporary folder");
    // Steps are run by nobody, who must get to the images.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("its own");
    std::fs::write(folder.path().join("trainer.tar"), Image::with_perl().packed().archive()).expect("writable");
    let code = "binmode STDIN; my $all = join '', <STDIN>; open(O, '>', '/work/out/sum');\n\
                print O length($all), ' ', unpack('%32C*', $all)";
    std::fs::write(folder.path().join("main.pl"), code).expect("writable");
    let plan = "image = 'trainer.tar'\ncommand = ['perl', 'main.pl']\nfiles = ['main.pl']\noutputs = { sum = 64 }\n";
    std::fs::write(folder.path().join("plan.toml"), plan).expect("writable");
    let plan = TrainPlan::open(&folder.path().join("plan.toml")).expect("sound");
    let packed = bundle(folder.path(), Some(&plan), "job");
    let tar = folder.path().join("job.tar");
    packed.ship(&tar).expect("shipped");
    let cache = BundleCache::open(&folder.path().join("cache")).expect("a cache");
    let bundle = cache.add(packed.digest(), &tar).expect("the same");
    assert_eq!(bundle.manifest().train.as_ref().and_then(|step| step.image.as_deref()), Some("trainer.tar"));
    let catalog = Catalog::open(&folder.path().join("products.csv")).expect("a catalogue");
    let composer = bundle.composer(catalog).expect("its catalogue");
    let mut renderer = support::renderer();
    let images = folder.path().join("images");
    let mut made = |runtime| {
        let sandbox = Sandbox { runtime: Some(runtime), images: Some(images.clone()), ..sandbox() };
        let out = folder.path().join(runtime.to_string());
        let (made, trained) = train(&bundle, &composer, (&mut renderer, &sandbox), 0, &out, |_| ()).expect("trained");
        assert_eq!(trained.runtime, runtime);
        support::files_in(&made)
    };
    let (crun, bwrap) = (made(Runtime::Crun), made(Runtime::Bwrap));
    assert!(crun == bwrap && crun.contains_key("sum"), "the same program, the same frames");
    let kept: Vec<_> = std::fs::read_dir(&images).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(kept.len(), 1, "unpacked once, and nothing else is left: {kept:?}");

    // Whoever changes the image changes the bundle.
    std::fs::write(bundle.train_files().join("trainer.tar"), b"another").expect("writable");
    let error = Bundle::open(bundle.folder()).expect_err("changed").to_string();
    assert!(error.contains("trainer.tar"), "{error}");
}
