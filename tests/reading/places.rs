//! Quads, shares and scores against rays, counted pixels and laws.

use endcap::annotate::geometry::{Box3d, KeypointState};
use endcap::annotate::reading::{PrintPlace, Reading};
use endcap::annotate::{Annotation, annotate};
use endcap::catalog::label::{LabelContent, label_regions};
use endcap::scene::Scene;
use endcap::trace::Tracer;
use glam::{DAffine3, DVec2, DVec3};
use proptest::prelude::*;

use crate::stage;

/// A carton behind a can, both turned a little.
fn still_life(focal: f64) -> Scene {
    let (carton, can) = (stage::product("oat-muesli"), stage::product("farmhouse-soup"));
    let turned = |angle: f64, place: DVec3| DAffine3::from_translation(place) * DAffine3::from_rotation_y(angle);
    let units = vec![
        stage::unit(&carton, turned(0.3, DVec3::ZERO)),
        stage::unit(&can, turned(-0.2, DVec3::new(0.05, 0.0, 0.14))),
    ];
    let camera = stage::camera((400, 300), focal, DVec3::new(0.15, 0.22, 0.9), DVec3::new(0.02, 0.1, 0.0));
    stage::scene(camera, units)
}

fn truth(scene: &Scene) -> Annotation {
    annotate(scene, &stage::frame(scene)).expect("sound")
}

fn places(reading: &Reading) -> impl Iterator<Item = (&str, &PrintPlace)> {
    let codes = reading.bar_codes.iter().map(|code| (code.digits.as_str(), &code.place));
    codes.chain(reading.text.iter().map(|line| (line.text.as_str(), &line.place)))
}

/// Texture coordinates, set 0, where a ray meets a mesh.
fn uv_at(scene: &Scene, tracer: &Tracer, pixel: DVec2) -> Option<(u32, DVec2, DVec3)> {
    let ray = tracer.camera_ray(pixel)?;
    let hit = tracer.first_hit(ray)?;
    let mesh = &scene.units[hit.instance as usize].look.model.mesh;
    let [a, b, c] = mesh.triangles[hit.triangle as usize].map(|corner| mesh.uvs[corner as usize].as_dvec2());
    let weights = hit.barycentric.as_dvec2();
    let point = tracer.scene().eye + ray.direction.as_dvec3() * f64::from(hit.t);
    Some((hit.instance + 1, a + (b - a) * weights.x + (c - a) * weights.y, point))
}

#[test]
fn a_ray_through_a_corner_meets_the_print_there() {
    let scene = still_life(900.0);
    let tracer = Tracer::new(&scene).expect("sound");
    let mut tested = 0;
    for instance in &truth(&scene).instances {
        let unit = &scene.units[instance.id as usize - 1];
        let label = unit.look.materials[0].textures.base_color.as_ref().expect("a label");
        let regions = label_regions(&label.artwork, instance.gtin).expect("sound");
        for (text, place) in places(instance.reading.as_ref().expect("seen")) {
            let corners = regions.iter().filter(|region| match &region.content {
                LabelContent::Text(found) => found == text,
                LabelContent::BarCode { gtin, .. } => gtin.to_string() == text,
            });
            let corners: Vec<_> = corners.map(|region| region.corners).collect();
            if place.seen_share < 1.0 {
                continue;
            }
            for i in 0..4 {
                let expected = unit.world_from_object.transform_point3(DVec3::from_array(place.corners_m[i]));
                let (id, uv, point) = uv_at(&scene, &tracer, DVec2::from_array(place.quad[i])).expect("a hit");
                assert_eq!(id, instance.id, "{text}");
                assert!(point.distance(expected) < 1e-4, "{text}: {point} {expected}");
                // The same line may be printed twice.
                let off = corners.iter().map(|corners| corners[i].distance(uv)).fold(f64::MAX, f64::min);
                assert!(off < 5e-4, "{text}: corner {i} is {off} off on the label");
                tested += 1;
            }
        }
    }
    assert!(tested > 40, "{tested}");
}

#[test]
fn pixels_are_those_whose_texture_coordinates_lie_in_the_region() {
    let scene = still_life(700.0);
    let annotation = truth(&scene);
    let tracer = Tracer::new(&scene).expect("sound");
    let (mut shares, mut partly) = (0, 0);
    for instance in &annotation.instances {
        let unit = &scene.units[instance.id as usize - 1];
        let label = unit.look.materials[0].textures.base_color.as_ref().expect("a label");
        let alone = stage::scene(scene.camera, vec![unit.clone()]);
        let own = Tracer::new(&alone).expect("sound");
        for (text, place) in places(instance.reading.as_ref().expect("seen")) {
            let regions = label_regions(&label.artwork, instance.gtin).expect("sound");
            let same: Vec<_> = regions.iter().filter(|region| region.content.says(text)).collect();
            let [region] = same[..] else { continue };
            let [a, b, _, d] = region.corners;
            let inside = |uv: DVec2| {
                let share = DVec2::new((uv - a).dot(b - a) / (b - a).length_squared(), (uv - a).dot(d - a) / (d - a).length_squared());
                share.cmpge(DVec2::ZERO).all() && share.cmple(DVec2::ONE).all()
            };
            let count = |scene: &Scene, tracer: &Tracer, id: u32| {
                let pixels = (0..scene.camera.height).flat_map(|y| (0..scene.camera.width).map(move |x| (x, y)));
                let hits = pixels.filter_map(|(x, y)| uv_at(scene, tracer, DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5)));
                hits.filter(|&(found, uv, _)| found == id && inside(uv)).count() as i64
            };
            // Borders of regions are compared in other arithmetic.
            let near = |found: u32, counted: i64| (i64::from(found) - counted).abs() <= 1;
            assert!(near(place.visible_px, count(&scene, &tracer, instance.id)), "{text}: {place:?}");
            assert!(near(place.amodal_px, count(&alone, &own, 1)), "{text}: {place:?}");
            shares += 1;
            partly += u32::from(place.visible_px < place.amodal_px);
        }
    }
    assert!(shares > 8 && partly > 0, "{shares} {partly}");
}

/// The best score of any line, and of any bar code, of a carton that shows its left side, seen from a distance and turned
/// away by an angle.
fn scores(distance: f64, angle: f64) -> [f64; 2] {
    let carton = stage::product("oat-muesli");
    let pose = DAffine3::from_rotation_y(std::f64::consts::FRAC_PI_2 + angle) * DAffine3::from_translation(DVec3::X * 0.05);
    let camera = stage::camera((96, 128), 500.0, DVec3::new(0.0, 0.1, distance), DVec3::Y * 0.1);
    let annotation = truth(&stage::scene(camera, vec![stage::unit(&carton, pose)]));
    let reading = annotation.instances[0].reading.as_ref().expect("seen");
    let best = |scores: &mut dyn Iterator<Item = f64>| scores.fold(0.0, f64::max);
    [
        best(&mut reading.text.iter().map(|line| line.place.legibility)),
        best(&mut reading.bar_codes.iter().map(|code| code.place.legibility)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn what_is_farther_or_turned_away_is_less_legible(distance in 0.45..0.9f64, angle in 0.0..0.7f64) {
        let here = scores(distance, angle);
        for worse in [scores(distance * 1.3, angle), scores(distance, angle + 0.4)] {
            for (before, after) in here.into_iter().zip(worse) {
                prop_assert!(after <= before + 0.02, "{distance} {angle}: {here:?} {worse:?}");
            }
        }
    }
}

#[test]
fn legibility_has_both_ends() {
    let [near, _] = scores(0.35, 0.0);
    let [far, code] = scores(3.0, 0.0);
    assert!(near > 0.9 && far == 0.0 && code == 0.0, "{near} {far} {code}");
}

#[test]
fn corners_of_boxes_are_where_a_pinhole_and_its_lens_put_them() {
    let scene = still_life(700.0);
    for instance in &truth(&scene).instances {
        let found = instance.box_3d.expect("a box");
        let pose = scene.units[instance.id as usize - 1].world_from_object;
        for (corner, point) in found.corners.iter().zip(Box3d::corners_m(found.min_m, found.max_m)) {
            let camera = &scene.camera;
            let p = camera.camera_from_world().transform_point3(pose.transform_point3(point));
            let (x, y) = (p.x / p.z, p.y / p.z);
            let (d, r2) = (camera.distortion, x * x + y * y);
            let radial = 1.0 + d.k1 * r2 + d.k2 * r2 * r2 + d.k3 * r2 * r2 * r2;
            let px = camera.fx * (x * radial + 2.0 * d.p1 * x * y + d.p2 * (r2 + 2.0 * x * x)) + camera.cx;
            let py = camera.fy * (y * radial + d.p1 * (r2 + 2.0 * y * y) + 2.0 * d.p2 * x * y) + camera.cy;
            let [fx, fy] = corner.px.expect("in front");
            assert!((fx - px).abs() < 1e-3 && (fy - py).abs() < 1e-3);
            assert_eq!(corner.in_picture, (0.0..400.0).contains(&px) && (0.0..300.0).contains(&py));
        }
    }
}

#[test]
fn what_is_behind_the_camera_has_no_pixel() {
    let carton = stage::product("oat-muesli");
    // The camera stands beside the carton, whose back reaches behind it.
    let camera = stage::camera((120, 90), 60.0, DVec3::new(0.12, 0.1, 0.0), DVec3::new(0.0, 0.1, 0.12));
    let annotation = truth(&stage::scene(camera, vec![stage::unit(&carton, DAffine3::IDENTITY)]));
    let found = annotation.instances[0].box_3d.expect("a box");
    let (none, some): (Vec<_>, Vec<_>) = found.corners.iter().partition(|corner| corner.px.is_none());
    assert!(!none.is_empty() && !some.is_empty());
    assert!(none.iter().all(|corner| !corner.in_picture));
    let behind = annotation.instances[0].keypoints.iter().filter(|keypoint| keypoint.px.is_none());
    assert!(behind.clone().count() > 0 && behind.clone().all(|keypoint| keypoint.state == KeypointState::Outside));
}
