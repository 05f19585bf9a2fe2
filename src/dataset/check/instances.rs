use std::collections::BTreeMap;

use glam::{DMat3, DMat4, DQuat};
use ndarray::Array2;

use crate::annotate::{InstanceAnnotation, Occluder, Rle};
use crate::dataset::{FrameRecord, Header};
use crate::geometry::{YawPitchRoll, quaternion_from_matrix, rotation_of};
use crate::problem::Problems;

/// The instance plane that the visible masks of a frame add up to, column by column.
pub(super) struct Owners {
    width: u32,
    height: u32,
    ids: Vec<u32>,
}

impl Owners {
    /// All background.
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, ids: vec![0; width as usize * height as usize] }
    }

    /// Adds a unit; an error if its mask has another size or meets a pixel that is taken.
    pub(super) fn paint(&mut self, unit: &InstanceAnnotation) -> Result<(), String> {
        self.has_size_of(&unit.mask_visible)?;
        for (start, length) in unit.mask_visible.spans() {
            for place in start..start + length {
                let owner = &mut self.ids[place as usize];
                if *owner != 0 {
                    let (x, y) = (place / self.height, place % self.height);
                    return Err(format!("pixel ({x}, {y}) belongs to unit {owner} already"));
                }
                *owner = unit.id;
            }
        }
        Ok(())
    }

    /// Compares with numbers `[row, column]`, such as the instance plane.
    pub(super) fn check_numbers<T: Copy + Into<u32>>(&self, plane: &Array2<T>) -> Result<(), String> {
        let numbers = plane.indexed_iter().map(|(at, &id)| (at, id.into()));
        let mut differing =
            numbers.filter(|&((y, x), id): &((usize, usize), u32)| id != self.ids[x * self.height as usize + y]);
        let Some(((y, x), id)) = differing.next() else { return Ok(()) };
        let owner = self.ids[x * self.height as usize + y];
        let more = differing.count();
        Err(format!("pixel ({x}, {y}) has number {id}, and the visible masks say {owner} ({more} more pixels differ)"))
    }

    /// The unit that is seen at a pixel.
    pub(super) fn unit<'a>(&self, record: &'a FrameRecord, x: u32, y: u32) -> Option<&'a InstanceAnnotation> {
        let id = self.ids[x as usize * self.height as usize + y as usize];
        let place = record.instances.binary_search_by_key(&id, |unit| unit.id).ok()?;
        Some(&record.instances[place])
    }

    /// ((row, column), quaternion) of every pixel that shows a unit.
    pub(super) fn quaternions<'a>(
        &'a self,
        record: &'a FrameRecord,
    ) -> impl Iterator<Item = ((u32, u32), [f64; 4])> + 'a {
        let height = self.height;
        let places = (0_u32..).zip(&self.ids).filter(|&(_, &id)| id != 0);
        places.filter_map(move |(place, &id)| {
            let unit = record.instances.binary_search_by_key(&id, |unit| unit.id).ok()?;
            let quaternion = record.instances[unit].camera_from_object_quaternion;
            Some(((place % height, place / height), quaternion))
        })
    }

    fn has_size_of(&self, mask: &Rle) -> Result<(), String> {
        if (mask.width(), mask.height()) == (self.width, self.height) {
            return Ok(());
        }
        let (width, height) = (mask.width(), mask.height());
        Err(format!("has {width} x {height} pixels, and the dataset {} x {}", self.width, self.height))
    }
}

/// Whether all that is said about a unit follows from its masks, its pose, and what is seen in the frame.
pub(super) fn check_instance(
    unit: &InstanceAnnotation,
    header: &Header,
    owners: &Owners,
    camera_from_world: Option<DMat3>,
) -> Problems {
    let mut problems = Problems::default();
    let class = header.classes.iter().find(|class| class.id == unit.category_id);
    if class.is_none_or(|class| class.name != unit.category) {
        problems.add("category", format!("{} ({}) is no class of the dataset", unit.category_id, unit.category));
    }
    if let Err(message) = owners.has_size_of(&unit.mask_amodal) {
        problems.add("mask_amodal", message);
    } else if owners.has_size_of(&unit.mask_visible).is_ok() {
        check_masks(unit, owners, &mut problems);
    }
    if let Some(camera_from_world) = camera_from_world {
        check_rotation(unit, camera_from_world, &mut problems);
    }
    problems
}

fn check_masks(unit: &InstanceAnnotation, owners: &Owners, problems: &mut Problems) {
    let (visible, amodal) = (unit.mask_visible.area(), unit.mask_amodal.area());
    if u64::from(unit.visible_px) != visible {
        problems.add("visible_px", format!("is {}, and the mask has {visible}", unit.visible_px));
    }
    if u64::from(unit.amodal_px) != amodal || amodal == 0 {
        problems.add("amodal_px", format!("is {}, and the mask has {amodal}", unit.amodal_px));
    }
    for (place, found, expected) in [
        ("bbox_visible", unit.bbox_visible, unit.mask_visible.bbox()),
        ("bbox_amodal", unit.bbox_amodal, unit.mask_amodal.bbox()),
    ] {
        if found != expected {
            let text = |bbox| serde_json::to_string(&bbox).unwrap_or_default();
            problems.add(place, format!("is {}, and the tight box is {}", text(found), text(expected)));
        }
    }
    let visibility = (amodal > 0).then(|| visible as f64 / amodal as f64);
    if unit.visibility != visibility {
        problems.add("visibility", format!("is {:?}, and the masks say {visibility:?}", unit.visibility));
    }
    if unit.silhouette_px < amodal || (unit.silhouette_px > amodal && !unit.truncated) {
        let message = format!(
            "is {} with truncated {}, and the mask inside the picture has {amodal}",
            unit.silhouette_px, unit.truncated
        );
        problems.add("silhouette_px", message);
    }
    if let Some(message) = check_silhouette_box(unit) {
        problems.add("bbox_silhouette", message);
    }

    // Walks the silhouette once: the unit itself must be seen in all of its visible pixels, the rest is hidden.
    let (mut own, mut hidden_by) = (0, BTreeMap::new());
    for (start, length) in unit.mask_amodal.spans() {
        for &id in &owners.ids[start as usize..(start + length) as usize] {
            if id == unit.id {
                own += 1;
            } else {
                *hidden_by.entry(id).or_insert(0) += 1;
            }
        }
    }
    if own != visible {
        let message = format!("{own} of its {visible} pixels lie in mask_amodal; all should");
        problems.add("mask_visible", message);
    }
    let hidden_by: Vec<Occluder> = hidden_by.into_iter().map(|(id, px)| Occluder { id, px }).collect();
    if unit.occluded_by != hidden_by {
        let text = |list: &[Occluder]| serde_json::to_string(list).unwrap_or_default();
        let message = format!("is {}, and the masks say {}", text(&unit.occluded_by), text(&hidden_by));
        problems.add("occluded_by", message);
    }
}

fn check_rotation(unit: &InstanceAnnotation, camera_from_world: DMat3, problems: &mut Problems) {
    let world_from_object = DMat4::from_cols_array_2d(&unit.world_from_object).transpose();
    if world_from_object.row(3) != glam::DVec4::W || !world_from_object.is_finite() {
        problems.add("world_from_object", format!("{:?} is no transform", unit.world_from_object));
        return;
    }
    let rotation = rotation_of(DMat3::from_mat4(world_from_object));
    let expected = quaternion_from_matrix(camera_from_world * rotation);
    let found = DQuat::from_array(unit.camera_from_object_quaternion);
    let is_unit = (found.length() - 1.0).abs() < 1e-6;
    if !(is_unit && (found.dot(expected).abs() - 1.0).abs() < 1e-9) {
        let message = format!("{:?} is not what the poses say: {expected}", unit.camera_from_object_quaternion);
        problems.add("camera_from_object_quaternion", message);
    }
    let angles = unit.yaw_pitch_roll_deg;
    let is_finite = angles.yaw.is_finite() && angles.pitch.is_finite() && angles.roll.is_finite();
    if !(is_finite && angles.matrix().abs_diff_eq(rotation, 1e-6)) {
        let expected = YawPitchRoll::from_matrix(rotation);
        problems.add("yaw_pitch_roll_deg", format!("{angles:?} is not what the pose says: {expected:?}"));
    }
}

/// What of the box around the whole silhouette cannot be: it holds the box inside the picture, and is that box where nothing
/// is outside.
fn check_silhouette_box(unit: &InstanceAnnotation) -> Option<String> {
    let inside = <[u32; 4]>::from(unit.bbox_amodal?).map(i64::from);
    let whole = unit.bbox_silhouette;
    let end = |bbox: [i64; 4], axis: usize| bbox[axis].checked_add(bbox[axis + 2]);
    let holds = (0..2).all(|axis| whole[axis] <= inside[axis] && end(whole, axis) >= end(inside, axis));
    let is_all = unit.silhouette_px == u64::from(unit.amodal_px);
    let fits = if is_all { whole == inside } else { holds };
    (!fits || (unit.silhouette_is_cut && !unit.truncated))
        .then(|| format!("is {whole:?}, and the silhouette inside the picture has {inside:?}"))
}
