use endcap::catalog::Look;
use endcap::scene::Scene;
use glam::{DAffine3, DVec2, DVec3};

/// First hit of a ray, found by trying every triangle in f64 (Möller and Trumbore 1997).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truth {
    /// Unit number; 0 for props.
    pub(crate) id: u32,
    /// Metres along the optical axis.
    pub(crate) depth: f64,
    /// Unit interpolated normal in camera space, towards the viewer.
    pub(crate) normal: DVec3,
    /// Cosine between the ray and the triangle's normal.
    pub(crate) cosine: f64,
}

/// All triangles of a scene in camera space.
pub(crate) struct Reference {
    instances: Vec<Instance>,
    scene: Scene,
}

struct Instance {
    id: u32,
    ball: Ball,
    /// A few neighbouring triangles each: most need no look.
    parts: Vec<(Ball, Vec<Corners>)>,
}

/// Position and normal of each corner of a triangle.
type Corners = [(DVec3, DVec3); 3];

/// A sphere around some triangles.
struct Ball {
    center: DVec3,
    radius: f64,
}

impl Reference {
    pub(crate) fn new(scene: &Scene) -> Self {
        let camera_from_world = DAffine3::from_mat4(scene.camera.camera_from_world());
        let units = scene.units.iter().enumerate().map(|(i, u)| (i as u32 + 1, &u.look, u.world_from_object));
        // What is seen through is no part of any label.
        let props = scene.props.iter().filter(|prop| !prop.seen_through);
        let props = props.map(|prop| (0, &prop.look, prop.world_from_object));
        let instances =
            units.chain(props).map(|(id, look, pose)| Instance::new(id, look, camera_from_world * pose)).collect();
        Self { instances, scene: scene.clone() }
    }

    /// What is seen at a position of the picture, in pixels.
    pub(crate) fn see(&self, pixel: DVec2) -> Option<Truth> {
        self.see_of(pixel, |_| true)
    }

    /// What would be seen if only some units were there.
    pub(crate) fn see_of(&self, pixel: DVec2, wanted: impl Fn(u32) -> bool) -> Option<Truth> {
        let ray = self.scene.camera.unproject(pixel)?;
        let mut best: Option<Truth> = None;
        for instance in self.instances.iter().filter(|instance| wanted(instance.id) && instance.ball.may_meet(ray)) {
            for corners in instance.parts.iter().filter(|(ball, _)| ball.may_meet(ray)).flat_map(|(_, part)| part) {
                let limit = best.map_or(f64::INFINITY, |truth| truth.depth);
                if let Some(truth) = meet(instance.id, corners, ray, limit) {
                    best = Some(truth);
                }
            }
        }
        best
    }

    /// First hits of all units, and of all that is no unit together, nearest first.
    pub(crate) fn see_all(&self, pixel: DVec2) -> Vec<Truth> {
        let ids: std::collections::BTreeSet<u32> = self.instances.iter().map(|instance| instance.id).collect();
        let mut found: Vec<Truth> = ids.into_iter().filter_map(|id| self.see_of(pixel, |other| other == id)).collect();
        found.sort_by(|a, b| a.depth.total_cmp(&b.depth));
        found
    }

    /// Whether something like this is seen somewhere within so many pixels of a position; `None` is nothing.
    pub(crate) fn is_near(&self, pixel: DVec2, reach: f64, wanted: impl Fn(Option<Truth>) -> bool) -> bool {
        (0..16).any(|i| {
            let angle = f64::from(i) * std::f64::consts::TAU / 16.0;
            wanted(self.see(pixel + DVec2::new(angle.cos(), angle.sin()) * reach))
        })
    }
}

impl Instance {
    fn new(id: u32, look: &Look, camera_from_object: DAffine3) -> Self {
        let mesh = &look.model.mesh;
        let normals = camera_from_object.matrix3.inverse().transpose();
        let triangles: Vec<_> = mesh
            .triangles
            .iter()
            .map(|triangle| {
                triangle.map(|i| {
                    let position = camera_from_object.transform_point3(mesh.positions[i as usize].as_dvec3());
                    (position, normals * mesh.normals[i as usize].as_dvec3())
                })
            })
            .collect();
        let parts = triangles.chunks(24).map(|part| (Ball::around(part), part.to_vec())).collect();
        Self { id, ball: Ball::around(&triangles), parts }
    }
}

impl Ball {
    fn around(triangles: &[[(DVec3, DVec3); 3]]) -> Self {
        let points = || triangles.iter().flatten().map(|corner| corner.0);
        let center = points().sum::<DVec3>() / points().count().max(1) as f64;
        Self { center, radius: points().map(|p| p.distance(center)).fold(0.0, f64::max) }
    }

    fn may_meet(&self, ray: DVec3) -> bool {
        self.center.cross(ray.normalize()).length() <= self.radius * 1.000_001
    }
}

fn meet(id: u32, corners: &Corners, ray: DVec3, limit: f64) -> Option<Truth> {
    let [a, b, c] = corners.map(|corner| corner.0);
    let (edge_b, edge_c) = (b - a, c - a);
    let p = ray.cross(edge_c);
    let determinant = edge_b.dot(p);
    if determinant == 0.0 {
        return None;
    }
    let v = -a.dot(p) / determinant;
    let q = (-a).cross(edge_b);
    let w = ray.dot(q) / determinant;
    let depth = edge_c.dot(q) / determinant;
    if v < 0.0 || w < 0.0 || v + w > 1.0 || depth <= 0.0 || depth >= limit {
        return None;
    }
    let face = edge_b.cross(edge_c).normalize();
    let face = if face.dot(ray) > 0.0 { -face } else { face };
    let normal = (corners[0].1 * (1.0 - v - w) + corners[1].1 * v + corners[2].1 * w).normalize();
    let normal = if normal.dot(face) < 0.0 { -normal } else { normal };
    Some(Truth { id, depth, normal, cosine: face.dot(-ray.normalize()) })
}
