use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{DepthLayer, Occlusion, Silhouette};

/// Makes silhouettes, occlusion graph and depth layers from what the ray of each pixel meets. Pixels may come in any
/// order, and each once.
#[derive(Debug)]
pub(crate) struct AllHits {
    picture: (u32, u32),
    silhouettes: Vec<Silhouette>,
    /// Corner of the part of the picture that the layers show.
    layers_at: (u32, u32),
    layers: Vec<DepthLayer>,
    pairs: HashMap<u64, u32, BuildHasherDefault<PairHasher>>,
    /// Numbers along the last ray, and how many rays in a row met the same: most neighbours do.
    run: (Vec<u32>, u32),
    /// Kept for its room.
    order: Vec<(f32, u32)>,
}

impl AllHits {
    /// Nothing met yet. The silhouettes are empty windows, unit `i + 1` at index `i`; the layers are empty and their
    /// top left pixel is `layers_at`.
    pub(crate) fn new(
        picture: (u32, u32),
        silhouettes: Vec<Silhouette>,
        layers_at: (u32, u32),
        layers: Vec<DepthLayer>,
    ) -> Self {
        let (pairs, run, order) = Default::default();
        Self { picture, silhouettes, layers_at, layers, pairs, run, order }
    }

    /// Takes the hits of a pixel: depth and number, in the order in which the ray found them, which decides between
    /// equal depths. Number 0 is all that is no unit, of which the nearest surface counts.
    pub(crate) fn add(&mut self, (x, y): (i32, i32), hits: impl IntoIterator<Item = (f32, u32)>) {
        self.order.clear();
        for (depth, id) in hits {
            let window = (id as usize).checked_sub(1).map(|unit| self.silhouettes.get_mut(unit));
            if window.is_none_or(|window| window.is_some_and(|window| window.insert(x, y))) {
                self.order.push((depth, id));
            }
        }
        let (Ok(column), Ok(row)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if column >= self.picture.0 || row >= self.picture.1 {
            return;
        }
        self.order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut has_store = false;
        self.order.retain(|&(_, id)| id != 0 || !std::mem::replace(&mut has_store, true));
        self.add_layers(column, row);
        let numbers = self.order.iter().map(|&(_, id)| id);
        if self.run.0.iter().copied().eq(numbers.clone()) {
            self.run.1 += 1;
        } else {
            let numbers = numbers.collect();
            self.close_run();
            self.run = (numbers, 1);
        }
    }

    /// The silhouettes, the graph by number of the hidden unit and then of the one in front, and the layers.
    pub(crate) fn finish(mut self) -> (Vec<Silhouette>, Vec<Occlusion>, Vec<DepthLayer>) {
        self.close_run();
        let edge = |(pair, px): (u64, u32)| Occlusion { behind: (pair >> 32) as u32, front: pair as u32, px };
        let mut edges: Vec<Occlusion> = self.pairs.into_iter().map(edge).collect();
        edges.sort_unstable();
        (self.silhouettes, edges, self.layers)
    }

    fn add_layers(&mut self, column: u32, row: u32) {
        let place = (row.wrapping_sub(self.layers_at.1) as usize, column.wrapping_sub(self.layers_at.0) as usize);
        for (layer, &(depth, id)) in self.layers.iter_mut().zip(&self.order) {
            if let (Some(number), Some(far)) = (layer.instance.get_mut(place), layer.depth.get_mut(place)) {
                (*number, *far) = (id, depth);
            }
        }
    }

    fn close_run(&mut self) {
        let (numbers, px) = (&self.run.0, self.run.1);
        for (i, &front) in numbers.iter().enumerate() {
            for &behind in numbers[i + 1..].iter().filter(|&&behind| behind != 0) {
                *self.pairs.entry(u64::from(behind) << 32 | u64::from(front)).or_insert(0) += px;
            }
        }
    }
}

/// Spreads pairs of numbers over a table (Fibonacci hashing); nobody chooses them to collide.
#[derive(Debug, Default)]
struct PairHasher(u64);

impl Hasher for PairHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u64(&mut self, value: u64) {
        let product = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ product >> 32;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const SIZE: (u32, u32) = (5, 4);

    fn rays() -> impl Strategy<Value = Vec<Vec<(u8, u32)>>> {
        // Few depths, so that many are equal; every unit once a ray, number 0 as often as it likes.
        let ray = proptest::collection::vec((0u8..4, 0u32..6), 0..9).prop_map(|mut ray| {
            let mut seen = [false; 6];
            ray.retain(|&(_, id)| id == 0 || !std::mem::replace(&mut seen[id as usize], true));
            ray
        });
        proptest::collection::vec(ray, 7 * 6)
    }

    proptest! {
        #[test]
        fn masks_graph_and_layers_follow_their_definitions(rays in rays()) {
            let windows = vec![Silhouette::new(-1, -1, 7, 6); 5];
            let layers = vec![DepthLayer::empty(4, 5); 3];
            let mut gathered = AllHits::new(SIZE, windows, (0, 0), layers);
            let mut pairs = BTreeMap::new();
            for ((x, y), ray) in (-1..5).flat_map(|y| (-1..6).map(move |x| (x, y))).zip(&rays) {
                gathered.add((x, y), ray.iter().map(|&(t, id)| (f32::from(t), id)));
                if x < 0 || y < 0 || x >= 5 || y >= 4 {
                    continue;
                }
                // A is in front of B if it is nearer, or as near and found before.
                let first = |id: u32| (0..ray.len()).filter(|&i| ray[i].1 == id).min_by_key(|&i| ray[i].0);
                for (a, b) in (0..6).flat_map(|a| (1..6).map(move |b| (a, b))).filter(|(a, b)| a != b) {
                    if let (Some(i), Some(j)) = (first(a), first(b))
                        && (ray[i].0, i) < (ray[j].0, j)
                    {
                        *pairs.entry((b, a)).or_insert(0) += 1;
                    }
                }
            }
            let (silhouettes, edges, layers) = gathered.finish();
            prop_assert_eq!(edges.iter().map(|e| ((e.behind, e.front), e.px)).collect::<BTreeMap<_, _>>(), pairs);
            prop_assert!(edges.is_sorted_by(|a, b| (a.behind, a.front) < (b.behind, b.front)));
            for ((x, y), ray) in (-1..5).flat_map(|y| (-1..6).map(move |x| (x, y))).zip(&rays) {
                for (id, silhouette) in (1..).zip(&silhouettes) {
                    prop_assert_eq!(silhouette.contains(x, y), ray.iter().any(|hit| hit.1 == id));
                }
            }
            for (near, far) in layers.iter().zip(&layers[1..]) {
                for (at, &depth) in far.depth.indexed_iter() {
                    prop_assert!(near.depth[at] <= depth);
                    prop_assert!(depth.is_finite() || far.instance[at] == 0);
                }
            }
        }
    }

    #[test]
    fn layers_show_their_part_of_the_picture() {
        let mut gathered = AllHits::new(SIZE, vec![Silhouette::new(0, 0, 5, 4)], (2, 1), vec![DepthLayer::empty(2, 2)]);
        for (x, y) in [(1, 1), (2, 1), (3, 2), (4, 2)] {
            gathered.add((x, y), [(f32::from(x as u8), 1)]);
        }
        let (_, _, layers) = gathered.finish();
        assert_eq!(layers[0].instance, ndarray::arr2(&[[1, 0], [0, 1]]));
        assert_eq!(layers[0].depth, ndarray::arr2(&[[2.0, f32::INFINITY], [f32::INFINITY, 3.0]]));
    }
}
