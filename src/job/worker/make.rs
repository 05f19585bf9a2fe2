use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::job::queue::Task;
use crate::job::store::Courier;
use crate::job::train::Sandbox;
use crate::job::{Bundle, BundleCache, Claim, Digest, Error, work_with};
use crate::render::{Renderer, RendererOptions};
use crate::scene::Composer;

/// Makes units. There is one that renders, and others in tests of the rest.
pub trait Make: Send {
    /// Makes the unit of a task and leaves its delivery in a folder. `on_frame` is called after each frame.
    ///
    /// # Errors
    /// If it cannot be made here. Whatever happened, the next unit can be tried.
    fn make(
        &mut self,
        task: &Task,
        folder: &Path,
        on_frame: &mut dyn FnMut(),
    ) -> Result<(PathBuf, Claim), crate::Error>;
}

/// The catalogues of a worker, by the digest that jobs know them by.
#[derive(Debug, Clone, Default)]
pub struct Catalogs {
    paths: BTreeMap<String, PathBuf>,
}

impl Catalogs {
    /// The built-in catalogue, and those at these paths.
    ///
    /// # Errors
    /// If one cannot be opened.
    pub fn open(paths: &[PathBuf]) -> Result<Self, crate::Error> {
        let mut known = BTreeMap::new();
        for path in paths {
            known.insert(Catalog::open(path)?.digest().to_hex().to_string(), path.clone());
        }
        Ok(Self { paths: known })
    }

    /// What makes the scenes of a job.
    ///
    /// # Errors
    /// If its catalogue is not here.
    fn composer(&self, bundle: &Bundle) -> Result<Composer, crate::Error> {
        let catalog = match self.paths.get(&bundle.header().catalog_digest) {
            Some(path) => Catalog::open(path)?,
            None => Catalog::builtin()?,
        };
        bundle.composer(catalog)
    }
}

/// Renders units on one adapter. Bundles are kept by their digests; the renderer is made anew after a failure.
pub struct Maker {
    options: RendererOptions,
    courier: Box<dyn Courier>,
    bundles: BundleCache,
    catalogs: Catalogs,
    renderer: Option<Renderer>,
    /// Where training steps run, if this worker takes any.
    sandbox: Option<Sandbox>,
    job: Option<(Digest, Bundle, Composer)>,
}

/// Longest bundle that is fetched by who does not train, bytes.
const MAX_BUNDLE: u64 = 1 << 30;

impl Maker {
    /// A maker with this renderer; `options` make another one after a failure.
    #[must_use]
    pub fn new(
        (renderer, options): (Renderer, RendererOptions),
        courier: Box<dyn Courier>,
        bundles: BundleCache,
        catalogs: Catalogs,
    ) -> Self {
        Self { options, courier, bundles, catalogs, renderer: Some(renderer), sandbox: None, job: None }
    }

    /// The same, for jobs with a training step, too: their clients' programs then run here, in this sandbox.
    #[must_use]
    pub fn training(self, sandbox: Sandbox) -> Self {
        Self { sandbox: Some(sandbox), ..self }
    }

    /// The bundle of a task and what makes its scenes: those of the last task where it is the same job.
    fn job(&mut self, task: &Task, folder: &Path) -> Result<(Bundle, Composer), crate::Error> {
        let digest = task.what.job;
        if self.job.as_ref().is_none_or(|(known, ..)| *known != digest) {
            let bundle = match self.bundles.get(digest) {
                Some(bundle) => bundle,
                None => {
                    let file = folder.join("bundle.tar");
                    let most = if self.sandbox.is_some() { Bundle::MAX_SHIPPED } else { MAX_BUNDLE };
                    self.courier.fetch(&task.bundle, &file, most)?;
                    let bundle = self.bundles.add(digest, &file)?;
                    std::fs::remove_file(&file).map_err(|source| Error::write(file, source))?;
                    bundle
                }
            };
            if bundle.manifest().train.is_some() && self.sandbox.is_none() {
                return Err(Error::Unfit("the job has a training step, and this worker runs none".to_owned()).into());
            }
            let composer = self.catalogs.composer(&bundle)?;
            self.job = Some((digest, bundle, composer));
        }
        let (_, bundle, composer) = self.job.as_ref().expect("just made");
        Ok((bundle.clone(), composer.clone()))
    }
}

impl Make for Maker {
    fn make(
        &mut self,
        task: &Task,
        folder: &Path,
        on_frame: &mut dyn FnMut(),
    ) -> Result<(PathBuf, Claim), crate::Error> {
        let (bundle, composer) = self.job(task, folder)?;
        let mut renderer = match self.renderer.take() {
            Some(renderer) => renderer,
            None => Renderer::new(&self.options)?,
        };
        let unit = (task.what.unit, task.what.attempt);
        let made = catch_unwind(AssertUnwindSafe(|| {
            let sandbox = self.sandbox.clone().unwrap_or_default();
            let machine = (&mut renderer, &sandbox);
            work_with(&bundle, &composer, machine, unit, folder, |_| on_frame()).map(|made| (made, renderer))
        }));
        let (made, renderer) = made.map_err(|_| Error::Unfit("the unit made the program panic".to_owned()))??;
        self.renderer = Some(renderer);
        Ok(made)
    }
}
