//! What glTF can say about geometry, one feature at a time.

use glam::{DVec3, Vec2, Vec3, Vec4};
use serde_json::json;

use super::builder::{BYTE, Builder, SHORT, TRIANGLE, UNSIGNED_BYTE, triangle};
use crate::catalog::gltf::{load_model, model_size};
use crate::catalog::{Footprint, Look};
use crate::geometry::Mesh;

fn load(builder: &Builder) -> Look {
    load_model(&builder.save().path).expect("a valid file")
}

fn mesh(builder: &Builder) -> Mesh {
    load(builder).model.mesh.clone()
}

const SQUARE: [[f32; 3]; 4] = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]];

#[test]
fn a_triangle_without_normals_gets_the_normal_of_its_plane() {
    let look = load(&triangle());
    assert_eq!(look.model.mesh.positions, TRIANGLE.map(Vec3::from));
    assert_eq!(look.model.mesh.normals, [Vec3::Z; 3]);
    assert_eq!(look.model.mesh.uvs, [Vec2::ZERO; 3]);
    assert_eq!(look.model.footprint, Footprint::Box);
    assert_eq!((look.materials.len(), look.materials[0].metallic), (1, 1.0));
}

#[test]
fn flat_normals_take_shared_vertices_apart() {
    let mut builder = Builder::new();
    let position = builder.floats(&[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    let indices = builder.indices(&[0, 1, 2, 0, 2, 3]);
    builder.show(json!({ "attributes": { "POSITION": position }, "indices": indices }));
    let mesh = mesh(&builder);
    assert_eq!(mesh.positions.len(), 6);
    assert_eq!(mesh.normals, [Vec3::Z, Vec3::Z, Vec3::Z, Vec3::X, Vec3::X, Vec3::X]);
}

#[test]
fn strips_and_fans_keep_their_winding() {
    for (mode, order) in [(5, [0, 1, 2, 3]), (6, [0, 1, 3, 2])] {
        for is_indexed in [false, true] {
            let mut builder = Builder::new();
            let position = builder.floats(&order.map(|i: usize| SQUARE[i]));
            let mut primitive = json!({ "attributes": { "POSITION": position }, "mode": mode });
            if is_indexed {
                primitive["indices"] = json!(builder.indices(&[0, 1, 2, 3]));
            }
            builder.show(primitive);
            let mesh = mesh(&builder);
            assert_eq!(mesh.triangles.len(), 2, "mode {mode}");
            assert_eq!(mesh.normals, [Vec3::Z; 6], "mode {mode}");
        }
    }
}

#[test]
fn degenerate_triangles_of_a_strip_are_left_out() {
    let mut builder = Builder::new();
    let position = builder.floats(&SQUARE);
    let indices = builder.indices(&[0, 1, 2, 2, 1, 3]);
    builder.show(json!({ "attributes": { "POSITION": position }, "indices": indices, "mode": 5 }));
    assert_eq!(mesh(&builder).triangles.len(), 2);
}

#[test]
fn nodes_multiply_from_the_root_down() {
    let mut builder = Builder::new();
    let position = builder.floats(&TRIANGLE);
    let mesh_index = builder.push("meshes", json!({ "primitives": [{ "attributes": { "POSITION": position } }] }));
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let leaf = builder.push("nodes", json!({ "mesh": mesh_index, "scale": [2, 2, 2] }));
    let middle = builder.push("nodes", json!({ "children": [leaf], "rotation": [0, 0, half, half] }));
    builder.root(json!({
        "children": [middle],
        "matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 10, 20, 30, 1],
    }));
    let mesh = mesh(&builder);
    let expected = [Vec3::new(10.0, 20.0, 30.0), Vec3::new(10.0, 22.0, 30.0), Vec3::new(6.0, 20.0, 30.0)];
    for (found, expected) in mesh.positions.iter().zip(expected) {
        assert!(found.distance(expected) < 1e-6, "{found} {expected}");
    }
    assert!(model_size(&builder.save().path).expect("a valid file").distance(DVec3::new(4.0, 2.0, 0.0)) < 1e-6);
}

#[test]
fn a_mirror_turns_triangles_but_not_the_outside() {
    let mut builder = Builder::new();
    let position = builder.floats(&TRIANGLE);
    let normal = builder.floats(&[[0.0, 0.0, 1.0]; 3]);
    let tangent = builder.floats(&[[1.0, 0.0, 0.0, 1.0]; 3]);
    let node = builder.show(json!({ "attributes": { "POSITION": position, "NORMAL": normal, "TANGENT": tangent } }));
    builder.json["nodes"][node]["scale"] = json!([-1, 1, 1]);
    let mesh = mesh(&builder);
    let [a, b, c] = mesh.corners(0);
    assert!((b - a).cross(c - a).z > 0.0, "{:?}", mesh.triangles);
    assert_eq!(mesh.normals, [Vec3::Z; 3]);
    assert_eq!(mesh.tangents, [Vec4::new(-1.0, 0.0, 0.0, -1.0); 3]);
}

#[test]
fn normals_stay_perpendicular_under_uneven_scale() {
    let mut builder = Builder::new();
    let position = builder.floats(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]);
    let normal = builder.floats(&[[1.0, 1.0, 0.0]; 3]);
    let node = builder.show(json!({ "attributes": { "POSITION": position, "NORMAL": normal } }));
    builder.json["nodes"][node]["scale"] = json!([4, 1, 1]);
    let mesh = mesh(&builder);
    let [a, b, _] = mesh.corners(0);
    assert!(mesh.normals[0].as_dvec3().dot(b - a).abs() < 1e-6);
    assert!((mesh.normals[0].length() - 1.0).abs() < 1e-6);
}

#[test]
fn sparse_values_replace_stored_ones_and_zeros() {
    for has_base in [true, false] {
        let mut builder = Builder::new();
        let position = builder.floats(&TRIANGLE);
        let at = builder.view(&[1, 2]);
        let values: Vec<u8> = [[5.0_f32, 0.0, 0.0], [0.0, 7.0, 0.0]]
            .as_flattened()
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let by = builder.view(&values);
        let accessor = &mut builder.json["accessors"][position];
        accessor["sparse"] = json!({
            "count": 2,
            "indices": { "bufferView": at, "componentType": UNSIGNED_BYTE },
            "values": { "bufferView": by },
        });
        if !has_base {
            accessor.as_object_mut().expect("an object").remove("bufferView");
        }
        builder.show(json!({ "attributes": { "POSITION": position } }));
        assert_eq!(mesh(&builder).positions, [Vec3::ZERO, Vec3::X * 5.0, Vec3::Y * 7.0]);
    }
}

#[test]
fn quantised_attributes_mean_what_the_extension_says() {
    let mut builder = Builder::new();
    let words = |values: &[i16]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    // Positions are padded to eight bytes, as vertex data must be aligned to four.
    let view = builder.view(&words(&[0, 0, 0, 9, 32767, 0, 0, 9, 0, -32767, 0, 9]));
    builder.json["bufferViews"][view]["byteStride"] = json!(8);
    let position = builder.accessor(view, SHORT, "VEC3", 3);
    builder.json["accessors"][position]["normalized"] = json!(true);
    builder.json["accessors"][position]["min"] = json!([0, -32767, 0]);
    builder.json["accessors"][position]["max"] = json!([32767, 0, 0]);
    let view = builder.view(&[0, 0, 129, 0, 0, 0, 129, 0, 0, 0, 129, 0]);
    builder.json["bufferViews"][view]["byteStride"] = json!(4);
    let normal = builder.accessor(view, BYTE, "VEC3", 3);
    builder.json["accessors"][normal]["normalized"] = json!(true);
    let view = builder.view(&words(&[0, 0, -1, 0, 0, 3]));
    let uv = builder.accessor(view, SHORT, "VEC2", 3);
    let view = builder.view(&[255, 0, 51, 255, 255, 0, 51, 255, 255, 0, 51, 255]);
    let color = builder.accessor(view, UNSIGNED_BYTE, "VEC4", 3);
    builder.json["accessors"][color]["normalized"] = json!(true);
    builder.json["extensionsUsed"] = json!(["KHR_mesh_quantization"]);
    builder.json["extensionsRequired"] = json!(["KHR_mesh_quantization"]);
    let node = builder.show(json!({
        "attributes": { "POSITION": position, "NORMAL": normal, "TEXCOORD_0": uv, "COLOR_0": color }
    }));
    builder.json["nodes"][node]["scale"] = json!([0.1, 0.1, 0.1]);
    let mesh = mesh(&builder);
    assert!(mesh.positions[1].distance(Vec3::X * 0.1) < 1e-7 && mesh.positions[2].distance(Vec3::Y * -0.1) < 1e-7);
    assert_eq!(mesh.normals, [Vec3::NEG_Z; 3]);
    assert_eq!(mesh.uvs, [Vec2::ZERO, Vec2::new(-1.0, 0.0), Vec2::new(0.0, 3.0)]);
    assert_eq!(mesh.colors, [Vec4::new(1.0, 0.0, 0.2, 1.0); 3]);
    let size = model_size(&builder.save().path).expect("a valid file");
    assert!(size.distance(DVec3::new(0.1, 0.1, 0.0)) < 1e-7, "{size}");
}

#[test]
fn colours_without_alpha_and_a_second_uv_set_are_read() {
    let mut builder = Builder::new();
    let position = builder.floats(&TRIANGLE);
    let normal = builder.floats(&[[0.0, 0.0, 2.0]; 3]);
    let color = builder.floats(&[[0.5, 0.25, 0.125]; 3]);
    let uv = builder.floats(&[[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]);
    builder.show(json!({
        "attributes": { "POSITION": position, "NORMAL": normal, "COLOR_0": color, "TEXCOORD_1": uv, "_MINE": uv }
    }));
    let mesh = mesh(&builder);
    assert_eq!(mesh.normals, [Vec3::Z; 3]);
    assert_eq!(mesh.colors, [Vec4::new(0.5, 0.25, 0.125, 1.0); 3]);
    assert_eq!((mesh.uvs[0], mesh.uvs1[0]), (Vec2::ZERO, Vec2::Y));
}

#[test]
fn vertices_that_no_triangle_uses_are_left_out() {
    let mut builder = Builder::new();
    let position = builder.floats(&[[9.0, 9.0, 9.0], TRIANGLE[0], TRIANGLE[1], TRIANGLE[2]]);
    let normal = builder.floats(&[[0.0, 0.0, 1.0]; 4]);
    let indices = builder.indices(&[1, 2, 3]);
    builder.show(json!({ "attributes": { "POSITION": position, "NORMAL": normal }, "indices": indices }));
    assert_eq!(mesh(&builder).positions, TRIANGLE.map(Vec3::from));
}

#[test]
fn lines_are_skipped_and_a_file_of_nothing_else_is_an_error() {
    let mut builder = triangle();
    builder.show(json!({ "attributes": { "POSITION": 0 }, "mode": 1 }));
    assert_eq!(mesh(&builder).triangles.len(), 1);
    builder.json["meshes"][0]["primitives"][0]["mode"] = json!(0);
    let error = load_model(&builder.save().path).expect_err("nothing to see").to_string();
    assert!(error.contains("no triangle"), "{error}");
    assert!(model_size(&builder.save().path).is_err());
}

#[test]
fn equal_files_have_equal_keys() {
    let key = |builder: &Builder| load(builder).model.key.clone();
    let mut other = triangle();
    other.json["nodes"][0]["name"] = json!("other");
    assert_eq!(key(&triangle()), key(&triangle()));
    assert_ne!(key(&triangle()), key(&other));
    assert_eq!(key(&triangle()).0.as_ref(), format!("glb/{}", blake3::hash(&triangle().glb()).to_hex()));
}

#[test]
fn json_files_find_their_buffers() {
    let builder = triangle();
    let uri = format!("data:application/octet-stream;base64,{}", {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(&builder.bin)
    });
    for uri in [uri.as_str(), "data/my%20triangle.bin"] {
        let mut json = builder.json.clone();
        json["buffers"] = json!([{ "byteLength": builder.bin.len(), "uri": uri }]);
        let saved = super::builder::save("model.gltf", json.to_string().as_bytes());
        std::fs::create_dir(saved.folder.path().join("data")).expect("writable");
        std::fs::write(saved.folder.path().join("data/my triangle.bin"), &builder.bin).expect("writable");
        assert_eq!(load_model(&saved.path).expect("a valid file").model.mesh.triangles.len(), 1);
    }
}

#[test]
fn wide_indices_and_strides_are_read() {
    let mut builder = Builder::new();
    let mut interleaved = Vec::new();
    for position in SQUARE {
        interleaved.extend(position.iter().chain(&[0.0, 0.0, 1.0_f32]).flat_map(|value| value.to_le_bytes()));
    }
    let view = builder.view(&interleaved);
    builder.json["bufferViews"][view]["byteStride"] = json!(24);
    let position = builder.accessor(view, 5126, "VEC3", 4);
    let normal = builder.accessor(view, 5126, "VEC3", 4);
    builder.json["accessors"][normal]["byteOffset"] = json!(12);
    let view = builder.view(&[0_u32, 1, 2].map(u32::to_le_bytes).concat());
    let indices = builder.accessor(view, 5125, "SCALAR", 3);
    builder.show(json!({ "attributes": { "POSITION": position, "NORMAL": normal }, "indices": indices }));
    let mesh = mesh(&builder);
    assert_eq!(mesh.positions, [Vec3::ZERO, Vec3::X, Vec3::Y]);
    assert_eq!(mesh.normals, [Vec3::Z; 3]);
    // Without declared bounds the size comes from the vertices.
    assert_eq!(model_size(&builder.save().path).expect("a valid file"), DVec3::new(1.0, 1.0, 0.0));
}
