//! Exact tests of whether two units share space: the law that no composed scene may break.

use glam::{DMat3, DVec2, DVec3};

use super::Unit;
use crate::catalog::Footprint;

/// The space that a unit takes: the box of its model, or the cylinder of a round one that stands upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Solid {
    /// A box with unit axes in the columns.
    Box {
        /// Middle in the world.
        center: DVec3,
        /// Directions of its edges.
        axes: DMat3,
        /// Half its size along them, metres.
        half: DVec3,
    },
    /// A cylinder with a vertical axis.
    Cylinder {
        /// Middle in the world.
        center: DVec3,
        /// Radius in metres.
        radius: f64,
        /// Half its height in metres.
        half_height: f64,
    },
}

impl Solid {
    /// The solid of a unit whose pose is rigid.
    #[must_use]
    pub fn of(unit: &Unit) -> Self {
        let model = &unit.look.model;
        let center = unit.world_from_object.transform_point3(model.bounds.center());
        let half = model.bounds.size() * 0.5;
        let axes = unit.world_from_object.matrix3;
        if model.footprint == Footprint::Round && axes.y_axis.y.abs() > 1.0 - 1e-9 {
            return Self::Cylinder { center, radius: half.x.max(half.z), half_height: half.y };
        }
        Self::Box { center, axes, half }
    }

    /// Half the size of the axis-aligned box around it, metres.
    #[must_use]
    pub fn extents(&self) -> DVec3 {
        match *self {
            Self::Box { axes, half, .. } => {
                axes.x_axis.abs() * half.x + axes.y_axis.abs() * half.y + axes.z_axis.abs() * half.z
            }
            Self::Cylinder { radius, half_height, .. } => DVec3::new(radius, half_height, radius),
        }
    }

    /// Middle in the world.
    #[must_use]
    pub fn center(&self) -> DVec3 {
        match *self {
            Self::Box { center, .. } | Self::Cylinder { center, .. } => center,
        }
    }

    /// The box around it: itself, or the square prism around a cylinder.
    fn as_box(&self) -> (DVec3, DMat3, DVec3) {
        match *self {
            Self::Box { center, axes, half } => (center, axes, half),
            Self::Cylinder { center, .. } => (center, DMat3::IDENTITY, self.extents()),
        }
    }
}

/// True if two units share space; touching is not sharing.
///
/// Exact for boxes, for upright cylinders, and for a cylinder and a box that has a vertical edge, which is all that the
/// composer makes. A cylinder beside a box without vertical edges counts as the square prism around it.
#[must_use]
pub fn overlaps(a: &Unit, b: &Unit) -> bool {
    solids_overlap(&Solid::of(a), &Solid::of(b))
}

/// True if two solids share space, as [`overlaps`].
#[must_use]
pub fn solids_overlap(a: &Solid, b: &Solid) -> bool {
    let apart = (a.center() - b.center()).abs();
    if apart.cmpge(a.extents() + b.extents()).any() {
        return false;
    }
    match (*a, *b) {
        (Solid::Cylinder { radius: ra, .. }, Solid::Cylinder { radius: rb, .. }) => {
            DVec2::new(apart.x, apart.z).length() < ra + rb
        }
        (Solid::Cylinder { center, radius, .. }, Solid::Box { .. }) => disc_meets_box(center, radius, b),
        (Solid::Box { .. }, Solid::Cylinder { center, radius, .. }) => disc_meets_box(center, radius, a),
        (Solid::Box { .. }, Solid::Box { .. }) => boxes_overlap(a, b),
    }
}

/// A cylinder and a box whose heights overlap already.
fn disc_meets_box(center: DVec3, radius: f64, solid: &Solid) -> bool {
    let (middle, axes, half) = solid.as_box();
    let columns = [axes.x_axis, axes.y_axis, axes.z_axis];
    let Some(upright) = columns.iter().position(|axis| axis.y.abs() > 1.0 - 1e-9) else {
        let half_height = f64::INFINITY;
        let extents = DVec3::new(radius, half_height, radius).min(DVec3::splat(1e6));
        return boxes_overlap(&Solid::Box { center, axes: DMat3::IDENTITY, half: extents }, solid);
    };
    let outside = (0..3).filter(|&axis| axis != upright).map(|axis| {
        let along = (center - middle).dot(columns[axis]).abs() - half[axis];
        along.max(0.0)
    });
    outside.map(|distance| distance * distance).sum::<f64>() < radius * radius
}

/// Separating axis theorem: two boxes are apart exactly if one of 15 directions separates them (Gottschalk, Lin,
/// Manocha, "OBBTree", SIGGRAPH 1996).
fn boxes_overlap(a: &Solid, b: &Solid) -> bool {
    let ((center_a, axes_a, half_a), (center_b, axes_b, half_b)) = (a.as_box(), b.as_box());
    let columns = |axes: DMat3| [axes.x_axis, axes.y_axis, axes.z_axis];
    let (a, b) = (columns(axes_a), columns(axes_b));
    let crossed = a.iter().flat_map(|&a| b.map(|b| a.cross(b)));
    let reach = |axes: &[DVec3; 3], half: DVec3, direction: DVec3| {
        (0..3).map(|i| half[i] * axes[i].dot(direction).abs()).sum::<f64>()
    };
    !a.iter().chain(&b).copied().chain(crossed).any(|direction| {
        // Parallel edges span no direction.
        let length = direction.length_squared();
        length > 1e-12
            && (center_a - center_b).dot(direction).abs() >= reach(&a, half_a, direction) + reach(&b, half_b, direction)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cube(center: DVec3, yaw: f64) -> Solid {
        Solid::Box { center, axes: DMat3::from_rotation_y(yaw), half: DVec3::splat(0.5) }
    }

    fn disc(x: f64, z: f64) -> Solid {
        Solid::Cylinder { center: DVec3::new(x, 0.0, z), radius: 0.5, half_height: 0.5 }
    }

    #[test]
    fn known_cases() {
        let origin = cube(DVec3::ZERO, 0.0);
        assert!(!solids_overlap(&origin, &cube(DVec3::X, 0.0)), "touching is not sharing");
        assert!(solids_overlap(&origin, &cube(DVec3::X * 0.999, 0.0)));
        // Turned by 45° its corner reaches 0.707 to the side.
        assert!(solids_overlap(&origin, &cube(DVec3::X * 1.2, std::f64::consts::FRAC_PI_4)));
        assert!(!solids_overlap(&origin, &cube(DVec3::X * 1.21, std::f64::consts::FRAC_PI_4)));
        // A disc fits beside a corner where its box would not.
        assert!(!solids_overlap(&origin, &disc(0.86, 0.86)));
        assert!(solids_overlap(&origin, &disc(0.85, 0.85)));
        assert!(!solids_overlap(&disc(0.0, 0.0), &disc(0.71, 0.71)));
    }

    proptest! {
        #[test]
        fn sampled_common_points_are_overlaps(
            x in -1.2..1.2f64, y in -1.2..1.2f64, z in -1.2..1.2f64, turn in prop::array::uniform3(-3.0..3.0f64),
            p in prop::array::uniform3(-0.5..0.5f64), upright in any::<bool>(),
        ) {
            let axes = DMat3::from_rotation_y(turn[0]) * DMat3::from_rotation_x(if upright { 0.0 } else { turn[1] });
            let turned = Solid::Box { center: DVec3::new(x, y, z), axes, half: DVec3::new(0.5, 0.3, 0.2) };
            for other in [cube(DVec3::ZERO, turn[2]), disc(0.0, 0.0)] {
                prop_assert_eq!(solids_overlap(&turned, &other), solids_overlap(&other, &turned));
                // A point of the turned box that lies in the other solid proves that they share space.
                let point = DVec3::new(x, y, z) + axes * (DVec3::from_array(p) * DVec3::new(1.0, 0.6, 0.4));
                let inside = match other {
                    Solid::Box { axes, .. } => (axes.transpose() * point).abs().max_element() < 0.499,
                    Solid::Cylinder { .. } => point.y.abs() < 0.499 && point.x.hypot(point.z) < 0.499,
                };
                prop_assert!(!inside || solids_overlap(&turned, &other));
            }
        }
    }
}
