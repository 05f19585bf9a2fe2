use std::collections::BTreeMap;
use std::sync::Arc;

use glam::{DVec2, Vec2, Vec3, Vec4};

use super::{Blas, Error, MAX_STACK, Node, PlacedScene, Reference, Tlas, Triangle};
use crate::catalog::ModelKey;
use crate::geometry::Camera;
use crate::scene::Scene;

/// A ray relative to the camera, in world axes and metres. The direction need not be a unit vector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ray {
    /// Where it starts.
    pub origin: Vec3,
    /// Where it goes; hits are measured in multiples of it.
    pub direction: Vec3,
}

/// What a ray met first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Number of the instance in [`PlacedScene::placements`].
    pub instance: u32,
    /// Number of the triangle in its mesh.
    pub triangle: u32,
    /// Ray parameter; depth in metres for a camera ray.
    pub t: f32,
    /// Weights of the triangle's second and third corner.
    pub barycentric: Vec2,
}

/// The GPU's ray caster in plain Rust: the same trees, the same arithmetic, visibility only.
///
/// Alpha masks are not looked at: a surface with holes counts as whole. Use it for scenes without them.
#[derive(Debug)]
pub struct Tracer {
    scene: PlacedScene,
    tlas: Tlas,
    blas: Vec<Arc<Blas>>,
    camera: Camera,
}

impl Tracer {
    /// Builds all trees of a scene.
    ///
    /// # Errors
    /// Where [`Blas::build`], [`Tlas::build`] or [`PlacedScene::new`] fail.
    pub fn new(scene: &Scene) -> Result<Self, Error> {
        let placed = PlacedScene::new(scene)?;
        let mut built: BTreeMap<ModelKey, Arc<Blas>> = BTreeMap::new();
        for model in placed.models() {
            built.insert(model.key.clone(), Arc::new(Blas::build(&model)?));
        }
        let blas = placed.placements.iter().map(|placement| Arc::clone(&built[&placement.look.model.key])).collect();
        let boxes: Vec<_> = placed.placements.iter().map(|placement| placement.bounds).collect();
        Ok(Self { tlas: Tlas::build(&boxes)?, blas, scene: placed, camera: scene.camera })
    }

    /// The instances that hits name.
    #[must_use]
    pub fn scene(&self) -> &PlacedScene {
        &self.scene
    }

    /// Ray through a position of the picture, in pixels; `None` where the lens model has no inverse.
    #[must_use]
    pub fn camera_ray(&self, pixel: DVec2) -> Option<Ray> {
        let direction = self.scene.world_from_camera * self.camera.unproject(pixel)?;
        Some(Ray { origin: Vec3::ZERO, direction: direction.as_vec3() })
    }

    /// What a ray meets first that the labels show: it passes through what is seen through.
    #[must_use]
    pub fn first_hit(&self, ray: Ray) -> Option<Hit> {
        let mut best = None;
        let mut limit = f32::MAX;
        walk(&self.tlas.nodes, ray, Reference::Inner(0), &mut limit, &mut |reference, limit| {
            let Reference::Instance(instance) = reference else { return false };
            if self.scene.placements[instance as usize].seen_through {
                return false;
            }
            if let Some(hit) = self.hit_instance(instance, ray, limit) {
                best = Some(hit);
            }
            false
        });
        best
    }

    /// The first hit of a ray on every instance that it meets, nearest first; of equal depths, in the order in which the
    /// walk finds them. It passes through what is seen through.
    #[must_use]
    pub fn all_hits(&self, ray: Ray) -> Vec<Hit> {
        let mut hits = Vec::new();
        walk(&self.tlas.nodes, ray, Reference::Inner(0), &mut f32::MAX.clone(), &mut |reference, _| {
            if let Reference::Instance(instance) = reference
                && !self.scene.placements[instance as usize].seen_through
            {
                hits.extend(self.hit_instance(instance, ray, &mut f32::MAX.clone()));
            }
            false
        });
        hits.sort_by(|a: &Hit, b| a.t.total_cmp(&b.t));
        hits
    }

    /// Whether a ray meets one instance, whatever else is in its way.
    #[must_use]
    pub fn meets(&self, ray: Ray, instance: u32) -> bool {
        self.hit_instance(instance, ray, &mut f32::MAX.clone()).is_some()
    }

    /// First hit on one instance nearer than `limit`, which is lowered to it.
    fn hit_instance(&self, instance: u32, ray: Ray, limit: &mut f32) -> Option<Hit> {
        let rows = &self.scene.placements[instance as usize].object_from_world;
        let own = Ray {
            origin: Vec3::from_array(rows.map(|row| row.truncate().dot(ray.origin) + row.w)),
            direction: Vec3::from_array(rows.map(|row: Vec4| row.truncate().dot(ray.direction))),
        };
        let blas = &self.blas[instance as usize];
        let mut best = None;
        walk(&blas.nodes, own, Reference::Inner(0), limit, &mut |reference, limit| {
            let Reference::Triangles { first, count } = reference else { return false };
            for i in first..first + count {
                if let Some((t, barycentric)) = intersect(&blas.triangles[i as usize], own, *limit) {
                    *limit = t;
                    best = Some(Hit { instance, triangle: blas.order[i as usize], t, barycentric });
                }
            }
            false
        });
        best
    }
}

/// Visits the leaves that a ray may meet before `limit`, near ones first; a leaf that returns true ends the walk.
fn walk(
    nodes: &[Node],
    ray: Ray,
    start: Reference,
    limit: &mut f32,
    leaf: &mut impl FnMut(Reference, &mut f32) -> bool,
) {
    let small = ray.direction.abs().cmplt(Vec3::splat(1e-18));
    let inverse = 1.0 / Vec3::select(small, Vec3::splat(1e-18), ray.direction);
    let enter = |low: Vec3, high: Vec3, limit: f32| {
        let (a, b) = ((low - ray.origin) * inverse, (high - ray.origin) * inverse);
        let t_enter = a.min(b).max_element().max(0.0);
        let t_exit = a.max(b).min_element().min(limit) * 1.000_001;
        (t_enter <= t_exit).then_some(t_enter)
    };
    let mut stack = [Reference::Inner(0); MAX_STACK];
    let mut depth = 1;
    stack[0] = start;
    while depth > 0 {
        depth -= 1;
        match stack[depth] {
            Reference::Inner(number) => {
                let node = &nodes[number as usize];
                let left = enter(node.left_min, node.left_max, *limit).map(|t| (t, node.left));
                let right = enter(node.right_min, node.right_max, *limit).map(|t| (t, node.right));
                let (near, far) = match (left, right) {
                    (Some(left), Some(right)) if left.0 <= right.0 => (Some(left), Some(right)),
                    (Some(left), Some(right)) => (Some(right), Some(left)),
                    (one, other) => (one.or(other), None),
                };
                for (_, reference) in far.into_iter().chain(near) {
                    stack[depth] = Reference::unpack(reference);
                    depth += 1;
                }
            }
            reference => {
                if leaf(reference, limit) {
                    return;
                }
            }
        }
    }
}

/// Watertight ray-triangle test: the signs of three scaled volumes, each of which flips exactly when its edge is
/// walked the other way (the edge test of Embree's robust mode).
fn intersect(triangle: &Triangle, ray: Ray, limit: f32) -> Option<(f32, Vec2)> {
    let (a, b, c) = (triangle.a - ray.origin, triangle.b - ray.origin, triangle.c - ray.origin);
    let side = |from: Vec3, to: Vec3| (from - to).cross(from + to).dot(ray.direction);
    let (u, v, w) = (side(c, a), side(a, b), side(b, c));
    if u.min(v).min(w) < 0.0 && u.max(v).max(w) > 0.0 {
        return None;
    }
    let normal = (b - a).cross(c - a);
    let (sum, slope) = (u + v + w, normal.dot(ray.direction));
    if sum == 0.0 || slope == 0.0 {
        return None;
    }
    let t = normal.dot(a) / slope;
    (t > 0.0 && t < limit).then(|| (t, Vec2::new(u, v) / sum))
}
