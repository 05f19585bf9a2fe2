use glam::{DAffine3, DVec3};

/// Axis-aligned box in metres; [`Aabb::EMPTY`] has `min > max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aabb {
    /// Smallest corner.
    pub min: DVec3,
    /// Largest corner.
    pub max: DVec3,
}

impl Aabb {
    /// Contains nothing; the neutral element of [`Aabb::union`].
    pub const EMPTY: Self = Self { min: DVec3::INFINITY, max: DVec3::NEG_INFINITY };

    /// Smallest box around the points.
    pub fn from_points(points: impl IntoIterator<Item = DVec3>) -> Self {
        points.into_iter().fold(Self::EMPTY, |aabb, point| Self { min: aabb.min.min(point), max: aabb.max.max(point) })
    }

    /// True when the box contains no point.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !self.min.cmple(self.max).all()
    }

    /// Width, height and depth.
    #[must_use]
    pub fn size(self) -> DVec3 {
        if self.is_empty() { DVec3::ZERO } else { self.max - self.min }
    }

    /// Middle of the box.
    #[must_use]
    pub fn center(self) -> DVec3 {
        (self.min + self.max) * 0.5
    }

    /// The eight corners: bit 0 of the index chooses x, bit 1 y, bit 2 z.
    #[must_use]
    pub fn corners(self) -> [DVec3; 8] {
        std::array::from_fn(|i| {
            DVec3::new(
                if i & 1 == 0 { self.min.x } else { self.max.x },
                if i & 2 == 0 { self.min.y } else { self.max.y },
                if i & 4 == 0 { self.min.z } else { self.max.z },
            )
        })
    }

    /// Smallest box around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// Smallest axis-aligned box around this box after the transform.
    #[must_use]
    pub fn transformed(self, transform: DAffine3) -> Self {
        if self.is_empty() {
            return self;
        }
        Self::from_points(self.corners().map(|corner| transform.transform_point3(corner)))
    }
}
