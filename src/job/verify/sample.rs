use super::Secret;
use crate::job::{Node, RenderUnit};
use crate::render::Window;
use crate::seed::Rng;

/// How much of a unit is made again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Share of the frames whose labels are traced again; at least one frame of every unit.
    pub label_share: f64,
    /// Share of the frames of which tiles of colour are rendered again; at least one frame of every unit.
    pub color_share: f64,
    /// Tiles of such a frame.
    pub tiles: u32,
    /// Side of a tile in pixels.
    pub tile_px: u32,
    /// Share of the valid units into which something wrong is planted, to see that it is found.
    pub planted_share: f64,
}

impl Default for Effort {
    /// Labels of a tenth of the frames, and two tiles of 32 x 32 pixels in half of them; something wrong in one unit of a
    /// thousand.
    fn default() -> Self {
        Self { label_share: 0.1, color_share: 0.5, tiles: 2, tile_px: 32, planted_share: 0.001 }
    }
}

/// What of a unit is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Frames whose labels are traced again, ascending.
    pub labels: Vec<u64>,
    /// Parts of colour pictures that are rendered again.
    pub tiles: Vec<(u64, Window)>,
}

impl Sample {
    /// Draws what is checked. The worker has told its root before, and the secret was decided before that: neither side
    /// can choose. `size` is the picture's width and height; frames may be turned, so tiles lie in the square that both
    /// share.
    #[must_use]
    pub fn draw(root: Node, secret: &Secret, unit: &RenderUnit, size: (u32, u32), effort: &Effort) -> Self {
        let mut rng = generator("endcap sample v1", root, secret);
        let labels = choose(unit, effort.label_share, &mut rng);
        let side = effort.tile_px.min(size.0).min(size.1);
        let square = size.0.min(size.1);
        let mut tiles = Vec::new();
        for frame in choose(unit, effort.color_share, &mut rng) {
            for _ in 0..effort.tiles {
                let mut place = || rng.below((square - side + 1) as usize) as u32;
                let (x, y) = (place(), place());
                tiles.push((frame, Window { x, y, width: side, height: side }));
            }
        }
        Self { labels, tiles }
    }

    /// Nothing: of this unit, only what can be known without a ray is looked at.
    #[must_use]
    pub fn none() -> Self {
        Self { labels: Vec::new(), tiles: Vec::new() }
    }

    /// Everything: for newcomers and for tests.
    #[must_use]
    pub fn all(unit: &RenderUnit, size: (u32, u32)) -> Self {
        let square = size.0.min(size.1);
        let whole = Window { x: 0, y: 0, width: square, height: square };
        Self { labels: unit.frames.clone().collect(), tiles: unit.frames.clone().map(|frame| (frame, whole)).collect() }
    }
}

/// Whether parts of a unit are made again at all, where this share of all units is.
#[must_use]
pub fn is_drawn(root: Node, secret: &Secret, share: f64) -> bool {
    generator("endcap unit v1", root, secret).chance(share)
}

/// Whether something wrong is planted into a unit that was found valid, where this is done in this share of them.
#[must_use]
pub fn is_planted(root: Node, secret: &Secret, share: f64) -> bool {
    generator("endcap plant v1", root, secret).chance(share)
}

fn generator(purpose: &str, root: Node, secret: &Secret) -> Rng {
    let mut hasher = blake3::Hasher::new();
    hasher.update(purpose.as_bytes());
    hasher.update(&secret.draw(root).0);
    Rng::from_key(*hasher.finalize().as_bytes())
}

/// So many of the unit's frames, ascending: a shuffle that stops early.
fn choose(unit: &RenderUnit, share: f64, rng: &mut Rng) -> Vec<u64> {
    let mut frames: Vec<u64> = unit.frames.clone().collect();
    let count = ((share * frames.len() as f64).ceil() as usize).clamp(1, frames.len().max(1));
    for i in 0..count.min(frames.len()) {
        let other = i + rng.below(frames.len() - i);
        frames.swap(i, other);
    }
    frames.truncate(count);
    frames.sort_unstable();
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::new([byte; 32])
    }

    fn unit() -> RenderUnit {
        RenderUnit { number: 2, frames: 64..96 }
    }

    fn drawn(root: u8, effort: &Effort) -> Sample {
        Sample::draw(Node([root; 32]), &secret(7), &unit(), (48, 64), effort)
    }

    #[test]
    fn samples_depend_on_root_and_secret_and_fit_the_unit() {
        let effort = Effort { color_share: 0.25, ..Effort::default() };
        assert_eq!(drawn(1, &effort), drawn(1, &effort));
        assert_ne!(drawn(1, &effort), drawn(2, &effort));
        assert_ne!(drawn(1, &effort), Sample::draw(Node([1; 32]), &secret(8), &unit(), (48, 64), &effort));
        for root in 0..50 {
            let sample = drawn(root, &effort);
            assert_eq!((sample.labels.len(), sample.tiles.len()), (4, 16));
            assert!(sample.labels.iter().all(|frame| unit().frames.contains(frame)));
            assert!(sample.labels.windows(2).all(|pair| pair[0] < pair[1]));
            for (frame, tile) in sample.tiles {
                assert!(unit().frames.contains(&frame) && (tile.width, tile.height) == (32, 32));
                assert!(tile.x + 32 <= 48 && tile.y + 32 <= 48);
            }
        }
    }

    #[test]
    fn a_share_of_the_units_is_drawn() {
        let drawn = |share| (0..=255).filter(|&root| is_drawn(Node([root; 32]), &secret(7), share)).count();
        // 64 expected, with a standard deviation of 7.
        assert_eq!((drawn(0.0), drawn(1.0)), (0, 256));
        assert!((40..90).contains(&drawn(0.25)), "{}", drawn(0.25));
    }

    #[test]
    fn every_frame_and_corner_is_chosen_now_and_then() {
        let mut frames = [0; 32];
        let (mut low, mut high) = (u32::MAX, 0);
        for root in 0..=255 {
            let sample = drawn(root, &Effort::default());
            sample.labels.iter().for_each(|frame| frames[(frame - 64) as usize] += 1);
            sample.tiles.iter().for_each(|(_, tile)| (low, high) = (low.min(tile.x), high.max(tile.x)));
        }
        // 4 of 32 frames in 256 draws: 32 each, with a standard deviation of 5.3.
        assert!(frames.iter().all(|&count| (10..60).contains(&count)), "{frames:?}");
        assert_eq!((low, high), (0, 16));
    }
}
