use serde::{Deserialize, Serialize};

/// What stands between the camera and the goods: the share of frames for each. They touch no unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Occluders {
    /// A trolley that reaches into the picture from its lower border.
    pub trolleys: f64,
    /// A shopping basket on the floor in front of the shelves.
    pub baskets: f64,
    /// An arm that reaches in from the side, towards the goods.
    pub arms: f64,
    /// A customer at the picture's border, seen from behind.
    pub people: f64,
}

impl Default for Occluders {
    fn default() -> Self {
        Self { trolleys: 0.03, baskets: 0.03, arms: 0.03, people: 0.04 }
    }
}
