use std::collections::{BTreeMap, HashMap};

use ndarray::Array3;

use super::instances::Owners;
use crate::dataset::FrameRecord;
use crate::frame::{DepthLayer, Occlusion};

/// Whether depth layers follow their definition: the first is what is seen, depths ascend, every body is on a ray at most
/// once and inside of its silhouette, and the bodies hide each other in as many pixels as the graph says. Where a ray
/// fills all layers, it may go on behind them: there the silhouettes and the graph may have more.
pub(super) fn check_layers(
    layers: &[DepthLayer],
    depth: Option<&Array3<f32>>,
    record: &FrameRecord,
    owners: &Owners,
) -> Result<(), String> {
    let Some(seen) = layers.first() else { return Ok(()) };
    owners.check_numbers(&seen.instance)?;
    if let Some(depth) = depth {
        let same = |((y, x), &value): ((usize, usize), &f32)| value.to_bits() == depth[[y, x, 0]].to_bits();
        if let Some(((y, x), value)) = seen.depth.indexed_iter().find(|&at| !same(at)) {
            let plane = depth[[y, x, 0]];
            return Err(format!("pixel ({x}, {y}) has depth {value} in the first layer, and {plane} in its plane"));
        }
    }
    let (height, width) = seen.depth.dim();
    let mut goes_on = false;
    let mut pairs: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let mut met: HashMap<u32, u64> = HashMap::new();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let ray: Vec<(f32, u32)> = layers.iter().map(|layer| (layer.depth[[y, x]], layer.instance[[y, x]])).collect();
        let bodies = ray.iter().position(|body| body.0 == f32::INFINITY).unwrap_or(ray.len());
        let (ray, rest) = ray.split_at(bodies);
        let is_ordered = ray.is_sorted_by(|a, b| a.0 <= b.0) && ray.iter().all(|body| body.0 > 0.0);
        if !is_ordered || rest.iter().any(|&(depth, id)| depth != f32::INFINITY || id != 0) {
            return Err(format!("pixel ({x}, {y}) has bodies out of order"));
        }
        goes_on |= rest.is_empty();
        for (i, &(_, front)) in ray.iter().enumerate() {
            for &(_, behind) in &ray[i + 1..] {
                if behind == front {
                    return Err(format!("pixel ({x}, {y}) has number {front} twice"));
                }
                if behind != 0 {
                    *pairs.entry((behind, front)).or_insert(0) += 1;
                }
            }
            if front != 0 {
                *met.entry(front).or_insert(0) += 1;
            }
        }
    }
    let is_listed = |id: &u32| record.instances.binary_search_by_key(id, |unit| unit.id).is_ok();
    if let Some(id) = met.keys().filter(|id| !is_listed(id)).min() {
        return Err(format!("number {id} is no unit of the frame"));
    }
    // Found in its own silhouette as often as in the layers, a unit is nowhere else.
    for unit in &record.instances {
        let inside = unit
            .mask_amodal
            .pixels()
            .filter(|&(x, y)| layers.iter().any(|layer| layer.instance[[y as usize, x as usize]] == unit.id));
        let (inside, all) = (inside.count() as u64, met.get(&unit.id).copied().unwrap_or(0));
        if inside != all {
            return Err(format!("unit {} is on {all} rays, and on {inside} of its silhouette", unit.id));
        }
        if !goes_on && all != unit.mask_amodal.area() {
            let area = unit.mask_amodal.area();
            return Err(format!("unit {} is on {all} rays, and its silhouette has {area} pixels", unit.id));
        }
    }
    for &Occlusion { behind, front, px } in &record.occlusion {
        let found = pairs.remove(&(behind, front)).unwrap_or(0);
        let px = u64::from(px);
        if found > px || (!goes_on && found != px) {
            return Err(format!("{front} is before unit {behind} on {found} rays, and the graph says {px}"));
        }
    }
    match pairs.first_key_value() {
        Some(((behind, front), px)) => {
            Err(format!("{front} is before unit {behind} on {px} rays, and the graph does not say so"))
        }
        None => Ok(()),
    }
}
