//! The GPU's truth against a brute-force ray caster in f64 that shares no code with it.
#![cfg(feature = "gpu")]

mod support;

use std::sync::Arc;

use endcap::catalog::{AlphaMode, Artwork, Material, Texture, Textures};
use endcap::frame::{Frame, Plane};
use endcap::geometry::Mesh;
use endcap::render::{RenderSettings, Window};
use endcap::scene::{Prop, Scene};
use endcap::trace::Tracer;
use glam::{DAffine3, DVec2, DVec3, Vec2, Vec3};
use rayon::prelude::*;
use support::reference::{Reference, Truth};
use support::{scenes, shelves};

const TRUTH: [Plane; 9] = [
    Plane::Instance,
    Plane::Semantic,
    Plane::Depth,
    Plane::Distance,
    Plane::Normal,
    Plane::Rotation,
    Plane::Coords,
    Plane::Uv,
    Plane::Albedo,
];

fn truth(scene: &Scene, silhouettes: bool) -> Frame {
    let settings = RenderSettings { planes: TRUTH.to_vec(), silhouettes, ..RenderSettings::default() };
    support::renderer().render(scene, &settings).expect("rendered")
}

fn pixels(frame: &Frame) -> Vec<(usize, usize)> {
    (0..frame.height as usize).flat_map(|y| (0..frame.width as usize).map(move |x| (x, y))).collect()
}

fn center((x, y): (usize, usize)) -> DVec2 {
    DVec2::new(x as f64 + 0.5, y as f64 + 0.5)
}

/// Pixels where the GPU and the reference disagree by more than rounding. What is seen across an edge within 1e-4 of a
/// pixel is no disagreement.
fn disagreements(scene: &Scene, frame: &Frame) -> Vec<String> {
    let reference = Reference::new(scene);
    let (ids, depth) = (frame.instance().expect("asked for"), frame.depth().expect("asked for"));
    let normals = frame.floats(Plane::Normal).expect("asked for");
    let check = |at: (usize, usize)| -> Option<String> {
        let (id, depth) = (ids[[at.1, at.0]], f64::from(depth[[at.1, at.0]]));
        let normal = DVec3::from_array([0, 1, 2].map(|c| f64::from(normals[[at.1, at.0, c]])));
        // Seen at a grazing angle, a small turn of the ray moves the hit by its tangent.
        let is_depth = |truth: Truth, turn: f64| {
            let slack = 1e-5 * (0.02 / truth.cosine).max(1.0) + turn / truth.cosine;
            id == truth.id && (depth / truth.depth - 1.0).abs() < slack
        };
        let agrees = match reference.see(center(at)) {
            None => id == 0 && depth == f64::INFINITY && normal == DVec3::ZERO,
            Some(truth) => is_depth(truth, 0.0) && (normal.distance(truth.normal) < 1e-3 || truth.cosine < 0.02),
        };
        let is_near = |other: Option<Truth>| match other {
            None => id == 0 && depth == f64::INFINITY,
            Some(other) => is_depth(other, 1e-4 / scene.camera.fx),
        };
        let agrees = agrees || reference.is_near(center(at), 1e-4, is_near);
        (!agrees).then(|| {
            format!("{at:?}: id {id}, depth {depth}, normal {normal} should be {:?}", reference.see(center(at)))
        })
    };
    pixels(frame).into_par_iter().filter_map(check).collect()
}

#[test]
fn ids_depth_and_normals_equal_brute_force() {
    for seed in 0..3 {
        let scene = scenes::clutter(seed, 320, 240);
        let frame = truth(&scene, false);
        let seen: std::collections::BTreeSet<u32> = frame.instance().expect("asked for").iter().copied().collect();
        assert!(seen.len() > 20, "the test scene shows only {} units", seen.len());
        let found = disagreements(&scene, &frame);
        assert_eq!(found, [""; 0], "seed {seed}");
    }
}

#[test]
fn composed_shelves_equal_brute_force() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, scene) in shelves::scenes(&shelves::write_catalog(folder.path())) {
        // The reference takes a surface with an alpha mask for whole; composed scenes have none.
        assert!(!shelves::has_masks(&scene), "{name} has alpha masks, which the reference does not look at");
        let frame = truth(&scene, false);
        let found = disagreements(&scene, &frame);
        assert_eq!(found, [""; 0], "{name}");
    }
}

#[test]
fn trees_of_one_leaf_and_of_none_are_walked_to_their_end() {
    let camera = scenes::camera(40, 30, DVec3::new(0.1, 0.2, 1.0), DVec3::ZERO);
    let corners = [Vec3::new(-0.3, -0.3, 0.0), Vec3::new(0.3, -0.3, 0.0), Vec3::new(0.0, 0.3, 0.0)];
    let triangle = Mesh {
        positions: corners.to_vec(),
        normals: vec![Vec3::Z; 3],
        uvs: vec![Default::default(); 3],
        triangles: vec![[0, 1, 2]],
        ..Mesh::default()
    };
    let lone = scenes::look("triangle", triangle, Material::default());
    for count in 0..3 {
        let mut scene = scenes::empty(camera);
        for i in 0..count {
            let pose = DAffine3::from_translation(DVec3::new(0.0, 0.1, -0.3) * f64::from(i));
            scene.units.push(scenes::unit(&lone, pose));
        }
        let frame = truth(&scene, true);
        let ids = frame.instance().expect("asked for");
        assert_eq!(disagreements(&scene, &frame), [""; 0], "{count} triangles");
        assert_eq!(ids.iter().any(|&id| id > 0), count > 0);
        let tracer = Tracer::new(&scene).expect("traceable");
        for ((y, x), &id) in ids.indexed_iter() {
            let hit = tracer.camera_ray(center((x, y))).and_then(|ray| tracer.first_hit(ray));
            assert_eq!(hit.map_or(0, |hit| hit.instance + 1), id, "{count} triangles, pixel {x}, {y}");
        }
    }
}

/// A card whose right half an alpha mask takes away, before a whole one.
#[test]
fn alpha_masks_cut_holes_in_planes_and_silhouettes() {
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><rect width="1" height="2"/></svg>"#;
    let texture = Texture::new(Arc::new(Artwork::from_svg(svg, "left half")));
    let masked = Material {
        alpha: AlphaMode::Mask { cutoff: 0.5 },
        textures: Textures { base_color: Some(texture), ..Textures::default() },
        ..Material::default()
    };
    let places = [Vec2::ZERO, Vec2::X, Vec2::ONE, Vec2::Y];
    let card = Mesh {
        positions: places.map(|uv| Vec3::new(uv.x - 0.5, 0.5 - uv.y, 0.0) * 0.6).to_vec(),
        normals: vec![Vec3::Z; 4],
        uvs: places.to_vec(),
        triangles: vec![[0, 3, 2], [0, 2, 1]],
        ..Mesh::default()
    };
    let mut scene = scenes::empty(scenes::camera(60, 45, DVec3::new(0.0, 0.0, 1.0), DVec3::ZERO));
    for (depth, material) in [(0.0, masked), (-0.2, Material::default())] {
        let look = scenes::look("card", card.clone(), material);
        scene.units.push(scenes::unit(&look, DAffine3::from_translation(DVec3::new(0.0, 0.0, depth))));
    }
    let frame = truth(&scene, true);
    let (ids, depth) = (frame.instance().expect("asked for"), frame.depth().expect("asked for"));
    let (mut kept, mut cut) = (0, 0);
    for ((y, x), &id) in ids.indexed_iter() {
        let ray = scene.camera.unproject(center((x, y))).expect("a pinhole");
        // Only where both cards are; between the two halves the texels of the mask are smoothed.
        if (ray * 1.2).truncate().abs().max_element() > 0.295 || ray.x.abs() < 0.01 {
            continue;
        }
        let expected = if ray.x < 0.0 { (1, 1.0) } else { (2, 1.2) };
        assert_eq!((id, (depth[[y, x]] * 1e3).round() / 1e3), expected, "pixel {x}, {y}");
        assert_eq!(frame.silhouettes[0].contains(x as i32, y as i32), ray.x < 0.0, "pixel {x}, {y}");
        *(if ray.x < 0.0 { &mut kept } else { &mut cut }) += 1;
    }
    assert!(kept > 300 && cut > 200, "{kept} pixels kept, {cut} cut");
}

#[test]
fn the_native_twin_sees_the_same() {
    let scene = scenes::clutter(7, 320, 240);
    let frame = truth(&scene, false);
    let tracer = Tracer::new(&scene).expect("traceable");
    let (ids, depth) = (frame.instance().expect("asked for"), frame.depth().expect("asked for"));
    let different = pixels(&frame)
        .into_iter()
        .filter(|&at| {
            let hit = tracer.camera_ray(center(at)).and_then(|ray| tracer.first_hit(ray));
            let id = hit.map_or(0, |hit| tracer.scene().placements[hit.instance as usize].id);
            let far = hit.map_or(f32::INFINITY, |hit| hit.t);
            id != ids[[at.1, at.0]] || (far - depth[[at.1, at.0]]).abs() > 1e-4 * far.min(1e3)
        })
        .count();
    assert!(different <= 3, "{different} pixels differ");
}

/// Goods behind a pane, some of them in front of it: the labels do not know that it is there, the colours do.
#[test]
fn labels_pass_through_panes() {
    let bare = scenes::clutter(11, 160, 120);
    let glass = Material { transmission: 1.0, roughness: 0.0, ..Material::default() };
    let pane = scenes::look("pane", scenes::cuboid(Vec3::new(2.0, 2.0, 0.004)), glass);
    let mut glazed = bare.clone();
    let pose = DAffine3::from_translation(DVec3::new(0.0, 1.2, 0.1)) * DAffine3::from_rotation_y(0.4);
    glazed.props.push(Prop { seen_through: true, ..scenes::prop(&pane, pose) });
    let mut closed = glazed.clone();
    closed.props.last_mut().expect("the pane").seen_through = false;

    let frames = [&bare, &glazed, &closed].map(|scene| truth(scene, true));
    let [without, with, opaque] = &frames;
    for plane in TRUTH {
        assert_eq!(without.planes.get(&plane), with.planes.get(&plane), "{plane}");
    }
    assert_eq!(without.silhouettes, with.silhouettes);
    assert_ne!(with.instance(), opaque.instance(), "the pane hides nothing in this scene");
    assert_eq!(disagreements(&glazed, with), [""; 0]);
    let tracer = Tracer::new(&glazed).expect("traceable");
    for ((y, x), &id) in with.instance().expect("asked for").indexed_iter() {
        let hit = tracer.camera_ray(center((x, y))).and_then(|ray| tracer.first_hit(ray));
        assert_eq!(hit.map_or(0, |hit| tracer.scene().placements[hit.instance as usize].id), id, "pixel {x}, {y}");
    }
    let colors = [&bare, &glazed].map(|scene| {
        let settings = RenderSettings { planes: vec![Plane::Rgb], silhouettes: false, ..RenderSettings::default() };
        support::renderer().render(scene, &settings).expect("rendered")
    });
    assert_ne!(colors[0].planes.get(&Plane::Rgb), colors[1].planes.get(&Plane::Rgb));
}

#[test]
fn silhouettes_are_what_each_unit_alone_would_show() {
    let scene = scenes::clutter(3, 160, 120);
    let frame = truth(&scene, true);
    let reference = Reference::new(&scene);
    assert_eq!(frame.silhouettes.len(), scene.units.len());
    let wrong: usize = (1..=scene.units.len() as u32)
        .into_par_iter()
        .map(|id| {
            let silhouette = &frame.silhouettes[id as usize - 1];
            let margin = 20;
            let mut wrong = 0;
            for y in -margin..120 + margin {
                for x in -margin..160 + margin {
                    let position = DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
                    let alone = reference.see_of(position, |other| other == id).is_some();
                    wrong += usize::from(alone != silhouette.contains(x, y));
                }
            }
            wrong
        })
        .sum();
    assert!(wrong <= 2, "{wrong} pixels of {} silhouettes", scene.units.len());
    // A visible pixel always belongs to its unit's silhouette: both come from the same arithmetic.
    for ((y, x), &id) in frame.instance().expect("asked for").indexed_iter() {
        assert!(id == 0 || frame.silhouettes[id as usize - 1].contains(x as i32, y as i32), "unit {id} at {x}, {y}");
    }
}

#[test]
fn a_tile_alone_equals_the_tile_of_the_whole_and_runs_repeat() {
    let scene = scenes::clutter(5, 96, 64);
    let mut renderer = support::renderer();
    let settings = RenderSettings { samples: 5, ..RenderSettings::default() };
    let whole = renderer.render(&scene, &settings).expect("rendered");
    assert_eq!(whole, support::renderer().render(&scene, &settings).expect("rendered"), "two renderers, one scene");
    assert_eq!(whole.planes.len(), Plane::USUAL.len());
    let window = Window { x: 33, y: 17, width: 40, height: 29 };
    let tile = renderer.render(&scene, &RenderSettings { window: Some(window), ..settings }).expect("rendered");
    let rows = 17..17 + 29;
    let columns = 33..33 + 40;
    let cut = ndarray::s![rows.clone(), columns.clone(), ..];
    assert_eq!(tile.rgb().expect("asked for"), whole.rgb().expect("asked for").slice(cut));
    for plane in [Plane::Depth, Plane::Normal, Plane::Rotation, Plane::Coords, Plane::Uv, Plane::Albedo] {
        assert_eq!(
            tile.floats(plane).expect("asked for"),
            whole.floats(plane).expect("asked for").slice(cut),
            "{plane}"
        );
    }
    assert_eq!(tile.silhouettes, whole.silhouettes);
}

#[test]
fn planes_agree_with_each_other() {
    let scene = scenes::clutter(11, 160, 120);
    let frame = truth(&scene, false);
    let (ids, depth) = (frame.instance().expect("asked for"), frame.depth().expect("asked for"));
    let plane = |plane| frame.floats(plane).expect("asked for");
    let (distance, coords, rotation) = (plane(Plane::Distance), plane(Plane::Coords), plane(Plane::Rotation));
    let mut checked = 0;
    for ((y, x), &id) in ids.indexed_iter() {
        if id == 0 {
            assert!((0..4).all(|c| rotation[[y, x, c]] == 0.0));
            continue;
        }
        let ray = scene.camera.unproject(center((x, y))).expect("invertible");
        let depth = f64::from(depth[[y, x]]);
        assert!((f64::from(distance[[y, x, 0]]) - depth * ray.length()).abs() < 1e-5 * depth);
        // The point at this depth, taken into the unit's box, is its NOCS coordinate.
        let unit = &scene.units[id as usize - 1];
        let world = scene.camera.world_from_camera.transform_point3(ray * depth);
        let object = unit.world_from_object.inverse().transform_point3(world);
        let bounds = unit.look.model.bounds;
        let expected = (object - bounds.min) / bounds.size();
        for c in 0..3 {
            assert!((f64::from(coords[[y, x, c]]) - expected[c]).abs() < 2e-3, "unit {id} at {x}, {y}");
        }
        // The quaternion turns object axes into camera axes.
        let q = glam::DQuat::from_array([0, 1, 2, 3].map(|c| f64::from(rotation[[y, x, c]])));
        let expected =
            glam::DMat3::from_mat4(scene.camera.world_from_camera).transpose() * unit.world_from_object.matrix3;
        assert!((glam::DMat3::from_quat(q) - expected).to_cols_array().iter().all(|e| e.abs() < 1e-5));
        checked += 1;
    }
    assert!(checked > 3000, "only {checked} pixels show units");
}
