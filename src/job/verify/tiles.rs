use ndarray::{ArrayView3, s};

use super::{Finding, Sound, Tolerance};
use crate::dataset::plane_path;
use crate::frame::Plane;
use crate::render::{RenderSettings, Renderer, Window};

/// Renders one tile of a colour picture again and compares it: byte by byte within a class, else within the tolerance.
///
/// # Errors
/// If the tile cannot be rendered here.
pub(super) fn check(
    sound: &Sound,
    (index, tile): (u64, Window),
    (settings, renderer): (&RenderSettings, &mut Renderer),
    tolerance: Option<&Tolerance>,
) -> Result<Option<Finding>, crate::Error> {
    let Some(told) = sound.read.frame.rgb() else { return Ok(None) };
    let settings = RenderSettings {
        planes: vec![Plane::Rgb],
        silhouettes: false,
        layers: 0,
        window: Some(tile),
        ..settings.clone()
    };
    let own = renderer.render(&sound.scene, &settings)?;
    let own = own.rgb().expect("asked for");
    let [x, y, width, height] = [tile.x, tile.y, tile.width, tile.height].map(|side| side as usize);
    let told = told.slice(s![y..y + height, x..x + width, ..]);
    let place = format!("{}: tile {width}x{height} at ({x}, {y})", plane_path(Plane::Rgb, index));
    Ok(match tolerance {
        None if told == own => None,
        None => Some(Finding::wrong(place, "differs from what a machine of this class makes")),
        Some(tolerance) => difference(told, own.view(), tolerance).map(|message| Finding::doubtful(place, message)),
    })
}

/// Whether two colour pictures differ by more than they may in any tile of 32 x 32 pixels.
pub(super) fn differ(a: &Sound, b: &Sound, tolerance: &Tolerance) -> bool {
    const SIDE: usize = 32;
    let (Some(a), Some(b)) = (a.read.frame.rgb(), b.read.frame.rgb()) else { return false };
    let (height, width, _) = a.dim();
    let tiles = (0..height).step_by(SIDE).flat_map(|y| (0..width).step_by(SIDE).map(move |x| (y, x)));
    a.dim() != b.dim()
        || tiles.into_iter().any(|(y, x)| {
            let tile = s![y..(y + SIDE).min(height), x..(x + SIDE).min(width), ..];
            difference(a.slice(tile), b.slice(tile), tolerance).is_some()
        })
}

/// What is too different between two tiles.
fn difference(told: ArrayView3<'_, u8>, own: ArrayView3<'_, u8>, tolerance: &Tolerance) -> Option<String> {
    let pixels = told.len() / 3;
    let is_far = |y: usize, x: usize| (0..3).any(|c| told[[y, x, c]].abs_diff(own[[y, x, c]]) > tolerance.color_steps);
    let far =
        (0..told.dim().0).flat_map(|y| (0..told.dim().1).map(move |x| (y, x))).filter(|&(y, x)| is_far(y, x)).count();
    let psnr = psnr(told, own);
    if far as f64 > (1.0 - tolerance.color_share) * pixels as f64 {
        return Some(format!("has {far} of {pixels} pixels more than {} steps off", tolerance.color_steps));
    }
    (psnr < tolerance.color_psnr_db).then(|| format!("has a signal to noise ratio of {psnr:.1} dB"))
}

/// Peak signal to noise ratio, dB; infinite for equal tiles.
pub(super) fn psnr(told: ArrayView3<'_, u8>, own: ArrayView3<'_, u8>) -> f64 {
    let squares: f64 = told.iter().zip(own).map(|(&a, &b)| f64::from(a.abs_diff(b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * told.len() as f64 / squares).log10()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn a_few_far_pixels_pass_and_a_patch_or_a_shift_does_not() {
        let tolerance = Tolerance::default();
        let own = Array3::from_shape_fn((32, 32, 3), |(y, x, c)| (y * 5 + x * 2 + c) as u8);
        let judge = |told: &Array3<u8>| difference(told.view(), own.view(), &tolerance);
        assert_eq!(judge(&own), None);
        assert_eq!(judge(&own.mapv(|value| value.saturating_add(8))), None);
        let mut few = own.clone();
        few.slice_mut(s![3, 4..8, ..]).mapv_inplace(|value| value.saturating_add(20));
        assert_eq!(judge(&few), None, "4 of 1024 pixels");
        let mut patch = own.clone();
        patch.slice_mut(s![3..8, 4..8, ..]).fill(255);
        assert!(judge(&patch).expect("a small one").contains("signal to noise"));
        patch.slice_mut(s![3..13, 4..14, ..]).fill(255);
        assert!(judge(&patch).expect("100 pixels").contains("100 of 1024"));
        assert!(judge(&own.mapv(|value| value.saturating_add(14))).expect("a shift").contains("signal to noise"));
    }
}
