use std::collections::{BTreeMap, HashMap};

use crate::annotate::InstanceAnnotation;
use crate::dataset::FrameRecord;
use crate::frame::Occlusion;
use crate::problem::Problems;

/// Whether the occlusion graph follows from the masks, as far as they can tell: each of two units hides the other
/// wherever both lie on the ray, so their two edges together have the pixels of their common silhouette; and what is
/// seen at a pixel hides all others there.
///
/// Masks do not say which of two hidden units is nearer, nor where a hidden shelf is.
pub(super) fn check_occlusion(record: &FrameRecord) -> Problems {
    let mut problems = Problems::default();
    let edges = &record.occlusion;
    let mut known = HashMap::with_capacity(edges.len());
    for (i, &Occlusion { behind, front, px }) in edges.iter().enumerate() {
        let place = format!("[{i}]");
        let is_unit = |id: u32| record.instances.binary_search_by_key(&id, |unit| unit.id).is_ok();
        if !is_unit(behind) || !(front == 0 || is_unit(front)) || front == behind || px == 0 {
            problems.add(place, format!("[{front}, {behind}, {px}] is no pixels of one unit before another"));
        } else if i > 0 && (edges[i - 1].behind, edges[i - 1].front) >= (behind, front) {
            problems.add(place, format!("[{front}, {behind}, {px}] is out of order"));
        }
        known.insert((behind, front), px);
    }
    if problems.is_empty() {
        check_seen(&record.instances, &known, &mut problems);
        check_common(record, &known, &mut problems);
    }
    problems
}

/// A unit hides at least where it is seen, and all that is no unit at most what is not the unit itself.
fn check_seen(instances: &[InstanceAnnotation], known: &HashMap<(u32, u32), u32>, problems: &mut Problems) {
    for unit in instances {
        let px = |front: u32| known.get(&(unit.id, front)).copied().unwrap_or(0);
        for seen in unit.occluded_by.iter().filter(|seen| px(seen.id) < seen.px) {
            let (id, found) = (unit.id, px(seen.id));
            let message = format!("{} hides {found} pixels of unit {id}, and is seen in {} of them", seen.id, seen.px);
            problems.add("", message);
        }
        let hidden = unit.amodal_px.saturating_sub(unit.visible_px);
        if px(0) > hidden {
            problems.add("", format!("0 hides {} pixels of unit {}, and {hidden} are hidden", px(0), unit.id));
        }
    }
}

/// Where a unit's silhouette begins or ends, in the order of the masks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Border {
    place: u32,
    begins: bool,
    unit: u32,
}

/// Common pixels of every pair of silhouettes, in one sweep over the picture; a pair that the graph lacks ends it.
fn check_common(record: &FrameRecord, known: &HashMap<(u32, u32), u32>, problems: &mut Problems) {
    let mut borders = Vec::new();
    for unit in &record.instances {
        for (start, length) in unit.mask_amodal.spans() {
            borders.push(Border { place: start, begins: true, unit: unit.id });
            borders.push(Border { place: start + length, begins: false, unit: unit.id });
        }
    }
    borders.sort_unstable();
    let mut common: BTreeMap<(u32, u32), u64> = known.keys().filter(|pair| pair.1 != 0).map(sorted).collect();
    // Units on the ray, and where each came in.
    let mut present: Vec<(u32, u32)> = Vec::new();
    for Border { place, begins, unit } in borders {
        if begins {
            present.push((unit, place));
            continue;
        }
        let Some(own) = present.iter().position(|&(id, _)| id == unit) else { continue };
        let (_, start) = present.swap_remove(own);
        for &(other, since) in present.iter().filter(|&&(_, since)| since < place) {
            let (pair, _) = sorted(&(unit, other));
            let Some(pixels) = common.get_mut(&pair) else {
                let message =
                    format!("units {} and {} have pixels in common, and neither hides the other", pair.0, pair.1);
                problems.add("", message);
                return;
            };
            *pixels += u64::from(place - start.max(since));
        }
    }
    for ((a, b), expected) in common {
        let px = |pair| u64::from(known.get(&pair).copied().unwrap_or(0));
        let found = px((a, b)) + px((b, a));
        if found != expected {
            let message = format!("units {a} and {b} hide {found} pixels of each other, and have {expected} in common");
            problems.add("", message);
        }
    }
}

fn sorted(&(a, b): &(u32, u32)) -> ((u32, u32), u64) {
    ((a.min(b), a.max(b)), 0)
}
