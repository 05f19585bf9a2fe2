use ndarray::{Array2, ArrayView2, ArrayView3};

use super::{Finding, Tolerance};
use crate::dataset::plane_path;
use crate::frame::{Frame, Plane, PlaneData};

/// Compares the label planes of two machines of different classes: numbers off the edges of their own plane, everything
/// that is measured off the edges of the instance plane.
pub(super) fn compare(told: &Frame, own: &Frame, tolerance: &Tolerance, index: u64) -> Vec<Finding> {
    let path = |plane| plane_path(plane, index);
    let (Some(ids), Some(own_ids)) = (told.instance(), own.instance()) else {
        return vec![Finding::doubtful(path(Plane::Instance), "is not there")];
    };
    let off: Vec<(usize, usize)> = band(ids, own_ids, tolerance.band_px)
        .indexed_iter()
        .filter(|(_, is_band)| !**is_band)
        .map(|(place, _)| place)
        .collect();
    let labels = told.planes.iter().filter(|(plane, _)| !plane.is_color());
    let findings = labels.filter_map(|(&plane, told)| {
        let message = match (told, own.planes.get(&plane)) {
            (PlaneData::U32(told), Some(PlaneData::U32(own))) => ids_differ(told.view(), own.view(), tolerance),
            (PlaneData::U16(told), Some(PlaneData::U16(own))) => {
                ids_differ(told.mapv(u32::from).view(), own.mapv(u32::from).view(), tolerance)
            }
            (PlaneData::F32(told), Some(PlaneData::F32(own))) => {
                values_differ(plane, (told.view(), own.view()), &off, tolerance)
            }
            _ => Some("is not there".to_owned()),
        };
        message.map(|message| Finding::doubtful(path(plane), message))
    });
    findings.collect()
}

/// What is wrong with a plane of numbers.
fn ids_differ(told: ArrayView3<'_, u32>, own: ArrayView3<'_, u32>, tolerance: &Tolerance) -> Option<String> {
    let (told, own) = (told.index_axis_move(ndarray::Axis(2), 0), own.index_axis_move(ndarray::Axis(2), 0));
    let (mut off, mut inside, mut size) = (0_u64, 0_u64, 0_u64);
    for (place, &is_band) in band(told, own, tolerance.band_px).indexed_iter() {
        let differs = u64::from(told[place] != own[place]);
        if is_band {
            size += 1;
            inside += differs;
        } else {
            off += differs;
        }
    }
    (off > 0 || inside as f64 > tolerance.band_share * size as f64)
        .then(|| format!("differs in {off} pixels off the edges, and in {inside} of {size} at them"))
}

/// What is wrong with a plane of measured values.
fn values_differ(
    plane: Plane,
    (told, own): (ArrayView3<'_, f32>, ArrayView3<'_, f32>),
    off: &[(usize, usize)],
    tolerance: &Tolerance,
) -> Option<String> {
    let share = tolerance.share_of(plane);
    let is_wrong = |&&(y, x): &&(usize, usize)| {
        (0..told.dim().2).any(|c| {
            let (a, b) = (f64::from(told[[y, x, c]]), f64::from(own[[y, x, c]]));
            !(a == b || (a - b).abs() <= tolerance.limit_of(plane, b))
        })
    };
    let wrong = off.iter().filter(is_wrong).count();
    (wrong as f64 > (1.0 - share) * off.len() as f64)
        .then(|| format!("is off in {wrong} of {} pixels off the edges", off.len()))
}

/// Pixels within so many of an edge in either picture.
pub(super) fn band(a: ArrayView2<'_, u32>, b: ArrayView2<'_, u32>, reach: u32) -> Array2<bool> {
    let (height, width) = a.dim();
    let mut band = Array2::from_elem((height, width), false);
    let reach = reach as usize;
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let is_edge = |ids: &ArrayView2<'_, u32>| {
            (x + 1 < width && ids[[y, x]] != ids[[y, x + 1]]) || (y + 1 < height && ids[[y, x]] != ids[[y + 1, x]])
        };
        if is_edge(&a) || is_edge(&b) {
            let rows = y.saturating_sub(reach)..(y + reach + 2).min(height);
            let columns = x.saturating_sub(reach)..(x + reach + 2).min(width);
            rows.for_each(|row| columns.clone().for_each(|column| band[[row, column]] = true));
        }
    }
    band
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_lies_on_both_sides_of_every_edge() {
        let mut a = Array2::zeros((1, 12));
        a[[0, 6]] = 1;
        let found = band(a.view(), Array2::zeros((1, 12)).view(), 2);
        let expected: Vec<bool> = (0..12).map(|x| (3..=9).contains(&x)).collect();
        assert_eq!(found.iter().copied().collect::<Vec<_>>(), expected);
    }
}
