//! Quads, shares and scores against rays, counted pixels and laws.

use endcap::annotate::geometry::{Box3d, KeypointState};
use endcap::annotate::reading::{PrintPlace, Reading};
use endcap::annotate::{Annotation, annotate};
use endcap::catalog::label::{LabelContent, LabelRegion, label_regions};
use endcap::scene::Scene;
use endcap::trace::Tracer;
use glam::{DAffine3, DMat2, DVec2, DVec3};
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
    assert!(tested >= 32, "{tested}");
}

#[test]
fn pixels_are_those_whose_texture_coordinates_lie_in_the_region() {
    let scene = still_life(1000.0);
    let annotation = truth(&scene);
    // Number, texture coordinates of what each pixel shows.
    let shown = |scene: &Scene| -> Vec<(u32, DVec2)> {
        let tracer = Tracer::new(scene).expect("sound");
        let pixels = (0..scene.camera.height).flat_map(|y| (0..scene.camera.width).map(move |x| (x, y)));
        let centres = pixels.map(|(x, y)| DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        centres.filter_map(|centre| uv_at(scene, &tracer, centre)).map(|(id, uv, _)| (id, uv)).collect()
    };
    let together = shown(&scene);
    let (mut shares, mut partly) = (0, 0);
    for instance in &annotation.instances {
        let unit = &scene.units[instance.id as usize - 1];
        let label = unit.look.materials[0].textures.base_color.as_ref().expect("a label");
        let only = stage::scene(scene.camera, vec![unit.clone()]);
        let (alone, tracer) = (shown(&only), Tracer::new(&only).expect("sound"));
        let regions = label_regions(&label.artwork, instance.gtin).expect("sound");
        for (text, place) in places(instance.reading.as_ref().expect("seen")) {
            // The same line may be printed twice: this one is where the middle of the quad is.
            let middle = place.quad.iter().map(|&corner| DVec2::from_array(corner)).sum::<DVec2>() / 4.0;
            let Some((_, uv, _)) = uv_at(&only, &tracer, middle) else { continue };
            let off = |region: &&LabelRegion| (region.corners.iter().sum::<DVec2>() / 4.0).distance(uv);
            let same = regions.iter().filter(|region| region.content.says(text));
            let region = same.min_by(|a, b| off(a).total_cmp(&off(b))).expect("on the label");
            let [a, b, _, d] = region.corners;
            let edges = DMat2::from_cols(b - a, d - a).inverse();
            let inside = |uv: DVec2| {
                let share = edges * (uv - a);
                share.cmpge(DVec2::ZERO).all() && share.cmple(DVec2::ONE).all()
            };
            let count = |pixels: &[(u32, DVec2)], id: u32| {
                pixels.iter().filter(|&&(found, uv)| found == id && inside(uv)).count() as i64
            };
            // Borders of regions are compared in other arithmetic.
            let near = |found: u32, counted: i64| (i64::from(found) - counted).abs() <= 1;
            assert!(near(place.visible_px, count(&together, instance.id)), "{text}: {place:?}");
            assert!(near(place.amodal_px, count(&alone, 1)), "{text}: {place:?}");
            shares += 1;
            partly += u32::from(place.visible_px < place.amodal_px);
        }
    }
    assert!(shares > 8 && partly > 0, "{shares} {partly}");
}

/// Scores of the bar code on a carton's side and of the digits under it, seen from a distance and turned away by an angle.
fn scores(distance: f64, angle: f64) -> [f64; 2] {
    let carton = stage::product("oat-muesli");
    // Its left side stands at z = 0 with the code in the middle.
    let side = DAffine3::from_translation(DVec3::Z * -0.075) * DAffine3::from_rotation_y(std::f64::consts::FRAC_PI_2);
    let code = DVec3::Y * 0.034;
    let camera = stage::camera((256, 160), 2800.0, code + DVec3::Z * distance, code);
    let pose = DAffine3::from_rotation_y(angle) * side;
    let annotation = truth(&stage::scene(camera, vec![stage::unit(&carton, pose)]));
    let reading = annotation.instances[0].reading.as_ref().expect("seen");
    let digits = carton.gtin.expect("has one").to_string();
    let line = reading.text.iter().find(|line| line.text.replace(' ', "") == digits);
    let code = reading.bar_codes.iter().find(|code| code.digits == digits);
    [line.map_or(0.0, |line| line.place.legibility), code.map_or(0.0, |code| code.place.legibility)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn what_is_farther_or_turned_away_is_less_legible(distance in 0.5..1.2f64, angle in 0.0..0.7f64) {
        let here = scores(distance, angle);
        for worse in [scores(distance * 1.4, angle), scores(distance, angle + 0.4)] {
            for (before, after) in here.into_iter().zip(worse) {
                prop_assert!(after <= before && (after < before || before == 1.0 || before == 0.0), "{distance} {angle}: {here:?} {worse:?}");
            }
        }
    }
}

#[test]
fn legibility_has_both_ends() {
    let [line, code] = scores(0.5, 0.0);
    assert!(line > 0.3 && code == 1.0, "{line} {code}");
    assert_eq!(scores(3.5, 0.0), [0.0, 0.0]);
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
    let without = found.corners.iter().filter(|corner| corner.px.is_none());
    assert!((1..8).contains(&without.clone().count()));
    assert!(without.clone().all(|corner| !corner.in_picture));
    let behind = annotation.instances[0].keypoints.iter().filter(|keypoint| keypoint.px.is_none());
    assert!(behind.clone().count() > 0 && behind.clone().all(|keypoint| keypoint.state == KeypointState::Outside));
}
