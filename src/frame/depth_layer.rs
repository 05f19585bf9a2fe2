use ndarray::Array2;

/// What the rays of all pixels meet as their n-th body, by first surfaces: every unit is a body, and all that is no unit
/// together is one. The first layer is what is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct DepthLayer {
    /// Unit number, `[row, column]`; 0 for what is no unit, and where there is nothing.
    pub instance: Array2<u32>,
    /// Metres along the optical axis; +infinity where there is nothing.
    pub depth: Array2<f32>,
}

impl DepthLayer {
    /// Nothing anywhere.
    #[must_use]
    pub fn empty(height: usize, width: usize) -> Self {
        Self { instance: Array2::zeros((height, width)), depth: Array2::from_elem((height, width), f32::INFINITY) }
    }
}
