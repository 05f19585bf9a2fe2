//! The same plan for the queues of clusters: files that their own commands take.

mod kubernetes;
mod slurm;

pub use kubernetes::kubernetes;
pub use slurm::slurm;

/// How a cluster runs a job; the folders are those that its machines see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Folder of the bundle.
    pub bundle: String,
    /// Folder for the results.
    pub results: String,
    /// Catalogue, where it is not the built-in one.
    pub catalog: Option<String>,
    /// Units that may run at the same time.
    pub parallel: u64,
    /// Container image with `endcap`, for Kubernetes.
    pub image: String,
    /// Kueue's queue, for Kubernetes; none to start at once.
    pub queue: Option<String>,
    /// Tasks that an array of Slurm may have (`MaxArraySize` less one).
    pub array: u64,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            bundle: "bundle".to_owned(),
            results: "results".to_owned(),
            catalog: None,
            parallel: 64,
            image: "endcap:latest".to_owned(),
            queue: None,
            array: 1000,
        }
    }
}

impl ClusterOptions {
    /// Arguments of `endcap` for a unit.
    fn arguments(&self, unit: &str) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["job", "run", &self.bundle, "--unit", unit, "--out", &self.results].map(str::to_owned).into();
        if let Some(catalog) = &self.catalog {
            arguments.extend(["--catalog".to_owned(), catalog.clone()]);
        }
        arguments
    }
}
