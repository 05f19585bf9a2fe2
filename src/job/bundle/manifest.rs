use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{RendererPin, TrainStep};
use crate::job::verify::Tolerance;
use crate::job::{Digest, Plan};
use crate::problem::Problems;
use crate::render::{Integrator, RenderSettings, Strategy};

/// Value of `schema` in every manifest.
pub(super) const SCHEMA: &str = "endcap job 1";
/// Most frames in a unit.
const MAX_UNIT: u64 = 1 << 20;
/// Bytes that the claim and the headers of a training step's outputs need at most.
const MAX_CLAIM: u64 = 1 << 17;

/// `manifest.json` of a bundle: all that decides what a worker's result must be, and what it may cost. Its digest, as
/// canonical JSON, is the name of the job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobManifest {
    /// `endcap job 1`.
    pub schema: String,
    /// Digest of the bundle's `dataset.json`: recipe, seed, frames, planes and formats of the dataset that the job makes.
    pub dataset: Digest,
    /// Products, models and labels.
    pub catalog: CatalogSource,
    /// The program that is to be run.
    pub renderer: RendererPin,
    /// Seed of the dataset, as decimal digits: JSON's numbers are not wide enough.
    pub seed: String,
    /// Numbers of the frames.
    pub frames: Range<u64>,
    /// Frames of a unit.
    pub unit_frames: u64,
    /// Planes that a unit delivers: those of the dataset, those that its formats are made from, and those that truth is
    /// counted in.
    pub planes: Vec<String>,
    /// How colour is made.
    pub color: ColorSettings,
    /// What a unit may use at most.
    pub limits: Limits,
    /// What counts as equal between machines of different classes.
    pub tolerance: Tolerance,
    /// Classes of machines that may work on it, as texts of [`EngineClass`](crate::job::EngineClass); empty for all.
    pub classes: Vec<String>,
    /// Who pays, as an Ethereum address; none for jobs that nobody pays for.
    pub client: Option<String>,
    /// What is made of the frames where they are, and delivered in their place; none for jobs that deliver frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<TrainStep>,
}

/// Where the products come from. The digest is that of [`Catalog::digest`](crate::Catalog::digest).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogSource {
    /// Digest of the catalogue, as in `dataset.json`.
    pub digest: String,
    /// `builtin`, or where a worker finds it: a path or an address that people understand.
    pub source: String,
}

/// How colour is made; see [`RenderSettings`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColorSettings {
    /// Samples per pixel.
    pub samples: u32,
    /// See [`Integrator::bounces`].
    pub bounces: u32,
    /// See [`Integrator::ambient`].
    pub ambient: f32,
    /// See [`Integrator::firefly_limit`].
    pub firefly_limit: Option<f32>,
    /// See [`RenderSettings::denoise`].
    pub denoise: bool,
}

/// What one unit may use at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Seconds that a worker may take.
    pub wall_s: u64,
    /// Bytes of its result.
    pub out_bytes: u64,
    /// Times that it is tried before it is given up.
    pub attempts: u32,
}

impl Default for Limits {
    /// An hour, 16 GiB, five attempts.
    fn default() -> Self {
        Self { wall_s: 3600, out_bytes: 16 << 30, attempts: 5 }
    }
}

impl ColorSettings {
    /// The part of the settings that decides a picture's bytes.
    ///
    /// # Errors
    /// If they depend on the clock, or on how lamps are looked for.
    pub fn of(settings: &RenderSettings) -> Result<Self, String> {
        if settings.time_limit.is_some() {
            return Err("a time limit makes pictures depend on the machine: nobody could verify them".to_owned());
        }
        let Integrator { bounces, ambient, firefly_limit, strategy } = settings.integrator;
        if strategy != Strategy::Both {
            return Err("jobs look for lamps in both ways".to_owned());
        }
        Ok(Self { samples: settings.samples, bounces, ambient, firefly_limit, denoise: settings.denoise })
    }

    /// Settings of a render.
    #[must_use]
    pub fn settings(self) -> RenderSettings {
        let Self { samples, bounces, ambient, firefly_limit, denoise } = self;
        let integrator = Integrator { bounces, ambient, firefly_limit, strategy: Strategy::Both };
        RenderSettings { samples, integrator, denoise, ..RenderSettings::default() }
    }
}

impl JobManifest {
    /// Name of the job.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    /// The units of the job.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan::new(self.frames.clone(), self.unit_frames)
    }

    /// What is wrong with a manifest that comes from a file.
    pub(super) fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        if self.schema != SCHEMA {
            problems.add("schema", format!("is {:?}, not {SCHEMA:?}", self.schema));
        }
        if self.seed.parse::<u64>().map(|seed| seed.to_string()).as_ref() != Ok(&self.seed) {
            problems.add("seed", format!("{:?} is no whole number of 64 bits", self.seed));
        }
        if self.frames.start >= self.frames.end {
            problems.add("frames", format!("{}..{} is no range", self.frames.start, self.frames.end));
        }
        if !(1..=MAX_UNIT).contains(&self.unit_frames) {
            problems.add("unit_frames", format!("{} is not in 1..={MAX_UNIT}", self.unit_frames));
        }
        if !(1..=65_536).contains(&self.color.samples) || self.color.bounces > 1024 {
            let ColorSettings { samples, bounces, .. } = self.color;
            problems.add("color", format!("{samples} samples with {bounces} bounces are not to be had"));
        }
        let is_light = |value: f32| value.is_finite() && value >= 0.0;
        if !is_light(self.color.ambient) || !self.color.firefly_limit.is_none_or(|limit| limit > 0.0) {
            problems.add("color", "ambient and firefly_limit must be positive numbers");
        }
        for (place, value) in [
            ("limits.wall_s", self.limits.wall_s),
            ("limits.out_bytes", self.limits.out_bytes),
            ("limits.attempts", self.limits.attempts.into()),
        ] {
            if value == 0 {
                problems.add(place, "is 0: nothing could be done");
            }
        }
        self.renderer.problems(&mut problems);
        self.tolerance.problems(&mut problems);
        if let Some(step) = &self.train {
            // Claim and headers need some room of the result too.
            step.problems("train.", self.limits.out_bytes.saturating_sub(MAX_CLAIM), &mut problems);
        }
        problems
    }
}
