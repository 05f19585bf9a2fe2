//! Whether a stranger has made what was asked for: cheap checks of everything, and costly ones of a part that nobody
//! could know beforehand.
//!
//! | what | how much | catches |
//! |---|---|---|
//! | files, digests, sizes, forms (`delivery`) | everything | missing and foreign files, other jobs, archives that bite |
//! | all truth that follows from recipe, seed and delivered planes (`truth`) | every frame | other seeds, copies, stale results, shifted ids |
//! | labels, traced again (`labels`) | some frames | invented planes and silhouettes |
//! | colour, rendered again in tiles (`tiles`) | some tiles | fewer samples, painted patches |

mod labels;
mod measure;
mod planes;
mod plant;
mod sample;
mod secret;
mod tiles;
mod tolerance;
mod truth;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::measure::{Differences, Margins};
pub use self::sample::{Effort, Sample, is_drawn, is_planted};
pub use self::secret::Secret;
pub use self::tolerance::Tolerance;
use self::truth::Sound;
use super::{Bundle, Delivery, EngineClass};
use crate::problem::{Problem, Problems};
use crate::render::Renderer;
use crate::scene::Composer;

/// Makes parts of deliveries again and compares them.
#[derive(Debug)]
pub struct Verifier {
    bundle: Bundle,
    composer: Composer,
    renderer: Renderer,
    class: EngineClass,
}

/// What a look at a delivery has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub outcome: Outcome,
    /// All that was found wrong, or doubtful.
    pub findings: Vec<Finding>,
    /// Frames whose labels were traced again.
    pub traced: usize,
    /// Tiles of colour that were rendered again.
    pub tiles: usize,
}

/// The answer to whether a delivery is what was asked for; BOINC's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing is wrong.
    Valid,
    /// More differs from a machine of another class than it should. A third machine has to decide.
    Inconclusive,
    /// Something is wrong for certain.
    Invalid,
}

/// Something about a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// True if no honest machine could have made it, false if another class perhaps could.
    pub is_certain: bool,
    /// File, and place in it.
    pub place: String,
    /// What is wrong there, naming the value.
    pub message: String,
}

impl Outcome {
    /// The answer in a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Inconclusive => "inconclusive",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl Finding {
    fn wrong(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { is_certain: true, place: place.into(), message: message.into() }
    }

    fn doubtful(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { is_certain: false, place: place.into(), message: message.into() }
    }
}

impl Verdict {
    /// The verdict on what is not even a sound delivery.
    #[must_use]
    pub fn unsound(problems: Problems) -> Self {
        let wrong = |problem: Problem| Finding::wrong(problem.place, problem.message);
        Self::new(problems.0.into_iter().map(wrong).collect(), 0, 0)
    }

    fn new(findings: Vec<Finding>, traced: usize, tiles: usize) -> Self {
        let outcome = if findings.iter().any(|finding| finding.is_certain) {
            Outcome::Invalid
        } else if findings.is_empty() {
            Outcome::Valid
        } else {
            Outcome::Inconclusive
        };
        Self { outcome, findings, traced, tiles }
    }
}

impl Verifier {
    /// A verifier of one job on one machine; the composer is the bundle's.
    #[must_use]
    pub fn new(bundle: &Bundle, composer: Composer, renderer: Renderer) -> Self {
        let class = EngineClass::of(renderer.adapter());
        Self { bundle: bundle.clone(), composer, renderer, class }
    }

    /// The class of this machine.
    #[must_use]
    pub fn class(&self) -> &EngineClass {
        &self.class
    }

    /// What makes the scenes of the job.
    #[must_use]
    pub fn composer(&self) -> &Composer {
        &self.composer
    }

    /// Looks at a delivery: at all of what it says, and at the sample with rays and light. What a training step has made
    /// cannot be looked at: that its files are those of the claim, and no longer than they may be, is known already.
    ///
    /// # Errors
    /// If this machine fails; nothing in a delivery is an error.
    pub fn verify(&mut self, delivery: &Delivery, sample: &Sample) -> Result<Verdict, crate::Error> {
        if self.bundle.manifest().train.is_some() {
            return Ok(Verdict::new(Vec::new(), 0, 0));
        }
        let header = self.bundle.unit_header(delivery.unit.frames.clone(), &self.composer);
        let settings = self.bundle.settings();
        let tolerance = self.bundle.manifest().tolerance;
        let is_same_class = delivery.claim.class == self.class;
        let (mut findings, mut traced, mut tiles) = (Vec::new(), 0, 0);
        for index in delivery.unit.frames.clone() {
            let sound = match truth::check(delivery, &header, &self.composer, index)? {
                Ok(sound) => sound,
                Err(wrong) => {
                    findings.extend(wrong);
                    continue;
                }
            };
            if sample.labels.contains(&index) {
                let own = labels::trace(&sound, &settings, &mut self.renderer)?;
                traced += 1;
                findings.extend(if is_same_class {
                    labels::compare_files(&sound, &own, (&header, &delivery.claim), index)?
                } else {
                    labels::compare_within(&sound, &own, &tolerance, index)
                });
            }
            for &(_, tile) in sample.tiles.iter().filter(|(frame, _)| *frame == index) {
                let how = (!is_same_class).then_some(&tolerance);
                tiles += 1;
                findings.extend(tiles::check(&sound, (index, tile), (&settings, &mut self.renderer), how)?);
            }
        }
        Ok(Verdict::new(findings, traced, tiles))
    }

    /// Whether two deliveries of one unit, by machines that do not know each other, are the same within what machines may
    /// differ by. Nothing is rendered.
    ///
    /// # Errors
    /// If a scene cannot be composed here.
    pub fn agree(&self, a: &Delivery, b: &Delivery) -> Result<bool, crate::Error> {
        if a.claim.frames == b.claim.frames {
            return Ok(true);
        }
        if a.claim.class == b.claim.class {
            return Ok(false);
        }
        let header = self.bundle.unit_header(a.unit.frames.clone(), &self.composer);
        let tolerance = self.bundle.manifest().tolerance;
        for index in a.unit.frames.clone() {
            let [a, b] = [a, b].map(|delivery| truth::check(delivery, &header, &self.composer, index));
            let (Ok(a), Ok(b)) = (a?, b?) else { return Ok(false) };
            let differs = !labels::compare_within(&a, &b.with_silhouettes(), &tolerance, index).is_empty()
                || tiles::differ(&a, &b, &tolerance);
            if differs {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
