use std::collections::BTreeMap;

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis};

use super::{DepthLayer, Occlusion, Plane, Silhouette};

/// Pixels of one plane, indexed `[row, column, channel]` with row 0 at the top.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaneData {
    /// [`Plane::Rgb`].
    U8(Array3<u8>),
    /// [`Plane::Semantic`].
    U16(Array3<u16>),
    /// [`Plane::Instance`] and [`Plane::Part`].
    U32(Array3<u32>),
    /// All others.
    F32(Array3<f32>),
}

/// Everything that one render gives: planes of equal size, the full silhouette of every unit, and who hides whom.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The planes that were asked for.
    pub planes: BTreeMap<Plane, PlaneData>,
    /// Amodal silhouettes, unit `i + 1` at index `i`; empty when none were asked for.
    pub silhouettes: Vec<Silhouette>,
    /// Every pair of which one hides the other somewhere in the picture, ascending by the number of the hidden unit and
    /// then of the one in front; none when it was not asked for.
    pub occlusion: Option<Vec<Occlusion>>,
    /// The nearest bodies on every ray, as many as were asked for.
    pub layers: Vec<DepthLayer>,
}

impl Frame {
    /// 8-bit sRGB, `[row, column, 3]`.
    #[must_use]
    pub fn rgb(&self) -> Option<ArrayView3<'_, u8>> {
        match self.planes.get(&Plane::Rgb)? {
            PlaneData::U8(data) => Some(data.view()),
            _ => None,
        }
    }

    /// Unit numbers, `[row, column]`.
    #[must_use]
    pub fn instance(&self) -> Option<ArrayView2<'_, u32>> {
        match self.planes.get(&Plane::Instance)? {
            PlaneData::U32(data) => Some(data.index_axis(Axis(2), 0)),
            _ => None,
        }
    }

    /// Numbers of units and parts, `[row, column]`.
    #[must_use]
    pub fn part(&self) -> Option<ArrayView2<'_, u32>> {
        match self.planes.get(&Plane::Part)? {
            PlaneData::U32(data) => Some(data.index_axis(Axis(2), 0)),
            _ => None,
        }
    }

    /// Class numbers, `[row, column]`.
    #[must_use]
    pub fn semantic(&self) -> Option<ArrayView2<'_, u16>> {
        match self.planes.get(&Plane::Semantic)? {
            PlaneData::U16(data) => Some(data.index_axis(Axis(2), 0)),
            _ => None,
        }
    }

    /// Metres along the optical axis, `[row, column]`.
    #[must_use]
    pub fn depth(&self) -> Option<ArrayView2<'_, f32>> {
        Some(self.floats(Plane::Depth)?.index_axis_move(Axis(2), 0))
    }

    /// Any plane of floats, `[row, column, channel]`.
    #[must_use]
    pub fn floats(&self, plane: Plane) -> Option<ArrayView3<'_, f32>> {
        match self.planes.get(&plane)? {
            PlaneData::F32(data) => Some(data.view()),
            _ => None,
        }
    }

    /// Visible mask of one unit, `[row, column]`; needs the instance plane.
    #[must_use]
    pub fn visible_mask(&self, instance: u32) -> Option<Array2<bool>> {
        Some(self.instance()?.map(|&id| id == instance))
    }
}
