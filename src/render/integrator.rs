/// How the light of the colour picture is followed. All settings but the preview's `ambient` and `firefly_limit` give the
/// same picture in the mean, up to the light of longer paths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integrator {
    /// Surfaces that light may meet between a lamp and the first surface that is seen: 0 is direct light alone. Clear
    /// walls and media do not count.
    pub bounces: u32,
    /// Share of the environment's mean radiance that stands for all further bounces at the last one; above 0 the last
    /// surface is taken as matt. 0 leaves longer paths out.
    pub ambient: f32,
    /// Largest value, before the tone curve and after exposure, that one sample may bring over a bounce; `None` lets
    /// all light through. A limit takes light from caustics and small mirrors, and with it their fireflies.
    pub firefly_limit: Option<f32>,
    /// How lamps are found.
    pub strategy: Strategy,
}

/// Ways of finding lamps; in the mean all give the same picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Points of lamps are chosen: noisy on mirrors. Surfaces inside of media are lit by their paths all the same.
    Lamps,
    /// Reflections are followed until they meet a lamp: noisy where lamps are small. Lamps without extent stay dark.
    Reflections,
    /// Both, weighted by the power heuristic.
    Both,
}

impl Integrator {
    /// Direct light, one bounce, and a constant for the rest.
    #[must_use]
    pub fn preview() -> Self {
        Self { bounces: 1, ambient: 0.16, firefly_limit: Some(8.0), strategy: Strategy::Both }
    }

    /// Light of up to eight bounces.
    #[must_use]
    pub fn studio() -> Self {
        Self { bounces: 8, ambient: 0.0, firefly_limit: Some(8.0), strategy: Strategy::Both }
    }

    /// Nothing left out and nothing limited, up to 64 bounces: for comparisons.
    #[must_use]
    pub fn unbiased() -> Self {
        Self { bounces: 64, ambient: 0.0, firefly_limit: None, strategy: Strategy::Both }
    }
}

impl Default for Integrator {
    fn default() -> Self {
        Self::preview()
    }
}
