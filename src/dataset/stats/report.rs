use std::io::{self, Write};

use serde::Serialize;

use super::tally::Tally;
use super::{Definition, GROUPS, Histogram, Profile, Summary, Verdict};
use crate::dataset::Header;

/// The figures of a dataset beside the bands of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Frames that were read.
    pub frames: u64,
    /// Width and height of a picture that is not turned, pixels.
    pub size: (u32, u32),
    /// What it was compared with.
    pub profile: Profile,
    /// All figures, group by group.
    pub groups: Vec<GroupStats>,
    /// Products by how often they were seen, most often first; those of equal counts by their code.
    pub products: Vec<Counted>,
    /// Categories in the same order.
    pub categories: Vec<Counted>,
}

/// Figures that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupStats {
    /// Name of its plot.
    pub key: &'static str,
    /// Heading for people.
    pub title: &'static str,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is.
    pub definition: Definition,
    /// Its values.
    pub histogram: Histogram,
    /// Its values in a few numbers; none without values.
    pub summary: Option<Summary>,
    /// Verdict for each band that the profile has for it: index in `profile.bands`, and what comparing has shown.
    pub verdicts: Vec<(usize, Verdict)>,
}

/// How often something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// GTIN, SKU or name of a product, or name of a category.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Products in all pictures together.
    pub count: u64,
}

impl Stats {
    pub(super) fn new(header: &Header, profile: &Profile, tally: &Tally) -> Self {
        let figure = |definition: &Definition| {
            let histogram = tally.figures.get(definition.key).cloned();
            let histogram = histogram.unwrap_or_else(|| Histogram::new(definition));
            let summary = histogram.summary();
            let bands = profile.bands.iter().enumerate().filter(|(_, band)| band.figure == definition.key);
            let verdicts = bands.map(|(i, band)| (i, band.judge(summary.as_ref()))).collect();
            Figure { definition: *definition, histogram, summary, verdicts }
        };
        let groups = GROUPS.iter().map(|group| GroupStats {
            key: group.key,
            title: group.title,
            figures: group.figures.iter().map(figure).collect(),
        });
        let products = tally.products.iter().map(|(code, named)| (code, &named.name, named.count));
        Self {
            frames: tally.frames,
            size: (header.width, header.height),
            profile: profile.clone(),
            groups: groups.collect(),
            products: sorted(products),
            categories: sorted(tally.categories.iter().map(|(name, &count)| (name, name, count))),
        }
    }

    /// The figure of this key.
    #[must_use]
    pub fn figure(&self, key: &str) -> Option<&Figure> {
        self.groups.iter().flat_map(|group| &group.figures).find(|figure| figure.definition.key == key)
    }

    /// Bands that are met, and all bands.
    #[must_use]
    pub fn met(&self) -> (usize, usize) {
        let verdicts = || self.groups.iter().flat_map(|group| &group.figures).flat_map(|figure| &figure.verdicts);
        (verdicts().filter(|(_, verdict)| *verdict == Verdict::Inside).count(), verdicts().count())
    }

    /// Everything as JSON, with the histograms as pairs of rounded value and count.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &self.to_json())?;
        out.write_all(b"\n")
    }

    fn to_json(&self) -> serde_json::Value {
        let figures = self.groups.iter().flat_map(|group| group.figures.iter().map(move |figure| (group.key, figure)));
        let figures: Vec<_> = figures.map(|(group, figure)| self.figure_json(group, figure)).collect();
        let (met, bands) = self.met();
        serde_json::json!({
            "frames": self.frames,
            "width": self.size.0,
            "height": self.size.1,
            "profile": {
                "name": self.profile.name,
                "source": self.profile.source,
                "min_visibility": self.profile.min_visibility,
                "min_inside": self.profile.min_inside,
            },
            "bands": bands,
            "bands_met": met,
            "figures": figures,
            "products": self.products,
            "product_entropy_bits": entropy(&self.products),
            "categories": self.categories,
            "category_entropy_bits": entropy(&self.categories),
        })
    }

    fn figure_json(&self, group: &str, figure: &Figure) -> serde_json::Value {
        let bands = figure.verdicts.iter().map(|&(i, verdict)| {
            let band = &self.profile.bands[i];
            serde_json::json!({
                "compare": band.compare, "low": band.low, "high": band.high, "source": band.source, "verdict": verdict,
            })
        });
        let bands: Vec<_> = bands.collect();
        let values: Vec<_> = figure.histogram.values().collect();
        let definition = &figure.definition;
        serde_json::json!({
            "key": definition.key,
            "group": group,
            "title": definition.title,
            "unit": definition.unit,
            "per": definition.per,
            "summary": figure.summary,
            "bands": bands,
            "histogram": { "resolution": figure.histogram.resolution(), "values": values },
        })
    }
}

fn sorted<'a>(counts: impl Iterator<Item = (&'a String, &'a String, u64)>) -> Vec<Counted> {
    let counted =
        |(code, name, count): (&String, &String, u64)| Counted { code: code.clone(), name: name.clone(), count };
    let mut list: Vec<Counted> = counts.map(counted).collect();
    list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    list
}

/// Shannon entropy of the shares in bits: log2 of how many equally frequent things would be as varied.
#[must_use]
pub fn entropy(counts: &[Counted]) -> f64 {
    let total: u64 = counts.iter().map(|counted| counted.count).sum();
    let share = |counted: &Counted| counted.count as f64 / total as f64;
    counts.iter().map(|counted| -share(counted) * libm::log2(share(counted))).sum::<f64>() + 0.0
}
