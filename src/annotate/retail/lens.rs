use glam::{DMat4, DVec2, DVec3};

use crate::geometry::Camera;

/// Distance from the camera's plane before which lines and faces are cut, metres.
const NEAR: f64 = 1e-4;
/// Samples along each border of the picture that its outline on the ideal image plane is taken from.
const BORDER: u32 = 32;
/// Pieces of a line that are looked at for where it enters and leaves the picture.
const PIECES: u32 = 64;
/// Largest distance of a polyline from the true curve, pixels.
const CURVED: f64 = 0.05;
/// Halvings of a piece of a polyline at most.
const HALVINGS: u32 = 8;

/// Points, lines and faces of the world in pixels, through the distorting lens.
pub(super) struct Lens {
    camera: Camera,
    camera_from_world: DMat4,
    /// Box around the picture on the ideal image plane (z = 1), a little larger.
    low: DVec2,
    high: DVec2,
}

impl Lens {
    pub(super) fn new(camera: &Camera) -> Self {
        let (width, height) = (f64::from(camera.width), f64::from(camera.height));
        let share = |i: u32| f64::from(i) / f64::from(BORDER);
        let border = (0..=BORDER).flat_map(|i| {
            let (x, y) = (share(i) * width, share(i) * height);
            [DVec2::new(x, 0.0), DVec2::new(x, height), DVec2::new(0.0, y), DVec2::new(width, y)]
        });
        let (mut low, mut high) = (DVec2::INFINITY, DVec2::NEG_INFINITY);
        for point in border.filter_map(|pixel| camera.unproject(pixel)) {
            (low, high) = (low.min(point.truncate()), high.max(point.truncate()));
        }
        let spare = (high - low) * 0.02;
        Self { camera: *camera, camera_from_world: camera.camera_from_world(), low: low - spare, high: high + spare }
    }

    /// Pixel coordinates of a point; `None` behind the camera, and where the lens model folds over itself.
    pub(super) fn pixel(&self, world: DVec3) -> Option<DVec2> {
        let point = self.camera_from_world.transform_point3(world);
        let pixel = self.camera.project(point)?;
        let back = self.camera.unproject(pixel)?.truncate();
        (back.distance(point.truncate() / point.z) < 1e-6).then_some(pixel)
    }

    /// Whether pixel coordinates lie in the picture.
    pub(super) fn contains(&self, pixel: DVec2) -> bool {
        let size = DVec2::new(self.camera.width.into(), self.camera.height.into());
        pixel.cmpge(DVec2::ZERO).all() && pixel.cmple(size).all()
    }

    /// Whether the camera is on the side of a plane that its normal points to.
    pub(super) fn is_in_front(&self, corners: [DVec3; 4]) -> bool {
        let normal = (corners[1] - corners[0]).cross(corners[3] - corners[0]);
        let eye = self.camera.world_from_camera.w_axis.truncate();
        // Corners run clockwise as seen from the front: top left, top right, bottom right, bottom left.
        normal.dot(eye - corners[0]) < 0.0
    }

    /// Visits every pixel of the picture whose centre ray meets a convex flat polygon, with the depth of the meeting in
    /// metres along the optical axis. Whatever stands in between is not looked at.
    pub(super) fn pixels(&self, polygon: &[DVec3], mut visit: impl FnMut(u32, u32, f64)) {
        let corners: Vec<DVec3> = polygon.iter().map(|&point| self.camera_from_world.transform_point3(point)).collect();
        let [Some(&a), Some(&b), Some(&c)] = [0, 1, 2].map(|i| corners.get(i)) else { return };
        let normal = (b - a).cross(c - a);
        let offset = normal.dot(a);
        let seen = clip(&corners, |point| point.z - NEAR);
        let mut flat: Vec<DVec2> = seen.iter().map(|point| point.truncate() / point.z).collect();
        for side in 0..2 {
            flat = clip(&flat, |point| point[side] - self.low[side]);
            flat = clip(&flat, |point| self.high[side] - point[side]);
        }
        if flat.len() < 3 || !flat.iter().all(|point| point.is_finite()) {
            return;
        }
        let (left, top, right, bottom) = self.bounds(&flat);
        for y in top..bottom {
            for x in left..right {
                let center = DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
                let Some(ray) = self.camera.unproject(center) else { continue };
                let slope = normal.dot(ray);
                if is_inside(&flat, ray.truncate()) && slope != 0.0 {
                    visit(x, y, offset / slope);
                }
            }
        }
    }

    /// Columns and rows that a polygon of the ideal image plane can reach: left, top, right, bottom, half-open.
    fn bounds(&self, flat: &[DVec2]) -> (u32, u32, u32, u32) {
        let (mut low, mut high) = (DVec2::INFINITY, DVec2::NEG_INFINITY);
        for (i, from) in flat.iter().enumerate() {
            let to = flat[(i + 1) % flat.len()];
            for step in 0..16 {
                let pixel = self.distorted(from.lerp(to, f64::from(step) / 16.0));
                (low, high) = (low.min(pixel), high.max(pixel));
            }
        }
        // Between two samples the lens bends an edge by far less than two pixels.
        let clamp = |value: f64, limit: u32| libm::floor(value).clamp(0.0, f64::from(limit)) as u32;
        let Camera { width, height, .. } = self.camera;
        (clamp(low.x - 2.0, width), clamp(low.y - 2.0, height), clamp(high.x + 3.0, width), clamp(high.y + 3.0, height))
    }

    fn distorted(&self, ideal: DVec2) -> DVec2 {
        let Camera { fx, fy, cx, cy, distortion, .. } = self.camera;
        distortion.apply(ideal) * DVec2::new(fx, fy) + DVec2::new(cx, cy)
    }

    /// The parts of a straight edge that lie inside of the picture, as polylines in pixels from `from` to `to`: a lens that
    /// distorts bends it, so that points follow each other as closely as 0.05 pixels of deviation ask for.
    pub(super) fn polylines(&self, from: DVec3, to: DVec3) -> Vec<Vec<[f64; 2]>> {
        let ends = [from, to].map(|point| self.camera_from_world.transform_point3(point));
        let Some((near, far)) = segment(&ends, |point| point.z - NEAR) else { return Vec::new() };
        let mut ends = [near, far].map(|point| point.truncate() / point.z);
        for side in 0..2 {
            let clipped = segment(&ends, |point| point[side] - self.low[side]);
            let clipped = clipped.and_then(|(a, b)| segment(&[a, b], |point| self.high[side] - point[side]));
            let Some((a, b)) = clipped else { return Vec::new() };
            ends = [a, b];
        }
        let at = |share: f64| self.distorted(ends[0].lerp(ends[1], share));
        let is_seen = |share: f64| self.contains(at(share));
        let share = |i: u32| f64::from(i) / f64::from(PIECES);
        // Where the line crosses the border between two samples.
        let crossing = |mut seen: f64, mut unseen: f64| {
            for _ in 0..50 {
                let middle = 0.5 * (seen + unseen);
                *if is_seen(middle) { &mut seen } else { &mut unseen } = middle;
            }
            seen
        };
        let mut lines = Vec::new();
        let mut begin = is_seen(0.0).then_some(0.0);
        for i in 1..=PIECES {
            let (before, here) = (share(i - 1), share(i));
            match (begin, is_seen(here)) {
                (None, true) => begin = Some(crossing(here, before)),
                (Some(start), false) => {
                    lines.push((start, crossing(before, here)));
                    begin = None;
                }
                _ => {}
            }
        }
        lines.extend(begin.map(|start| (start, 1.0)));
        let line = |(start, end)| {
            let mut points = vec![at(start)];
            subdivide(&at, (start, end), HALVINGS, &mut points);
            points.into_iter().map(|point| point.to_array()).collect()
        };
        lines.into_iter().map(line).collect()
    }
}

/// Appends the points of a curve after its start, so that no chord is far from it.
fn subdivide(at: &impl Fn(f64) -> DVec2, (start, end): (f64, f64), left: u32, points: &mut Vec<DVec2>) {
    let middle = 0.5 * (start + end);
    let (a, b) = (at(start), at(end));
    // Three places, so that an S does not pass for straight.
    let is_straight = [0.25, 0.5, 0.75].into_iter().all(|share| {
        let point = at(start + share * (end - start));
        let along = (b - a).normalize_or_zero();
        (point - a).perp_dot(along).abs() < CURVED
    });
    if left == 0 || is_straight {
        points.push(b);
        return;
    }
    subdivide(at, (start, middle), left - 1, points);
    subdivide(at, (middle, end), left - 1, points);
}

/// A point that can be mixed with another.
trait Mix: Copy {
    fn mix(self, other: Self, share: f64) -> Self;
}

impl Mix for DVec2 {
    fn mix(self, other: Self, share: f64) -> Self {
        self.lerp(other, share)
    }
}

impl Mix for DVec3 {
    fn mix(self, other: Self, share: f64) -> Self {
        self.lerp(other, share)
    }
}

/// The part of a convex polygon where `inside` is not negative (Sutherland and Hodgman 1974).
fn clip<P: Mix>(polygon: &[P], inside: impl Fn(P) -> f64) -> Vec<P> {
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (i, &from) in polygon.iter().enumerate() {
        let to = polygon[(i + 1) % polygon.len()];
        let (here, there) = (inside(from), inside(to));
        if here >= 0.0 {
            kept.push(from);
        }
        if (here >= 0.0) != (there >= 0.0) {
            kept.push(from.mix(to, here / (here - there)));
        }
    }
    kept
}

/// The part of a segment where `inside` is not negative.
fn segment<P: Mix>(&[from, to]: &[P; 2], inside: impl Fn(P) -> f64) -> Option<(P, P)> {
    let (here, there) = (inside(from), inside(to));
    let cut = || from.mix(to, here / (here - there));
    match (here >= 0.0, there >= 0.0) {
        (true, true) => Some((from, to)),
        (true, false) => Some((from, cut())),
        (false, true) => Some((cut(), to)),
        (false, false) => None,
    }
}

/// Whether a point lies in a convex polygon of either winding, its edges included.
fn is_inside(polygon: &[DVec2], point: DVec2) -> bool {
    let side = |i: usize| {
        let (from, to) = (polygon[i], polygon[(i + 1) % polygon.len()]);
        (to - from).perp_dot(point - from)
    };
    let (mut left, mut right) = (true, true);
    for value in (0..polygon.len()).map(side) {
        (left, right) = (left && value >= 0.0, right && value <= 0.0);
    }
    left != right
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::Distortion;

    fn camera(k1: f64) -> Camera {
        Camera {
            width: 60,
            height: 80,
            fx: 70.0,
            fy: 71.0,
            cx: 29.0,
            cy: 41.0,
            distortion: Distortion { k1, k2: 0.01, p1: 0.001, p2: -0.002, k3: 0.0 },
            world_from_camera: Camera::looking_at(DVec3::new(0.2, 1.4, 1.5), DVec3::new(0.0, 1.2, 0.0)),
        }
    }

    /// The pixel of a point by the textbook: rotate, divide, distort, scale; no call into the crate.
    fn by_hand(camera: &Camera, world: DVec3) -> DVec2 {
        let pose = camera.world_from_camera;
        let arm = world - pose.w_axis.truncate();
        let along = |axis: glam::DVec4| arm.x * axis.x + arm.y * axis.y + arm.z * axis.z;
        let (x, y) = (along(pose.x_axis) / along(pose.z_axis), along(pose.y_axis) / along(pose.z_axis));
        let Distortion { k1, k2, p1, p2, k3 } = camera.distortion;
        let r2 = x.powi(2) + y.powi(2);
        let radial = 1.0 + k1 * r2 + k2 * r2.powi(2) + k3 * r2.powi(3);
        let u = x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x);
        let v = y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y;
        DVec2::new(camera.fx * u + camera.cx, camera.fy * v + camera.cy)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn points_land_where_the_formula_says(x in -0.5..0.5f64, y in 0.8..1.6f64, z in -0.3..0.3f64, k1 in -0.1..0.1f64) {
            let camera = camera(k1);
            let pixel = Lens::new(&camera).pixel(DVec3::new(x, y, z)).expect("in front of the camera");
            prop_assert!(pixel.distance(by_hand(&camera, DVec3::new(x, y, z))) < 1e-9);
        }

        #[test]
        fn a_face_covers_the_pixels_whose_rays_meet_it(
            x in -0.9..0.9f64, y in 0.4..1.9f64, z in -0.5..2.5f64, w in 0.05..1.5f64, h in 0.05..1.5f64, turn in -1.5..1.5f64,
            k1 in -0.1..0.1f64,
        ) {
            let camera = camera(k1);
            let lens = Lens::new(&camera);
            let (right, up) = (DVec3::new(turn.cos() * w, 0.0, turn.sin() * w), DVec3::new(0.0, h, 0.1));
            let corner = DVec3::new(x, y, z);
            let mut found = Vec::new();
            lens.pixels(&[corner, corner + right, corner + right + up, corner + up], |x, y, depth| found.push((x, y, depth)));
            // Every ray of the picture against the plane, in the parallelogram's own coordinates.
            let eye = camera.world_from_camera.w_axis.truncate();
            let normal = right.cross(up);
            let mut expected = Vec::new();
            for row in 0..camera.height {
                for column in 0..camera.width {
                    let ray = camera.unproject(DVec2::new(f64::from(column) + 0.5, f64::from(row) + 0.5)).expect("no fold");
                    let ray = camera.world_from_camera.transform_vector3(ray);
                    let depth = normal.dot(corner - eye) / normal.dot(ray);
                    let at = eye + ray * depth - corner;
                    // Solves at = s·right + t·up in the plane.
                    let (rr, ru, uu) = (right.dot(right), right.dot(up), up.dot(up));
                    let (ar, au) = (at.dot(right), at.dot(up));
                    let determinant = rr * uu - ru * ru;
                    let (s, t) = ((ar * uu - au * ru) / determinant, (au * rr - ar * ru) / determinant);
                    if depth > NEAR && (0.0..=1.0).contains(&s) && (0.0..=1.0).contains(&t) {
                        expected.push((column, row, depth));
                    }
                }
            }
            let places = |list: &[(u32, u32, f64)]| list.iter().map(|&(x, y, _)| (x, y)).collect::<Vec<_>>();
            prop_assert_eq!(places(&found), places(&expected));
            for (a, b) in found.iter().zip(&expected) {
                prop_assert!((a.2 - b.2).abs() < 1e-9 * b.2.max(1.0));
            }
        }

        #[test]
        fn a_polyline_follows_its_edge(y in 0.9..1.6f64, z in -0.5..1.4f64, k1 in -0.1..0.1f64) {
            let camera = camera(k1);
            let lens = Lens::new(&camera);
            let (from, to) = (DVec3::new(-3.0, y, z), DVec3::new(3.0, y, z));
            let lines = lens.polylines(from, to);
            let distance = |pixel: DVec2| {
                lines.iter().flat_map(|line| line.windows(2)).map(|pair| {
                    let [a, b] = [0, 1].map(|i| DVec2::from_array(pair[i]));
                    let share = ((pixel - a).dot(b - a) / (b - a).length_squared()).clamp(0.0, 1.0);
                    pixel.distance(a.lerp(b, share))
                }).fold(f64::INFINITY, f64::min)
            };
            let mut inside = 0;
            for i in 0..=600 {
                let point = from.lerp(to, f64::from(i) / 600.0);
                if let Some(pixel) = lens.pixel(point).filter(|&pixel| lens.contains(pixel)) {
                    inside += 1;
                    prop_assert!(distance(pixel) < 0.2, "{} {}", pixel, distance(pixel));
                }
            }
            prop_assert_eq!(inside == 0, lines.is_empty());
            prop_assert!(lines.iter().flatten().all(|&point| lens.contains(DVec2::from_array(point))));
        }
    }

    #[test]
    fn what_is_behind_the_camera_is_not_seen() {
        let lens = Lens::new(&camera(-0.05));
        assert_eq!(lens.pixel(DVec3::new(0.2, 1.4, 3.0)), None);
        assert!(lens.polylines(DVec3::new(-1.0, 1.4, 3.0), DVec3::new(1.0, 1.4, 3.0)).is_empty());
        let behind = [(-1.0, 1.0), (1.0, 1.0), (1.0, 2.0), (-1.0, 2.0)].map(|(x, y)| DVec3::new(x, y, 3.0));
        lens.pixels(&behind, |x, y, _| panic!("{x} {y}"));
    }
}
