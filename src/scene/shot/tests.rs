use glam::DVec2;
use serde_json::json;

use super::*;
use crate::catalog::gltf::tests::builder::{Builder, save, triangle};

fn shot(builder: &Builder, options: &ShotOptions) -> Result<Scene, Error> {
    Scene::from_gltf(&builder.save().path, options)
}

/// A triangle with two cameras; the second one stands at x = 3 and looks along −x.
fn with_cameras() -> Builder {
    let mut builder = triangle();
    let perspective = json!({ "yfov": 0.8, "aspectRatio": 1.5, "znear": 0.1 });
    builder.push("cameras", json!({ "type": "perspective", "perspective": perspective }));
    builder.root(json!({ "camera": 0, "name": "front", "translation": [0.5, 1, 4] }));
    let half = std::f64::consts::FRAC_1_SQRT_2;
    builder.root(json!({ "camera": 0, "name": "side", "translation": [3, 0, 0], "rotation": [0, half, 0, half] }));
    builder
}

#[test]
fn units_are_the_mesh_nodes_in_order() {
    let mut builder = triangle();
    builder.root(json!({ "mesh": 0, "name": "second", "translation": [0, 0.1, 0] }));
    let scene = shot(&builder, &ShotOptions::default()).expect("a valid file");
    let names: Vec<&str> = scene.units.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(names, ["node-0", "second"]);
    assert_eq!(scene.units[1].world_from_object, DAffine3::from_translation(DVec3::Y * 0.1));
    assert!(scene.units.iter().all(|unit| unit.class == 1) && scene.classes[0].name == "object");
}

#[test]
fn a_file_without_camera_is_framed_from_the_front() {
    for size in [(640, 480), (480, 640), (100, 1000)] {
        let scene = shot(&triangle(), &ShotOptions { size: Some(size), ..Default::default() }).expect("a valid file");
        let camera = scene.camera;
        assert_eq!((camera.width, camera.height), size);
        assert!((yfov(&camera) - 50_f64.to_radians()).abs() < 1e-12);
        let pixels = scene.units[0].look.model.mesh.positions.iter().map(|position| {
            let point = camera.camera_from_world().transform_point3(position.as_dvec3());
            camera.project(point).expect("in front of the camera")
        });
        let (low, high) =
            pixels.fold((DVec2::INFINITY, DVec2::NEG_INFINITY), |(low, high), p| (low.min(p), high.max(p)));
        let picture = DVec2::new(f64::from(size.0), f64::from(size.1));
        assert!(low.cmpge(DVec2::ZERO).all() && high.cmple(picture).all(), "{size:?}: {low} {high}");
        let filled = ((high - low) / picture).max_element();
        assert!((0.9..1.0).contains(&filled), "{size:?}: {filled}");
    }
}

#[test]
fn cameras_of_the_file_become_opencv_ones() {
    let builder = with_cameras();
    let front = shot(&builder, &ShotOptions::default()).expect("a valid file").camera;
    assert_eq!((front.width, front.height), (720, 480));
    assert!((yfov(&front) - 0.8).abs() < 1e-6 && front.fx == front.fy);
    // A point to the right of and above the axis is right of and above the middle of the picture.
    let point = front.camera_from_world().transform_point3(DVec3::new(1.0, 2.0, 0.0));
    let pixel = front.project(point).expect("in front of the camera");
    assert!(pixel.x > front.cx && pixel.y < front.cy, "{pixel}");
    assert!((point.z - 4.0).abs() < 1e-9);

    let side =
        ShotOptions { camera: Some(CameraChoice::from_text("side")), size: Some((64, 32)), ..Default::default() };
    let side = shot(&builder, &side).expect("a valid file").camera;
    assert_eq!((side.width, side.height), (64, 32));
    assert!(side.world_from_camera.transform_vector3(DVec3::Z).distance(DVec3::NEG_X) < 1e-9);
}

#[test]
fn a_camera_that_is_not_there_is_named_with_those_that_are() {
    let options = ShotOptions { camera: Some(CameraChoice::from_text("top")), ..Default::default() };
    let error = shot(&with_cameras(), &options).expect_err("no such camera").to_string();
    assert!(error.contains("\"top\"") && error.contains("\"front\", \"side\""), "{error}");
}

#[test]
fn camera_files_are_read_alone_and_inside_of_frames() {
    let camera = Camera {
        distortion: Distortion { k1: 0.1, ..Default::default() },
        ..pinhole(320, 200, 0.7, Camera::looking_at(DVec3::new(1.0, 2.0, 3.0), DVec3::ZERO))
    };
    let record = serde_json::to_value(CameraRecord::from(&camera)).expect("serialisable");
    for text in [record.to_string(), json!({ "camera": record, "instances": [] }).to_string()] {
        let file = save("camera.json", text.as_bytes());
        let choice = CameraChoice::from_text(file.path.to_str().expect("UTF-8"));
        assert_eq!(choice, CameraChoice::File(file.path.clone()));
        let options = ShotOptions { camera: Some(choice), ..Default::default() };
        assert_eq!(shot(&triangle(), &options).expect("a valid file").camera, camera);
        let larger = ShotOptions { size: Some((640, 400)), ..options };
        assert_eq!(shot(&triangle(), &larger).expect("a valid file").camera, camera.resized(640, 400));
    }
}

#[test]
fn bad_camera_files_are_explained() {
    let mut record = serde_json::to_value(CameraRecord::from(&pinhole(4, 4, 1.0, DMat4::IDENTITY))).expect("JSON");
    record["fx"] = json!(-1);
    record["width"] = json!(0);
    let mut unknown = record.clone();
    unknown["fov"] = json!(1);
    for (text, parts) in [
        (record.to_string(), &["camera.json", "fx: -1", "width: 0"][..]),
        (unknown.to_string(), &["camera.json", "fov"]),
        ("{".to_owned(), &["camera.json", "JSON"]),
        ("[]".to_owned(), &["camera.json"]),
    ] {
        let file = save("camera.json", text.as_bytes());
        let options = ShotOptions { camera: Some(CameraChoice::File(file.path.clone())), ..Default::default() };
        let error = shot(&triangle(), &options).expect_err("an invalid camera").to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    }
}

#[test]
fn something_always_shines() {
    let dark = shot(&triangle(), &ShotOptions::default()).expect("a valid file");
    assert_eq!((dark.environment.radiance, dark.lights.len()), (Vec3::ONE, 0));

    let options = ShotOptions { environment: Some(Surroundings::from_text("sky.hdr")), ..Default::default() };
    let sky = shot(&triangle(), &options).expect("a valid file").environment;
    assert_eq!((sky.radiance, sky.picture), (Vec3::ONE, Some(Arc::new(Artwork::from_file("sky.hdr")))));

    let mut glowing = triangle();
    glowing.push("materials", json!({ "emissiveFactor": [1, 1, 1] }));
    glowing.json["meshes"][0]["primitives"][0]["material"] = json!(0);
    let glowing = shot(&glowing, &ShotOptions::default()).expect("a valid file");
    assert_eq!(glowing.environment.radiance, Vec3::ZERO);
}

#[test]
fn shining_rectangles_become_lamps_but_not_beside_our_own() {
    let mut builder = triangle();
    builder.push("materials", json!({ "emissiveFactor": [1, 1, 1] }));
    let positions = builder.floats(&[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
    let indices = builder.indices(&[0, 1, 2, 0, 2, 3]);
    builder.json["meshes"][0]["primitives"] =
        json!([{ "attributes": { "POSITION": positions }, "indices": indices, "material": 0 }]);
    let lamps = shot(&builder, &ShotOptions::default()).expect("a valid file").lights;
    let [Light::Rect { center, radiance, .. }] = lamps[..] else { panic!("{lamps:?}") };
    assert!(center.distance(DVec3::new(0.5, 0.5, 1e-4)) < 1e-9 && radiance == Vec3::ONE);

    let ours = json!({ "center": [0, 3, 0], "half_u": [1, 0, 0], "half_v": [0, 0, 1], "radiance": [2, 2, 2] });
    builder.json["scenes"][0]["extras"] = json!({ "seed": 1, "index": 2, "endcap": {
        "exposure": 1, "environment_radiance": [0, 0, 0], "rect_lights": [ours],
    } });
    let lights = shot(&builder, &ShotOptions::default()).expect("a valid file").lights;
    let [Light::Rect { radiance, .. }] = lights[..] else { panic!("{lights:?}") };
    assert_eq!(radiance, Vec3::splat(2.0));
}

#[test]
fn lights_shine_along_minus_z_with_what_the_file_says() {
    let mut builder = triangle();
    builder.json["extensions"] = json!({ "KHR_lights_punctual": { "lights": [
        { "type": "directional", "intensity": 3 },
        { "type": "spot", "intensity": 5, "spot": { "innerConeAngle": 0.0, "outerConeAngle": 0.5 } },
        { "type": "point", "color": [1, 0, 0], "intensity": 7 },
    ] } });
    let half = std::f64::consts::FRAC_1_SQRT_2;
    for light in 0..3 {
        // A quarter turn about x turns −z downwards.
        builder.root(json!({
            "translation": [0, 2, 0], "rotation": [-half, 0, 0, half],
            "extensions": { "KHR_lights_punctual": { "light": light } },
        }));
    }
    let lights = shot(&builder, &ShotOptions::default()).expect("a valid file").lights;
    let Light::Sun { direction, irradiance } = lights[0] else { panic!("{lights:?}") };
    assert!(direction.distance(DVec3::NEG_Y) < 1e-9 && irradiance == Vec3::splat(3.0));
    let Light::Point { position, direction, cos_inner, cos_outer, range, .. } = lights[1] else { panic!("{lights:?}") };
    assert!(direction.distance(DVec3::NEG_Y) < 1e-9 && position == DVec3::Y * 2.0 && range == f32::INFINITY);
    assert!(cos_inner == 1.0 && (cos_outer - 0.5_f32.cos()).abs() < 1e-6);
    let Light::Point { intensity, cos_outer, .. } = lights[2] else { panic!("{lights:?}") };
    assert!(intensity == Vec3::X * 7.0 && cos_outer < -1.0);
}

#[test]
fn a_file_that_shows_nothing_is_an_error() {
    let mut builder = Builder::new();
    builder.root(json!({ "name": "empty" }));
    assert!(shot(&builder, &ShotOptions::default()).expect_err("empty").to_string().contains("shows no mesh"));
}
