use std::collections::{BTreeMap, BTreeSet};

use glam::{DAffine3, DMat3, DMat4, DQuat, DVec2, DVec3};
use ndarray::Array2;

use super::instances::Owners;
use crate::annotate::{
    InstanceAnnotation, OnShelf, PositionRecord, Share, ShelfRecord, TierRecord, relative_rotation, void_side,
};
use crate::dataset::FrameRecord;
use crate::geometry::{Aabb, Camera, YawPitchRoll, rotation_of};
use crate::problem::Problems;
use crate::scene::SeenFrom;

/// After so many problems of a shelf the rest is not listed.
const ENOUGH: usize = 20;
/// Distance in pixels between a corner as it is written and as it is projected again.
const PIXELS: f64 = 1e-6;
/// Metres, and shares of an angle's sine, that rounding may take.
const EXACT: f64 = 1e-6;

/// Whether the truth about the shelf follows from poses, camera and units: corners are projected again, voids and units
/// fill the planogram, shares are added up.
pub(super) fn check_shelf(shelf: &ShelfRecord, record: &FrameRecord, camera: &Camera) -> Problems {
    let mut check = Check { shelf, record, camera, problems: Problems::default() };
    check.points();
    check.voids();
    check.labels();
    check.positions();
    check.units();
    check.shares();
    check.problems.0.truncate(ENOUGH);
    check.problems
}

/// Compares the plane `part` with the masks and the price labels.
pub(super) fn check_parts(parts: &Array2<u16>, record: &FrameRecord, owners: &Owners) -> Result<(), String> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for ((y, x), &part) in parts.indexed_iter() {
        *counts.entry(part.into()).or_default() += 1;
        if let Some(unit) = owners.unit(record, x as u32, y as u32)
            && u32::from(part) != unit.id
        {
            return Err(format!("pixel ({x}, {y}) has number {part}, and shows unit {}", unit.id));
        }
    }
    for label in record.shelf.iter().flat_map(|shelf| &shelf.price_labels) {
        let found = counts.get(&label.part).copied().unwrap_or(0);
        if label.visible_px.is_some_and(|visible| visible != found) {
            return Err(format!("shows price label {} in {found} pixels, not {:?}", label.part, label.visible_px));
        }
    }
    Ok(())
}

struct Check<'a> {
    shelf: &'a ShelfRecord,
    record: &'a FrameRecord,
    camera: &'a Camera,
    problems: Problems,
}

impl Check<'_> {
    /// Whether a point of the world lies at these pixel coordinates.
    fn lands(&self, world: DVec3, pixel: [f64; 2]) -> bool {
        let point = self.camera.camera_from_world().transform_point3(world);
        let pixel = DVec2::from_array(pixel);
        self.camera.project(point).is_some_and(|found| found.distance(pixel) <= PIXELS * pixel.length().max(1.0))
    }

    fn points(&mut self) {
        for (i, bay) in self.shelf.bays.iter().enumerate() {
            let corners = Aabb { min: DVec3::ZERO, max: DVec3::from_array(bay.size_m) }.corners();
            let pose = affine(&bay.world_from_bay);
            if bay.corners.len() != corners.len() {
                self.problems.add(format!("shelf.bays[{i}].corners"), format!("are {}, not 8", bay.corners.len()));
            }
            for (j, (point, corner)) in bay.corners.iter().zip(corners).enumerate() {
                let place = format!("shelf.bays[{i}].corners[{j}]");
                let world = DVec3::from_array(point.world);
                if !world.abs_diff_eq(pose.transform_point3(corner), EXACT) {
                    self.problems.add(place.clone(), format!("{:?} is no corner of the bay", point.world));
                }
                if let Some(pixel) = point.px.filter(|&pixel| !self.lands(world, pixel)) {
                    self.problems.add(place.clone(), format!("{pixel:?} is not where the camera sees it"));
                }
                let (width, height) = (f64::from(self.camera.width), f64::from(self.camera.height));
                let inside = point.px.is_some_and(|[x, y]| (0.0..=width).contains(&x) && (0.0..=height).contains(&y));
                if inside != point.in_picture {
                    self.problems.add(format!("{place}.in_picture"), format!("is {}", point.in_picture));
                }
            }
        }
        for (i, tier) in self.shelf.shelves.iter().enumerate() {
            let pose = affine(&tier.world_from_shelf);
            let [from, to] = [0.0, tier.size_m[0]].map(|x| pose.transform_point3(DVec3::X * x));
            for (j, &pixel) in tier.edge_px.iter().flatten().enumerate() {
                // The ray through the point passes the edge.
                let ray = self.camera.unproject(DVec2::from_array(pixel));
                let off = ray.map_or(f64::INFINITY, |ray| self.off(ray, from, to));
                if off.is_nan() || off > EXACT {
                    self.problems
                        .add(format!("shelf.shelves[{i}].edge_px"), format!("point {j}, {pixel:?}, is off the edge"));
                    break;
                }
            }
        }
    }

    /// Sine of the angle between a ray of the camera and the plane through the eye and an edge.
    fn off(&self, ray: DVec3, from: DVec3, to: DVec3) -> f64 {
        let [a, b] = [from, to].map(|point| self.camera.camera_from_world().transform_point3(point));
        ray.normalize().dot(a.cross(b).normalize_or_zero()).abs()
    }

    fn tier(&self, bay: u32, shelf: u32) -> Option<&TierRecord> {
        self.shelf.shelves.iter().find(|tier| (tier.bay, tier.shelf) == (bay, shelf))
    }

    fn voids(&mut self) {
        for (i, void) in self.shelf.voids.iter().enumerate() {
            let place = format!("shelf.voids[{i}]");
            let Some(tier) = self.tier(void.bay, void.shelf) else {
                self.problems
                    .add(place, format!("is on shelf {} of bay {}, which is not listed", void.shelf, void.bay));
                continue;
            };
            let world_from_shelf = affine(&tier.world_from_shelf);
            let room = Aabb { min: DVec3::from_array(void.min_m), max: DVec3::from_array(void.max_m) };
            let planned =
                self.shelf.positions.iter().find(|planned| key(planned) == [void.bay, void.shelf, void.position]);
            let seen_from = planned.map_or(SeenFrom::Front, |planned| planned.seen_from);
            if planned.is_none_or(|planned| planned.sku != void.sku || planned.gtin != void.gtin) {
                self.problems.add(place.clone(), format!("misses {:?}, which is not planned there", void.sku));
            }
            let corners = void_side(room, seen_from).map(|corner| world_from_shelf.transform_point3(corner));
            self.quad(&place, corners, void.quad_px);
            self.pixels(&place, (void.amodal_px, void.visible_px), void.bbox.is_some());
            let shelf_from_world = world_from_shelf.inverse();
            let of_bay = |unit: &&InstanceAnnotation| unit.planogram.as_ref().is_some_and(|cell| cell.bay == void.bay);
            for unit in self.record.instances.iter().filter(of_bay) {
                // A unit's box may reach further than the unit, but its middle does not.
                let pose = affine(&unit.world_from_object);
                let origin = shelf_from_world.transform_point3(pose.translation);
                let inside = origin.cmpgt(room.min + EXACT).all() && origin.cmplt(room.max - EXACT).all();
                if inside {
                    self.problems.add(place.clone(), format!("holds the origin of unit {}", unit.id));
                }
            }
        }
    }

    fn labels(&mut self) {
        for (i, label) in self.shelf.price_labels.iter().enumerate() {
            let place = format!("shelf.price_labels[{i}]");
            self.quad(&place, label.corners_m.map(DVec3::from_array), label.quad_px);
            self.pixels(&place, (label.amodal_px, label.visible_px), label.bbox.is_some());
            let share = label.visible_px.map(|visible| f64::from(visible) / f64::from(label.amodal_px));
            if label.visibility != share {
                self.problems.add(format!("{place}.visibility"), format!("is {:?}, not {share:?}", label.visibility));
            }
            let text = crate::catalog::label::price_text(label.price_cents);
            if label.price_text != text {
                self.problems.add(format!("{place}.price_text"), format!("is {:?}, not {text:?}", label.price_text));
            }
        }
    }

    fn quad(&mut self, place: &str, corners: [DVec3; 4], quad: Option<[[f64; 2]; 4]>) {
        let Some(quad) = quad else { return };
        for (corner, pixel) in corners.into_iter().zip(quad) {
            if !self.lands(corner, pixel) {
                self.problems
                    .add(format!("{place}.quad_px"), format!("{pixel:?} is not where the camera sees {corner}"));
            }
        }
    }

    fn pixels(&mut self, place: &str, (amodal, visible): (u32, Option<u32>), has_box: bool) {
        if visible.is_some_and(|visible| visible > amodal) || has_box != (amodal > 0) {
            let message =
                format!("has {visible:?} visible of {amodal} pixels, and {} box", if has_box { "a" } else { "no" });
            self.problems.add(place, message);
        }
    }

    /// Every facing has its unit, its void, or is taken.
    fn positions(&mut self) {
        let voids: BTreeSet<[u32; 5]> =
            self.shelf.voids.iter().map(|void| [void.bay, void.shelf, void.position, void.facing, void.row]).collect();
        let mut left = voids.len();
        for (i, planned) in self.shelf.positions.iter().enumerate() {
            let place = format!("shelf.positions[{i}].fronts");
            let [wide, rows] = files(planned);
            if planned.fronts.len() as u64 != u64::from(wide) * u64::from(rows) {
                self.problems.add(place, format!("has {} entries for {wide} x {rows} facings", planned.fronts.len()));
                continue;
            }
            for (file, front) in (0..).zip(&planned.fronts) {
                let [bay, shelf, position] = key(planned);
                let is_void = voids.contains(&[bay, shelf, position, file % wide, file / wide]);
                // The same position may be listed twice in a file of somebody else's.
                left = left.saturating_sub(usize::from(is_void));
                if is_void != (*front == Some(0)) {
                    self.problems
                        .add(format!("{place}[{file}]"), format!("is {front:?}, and shelf.voids says otherwise"));
                }
            }
        }
        if left > 0 {
            self.problems.add("shelf.voids", format!("has {left} that are no facing of shelf.positions"));
        }
    }

    fn units(&mut self) {
        let positions: BTreeMap<[u32; 3], &PositionRecord> =
            self.shelf.positions.iter().map(|planned| (key(planned), planned)).collect();
        for (i, unit) in self.record.instances.iter().enumerate() {
            let (Some(cell), Some(on_shelf)) = (&unit.planogram, &unit.on_shelf) else { continue };
            let place = format!("instances[{i}]");
            let misplaced = unit.sku.as_ref().is_some_and(|sku| *sku != cell.expected_sku);
            if on_shelf.misplaced != misplaced {
                self.problems.add(format!("{place}.on_shelf.misplaced"), format!("is {}", on_shelf.misplaced));
            }
            self.pose(&place, unit, on_shelf, self.tier(cell.bay, cell.shelf).cloned().as_ref());
            for (side, neighbor) in [("left", &on_shelf.left), ("right", &on_shelf.right)] {
                let other = |id| self.record.instances.binary_search_by_key(&id, |unit: &InstanceAnnotation| unit.id);
                let Some(neighbor) = neighbor else { continue };
                let Ok(other) = other(neighbor.id) else { continue };
                let wanted = relative_rotation(&self.record.instances[other], unit).angle_deg;
                let told = neighbor.rotation;
                let same = (told.angle_deg - wanted).abs() < 1e-4
                    && told
                        .yaw_pitch_roll_deg
                        .matrix()
                        .abs_diff_eq(DMat3::from_quat(DQuat::from_array(told.quaternion)), EXACT);
                if !same {
                    let message =
                        format!("{:?} against unit {} is not the {wanted}° of their poses", told, neighbor.id);
                    self.problems.add(format!("{place}.on_shelf.{side}"), message);
                }
            }
            // The front unit of its file is no further back than this one.
            let Some(planned) = positions.get(&[cell.bay, cell.shelf, cell.position]) else { continue };
            if planned.sku != cell.expected_sku {
                self.problems.add(format!("{place}.planogram.expected_sku"), format!("is {:?}", cell.expected_sku));
            }
            let [wide, rows] = files(planned);
            let row = if planned.seen_from == SeenFrom::Top { cell.depth } else { cell.level };
            if cell.facing < wide && row < rows {
                let file = u64::from(row) * u64::from(wide) + u64::from(cell.facing);
                let front = planned.fronts.get(file as usize).copied().flatten();
                if front.is_none_or(|front| front == 0) {
                    self.problems.add(format!("{place}.planogram"), "stands in a facing that counts as empty");
                }
            }
        }
    }

    fn pose(&mut self, place: &str, unit: &InstanceAnnotation, on_shelf: &OnShelf, tier: Option<&TierRecord>) {
        let Some(tier) = tier else {
            self.problems.add(format!("{place}.on_shelf"), "is on a shelf that is not listed");
            return;
        };
        let expected = affine(&tier.world_from_shelf).inverse() * affine(&unit.world_from_object);
        let found = affine(&on_shelf.shelf_from_object);
        if !found.abs_diff_eq(expected, EXACT) {
            self.problems.add(format!("{place}.on_shelf.shelf_from_object"), "is not what the poses say");
        }
        let angles = on_shelf.yaw_pitch_roll_deg;
        let rotation = rotation_of(expected.matrix3);
        let is_finite = angles.yaw.is_finite() && angles.pitch.is_finite() && angles.roll.is_finite();
        if !(is_finite && angles.matrix().abs_diff_eq(rotation, EXACT)) {
            let expected = YawPitchRoll::from_matrix(rotation);
            self.problems
                .add(format!("{place}.on_shelf.yaw_pitch_roll_deg"), format!("{angles:?} is not {expected:?}"));
        }
    }

    fn shares(&mut self) {
        let planned: u64 = self.shelf.positions.iter().map(|planned| planned.fronts.len() as u64).sum();
        let fronts = self.shelf.positions.iter().flat_map(|planned| &planned.fronts);
        let units = fronts.filter(|front| front.is_some_and(|id| id > 0)).count() as u64;
        let share = &self.shelf.share;
        let groups: [(&str, Vec<&Share>); 3] = [
            ("products", share.products.iter().map(|one| &one.counts).collect()),
            ("brands", share.brands.iter().map(|one| &one.counts).collect()),
            ("categories", share.categories.iter().map(|one| &one.counts).collect()),
        ];
        for (name, list) in groups {
            let sum = |value: fn(&Share) -> u32| list.iter().map(|share| u64::from(value(share))).sum::<u64>();
            let found = (sum(|share| share.facings_planned), sum(|share| share.facings), sum(|share| share.voids));
            let expected = (planned, units, self.shelf.voids.len() as u64);
            if found != expected {
                let message =
                    format!("add up to {found:?} planned facings, units in front and voids, not {expected:?}");
                self.problems.add(format!("shelf.share.{name}"), message);
            }
            let metres: f64 = list.iter().map(|share| share.linear_m).sum();
            for share in list {
                let of = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
                let expected = (of(share.facings.into(), units as f64), of(share.linear_m, metres));
                // A sum, because a maximum would lose what is no number.
                let off = (share.facing_share - expected.0).abs() + (share.linear_share - expected.1).abs();
                if off.is_nan() || off > EXACT {
                    self.problems
                        .add(format!("shelf.share.{name}"), format!("{share:?} should have the shares {expected:?}"));
                }
            }
        }
    }
}

fn key(planned: &PositionRecord) -> [u32; 3] {
    [planned.bay, planned.shelf, planned.position]
}

/// Files side by side and rows of them.
fn files(planned: &PositionRecord) -> [u32; 2] {
    match planned.seen_from {
        SeenFrom::Front => [planned.facings_wide, planned.facings_high],
        SeenFrom::Top => [planned.facings_wide, planned.units_deep],
        SeenFrom::Nowhere => [0, 0],
    }
}

fn affine(rows: &[[f64; 4]; 4]) -> DAffine3 {
    DAffine3::from_mat4(DMat4::from_cols_array_2d(rows).transpose())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use ndarray::Array3;

    use super::*;
    use crate::annotate::annotate;
    use crate::catalog::Catalog;
    use crate::frame::{Frame, Occlusion, Plane, PlaneData, Silhouette};
    use crate::scene::{Composer, Recipe};
    use crate::seed::Seed;

    /// The record of a frame in which every unit has a pixel somewhere, so that all of them are listed.
    fn record() -> (FrameRecord, Camera) {
        let mut recipe = Recipe::default();
        (recipe.picture.width, recipe.picture.height, recipe.picture.turned) = (60, 80, 0.0);
        (recipe.disorder.missing, recipe.stocking.units) = (0.1, 200);
        let catalog = Arc::new(Catalog::builtin().expect("sound"));
        let scene =
            Composer::new(catalog, recipe).expect("fits").compose(Seed { dataset: 2, index: 1 }).expect("composes");
        let dot = Silhouette { x: 3, y: 4, width: 1, height: 1, words: vec![1], cut: false };
        let ids = PlaneData::U32(Array3::zeros((80, 60, 1)));
        // No unit is seen at the one pixel that all silhouettes have.
        let edge = |behind| Occlusion { behind, front: 0, px: 1 };
        let behind_the_store = (1..=scene.units.len() as u32).map(edge).collect();
        let frame = Frame {
            width: 60,
            height: 80,
            planes: BTreeMap::from([(Plane::Instance, ids)]),
            silhouettes: vec![dot; scene.units.len()],
            occlusion: Some(behind_the_store),
            ..Frame::default()
        };
        let annotation = annotate(&scene, &frame).expect("they agree");
        let camera = (&scene.camera).into();
        let photography = scene.photography;
        let record = FrameRecord {
            frame: 0,
            camera,
            sequence: None,
            photography,
            shelf: annotation.shelf,
            instances: annotation.instances,
            occlusion: Vec::new(),
        };
        (record, scene.camera)
    }

    fn places(record: &FrameRecord, camera: &Camera) -> Vec<String> {
        let shelf = record.shelf.as_ref().expect("a fixture");
        check_shelf(shelf, record, camera).0.into_iter().map(|wrong| wrong.place).collect()
    }

    type Change = fn(&mut ShelfRecord, &mut Vec<InstanceAnnotation>);

    #[test]
    fn every_change_is_found_and_the_truth_is_not() {
        let (sound, camera) = record();
        assert_eq!(places(&sound, &camera), [""; 0]);
        let shelf = sound.shelf.as_ref().expect("a fixture");
        assert!(!shelf.voids.is_empty() && !shelf.price_labels.is_empty());
        let changes: [(&str, Change); 14] = [
            ("shelf.bays[0].corners[3]", |shelf, _| shelf.bays[0].corners[3].world[0] += 0.01),
            ("shelf.bays[0].corners", |shelf, _| shelf.bays[0].corners.truncate(7)),
            ("shelf.shelves[", |shelf, _| {
                let edge = shelf.shelves.iter_mut().flat_map(|tier| &mut tier.edge_px).next();
                edge.expect("one is seen")[0][1] += 1.0;
            }),
            ("shelf.voids[0].quad_px", |shelf, _| shelf.voids[0].max_m[1] += 0.05),
            ("shelf.voids[0]", |shelf, _| shelf.voids[0].sku.push('x')),
            ("shelf.voids[0]", |shelf, _| shelf.voids[0].shelf = 99),
            ("shelf.positions[", |shelf, _| drop(shelf.voids.remove(0))),
            ("shelf.positions[0].fronts", |shelf, _| shelf.positions[0].fronts.clear()),
            ("shelf.price_labels[0].quad_px", |shelf, _| {
                shelf.price_labels[0].corners_m[2][2] += 0.02;
            }),
            ("shelf.price_labels[0].price_text", |shelf, _| shelf.price_labels[0].price_cents += 1),
            ("shelf.share.products", |shelf, _| shelf.share.products[0].counts.facings_planned += 1),
            ("shelf.share.brands", |shelf, _| shelf.share.brands[0].counts.facing_share = f64::NAN),
            ("instances[0].on_shelf.misplaced", |_, units| {
                let truth = units[0].on_shelf.as_mut().expect("on a shelf");
                truth.misplaced = !truth.misplaced;
            }),
            ("instances[0].on_shelf.yaw_pitch_roll_deg", |_, units| {
                units[0].on_shelf.as_mut().expect("on a shelf").yaw_pitch_roll_deg.yaw += 1.0;
            }),
        ];
        for (place, change) in changes {
            let mut wrong = sound.clone();
            change(wrong.shelf.as_mut().expect("a fixture"), &mut wrong.instances);
            let found = places(&wrong, &camera);
            assert!(found.iter().any(|one| one.starts_with(place)), "{place} is not among {found:?}");
        }
    }

    #[test]
    fn numbers_without_sense_are_no_panic() {
        let (mut wrong, camera) = record();
        let shelf = wrong.shelf.as_mut().expect("a fixture");
        shelf.shelves[0].world_from_shelf = [[f64::NAN; 4]; 4];
        shelf.bays[0].size_m = [f64::INFINITY; 3];
        let first = shelf.positions[0].clone();
        shelf.positions.push(first);
        (shelf.positions[1].facings_wide, shelf.positions[1].facings_high) = (u32::MAX, u32::MAX);
        shelf.positions[2].facings_wide = 0;
        let cell = wrong.instances[0].planogram.as_mut().expect("placed");
        (cell.level, cell.facing) = (u32::MAX, u32::MAX);
        assert!(!places(&wrong, &camera).is_empty());
    }
}
