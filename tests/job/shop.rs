//! A small job, an honest worker, and tools for the others.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use endcap::Catalog;
use endcap::annotate::{Annotation, annotate};
use endcap::dataset::{
    Encodings, Export, FileRecord, Folder, Format as _, Header, Native, Run, Sample, format_by_name,
};
use endcap::frame::{Frame, Plane};
use endcap::job::verify::Tolerance;
use endcap::job::{Bundle, Claim, ClaimedFrame, ColorSettings, Delivery, EngineClass, JobOptions, Limits, RenderUnit};
use endcap::problem::Problems;
use endcap::render::{RenderSettings, Renderer};
use endcap::scene::{Composer, Recipe, Scene};
use endcap::seed::Seed;

use crate::support;

pub(crate) const SEED: u64 = 9;

/// A job of four frames in two units, in a folder of its own.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
    pub(crate) bundle: Bundle,
    pub(crate) composer: Composer,
    pub(crate) class: EngineClass,
}

static RENDERER: LazyLock<Mutex<Renderer>> = LazyLock::new(|| Mutex::new(support::renderer()));

pub(crate) fn renderer() -> MutexGuard<'static, Renderer> {
    RENDERER.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A frame with all that a delivery says about it.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) scene: Scene,
    pub(crate) frame: Frame,
    pub(crate) annotation: Annotation,
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self::with(0, Tolerance::default())
    }

    /// A job that wants so many depth layers, and lets other classes differ by so much.
    pub(crate) fn with(layers: u32, tolerance: Tolerance) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        support::shelves::write_catalog(folder.path());
        let catalog = || Catalog::open(&folder.path().join("products.csv")).expect("a catalogue");
        let mut recipe = Recipe::builtin("close").expect("built in");
        (recipe.picture.width, recipe.picture.height) = (60, 80);
        let settings = RenderSettings { samples: 4, ..RenderSettings::default() };
        let run = Run {
            recipe: recipe.to_toml(),
            catalog_digest: catalog().digest().to_hex().to_string(),
            seed: SEED,
            frames: 3..7,
            width: 60,
            height: 80,
            planes: vec![Plane::Rgb, Plane::Instance, Plane::Depth, Plane::Normal],
            layers,
            pictures: 1,
            classes: Composer::new(Arc::new(catalog()), recipe).expect("fits").classes().to_vec(),
            settings: Default::default(),
            export: Export::default(),
        };
        let formats = ["native", "coco"].map(|name| format_by_name(name).expect("known"));
        let options = JobOptions {
            unit_frames: 2,
            catalog_source: "products.csv".to_owned(),
            tolerance,
            limits: Limits { out_bytes: 4 << 20, ..Limits::default() },
            ..JobOptions::new(ColorSettings::of(&settings).expect("no time limit"))
        };
        let bundle =
            Bundle::pack(&folder.path().join("bundle"), &Header::new(&run, &formats), &options).expect("sound");
        let composer = bundle.composer(catalog()).expect("its catalogue");
        let class = EngineClass::of(renderer().adapter());
        Self { folder, bundle, composer, class }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn unit(&self) -> RenderUnit {
        self.bundle.plan().unit(1).expect("there are two")
    }

    pub(crate) fn header(&self) -> Header {
        self.bundle.unit_header(self.unit().frames, &self.composer)
    }

    /// What an honest worker makes of a frame, or what one makes who takes another seed or other settings.
    pub(crate) fn make(&self, seed: Seed, settings: &RenderSettings) -> Made {
        let scene = self.composer.compose(seed).expect("composes");
        let frame = renderer().render(&scene, settings).expect("renders");
        let annotation = annotate(&scene, &frame).expect("its own frame");
        Made { scene, frame, annotation }
    }

    /// The frames of the unit, honestly made.
    pub(crate) fn honest(&self) -> Vec<Made> {
        let seeds = self.unit().frames.map(|index| Seed { dataset: SEED, index });
        seeds.map(|seed| self.make(seed, &self.bundle.settings())).collect()
    }

    /// Encodes frames as a worker does, whatever they show.
    pub(crate) fn encode(&self, made: &[Made]) -> Vec<Vec<(String, Vec<u8>)>> {
        let header = self.header();
        let encode = |(index, Made { scene, frame, annotation }): (u64, &Made)| {
            let sample = Sample { index, scene, frame, annotation };
            Native.encode(&header, &sample, &Encodings::new(&sample)).expect("fits").files
        };
        self.unit().frames.zip(made).map(encode).collect()
    }

    /// Packs files with a claim that fits them, and unpacks them as a client does.
    pub(crate) fn deliver(&self, files: &[Vec<(String, Vec<u8>)>], class: EngineClass) -> Result<Delivery, Problems> {
        let claim = self.claim(files, class);
        let tar = self.tar("delivery.tar", &claim, files);
        self.unpack(&tar)
    }

    pub(crate) fn unpack(&self, tar: &Path) -> Result<Delivery, Problems> {
        Delivery::unpack(tar, &self.bundle, &self.header(), self.unit())
    }

    pub(crate) fn claim(&self, files: &[Vec<(String, Vec<u8>)>], class: EngineClass) -> Claim {
        let folder = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::create(folder.path()).expect("writable");
        let frames = self.unit().frames.zip(files).map(|(frame, files)| {
            let files: Vec<FileRecord> = folder.write_all(files).expect("room");
            ClaimedFrame { frame, files }
        });
        Claim::new(self.bundle.digest(), (self.unit().number, 0), class, frames.collect())
    }

    pub(crate) fn tar(&self, name: &str, claim: &Claim, files: &[Vec<(String, Vec<u8>)>]) -> PathBuf {
        let text = serde_json::to_vec(claim).expect("plain data");
        let all = std::iter::once(("claim.json", text.as_slice()));
        let all = all.chain(files.iter().flatten().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        self.archive(name, all)
    }

    pub(crate) fn archive<'a>(&self, name: &str, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> PathBuf {
        let path = self.path(name);
        let mut tar = tar::Builder::new(fs::File::create(&path).expect("writable"));
        for (path, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            // By hand, because the library refuses to write what an attacker would.
            let name = &mut header.as_old_mut().name;
            name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            tar.append(&header, bytes).expect("writable");
        }
        tar.finish().expect("writable");
        path
    }
}
