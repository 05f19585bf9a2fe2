use std::path::Path;
use std::process::ExitCode;

use endcap::Composer;
use endcap::job::{Bundle, Collector, Delivery, RenderUnit, train};

use crate::progress::say;

/// Makes one ordinary dataset of the deliveries of all units, or keeps what they have trained, a folder for each. What was
/// begun goes on where it ended.
pub(super) fn gather(
    bundle: &Bundle,
    composer: &Composer,
    out: &Path,
    mut delivery_of: impl FnMut(&RenderUnit) -> anyhow::Result<Delivery>,
) -> anyhow::Result<ExitCode> {
    if bundle.manifest().train.is_some() {
        for unit in bundle.plan().units() {
            train::keep_outputs(&delivery_of(&unit)?, out).map_err(endcap::Error::from)?;
        }
        say(format_args!("outputs of {} units -> {}", bundle.plan().len(), out.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let mut collector = Collector::open(bundle, composer.clone(), out)?;
    while let Some(number) = collector.next_unit() {
        let unit = bundle.plan().unit(number).expect("the collector asks for units of the job");
        collector.add(&delivery_of(&unit)?)?;
    }
    let header = collector.finish()?;
    say(format_args!("{} frames -> {}", header.frames.end - header.frames.start, out.display()));
    Ok(ExitCode::SUCCESS)
}
