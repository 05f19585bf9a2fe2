use std::collections::BTreeMap;

use super::{Definition, Histogram};

/// All that is counted over the frames of a dataset.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tally {
    /// Frames in it.
    pub(super) frames: u64,
    /// By the figure's key.
    pub(super) figures: BTreeMap<&'static str, Histogram>,
    /// Products that were seen, by their code.
    pub(super) products: BTreeMap<String, Named>,
    /// Categories that were seen.
    pub(super) categories: BTreeMap<String, u64>,
}

/// A product and how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Its name: of several that share a code the first of the alphabet, whatever the order of frames.
    pub(super) name: String,
    pub(super) count: u64,
}

impl Tally {
    /// Adds a value of a figure.
    pub(super) fn add(&mut self, definition: &Definition, value: f64) {
        self.figures.entry(definition.key).or_insert_with(|| Histogram::new(definition)).add(value);
    }

    /// Counts products of this code.
    pub(super) fn see(&mut self, code: &str, name: &str, category: &str) {
        merge_named(&mut self.products, code, name, 1);
        *self.categories.entry(category.to_owned()).or_default() += 1;
    }

    /// Adds what another tally has counted.
    pub(super) fn merge(&mut self, other: &Self) {
        self.frames += other.frames;
        for (key, histogram) in &other.figures {
            match self.figures.get_mut(key) {
                Some(known) => known.merge(histogram),
                None => drop(self.figures.insert(key, histogram.clone())),
            }
        }
        for (code, named) in &other.products {
            merge_named(&mut self.products, code, &named.name, named.count);
        }
        for (category, count) in &other.categories {
            *self.categories.entry(category.clone()).or_default() += count;
        }
    }
}

fn merge_named(products: &mut BTreeMap<String, Named>, code: &str, name: &str, count: u64) {
    if let Some(known) = products.get_mut(code) {
        known.count += count;
        if name < known.name.as_str() {
            known.name = name.to_owned();
        }
    } else {
        products.insert(code.to_owned(), Named { name: name.to_owned(), count });
    }
}
