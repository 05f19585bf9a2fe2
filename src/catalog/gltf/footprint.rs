//! Is a model round, seen from above?

use glam::{DVec2, DVec3};

use crate::catalog::Footprint;
use crate::geometry::Mesh;

/// Horizontal cuts through the model.
const CUTS: usize = 24;
/// Directions in which each cut is measured.
const DIRECTIONS: usize = 32;
/// Largest difference between the widths of a round cut, as a share of the model's radius. Lets a twelve-sided can and
/// a scan of a can pass, and no box with rounded edges.
const TOLERANCE: f64 = 0.05;

/// [`Footprint::Round`] for a mesh whose horizontal cuts are all discs about the middle of its box.
pub(super) fn footprint(mesh: &Mesh) -> Footprint {
    let bounds = mesh.bounds();
    let size = bounds.size();
    let radius = size.x.max(size.z) / 2.0;
    if bounds.is_empty() || size.min_element() <= 0.0 || (size.x - size.z).abs() > TOLERANCE * radius {
        return Footprint::Box;
    }
    let mut reach = vec![[f64::NEG_INFINITY; DIRECTIONS]; CUTS];
    let directions: [DVec2; DIRECTIONS] =
        std::array::from_fn(|i| DVec2::from_angle(std::f64::consts::TAU * i as f64 / DIRECTIONS as f64));
    for triangle in 0..mesh.triangles.len() {
        let corners = mesh.corners(triangle).map(|corner| (corner - bounds.center()) / DVec3::new(1.0, size.y, 1.0));
        for (cut, reach) in reach.iter_mut().enumerate() {
            let height = (cut as f64 + 0.5) / CUTS as f64 - 0.5;
            for (a, b) in [(0, 1), (1, 2), (2, 0)].map(|(a, b)| (corners[a], corners[b])) {
                if (a.y < height) != (b.y < height) {
                    let point = a.lerp(b, (height - a.y) / (b.y - a.y));
                    for (reach, direction) in reach.iter_mut().zip(directions) {
                        *reach = reach.max(direction.dot(DVec2::new(point.x, point.z)));
                    }
                }
            }
        }
    }
    let is_disc = |reach: &[f64; DIRECTIONS]| {
        let least = reach.iter().copied().fold(f64::INFINITY, f64::min);
        let most = reach.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most == f64::NEG_INFINITY || most - least <= TOLERANCE * radius
    };
    if reach.iter().all(is_disc) { Footprint::Round } else { Footprint::Box }
}

#[cfg(test)]
mod tests {
    use glam::Vec3;

    use super::*;

    /// Upright prism over a regular polygon.
    fn prism(sides: u32, radius_at_top: f32) -> Mesh {
        let corner = |i: u32, radius: f32, y: f32| {
            let angle = std::f32::consts::TAU * (i % sides) as f32 / sides as f32;
            Vec3::new(radius * angle.cos(), y, radius * angle.sin())
        };
        let positions =
            (0..sides).flat_map(|i| [corner(i, 1.0, 0.0), corner(i, radius_at_top, 2.0)]).collect::<Vec<_>>();
        let at = |i: u32| 2 * (i % sides);
        let triangles =
            (0..sides).flat_map(|i| [[at(i), at(i) + 1, at(i + 1)], [at(i + 1), at(i) + 1, at(i + 1) + 1]]).collect();
        Mesh { positions, triangles, ..Mesh::default() }
    }

    #[test]
    fn cans_and_cones_are_round_and_boxes_are_not() {
        for sides in [12, 16, 64] {
            assert_eq!(footprint(&prism(sides, 1.0)), Footprint::Round, "{sides}");
            assert_eq!(footprint(&prism(sides, 0.3)), Footprint::Round, "{sides}");
        }
        for sides in [3, 4, 6, 8] {
            assert_eq!(footprint(&prism(sides, 1.0)), Footprint::Box, "{sides}");
        }
        assert_eq!(footprint(&Mesh::default()), Footprint::Box);
    }

    #[test]
    fn a_square_bottle_with_a_round_foot_is_not_round() {
        let mut mesh = prism(64, 1.0);
        let mut square = prism(4, 0.6);
        square.positions.iter_mut().for_each(|position| position.y += 2.0);
        mesh.append(&square);
        assert_eq!(footprint(&mesh), Footprint::Box);
    }
}
