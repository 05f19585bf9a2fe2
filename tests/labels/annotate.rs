//! Laws of annotation on painted frames: everything is compared with a pixel-by-pixel definition.

use crate::painted::Painting;
use endcap::annotate::{Error, PixelBox, annotate};
use endcap::frame::{Occlusion, Plane, PlaneData, Silhouette};
use ndarray::Array2;
use proptest::prelude::*;

fn paintings() -> impl Strategy<Value = Painting> {
    (1u32..80, 1u32..60, 0usize..25, any::<u64>()).prop_map(|(width, height, units, seed)| Painting {
        width,
        height,
        units,
        seed,
    })
}

/// Pixels (x, y) of a mask.
fn pixels(mask: &Array2<bool>) -> impl Iterator<Item = (u32, u32)> + '_ {
    mask.indexed_iter().filter(|&(_, &inside)| inside).map(|((y, x), _)| (x as u32, y as u32))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn visible_masks_and_background_partition_the_picture(painting in paintings()) {
        let painted = painting.paint(0);
        let instance = painted.frame.instance().expect("painted");
        let mut covered = Array2::from_elem(instance.dim(), 0_u32);
        for unit in &painted.annotation.instances {
            let mask = unit.mask_visible.decode();
            prop_assert_eq!(&mask, &painted.frame.visible_mask(unit.id).expect("painted"));
            covered.zip_mut_with(&mask, |covered, &inside| *covered += u32::from(inside) * unit.id);
        }
        prop_assert_eq!(covered.view(), instance);
    }

    #[test]
    fn every_number_follows_from_the_pixels(painting in paintings()) {
        let painted = painting.paint(1);
        let instance = painted.frame.instance().expect("painted");
        let listed: Vec<u32> = painted.annotation.instances.iter().map(|unit| unit.id).collect();
        let in_picture = |silhouette: &Silhouette| {
            let (w, h) = (painting.width as i32, painting.height as i32);
            silhouette.pixels().filter(|&(x, y)| x >= 0 && y >= 0 && x < w && y < h).count()
        };
        let expected: Vec<u32> = (1..).zip(&painted.frame.silhouettes).filter(|(_, s)| in_picture(s) > 0).map(|(id, _)| id).collect();
        prop_assert_eq!(listed, expected);
        for unit in &painted.annotation.instances {
            let silhouette = &painted.frame.silhouettes[unit.id as usize - 1];
            let (visible, amodal) = (unit.mask_visible.decode(), unit.mask_amodal.decode());
            for ((y, x), &inside) in amodal.indexed_iter() {
                prop_assert_eq!(inside, silhouette.contains(x as i32, y as i32));
                prop_assert!(inside || !visible[[y, x]], "visible ⊆ amodal");
            }
            prop_assert_eq!(unit.visible_px as usize, pixels(&visible).count());
            prop_assert_eq!(unit.amodal_px as usize, in_picture(silhouette));
            prop_assert_eq!(unit.silhouette_px, silhouette.area());
            prop_assert_eq!(unit.truncated, silhouette.area() > u64::from(unit.amodal_px));
            prop_assert_eq!(unit.visibility, Some(f64::from(unit.visible_px) / f64::from(unit.amodal_px)));
            prop_assert_eq!(unit.bbox_visible, PixelBox::around(pixels(&visible)));
            prop_assert_eq!(unit.bbox_amodal, PixelBox::around(pixels(&amodal)));
            for occluder in &unit.occluded_by {
                let hidden = pixels(&amodal).filter(|&(x, y)| instance[[y as usize, x as usize]] == occluder.id);
                prop_assert_eq!(hidden.count(), occluder.px as usize);
                prop_assert!(occluder.id != unit.id && occluder.px > 0);
            }
            let hidden: u32 = unit.occluded_by.iter().map(|occluder| occluder.px).sum();
            prop_assert_eq!(hidden, unit.amodal_px - unit.visible_px);
            prop_assert!(unit.occluded_by.is_sorted_by_key(|occluder| occluder.id));
        }
    }
}

#[test]
fn the_painted_frames_show_what_the_laws_are_about() {
    let annotations: Vec<_> = (0..20).flat_map(|index| Painting::SMALL.paint(index).annotation.instances).collect();
    assert!(annotations.iter().any(|unit| unit.visible_px == 0));
    assert!(annotations.iter().any(|unit| unit.truncated));
    assert!(annotations.iter().any(|unit| unit.occluded_by.iter().any(|occluder| occluder.id == 0)));
    assert!(annotations.iter().any(|unit| unit.occluded_by.iter().any(|occluder| occluder.id > 0)));
    assert!(
        annotations.iter().any(|unit| unit.planogram.is_none()) && annotations.iter().any(|unit| unit.sku.is_none())
    );
}

#[test]
fn a_unit_seen_outside_of_its_silhouette_is_an_error() {
    let (scene, mut frame) = Painting::SMALL.scene_and_frame(3);
    let Some(PlaneData::U32(ids)) = frame.planes.get_mut(&Plane::Instance) else { panic!("painted") };
    let (x, y) = (0..37)
        .flat_map(|x| (0..23).map(move |y| (x, y)))
        .find(|&(x, y)| !frame.silhouettes[3].contains(x, y))
        .expect("no unit fills the picture");
    ids[[y as usize, x as usize, 0]] = 4;
    let error = annotate(&scene, &frame).expect_err("unit 4 is somewhere else");
    assert_eq!(
        error,
        Error::OutsideSilhouette { unit: 4, name: scene.units[3].name.clone(), x: x as u32, y: y as u32 }
    );
}

#[test]
fn a_graph_that_contradicts_the_frame_is_an_error() {
    let (scene, frame) = Painting::SMALL.scene_and_frame(3);
    let error = |alter: &dyn Fn(&mut Vec<Occlusion>)| {
        let mut frame = frame.clone();
        alter(frame.occlusion.as_mut().expect("painted"));
        annotate(&scene, &frame).expect_err("altered").to_string()
    };
    let annotation = annotate(&scene, &frame).expect("painted");
    let seen = annotation.instances.iter().find_map(|unit| Some((unit.id, unit.occluded_by.first()?.id)));
    let (behind, front) = seen.expect("some unit is hidden");
    let place = annotation.occlusion.iter().position(|edge| (edge.behind, edge.front) == (behind, front));
    let place = place.expect("what is seen hides");
    assert!(error(&|edges| edges.retain(|edge| (edge.behind, edge.front) != (behind, front))).contains("has 0 pixels"));
    assert!(error(&|edges| edges[place].px = 0).contains("has 0 pixels"));
    assert!(error(&|edges| edges[place].px = 10_000).contains("has 10000 pixels"));
    assert!(error(&|edges| edges.swap(0, 1)).contains("out of order"));
    assert!(error(&|edges| edges.push(Occlusion { behind: 77, front: 0, px: 1 })).contains("nowhere"));
    let none = endcap::frame::Frame { occlusion: None, ..frame.clone() };
    assert_eq!(annotate(&scene, &none), Err(Error::MissingOcclusion));
}

#[test]
fn frames_of_another_scene_are_errors() {
    let (scene, frame) = Painting::SMALL.scene_and_frame(0);
    let mut fewer = frame.clone();
    fewer.silhouettes.pop();
    assert_eq!(annotate(&scene, &fewer), Err(Error::SilhouetteCount { found: 8, units: 9 }));

    let mut without = frame.clone();
    without.planes.remove(&Plane::Instance);
    assert_eq!(annotate(&scene, &without), Err(Error::MissingPlane(Plane::Instance)));

    let mut larger = scene.clone();
    larger.camera.width += 1;
    assert!(matches!(annotate(&larger, &frame), Err(Error::Size { found_width: 37, width: 38, .. })));

    let mut stranger = frame.clone();
    let Some(PlaneData::U32(ids)) = stranger.planes.get_mut(&Plane::Instance) else { panic!("painted") };
    ids[[5, 7, 0]] = 10;
    assert_eq!(annotate(&scene, &stranger), Err(Error::UnknownUnit { id: 10, x: 7, y: 5, units: 9 }));

    let mut torn = frame.clone();
    torn.silhouettes[2].words.pop();
    assert!(matches!(annotate(&scene, &torn), Err(Error::SilhouetteWords { unit: 3, .. })));

    let mut nameless = scene.clone();
    nameless.classes.clear();
    assert!(matches!(annotate(&nameless, &frame), Err(Error::UnknownClass { .. })));

    let mut endless = scene;
    endless.units.iter_mut().for_each(|unit| unit.world_from_object.translation.x = f64::NAN);
    assert!(matches!(annotate(&endless, &frame), Err(Error::NotFinite { what: "the pose", .. })));
}

#[test]
fn a_cut_silhouette_is_truncated_even_inside_the_picture() {
    let (scene, mut frame) = Painting::SMALL.scene_and_frame(2);
    frame.silhouettes.iter_mut().for_each(|silhouette| silhouette.cut = true);
    let annotation = annotate(&scene, &frame).expect("nothing else changed");
    assert!(annotation.instances.iter().all(|unit| unit.truncated));
}
