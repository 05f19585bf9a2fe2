use super::Rle;

/// A closed line along pixel borders, corner by corner; x right, y down, in pixels from the top left of the picture.
pub type Outline = Vec<[u32; 2]>;

/// A part of a mask that hangs together by the sides of its pixels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutlinePart {
    /// Around it, clockwise as the picture is seen. No corner lies in the middle of a straight line.
    pub outer: Outline,
    /// Around the holes in it, anticlockwise.
    pub holes: Vec<Outline>,
}

impl OutlinePart {
    /// One polygon for both: a cut without width, along borders of pixels, leads to each hole and back. Filled by the even-odd rule or by the
    /// winding number it covers exactly the pixels of the part.
    #[must_use]
    pub fn joined(&self) -> Outline {
        joined(std::iter::once(&self.outer).chain(&self.holes))
    }
}

/// One polygon for all parts, with cuts without width between them.
#[must_use]
pub fn join_parts(parts: &[OutlinePart]) -> Outline {
    joined(parts.iter().flat_map(|part| std::iter::once(&part.outer).chain(&part.holes)))
}

fn joined<'a>(loops: impl Iterator<Item = &'a Outline>) -> Outline {
    let mut all = Outline::new();
    for (i, outline) in loops.enumerate() {
        if i == 0 {
            all.extend(outline);
        } else {
            // There from the first corner of all and back to it; the way back from the last loop closes the polygon. Along
            // the borders of pixels: a slanted cut could meet the centre of one, and there rounding would decide.
            let (home, start) = (all[0], outline[0]);
            let turn = Some([start[0], home[1]]).filter(|turn| *turn != home && *turn != start);
            all.push(home);
            all.extend(turn);
            all.extend(outline);
            all.push(start);
            all.extend(turn);
        }
    }
    all
}

/// The exact outlines of a mask: what lies inside of them is the mask, pixel by pixel.
#[must_use]
pub fn outlines(mask: &Rle) -> Vec<OutlinePart> {
    let Some(bounds) = mask.bbox() else { return Vec::new() };
    let mut grid = Grid::new(bounds.width as usize, bounds.height as usize);
    for (x, y) in mask.pixels() {
        grid.insert((x - bounds.x) as usize, (y - bounds.y) as usize);
    }
    let (labels, count) = grid.label();
    let mut sides = grid.sides();
    let mut parts = vec![OutlinePart::default(); count];
    for y in 0..=grid.height {
        for x in 0..=grid.width {
            while let Some(direction) = sides.any(x, y) {
                let (outline, area) = sides.follow((x, y), direction);
                let part = &mut parts[labels[grid.owner((x, y), direction)] as usize - 1];
                let outline = outline.iter().map(|&(x, y)| [x as u32 + bounds.x, y as u32 + bounds.y]).collect();
                if area > 0 {
                    part.outer = outline;
                } else {
                    part.holes.push(outline);
                }
            }
        }
    }
    parts
}

/// The pixels inside of a mask's box.
struct Grid {
    width: usize,
    height: usize,
    inside: Vec<bool>,
}

impl Grid {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, inside: vec![false; width * height] }
    }

    fn insert(&mut self, x: usize, y: usize) {
        self.inside[y * self.width + x] = true;
    }

    fn contains(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.inside[y * self.width + x]
    }

    /// Numbers the parts from 1, pixel by pixel, and counts them.
    fn label(&self) -> (Vec<u32>, usize) {
        let mut labels = vec![0; self.inside.len()];
        let mut count = 0;
        let mut pending = Vec::new();
        for start in 0..labels.len() {
            if !self.inside[start] || labels[start] > 0 {
                continue;
            }
            count += 1;
            labels[start] = count;
            pending.push(start);
            while let Some(pixel) = pending.pop() {
                let (x, y) = (pixel % self.width, pixel / self.width);
                for (x, y) in [(x + 1, y), (x.wrapping_sub(1), y), (x, y + 1), (x, y.wrapping_sub(1))] {
                    if self.contains(x, y) && labels[y * self.width + x] == 0 {
                        labels[y * self.width + x] = count;
                        pending.push(y * self.width + x);
                    }
                }
            }
        }
        (labels, count as usize)
    }

    /// The pixel that has the side which leaves a corner in this direction.
    fn owner(&self, (x, y): (usize, usize), direction: u8) -> usize {
        let (x, y) = match direction {
            0 => (x, y),
            1 => (x - 1, y),
            2 => (x - 1, y - 1),
            _ => (x, y - 1),
        };
        y * self.width + x
    }

    /// The sides between pixels of the mask and others, each leaving a corner with the mask on its right.
    fn sides(&self) -> Sides {
        let mut sides = Sides { stride: self.width + 1, leaving: vec![0; (self.width + 1) * (self.height + 1)] };
        for y in 0..self.height {
            for x in (0..self.width).filter(|&x| self.contains(x, y)) {
                let neighbours = [
                    (0, (x, y), (x, y.wrapping_sub(1))),
                    (1, (x + 1, y), (x + 1, y)),
                    (2, (x + 1, y + 1), (x, y + 1)),
                    (3, (x, y + 1), (x.wrapping_sub(1), y)),
                ];
                for (direction, (corner_x, corner_y), (next_x, next_y)) in neighbours {
                    if !self.contains(next_x, next_y) {
                        sides.leaving[corner_y * sides.stride + corner_x] |= 1 << direction;
                    }
                }
            }
        }
        sides
    }
}

/// Sides that are not part of an outline yet: for each corner one bit per direction (right, down, left, up).
struct Sides {
    stride: usize,
    leaving: Vec<u8>,
}

impl Sides {
    fn any(&self, x: usize, y: usize) -> Option<u8> {
        let leaving = self.leaving[y * self.stride + x];
        (leaving != 0).then(|| leaving.trailing_zeros() as u8)
    }

    /// Takes the sides of one closed line: its corners, and its area, positive when the mask is inside.
    fn follow(&mut self, start: (usize, usize), first: u8) -> (Vec<(usize, usize)>, i64) {
        let (mut corners, mut area) = (Vec::new(), 0);
        let ((mut x, mut y), mut direction) = (start, first);
        corners.push(start);
        loop {
            self.leaving[y * self.stride + x] &= !(1 << direction);
            let before = (x as i64, y as i64);
            match direction {
                0 => x += 1,
                1 => y += 1,
                2 => x -= 1,
                _ => y -= 1,
            }
            area += before.0 * y as i64 - x as i64 * before.1;
            if (x, y) == start {
                return (corners, area);
            }
            // Where two pixels meet at a corner only, a turn to the right stays with the same pixel.
            let leaving = self.leaving[y * self.stride + x];
            let turns = [(direction + 1) % 4, direction, (direction + 3) % 4];
            let next = turns.into_iter().find(|turn| leaving >> turn & 1 == 1).expect("every line along pixels closes");
            if next != direction {
                corners.push((x, y));
            }
            direction = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    /// Fills polygons by the even-odd rule, at the centres of pixels.
    fn fill(polygons: &[Outline], height: usize, width: usize) -> Array2<bool> {
        Array2::from_shape_fn((height, width), |(y, x)| {
            let (px, py) = (x as f64 + 0.5, y as f64 + 0.5);
            let crossings = polygons.iter().flat_map(|polygon| {
                polygon.iter().zip(polygon.iter().cycle().skip(1)).filter(move |(a, b)| {
                    let ([ax, ay], [bx, by]) = (a.map(f64::from), b.map(f64::from));
                    (ay > py) != (by > py) && px < ax + (py - ay) / (by - ay) * (bx - ax)
                })
            });
            crossings.count() % 2 == 1
        })
    }

    #[test]
    fn cuts_do_not_meet_the_centres_of_pixels() {
        // From (1, 0) straight to (12, 11), a cut would meet eleven of them.
        let mut mask = Array2::from_elem((12, 13), false);
        (mask[[0, 1]], mask[[11, 12]]) = (true, true);
        let parts = outlines(&Rle::from_mask(mask.view()));
        assert_eq!(fill(&[join_parts(&parts)], 12, 13), mask);
    }

    proptest! {
        #[test]
        fn outlines_hold_exactly_the_mask(
            mask in (1usize..14, 1usize..14, 0.0..=1.0f64).prop_flat_map(|(height, width, share)| {
                proptest::collection::vec(proptest::bool::weighted(share), height * width)
                    .prop_map(move |pixels| Array2::from_shape_vec((height, width), pixels).expect("right length"))
            })
        ) {
            let (height, width) = mask.dim();
            let parts = outlines(&Rle::from_mask(mask.view()));
            let polygons: Vec<Outline> = parts.iter().map(OutlinePart::joined).collect();
            prop_assert_eq!(fill(&polygons, height, width), mask.clone());
            prop_assert_eq!(fill(&[join_parts(&parts)], height, width), mask.clone());
            for part in &parts {
                let part_mask = fill(&[part.joined()], height, width);
                let joined = part.joined();
                let mut sides = joined.iter().zip(joined.iter().cycle().skip(1));
                prop_assert!(sides.all(|(a, b)| (a[0] == b[0]) != (a[1] == b[1])), "cuts follow the pixels too");
                prop_assert!(part_mask.iter().any(|&inside| inside) && part.outer.len() >= 4);
                for line in std::iter::once(&part.outer).chain(&part.holes) {
                    for ((a, b), c) in line.iter().zip(line.iter().cycle().skip(1)).zip(line.iter().cycle().skip(2)) {
                        prop_assert!((a[0] == b[0]) != (a[1] == b[1]), "lines follow the pixels");
                        prop_assert!((a[0] == b[0]) != (b[0] == c[0]), "every corner turns");
                    }
                }
            }
        }
    }

    #[test]
    fn pixels_that_meet_at_corners_are_parts_of_their_own() {
        let mask = Array2::from_shape_fn((2, 2), |(y, x)| x == y);
        let parts = outlines(&Rle::from_mask(mask.view()));
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].outer, [[0, 0], [1, 0], [1, 1], [0, 1]]);
        let ring = Array2::from_shape_fn((3, 3), |at| at != (1, 1));
        let parts = outlines(&Rle::from_mask(ring.view()));
        assert_eq!((parts.len(), parts[0].holes.len()), (1, 1));
        // Both outlines, back to the first corner and to the hole's, and twice the turn between them.
        assert_eq!(parts[0].joined().len(), 4 + 1 + 4 + 1 + 2);
        assert_eq!(outlines(&Rle::from_mask(Array2::from_elem((3, 3), false).view())), []);
    }
}
