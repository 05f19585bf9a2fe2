use std::sync::Arc;

use glam::{DAffine3, DQuat, DVec2, DVec3, Vec2, Vec3, Vec4};
use proptest::prelude::*;

use super::*;
use crate::catalog::gltf::tests::builder::save;
use crate::catalog::{AlphaMode, Artwork, Footprint, Look, Material, Model, ModelKey, Product, Shape, Texture, Wrap};
use crate::geometry::{Distortion, Mesh};
use crate::scene::{Environment, Light, Photography, Prop, SemanticClass, ShotOptions, Unit};
use crate::seed::Seed;

fn glb(scene: &Scene) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(scene, &mut bytes).expect("writable");
    bytes
}

fn json_of(bytes: &[u8]) -> Value {
    let length = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]) as usize;
    serde_json::from_slice(&bytes[20..20 + length]).expect("JSON")
}

fn read(bytes: &[u8]) -> Scene {
    Scene::from_gltf(&save("scene.glb", bytes).path, &ShotOptions::default()).expect("a valid file")
}

fn picture(format: image::ImageFormat) -> Arc<Artwork> {
    let pixels = image::RgbImage::from_fn(8, 8, |x, y| image::Rgb([x as u8 * 30, y as u8 * 30, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).expect("encodable");
    Arc::new(Artwork::from_encoded(bytes.into_inner(), "test"))
}

/// A roof of two slopes, one slot each.
fn roof(key: &str) -> Arc<Model> {
    let positions =
        [(-1.0, 0.0, -1.0), (-1.0, 0.0, 1.0), (0.0, 1.0, -1.0), (0.0, 1.0, 1.0), (1.0, 0.0, -1.0), (1.0, 0.0, 1.0)];
    let mesh = Mesh {
        positions: positions.iter().map(|&(x, y, z)| Vec3::new(x, y, z) * 0.1).collect(),
        normals: vec![Vec3::new(-0.6, 0.8, 0.0), Vec3::new(-0.6, 0.8, 0.0), Vec3::Y, Vec3::Y, Vec3::X, Vec3::X],
        uvs: vec![Vec2::ZERO, Vec2::X, Vec2::Y, Vec2::ONE, Vec2::X, Vec2::ZERO],
        uvs1: vec![Vec2::ONE; 6],
        tangents: vec![Vec4::new(0.0, 0.0, 1.0, -1.0); 6],
        colors: vec![Vec4::new(1.0, 0.5, 0.25, 1.0); 6],
        triangles: vec![[0, 1, 2], [1, 3, 2], [2, 3, 4], [3, 5, 4]],
    };
    let bounds = mesh.bounds();
    Arc::new(Model {
        key: ModelKey::new(key),
        mesh,
        slots: vec![0, 0, 1, 1],
        bounds,
        footprint: Footprint::Box,
        named: Vec::new(),
    })
}

/// Materials with everything that glTF can say.
fn materials() -> Arc<[Material]> {
    let texture = |artwork: Arc<Artwork>| Texture { wrap: [Wrap::Mirror, Wrap::Repeat], ..Texture::new(artwork) };
    let mut label = Material { name: "label".into(), base_color: Vec4::new(0.9, 0.8, 0.7, 1.0), ..Material::default() };
    label.textures.base_color = Some(texture(picture(image::ImageFormat::Jpeg)));
    label.textures.metallic_roughness = Some(Texture { uv_set: 1, ..texture(picture(image::ImageFormat::Png)) });
    label.textures.normal = Some(Texture {
        offset: DVec2::new(0.25, 0.5),
        rotation: 0.125,
        scale: DVec2::new(2.0, 0.5),
        ..texture(picture(image::ImageFormat::Png))
    });
    label.textures.occlusion = Some(texture(picture(image::ImageFormat::Png)));
    label.textures.emissive = Some(texture(picture(image::ImageFormat::Png)));
    (label.normal_scale, label.occlusion_strength) = (0.5, 0.25);
    (label.emissive, label.double_sided) = (Vec3::new(0.5, 4.0, 1.0), true);
    let glass = Material {
        name: "glass".into(),
        metallic: 0.25,
        roughness: 0.125,
        alpha: AlphaMode::Mask { cutoff: 0.75 },
        ior: 1.33,
        specular: 0.5,
        specular_color: Vec3::new(1.0, 0.5, 0.25),
        transmission: 0.75,
        thickness: 0.01,
        attenuation_color: Vec3::new(0.5, 1.0, 0.5),
        attenuation_distance: 0.25,
        medium_priority: 200,
        anisotropy: 0.75,
        anisotropy_rotation: -0.5,
        clearcoat: 0.5,
        clearcoat_roughness: 0.25,
        sheen_color: Vec3::new(0.25, 0.5, 0.75),
        sheen_roughness: 0.125,
        iridescence: 0.5,
        iridescence_ior: 1.25,
        iridescence_thickness_nm: 320.0,
        diffuse_transmission: 0.5,
        diffuse_transmission_color: Vec3::new(0.75, 0.5, 0.25),
        ..Material::default()
    };
    let map = |uv_set| Some(Texture { uv_set, scale: DVec2::splat(4.0), ..texture(picture(image::ImageFormat::Png)) });
    let mut glass = glass;
    glass.textures.specular = map(0);
    glass.textures.specular_color = map(1);
    glass.textures.transmission = map(0);
    glass.textures.clearcoat = map(1);
    glass.textures.clearcoat_roughness = map(0);
    glass.textures.sheen_color = map(1);
    glass.textures.sheen_roughness = map(0);
    glass.textures.anisotropy = map(1);
    Arc::new([label, glass])
}

fn camera() -> Camera {
    Camera {
        width: 400,
        height: 300,
        fx: 351.5,
        fy: 349.25,
        cx: 201.0,
        cy: 148.5,
        distortion: Distortion { k1: -0.1, k2: 0.01, p1: 1e-3, p2: -1e-3, k3: 0.0 },
        world_from_camera: Camera::looking_at(DVec3::new(0.3, 1.2, 2.0), DVec3::new(0.1, 0.9, 0.0)),
    }
}

fn product() -> Product {
    Product {
        gtin: "4006381333931".parse().ok(),
        sku: "A-1".into(),
        name: "Oat flakes".into(),
        brand: String::new(),
        category: "cereals".into(),
        family: String::new(),
        size: DVec3::ONE,
        shape: Shape::Package("carton".into()),
        label: None,
        fields: Default::default(),
    }
}

fn unit(look: &Look, pose: DAffine3) -> Unit {
    let product = product();
    Unit {
        name: product.name.clone(),
        product: Some(Arc::new(product)),
        look: look.clone(),
        world_from_object: pose,
        class: 1,
        cell: None,
    }
}

/// Two units of one look, one of another, a prop and four lights.
pub(super) fn scene() -> Scene {
    let look = Look { model: roof("roof"), materials: materials() };
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4" fill="#c00"/></svg>"##;
    let mut drawn = Material { unlit: true, alpha: AlphaMode::Blend, ..Material::plain("drawn", Vec3::ONE, 0.5) };
    drawn.textures.base_color = Some(Texture::new(Arc::new(Artwork::from_svg(svg, "test"))));
    let other = Look { model: look.model.clone(), materials: Arc::new([drawn, look.materials[1].clone()]) };
    let turned = DAffine3::from_rotation_translation(DQuat::from_rotation_y(0.3), DVec3::new(0.4, 0.9, 0.1));
    let spot = Light::Point {
        position: DVec3::new(0.0, 2.5, 1.0),
        direction: DVec3::new(0.0, -0.8, -0.6),
        intensity: Vec3::new(3.0, 2.0, 1.0),
        cos_inner: 0.9,
        cos_outer: 0.8,
        range: 9.0,
    };
    let bulb = Light::Point {
        position: DVec3::ONE,
        direction: DVec3::NEG_Z,
        intensity: Vec3::ONE,
        cos_inner: -2.0,
        cos_outer: -3.0,
        range: f32::INFINITY,
    };
    let strip = Light::Rect {
        center: DVec3::new(0.0, 2.8, 1.0),
        half_u: DVec3::X * 0.6,
        half_v: DVec3::Z * 0.1,
        radiance: Vec3::new(20.0, 19.0, 18.0),
    };
    let sun = Light::Sun { direction: DVec3::new(0.6, -0.8, 0.0), irradiance: Vec3::new(2.0, 2.0, 1.0) };
    Scene {
        seed: Seed { dataset: 7, index: 4711 },
        camera: camera(),
        units: vec![
            unit(&look, DAffine3::IDENTITY),
            unit(&look, turned),
            unit(&other, DAffine3::from_translation(DVec3::new(-0.4, 0.1, 1.0 / 3.0))),
        ],
        props: vec![Prop {
            name: "shelf".into(),
            look: other.clone(),
            world_from_object: DAffine3::from_scale(DVec3::new(4.0, 0.5, 1.0)),
            class: 1001,
            seen_through: false,
            price: None,
        }],
        lights: vec![strip, spot, bulb, sun],
        environment: Environment::uniform(Vec3::new(0.1, 0.2, 0.3)),
        exposure: 0.75,
        photography: Photography::default(),
        classes: vec![SemanticClass { id: 1, name: "cereals".into(), is_product: true }],
        planogram: Vec::new(),
        neighbor: None,
        retail: crate::scene::Retail::default(),
    }
}

#[test]
fn nodes_have_their_names_and_extras() {
    let json = json_of(&glb(&scene()));
    let names: Vec<&str> = json["nodes"].as_array().expect("nodes").iter().filter_map(|n| n["name"].as_str()).collect();
    let expected = ["instance-1", "instance-2", "instance-3", "prop-0", "light-0", "light-1", "light-2", "camera"];
    assert_eq!(names, expected);
    assert_eq!(json["nodes"][0]["extras"], json!({ "gtin": "4006381333931", "sku": "A-1", "name": "Oat flakes" }));
    assert_eq!(json["scenes"][0]["extras"]["seed"], json!(7));
    assert_eq!(json["scenes"][0]["extras"]["index"], json!(4711));
}

#[test]
fn what_is_equal_is_stored_once() {
    let json = json_of(&glb(&scene()));
    let count = |name: &str| json[name].as_array().map_or(0, Vec::len);
    assert_eq!(json["nodes"][0]["mesh"], json["nodes"][1]["mesh"]);
    assert_eq!(json["nodes"][2]["mesh"], json["nodes"][3]["mesh"]);
    assert_eq!((count("meshes"), count("materials"), count("images")), (2, 3, 3));
    // Six attributes and two lists of indices for both meshes together.
    assert_eq!(count("accessors"), 8);
}

#[test]
fn equal_scenes_give_equal_bytes() {
    assert_eq!(glb(&scene()), glb(&scene()));
}

#[test]
fn a_scene_comes_back() {
    let (written, found) = (scene(), read(&glb(&scene())));
    assert_eq!(found.seed, written.seed);
    assert_eq!((found.exposure, &found.environment), (written.exposure, &written.environment));
    assert_eq!(found.units.len(), written.units.len() + written.props.len());
    for (found, written) in found.units.iter().zip(&written.units) {
        assert_eq!(found.world_from_object, written.world_from_object);
        let (found_mesh, written_mesh) = (&found.look.model.mesh, &written.look.model.mesh);
        assert_eq!(found_mesh.triangles.len(), written_mesh.triangles.len());
        for triangle in 0..written_mesh.triangles.len() {
            assert_eq!(found_mesh.corners(triangle), written_mesh.corners(triangle));
        }
        assert_eq!(found.look.model.slots, written.look.model.slots);
    }
    assert_eq!(found.units[3].world_from_object, written.props[0].world_from_object);
    assert_eq!(Camera { world_from_camera: written.camera.world_from_camera, ..found.camera }, written.camera);
    assert!(found.camera.world_from_camera.abs_diff_eq(written.camera.world_from_camera, 1e-12));
}

fn maps(material: &mut Material) -> [&mut Option<Texture>; 13] {
    let maps = &mut material.textures;
    [
        &mut maps.base_color,
        &mut maps.metallic_roughness,
        &mut maps.normal,
        &mut maps.occlusion,
        &mut maps.emissive,
        &mut maps.specular,
        &mut maps.specular_color,
        &mut maps.transmission,
        &mut maps.clearcoat,
        &mut maps.clearcoat_roughness,
        &mut maps.sheen_color,
        &mut maps.sheen_roughness,
        &mut maps.anisotropy,
    ]
}

#[test]
fn materials_come_back() {
    let (written, found) = (materials(), read(&glb(&scene())).units[0].look.materials.clone());
    for (found, written) in found.iter().zip(written.iter()) {
        let mut found = found.clone();
        for (found, written) in maps(&mut found).into_iter().zip(maps(&mut written.clone())) {
            // The bytes are the same; where they were found is not.
            assert_eq!(found.as_ref().map(|map| map.artwork.key), written.as_ref().map(|map| map.artwork.key));
            if let (Some(found), Some(written)) = (found, written) {
                found.artwork = written.artwork.clone();
            }
        }
        assert!(found == *written, "{}", written.name);
    }
    let drawn = &read(&glb(&scene())).units[2].look.materials[0];
    assert!(drawn.unlit && drawn.alpha == AlphaMode::Blend);
    let texture = drawn.textures.base_color.as_ref().expect("a texture");
    let pixels = texture.artwork.load(2, 2).expect("a picture");
    assert!(pixels.pixels().all(|pixel| pixel.0 == [0xcc, 0, 0, 255]), "{pixels:?}");
}

#[test]
fn lights_come_back() {
    let mut found = read(&glb(&scene())).lights;
    found.rotate_right(1);
    for (found, written) in found.iter().zip(&scene().lights) {
        match (*found, *written) {
            (Light::Rect { .. }, Light::Rect { .. }) => assert_eq!(found, written),
            (Light::Sun { direction: a, irradiance: b }, Light::Sun { direction: c, irradiance: d }) => {
                assert!(a.distance(c) < 1e-9 && b.distance(d) < 1e-6);
            }
            (
                Light::Point { position: a, direction: b, intensity: c, cos_inner: d, cos_outer: e, range: f },
                Light::Point { position: g, direction: h, intensity: i, cos_inner: j, cos_outer: k, range: l },
            ) => {
                assert!(a == g && c.distance(i) < 1e-6 && f == l);
                assert!(k < -1.0 || b.distance(h) < 1e-9);
                assert!((d - j).abs() < 1e-6 && (e - k).abs() < 1e-6);
            }
            _ => panic!("{found:?} {written:?}"),
        }
    }
}

#[test]
fn webp_pictures_become_png() {
    let mut scene = scene();
    let mut material = Material::default();
    material.textures.base_color = Some(Texture::new(picture(image::ImageFormat::WebP)));
    scene.units[0].look.materials = Arc::new([material, Material::default()]);
    let json = json_of(&glb(&scene));
    assert!(json["images"].as_array().expect("images").iter().all(|image| image["mimeType"] != "image/webp"));
    let found = read(&glb(&scene));
    let texture = found.units[0].look.materials[0].textures.base_color.as_ref().expect("a texture");
    assert_eq!(texture.artwork.pixel_size().expect("sound"), Some([8, 8]));
}

#[test]
fn a_picture_that_is_not_there_is_an_error() {
    let mut scene = scene();
    let mut material = Material::default();
    material.textures.base_color = Some(Texture::new(Arc::new(Artwork::from_file("absent.png"))));
    scene.units[0].look.materials = Arc::new([material]);
    assert!(write(&scene, Vec::new()).expect_err("absent").to_string().contains("absent.png"));
}

#[test]
fn an_empty_scene_is_written_too() {
    let empty = Scene { units: Vec::new(), props: Vec::new(), lights: Vec::new(), ..scene() };
    let json = json_of(&glb(&empty));
    assert!(json.get("meshes").is_none() && json.get("buffers").is_none());
    assert_eq!(json["nodes"].as_array().map(Vec::len), Some(1));
}

proptest! {
    #[test]
    fn every_pose_survives_to_the_last_bit(
        axis in prop::array::uniform3(-1.0..1.0f64), angle in -3.0..3.0f64, at in prop::array::uniform3(-9.0..9.0f64),
    ) {
        let axis = DVec3::from(axis).try_normalize().unwrap_or(DVec3::Y);
        let pose = DAffine3::from_rotation_translation(DQuat::from_axis_angle(axis, angle), at.into());
        let look = Look { model: roof("roof"), materials: Arc::new([]) };
        let scene = Scene { units: vec![unit(&look, pose)], props: Vec::new(), ..scene() };
        prop_assert_eq!(read(&glb(&scene)).units[0].world_from_object, pose);
    }
}
