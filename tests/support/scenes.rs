use std::sync::Arc;

use endcap::catalog::{Footprint, Look, Material, Model, ModelKey};
use endcap::geometry::{Camera, Distortion, Mesh};
use endcap::scene::{Environment, Photography, Prop, Scene, Unit};
use endcap::seed::{Rng, Seed};
use glam::{DAffine3, DMat3, DVec3, Vec2, Vec3};

/// A sphere of longitude and latitude facets with smooth normals.
pub(crate) fn sphere(radius: f32, columns: u32, rows: u32) -> Mesh {
    let mut mesh = Mesh::default();
    for row in 0..=rows {
        for column in 0..=columns {
            let (u, v) = (column as f32 / columns as f32, row as f32 / rows as f32);
            let (longitude, latitude) = (u * std::f32::consts::TAU, v * std::f32::consts::PI);
            let normal = Vec3::new(longitude.sin() * latitude.sin(), latitude.cos(), longitude.cos() * latitude.sin());
            mesh.positions.push(normal * radius);
            mesh.normals.push(normal);
            mesh.uvs.push(Vec2::new(u, v));
        }
    }
    for row in 0..rows {
        for column in 0..columns {
            let a = row * (columns + 1) + column;
            let b = a + columns + 1;
            mesh.triangles.extend([[a, b, a + 1], [a + 1, b, b + 1]]);
        }
    }
    mesh
}

/// A box with flat faces around the origin.
pub(crate) fn cuboid(size: Vec3) -> Mesh {
    let mut mesh = Mesh::default();
    for axis in 0..3 {
        for sign in [-1.0_f32, 1.0] {
            let mut normal = Vec3::ZERO;
            normal[axis] = sign;
            let mut u = Vec3::ZERO;
            u[(axis + 1) % 3] = sign;
            let mut v = Vec3::ZERO;
            v[(axis + 2) % 3] = 1.0;
            let base = mesh.positions.len() as u32;
            for (a, b) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
                mesh.positions.push((normal + u * a + v * b) * size * 0.5);
                mesh.normals.push(normal);
                mesh.uvs.push(Vec2::new(a, b) * 0.5 + 0.5);
            }
            mesh.triangles.extend([[base, base + 1, base + 2], [base, base + 2, base + 3]]);
        }
    }
    mesh
}

/// A look of one material. A renderer knows a geometry by its name: another shape needs another name.
pub(crate) fn look(name: &str, mesh: Mesh, material: Material) -> Look {
    let model = Model::single(ModelKey::new(format!("test/{name}")), mesh, Footprint::Box);
    Look { model: Arc::new(model), materials: Arc::from([material]) }
}

pub(crate) fn camera(width: u32, height: u32, eye: DVec3, target: DVec3) -> Camera {
    let focal = f64::from(width);
    Camera {
        width,
        height,
        fx: focal,
        fy: focal,
        cx: f64::from(width) * 0.5 + 0.3,
        cy: f64::from(height) * 0.5 - 0.7,
        distortion: Distortion::default(),
        world_from_camera: Camera::looking_at(eye, target),
    }
}

pub(crate) fn empty(camera: Camera) -> Scene {
    Scene {
        seed: Seed { dataset: 1, index: 2 },
        camera,
        units: Vec::new(),
        props: Vec::new(),
        lights: Vec::new(),
        environment: Environment::uniform(Vec3::ONE),
        exposure: 1.0,
        photography: Photography::default(),
        classes: Vec::new(),
        planogram: Vec::new(),
        neighbor: None,
        retail: endcap::scene::Retail::default(),
    }
}

pub(crate) fn unit(look: &Look, pose: DAffine3) -> Unit {
    Unit {
        name: look.model.key.to_string(),
        product: None,
        look: look.clone(),
        world_from_object: pose,
        class: 1,
        cell: None,
    }
}

pub(crate) fn prop(look: &Look, pose: DAffine3) -> Prop {
    Prop {
        name: look.model.key.to_string(),
        look: look.clone(),
        world_from_object: pose,
        class: 1001,
        seen_through: false,
        price: None,
    }
}

/// A wall of shapes in all attitudes before a back panel, seen through a distorting lens.
pub(crate) fn clutter(seed: u64, width: u32, height: u32) -> Scene {
    let mut rng = Seed { dataset: seed, index: 0 }.rng("test/clutter");
    let looks = [
        look("sphere", sphere(0.09, 32, 16), Material::default()),
        look("carton", cuboid(Vec3::new(0.12, 0.2, 0.05)), Material::default()),
        look("needle", cuboid(Vec3::new(0.004, 0.3, 0.004)), Material::default()),
    ];
    let eye = DVec3::new(rng.uniform(-0.3..0.3), rng.uniform(0.9..1.5), 1.6);
    let mut camera = camera(width, height, eye, DVec3::new(0.0, 1.2, 0.0));
    camera.distortion = Distortion { k1: -0.12, k2: 0.02, p1: 0.001, p2: -0.0008, k3: 0.0 };
    let mut scene = empty(camera);
    for _ in 0..40 {
        let look = &looks[rng.below(looks.len())];
        let position = DVec3::new(rng.uniform(-0.8..0.8), rng.uniform(0.6..1.8), rng.uniform(-0.4..0.4));
        scene.units.push(unit(look, DAffine3 { matrix3: any_rotation(&mut rng), translation: position }));
    }
    let panel = look("panel", cuboid(Vec3::new(3.0, 3.0, 0.01)), Material::default());
    scene.props.push(prop(&panel, DAffine3::from_translation(DVec3::new(0.3, 1.2, -0.7))));
    scene
}

fn any_rotation(rng: &mut Rng) -> DMat3 {
    DMat3::from_rotation_y(rng.uniform(-3.0..3.0))
        * DMat3::from_rotation_x(rng.uniform(-3.0..3.0))
        * DMat3::from_rotation_z(rng.uniform(-3.0..3.0))
}
