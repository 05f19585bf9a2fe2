use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use endcap::frame::Plane;
use endcap::render::{Integrator, RenderSettings};

/// How the colour picture is made.
#[derive(Debug, clap::Args)]
pub(crate) struct ColorArguments {
    /// How colour is made: direct light and one bounce, or all the light of a studio photo.
    #[arg(long, value_enum, default_value = "preview")]
    quality: Quality,
    /// Samples per pixel of the colour picture.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=65536))]
    spp: u32,
    /// Surfaces that light may meet on its way to the first one that is seen; that of the quality if left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=1024))]
    bounces: Option<u32>,
    /// Largest value that one sample may bring over a bounce, after exposure, or `off`; that of the quality if left out.
    #[arg(long, value_name = "VALUE|off")]
    firefly_limit: Option<Limit>,
    /// Seconds after which a frame gets no further samples; its picture then depends on the machine's speed.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time_limit: Option<Duration>,
    /// Filter noise out of the colour picture.
    #[arg(long)]
    denoise: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or("expected a positive number".to_owned())
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Quality {
    /// Direct light, one bounce, and a constant for the rest.
    Preview,
    /// Light of up to eight bounces.
    Studio,
}

#[derive(Debug, Clone, Copy)]
struct Limit(Option<f32>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(None));
        }
        match text.parse::<f32>() {
            Ok(value) if value > 0.0 && value.is_finite() => Ok(Self(Some(value))),
            _ => Err("expected a positive number or off".to_owned()),
        }
    }
}

impl ColorArguments {
    fn integrator(&self) -> Integrator {
        let mut integrator = match self.quality {
            Quality::Preview => Integrator::preview(),
            Quality::Studio => Integrator::studio(),
        };
        integrator.bounces = self.bounces.unwrap_or(integrator.bounces);
        if let Some(Limit(limit)) = self.firefly_limit {
            integrator.firefly_limit = limit;
        }
        integrator
    }

    /// What the renderer is asked for.
    pub(crate) fn settings(&self, planes: Vec<Plane>) -> RenderSettings {
        RenderSettings {
            planes,
            samples: self.spp,
            integrator: self.integrator(),
            time_limit: self.time_limit,
            denoise: self.denoise,
            ..Default::default()
        }
    }

    /// The same for the manifest.
    pub(crate) fn noted(&self) -> BTreeMap<String, String> {
        let integrator = self.integrator();
        let quality = match self.quality {
            Quality::Preview => "preview",
            Quality::Studio => "studio",
        };
        let limit = integrator.firefly_limit.map_or("off".to_owned(), |limit| limit.to_string());
        let mut noted = BTreeMap::from([
            ("quality", quality.to_owned()),
            ("spp", self.spp.to_string()),
            ("bounces", integrator.bounces.to_string()),
            ("firefly_limit", limit),
            ("denoise", self.denoise.to_string()),
        ]);
        if let Some(limit) = self.time_limit {
            noted.insert("time_limit_s", limit.as_secs_f64().to_string());
        }
        noted.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
