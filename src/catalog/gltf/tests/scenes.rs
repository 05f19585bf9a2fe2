//! Scenes: nodes with names, cameras, lights.

use std::sync::Arc;

use glam::{DVec3, Vec3};
use serde_json::json;

use super::builder::triangle;
use crate::catalog::gltf::{GltfLightKind, load_scene};

#[test]
fn nodes_share_looks_and_keep_names_and_order() {
    let mut builder = triangle();
    builder.json["nodes"][0]["name"] = json!("first");
    let leaf = builder.push("nodes", json!({ "mesh": 0, "name": "leaf", "translation": [0, 0, 0.1] }));
    builder.root(json!({ "children": [leaf], "mesh": 0, "translation": [1, 0, 0] }));
    let scene = load_scene(&builder.save().path).expect("a valid file");
    let names: Vec<&str> = scene.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["first", "node-2", "leaf"]);
    // Poses keep all 64 bits of what the file says.
    assert_eq!(scene.nodes[2].world_from_node.translation, DVec3::new(1.0, 0.0, 0.1));
    assert!(Arc::ptr_eq(&scene.nodes[0].look.model, &scene.nodes[2].look.model));
    assert!(scene.nodes[0].look.model.key.0.ends_with("/0"));
}

#[test]
fn flattened_meshes_are_left_out_with_a_warning() {
    let mut builder = triangle();
    builder.root(json!({ "mesh": 0, "scale": [1, 0, 1] }));
    let scene = load_scene(&builder.save().path).expect("a valid file");
    assert_eq!(scene.nodes.len(), 1);
    assert!(scene.warnings[0].starts_with("nodes[1]"), "{:?}", scene.warnings);
}

#[test]
fn what_will_not_be_seen_is_noted() {
    let mut builder = triangle();
    builder.show(json!({ "attributes": { "POSITION": 0 }, "mode": 1 }));
    builder.json["accessors"][0]["max"] = json!([1, 3, 0]);
    let scene = load_scene(&builder.save().path).expect("a valid file");
    assert_eq!(scene.nodes.len(), 1);
    let notes = ["meshes[0].primitives[0]: POSITION declares", "meshes[1].primitives[0]: Lines", "nodes[1]: shows no"];
    assert!(notes.iter().all(|note| scene.warnings.iter().any(|w| w.starts_with(note))), "{:?}", scene.warnings);
}

#[test]
fn cameras_and_lights_have_poses() {
    let mut builder = triangle();
    builder.push(
        "cameras",
        json!({ "type": "perspective", "name": "lens", "perspective": { "yfov": 0.8, "znear": 0.1 } }),
    );
    builder.push(
        "cameras",
        json!({
            "type": "orthographic", "orthographic": { "xmag": 1, "ymag": 1, "znear": 0.1, "zfar": 9 }
        }),
    );
    builder.root(json!({ "camera": 0, "name": "front", "translation": [0, 0, 3] }));
    builder.root(json!({ "camera": 1 }));
    builder.json["extensionsUsed"] = json!(["KHR_lights_punctual"]);
    builder.json["extensions"] = json!({ "KHR_lights_punctual": { "lights": [
        { "type": "point", "color": [1, 0.5, 0], "intensity": 10, "range": 5 },
        { "type": "spot", "spot": { "innerConeAngle": 0.1, "outerConeAngle": 0.2 } },
        { "type": "directional" },
    ] } });
    for light in 0..3 {
        builder
            .root(json!({ "translation": [light, 2, 0], "extensions": { "KHR_lights_punctual": { "light": light } } }));
    }
    let scene = load_scene(&builder.save().path).expect("a valid file");
    assert_eq!(scene.cameras.len(), 1);
    assert!(scene.warnings.iter().any(|warning| warning.contains("orthographic")), "{:?}", scene.warnings);
    assert_eq!(scene.cameras[0].names, ["front".into(), "lens".into()]);
    assert!((scene.cameras[0].yfov - 0.8).abs() < 1e-6);
    assert_eq!(scene.lights[0].intensity, Vec3::new(10.0, 5.0, 0.0));
    assert_eq!(scene.lights[0].range, 5.0);
    assert_eq!(scene.lights[1].kind, GltfLightKind::Spot { inner: 0.1, outer: 0.2 });
    assert_eq!(scene.lights[2].kind, GltfLightKind::Directional);
    assert_eq!(scene.lights[2].world_from_node.translation, DVec3::new(2.0, 2.0, 0.0));
}

#[test]
fn bad_cameras_and_lights_are_refused() {
    let mut builder = triangle();
    builder.push("cameras", json!({ "type": "perspective", "perspective": { "yfov": 4, "znear": 0.1 } }));
    builder.root(json!({ "camera": 0 }));
    let error = load_scene(&builder.save().path).expect_err("an invalid file").to_string();
    assert!(error.contains("nodes[1]") && error.contains("yfov 4"), "{error}");
    builder.json["cameras"][0] = json!({
        "type": "perspective", "orthographic": { "xmag": 1, "ymag": 1, "znear": 0.1, "zfar": 9 }
    });
    assert!(load_scene(&builder.save().path).is_err());
}
