//! What is sent to a worker: a folder that says everything about a job, named by its content.
//!
//! ```text
//! manifest.json    what is to be made, by which program, within which limits; canonical JSON, whose BLAKE3 names the job
//! dataset.json     the dataset that it is a part of: recipe, seed, frames, planes, formats
//! template.yaml    the same as an Open Job Description template (jobtemplate-2023-09), for render farms
//! train/NAME       files of the training step, if there is one; their digests stand in the manifest
//! ```

mod manifest;
mod open_job;
mod renderer_pin;
mod ship;
mod train_files;
mod train_step;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::manifest::SCHEMA;
pub use self::manifest::{CatalogSource, ColorSettings, JobManifest, Limits};
pub use self::renderer_pin::RendererPin;
pub use self::ship::BundleCache;
pub use self::train_step::{TrainFile, TrainLimits, TrainPlan, TrainStep};
use super::digest::canonical_json;
use super::verify::Tolerance;
use super::{Digest, Error, Plan};
use crate::catalog::Catalog;
use crate::dataset::{Format, Header, MANIFEST, Native, Run, format_by_name, planes_to_render};
use crate::frame::Plane;
use crate::problem::Problems;
use crate::render::RenderSettings;
use crate::scene::{Composer, Recipe};

/// Name of the manifest in a bundle.
const JOB: &str = "manifest.json";
/// Name of the template in a bundle.
const TEMPLATE: &str = "template.yaml";
/// Longest file of a bundle that is read, bytes.
const MAX_BYTES: u64 = 64 << 20;

/// A bundle on disk, looked through and found sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    folder: PathBuf,
    manifest: JobManifest,
    header: Header,
    digest: Digest,
}

/// What a client decides about a job, beside the dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct JobOptions {
    /// Frames of a unit.
    pub unit_frames: u64,
    /// Where workers find the catalogue.
    pub catalog_source: String,
    /// How colour is made.
    pub color: ColorSettings,
    /// What a unit may use at most.
    pub limits: Limits,
    /// See [`JobManifest::classes`].
    pub classes: Vec<String>,
    /// See [`RendererPin::binaries`].
    pub binaries: BTreeMap<String, Digest>,
    /// See [`RendererPin::image`].
    pub image: Option<String>,
    /// See [`JobManifest::client`].
    pub client: Option<String>,
    /// See [`JobManifest::tolerance`]; [`Differences`](super::verify::Differences) measures one.
    pub tolerance: Tolerance,
    /// A training step: units then deliver what it makes of their frames.
    pub train: Option<TrainPlan>,
}

impl JobOptions {
    /// Units of 32 frames from the built-in catalogue, for all classes, within the default limits and tolerances; nobody
    /// pays, nothing is trained.
    #[must_use]
    pub fn new(color: ColorSettings) -> Self {
        Self {
            unit_frames: 32,
            catalog_source: "builtin".to_owned(),
            color,
            limits: Limits::default(),
            classes: Vec::new(),
            binaries: BTreeMap::new(),
            image: None,
            client: None,
            tolerance: Tolerance::default(),
            train: None,
        }
    }
}

impl Bundle {
    /// Writes the bundle of a dataset into a folder, which is made if it is not there. Equal inputs give equal files.
    ///
    /// # Errors
    /// If the dataset cannot be made elsewhere: its recipe names files, or there is nothing to do. If a figure is out of
    /// bounds, a file of the training step was changed since the plan was read, or the folder cannot be written.
    pub fn pack(folder: &Path, header: &Header, options: &JobOptions) -> Result<Self, Error> {
        let recipe = Recipe::from_toml(&header.recipe, MANIFEST).map_err(|error| Error::Unfit(error.to_string()))?;
        if !recipe.lights.environment_file.is_empty() {
            let file = &recipe.lights.environment_file;
            return Err(Error::Unfit(format!("the recipe needs the file {file:?}, which does not travel with a job")));
        }
        let dataset = json_line(header);
        let manifest = JobManifest {
            schema: SCHEMA.to_owned(),
            dataset: Digest::of(&dataset),
            catalog: CatalogSource { digest: header.catalog_digest.clone(), source: options.catalog_source.clone() },
            renderer: RendererPin {
                engine: header.engine.clone(),
                binaries: options.binaries.clone(),
                image: options.image.clone(),
            },
            seed: header.seed.to_string(),
            frames: header.frames.clone(),
            unit_frames: options.unit_frames,
            planes: delivered(header).iter().map(Plane::to_string).collect(),
            color: options.color,
            limits: options.limits.clone(),
            tolerance: options.tolerance,
            classes: options.classes.clone(),
            client: options.client.clone(),
            train: options.train.as_ref().map(|plan| plan.step.clone()),
        };
        let problems = manifest.problems();
        if !problems.is_empty() {
            return Err(Error::problems(folder.join(JOB), problems));
        }
        fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
        if let Some(plan) = &options.train {
            train_files::copy(folder, plan)?;
        }
        let template = open_job::template(&manifest);
        for (name, bytes) in [(MANIFEST, dataset), (TEMPLATE, template.into_bytes()), (JOB, canonical_json(&manifest))]
        {
            let path = folder.join(name);
            fs::write(&path, bytes).map_err(|source| Error::write(&path, source))?;
        }
        Self::open(folder)
    }

    /// Opens a bundle, which may come from anybody.
    ///
    /// # Errors
    /// If a file is missing, too large, or not what the manifest says, with all that is wrong.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(JOB);
        let text = read(&path)?;
        let manifest: JobManifest =
            serde_json::from_slice(&text).map_err(|error| Error::invalid(&path, "", error.to_string()))?;
        let mut problems = manifest.problems();
        if canonical_json(&manifest) != text {
            problems.add("", "is not spelled canonically (RFC 8785)");
        }
        if !problems.is_empty() {
            return Err(Error::problems(path, problems));
        }
        let dataset_path = folder.join(MANIFEST);
        let dataset = read(&dataset_path)?;
        if Digest::of(&dataset) != manifest.dataset {
            let (found, wanted) = (Digest::of(&dataset), manifest.dataset);
            return Err(Error::invalid(dataset_path, "", format!("has the digest {found}, and the manifest {wanted}")));
        }
        let header: Header =
            serde_json::from_slice(&dataset).map_err(|error| Error::invalid(&dataset_path, "", error.to_string()))?;
        let mut problems = header.problems();
        agree(&manifest, &header, &mut problems);
        if !problems.is_empty() {
            return Err(Error::problems(dataset_path, problems));
        }
        train_files::check(folder, &manifest)?;
        let digest = manifest.digest();
        Ok(Self { folder: folder.to_owned(), manifest, header, digest })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is to be made.
    #[must_use]
    pub fn manifest(&self) -> &JobManifest {
        &self.manifest
    }

    /// Name of the job.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Folder with the files of the training step.
    #[must_use]
    pub fn train_files(&self) -> PathBuf {
        self.folder.join(train_step::FOLDER)
    }

    /// The units of the job.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.manifest.plan()
    }

    /// The header of the whole dataset.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What makes the scenes of the job.
    ///
    /// # Errors
    /// If this is another catalogue than the job's, or the recipe does not fit it.
    pub fn composer(&self, catalog: Catalog) -> Result<Composer, crate::Error> {
        let (wanted, found) = (&self.header.catalog_digest, catalog.digest().to_hex().to_string());
        if *wanted != found {
            let message = format!(
                "the catalogue has the digest {found}, and the job is for {wanted} ({})",
                self.manifest.catalog.source
            );
            return Err(Error::Unfit(message).into());
        }
        let recipe = Recipe::from_toml(&self.header.recipe, self.folder.join(MANIFEST))?;
        let composer = Composer::new(Arc::new(catalog), recipe)?;
        Ok(match &self.header.export.splits {
            Some(splits) => composer.divided(splits, self.header.seed)?,
            None => composer,
        })
    }

    /// The header of what one unit delivers: native files of these frames alone, with the planes of the manifest.
    #[must_use]
    pub fn unit_header(&self, frames: std::ops::Range<u64>, composer: &Composer) -> Header {
        Header::new(&self.unit_run(frames, composer), &unit_formats())
    }

    pub(super) fn unit_run(&self, frames: std::ops::Range<u64>, composer: &Composer) -> Run {
        let Header { recipe, catalog_digest, seed, width, height, layers, pictures, settings, .. } =
            self.header.clone();
        Run {
            recipe,
            catalog_digest,
            seed,
            frames,
            width,
            height,
            planes: self.planes(),
            layers,
            pictures,
            classes: composer.classes().to_vec(),
            settings,
            export: Default::default(),
        }
    }

    /// Planes of a unit.
    fn planes(&self) -> Vec<Plane> {
        self.manifest.planes.iter().filter_map(|name| name.parse().ok()).collect()
    }

    /// How a unit is rendered.
    #[must_use]
    pub fn settings(&self) -> RenderSettings {
        RenderSettings { planes: self.planes(), layers: self.header.layers, ..self.manifest.color.settings() }
    }
}

/// The formats of a unit's files: the native one.
pub(super) fn unit_formats() -> [Arc<dyn Format>; 1] {
    [Arc::new(Native)]
}

/// The planes that units deliver for this dataset.
fn delivered(header: &Header) -> Vec<Plane> {
    let formats: Vec<_> = header.formats.iter().filter_map(|name| format_by_name(name)).collect();
    planes_to_render(&formats, &header.planes())
}

fn agree(manifest: &JobManifest, header: &Header, problems: &mut Problems) {
    let mut compare = |field: &str, found: String, wanted: String| {
        if found != wanted {
            problems.add(field, format!("is {found}, and the manifest says {wanted}"));
        }
    };
    compare("seed", header.seed.to_string(), manifest.seed.clone());
    compare("frames", format!("{:?}", header.frames), format!("{:?}", manifest.frames));
    compare("catalog_digest", header.catalog_digest.clone(), manifest.catalog.digest.clone());
    compare("engine", header.engine.clone(), manifest.renderer.engine.clone());
    for name in &header.formats {
        if format_by_name(name).is_none() {
            problems.add("formats", format!("there is no format {name:?}"));
        }
    }
    for name in &manifest.planes {
        if let Err(message) = name.parse::<Plane>() {
            problems.add("planes", message);
        }
    }
    for plane in delivered(header) {
        if !manifest.planes.contains(&plane.to_string()) {
            problems.add("planes", format!("the manifest lacks {plane}"));
        }
    }
}

fn json_line(header: &Header) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(header).expect("a header is plain data");
    text.push(b'\n');
    text
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::read(path, source);
    let bytes = fs::metadata(path).map_err(fail)?.len();
    if bytes > MAX_BYTES {
        return Err(Error::invalid(path, "", format!("has {bytes} bytes, and may have {MAX_BYTES}")));
    }
    fs::read(path).map_err(fail)
}
