//! Depth, normals, coordinates and outlines of a sphere, a plane and a box.

use endcap::catalog::Material;
use endcap::frame::{Frame, Plane};
use endcap::geometry::{Camera, Mesh};
use endcap::render::RenderSettings;
use endcap::scene::Scene;
use glam::{DAffine3, DMat3, DVec2, DVec3, Vec3};

use crate::support::{self, scenes};

fn truth(scene: &Scene) -> Frame {
    let planes = Plane::ALL.into_iter().filter(|&plane| !plane.is_color()).collect();
    support::renderer().render(scene, &RenderSettings { planes, ..RenderSettings::default() }).expect("rendered")
}

fn camera() -> Camera {
    let mut camera = scenes::camera(200, 160, DVec3::new(0.0, 0.0, 2.0), DVec3::ZERO);
    (camera.cx, camera.cy) = (100.0, 80.0);
    camera
}

/// What a frame shows at a pixel.
struct Seen {
    id: u32,
    depth: f64,
    distance: f64,
    normal: DVec3,
    coords: DVec3,
    uv: DVec2,
}

impl Seen {
    fn at(frame: &Frame, x: usize, y: usize) -> Self {
        let value = |plane, c| f64::from(frame.floats(plane).expect("asked for")[[y, x, c]]);
        let vector = |plane| DVec3::from_array([0, 1, 2].map(|c| value(plane, c)));
        Self {
            id: frame.instance().expect("asked for")[[y, x]],
            depth: value(Plane::Depth, 0),
            distance: value(Plane::Distance, 0),
            normal: vector(Plane::Normal),
            coords: vector(Plane::Coords),
            uv: DVec2::new(value(Plane::Uv, 0), value(Plane::Uv, 1)),
        }
    }
}

/// All pixels with the ray through their centres, in camera space with z = 1.
fn rays(camera: &Camera) -> impl Iterator<Item = (usize, usize, DVec3)> + use<'_> {
    (0..camera.height as usize).flat_map(move |y| {
        (0..camera.width as usize).map(move |x| {
            let ray = camera.unproject(DVec2::new(x as f64 + 0.5, y as f64 + 0.5));
            (x, y, ray.expect("a pinhole"))
        })
    })
}

/// A sphere of even facets: the faces of a cube, cut into squares and blown up.
fn fine_sphere(radius: f32, cuts: u32) -> Mesh {
    let mut mesh = Mesh::default();
    for face in 0..6 {
        let base = mesh.positions.len() as u32;
        for (row, column) in (0..=cuts).flat_map(|row| (0..=cuts).map(move |column| (row, column))) {
            // Equal angles, not equal lengths on the cube.
            let bulge =
                |step: u32| ((f64::from(step) / f64::from(cuts) - 0.5) * std::f64::consts::FRAC_PI_2).tan() as f32;
            let sign = if face < 3 { 1.0 } else { -1.0 };
            let mut normal = Vec3::splat(sign);
            normal[(face + 1) % 3] = bulge(column) * sign;
            normal[(face + 2) % 3] = bulge(row);
            let normal = normal.normalize();
            mesh.positions.push(normal * radius);
            mesh.normals.push(normal);
            mesh.uvs.push(Default::default());
        }
        for corner in (0..cuts).flat_map(|row| (0..cuts).map(move |column| base + row * (cuts + 1) + column)) {
            let above = corner + cuts + 1;
            mesh.triangles.extend([[corner, corner + 1, above], [above, corner + 1, above + 1]]);
        }
    }
    mesh
}

/// Area in pixels of the ellipse in which a pinhole sees a sphere: the cone around it, cut by the plane z = 1.
fn sphere_area(camera: &Camera, center: DVec3, radius: f64) -> f64 {
    let sine = radius / center.length();
    let (axis, cone) = (center.angle_between(DVec3::Z), sine.asin());
    let across = ((axis + cone).tan() - (axis - cone).tan()) * 0.5;
    let along = sine / (axis.cos().powi(2) - sine * sine).sqrt();
    std::f64::consts::PI * across * along * camera.fx * camera.fy
}

#[test]
fn a_sphere_has_the_depth_the_normals_and_the_outline_of_a_sphere() {
    let (camera, radius) = (camera(), 0.35);
    let look = scenes::look("fine sphere", fine_sphere(radius as f32, 160), Material::default());
    // In the middle, towards a corner, and cut by the left border of the picture.
    for place in [DVec3::ZERO, DVec3::new(0.45, -0.3, 0.1), DVec3::new(-0.95, 0.2, 0.0)] {
        let mut scene = scenes::empty(camera);
        scene.units.push(scenes::unit(&look, DAffine3::from_translation(place)));
        let frame = truth(&scene);
        let center = camera.camera_from_world().transform_point3(place);
        let (mut checked, mut inside) = (0, 0_i64);
        for (x, y, ray) in rays(&camera) {
            let seen = Seen::at(&frame, x, y);
            let (square, middle) = (ray.length_squared(), ray.dot(center));
            let root = middle * middle - square * (center.length_squared() - radius * radius);
            inside += i64::from(root > 0.0);
            // The facets lie inside of the sphere: near the outline a ray may pass between the two.
            if root.abs() < 2e-3 {
                continue;
            }
            assert_eq!(seen.id, u32::from(root > 0.0), "{place}: pixel {x}, {y}");
            if root < 0.0 {
                assert!(seen.depth == f64::INFINITY && seen.distance == f64::INFINITY && seen.normal == DVec3::ZERO);
                continue;
            }
            let depth = (middle - root.sqrt()) / square;
            let normal = (ray * depth - center) / radius;
            let grazing = -normal.dot(ray.normalize());
            // The middle of a facet lies 1e-5 m below the sphere.
            assert!((seen.depth - depth).abs() < 2e-5 / grazing, "{place}: pixel {x}, {y}: {} {depth}", seen.depth);
            assert!((seen.distance - depth * ray.length()).abs() < 3e-5 / grazing, "{place}: pixel {x}, {y}");
            assert!(seen.normal.distance(normal) < 2e-4 / grazing, "{place}: pixel {x}, {y}: {} {normal}", seen.normal);
            let in_world = camera.world_from_camera.transform_vector3(normal);
            let coords = in_world * 0.5 + 0.5;
            assert!(seen.coords.distance(coords) < 2e-4 / grazing, "{place}: pixel {x}, {y}: {} {coords}", seen.coords);
            checked += 1;
        }
        assert!(checked > 1500, "{place}: only {checked} pixels");
        // Counting pixel centres in an ellipse errs by about the square root of its border's length.
        let (area, expected) = (frame.silhouettes[0].area() as f64, sphere_area(&camera, center, radius));
        assert!((area - expected).abs() < 30.0, "{place}: {area} pixels, {expected} expected");
        let is_in_picture = |&(x, y): &(i32, i32)| (0..200).contains(&x) && (0..160).contains(&y);
        let shown = frame.silhouettes[0].pixels().filter(is_in_picture).count() as i64;
        assert!((shown - inside).abs() < 5, "{place}: {shown} pixels in the picture, {inside} expected");
        assert!(!frame.silhouettes[0].cut);
    }
}

#[test]
fn a_plane_has_the_depth_and_the_coordinates_of_a_plane() {
    let mut camera = camera();
    camera.world_from_camera = Camera::looking_at(DVec3::new(0.3, 1.4, 1.0), DVec3::new(0.0, 0.0, -1.5));
    let mut scene = scenes::empty(camera);
    let size = Vec3::new(8.0, 0.02, 6.0);
    let look = scenes::look("floor", scenes::cuboid(size), Material::default());
    scene.units.push(scenes::unit(&look, DAffine3::from_translation(DVec3::new(0.0, -0.01, 0.0))));
    let frame = truth(&scene);
    let eye = camera.world_from_camera.w_axis.truncate();
    let up = camera.camera_from_world().transform_vector3(DVec3::Y);
    let (mut floor, mut sky) = (0, 0);
    for (x, y, ray) in rays(&camera) {
        let seen = Seen::at(&frame, x, y);
        let in_world = camera.world_from_camera.transform_vector3(ray);
        let depth = -eye.y / in_world.y;
        let point = eye + in_world * depth;
        let (edge_x, edge_z) = (point.x.abs() - 4.0, point.z.abs() - 3.0);
        if depth > 0.0 && edge_x.max(edge_z).abs() < 0.03 {
            continue;
        }
        let is_floor = depth > 0.0 && edge_x < 0.0 && edge_z < 0.0;
        assert_eq!(seen.id, u32::from(is_floor), "pixel {x}, {y}");
        if !is_floor {
            sky += 1;
            continue;
        }
        floor += 1;
        assert!((seen.depth / depth - 1.0).abs() < 1e-5, "pixel {x}, {y}: {} should be {depth}", seen.depth);
        assert!((seen.distance / (depth * ray.length()) - 1.0).abs() < 1e-5, "pixel {x}, {y}");
        assert!(seen.normal.distance(up) < 1e-5, "pixel {x}, {y}: {} should be {up}", seen.normal);
        let coords = DVec3::new(point.x / 8.0 + 0.5, 1.0, point.z / 6.0 + 0.5);
        assert!(seen.coords.distance(coords) < 1e-4, "pixel {x}, {y}: {} should be {coords}", seen.coords);
        // The top face of the test's box runs along z with u and along x with v.
        assert!(seen.uv.distance(DVec2::new(coords.z, coords.x)) < 1e-4, "pixel {x}, {y}: {}", seen.uv);
    }
    assert!(floor > 10_000 && sky > 1000, "{floor} pixels of floor, {sky} of sky");
}

#[test]
fn a_box_has_the_depth_and_the_outline_of_a_box() {
    let (camera, size) = (camera(), DVec3::new(0.5, 0.7, 0.3));
    let look = scenes::look("box", scenes::cuboid(size.as_vec3()), Material::default());
    for turn in 0..6 {
        let turn = f64::from(turn);
        let pose = DAffine3 {
            matrix3: DMat3::from_rotation_y(0.3 + turn) * DMat3::from_rotation_x(0.2 + 0.7 * turn),
            translation: DVec3::new(0.1 * turn - 0.2, 0.15, -0.2 * turn),
        };
        let mut scene = scenes::empty(camera);
        scene.units.push(scenes::unit(&look, pose));
        let frame = truth(&scene);
        let camera_from_object = DAffine3::from_mat4(camera.camera_from_world()) * pose;
        let object_from_camera = camera_from_object.inverse();
        let mut checked = 0;
        for (x, y, ray) in rays(&camera) {
            let seen = Seen::at(&frame, x, y);
            let origin = object_from_camera.transform_point3(DVec3::ZERO);
            let direction = object_from_camera.transform_vector3(ray);
            let (a, b) = ((-size * 0.5 - origin) / direction, (size * 0.5 - origin) / direction);
            let (enter, leave) = (a.min(b), a.max(b).min_element());
            let (depth, axis) = [(enter.x, 0), (enter.y, 1), (enter.z, 2)]
                .into_iter()
                .max_by(|one, other| one.0.total_cmp(&other.0))
                .expect("three sides");
            if (leave - depth).abs() < 1e-4 {
                continue;
            }
            assert_eq!(seen.id, u32::from(depth < leave), "turn {turn}: pixel {x}, {y}");
            if seen.id == 0 {
                continue;
            }
            let mut normal = DVec3::ZERO;
            normal[axis] = -direction[axis].signum();
            let normal = camera_from_object.transform_vector3(normal);
            let slack = 1e-5 * (0.02 / -normal.dot(ray.normalize())).max(1.0);
            assert!((seen.depth / depth - 1.0).abs() < slack, "turn {turn}: pixel {x}, {y}: {} {depth}", seen.depth);
            // At an edge either of the two sides is right.
            let is_edge = enter.to_array().iter().filter(|&&side| depth - side < 1e-4).count() > 1;
            assert!(is_edge || seen.normal.distance(normal) < 1e-5, "turn {turn}: pixel {x}, {y}: {}", seen.normal);
            checked += 1;
        }
        assert!(checked > 1000, "turn {turn}: only {checked} pixels");
        let corners = (0..8).map(|i| DVec3::new(f64::from(i & 1), f64::from(i >> 1 & 1), f64::from(i >> 2)) - 0.5);
        let outline: Vec<DVec2> =
            corners.map(|c| camera.project(camera_from_object.transform_point3(c * size)).expect("in front")).collect();
        let (area, expected) = (frame.silhouettes[0].area() as f64, hull_area(&outline));
        assert!((area - expected).abs() < 35.0, "turn {turn}: {area} pixels, {expected} expected");
    }
}

/// Area of the convex hull of some points (gift wrapping and the shoelace formula).
fn hull_area(points: &[DVec2]) -> f64 {
    let start = points.iter().copied().reduce(|a, b| if b.x < a.x { b } else { a }).expect("there are points");
    let (mut at, mut doubled) = (start, 0.0);
    loop {
        let next = points
            .iter()
            .copied()
            .filter(|&p| p != at)
            .reduce(|best, p| if (best - at).perp_dot(p - at) < 0.0 { p } else { best });
        let next = next.expect("more than one point");
        doubled += at.perp_dot(next);
        at = next;
        if at == start {
            return doubled.abs() * 0.5;
        }
    }
}
