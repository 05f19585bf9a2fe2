//! Files that are broken, by accident or on purpose: an error that says where, never a panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::builder::{Builder, PNG, TRIANGLE, save, triangle};
use crate::catalog::gltf::{load_model, load_scene, model_size};

/// A file with something of everything.
fn rich() -> Builder {
    let mut builder = Builder::new();
    let position = builder.floats(&TRIANGLE);
    let normal = builder.floats(&[[0.0, 0.0, 1.0]; 3]);
    let uv = builder.floats(&[[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]);
    let indices = builder.indices(&[0, 1, 2]);
    let view = builder.view(PNG);
    builder.push("images", json!({ "bufferView": view, "mimeType": "image/png" }));
    builder.push("textures", json!({ "source": 0 }));
    builder.push("materials", json!({
        "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } },
        "extensions": { "KHR_materials_sheen": { "sheenColorFactor": [1, 0, 0], "sheenColorTexture": { "index": 0 } } },
        "extras": { "endcap_medium_priority": 1 },
    }));
    let attributes = json!({ "POSITION": position, "NORMAL": normal, "TEXCOORD_0": uv });
    builder.show(json!({ "attributes": attributes, "indices": indices, "material": 0 }));
    builder.push("cameras", json!({ "type": "perspective", "perspective": { "yfov": 0.8, "znear": 0.1 } }));
    builder.root(json!({ "camera": 0, "rotation": [0, 0, 0, 1] }));
    builder
}

fn error(builder: &Builder) -> String {
    let saved = builder.save();
    let error = load_model(&saved.path).expect_err("an invalid file").to_string();
    assert!(error.contains("model.glb"), "the file is not named: {error}");
    assert!(load_scene(&saved.path).is_err());
    error
}

/// The triangle after a change to its JSON.
fn changed(change: impl FnOnce(&mut Value)) -> Builder {
    let mut builder = triangle();
    change(&mut builder.json);
    builder
}

fn expect(builder: &Builder, parts: &[&str]) {
    let error = error(builder);
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

#[test]
fn numbers_that_are_none_are_named() {
    for (value, shown) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (1e20, "1e20")] {
        let mut builder = Builder::new();
        let position = builder.floats(&[TRIANGLE[0], TRIANGLE[1], [0.0, value, 0.0]]);
        builder.json["accessors"][position]["min"] = json!([0, 0, 0]);
        builder.json["accessors"][position]["max"] = json!([1, 1, 1]);
        builder.show(json!({ "attributes": { "POSITION": position } }));
        expect(&builder, &["meshes[0].primitives[0].attributes.POSITION", "vertex 2", shown]);
    }
}

#[test]
fn indices_beyond_the_vertices_are_named() {
    let mut builder = Builder::new();
    let position = builder.floats(&TRIANGLE);
    let indices = builder.indices(&[0, 1, 3]);
    builder.show(json!({ "attributes": { "POSITION": position }, "indices": indices }));
    expect(&builder, &["meshes[0].primitives[0].indices", "index 2 is vertex 3", "3 vertices"]);
}

#[test]
fn accessors_outside_of_their_buffers_are_named() {
    expect(&changed(|json| json["accessors"][0]["count"] = json!(4)), &["accessors[0]", "bufferViews[0]", "36 bytes"]);
    expect(&changed(|json| json["accessors"][0]["count"] = json!(u64::MAX)), &["meshes[0]"]);
    expect(&changed(|json| json["accessors"][0]["byteOffset"] = json!(u64::MAX)), &["accessors[0]"]);
    expect(&changed(|json| json["bufferViews"][0]["byteLength"] = json!(40)), &["bufferViews[0]", "buffers[0]"]);
    expect(&changed(|json| json["bufferViews"][0]["byteOffset"] = json!(u64::MAX)), &["bufferViews[0]"]);
    expect(&changed(|json| json["bufferViews"][0]["byteStride"] = json!(8)), &["bufferViews[0].byteStride", "12"]);
    expect(&changed(|json| json["buffers"] = json!([{ "byteLength": 99 }])), &["buffers[0].byteLength", "99"]);
    expect(&changed(|json| json["accessors"][0]["type"] = json!("VEC2")), &["attributes.POSITION", "Vec2"]);
}

#[test]
fn a_small_file_cannot_ask_for_a_large_memory() {
    let sparse = json!({
        "count": 1, "indices": { "bufferView": 0, "componentType": 5121 }, "values": { "bufferView": 0 }
    });
    let huge = changed(|json| {
        json["accessors"][0]["sparse"] = sparse;
        json["accessors"][0].as_object_mut().expect("an object").remove("bufferView");
        json["accessors"][0]["count"] = json!(50_000_000);
    });
    expect(&huge, &["accessors[0].count", "50000000"]);

    let mut repeated = Builder::new();
    let position = repeated.floats(&vec![[0.0; 3]; 10_000]);
    let primitive = json!({ "attributes": { "POSITION": position } });
    let mesh = repeated.push("meshes", json!({ "primitives": vec![primitive; 7_000] }));
    repeated.root(json!({ "mesh": mesh }));
    expect(&repeated, &["meshes[0]", "vertices and corners"]);
}

#[test]
fn attributes_of_other_lengths_are_named() {
    let mut builder = triangle();
    let normal = builder.floats(&[[0.0, 0.0, 1.0]; 2]);
    builder.json["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = json!(normal);
    expect(&builder, &["meshes[0].primitives[0].attributes.NORMAL", "2 values for 3 vertices"]);
}

#[test]
fn indices_of_nothing_are_named() {
    expect(&changed(|json| json["nodes"][0]["mesh"] = json!(7)), &["nodes[0].mesh"]);
    expect(&changed(|json| json["scenes"][0]["nodes"][0] = json!(7)), &["scenes[0].nodes[0]"]);
    expect(&changed(|json| json["scene"] = json!(7)), &["scene"]);
    let position = |json: &mut Value| json["meshes"][0]["primitives"][0]["attributes"]["POSITION"] = json!(7);
    expect(&changed(position), &["meshes[0].primitives[0].attributes.POSITION", "accessor 7"]);
    expect(&changed(|json| json["accessors"][0]["bufferView"] = json!(7)), &["accessors[0].bufferView"]);
    expect(&changed(|json| json["accessors"][0]["componentType"] = json!(1)), &["accessors[0].componentType"]);
}

#[test]
fn nodes_that_are_no_tree_are_named() {
    expect(&changed(|json| json["nodes"][0]["children"] = json!([0])), &["nodes[0]", "twice"]);
    let mut diamond = triangle();
    diamond.root(json!({ "children": [0] }));
    expect(&diamond, &["nodes[0]", "twice"]);
    let mut deep = triangle();
    for child in 0..100_000 {
        deep.push("nodes", json!({ "children": [child] }));
    }
    deep.json["scenes"][0]["nodes"] = json!([100_000]);
    assert!(load_model(&deep.save().path).is_ok());
}

#[test]
fn transforms_that_are_none_are_named() {
    expect(&changed(|json| json["nodes"][0]["rotation"] = json!([0, 0, 0, 0])), &["nodes[0]", "rotation"]);
    expect(&changed(|json| json["nodes"][0]["scale"] = json!([1e30, 1, 1])), &["nodes[0]", "1e7"]);
    let matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2];
    expect(&changed(|json| json["nodes"][0]["matrix"] = json!(matrix)), &["nodes[0]", "last row"]);
}

#[test]
fn extensions_that_are_required_and_unknown_are_named() {
    let names = ["KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_texture_basisu", "ACME_hats"];
    let builder = changed(|json| json["extensionsRequired"] = json!(names));
    expect(&builder, &names);
    expect(&builder, &["extensionsRequired[3]", "without mesh compression"]);
    expect(&changed(|json| json["asset"]["version"] = json!("1.0")), &["asset.version", "1.0"]);
}

#[test]
fn containers_that_are_none_are_explained() {
    for (bytes, part) in [
        (&b""[..], "neither GLB"),
        (b"\x89PNG", "neither GLB"),
        (b"glTF\x02\0", "GLB header"),
        (b"glTF\x01\0\0\0\x14\0\0\0\0\0\0\0JSON", "version 1"),
        (b"glTF\x02\0\0\0\0\0\0\0\0\0\0\0JSON", "GLB chunk 0"),
        (b"glTF\x02\0\0\0\xff\xff\0\0\0\0\0\0JSON", "truncated"),
        (b"glTF\x02\0\0\0\x14\0\0\0\xff\xff\xff\xffJSON", "GLB chunk 0"),
        (b"glTF\x02\0\0\0\x14\0\0\0\0\0\0\0BIN\0", "not \"JSON\""),
        (b"{", "JSON"),
        (b"{\"asset\":{}}", "version"),
    ] {
        let saved = save("model.glb", bytes);
        let error = load_model(&saved.path).expect_err("an invalid file").to_string();
        assert!(error.contains(part) && error.contains("model.glb"), "{part:?} is not in: {error}");
        assert!(model_size(&saved.path).is_err());
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(load_model(folder.path()).is_err());
    assert!(load_model(&folder.path().join("absent.glb")).expect_err("absent").to_string().contains("absent.glb"));
}

#[test]
fn buffers_that_are_missing_are_named() {
    let uri = |uri: &str| changed(|json| json["buffers"] = json!([{ "byteLength": 36, "uri": uri }]));
    expect(&uri("absent.bin"), &["buffers[0].uri", "absent.bin"]);
    expect(&uri("../secret.bin"), &["buffers[0].uri", "leaves the folder"]);
    expect(&uri("data:;base64,AAAA"), &["buffers[0].byteLength", "36", "3 are there"]);
    let second = |json: &mut Value| {
        json["buffers"] = json!([{ "byteLength": 36 }, { "byteLength": 36 }]);
        json["bufferViews"][0]["buffer"] = json!(1);
    };
    expect(&changed(second), &["buffers[1]", "neither a uri"]);
}

#[test]
fn every_truncation_ends_in_an_error() {
    let bytes = rich().glb();
    assert!(load_model(&save("model.glb", &bytes).path).is_ok());
    for length in 0..bytes.len() {
        let saved = save("model.glb", &bytes[..length]);
        assert!(load_model(&saved.path).is_err(), "{length} of {} bytes", bytes.len());
        assert!(load_scene(&saved.path).is_err());
        assert!(model_size(&saved.path).is_err());
    }
}

/// Calls everything; the results may be anything.
fn exercise(bytes: &[u8]) {
    let saved = save("model.glb", bytes);
    let _ = load_model(&saved.path);
    let _ = load_scene(&saved.path);
    let _ = model_size(&saved.path);
}

proptest! {
    #[test]
    fn no_flipped_bit_makes_a_panic(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = rich().glb();
        let at = at.index(bytes.len());
        bytes[at] ^= 1u8 << bit;
        exercise(&bytes);
    }

    #[test]
    fn no_number_in_the_json_makes_a_panic(at in any::<prop::sample::Index>(), value in prop_oneof![
        Just("0"), Just("1"), Just("2"), Just("255"), Just("65536"), Just("4294967295"), Just("18446744073709551615"),
        Just("-1"), Just("0.5"), Just("1e30"), Just("null"), Just("\"a\""), Just("[]"), Just("{}"),
    ]) {
        let mut builder = rich();
        let text = builder.json.to_string();
        let numbers: Vec<(usize, usize)> = number_spans(&text);
        let (start, end) = numbers[at.index(numbers.len())];
        let text = format!("{}{value}{}", &text[..start], &text[end..]);
        builder.json = serde_json::from_str(&text).expect("JSON");
        exercise(&builder.glb());
    }
}

/// Where numbers stand in a JSON text.
fn number_spans(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e');
    let starts = (1..bytes.len()).filter(|&i| bytes[i].is_ascii_digit() && matches!(bytes[i - 1], b':' | b',' | b'['));
    starts.map(|start| (start, (start..bytes.len()).find(|&i| !is_part(bytes[i])).unwrap_or(bytes.len()))).collect()
}
