//! Shining rectangles of a glTF scene as lamps that light is sought at.
//!
//! A path finds an emissive mesh only by running into it, which is noisy where the mesh is small. glTF knows no lamps
//! with an area, so people model them as emissive rectangles: each of those gets a [`Light::Rect`] just in front of it.

use glam::{DVec3, Vec3};

use crate::catalog::{AlphaMode, Material};
use crate::scene::{Light, Unit};

/// Metres from the surface to its lamp.
const GAP: f64 = 1e-4;
/// Largest sine by which a corner may miss the right angle, and share of the sides by which opposite corners may miss.
const SKEW: f64 = 1e-3;
/// Triangles of a material slot beyond which it is no lamp but a shape that shines.
const MOST_TRIANGLES: usize = 64;
/// Lamps at most, because every path looks at all of them. The strongest are taken.
const MOST_LAMPS: usize = 64;

/// A lamp per rectangle (two triangles that share a diagonal) of opaque, untextured, emissive material; two where the
/// material is double-sided. All other emissive surfaces shine by being met.
///
/// For light the lamp takes the place of its surface: what the surface reflects beside what it emits is only seen by the
/// camera.
pub(super) fn lamps(units: &[Unit]) -> Vec<Light> {
    let mut lamps: Vec<(f64, Light)> = units.iter().flat_map(of_unit).collect();
    // Stable: of equals the first one of the file is taken.
    lamps.sort_by(|a, b| b.0.total_cmp(&a.0));
    lamps.truncate(MOST_LAMPS);
    lamps.into_iter().map(|(_, light)| light).collect()
}

/// The lamps of a unit and how strong they are.
fn of_unit(unit: &Unit) -> Vec<(f64, Light)> {
    let model = &unit.look.model;
    let mut found = Vec::new();
    for (slot, material) in unit.look.materials.iter().enumerate() {
        if !shines(material) {
            continue;
        }
        let triangles: Vec<usize> =
            (0..model.slots.len()).filter(|&triangle| usize::from(model.slots[triangle]) == slot).collect();
        if triangles.len() > MOST_TRIANGLES {
            continue;
        }
        let corners = |&triangle: &usize| {
            model.mesh.corners(triangle).map(|corner| unit.world_from_object.transform_point3(corner))
        };
        let is_mirrored = unit.world_from_object.matrix3.determinant() < 0.0;
        for sides in rectangles(&triangles.iter().map(corners).collect::<Vec<_>>()) {
            let front = if is_mirrored { sides.turned() } else { sides };
            found.extend(front.light(material.emissive));
            if material.double_sided {
                found.extend(front.turned().light(material.emissive));
            }
        }
    }
    found
}

/// True for a surface that emits the same everywhere.
fn shines(material: &Material) -> bool {
    let emits = material.emissive.is_finite() && material.emissive.max_element() > 0.0;
    let is_even = material.textures.emissive.is_none() && material.alpha == AlphaMode::Opaque;
    emits && is_even && material.transmission <= 0.0 && !material.unlit
}

/// Middle and halves of the sides of a rectangle; `half_u × half_v` points to its front.
#[derive(Debug, Clone, Copy)]
struct Sides {
    center: DVec3,
    half_u: DVec3,
    half_v: DVec3,
}

impl Sides {
    /// The same rectangle from behind.
    fn turned(self) -> Self {
        Self { half_u: self.half_v, half_v: self.half_u, ..self }
    }

    /// Its lamp and how strong that is; `None` if it has no extent.
    fn light(self, radiance: Vec3) -> Option<(f64, Light)> {
        let Self { center, half_u, half_v } = self;
        let doubled = half_u.cross(half_v);
        let front = doubled.try_normalize()?;
        let light = Light::Rect { center: center + front * GAP, half_u, half_v, radiance };
        Some((doubled.length() * f64::from(radiance.max_element()), light))
    }
}

/// Pairs of triangles that make up a rectangle; each triangle is used once.
fn rectangles(triangles: &[[DVec3; 3]]) -> Vec<Sides> {
    let mut is_used = vec![false; triangles.len()];
    let mut found = Vec::new();
    for first in 0..triangles.len() {
        for second in first + 1..triangles.len() {
            if is_used[first] || is_used[second] {
                continue;
            }
            if let Some(sides) = rectangle(triangles[first], triangles[second]) {
                (is_used[first], is_used[second]) = (true, true);
                found.push(sides);
            }
        }
    }
    found
}

/// The rectangle of two triangles with the same sense.
fn rectangle(first: [DVec3; 3], second: [DVec3; 3]) -> Option<Sides> {
    (0..3).find_map(|i| {
        // Around the right angle at b; d is the corner that completes the rectangle.
        let [a, b, c] = [first[(i + 2) % 3], first[i], first[(i + 1) % 3]];
        let (u, v) = (b - a, c - b);
        let d = a + v;
        let bound = SKEW * u.length().min(v.length());
        let is_right = u.dot(v).abs() <= SKEW * u.length() * v.length() && bound > 0.0;
        let is_rest = |j: usize| {
            let corners = [second[j], second[(j + 1) % 3], second[(j + 2) % 3]];
            corners.iter().zip([c, d, a]).all(|(found, expected)| found.distance(expected) <= bound)
        };
        (is_right && (0..3).any(is_rest)).then(|| Sides { center: (a + c) / 2.0, half_u: u / 2.0, half_v: v / 2.0 })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use glam::DAffine3;
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{Artwork, Footprint, Look, Model, ModelKey, Texture};
    use crate::geometry::Mesh;

    const RED: Vec3 = Vec3::new(3.0, 1.0, 0.5);

    fn glowing() -> Material {
        Material { emissive: RED, ..Material::default() }
    }

    fn unit(positions: &[Vec3], triangles: &[[u32; 3]], material: Material, world_from_object: DAffine3) -> Unit {
        let mesh = Mesh {
            positions: positions.to_vec(),
            normals: vec![Vec3::Z; positions.len()],
            uvs: vec![glam::Vec2::ZERO; positions.len()],
            triangles: triangles.to_vec(),
            ..Mesh::default()
        };
        let model = Model::single(ModelKey::new("lamp"), mesh, Footprint::Box);
        let look = Look { model: Arc::new(model), materials: [material].into() };
        Unit { name: String::new(), product: None, look, world_from_object, class: 1, cell: None }
    }

    /// A panel of 2 x 1 m that faces +z.
    const PANEL: [Vec3; 4] = [Vec3::ZERO, Vec3::new(2.0, 0.0, 0.0), Vec3::new(2.0, 1.0, 0.0), Vec3::new(0.0, 1.0, 0.0)];

    fn panel(material: Material, pose: DAffine3) -> Unit {
        unit(&PANEL, &[[0, 1, 2], [0, 2, 3]], material, pose)
    }

    #[test]
    fn a_shining_rectangle_becomes_a_lamp_in_front_of_it() {
        for triangles in [[[0, 1, 2], [0, 2, 3]], [[1, 2, 0], [3, 0, 2]], [[0, 1, 3], [3, 1, 2]]] {
            let lamps = lamps(&[unit(&PANEL, &triangles, glowing(), DAffine3::IDENTITY)]);
            let [Light::Rect { center, half_u, half_v, radiance }] = lamps[..] else { panic!("{lamps:?}") };
            assert!(center.distance(DVec3::new(1.0, 0.5, GAP)) < 1e-12, "{center}");
            assert!(half_u.cross(half_v).distance(DVec3::Z * 0.5) < 1e-12, "{half_u} {half_v}");
            assert_eq!(radiance, RED);
        }
    }

    #[test]
    fn mirrored_nodes_keep_their_front_and_double_sided_ones_have_two() {
        let mirrored = DAffine3::from_scale(DVec3::new(-1.0, 1.0, 1.0));
        for (lamp, fronts) in [
            (panel(glowing(), mirrored), vec![DVec3::Z]),
            (panel(Material { double_sided: true, ..glowing() }, mirrored), vec![DVec3::Z, DVec3::NEG_Z]),
        ] {
            let found: Vec<DVec3> = lamps(&[lamp])
                .iter()
                .map(|light| match light {
                    Light::Rect { half_u, half_v, center, .. } => {
                        assert!((center.z.abs() - GAP).abs() < 1e-12);
                        half_u.cross(*half_v).normalize()
                    }
                    _ => panic!("{light:?}"),
                })
                .collect();
            assert_eq!(found, fronts);
        }
    }

    #[test]
    fn what_is_no_even_rectangle_shines_by_being_met() {
        let mut textured = glowing();
        textured.textures.emissive = Some(Texture::new(Artwork::from_file("glow.png").into()));
        let blended = Material { alpha: AlphaMode::Blend, ..glowing() };
        let endless = Material { emissive: Vec3::splat(f32::INFINITY), ..Material::default() };
        for material in [Material::default(), textured, blended, endless] {
            assert_eq!(lamps(&[panel(material, DAffine3::IDENTITY)]), []);
        }
        // A shear, a triangle alone, two triangles that look to different sides, and a panel without width.
        let sheared = DAffine3::from_mat3(glam::DMat3::from_cols(DVec3::X, DVec3::new(0.2, 1.0, 0.0), DVec3::Z));
        assert_eq!(lamps(&[panel(glowing(), sheared)]), []);
        assert_eq!(lamps(&[unit(&PANEL, &[[0, 1, 2]], glowing(), DAffine3::IDENTITY)]), []);
        assert_eq!(lamps(&[unit(&PANEL, &[[0, 1, 2], [0, 3, 2]], glowing(), DAffine3::IDENTITY)]), []);
        assert_eq!(lamps(&[panel(glowing(), DAffine3::from_scale(DVec3::new(0.0, 1.0, 1.0)))]), []);
        // A shape of many triangles.
        let many = [[0, 1, 2], [0, 2, 3]].repeat(MOST_TRIANGLES);
        assert_eq!(lamps(&[unit(&PANEL, &many, glowing(), DAffine3::IDENTITY)]), []);
    }

    #[test]
    fn only_the_strongest_lamps_are_taken() {
        let at = |i: usize| panel(glowing(), DAffine3::from_scale(DVec3::splat(1.0 + i as f64)));
        let found = lamps(&(0..MOST_LAMPS + 5).map(at).collect::<Vec<_>>());
        assert_eq!(found.len(), MOST_LAMPS);
        let Light::Rect { half_u, .. } = found[MOST_LAMPS - 1] else { panic!("{found:?}") };
        assert!((half_u.length().max(1.0) - 6.0).abs() < 1e-9, "{half_u}");
    }

    proptest! {
        #[test]
        fn every_rectangle_is_found_with_its_area_and_front(
            axis in prop::array::uniform3(-1.0..1.0_f64), angle in 0.0..6.2_f64, place in prop::array::uniform3(-50.0..50.0_f64),
            (width, height) in (0.01..3.0_f64, 0.01..3.0_f64), start in 0..3_usize,
        ) {
            let axis = DVec3::from(axis).try_normalize().unwrap_or(DVec3::Y);
            let pose = DAffine3::from_axis_angle(axis, angle);
            let (u, v) = (pose.transform_vector3(DVec3::X * width), pose.transform_vector3(DVec3::Y * height));
            let a = DVec3::from(place);
            let mut second = [a, a + u + v, a + v];
            second.rotate_left(start);
            let sides = rectangle([a, a + u, a + u + v], second).expect("a rectangle");
            prop_assert!(sides.center.distance(a + (u + v) / 2.0) < 1e-9);
            prop_assert!((4.0 * sides.half_u.cross(sides.half_v)).distance(u.cross(v)) < 1e-9);
        }
    }
}
