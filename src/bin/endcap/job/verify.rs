use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::verify::{Effort, Outcome, Sample, Secret, Verdict};
use endcap::job::{Bundle, RenderUnit, Verifier};

use super::{catalog, delivery};
use crate::machine::Machine;
use crate::options::{self, BadUsage};
use crate::progress::{line, say};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Folder with the deliveries.
    results: PathBuf,
    /// Units to verify; all if left out.
    #[arg(long, value_name = "NUMBER,..", value_delimiter = ',')]
    units: Vec<u64>,
    #[command(flatten)]
    how: How,
}

/// How much is made again, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct How {
    /// Share of the frames whose labels are traced again.
    #[arg(long, value_name = "0..1", value_parser = options::strength, default_value_t = 0.1)]
    labels: f64,
    /// Share of the frames of which tiles of colour are rendered again.
    #[arg(long, value_name = "0..1", value_parser = options::strength, default_value_t = 0.5)]
    color: f64,
    /// Tiles of such a frame.
    #[arg(long, default_value_t = 2)]
    tiles: u32,
    /// Secret that the sample is drawn with, 64 hexadecimal digits; a new one if left out.
    #[arg(long, value_name = "HEX", value_parser = str::parse::<Secret>)]
    secret: Option<Secret>,
    /// Catalogue of the job; the built-in one if left out.
    #[arg(long, value_name = "PATH")]
    catalog: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
    /// Print one JSON object per unit.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let bundle = Bundle::open(&arguments.bundle).map_err(endcap::Error::from)?;
    let plan = bundle.plan();
    let units: Vec<u64> = if arguments.units.is_empty() { (0..plan.len()).collect() } else { arguments.units.clone() };
    let mut verifier = arguments.how.verifier(&bundle)?;
    let secret = arguments.how.secret()?;
    let mut worst = Outcome::Valid;
    for number in units {
        let missing = || BadUsage(format!("there is no unit {number}; the job has {}", plan.len()));
        let unit = plan.unit(number).ok_or_else(missing)?;
        let (verdict, _) = arguments.how.judge(&bundle, &mut verifier, (&unit, &secret), &arguments.results)?;
        worst = worst.max(verdict.outcome);
    }
    Ok(ExitCode::from(u8::from(worst != Outcome::Valid)))
}

impl How {
    /// A verifier on the machine that was asked for.
    pub(super) fn verifier(&self, bundle: &Bundle) -> anyhow::Result<Verifier> {
        let composer = bundle.composer(catalog(self.catalog.as_deref())?)?;
        Ok(Verifier::new(bundle, composer, self.machine.renderer(self.json)?))
    }

    /// The secret that was given, or 32 bytes of the operating system.
    pub(super) fn secret(&self) -> anyhow::Result<Secret> {
        match &self.secret {
            Some(secret) => Ok(secret.clone()),
            None => Ok(Secret::random().map_err(endcap::Error::from)?),
        }
    }

    /// Verifies the delivery of one unit and prints what was found.
    pub(super) fn judge(
        &self,
        bundle: &Bundle,
        verifier: &mut Verifier,
        (unit, secret): (&RenderUnit, &Secret),
        results: &std::path::Path,
    ) -> anyhow::Result<(Verdict, Option<endcap::job::Delivery>)> {
        let (verdict, delivery) = match delivery(results, bundle, verifier.composer(), unit) {
            Ok(delivery) => {
                let header = bundle.header();
                let effort = Effort {
                    label_share: self.labels,
                    color_share: self.color,
                    tiles: self.tiles,
                    ..Effort::default()
                };
                let size = (header.width, header.height);
                let sample = Sample::draw(delivery.claim.root, secret, unit, size, &effort);
                (verifier.verify(&delivery, &sample)?, Some(delivery))
            }
            Err(problems) => (Verdict::unsound(problems), None),
        };
        self.print(unit, &verdict);
        Ok((verdict, delivery))
    }

    fn print(&self, unit: &RenderUnit, verdict: &Verdict) {
        let Verdict { outcome, findings, traced, tiles } = verdict;
        let word = outcome.name();
        if self.json {
            let findings: Vec<_> = findings
                .iter()
                .map(|finding| serde_json::json!({"certain": finding.is_certain, "place": finding.place, "message": finding.message}))
                .collect();
            let verdict = serde_json::json!({
                "event": "verdict", "unit": unit.number, "outcome": word, "traced": traced, "tiles": tiles,
                "findings": findings,
            });
            line(&verdict);
            return;
        }
        say(format_args!("unit {}: {word} ({traced} frames traced, {tiles} tiles rendered)", unit.number));
        for finding in findings {
            say(format_args!("  {finding}"));
        }
    }
}
