use super::{BayPlan, tier::units_deep};
use crate::scene::fixture::Gondola;

/// Shortens the files until all bays together hold about `units`: what is cut off is what is seen least. A file keeps at
/// least one unit, so dense planograms may stay above it.
///
/// `eye_height` decides for each shelf how much of its rear can be seen, `eye_bay` which bays are at the side.
pub(in crate::scene) fn shorten_files(
    bays: &mut [BayPlan],
    gondola: &Gondola,
    units: u32,
    (eye_height, eye_bay): (f64, f64),
) {
    let mut reach = gondola.base_depth;
    loop {
        let mut total = 0;
        for plan in &mut *bays {
            let aside = (f64::from(plan.bay) - eye_bay).abs() > 1.0;
            for tier in &mut plan.tiers {
                let hidden = tier.surface + 0.15 > eye_height;
                let reach = reach * if hidden { 0.45 } else { 1.0 } * if aside { 0.5 } else { 1.0 };
                for position in &mut tier.positions {
                    if !position.deep_is_fixed {
                        position.deep = position.deep.min(units_deep(position.item.size.z, reach, u32::MAX));
                    }
                    total += position.units();
                }
            }
        }
        if total <= u64::from(units) || reach < 0.05 {
            return;
        }
        reach -= 0.01;
    }
}
