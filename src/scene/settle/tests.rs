use std::collections::BTreeMap;

use super::apart::{Placed, overlap};
use super::*;
use crate::catalog::package;
use crate::geometry::Mesh;
use crate::seed::Seed;

/// An open box of this size, standing on the floor's surface y = 0.
fn crate_of(size: DVec3) -> Container {
    let (half, wall) = (size * 0.5, 0.01);
    let low = DVec3::new(-half.x, 0.0, -half.z);
    let high = DVec3::new(half.x, size.y, half.z);
    let walls = vec![
        Wall::between(DVec3::new(low.x - wall, -wall, low.z - wall), DVec3::new(high.x + wall, 0.0, high.z + wall)),
        Wall::between(DVec3::new(low.x - wall, 0.0, low.z - wall), DVec3::new(low.x, high.y, high.z + wall)),
        Wall::between(DVec3::new(high.x, 0.0, low.z - wall), DVec3::new(high.x + wall, high.y, high.z + wall)),
        Wall::between(DVec3::new(low.x, 0.0, low.z - wall), DVec3::new(high.x, high.y, low.z)),
        Wall::between(DVec3::new(low.x, 0.0, high.z), DVec3::new(high.x, high.y, high.z + wall)),
    ];
    Container { walls, low, high }
}

fn mesh_of(name: &str, size: [f64; 3]) -> Mesh {
    let look = package::build(name, DVec3::from_array(size), &BTreeMap::new()).expect("built");
    look.model.mesh.clone()
}

/// Most that any two meshes, or a mesh and a wall, overlap, looked for over all vertices.
fn deepest(meshes: &[&Mesh], bodies: &[Body], poses: &[Option<DAffine3>], container: &Container) -> f64 {
    let boxes: Vec<Hull> = container.walls.iter().map(|wall| Hull::cuboid(wall.half)).collect();
    let mut placed: Vec<(Placed<'_>, Vec<DVec3>)> = Vec::new();
    for (hull, wall) in boxes.iter().zip(&container.walls) {
        let corners = hull.points.iter().map(|&point| wall.pose.transform_point3(point)).collect();
        placed.push((Placed::new(hull, wall.pose), corners));
    }
    for ((mesh, body), pose) in meshes.iter().zip(bodies).zip(poses) {
        let Some(pose) = *pose else { continue };
        let vertices = mesh.positions.iter().map(|point| pose.transform_point3(point.as_dvec3())).collect();
        let centered = pose * DAffine3::from_translation(body.hull.center);
        placed.push((Placed::new(&body.hull, centered), vertices));
    }
    let mut worst = f64::NEG_INFINITY;
    for (i, (a, vertices_a)) in placed.iter().enumerate() {
        for (b, vertices_b) in &placed[boxes.len().max(i + 1)..] {
            let Some((_, n)) = overlap(a, b) else { continue };
            let far = vertices_a.iter().map(|point| n.dot(*point)).fold(f64::NEG_INFINITY, f64::max);
            let near = vertices_b.iter().map(|point| n.dot(*point)).fold(f64::INFINITY, f64::min);
            worst = worst.max(far - near);
        }
    }
    worst
}

fn goods(name: &str, size: [f64; 3], count: usize) -> (Mesh, Vec<Body>) {
    let mesh = mesh_of(name, size);
    let hull = Arc::new(Hull::of(&mesh));
    (mesh, vec![Body { hull, density: 400.0 }; count])
}

#[test]
fn goods_come_to_rest_without_sharing_space() {
    for (name, size, count) in [
        ("pillow_bag", [0.14, 0.2, 0.046], 60),
        ("carton", [0.08, 0.13, 0.07], 60),
        ("can", [0.066, 0.122, 0.066], 60),
        ("pouch", [0.095, 0.14, 0.022], 60),
    ] {
        let (mesh, bodies) = goods(name, size, count);
        let container = crate_of(DVec3::new(0.7, 0.3, 0.5));
        let poses = pour(&bodies, &container, &mut Seed { dataset: 1, index: 0 }.rng("test"));
        let left = poses.iter().flatten().count();
        let depth = deepest(&vec![&mesh; count], &bodies, &poses, &container);
        assert!(depth <= 0.0, "{name} overlap by {depth} m");
        assert!(left * 10 >= count * 9, "{name}: only {left} are left");
        for pose in poses.into_iter().flatten() {
            let turn = pose.matrix3;
            assert!((turn * turn.transpose()).abs_diff_eq(glam::DMat3::IDENTITY, 1e-12), "rigid");
            assert!(pose.translation.y > -0.001, "inside");
        }
    }
}

#[test]
fn equal_draws_give_equal_piles() {
    let (_, bodies) = goods("pillow_bag", [0.14, 0.2, 0.046], 20);
    let container = crate_of(DVec3::new(0.5, 0.3, 0.5));
    let pile = |index| pour(&bodies, &container, &mut Seed { dataset: 1, index }.rng("test"));
    assert_eq!(pile(3), pile(3));
    assert_ne!(pile(3), pile(4));
}

#[test]
fn what_does_not_fit_falls_out() {
    let (_, bodies) = goods("carton", [0.1, 0.1, 0.1], 60);
    let container = crate_of(DVec3::new(0.3, 0.15, 0.3));
    let poses = pour(&bodies, &container, &mut Seed { dataset: 2, index: 0 }.rng("test"));
    let left = poses.iter().flatten().count();
    assert!((8..40).contains(&left), "{left}");
    assert!(pour(&[], &container, &mut Seed { dataset: 2, index: 0 }.rng("test")).is_empty());
}
