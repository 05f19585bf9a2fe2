use serde::{Deserialize, Serialize};

/// Half-open rectangle of whole pixels: columns `x..x + width`, rows `y..y + height`; never empty by construction.
///
/// In files it is COCO's `[x, y, width, height]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u32; 4]", into = "[u32; 4]")]
pub struct PixelBox {
    /// Leftmost column.
    pub x: u32,
    /// Topmost row.
    pub y: u32,
    /// Number of columns, at least 1.
    pub width: u32,
    /// Number of rows, at least 1.
    pub height: u32,
}

impl PixelBox {
    /// Tightest box around pixels (x, y); `None` around nothing.
    #[must_use]
    pub fn around(pixels: impl IntoIterator<Item = (u32, u32)>) -> Option<Self> {
        let corners = |(x, y): (u32, u32)| [x, y, x, y];
        let mut pixels = pixels.into_iter();
        let first = corners(pixels.next()?);
        let [left, top, right, bottom] = pixels
            .map(corners)
            .fold(first, |all, one| [all[0].min(one[0]), all[1].min(one[1]), all[2].max(one[2]), all[3].max(one[3])]);
        Some(Self { x: left, y: top, width: right - left + 1, height: bottom - top + 1 })
    }

    /// Whether the pixel lies inside.
    #[must_use]
    pub fn contains(self, x: u32, y: u32) -> bool {
        x >= self.x && x - self.x < self.width && y >= self.y && y - self.y < self.height
    }
}

impl From<PixelBox> for [u32; 4] {
    fn from(PixelBox { x, y, width, height }: PixelBox) -> Self {
        [x, y, width, height]
    }
}

impl TryFrom<[u32; 4]> for PixelBox {
    type Error = String;

    fn try_from([x, y, width, height]: [u32; 4]) -> Result<Self, String> {
        if width == 0 || height == 0 || x.checked_add(width).is_none() || y.checked_add(height).is_none() {
            return Err(format!("[{x}, {y}, {width}, {height}] is no pixel box"));
        }
        Ok(Self { x, y, width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_tight_and_half_open() {
        let tight = PixelBox::around([(3, 7), (5, 2), (4, 4)]).expect("three pixels");
        assert_eq!(<[u32; 4]>::from(tight), [3, 2, 3, 6]);
        assert!(tight.contains(5, 7) && !tight.contains(6, 7) && !tight.contains(5, 8) && !tight.contains(2, 2));
        assert_eq!(PixelBox::around([]), None);
    }

    #[test]
    fn files_cannot_hold_an_empty_or_endless_box() {
        assert!(serde_json::from_str::<PixelBox>("[1, 2, 0, 4]").is_err());
        assert!(serde_json::from_str::<PixelBox>("[4294967295, 2, 1, 4]").is_err());
        assert_eq!(serde_json::from_str::<PixelBox>("[1,2,3,4]").ok(), PixelBox::try_from([1, 2, 3, 4]).ok());
    }
}
