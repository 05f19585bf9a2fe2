use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::PixelBox;

/// A mask in COCO's run-length encoding.
///
/// Pixels are counted column by column from the top left. Runs alternate between background and mask, beginning with
/// background, and add up to `width * height`. In files a mask is `{"size": [height, width], "counts": "…"}`, where
/// `counts` is the compressed text of pycocotools' `maskApi.c`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RleFile", into = "RleFile")]
pub struct Rle {
    width: u32,
    height: u32,
    runs: Vec<u32>,
}

/// Why a text is no mask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RleError {
    /// More pixels than a 32-bit run can count.
    #[error("a mask of {width} x {height} pixels is too large")]
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A byte that compressed counts never have, or a number that is too long or not finished.
    #[error("counts have a broken number at byte {0}")]
    Number(usize),
    /// A run that is negative or longer than the mask.
    #[error("run {index} of the counts is {length} pixels long, in a mask of {pixels}")]
    Run {
        /// Which run, from 0.
        index: usize,
        /// Its length.
        length: i64,
        /// Pixels of the mask.
        pixels: u32,
    },
    /// The runs do not fill the mask.
    #[error("counts cover {covered} pixels of a mask of {pixels}")]
    Sum {
        /// Sum of all runs.
        covered: u64,
        /// Pixels of the mask.
        pixels: u32,
    },
}

impl Rle {
    /// Encodes a mask, indexed `[row, column]`.
    ///
    /// # Panics
    /// If the mask has more than `u32::MAX` pixels.
    #[must_use]
    pub fn from_mask(mask: ArrayView2<'_, bool>) -> Self {
        let (height, width) = mask.dim();
        let mut builder = RleBuilder::default();
        let pixels = mask.columns().into_iter().flat_map(|column| column.into_iter().copied());
        for (start, _) in (0..).zip(pixels).filter(|&(_, inside)| inside) {
            builder.push(start, 1);
        }
        let narrow = |pixels: usize| u32::try_from(pixels).expect("a picture's side fits 32 bits");
        builder.finish(narrow(width), narrow(height))
    }

    /// Columns.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Lengths of the runs: background, mask, background, …
    #[must_use]
    pub fn runs(&self) -> &[u32] {
        &self.runs
    }

    /// The mask, indexed `[row, column]`. Allocates `width * height` bytes: compare the size with what you expect
    /// before decoding a mask from a file of others.
    #[must_use]
    pub fn decode(&self) -> Array2<bool> {
        let mut mask = Array2::from_elem((self.height as usize, self.width as usize), false);
        for (x, y) in self.pixels() {
            mask[[y as usize, x as usize]] = true;
        }
        mask
    }

    /// Number of pixels in the mask.
    #[must_use]
    pub fn area(&self) -> u64 {
        self.spans().map(|(_, length)| u64::from(length)).sum()
    }

    /// Tight box around the mask; `None` for an empty one.
    #[must_use]
    pub fn bbox(&self) -> Option<PixelBox> {
        let ends = self.spans().flat_map(|(start, length)| {
            let (first, last) = (start, start + length - 1);
            let (left, right) = (first / self.height, last / self.height);
            // A run over a column's end touches both the last row and the first.
            let rows = if left == right { [first % self.height, last % self.height] } else { [0, self.height - 1] };
            [(left, rows[0]), (right, rows[1])]
        });
        PixelBox::around(ends)
    }

    /// Pixels (x, y) of the mask, column by column from the top left.
    pub fn pixels(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.spans().flat_map(|(start, length)| start..start + length).map(|i| (i / self.height, i % self.height))
    }

    /// Runs of mask pixels as (first pixel, length), counted column by column; no length is 0.
    pub fn spans(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut end = 0;
        self.runs.chunks(2).filter_map(move |pair| {
            let start = end + pair[0];
            let length = pair.get(1).copied().unwrap_or(0);
            end = start + length;
            (length > 0).then_some((start, length))
        })
    }

    /// The runs as pycocotools writes them: from the fourth on the difference to the run before last, in groups of five
    /// bits, lowest first, each plus 48 as one character, with bit 5 set when more groups follow.
    #[must_use]
    pub fn counts(&self) -> String {
        let mut text = String::with_capacity(self.runs.len() * 2);
        for (i, &run) in self.runs.iter().enumerate() {
            let mut rest = i64::from(run) - if i > 2 { i64::from(self.runs[i - 2]) } else { 0 };
            loop {
                let group = (rest & 0x1f) as u8;
                rest >>= 5;
                // The sign is bit 4 of the last group.
                let is_last = rest == if group & 0x10 == 0 { 0 } else { -1 };
                text.push(char::from(48 + group + if is_last { 0 } else { 0x20 }));
                if is_last {
                    break;
                }
            }
        }
        text
    }

    /// Reads compressed counts.
    ///
    /// # Errors
    /// If the text is broken, or its runs do not exactly fill a mask of this size.
    pub fn parse(width: u32, height: u32, counts: &str) -> Result<Self, RleError> {
        let pixels = width.checked_mul(height).ok_or(RleError::TooLarge { width, height })?;
        let mut runs: Vec<u32> = Vec::new();
        let (mut covered, mut number, mut shift) = (0_u64, 0_i64, 0);
        for (place, byte) in counts.bytes().enumerate() {
            // Seven groups hold every 32-bit difference.
            if !(48..112).contains(&byte) || shift > 30 {
                return Err(RleError::Number(place));
            }
            let group = i64::from(byte - 48);
            number |= (group & 0x1f) << shift;
            shift += 5;
            if group & 0x20 != 0 {
                continue;
            }
            if group & 0x10 != 0 {
                number |= -1 << shift;
            }
            let index = runs.len();
            let length = number + if index > 2 { i64::from(runs[index - 2]) } else { 0 };
            let run = u32::try_from(length).ok().filter(|&run| run <= pixels);
            let run = run.ok_or(RleError::Run { index, length, pixels })?;
            covered += u64::from(run);
            runs.push(run);
            (number, shift) = (0, 0);
        }
        if shift > 0 {
            return Err(RleError::Number(counts.len()));
        }
        if covered != u64::from(pixels) || runs.is_empty() {
            return Err(RleError::Sum { covered, pixels });
        }
        Ok(Self { width, height, runs })
    }
}

/// Collects the runs of one mask in column-major order.
#[derive(Debug, Clone, Default)]
pub(super) struct RleBuilder {
    runs: Vec<u32>,
    end: u32,
}

impl RleBuilder {
    /// Adds mask pixels `start..start + length`; runs come in ascending order, and touching ones become one.
    pub(super) fn push(&mut self, start: u32, length: u32) {
        debug_assert!(start >= self.end && length > 0);
        match self.runs.last_mut() {
            Some(last) if start == self.end => *last += length,
            _ => self.runs.extend([start - self.end, length]),
        }
        self.end = start + length;
    }

    /// Closes the mask with what is left of the background.
    pub(super) fn finish(mut self, width: u32, height: u32) -> Rle {
        let pixels = width.checked_mul(height).expect("no picture has 2^32 pixels");
        if self.end < pixels || self.runs.is_empty() {
            self.runs.push(pixels - self.end);
        }
        Rle { width, height, runs: self.runs }
    }
}

/// The spelling in files.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RleFile {
    size: [u32; 2],
    counts: String,
}

impl From<Rle> for RleFile {
    fn from(rle: Rle) -> Self {
        Self { size: [rle.height, rle.width], counts: rle.counts() }
    }
}

impl TryFrom<RleFile> for Rle {
    type Error = RleError;

    fn try_from(file: RleFile) -> Result<Self, RleError> {
        Self::parse(file.size[1], file.size[0], &file.counts)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The COCO specification, word for word: `rleEncode` of maskApi.c on the transposed mask.
    fn naive_runs(mask: &Array2<bool>) -> Vec<u32> {
        let (mut runs, mut count, mut current) = (Vec::new(), 0, false);
        for &pixel in mask.t().iter() {
            if pixel != current {
                runs.push(count);
                (count, current) = (0, pixel);
            }
            count += 1;
        }
        runs.push(count);
        runs
    }

    fn masks() -> impl Strategy<Value = Array2<bool>> {
        (1usize..20, 1usize..20, 0.0..=1.0f64).prop_flat_map(|(height, width, share)| {
            proptest::collection::vec(proptest::bool::weighted(share), height * width)
                .prop_map(move |pixels| Array2::from_shape_vec((height, width), pixels).expect("right length"))
        })
    }

    proptest! {
        #[test]
        fn encoding_equals_the_specification_and_comes_back(mask in masks()) {
            let rle = Rle::from_mask(mask.view());
            prop_assert_eq!(rle.runs(), naive_runs(&mask));
            prop_assert_eq!(rle.decode(), mask.clone());
            prop_assert_eq!(rle.area() as usize, mask.iter().filter(|&&inside| inside).count());
            let pixels = mask.indexed_iter().filter(|&(_, &inside)| inside).map(|((y, x), _)| (x as u32, y as u32));
            prop_assert_eq!(rle.bbox(), PixelBox::around(pixels));
            prop_assert_eq!(Rle::parse(rle.width(), rle.height(), &rle.counts()), Ok(rle));
        }

        #[test]
        fn long_runs_survive_the_text(runs in proptest::collection::vec(0u32..1 << 28, 1..9)) {
            let pixels: u32 = runs.iter().sum();
            let rle = Rle { width: 1, height: pixels, runs };
            prop_assert_eq!(Rle::parse(1, pixels, &rle.counts()), Ok(rle));
        }

        #[test]
        fn hostile_text_is_an_error_or_a_full_mask(text in "[0-o]{0,40}", width in 0u32..9, height in 0u32..9) {
            if let Ok(rle) = Rle::parse(width, height, &text) {
                prop_assert_eq!(rle.decode().dim(), (height as usize, width as usize));
                prop_assert_eq!(rle.runs().iter().sum::<u32>(), width * height);
            }
        }
    }

    #[test]
    fn counts_are_those_of_pycocotools() {
        // pycocotools 2.0: encode(np.asfortranarray(mask)) of a 6 x 5 mask with a ring, and of full and empty ones.
        let ring =
            Array2::from_shape_fn((5, 6), |(y, x)| (1..4).contains(&y) && (1..5).contains(&x) && (y, x) != (2, 2));
        assert_eq!(Rle::from_mask(ring.view()).counts(), "632NO012004");
        assert_eq!(Rle::from_mask(Array2::from_elem((3, 2), true).view()).counts(), "06");
        assert_eq!(Rle::from_mask(Array2::from_elem((3, 200), false).view()).counts(), "hb0");
    }

    #[test]
    fn errors_name_the_place_and_the_value() {
        assert_eq!(Rle::parse(2, 2, "0 4"), Err(RleError::Number(1)));
        assert_eq!(Rle::parse(2, 2, "ooooooooo0"), Err(RleError::Number(7)));
        assert_eq!(Rle::parse(2, 2, "P"), Err(RleError::Number(1)));
        assert_eq!(Rle::parse(2, 2, "13"), Ok(Rle { width: 2, height: 2, runs: vec![1, 3] }));
        assert_eq!(Rle::parse(2, 2, "12"), Err(RleError::Sum { covered: 3, pixels: 4 }));
        assert_eq!(Rle::parse(2, 2, "15"), Err(RleError::Run { index: 1, length: 5, pixels: 4 }));
        assert_eq!(Rle::parse(2, 2, "O"), Err(RleError::Run { index: 0, length: -1, pixels: 4 }));
        assert_eq!(Rle::parse(70_000, 70_000, "0"), Err(RleError::TooLarge { width: 70_000, height: 70_000 }));
        assert_eq!(Rle::parse(2, 2, ""), Err(RleError::Sum { covered: 0, pixels: 4 }));
    }
}
