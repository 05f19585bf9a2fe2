use std::time::Instant;

use serde::Serialize;

use crate::job::verify::{Effort, Sample};
use crate::job::{
    Bundle, Calibration, Delivery, EngineClass, Error, JobOptions, RenderUnit, Verifier, calibrate, work,
};
use crate::render::{RenderSettings, Renderer, Window};
use crate::scene::Composer;
use crate::seed::Seed;

/// How long a job's frames take on one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// The machine.
    pub class: EngineClass,
    /// How long the calibration scene takes on it.
    pub calibration: Calibration,
    /// Microseconds of the GPU for each frame that was tried; at least one.
    pub frames_us: Vec<u64>,
    /// How long checks take on it.
    pub check: CheckTimes,
}

/// Microseconds that parts of the verification take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CheckTimes {
    /// All truth of a frame, on the CPU.
    pub truth_us: u64,
    /// The labels of a frame, traced again.
    pub labels_us: u64,
    /// One tile of colour, rendered again.
    pub tile_us: u64,
}

impl Probe {
    /// The average time of a frame, rounded up.
    #[must_use]
    pub fn mean_us(&self) -> u64 {
        let sum: u128 = self.frames_us.iter().copied().map(u128::from).sum();
        sum.div_ceil(self.frames_us.len().max(1) as u128).try_into().expect("no more than the largest of them")
    }

    /// The time that 19 of 20 frames stay within: the nearest rank.
    #[must_use]
    pub fn p95_us(&self) -> u64 {
        let mut times = self.frames_us.clone();
        times.sort_unstable();
        let rank = (times.len() * 19).div_ceil(20);
        times.get(rank.saturating_sub(1)).copied().unwrap_or(0)
    }
}

impl CheckTimes {
    /// What checking a unit of so many frames takes, as [`Sample::draw`] chooses.
    pub(super) fn unit_us(&self, frames: u64, effort: &Effort) -> u128 {
        // Shares decide counts of frames here, never amounts of money.
        let count = |share: f64| ((share * frames as f64).ceil() as u64).clamp(1, frames.max(1));
        let times = |count: u64, micros: u64| u128::from(count) * u128::from(micros);
        let tiles = count(effort.color_share).saturating_mul(effort.tiles.into());
        let (truth, labels) = (times(frames, self.truth_us), times(count(effort.label_share), self.labels_us));
        truth.saturating_add(labels).saturating_add(times(tiles, self.tile_us))
    }
}

/// Renders so many frames of a job, spread evenly over it, and verifies one of them.
///
/// # Errors
/// If `frames` is 0, or this machine fails.
pub fn probe(
    bundle: &Bundle,
    composer: &Composer,
    mut renderer: Renderer,
    frames: u64,
    effort: &Effort,
) -> Result<Probe, crate::Error> {
    let all = &bundle.manifest().frames;
    let length = all.end - all.start;
    let count = frames.min(length);
    if count == 0 {
        return Err(Error::Unfit("a probe takes at least one frame".to_owned()).into());
    }
    let (class, calibration) = (EngineClass::of(renderer.adapter()), calibrate(&mut renderer)?);
    let settings = bundle.settings();
    let compose = |index| composer.compose(Seed { dataset: bundle.header().seed, index });
    // What happens once, compiling and the first upload, is left out: it is a part of no frame.
    let corner = Window { x: 0, y: 0, width: 16, height: 16 };
    renderer.render(&compose(all.start)?, &RenderSettings { window: Some(corner), ..settings.clone() })?;
    let mut frames_us = Vec::new();
    for i in 0..count {
        let index = all.start + (u128::from(i) * u128::from(length) / u128::from(count)) as u64;
        let scene = compose(index)?;
        let begun = Instant::now();
        renderer.render(&scene, &settings)?;
        frames_us.push(micros(begun));
    }
    let check = check_times(bundle, composer, renderer, effort)?;
    Ok(Probe { class, calibration, frames_us, check })
}

/// Delivers the first frame as a job of its own, and times the verifier.
fn check_times(
    bundle: &Bundle,
    composer: &Composer,
    mut renderer: Renderer,
    effort: &Effort,
) -> Result<CheckTimes, crate::Error> {
    let folder = tempfile::tempdir().map_err(|source| Error::write(std::env::temp_dir(), source))?;
    let manifest = bundle.manifest();
    let mut header = bundle.header().clone();
    header.frames = manifest.frames.start..manifest.frames.start + 1;
    let options = JobOptions {
        unit_frames: 1,
        catalog_source: manifest.catalog.source.clone(),
        limits: manifest.limits.clone(),
        ..JobOptions::new(manifest.color)
    };
    let small = Bundle::pack(&folder.path().join("bundle"), &header, &options)?;
    let (path, _) = work(&small, composer, &mut renderer, (0, 0), &folder.path().join("results"), |_| {})?;
    let unit = RenderUnit { number: 0, frames: header.frames.clone() };
    let unit_header = small.unit_header(unit.frames.clone(), composer);
    let delivery = Delivery::unpack(&path, &small, &unit_header, unit);
    let delivery = delivery.map_err(|problems| Error::problems(&path, problems))?;

    let mut verifier = Verifier::new(&small, composer.clone(), renderer);
    let side = effort.tile_px.min(header.width).min(header.height);
    let tile = (header.frames.start, Window { x: 0, y: 0, width: side, height: side });
    let mut time = |labels: bool, tiles: bool| {
        let labels = if labels { vec![header.frames.start] } else { Vec::new() };
        let sample = Sample { labels, tiles: if tiles { vec![tile] } else { Vec::new() } };
        let begun = Instant::now();
        verifier.verify(&delivery, &sample)?;
        Ok::<_, crate::Error>(micros(begun))
    };
    let truth_us = time(false, false)?;
    let labels_us = time(true, false)?.saturating_sub(truth_us);
    // The first tile may have to compile something.
    time(false, true)?;
    let tile_us = time(false, true)?.saturating_sub(truth_us);
    Ok(CheckTimes { truth_us, labels_us, tile_us })
}

fn micros(begun: Instant) -> u64 {
    begun.elapsed().as_micros().try_into().unwrap_or(u64::MAX)
}
