//! Optical flow against a closed form and against projected points.

use endcap::annotate::geometry::flow;
use endcap::catalog::{Footprint, Look, Material, Model, ModelKey};
use endcap::geometry::{Camera, Distortion, Mesh};
use endcap::scene::{Scene, Unit};
use endcap::trace::Tracer;
use glam::{DAffine3, DMat4, DVec2, DVec3, Vec2, Vec3};

use crate::stage;

/// An upright square of this half side in the plane z = 0.
fn square(name: &str, half: f32) -> Look {
    let corner = |x: f32, y: f32| Vec3::new(x * half, y * half, 0.0);
    let mesh = Mesh {
        positions: vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)],
        normals: vec![Vec3::Z; 4],
        uvs: vec![Vec2::ZERO; 4],
        triangles: vec![[0, 1, 2], [0, 2, 3]],
        ..Mesh::default()
    };
    let model = Model::single(ModelKey::new(format!("test/flow/{name}")), mesh, Footprint::Box);
    Look { model: model.into(), materials: [Material::default()].into() }
}

fn unit(look: Look, place: DVec3) -> Unit {
    let world_from_object = DAffine3::from_translation(place);
    Unit { name: look.model.key.to_string(), product: None, look, world_from_object, class: 1, cell: None }
}

fn moved(camera: &Camera, to_the_right: f64) -> Camera {
    let shift = DMat4::from_translation(DVec3::X * to_the_right);
    Camera { world_from_camera: camera.world_from_camera * shift, ..*camera }
}

/// A wall 2 m away and a square 1 m away before it, seen by a pinhole of 100 px focal length.
fn two_planes() -> Scene {
    let mut camera = stage::camera((64, 48), 100.0, DVec3::new(0.0, 0.0, 2.0), DVec3::ZERO);
    camera.distortion = Distortion::default();
    let units = vec![unit(square("wall", 3.0), DVec3::ZERO), unit(square("near", 0.1), DVec3::Z)];
    stage::scene(camera, units)
}

#[test]
fn a_stereo_pair_has_the_disparity_of_its_depth() {
    let scene = two_planes();
    let baseline = 0.06;
    let tracer = Tracer::new(&scene).expect("sound");
    let found = flow(&scene, &tracer, &moved(&scene.camera, baseline)).expect("sound");
    let (mut hidden, mut outside) = (0, 0);
    for ((y, x), &state) in found.state.indexed_iter() {
        let ray = tracer.camera_ray(DVec2::new(x as f64 + 0.5, y as f64 + 0.5)).expect("a pinhole");
        let depth = f64::from(tracer.first_hit(ray).expect("the wall is everywhere").t);
        let disparity = 100.0 * baseline / depth;
        let [dx, dy] = [0, 1].map(|axis| f64::from(found.displacement[[y, x, axis]]));
        assert!((dx + disparity).abs() < 1e-4 && dy.abs() < 1e-4, "({x}, {y}): {dx} {dy}, {disparity}");
        // In the other picture the near square covers columns that are 3 pixels further to the left than the wall's.
        let place = DVec2::new(x as f64 + 0.5 - disparity, y as f64 + 0.5);
        let near = (place - DVec2::new(32.3 - 6.0, 23.3)).abs();
        let expected = if place.x < 0.0 {
            outside += 1;
            1
        } else if depth > 1.5 && near.max_element() < 10.0 {
            hidden += 1;
            1
        } else {
            2
        };
        assert_eq!(state, expected, "({x}, {y})");
    }
    // Twenty rows of three columns, and the left border.
    assert!(hidden == 60 && outside > 100, "{hidden} {outside}");
}

#[test]
fn no_move_is_no_flow_and_what_is_behind_has_none() {
    let scene = two_planes();
    let tracer = Tracer::new(&scene).expect("sound");
    let still = flow(&scene, &tracer, &scene.camera).expect("sound");
    assert!(still.displacement.iter().all(|value| value.abs() < 1e-4));
    assert!(still.state.iter().all(|&state| state == 2));
    let away =
        Camera { world_from_camera: Camera::looking_at(DVec3::new(0.0, 0.0, 2.0), DVec3::Z * 4.0), ..scene.camera };
    let none = flow(&scene, &tracer, &away).expect("sound");
    assert!(none.state.iter().all(|&state| state == 0) && none.displacement.iter().all(|&value| value == 0.0));
}

#[test]
fn points_of_packages_go_where_the_other_lens_puts_them() {
    let carton = stage::product("oat-muesli");
    let camera = stage::camera((96, 72), 120.0, DVec3::new(0.25, 0.2, 0.6), DVec3::new(0.0, 0.12, 0.0));
    let other = Camera {
        world_from_camera: Camera::looking_at(DVec3::new(-0.06, 0.23, 0.58), DVec3::new(0.0, 0.12, 0.0)),
        distortion: Distortion { k1: 0.05, ..camera.distortion },
        ..camera
    };
    let scene = stage::scene(camera, vec![stage::unit(&carton, DAffine3::IDENTITY)]);
    let there = stage::scene(other, scene.units.clone());
    let (here, there) = (Tracer::new(&scene).expect("sound"), Tracer::new(&there).expect("sound"));
    let found = flow(&scene, &here, &other).expect("sound");
    let mut seen = 0;
    for ((y, x), _) in found.state.indexed_iter().filter(|(_, state)| **state == 2) {
        let centre = DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
        let step = DVec2::new(found.displacement[[y, x, 0]].into(), found.displacement[[y, x, 1]].into());
        let point = |tracer: &Tracer, pixel| {
            let ray = tracer.camera_ray(pixel)?;
            Some(tracer.scene().eye + ray.direction.as_dvec3() * f64::from(tracer.first_hit(ray)?.t))
        };
        let (a, b) = (point(&here, centre).expect("seen"), point(&there, centre + step));
        // A silhouette in the other picture may let the ray pass.
        seen += u32::from(b.is_some_and(|b| a.distance(b) < 1e-4));
    }
    let visible = found.state.iter().filter(|&&state| state == 2).count() as u32;
    assert!(visible > 500 && seen + 3 > visible, "{seen} of {visible}");
    assert!(found.state.iter().any(|&state| state == 1), "a side turns away");
}
