//! Scenes with packages of the built-in catalogue, and their frames without a GPU.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use endcap::catalog::{Catalog, Product};
use endcap::frame::{Frame, Occlusion, Plane, PlaneData, Silhouette};
use endcap::geometry::{Camera, Distortion};
use endcap::scene::{Environment, Photography, Scene, SemanticClass, Unit};
use endcap::seed::Seed;
use endcap::trace::Tracer;
use glam::{DAffine3, DVec2, DVec3, Vec3};
use ndarray::Array3;

pub(crate) static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin().expect("sound"));

/// One product of each label template, which are as many as families.
pub(crate) fn one_of_each() -> Vec<Arc<Product>> {
    let mut seen = std::collections::BTreeSet::new();
    let all = CATALOG.ids().map(|id| CATALOG.product(id).expect("listed"));
    all.filter(|product| seen.insert(product.label.clone())).collect()
}

/// The first product whose label template is called so.
pub(crate) fn product(label: &str) -> Arc<Product> {
    let has_label =
        |product: &Arc<Product>| product.label.as_ref().is_some_and(|path| path.to_string_lossy().contains(label));
    one_of_each().into_iter().find(has_label).expect(label)
}

pub(crate) fn unit(product: &Arc<Product>, pose: DAffine3) -> Unit {
    Unit {
        name: product.name.clone(),
        look: CATALOG.look(product).expect("sound"),
        product: Some(product.clone()),
        world_from_object: pose,
        class: 1,
        cell: None,
    }
}

/// A camera with a distorting lens that looks at a point.
pub(crate) fn camera((width, height): (u32, u32), focal: f64, eye: DVec3, target: DVec3) -> Camera {
    Camera {
        width,
        height,
        fx: focal,
        fy: focal,
        cx: 0.5 * f64::from(width) + 0.3,
        cy: 0.5 * f64::from(height) - 0.7,
        distortion: Distortion { k1: -0.08, k2: 0.01, p1: 1e-3, p2: -5e-4, k3: 0.0 },
        world_from_camera: Camera::looking_at(eye, target),
    }
}

pub(crate) fn scene(camera: Camera, units: Vec<Unit>) -> Scene {
    Scene {
        seed: Seed { dataset: 1, index: 2 },
        camera,
        units,
        props: Vec::new(),
        lights: Vec::new(),
        environment: Environment::uniform(Vec3::ONE),
        exposure: 1.0,
        photography: Photography::default(),
        classes: vec![SemanticClass { id: 1, name: "goods".to_owned(), is_product: true }],
        planogram: Vec::new(),
        neighbor: None,
        retail: Default::default(),
    }
}

/// The instance plane, all silhouettes and who hides whom, by rays on the CPU.
pub(crate) fn frame(scene: &Scene) -> Frame {
    let tracer = Tracer::new(scene).expect("sound");
    let (width, height) = (scene.camera.width, scene.camera.height);
    let units = scene.units.len() as u32;
    let mut instance = Array3::zeros((height as usize, width as usize, 1));
    let mut silhouettes = vec![Silhouette::new(0, 0, width, height); units as usize];
    let mut hidden = BTreeMap::new();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let centre = DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
        let Some(ray) = tracer.camera_ray(centre) else { continue };
        let hit = tracer.first_hit(ray);
        instance[[y as usize, x as usize, 0]] =
            hit.map_or(0, |hit| tracer.scene().placements[hit.instance as usize].id);
        let met: Vec<_> = (0..units).filter_map(|unit| Some((unit + 1, tracer.own_hit(ray, unit)?.t))).collect();
        for &(behind, far) in &met {
            silhouettes[behind as usize - 1].insert(x as i32, y as i32);
            for &(front, _) in met.iter().filter(|&&(_, near)| near < far) {
                *hidden.entry((behind, front)).or_insert(0) += 1;
            }
        }
    }
    let edge = |((behind, front), px)| Occlusion { front, behind, px };
    let occlusion = Some(hidden.into_iter().map(edge).collect());
    let planes = BTreeMap::from([(Plane::Instance, PlaneData::U32(instance))]);
    Frame { width, height, planes, silhouettes, occlusion, layers: Vec::new() }
}
