//! Scenes and frames painted without a renderer: units are ellipses and rectangles, stacked by depth.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use endcap::annotate::{Annotation, annotate};
use endcap::catalog::{Footprint, Gtin, Look, Material, Model, ModelKey, Product, Shape};
use endcap::dataset::{Export, Format, Run, Sample, all_formats};
use endcap::frame::{DepthLayer, Frame, Occlusion, Plane, PlaneData, Silhouette};
use endcap::geometry::{Camera, Distortion, Mesh, YawPitchRoll, quaternion_from_matrix};
use endcap::scene::{Cell, Environment, Photography, Scene, SemanticClass, Unit};
use endcap::seed::Seed;
use glam::{DAffine3, DMat3, DVec3, Vec3};
use ndarray::{Array2, Array3};

const CATEGORIES: [&str; 4] = ["beans", "coffee", "milk", "tea"];
const SHELF: u16 = 1000;
/// Depth layers of every painting.
pub(crate) const LAYERS: usize = 3;

/// Size and number of units of a painted scene.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Painting {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) units: usize,
    pub(crate) seed: u64,
}

/// A frame with all that belongs to it.
pub(crate) struct Painted {
    pub(crate) index: u64,
    pub(crate) scene: Scene,
    pub(crate) frame: Frame,
    pub(crate) annotation: Annotation,
}

impl Painted {
    /// Whether the silhouette of a unit covers a pixel (row, column).
    pub(crate) fn covers(&self, unit: u32, (y, x): (usize, usize)) -> bool {
        self.frame.silhouettes[unit as usize - 1].contains(x as i32, y as i32)
    }

    pub(crate) fn sample(&self) -> Sample<'_> {
        Sample { index: self.index, scene: &self.scene, frame: &self.frame, annotation: &self.annotation }
    }
}

impl Painting {
    pub(crate) const SMALL: Self = Self { width: 37, height: 23, units: 9, seed: 5 };

    pub(crate) fn run(self, frames: Range<u64>) -> Run {
        Run {
            recipe: "# painted\n[camera]\nheight = 1.4\n".to_owned(),
            catalog_digest: "00".repeat(32),
            seed: self.seed,
            frames,
            width: self.width,
            height: self.height,
            planes: Plane::USUAL.to_vec(),
            layers: LAYERS as u32,
            pictures: 1,
            classes: classes(),
            settings: BTreeMap::from([("quality".to_owned(), "preview".to_owned())]),
            export: Export { products: (0..7).map(|i| format!("SKU-{i}")).collect(), ..Export::default() },
        }
    }

    pub(crate) fn paint(self, index: u64) -> Painted {
        let (scene, frame) = self.scene_and_frame(index);
        let annotation = annotate(&scene, &frame).expect("painted frames agree with their scenes");
        Painted { index, scene, frame, annotation }
    }

    pub(crate) fn scene_and_frame(self, index: u64) -> (Scene, Frame) {
        let Self { width, height, units, seed } = self;
        let seed = Seed { dataset: seed, index };
        let camera = Camera {
            width,
            height,
            fx: f64::from(width),
            fy: f64::from(width),
            cx: f64::from(width) / 2.0,
            cy: f64::from(height) / 2.0,
            distortion: Distortion { k1: -0.02, ..Distortion::default() },
            world_from_camera: Camera::looking_at(DVec3::new(0.4, 1.5, 2.2), DVec3::new(0.1, 0.9, 0.0)),
        };
        let look = crate_of(DVec3::new(0.06, 0.12, 0.06));
        let mut rng = seed.rng("test/units");
        let mut blobs = Vec::new();
        let mut scene = Scene {
            seed,
            camera,
            units: Vec::new(),
            props: Vec::new(),
            lights: Vec::new(),
            environment: Environment::uniform(Vec3::ONE),
            exposure: 1.0,
            photography: Photography::default(),
            classes: classes(),
            planogram: Vec::new(),
            neighbor: None,
            retail: endcap::scene::Retail::default(),
        };
        let (w, h) = (f64::from(width), f64::from(height));
        for i in 0..units {
            let angles = YawPitchRoll { yaw: rng.uniform(-180.0..180.0), pitch: rng.uniform(-80.0..80.0), roll: 3.0 };
            let at = DVec3::new(rng.uniform(-1.0..1.0), rng.uniform(0.0..2.0), rng.uniform(-0.4..0.1));
            // A SKU is one product, wherever it stands.
            let category = i % 7 % CATEGORIES.len();
            let product = product(i % 7, CATEGORIES[category]);
            scene.units.push(Unit {
                name: product.name.clone(),
                cell: (i % 3 > 0).then(|| cell(i as u32, &product)),
                product: Some(Arc::new(product)),
                look: look.clone(),
                world_from_object: DAffine3::from_mat3_translation(angles.matrix(), at),
                class: category as u16 + 1,
            });
            blobs.push(Blob {
                x: rng.uniform(-0.1 * w..1.1 * w),
                y: rng.uniform(-0.1 * h..1.1 * h),
                half_width: rng.uniform(0.02 * w..0.12 * w),
                half_height: rng.uniform(0.03 * h..0.2 * h),
                is_round: rng.chance(0.5),
                depth: rng.uniform(1.0..3.0) as f32,
            });
        }
        // A shelf board that hides units and is none.
        let board =
            Blob { x: w / 2.0, y: h * 0.6, half_width: w * 0.4, half_height: h * 0.03, is_round: false, depth: 1.5 };
        let frame = paint_frame(&scene, &blobs, &board);
        (scene, frame)
    }
}

/// All built-in formats.
pub(crate) fn formats() -> Vec<Arc<dyn Format>> {
    all_formats()
}

/// Content of every file below a folder, by path.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

struct Blob {
    x: f64,
    y: f64,
    half_width: f64,
    half_height: f64,
    is_round: bool,
    depth: f32,
}

impl Blob {
    fn contains(&self, x: i32, y: i32) -> bool {
        let (u, v) = self.local(x, y);
        if self.is_round { u * u + v * v < 1.0 } else { u.abs() < 1.0 && v.abs() < 1.0 }
    }

    fn local(&self, x: i32, y: i32) -> (f64, f64) {
        ((f64::from(x) + 0.5 - self.x) / self.half_width, (f64::from(y) + 0.5 - self.y) / self.half_height)
    }
}

fn paint_frame(scene: &Scene, blobs: &[Blob], board: &Blob) -> Frame {
    let (width, height) = (scene.camera.width, scene.camera.height);
    let (rows, columns) = (height as usize, width as usize);
    let float = |channels| Array3::<f32>::zeros((rows, columns, channels));
    let mut rgb = Array3::from_elem((rows, columns, 3), 214_u8);
    let (mut instance, mut semantic) =
        (Array3::<u32>::zeros((rows, columns, 1)), Array3::<u16>::zeros((rows, columns, 1)));
    let mut depth = float(1).mapv(|_| f32::INFINITY);
    let (mut normal, mut rotation, mut coords) = (float(3), float(4), float(3));
    let camera_from_world = DMat3::from_mat4(scene.camera.camera_from_world());
    let mut silhouettes = Vec::new();
    // What lies on the ray of each pixel: depth and number, in the order of painting.
    let mut rays = vec![Vec::new(); rows * columns];
    for (i, blob) in blobs.iter().chain([board]).enumerate() {
        let unit = scene.units.get(i);
        let left = (blob.x - blob.half_width).floor() as i32 - 1;
        let top = (blob.y - blob.half_height).floor() as i32 - 1;
        let size = |half: f64| (2.0 * half).ceil() as u32 + 4;
        let mut silhouette = Silhouette::new(left, top, size(blob.half_width), size(blob.half_height));
        let quaternion = unit.map_or([0.0; 4], |unit| {
            quaternion_from_matrix(camera_from_world * unit.world_from_object.matrix3).to_array()
        });
        for y in top..top + size(blob.half_height) as i32 {
            for x in left..left + size(blob.half_width) as i32 {
                if !blob.contains(x, y) {
                    continue;
                }
                silhouette.insert(x, y);
                let inside = x >= 0 && y >= 0 && x < width as i32 && y < height as i32;
                let place = [y.max(0) as usize, x.max(0) as usize];
                if inside {
                    rays[place[0] * columns + place[1]]
                        .push((blob.depth, if unit.is_some() { i as u32 + 1 } else { 0 }));
                }
                if !inside || depth[[place[0], place[1], 0]] <= blob.depth {
                    continue;
                }
                let (u, v) = blob.local(x, y);
                let bulge =
                    if blob.is_round { (1.0 - u * u - v * v).max(0.0).sqrt() } else { (1.0 - u * u).max(0.0).sqrt() };
                let towards = DVec3::new(u, if blob.is_round { v } else { 0.0 }, -bulge).normalize().as_vec3();
                let set = |plane: &mut Array3<f32>, values: &[f32]| {
                    values.iter().enumerate().for_each(|(c, &value)| plane[[place[0], place[1], c]] = value);
                };
                set(&mut depth, &[blob.depth]);
                set(&mut normal, &towards.to_array());
                set(&mut rotation, &quaternion.map(|value| value as f32));
                set(&mut coords, &[(u * 0.5 + 0.5) as f32, (v * 0.5 + 0.5) as f32, 0.5]);
                let at = [place[0], place[1], 0];
                instance[at] = if unit.is_some() { i as u32 + 1 } else { 0 };
                semantic[at] = unit.map_or(SHELF, |unit| unit.class);
                let shade = 0.35 + 0.65 * f64::from(-towards.z);
                for c in 0..3 {
                    let tone = 90.0 + 150.0 * ((i * (c + 2) * 37 % 100) as f64 / 100.0);
                    rgb[[place[0], place[1], c]] = (tone * shade) as u8;
                }
            }
        }
        if unit.is_some() {
            silhouettes.push(silhouette);
        }
    }
    let distance = depth.mapv(|depth| depth * 1.25);
    let albedo = rgb.mapv(|value| f32::from(value) / 255.0);
    let uv = Array3::from_shape_fn((rows, columns, 2), |(y, x, c)| coords[[y, x, c]] / 3.0);
    let planes = BTreeMap::from([
        (Plane::Rgb, PlaneData::U8(rgb)),
        (Plane::Instance, PlaneData::U32(instance)),
        (Plane::Semantic, PlaneData::U16(semantic)),
        (Plane::Depth, PlaneData::F32(depth)),
        (Plane::Distance, PlaneData::F32(distance)),
        (Plane::Normal, PlaneData::F32(normal)),
        (Plane::Rotation, PlaneData::F32(rotation)),
        (Plane::Coords, PlaneData::F32(coords)),
        (Plane::Uv, PlaneData::F32(uv)),
        (Plane::Albedo, PlaneData::F32(albedo)),
    ]);
    let mut hidden = BTreeMap::new();
    for ray in &mut rays {
        ray.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (i, &(_, front)) in ray.iter().enumerate() {
            for &(_, behind) in ray[i + 1..].iter().filter(|body| body.1 > 0) {
                *hidden.entry((behind, front)).or_insert(0) += 1;
            }
        }
    }
    let edge = |((behind, front), px)| Occlusion { behind, front, px };
    let occlusion = Some(hidden.into_iter().map(edge).collect());
    let layers = (0..LAYERS).map(|k| {
        let body = |place: usize| rays[place].get(k).copied().unwrap_or((f32::INFINITY, 0));
        let at = |(y, x): (usize, usize)| body(y * columns + x);
        DepthLayer {
            instance: Array2::from_shape_fn((rows, columns), |place| at(place).1),
            depth: Array2::from_shape_fn((rows, columns), |place| at(place).0),
        }
    });
    Frame { width, height, planes, silhouettes, occlusion, layers: layers.collect() }
}

pub(crate) fn classes() -> Vec<SemanticClass> {
    let products = (1..).zip(CATEGORIES).map(|(id, name)| (id, name, true));
    let classes = products.chain([(SHELF, "shelf", false)]);
    classes.map(|(id, name, is_product)| SemanticClass { id, name: name.to_owned(), is_product }).collect()
}

fn crate_of(half: DVec3) -> Look {
    let corner = |i: u32| DVec3::from([0, 1, 2].map(|axis| if i >> axis & 1 == 1 { 1.0 } else { -1.0 })) * half;
    let side = |[a, b, c, d]: [u32; 4]| [[a, b, c], [a, c, d]];
    let sides = [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]];
    let mesh = Mesh {
        positions: (0..8).map(|i| corner(i).as_vec3()).collect(),
        triangles: sides.into_iter().flat_map(side).collect(),
        ..Mesh::default()
    };
    let model = Model::single(ModelKey::new("test/crate"), mesh, Footprint::Box);
    Look { model: Arc::new(model), materials: vec![Material::default()].into() }
}

fn product(i: usize, category: &str) -> Product {
    Product {
        gtin: Gtin::from_body(&format!("40063813339{i}0")[..12]).filter(|_| i > 0),
        sku: format!("SKU-{i}"),
        name: format!("Crème {category} \"№ {i}\""),
        brand: "Ostara".to_owned(),
        category: category.to_owned(),
        family: String::new(),
        size: DVec3::splat(0.1),
        shape: Shape::Package("carton".to_owned()),
        label: None,
        fields: BTreeMap::new(),
    }
}

fn cell(i: u32, product: &Product) -> Cell {
    Cell {
        bay: i / 50,
        shelf: i % 4,
        position: i % 10,
        facing: i % 3,
        level: 0,
        depth: i % 2,
        expected_sku: product.sku.clone(),
        expected_gtin: product.gtin,
    }
}
