use std::collections::BTreeMap;

use glam::{DAffine3, DMat3, DMat4};

use super::occlusion::occlusion_graph;
use super::retail::{self, Neighbors};
use super::rle::RleBuilder;
use super::{Annotation, Error, InstanceAnnotation, Occluder, PlanogramPlace, Rle, geometry, reading};
use crate::catalog::Symmetry;
use crate::frame::{Frame, Plane, Silhouette};
use crate::geometry::{YawPitchRoll, quaternion_from_matrix, rotation_of};
use crate::scene::{Scene, Unit};
use crate::trace::Tracer;

/// Derives the truth about every unit and the shelf. Needs [`Plane::Instance`], one silhouette per unit, and the occlusion
/// graph; the pixels of price labels are counted in [`Plane::Part`], those of voids in [`Plane::Depth`], where the frame has
/// them.
///
/// # Errors
/// If the frame was not made from this scene, or contradicts itself: a unit that is seen outside of its own silhouette
/// is reported with the pixel, never repaired.
pub fn annotate(scene: &Scene, frame: &Frame) -> Result<Annotation, Error> {
    let units = scene.units.len();
    if frame.silhouettes.len() != units {
        return Err(Error::SilhouetteCount { found: frame.silhouettes.len(), units });
    }
    let picture = Picture::new(scene, frame)?;
    let visible = picture.visible_masks(units)?;
    let camera_from_world = scene.camera.camera_from_world();

    let neighbors = Neighbors::new(scene);
    let mut instances = Vec::new();
    for (((id, unit), silhouette), mask_visible) in (1..).zip(&scene.units).zip(&frame.silhouettes).zip(visible) {
        let covered = picture.covered(id, silhouette)?;
        let visible_px = mask_visible.area() as u32;
        if visible_px != covered.visible_px {
            let mut pixels = mask_visible.pixels();
            let (x, y) = pixels
                .find(|&(x, y)| !silhouette.contains(x as i32, y as i32))
                .expect("more pixels are seen than lie in the silhouette");
            return Err(Error::OutsideSilhouette { unit: id, name: unit.name.clone(), x, y });
        }
        let amodal_px = covered.mask.area() as u32;
        if amodal_px == 0 {
            continue;
        }
        let silhouette_px = silhouette.area();
        let pose = Pose::new(id, unit, camera_from_world)?;
        instances.push(InstanceAnnotation {
            id,
            gtin: unit.product.as_ref().and_then(|product| product.gtin),
            sku: unit.product.as_ref().map(|product| product.sku.clone()),
            brand: unit.product.as_ref().map(|product| product.brand.clone()).filter(|brand| !brand.is_empty()),
            category: category(scene, id, unit)?,
            category_id: unit.class,
            name: unit.name.clone(),
            world_from_object: pose.world_from_object,
            size_m: pose.size_m,
            visible_px,
            amodal_px,
            silhouette_px,
            visibility: Some(f64::from(visible_px) / f64::from(amodal_px)),
            truncated: silhouette.cut || silhouette_px > u64::from(amodal_px),
            bbox_visible: mask_visible.bbox(),
            bbox_amodal: covered.mask.bbox(),
            bbox_silhouette: silhouette.bbox().unwrap_or_default(),
            silhouette_is_cut: silhouette.cut,
            mask_visible,
            mask_amodal: covered.mask,
            camera_from_object_quaternion: pose.camera_from_object_quaternion,
            yaw_pitch_roll_deg: pose.yaw_pitch_roll_deg,
            occluded_by: covered.hidden_by.into_iter().map(|(id, px)| Occluder { id, px }).collect(),
            planogram: unit.cell.as_ref().map(PlanogramPlace::from),
            symmetry: Symmetry::of(unit.product.as_deref(), &unit.look),
            on_shelf: neighbors.on_shelf(unit),
            reading: None,
            obb_visible: None,
            obb_amodal: None,
            box_3d: None,
            keypoints: Vec::new(),
        });
    }
    let tracer = Tracer::new(scene)?;
    geometry::add(scene, &tracer, &mut instances);
    reading::add(scene, &tracer, &mut instances)?;
    let occlusion = occlusion_graph(frame, &instances)?;
    let flow = scene.neighbor.map(|neighbor| geometry::flow(scene, &tracer, &neighbor.camera)).transpose()?;
    Ok(Annotation { instances, shelf: retail::shelf(scene, frame), occlusion, flow })
}

/// The instance plane column by column, the order in which masks are encoded.
struct Picture {
    width: u32,
    height: u32,
    ids: Vec<u32>,
}

/// One silhouette seen against the instance plane.
struct Covered {
    /// The part inside the picture.
    mask: Rle,
    /// Pixels of it where the unit itself is seen.
    visible_px: u32,
    /// Pixels of it where something else is seen, by number.
    hidden_by: BTreeMap<u32, u32>,
}

impl Picture {
    fn new(scene: &Scene, frame: &Frame) -> Result<Self, Error> {
        let (width, height) = (scene.camera.width, scene.camera.height);
        let plane = frame.instance().ok_or(Error::MissingPlane(Plane::Instance))?;
        let sizes = [("the frame", (frame.height as usize, frame.width as usize)), ("the instance plane", plane.dim())];
        for (what, (found_height, found_width)) in sizes {
            if (found_width, found_height) != (width as usize, height as usize) {
                return Err(Error::Size { what, found_width, found_height, width, height });
            }
        }
        Ok(Self { width, height, ids: plane.t().iter().copied().collect() })
    }

    /// Visible masks of all units, in one pass.
    fn visible_masks(&self, units: usize) -> Result<Vec<Rle>, Error> {
        let mut builders = vec![RleBuilder::default(); units];
        let mut start = 0;
        for run in self.ids.chunk_by(|a, b| a == b) {
            let (id, length) = (run[0], run.len() as u32);
            if id > 0 {
                let (x, y) = (start / self.height, start % self.height);
                let builder = builders.get_mut(id as usize - 1).ok_or(Error::UnknownUnit { id, x, y, units })?;
                builder.push(start, length);
            }
            start += length;
        }
        Ok(builders.into_iter().map(|builder| builder.finish(self.width, self.height)).collect())
    }

    fn covered(&self, unit: u32, silhouette: &Silhouette) -> Result<Covered, Error> {
        let Silhouette { x, y, width, height, ref words, .. } = *silhouette;
        let stride = width.div_ceil(32) as usize;
        if words.len() != stride * height as usize {
            return Err(Error::SilhouetteWords { unit, found: words.len(), width, height });
        }
        let inside = |start: i32, length: u32, limit: u32| {
            let clip = |at: i64| at.clamp(0, i64::from(limit)) as u32;
            clip(start.into())..clip(i64::from(start) + i64::from(length))
        };
        let mut mask = RleBuilder::default();
        let (mut visible_px, mut hidden_by) = (0, BTreeMap::new());
        for column in inside(x, width, self.width) {
            let bit = (i64::from(column) - i64::from(x)) as usize;
            for row in inside(y, height, self.height) {
                let line = (i64::from(row) - i64::from(y)) as usize;
                if words[line * stride + bit / 32] >> (bit % 32) & 1 == 0 {
                    continue;
                }
                let place = column * self.height + row;
                mask.push(place, 1);
                match self.ids[place as usize] {
                    id if id == unit => visible_px += 1,
                    id => *hidden_by.entry(id).or_insert(0) += 1,
                }
            }
        }
        Ok(Covered { mask: mask.finish(self.width, self.height), visible_px, hidden_by })
    }
}

/// What a unit's transform says.
struct Pose {
    world_from_object: [[f64; 4]; 4],
    size_m: [f64; 3],
    camera_from_object_quaternion: [f64; 4],
    yaw_pitch_roll_deg: YawPitchRoll,
}

impl Pose {
    fn new(id: u32, unit: &Unit, camera_from_world: DMat4) -> Result<Self, Error> {
        let world_from_object: DAffine3 = unit.world_from_object;
        let linear = world_from_object.matrix3;
        let scale = glam::DVec3::from(linear.to_cols_array_2d().map(|column| glam::DVec3::from(column).length()));
        let size = unit.look.model.bounds.size() * scale;
        for (what, is_finite) in [("the pose", world_from_object.is_finite()), ("the size", size.is_finite())] {
            if !is_finite {
                return Err(Error::NotFinite { what, unit: id, name: unit.name.clone() });
            }
        }
        let rotation = rotation_of(linear);
        let quaternion = quaternion_from_matrix(DMat3::from_mat4(camera_from_world) * rotation);
        // Adding zero turns -0 into 0, which reads better in files.
        let rows = DMat4::from(world_from_object).transpose().to_cols_array_2d();
        Ok(Self {
            world_from_object: rows.map(|row| row.map(|value| value + 0.0)),
            size_m: size.to_array(),
            camera_from_object_quaternion: quaternion.to_array().map(|value| value + 0.0),
            yaw_pitch_roll_deg: YawPitchRoll::from_matrix(rotation),
        })
    }
}

fn category(scene: &Scene, id: u32, unit: &Unit) -> Result<String, Error> {
    let class = scene.classes.iter().find(|class| class.id == unit.class);
    class.map(|class| class.name.clone()).ok_or_else(|| Error::UnknownClass {
        unit: id,
        name: unit.name.clone(),
        class: unit.class,
    })
}
