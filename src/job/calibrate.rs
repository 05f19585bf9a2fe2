use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::queue::Hello;
use super::{Digest, EngineClass, Error};
use crate::catalog::Catalog;
use crate::frame::{Frame, Plane, PlaneData};
use crate::render::{RenderSettings, Renderer};
use crate::scene::{Composer, Recipe};
use crate::seed::Seed;

/// The scene of this seed and index of the built-in recipe `close`, with the built-in catalogue.
const RECIPE: &str = "close";
const SEED: Seed = Seed { dataset: 0x00E4_DCA9, index: 1 };
/// Width and height in pixels.
const SIDE: u32 = 96;
/// Samples per pixel: enough that a GPU has something to do.
const SAMPLES: u32 = 16;
/// Times that it is rendered, as long as there is time.
const RUNS: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(2);

/// A machine, seen by one small scene that is always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Calibration {
    /// Of its colour and its labels to the last bit: equal for machines of one class.
    pub digest: Digest,
    /// Microseconds of the fastest of a few renders, after shaders were compiled and everything was uploaded; at least 1.
    pub micros: u64,
}

impl Calibration {
    /// The same in milliseconds, rounded up.
    #[must_use]
    pub fn millis(&self) -> u64 {
        self.micros.div_ceil(1000)
    }
}

impl Hello {
    /// What a machine says about itself: its class, and what it makes of the calibration scene. Takes seconds on a CPU.
    ///
    /// # Errors
    /// If this machine cannot render.
    pub fn measured(renderer: &mut Renderer, slots: u32) -> Result<Self, crate::Error> {
        let calibration = calibrate(renderer)?;
        let class = EngineClass::of(renderer.adapter());
        Ok(Self { class, calibration: calibration.digest, calibration_ms: calibration.millis(), slots })
    }
}

/// Renders the calibration scene: what tells a machine's class, and how fast it is. Takes seconds on a CPU.
///
/// # Errors
/// If this machine cannot render.
pub fn calibrate(renderer: &mut Renderer) -> Result<Calibration, crate::Error> {
    let mut recipe = Recipe::builtin(RECIPE).ok_or_else(|| Error::Unfit(format!("there is no recipe {RECIPE}")))?;
    (recipe.picture.width, recipe.picture.height) = (SIDE, SIDE);
    let scene = Composer::new(Arc::new(Catalog::builtin()?), recipe)?.compose(SEED)?;
    let settings = RenderSettings {
        planes: vec![Plane::Rgb, Plane::Instance, Plane::Part, Plane::Depth, Plane::Normal],
        samples: SAMPLES,
        ..RenderSettings::default()
    };
    let frame = renderer.render(&scene, &settings)?;
    let (begun, mut best) = (Instant::now(), Duration::MAX);
    for _ in 0..RUNS {
        let run = Instant::now();
        renderer.render(&scene, &settings)?;
        best = best.min(run.elapsed());
        if begun.elapsed() > PATIENCE {
            break;
        }
    }
    let micros = u64::try_from(best.as_micros()).unwrap_or(u64::MAX).max(1);
    Ok(Calibration { digest: digest(&frame), micros })
}

/// Digest of all planes, by name, and of all silhouettes.
fn digest(frame: &Frame) -> Digest {
    let mut bytes = Vec::new();
    for (plane, data) in &frame.planes {
        bytes.extend(format!("{plane} {} {}\n", frame.width, frame.height).into_bytes());
        match data {
            PlaneData::U8(values) => bytes.extend(values),
            PlaneData::U16(values) => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            PlaneData::U32(values) => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            PlaneData::F32(values) => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
        }
    }
    for silhouette in &frame.silhouettes {
        let rows = (0..frame.height).flat_map(|y| (0..frame.width).map(move |x| (x as i32, y as i32)));
        bytes.extend(rows.map(|(x, y)| u8::from(silhouette.contains(x, y))));
    }
    Digest::of(&bytes)
}
