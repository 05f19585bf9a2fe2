use glam::{DAffine3, DMat3, DQuat, DVec3};
use rapier3d::prelude::{
    ColliderBuilder, ColliderHandle, PhysicsWorld, Pose, Real, RigidBodyBuilder, RigidBodyHandle, Rotation,
    SharedShape, Vector,
};

use super::apart::{Placed, push_apart};
use super::{Body, Container, Hull, Wall};
use crate::seed::Rng;

/// Length of a time step, seconds.
const STEP: Real = 1.0 / 75.0;
/// Size of what is simulated, metres: the engine's tolerances are shares of it.
const UNIT: Real = 0.1;
/// Skin around every hull beyond its slack: what stays of it under load keeps the models apart, metres.
const SKIN: f64 = 0.0003;
/// Speed that a layer is let go with, metres a second.
const SPEED: Real = 1.2;
/// Steps that a layer falls before the next one is let go.
const LAYER: usize = 12;
/// Steps between two looks at what has moved.
const STEPS: usize = 15;
/// Looks until what still moves is taken out.
const LOOKS: usize = 11;
/// Times that this happens.
const ROUNDS: usize = 2;
/// All is still when no unit moves farther between two looks, metres.
const STILL: f64 = 0.002;
/// A unit that moves farther between two looks in thick air still falls: more than the engine's own trembling, metres.
const FALLS: f64 = 0.03;
/// Looks before the air becomes thick.
const LIVELY: usize = 5;
/// Damping of movements and turns while goods fall, and once they lie, 1/s.
const AIR: (Real, Real) = (0.3, 1.5);
const HONEY: (Real, Real) = (40.0, 60.0);
/// Height of the guard on the rim while the goods are poured in, metres.
const GUARD: f64 = 4.0;

/// Pours bodies into a container in their order, each turned at random, and lets them come to rest.
///
/// Returns for each body the pose that takes its model's coordinates to those of the container; `None` for a body that
/// fell out, found no rest, or is not proven to keep clear of the others and of the walls.
pub(in crate::scene) fn pour(bodies: &[Body], container: &Container, rng: &mut Rng) -> Vec<Option<DAffine3>> {
    let mut pile = Pile::new(container);
    let guard = pile.raise_guard(container);
    let mut next = 0;
    while next < bodies.len() {
        next += pile.let_go(&bodies[next..], container, rng);
        pile.fall();
    }
    for collider in guard {
        pile.world.remove_collider(collider);
    }
    pile.come_to_rest(container);
    pile.take_off_the_rim(container);

    let found = pile.poses();
    let present: Vec<usize> = (0..bodies.len()).filter(|&i| found[i].is_some()).collect();
    let place = |i: &usize| found[*i].map(|pose| Placed::new(&bodies[*i].hull, pose));
    let mut placed: Vec<Placed<'_>> = present.iter().filter_map(place).collect();
    let boxes: Vec<Hull> = container.walls.iter().map(|wall| Hull::cuboid(wall.half)).collect();
    let walls: Vec<Placed<'_>> =
        boxes.iter().zip(&container.walls).map(|(hull, wall)| Placed::new(hull, wall.pose)).collect();
    let free = push_apart(&mut placed, &walls);
    let mut poses = vec![None; bodies.len()];
    for ((i, placed), _) in present.into_iter().zip(placed).zip(free).filter(|(_, free)| *free) {
        poses[i] = Some(placed.pose * DAffine3::from_translation(-bodies[i].hull.center));
    }
    poses
}

/// The simulated world.
struct Pile {
    world: PhysicsWorld,
    /// In the order of the bodies; `None` once taken out.
    units: Vec<Option<RigidBodyHandle>>,
}

impl Pile {
    fn new(container: &Container) -> Self {
        let mut world = PhysicsWorld::new();
        let parameters = &mut world.integration_parameters;
        parameters.dt = STEP;
        parameters.length_unit = UNIT;
        parameters.normalized_contact_recycle_distance = 0.005;
        for wall in &container.walls {
            world.insert_collider(fixed(wall), None);
        }
        Self { world, units: Vec::new() }
    }

    /// Walls above the rim, so that nothing misses the container.
    fn raise_guard(&mut self, container: &Container) -> Vec<ColliderHandle> {
        let (low, high) = (container.low, container.high);
        let (outer, thick) = (DVec3::new(0.0, GUARD, 0.0), 0.1);
        let sides = [
            (DVec3::new(low.x - thick, high.y, low.z - thick), DVec3::new(low.x, high.y, high.z + thick) + outer),
            (DVec3::new(high.x, high.y, low.z - thick), DVec3::new(high.x + thick, high.y, high.z + thick) + outer),
            (DVec3::new(low.x, high.y, low.z - thick), DVec3::new(high.x, high.y, low.z) + outer),
            (DVec3::new(low.x, high.y, high.z), DVec3::new(high.x, high.y, high.z + thick) + outer),
        ];
        let guard = sides.map(|(low, high)| fixed(&Wall::between(low, high)).friction(0.1));
        guard.map(|collider| self.world.insert_collider(collider, None)).to_vec()
    }

    /// Lets the next layer go above everything else, as many bodies as have room side by side. Returns their number.
    fn let_go(&mut self, bodies: &[Body], container: &Container, rng: &mut Rng) -> usize {
        let Some(first) = bodies.first() else { return 0 };
        let room = container.high - container.low;
        let cell = 2.0 * first.hull.radius;
        let fit = |room: f64| libm::floor(room / cell).clamp(1.0, 40.0);
        let (across, deep) = (fit(room.x), fit(room.z));
        let alike = |body: &&Body| body.hull.radius <= first.hull.radius * 1.0001;
        let count = bodies.iter().take((across * deep) as usize).take_while(alike).count();
        let bottom = self.top().max(container.high.y) + 0.005;
        for (i, body) in bodies[..count].iter().enumerate() {
            let radius = body.hull.radius;
            let at = |index: f64, number: f64, low: f64, room: f64, rng: &mut Rng| {
                let pitch = room / number;
                let spare = 0.5 * (pitch - 2.0 * radius).max(0.0);
                low + (index + 0.5) * pitch + rng.uniform(-spare..spare)
            };
            let x = at((i as f64) % across, across, container.low.x, room.x, rng);
            let z = at(libm::floor(i as f64 / across), deep, container.low.z, room.z, rng);
            let mut normal = || rng.normal(0.0, 1.0);
            let turn = DQuat::from_xyzw(normal(), normal(), normal(), normal());
            let turn = if turn.length_squared() > 1e-9 { turn.normalize() } else { DQuat::IDENTITY };
            let place = DVec3::new(x, bottom + radius, z);
            self.insert(body, DAffine3::from_rotation_translation(turn, place));
        }
        count
    }

    fn insert(&mut self, body: &Body, pose: DAffine3) {
        let unit = RigidBodyBuilder::dynamic()
            .pose(pose_of(pose))
            .linvel(Vector::new(0.0, -SPEED, 0.0))
            .linear_damping(AIR.0)
            .angular_damping(AIR.1)
            .ccd_enabled(true);
        let collider = ColliderBuilder::new(shape_of(&body.hull))
            .density(body.density as Real)
            .friction(0.55)
            .restitution(0.0)
            .contact_skin((body.hull.slack + SKIN) as Real);
        let (handle, _) = self.world.insert(unit, collider);
        self.units.push(Some(handle));
    }

    /// Top of the highest body, metres.
    fn top(&self) -> f64 {
        let bodies = self.units.iter().flatten().filter_map(|&handle| self.world.bodies.get(handle));
        let colliders = bodies.flat_map(|body| body.colliders()).filter_map(|&c| self.world.colliders.get(c));
        colliders.map(|collider| f64::from(collider.compute_aabb().maxs.y)).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Steps until the layer that was let go last has made room for the next.
    fn fall(&mut self) {
        for _ in 0..LAYER {
            self.world.step();
        }
    }

    /// Steps until nothing moves; takes out what falls out of the container, and in the end what does not come to rest.
    fn come_to_rest(&mut self, container: &Container) {
        for _ in 0..ROUNDS {
            // Thick air ends the last trembling and changes nothing about where things lie.
            for look in 0..LOOKS {
                self.dampen(if look < LIVELY { AIR } else { HONEY });
                let before = self.poses();
                for _ in 0..STEPS {
                    self.world.step();
                }
                let after = self.poses();
                let is_out = |pose: &DAffine3| is_outside(pose.translation, container);
                self.take_out(|i| after[i].as_ref().is_none_or(is_out));
                let moved: Vec<f64> =
                    before.iter().zip(&after).map(|(before, after)| travel(*before, *after)).collect();
                let fastest =
                    (0..moved.len()).filter(|&i| self.units[i].is_some()).map(|i| moved[i]).fold(0.0, f64::max);
                if fastest <= STILL || (look + 1 == LOOKS && fastest <= FALLS) {
                    return;
                }
                if look + 1 == LOOKS {
                    self.take_out(|i| moved[i] > FALLS);
                }
            }
        }
    }

    /// Takes out what lies on the rim with nothing but the wall under it: thick air holds it there, no customer would find
    /// it so.
    fn take_off_the_rim(&mut self, Container { low, high, .. }: &Container) {
        let boxes: Vec<Option<(DVec3, DVec3)>> = self.units.iter().map(|unit| self.bounds((*unit)?)).collect();
        let is_over = |min: DVec3, max: DVec3| min.x < low.x || max.x > high.x || min.z < low.z || max.z > high.z;
        let bears = |(min, max): (DVec3, DVec3), (other_min, other_max): (DVec3, DVec3)| {
            let meets = other_min.x < max.x && other_max.x > min.x && other_min.z < max.z && other_max.z > min.z;
            meets && other_min.y < min.y && other_max.y > min.y - 2.0 * STILL
        };
        self.take_out(|i| {
            boxes[i].is_some_and(|(min, max)| {
                let others = boxes.iter().enumerate().filter(|(j, _)| *j != i).filter_map(|(_, other)| *other);
                is_over(min, max) && !others.into_iter().any(|other| bears((min, max), other))
            })
        });
    }

    /// Box around a body, metres.
    fn bounds(&self, unit: RigidBodyHandle) -> Option<(DVec3, DVec3)> {
        let corner = |v: Vector| DVec3::from_array(v.to_array().map(f64::from));
        let colliders = self.world.bodies.get(unit)?.colliders().iter().filter_map(|&c| self.world.colliders.get(c));
        colliders
            .map(|collider| collider.compute_aabb())
            .map(|around| (corner(around.mins), corner(around.maxs)))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    fn dampen(&mut self, (linear, angular): (Real, Real)) {
        for &handle in self.units.iter().flatten() {
            if let Some(body) = self.world.bodies.get_mut(handle) {
                body.set_linear_damping(linear);
                body.set_angular_damping(angular);
            }
        }
    }

    fn take_out(&mut self, condition: impl Fn(usize) -> bool) {
        for i in 0..self.units.len() {
            if let Some(handle) = self.units[i].filter(|_| condition(i)) {
                self.world.remove_body(handle);
                self.units[i] = None;
            }
        }
    }

    /// Poses of the bodies that are left, exactly rigid.
    fn poses(&self) -> Vec<Option<DAffine3>> {
        let pose = |unit: &Option<RigidBodyHandle>| {
            let pose = self.world.bodies.get((*unit)?)?.position();
            let turn = DQuat::from_array(pose.rotation.to_array().map(f64::from));
            let place = DVec3::from_array(pose.translation.to_array().map(f64::from));
            (turn.is_finite() && place.is_finite())
                .then(|| DAffine3::from_mat3_translation(DMat3::from_quat(turn.normalize()), place))
        };
        self.units.iter().map(pose).collect()
    }
}

/// A fixed box as the engine takes it.
fn fixed(wall: &Wall) -> ColliderBuilder {
    let half = vector(wall.half);
    ColliderBuilder::cuboid(half.x, half.y, half.z).position(pose_of(wall.pose)).friction(0.5).restitution(0.0)
}

/// How far the points of a body have moved, roughly; infinite if it is not there.
fn travel(before: Option<DAffine3>, after: Option<DAffine3>) -> f64 {
    let (Some(before), Some(after)) = (before, after) else { return f64::INFINITY };
    let turned = (after.matrix3.x_axis - before.matrix3.x_axis).length()
        + (after.matrix3.y_axis - before.matrix3.y_axis).length();
    before.translation.distance(after.translation) + f64::from(UNIT) * turned
}

/// True if a body's middle is beside or below the room inside of the container.
fn is_outside(middle: DVec3, Container { low, high, .. }: &Container) -> bool {
    !(middle.x > low.x && middle.x < high.x && middle.z > low.z && middle.z < high.z && middle.y > low.y)
}

/// A hull as the engine takes it: its box where it cannot take the hull itself.
pub(super) fn shape_of(hull: &Hull) -> SharedShape {
    let points: Vec<Vector> = hull.points.iter().map(|&point| vector(point)).collect();
    SharedShape::convex_mesh(points, &hull.faces).unwrap_or_else(|| {
        let half = hull.points.iter().fold(DVec3::ZERO, |half, point| half.max(point.abs()));
        SharedShape::cuboid(half.x as Real, half.y as Real, half.z as Real)
    })
}

pub(super) fn pose_of(pose: DAffine3) -> Pose {
    let turn = DQuat::from_mat3(&pose.matrix3).normalize();
    let [x, y, z, w] = turn.to_array().map(|value| value as Real);
    Pose::from_parts(vector(pose.translation), Rotation::from_xyzw(x, y, z, w).normalize())
}

fn vector(v: DVec3) -> Vector {
    Vector::from_array(v.to_array().map(|value| value as Real))
}
