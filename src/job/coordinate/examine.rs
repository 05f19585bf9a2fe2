use std::path::{Path, PathBuf};

use crate::job::queue::Report;
use crate::job::verify::{Effort, Outcome, Sample, Secret, Verdict, Verifier, is_drawn, is_planted};
use crate::job::{Bundle, Delivery, Node};
use crate::problem::Problems;
use crate::scene::Composer;

/// A delivery that is to be looked at, as it lies in the coordinator's folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    /// What its worker has said before.
    pub report: Report,
    /// The delivery.
    pub file: PathBuf,
    /// Share of such units of which parts are made again.
    pub sampled_share: f64,
    /// Attempts at the same unit by other owners that were inconclusive, with their deliveries.
    pub others: Vec<(u32, PathBuf)>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// The answer.
    pub outcome: Outcome,
    /// Whether parts were made again.
    pub is_sampled: bool,
    /// What was found, in words.
    pub findings: String,
    /// Leaves of the frames, if it is valid.
    pub leaves: Vec<Node>,
    /// What follows for the other attempts: those that agree with this one.
    pub agreeing: Vec<(u32, Vec<Node>)>,
}

/// Looks at deliveries. There is one for jobs, and others in tests of the coordinator alone.
pub trait Examine: Send {
    /// Looks at a delivery.
    ///
    /// # Errors
    /// If this machine fails; nothing in a delivery is an error.
    fn examine(&mut self, examination: &Examination) -> Result<Examined, crate::Error>;
}

/// Looks at deliveries of a job.
#[derive(Debug)]
pub struct Examiner {
    bundle: Bundle,
    composer: Composer,
    /// None where workers are trusted.
    scrutiny: Option<(Verifier, Secret, Effort)>,
}

/// Longest text of findings that is kept, characters.
const MAX_FINDINGS: usize = 400;

impl Examiner {
    /// An examiner that makes parts of deliveries again, on the verifier's machine.
    #[must_use]
    pub fn new(bundle: &Bundle, verifier: Verifier, secret: Secret, effort: Effort) -> Self {
        let composer = verifier.composer().clone();
        Self { bundle: bundle.clone(), composer, scrutiny: Some((verifier, secret, effort)) }
    }

    /// An examiner for machines of one's own: files, digests and root must fit each other, and nothing else is looked at.
    #[must_use]
    pub fn trusting(bundle: &Bundle, composer: Composer) -> Self {
        Self { bundle: bundle.clone(), composer, scrutiny: None }
    }

    fn open(&self, file: &Path, report: &Report) -> Result<Delivery, Verdict> {
        let unit = self.bundle.plan().unit(report.what.unit).expect("the coordinator gave it out");
        let header = self.bundle.unit_header(unit.frames.clone(), &self.composer);
        let delivery = Delivery::unpack(file, &self.bundle, &header, unit).map_err(Verdict::unsound)?;
        let claim = &delivery.claim;
        let mut problems = Problems::default();
        let mut compare = |place: &str, found: String, told: String| {
            if found != told {
                problems.add(format!("claim: {place}"), format!("is {found}, and {told} was reported"));
            }
        };
        compare("root", claim.root.to_string(), report.root.to_string());
        compare("class", claim.class.to_string(), report.class.to_string());
        compare("attempt", claim.attempt.to_string(), report.what.attempt.to_string());
        if problems.is_empty() { Ok(delivery) } else { Err(Verdict::unsound(problems)) }
    }
}

impl Examine for Examiner {
    fn examine(&mut self, examination: &Examination) -> Result<Examined, crate::Error> {
        let Examination { report, file, sampled_share, others } = examination;
        let delivery = match self.open(file, report) {
            Ok(delivery) => delivery,
            Err(verdict) => return Ok(Examined::new(&verdict, false, Vec::new())),
        };
        let leaves = delivery.claim.leaves();
        let Some((verifier, secret, effort)) = &mut self.scrutiny else {
            return Ok(Examined::new(&Verdict::unsound(Problems::default()), false, leaves));
        };
        let is_sampled = is_drawn(report.root, secret, *sampled_share);
        let sample = if is_sampled {
            let size = (self.bundle.header().width, self.bundle.header().height);
            Sample::draw(report.root, secret, &delivery.unit, size, effort)
        } else {
            Sample::none()
        };
        let mut examined = Examined::new(&verifier.verify(&delivery, &sample)?, is_sampled, leaves.clone());
        if examined.outcome != Outcome::Invalid {
            // Two that do not know each other outweigh this machine.
            for (attempt, file) in others {
                let unit = delivery.unit.clone();
                let header = self.bundle.unit_header(unit.frames.clone(), &self.composer);
                let Ok(other) = Delivery::unpack(file, &self.bundle, &header, unit) else { continue };
                if verifier.agree(&delivery, &other)? {
                    examined.agreeing.push((*attempt, other.claim.leaves()));
                    (examined.outcome, examined.leaves) = (Outcome::Valid, leaves.clone());
                }
            }
        }
        if examined.outcome == Outcome::Valid && is_planted(report.root, secret, effort.planted_share) {
            verifier.probe(delivery, &sample)?;
        }
        Ok(examined)
    }
}

impl Examined {
    fn new(verdict: &Verdict, is_sampled: bool, leaves: Vec<Node>) -> Self {
        let leaves = if verdict.outcome == Outcome::Valid { leaves } else { Vec::new() };
        Self { outcome: verdict.outcome, is_sampled, findings: words(verdict), leaves, agreeing: Vec::new() }
    }
}

fn words(verdict: &Verdict) -> String {
    let mut text = verdict.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if let Some((end, _)) = text.char_indices().nth(MAX_FINDINGS) {
        text.truncate(end);
        text.push('…');
    }
    text
}
