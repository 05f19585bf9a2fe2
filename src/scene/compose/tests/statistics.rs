//! Composed frames against figures measured on real photographs.

use std::collections::BTreeMap;

use super::*;
use crate::catalog::Footprint;
use crate::scene::Scene;
use crate::scene::collision::Solid;

/// Left, right, top and bottom of a unit's front in the picture, if all of it is in front of the camera. The front of a
/// round unit is its widest section.
fn seen_front(scene: &Scene, unit: &Unit) -> Option<[f64; 4]> {
    let mut front = unit.look.model.bounds;
    let round = unit.look.model.footprint == Footprint::Round;
    front.min.z = if round { front.center().z } else { front.max.z };
    front.max.z = front.min.z;
    let mut pose = unit.world_from_object;
    if round {
        // Whichever way a tin is turned, its front is what faces the aisle.
        pose.matrix3 = glam::DMat3::IDENTITY;
    }
    let camera_from_object = scene.camera.camera_from_world() * glam::DMat4::from(pose);
    let corners = front.corners().map(|corner| camera_from_object.transform_point3(corner));
    let mut seen = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
    for corner in corners {
        let pixel = scene.camera.project(corner)?;
        seen = [seen[0].min(pixel.x), seen[1].max(pixel.x), seen[2].min(pixel.y), seen[3].max(pixel.y)];
    }
    Some(seen)
}

fn in_picture(scene: &Scene, unit: &Unit) -> bool {
    let center = scene.camera.camera_from_world().transform_point3(Solid::of(unit).center());
    scene.camera.project(center).is_some_and(|pixel| {
        pixel.min_element() >= 0.0
            && pixel.x < f64::from(scene.camera.width)
            && pixel.y < f64::from(scene.camera.height)
    })
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share) as usize]
}

#[test]
fn the_default_recipe_looks_like_photographs_in_numbers() {
    let composer = named("default");
    let (mut gaps, mut ragged, mut counts, mut tiers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut facings, mut empty, mut wrong) = (0usize, 0usize, 0usize);
    for scene in (0..60).map(|index| composer.compose(seed(index)).expect("composes")) {
        // Facings without any unit.
        let planned: BTreeMap<_, _> = scene.planogram.iter().map(|cell| (key(cell)[..4].to_vec(), ())).collect();
        let filled: BTreeMap<_, _> = scene.units.iter().map(|unit| (slot(unit)[..4].to_vec(), ())).collect();
        facings += planned.len();
        empty += planned.len() - filled.len();
        wrong += scene
            .units
            .iter()
            .filter(|unit| {
                unit.product.as_ref().expect("a product").sku != unit.cell.as_ref().expect("placed").expected_sku
            })
            .count();

        let visible: Vec<&Unit> = scene.units.iter().filter(|unit| in_picture(&scene, unit)).collect();
        counts.push(visible.len() as f64);
        let mut shelves: Vec<u32> = visible.iter().map(|unit| slot(unit)[1]).collect();
        shelves.sort_unstable();
        shelves.dedup();
        tiers.push(shelves.len() as f64);

        // Neighbours at the front of each tier, as the picture shows them.
        let mut rows: BTreeMap<_, BTreeMap<_, &Unit>> = BTreeMap::new();
        for unit in visible {
            let [bay, shelf, position, facing, level, depth] = slot(unit);
            if level == 0 && depth == 0 {
                rows.entry((bay, shelf)).or_default().insert((position, facing), unit);
            }
        }
        for row in rows.values() {
            // The photographs were taken from the front, more or less.
            let toward = scene.camera.world_from_camera.z_axis;
            if toward.x.abs() > 0.2 {
                continue;
            }
            let fronts: Vec<[f64; 4]> = row.values().filter_map(|unit| seen_front(&scene, unit)).collect();
            for pair in fronts.windows(2) {
                gaps.push((pair[1][0] - pair[0][1]) / (pair[0][1] - pair[0][0]));
            }
            if fronts.len() >= 5 {
                ragged.push(raggedness(&fronts));
            }
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let units: f64 = counts.iter().sum();
    let wide = gaps.iter().filter(|&&gap| gap > 0.5).count();
    let figures = format!(
        "units {:.0} {:.0} {:.0}, tiers {:.0} {:.0}, empty {:.3}, strangers {:.4}, gaps {:.3} {:.3} {:.3}, wide {:.3}, \
         ragged {:.3} {:.3} {:.3}",
        quantile(&mut counts, 0.1),
        quantile(&mut counts, 0.5),
        quantile(&mut counts, 0.9),
        quantile(&mut tiers, 0.1),
        quantile(&mut tiers, 0.9),
        share(empty, facings),
        wrong as f64 / units,
        quantile(&mut gaps, 0.1),
        quantile(&mut gaps, 0.5),
        quantile(&mut gaps, 0.9),
        share(wide, gaps.len()),
        quantile(&mut ragged, 0.1),
        quantile(&mut ragged, 0.5),
        quantile(&mut ragged, 0.9),
    );
    let within = |value: f64, low: f64, high: f64| assert!((low..=high).contains(&value), "{value}: {figures}");
    within(quantile(&mut counts, 0.5), 150.0, 400.0);
    within(quantile(&mut tiers, 0.5), 5.0, 8.0);
    within(share(empty, facings), 0.02, 0.08);
    within(share(wide, gaps.len()), 0.015, 0.06);
    within(quantile(&mut gaps, 0.1), -0.25, -0.03);
    within(quantile(&mut gaps, 0.5), -0.08, 0.02);
    within(quantile(&mut gaps, 0.9), 0.0, 0.2);
    within(quantile(&mut ragged, 0.1), 0.0, 0.03);
    within(quantile(&mut ragged, 0.5), 0.02, 0.06);
    within(quantile(&mut ragged, 0.9), 0.04, 0.13);
}

/// Standard deviation of the fronts' bottoms in a row, divided by their mean height.
fn raggedness(fronts: &[[f64; 4]]) -> f64 {
    let count = fronts.len() as f64;
    let mean = |value: &dyn Fn(&[f64; 4]) -> f64| fronts.iter().map(value).sum::<f64>() / count;
    let y = mean(&|front| front[3]);
    mean(&|front| (front[3] - y).powi(2)).sqrt() / mean(&|front| front[3] - front[2])
}

#[test]
fn the_close_recipe_shows_few_products() {
    let composer = named("close");
    let mut fronts = Vec::new();
    for scene in (0..40).map(|index| composer.compose(seed(index)).expect("composes")) {
        let front = |unit: &&Unit| slot(unit)[5] == 0 && in_picture(&scene, unit);
        fronts.push(scene.units.iter().filter(front).count() as f64);
    }
    let quantiles = [0.1, 0.5, 0.9].map(|share| quantile(&mut fronts, share));
    assert!(quantiles[0] >= 8.0 && quantiles[1] <= 50.0 && quantiles[2] <= 90.0, "{quantiles:?}");
}
