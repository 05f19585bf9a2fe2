/// The full outline of one unit as if nothing else were there: one bit per pixel inside a window of the pixel grid.
///
/// The window may reach beyond the picture, so that the part of the unit outside of it is counted too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Silhouette {
    /// Column of the window's left border; negative when it starts left of the picture.
    pub x: i32,
    /// Row of the window's top border; negative when it starts above the picture.
    pub y: i32,
    /// Width of the window in pixels.
    pub width: u32,
    /// Height of the window in pixels.
    pub height: u32,
    /// Row by row, 32 pixels a word, lowest bit leftmost; every row starts a new word.
    pub words: Vec<u32>,
    /// True when the unit reaches beyond the window, so that its silhouette is cut there too (a unit partly behind
    /// the camera).
    pub cut: bool,
}

impl Silhouette {
    /// An empty window.
    #[must_use]
    pub fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x, y, width, height, words: vec![0; (width.div_ceil(32) * height) as usize], cut: false }
    }

    /// Marks a pixel of the picture's grid. Pixels outside of the window are ignored: the answer is then false.
    pub fn insert(&mut self, x: i32, y: i32) -> bool {
        let place = self.place(x, y);
        if let Some((word, bit)) = place {
            self.words[word] |= 1 << bit;
        }
        place.is_some()
    }

    /// Whether the unit covers the centre of this pixel of the picture's grid.
    #[must_use]
    pub fn contains(&self, x: i32, y: i32) -> bool {
        self.place(x, y).is_some_and(|(word, bit)| self.words[word] >> bit & 1 == 1)
    }

    /// Number of pixels, those outside of the picture included.
    #[must_use]
    pub fn area(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// All pixels (x, y), row by row from the left.
    pub fn pixels(&self) -> impl Iterator<Item = (i32, i32)> + '_ {
        let stride = self.width.div_ceil(32).max(1);
        self.words.iter().enumerate().flat_map(move |(i, &word)| {
            let (x, y) = (self.x + (i as u32 % stride * 32) as i32, self.y + (i as u32 / stride) as i32);
            (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| (x + bit, y))
        })
    }

    /// Tight box around all pixels, `[x, y, width, height]`; none if there are none.
    #[must_use]
    pub fn bbox(&self) -> Option<[i64; 4]> {
        let mut pixels = self.pixels().map(|(x, y)| (i64::from(x), i64::from(y)));
        let first = pixels.next()?;
        let (low, high) = pixels
            .fold((first, first), |(low, high), (x, y)| ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y))));
        Some([low.0, low.1, high.0 - low.0 + 1, high.1 - low.1 + 1])
    }

    fn place(&self, x: i32, y: i32) -> Option<(usize, u32)> {
        let column = u32::try_from(x.checked_sub(self.x)?).ok().filter(|&column| column < self.width)?;
        let row = u32::try_from(y.checked_sub(self.y)?).ok().filter(|&row| row < self.height)?;
        Some(((row * self.width.div_ceil(32) + column / 32) as usize, column % 32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_outside_of_the_picture_are_kept_and_outside_of_the_window_ignored() {
        let mut silhouette = Silhouette::new(-3, 5, 40, 2);
        for (x, y) in [(-3, 5), (36, 6), (37, 6), (-4, 5), (0, 7)] {
            silhouette.insert(x, y);
        }
        assert_eq!(silhouette.pixels().collect::<Vec<_>>(), [(-3, 5), (36, 6)]);
        assert_eq!((silhouette.area(), silhouette.bbox()), (2, Some([-3, 5, 40, 2])));
        assert_eq!(Silhouette::new(0, 0, 4, 4).bbox(), None);
        assert!(silhouette.contains(36, 6) && !silhouette.contains(37, 6));
    }
}
