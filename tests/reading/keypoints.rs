//! Keypoints of packages, and what hides them.

use std::collections::BTreeSet;

use endcap::annotate::annotate;
use endcap::annotate::geometry::KeypointState;
use endcap::catalog::{Footprint, Material, Model, ModelKey};
use endcap::geometry::Mesh;
use glam::{DAffine3, DVec3, Vec3};

use crate::stage;

/// Distance from a point to a triangle (Ericson 2005, section 5.1.5).
fn distance(p: DVec3, [a, b, c]: [DVec3; 3]) -> f64 {
    let (ab, ac, ap) = (b - a, c - a, p - a);
    let (d1, d2) = (ab.dot(ap), ac.dot(ap));
    if d1 <= 0.0 && d2 <= 0.0 {
        return p.distance(a);
    }
    let (d3, d4) = (ab.dot(p - b), ac.dot(p - b));
    if d3 >= 0.0 && d4 <= d3 {
        return p.distance(b);
    }
    let (d5, d6) = (ab.dot(p - c), ac.dot(p - c));
    if d6 >= 0.0 && d5 <= d6 {
        return p.distance(c);
    }
    let (va, vb, vc) = (d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2);
    if vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
        return p.distance(a + ab * (d1 / (d1 - d3)));
    }
    if vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
        return p.distance(a + ac * (d2 / (d2 - d6)));
    }
    if va <= 0.0 && d4 - d3 >= 0.0 && d5 - d6 >= 0.0 {
        return p.distance(b + (c - b) * ((d4 - d3) / ((d4 - d3) + (d5 - d6))));
    }
    let sum = va + vb + vc;
    p.distance(a + ab * (vb / sum) + ac * (vc / sum))
}

#[test]
fn keypoints_of_packages_lie_on_their_surface_and_have_names_of_their_own() {
    for product in stage::one_of_each() {
        let model = stage::CATALOG.look(&product).expect("sound").model;
        let keypoints = model.keypoints();
        assert!(keypoints.len() >= 5, "{}: {}", product.name, keypoints.len());
        let names: BTreeSet<_> = keypoints.iter().map(|keypoint| &keypoint.name).collect();
        assert_eq!(names.len(), keypoints.len(), "{}: {names:?}", product.name);
        let places: BTreeSet<_> = keypoints.iter().map(|k| k.point.to_array().map(f64::to_bits)).collect();
        assert_eq!(places.len(), keypoints.len(), "{}: two keypoints in one place", product.name);
        for keypoint in keypoints.iter() {
            let triangles = (0..model.mesh.triangles.len()).map(|i| model.mesh.corners(i));
            let off = triangles.map(|triangle| distance(keypoint.point, triangle)).fold(f64::MAX, f64::min);
            assert!(off < 1e-6, "{}: {} is {off} m off", product.name, keypoint.name);
            // Where the name says.
            let middle = model.bounds.center();
            let name = &*keypoint.name;
            let is_off = |word: &str, value: f64| name.contains(word) && value <= 0.0;
            let p = keypoint.point;
            for (word, value) in [
                ("left", middle.x - p.x),
                ("right", p.x - middle.x),
                ("front", p.z - middle.z),
                ("back", middle.z - p.z),
                ("base", middle.y - p.y),
                ("cap_top", p.y - middle.y),
            ] {
                // Flat bags have no front but the film's bend.
                assert!(!is_off(word, value), "{}: {name} at {p}", product.name);
            }
        }
    }
}

#[test]
fn a_model_without_names_has_those_of_its_box() {
    let mesh = Mesh {
        positions: vec![Vec3::new(-1.0, 0.0, 0.0), Vec3::new(1.0, 0.0, 2.0), Vec3::new(0.0, 3.0, 1.0)],
        normals: vec![Vec3::Z; 3],
        uvs: vec![glam::Vec2::ZERO; 3],
        triangles: vec![[0, 1, 2]],
        ..Mesh::default()
    };
    let model = Model::single(ModelKey::new("test/triangle"), mesh, Footprint::Box);
    let keypoints = model.keypoints();
    assert_eq!(keypoints.len(), 10);
    let of = |name: &str| keypoints.iter().find(|keypoint| keypoint.name == name).expect(name).point;
    assert_eq!(of("top_front_right"), DVec3::new(1.0, 3.0, 2.0));
    assert_eq!(of("base_center"), DVec3::new(0.0, 0.0, 1.0));
}

#[test]
fn a_keypoint_is_hidden_by_its_own_unit_and_by_others() {
    let can = stage::product("farmhouse-soup");
    let camera = stage::camera((160, 120), 220.0, DVec3::new(0.0, 0.4, 0.4), DVec3::new(0.0, 0.05, 0.0));
    let state = |scene: &endcap::scene::Scene, name: &str| {
        let annotation = annotate(scene, &stage::frame(scene)).expect("sound");
        let keypoints = &annotation.instances[0].keypoints;
        keypoints.iter().find(|keypoint| keypoint.name == name).expect(name).state
    };
    let alone = stage::scene(camera, vec![stage::unit(&can, DAffine3::IDENTITY)]);
    for (name, expected) in [
        ("base_front", KeypointState::Visible),
        ("base_back", KeypointState::Hidden),
        ("rim_front", KeypointState::Visible),
        ("top_center", KeypointState::Visible),
        ("base_center", KeypointState::Hidden),
    ] {
        assert_eq!(state(&alone, name), expected, "{name}");
    }
    let mut crowded = alone.clone();
    let wall = endcap::catalog::Look {
        model: Model::single(ModelKey::new("test/wall"), wall(), Footprint::Box).into(),
        materials: [Material::default()].into(),
    };
    crowded.units.push(endcap::scene::Unit { look: wall, product: None, ..crowded.units[0].clone() });
    assert_eq!(state(&crowded, "base_front"), KeypointState::Hidden);
    assert_eq!(state(&crowded, "top_center"), KeypointState::Visible);
    let mut aside = alone;
    aside.units[0].world_from_object = DAffine3::from_translation(DVec3::X * 0.2);
    assert_eq!(state(&aside, "base_right"), KeypointState::Outside);
}

/// A low wall before the can.
fn wall() -> Mesh {
    Mesh {
        positions: [(-0.3, -0.1), (0.3, -0.1), (0.3, 0.09), (-0.3, 0.09)].map(|(x, y)| Vec3::new(x, y, 0.1)).into(),
        normals: vec![Vec3::Z; 4],
        uvs: vec![glam::Vec2::ZERO; 4],
        triangles: vec![[0, 1, 2], [0, 2, 3]],
        ..Mesh::default()
    }
}
