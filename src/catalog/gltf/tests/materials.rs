//! Materials, textures and pictures.

use glam::{DVec2, Vec3, Vec4};
use serde_json::{Value, json};

use super::builder::{Builder, PNG, TRIANGLE};
use crate::catalog::gltf::{load_model, load_model_variant, material_variants};
use crate::catalog::{AlphaMode, Artwork, ArtworkSource, Look, Wrap};

/// A triangle with one material, and a PNG as image 0.
fn with_material(material: Value) -> Builder {
    let mut builder = Builder::new();
    let position = builder.floats(&TRIANGLE);
    let uv = builder.floats(&[[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]);
    let view = builder.view(PNG);
    builder.push("images", json!({ "bufferView": view, "mimeType": "image/png" }));
    builder.push("samplers", json!({ "wrapS": 33071, "wrapT": 33648 }));
    builder.push("textures", json!({ "source": 0, "sampler": 0 }));
    builder.push("textures", json!({ "source": 0 }));
    builder.push("materials", material);
    builder.show(json!({ "attributes": { "POSITION": position, "TEXCOORD_0": uv }, "material": 0 }));
    builder
}

fn load(builder: &Builder) -> Look {
    load_model(&builder.save().path).expect("a valid file")
}

fn error(builder: &Builder) -> String {
    load_model(&builder.save().path).expect_err("an invalid file").to_string()
}

#[test]
fn all_core_properties_are_read() {
    let look = load(&with_material(json!({
        "name": "tin",
        "pbrMetallicRoughness": {
            "baseColorFactor": [0.1, 0.2, 0.3, 0.4],
            "metallicFactor": 0.5,
            "roughnessFactor": 0.6,
            "baseColorTexture": { "index": 0 },
            "metallicRoughnessTexture": { "index": 1, "texCoord": 1 },
        },
        "normalTexture": { "index": 1, "scale": -0.7, "extensions": { "KHR_texture_transform": { "scale": [2, 3] } } },
        "occlusionTexture": { "index": 1, "strength": 0.8 },
        "emissiveTexture": { "index": 1 },
        "emissiveFactor": [0.1, 0.2, 0.3],
        "alphaMode": "MASK",
        "alphaCutoff": 0.9,
        "doubleSided": true,
    })));
    let material = &look.materials[0];
    assert_eq!(material.name, "tin");
    assert_eq!(material.base_color, Vec4::new(0.1, 0.2, 0.3, 0.4));
    assert_eq!((material.metallic, material.roughness), (0.5, 0.6));
    assert_eq!((material.normal_scale, material.occlusion_strength), (-0.7, 0.8));
    assert_eq!(material.emissive, Vec3::new(0.1, 0.2, 0.3));
    assert_eq!(material.alpha, AlphaMode::Mask { cutoff: 0.9 });
    assert!(material.double_sided && material.is_label);
    let textures = &material.textures;
    assert_eq!(textures.base_color.as_ref().map(|map| map.wrap), Some([Wrap::Clamp, Wrap::Mirror]));
    assert_eq!(textures.metallic_roughness.as_ref().map(|map| (map.uv_set, map.wrap)), Some((1, [Wrap::Repeat; 2])));
    assert_eq!(textures.normal.as_ref().map(|map| map.scale), Some(DVec2::new(2.0, 3.0)));
    assert!(textures.occlusion.is_some() && textures.emissive.is_some());
}

#[test]
fn a_bare_material_has_the_defaults_of_gltf() {
    let look = load(&with_material(json!({})));
    let material = &look.materials[0];
    assert_eq!((material.metallic, material.roughness, material.ior), (1.0, 1.0, 1.5));
    assert_eq!(material.alpha, AlphaMode::Opaque);
    assert!(!material.is_label, "nothing here is textured");
}

#[test]
fn extensions_are_read() {
    let look = load(&with_material(json!({ "emissiveFactor": [1, 0.5, 0], "extensions": {
        "KHR_materials_emissive_strength": { "emissiveStrength": 4 },
        "KHR_materials_ior": { "ior": 1.33 },
        "KHR_materials_specular": { "specularFactor": 0.5, "specularColorFactor": [1, 0.5, 0.25] },
        "KHR_materials_transmission": { "transmissionFactor": 0.75 },
        "KHR_materials_volume": { "thicknessFactor": 0.01, "attenuationDistance": 0.5, "attenuationColor": [1, 0, 0] },
        "KHR_materials_unlit": {},
    } })));
    let material = &look.materials[0];
    assert_eq!(material.emissive, Vec3::new(4.0, 2.0, 0.0));
    assert_eq!((material.ior, material.specular, material.transmission), (1.33, 0.5, 0.75));
    assert_eq!(material.specular_color, Vec3::new(1.0, 0.5, 0.25));
    assert_eq!((material.thickness, material.attenuation_distance), (0.01, 0.5));
    assert_eq!(material.attenuation_color, Vec3::X);
    assert!(material.unlit);
}

#[test]
fn texture_transforms_are_read_and_may_change_the_uv_set() {
    let transform = json!({ "offset": [0.25, 0.5], "rotation": 1.5, "scale": [2, 0.5], "texCoord": 1 });
    let look = load(&with_material(json!({ "pbrMetallicRoughness": { "baseColorTexture": {
        "index": 0, "extensions": { "KHR_texture_transform": transform },
    } } })));
    let texture = look.materials[0].textures.base_color.as_ref().expect("a texture");
    assert_eq!((texture.offset, texture.scale), (DVec2::new(0.25, 0.5), DVec2::new(2.0, 0.5)));
    assert_eq!((texture.rotation, texture.uv_set), (1.5, 1));
}

#[test]
fn specular_glossiness_becomes_metal_rough() {
    let look = load(&with_material(json!({ "extensions": { "KHR_materials_pbrSpecularGlossiness": {
        "diffuseFactor": [0.5, 0.5, 0.5, 1], "specularFactor": [0.04, 0.04, 0.04], "glossinessFactor": 0.75,
        "diffuseTexture": { "index": 0 },
    } } })));
    let material = &look.materials[0];
    assert!(material.metallic < 1e-3 && (material.roughness - 0.25).abs() < 1e-6);
    assert!(material.textures.base_color.is_some());
}

#[test]
fn pictures_stay_encoded_and_are_shared() {
    let textured = json!({
        "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 }, "metallicRoughnessTexture": { "index": 1 } }
    });
    let look = load(&with_material(textured));
    let textures = &look.materials[0].textures;
    let (Some(color), Some(rough)) = (&textures.base_color, &textures.metallic_roughness) else {
        panic!("no textures")
    };
    assert!(std::sync::Arc::ptr_eq(&color.artwork, &rough.artwork));
    assert_eq!(color.artwork.key, Artwork::from_encoded(PNG, "elsewhere").key);
    let ArtworkSource::Encoded { bytes, origin } = &color.artwork.source else { panic!("not encoded") };
    assert_eq!(&bytes[..], PNG);
    assert!(origin.ends_with("model.glb images[0]"), "{origin}");
}

#[test]
fn pictures_beside_the_file_are_found_or_missed() {
    let mut builder = with_material(json!({ "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } } }));
    builder.json["images"][0] = json!({ "uri": "label.png" });
    let saved = builder.save();
    let error = load_model(&saved.path).expect_err("no such picture").to_string();
    assert!(error.contains("images[0].uri") && error.contains("label.png"), "{error}");
    std::fs::write(saved.folder.path().join("label.png"), PNG).expect("writable");
    let look = load_model(&saved.path).expect("a valid file");
    let texture = look.materials[0].textures.base_color.as_ref().expect("a texture");
    assert_eq!(texture.artwork.source, ArtworkSource::File(saved.folder.path().join("label.png")));
}

#[test]
fn pictures_of_other_kinds_are_refused() {
    let textured = json!({ "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } } });
    let mut builder = with_material(textured.clone());
    let view = builder.view(b"\xabKTX 20\xbb\r\n\x1a\n");
    builder.json["images"][0] = json!({ "bufferView": view, "mimeType": "image/ktx2" });
    let message = error(&builder);
    assert!(message.contains("images[0]") && message.contains("image/ktx2"), "{message}");

    let mut builder = with_material(textured.clone());
    builder.json["textures"][0] = json!({ "extensions": { "KHR_texture_basisu": { "source": 0 } } });
    assert!(error(&builder).contains("textures[0]: needs KHR_texture_basisu"));

    let mut builder = with_material(textured);
    builder.json["textures"][0] = json!({ "extensions": { "EXT_texture_webp": { "source": 0 } } });
    assert!(load(&builder).materials[0].textures.base_color.is_some());
}

#[test]
fn the_label_is_the_largest_textured_surface() {
    let mut builder = with_material(json!({ "name": "plain" }));
    builder
        .push("materials", json!({ "name": "small", "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } } }));
    builder
        .push("materials", json!({ "name": "large", "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } } }));
    for (material, scale) in [(1, 0.5), (2, 0.75), (1, 0.5)] {
        let node = builder.show(json!({ "attributes": { "POSITION": 0, "TEXCOORD_0": 1 }, "material": material }));
        builder.json["nodes"][node]["scale"] = json!([scale, scale, scale]);
    }
    let look = load(&builder);
    let labels: Vec<&str> = look.materials.iter().filter(|m| m.is_label).map(|m| m.name.as_str()).collect();
    assert_eq!(labels, ["large"]);
    assert_eq!(look.model.slots, [0, 1, 2, 1]);
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let message = error(&with_material(json!({ "pbrMetallicRoughness": { "roughnessFactor": 1e300 } })));
    assert!(message.contains("out of range"), "{message}");
    let look = load(&with_material(json!({ "pbrMetallicRoughness": { "roughnessFactor": 7 } })));
    assert_eq!(look.materials[0].roughness, 1.0);
}

#[test]
fn extensions_that_come_as_json_are_read() {
    let transform = json!({ "KHR_texture_transform": { "scale": [2, 3] } });
    let look = load(&with_material(json!({ "extensions": {
        "KHR_materials_anisotropy": { "anisotropyStrength": 0.5, "anisotropyRotation": -1.5,
            "anisotropyTexture": { "index": 1 } },
        "KHR_materials_clearcoat": { "clearcoatFactor": 0.75, "clearcoatRoughnessFactor": 0.25,
            "clearcoatTexture": { "index": 0, "texCoord": 1, "extensions": transform },
            "clearcoatRoughnessTexture": { "index": 1 } },
        "KHR_materials_diffuse_transmission": { "diffuseTransmissionFactor": 0.25,
            "diffuseTransmissionColorFactor": [1, 0.5, 0.25] },
        "KHR_materials_iridescence": { "iridescenceFactor": 0.125, "iridescenceIor": 1.4,
            "iridescenceThicknessMaximum": 250 },
        "KHR_materials_sheen": { "sheenColorFactor": [0.5, 0.25, 0], "sheenRoughnessFactor": 0.5,
            "sheenColorTexture": { "index": 0 }, "sheenRoughnessTexture": { "index": 1 } },
        "KHR_materials_specular": { "specularTexture": { "index": 0 }, "specularColorTexture": { "index": 1 } },
        "KHR_materials_transmission": { "transmissionFactor": 1, "transmissionTexture": { "index": 0 } },
    }, "extras": { "endcap_medium_priority": 3, "theirs": [1, 2] } })));
    let material = &look.materials[0];
    assert_eq!((material.anisotropy, material.anisotropy_rotation), (0.5, -1.5));
    assert_eq!((material.clearcoat, material.clearcoat_roughness), (0.75, 0.25));
    assert_eq!(material.diffuse_transmission, 0.25);
    assert_eq!(material.diffuse_transmission_color, Vec3::new(1.0, 0.5, 0.25));
    let film = (material.iridescence, material.iridescence_ior, material.iridescence_thickness_nm);
    assert_eq!(film, (0.125, 1.4, 250.0));
    assert_eq!((material.sheen_color, material.sheen_roughness), (Vec3::new(0.5, 0.25, 0.0), 0.5));
    assert_eq!(material.medium_priority, 3);
    let maps = &material.textures;
    let coat = maps.clearcoat.as_ref().expect("a map");
    assert_eq!((coat.uv_set, coat.scale, coat.wrap), (1, DVec2::new(2.0, 3.0), [Wrap::Clamp, Wrap::Mirror]));
    let others = [&maps.anisotropy, &maps.clearcoat_roughness, &maps.sheen_color, &maps.sheen_roughness];
    assert!(others.into_iter().chain([&maps.specular, &maps.specular_color, &maps.transmission]).all(Option::is_some));
    assert_eq!(maps.all().count(), 8);
}

#[test]
fn extensions_with_nonsense_are_refused_with_their_place() {
    let told = |extension: &str, value: Value, parts: &[&str]| {
        let message = error(&with_material(json!({ "extensions": { extension: value } })));
        for part in ["model.glb", extension].iter().chain(parts) {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    };
    told("KHR_materials_sheen", json!([]), &["is no object"]);
    told("KHR_materials_sheen", json!({ "sheenRoughnessFactor": "rough" }), &["sheenRoughnessFactor", "rough"]);
    told("KHR_materials_sheen", json!({ "sheenColorFactor": [1, 2] }), &["sheenColorFactor", "three numbers"]);
    told("KHR_materials_clearcoat", json!({ "clearcoatFactor": 1e300 }), &["clearcoatFactor", "not finite"]);
    told("KHR_materials_clearcoat", json!({ "clearcoatTexture": { "index": 7 } }), &["clearcoatTexture", "2 textures"]);
    told("KHR_materials_clearcoat", json!({ "clearcoatTexture": { "index": -1 } }), &["clearcoatTexture"]);
    told("KHR_materials_clearcoat", json!({ "clearcoatTexture": 0 }), &["clearcoatTexture"]);
    let map = json!({ "index": 0, "texCoord": "one" });
    told("KHR_materials_anisotropy", json!({ "anisotropyTexture": map }), &["anisotropyTexture", "one"]);
    let map = json!({ "index": 0, "extensions": { "KHR_texture_transform": { "scale": "big" } } });
    told("KHR_materials_anisotropy", json!({ "anisotropyTexture": map }), &["KHR_texture_transform"]);
    for priority in [json!(256), json!(-1), json!("high"), json!(0.5)] {
        let message = error(&with_material(json!({ "extras": { "endcap_medium_priority": priority } })));
        assert!(message.contains("materials[0].extras.endcap_medium_priority"), "{message}");
    }
    let look = load(&with_material(json!({ "extensions": { "KHR_materials_clearcoat": { "clearcoatFactor": 7 } } })));
    assert_eq!(look.materials[0].clearcoat, 1.0);
}

/// The triangle of [`with_material`] in a red default material and a blue variant.
fn variants() -> Builder {
    let mut builder = with_material(json!({ "name": "red" }));
    builder.push("materials", json!({ "name": "blue" }));
    builder.json["extensions"] =
        json!({ "KHR_materials_variants": { "variants": [{ "name": "as sold" }, { "name": "night" }] } });
    builder.json["meshes"][0]["primitives"][0]["extensions"] =
        json!({ "KHR_materials_variants": { "mappings": [{ "material": 1, "variants": [1] }] } });
    builder
}

#[test]
fn a_variant_brings_its_materials() {
    let saved = variants().save();
    let name = |look: Look| (look.materials[0].name.clone(), look.model.key.to_string());
    let plain = name(load_model(&saved.path).expect("a valid file"));
    let night = name(load_model_variant(&saved.path, "night").expect("a valid file"));
    let sold = name(load_model_variant(&saved.path, "as sold").expect("a valid file"));
    assert_eq!((plain.0.as_str(), night.0.as_str(), sold.0.as_str()), ("red", "blue", "red"));
    assert_ne!(plain.1, night.1);
    assert_eq!(material_variants(&saved.path).expect("a valid file"), ["as sold", "night"]);
    let error = load_model_variant(&saved.path, "noon").expect_err("no such variant").to_string();
    assert!(error.contains("noon") && error.contains("as sold, night"), "{error}");

    let mut builder = variants();
    builder.json["meshes"][0]["primitives"][0].as_object_mut().expect("a primitive").remove("material");
    assert_eq!(load(&builder).materials[0].name, "blue");
    builder.json["meshes"][0]["primitives"][0]["extensions"]["KHR_materials_variants"]["mappings"][0]["material"] =
        json!(9);
    assert!(self::error(&builder).contains("mappings[0]"));
}
