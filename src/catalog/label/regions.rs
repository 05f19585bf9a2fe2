//! What can be read on a label, and where it stands.

use std::sync::{Arc, LazyLock};

use glam::DVec2;
use quick_cache::sync::Cache;
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Group, Node, Paint, Text, Tree};

use super::{bar_code, raster};
use crate::catalog::{Artwork, ArtworkKey, ArtworkSource, Error, Gtin};

/// Side of the picture on which lines are looked for that other print covers, in pixels.
const PROOF: u32 = 1024;
/// Share of a line's ink that must be seen.
const SEEN: f64 = 0.9;

/// Something that people or tills read on a label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelRegion {
    /// What it says.
    pub content: LabelContent,
    /// Top left, top right, bottom right and bottom left corner for somebody who reads it, as texture coordinates: shares
    /// of the label's width and height from its top left.
    pub corners: [DVec2; 4],
}

/// Content of a [`LabelRegion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelContent {
    /// One line of text. The corners are tight around its ink.
    Text(String),
    /// The product's bar code. The corners lie at the outer edges of the first and last bar, quiet zones and digits left
    /// out.
    BarCode {
        /// The number.
        gtin: Gtin,
        /// Width of the symbol in modules: 95 for EAN-13 and UPC-A, 67 for EAN-8.
        modules: u32,
    },
}

impl LabelContent {
    /// The number of a bar code.
    #[must_use]
    pub fn gtin(&self) -> Option<Gtin> {
        match self {
            Self::Text(_) => None,
            Self::BarCode { gtin, .. } => Some(*gtin),
        }
    }

    /// Whether it is this text, or a bar code with these digits.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        match self {
            Self::Text(own) => own == text,
            Self::BarCode { gtin, .. } => gtin.to_string() == text,
        }
    }
}

/// Lists of regions of labels that were read lately, by the label and the number that its bar code should carry.
static KEPT: LazyLock<Kept> = LazyLock::new(|| Cache::new(1024));

type Kept = Cache<(ArtworkKey, Option<Gtin>), Arc<[LabelRegion]>>;

/// All lines of text and bar codes of a label, in the order in which they are printed. Empty for a picture: only an SVG
/// knows what it says.
///
/// A line is left out where it is not as written: when it leaves the label, is mirrored, or when later print covers more
/// than a tenth of its ink. A bar code is found by its bars, and only that of `gtin`.
///
/// # Errors
/// If the SVG cannot be parsed.
pub fn label_regions(artwork: &Artwork, gtin: Option<Gtin>) -> Result<Arc<[LabelRegion]>, Error> {
    let ArtworkSource::Svg { svg, .. } = &artwork.source else { return Ok(Arc::default()) };
    KEPT.get_or_insert_with(&(artwork.key, gtin), || {
        let tree = raster::parse(svg).map_err(|message| Error::invalid(artwork.origin(), "", message))?;
        Ok(find(&tree, gtin).into())
    })
}

fn find(tree: &Tree, gtin: Option<Gtin>) -> Vec<LabelRegion> {
    let mut search = Search { tree, gtin, proof: None, found: Vec::new() };
    search.group(tree.root());
    search.found
}

struct Search<'a> {
    tree: &'a Tree,
    gtin: Option<Gtin>,
    /// The whole label, painted when the first line asks for it.
    proof: Option<Pixmap>,
    found: Vec<LabelRegion>,
}

impl Search<'_> {
    fn group(&mut self, group: &Group) {
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group),
                Node::Text(text) => self.text(node, text),
                Node::Path(path) => {
                    let Some(gtin) = self.gtin.filter(|_| path.is_visible()) else { continue };
                    let Some((first, modules)) = bar_code::find(path.data(), gtin) else { continue };
                    let (left, right) = (f64::from(first), f64::from(first + modules));
                    let corners = [(left, 0.0), (right, 0.0), (right, 1.0), (left, 1.0)];
                    let content = LabelContent::BarCode { gtin, modules };
                    self.add(content, corners, path.abs_transform());
                }
                Node::Image(_) => {}
            }
        }
    }

    fn text(&mut self, node: &Node, text: &Text) {
        let words: Vec<&str> = text.chunks().iter().flat_map(|chunk| chunk.text().split_whitespace()).collect();
        let ink = text.flattened().bounding_box();
        let mut spans = text.chunks().iter().flat_map(|chunk| chunk.spans());
        if words.is_empty()
            || !spans.all(|span| span.is_visible())
            || ink.width() <= 0.0
            || ink.height() <= 0.0
            || !self.is_seen(node, text)
        {
            return;
        }
        let [left, top, right, bottom] = [ink.left(), ink.top(), ink.right(), ink.bottom()].map(f64::from);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        self.add(LabelContent::Text(words.join(" ")), corners, text.abs_transform());
    }

    fn add(&mut self, content: LabelContent, corners: [(f64, f64); 4], to_label: Transform) {
        let size = DVec2::new(self.tree.size().width().into(), self.tree.size().height().into());
        let [a, b, c, d, e, f] =
            [to_label.sx, to_label.kx, to_label.tx, to_label.ky, to_label.sy, to_label.ty].map(f64::from);
        let corners = corners.map(|(x, y)| DVec2::new(a * x + b * y + c, d * x + e * y + f) / size);
        let on_label = corners.iter().all(|corner| corner.cmpge(DVec2::ZERO).all() && corner.cmple(DVec2::ONE).all());
        let is_mirrored = a * e - b * d <= 0.0;
        if on_label && !is_mirrored {
            self.found.push(LabelRegion { content, corners });
        }
    }

    /// Whether the finished label shows a line in its own colour wherever the line alone has solid ink. Lines whose ink
    /// has no single colour count as seen.
    fn is_seen(&mut self, node: &Node, text: &Text) -> bool {
        let mut fills = text.chunks().iter().flat_map(|chunk| chunk.spans()).map(|span| span.fill());
        let Some(first) = fills.next().flatten() else { return false };
        let Paint::Color(color) = first.paint() else { return true };
        if first.opacity().get() < 1.0 || fills.any(|fill| fill.map(|fill| fill.paint()) != Some(first.paint())) {
            return true;
        }
        let Some(line) = node.abs_layer_bounding_box() else { return false };
        let scale = PROOF as f32 / self.tree.size().width().max(self.tree.size().height());
        let proof = match &mut self.proof {
            Some(proof) => proof,
            empty => {
                let side = |length: f32| ((length * scale).ceil() as u32).max(1);
                let Some(mut pixels) = Pixmap::new(side(self.tree.size().width()), side(self.tree.size().height()))
                else {
                    return false;
                };
                resvg::render(self.tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
                empty.insert(pixels)
            }
        };
        // The line alone, on pixels that lie exactly on those of the proof.
        let left = (line.left() * scale).floor().clamp(0.0, proof.width() as f32);
        let top = (line.top() * scale).floor().clamp(0.0, proof.height() as f32);
        let side = |from: f32, to: f32, limit: u32| (to * scale).ceil().clamp(0.0, limit as f32) - from;
        let (wide, high) = (side(left, line.right(), proof.width()), side(top, line.bottom(), proof.height()));
        let Some(mut alone) = Pixmap::new(wide.max(0.0) as u32, high.max(0.0) as u32) else { return false };
        // `render_node` moves a node's box to the origin and leaves out the transforms above the node.
        let place = Transform::from_scale(scale, scale).post_translate(-left, -top);
        let place = place.pre_concat(text.abs_transform()).pre_translate(line.x(), line.y());
        if resvg::render_node(node, place, &mut alone.as_mut()).is_none() {
            return false;
        }
        let (mut ink, mut seen) = (0_u32, 0_u32);
        for y in 0..alone.height() {
            for x in 0..alone.width() {
                if alone.pixel(x, y).is_some_and(|pixel| pixel.alpha() > 200) {
                    ink += 1;
                    let shown = proof.pixel(x + left as u32, y + top as u32);
                    seen += u32::from(shown.is_some_and(|shown| is_near(shown, [color.red, color.green, color.blue])));
                }
            }
        }
        // Lines too fine for solid pixels cannot be judged.
        ink == 0 || f64::from(seen) >= SEEN * f64::from(ink)
    }
}

/// Equal but for the smoothing of an edge.
fn is_near(shown: PremultipliedColorU8, color: [u8; 3]) -> bool {
    let shown = [shown.red(), shown.green(), shown.blue()];
    shown.into_iter().zip(color).all(|(a, b)| a.abs_diff(b) < 72)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GTIN: &str = "4006381333931";

    fn regions(body: &str) -> Vec<LabelRegion> {
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='10 20 200 100'>{body}</svg>");
        let gtin = GTIN.parse().expect("valid");
        label_regions(&Artwork::from_svg(svg, "test"), Some(gtin)).expect("sound").to_vec()
    }

    /// Box around all pixels that the SVG paints, as shares of its size.
    fn painted(body: &str) -> [DVec2; 2] {
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='10 20 200 100'>{body}</svg>");
        let pixels = Artwork::from_svg(svg, "test").load(2000, 1000).expect("sound");
        let ink = pixels.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[3] > 64);
        let (mut low, mut high) = (DVec2::INFINITY, DVec2::NEG_INFINITY);
        for (x, y, _) in ink {
            low = low.min(DVec2::new(x.into(), y.into()));
            high = high.max(DVec2::new((x + 1).into(), (y + 1).into()));
        }
        [low / DVec2::new(2000.0, 1000.0), high / DVec2::new(2000.0, 1000.0)]
    }

    #[test]
    fn a_line_lies_where_its_ink_is() {
        for place in ["", "transform='translate(40 -20) scale(1.3)'", "transform='rotate(-90 100 80)'"] {
            let body =
                format!("<g {place}><text x='90' y='80' font-size='10' text-anchor='middle'>Oat &amp; Nut</text></g>");
            let found = regions(&body);
            assert_eq!(found.len(), 1, "{place}");
            assert_eq!(found[0].content, LabelContent::Text("Oat & Nut".to_owned()));
            let [low, high] = painted(&body);
            let corners = found[0].corners;
            let (min, max) = corners.iter().fold((corners[0], corners[0]), |(a, b), &c| (a.min(c), b.max(c)));
            assert!(min.distance(low) < 2e-3 && max.distance(high) < 2e-3, "{place}: {min} {low}, {max} {high}");
        }
        // Turned to the left, the line begins at the bottom.
        let corners = regions("<text transform='rotate(-90 100 80)' x='90' y='80'>Oat</text>")[0].corners;
        assert!(corners[0].y > corners[1].y && corners[0].x < corners[3].x, "{corners:?}");
    }

    #[test]
    fn a_bar_code_is_found_by_its_bars() {
        let bars = bar_code::path(GTIN.parse().expect("valid")).expect("EAN-13");
        let body = format!("<path d='{bars}' transform='translate(30 40) scale(.5 20)'/>");
        let found = regions(&body);
        assert_eq!(found[0].content, LabelContent::BarCode { gtin: GTIN.parse().expect("valid"), modules: 95 });
        let [low, high] = painted(&body);
        assert!(found[0].corners[0].distance(low) < 1e-3 && found[0].corners[2].distance(high) < 1e-3);
        let other = bar_code::path("2010012424860".parse().expect("valid")).expect("EAN-13");
        assert!(regions(&format!("<path d='{other}' transform='translate(30 40) scale(.5 20)'/>")).is_empty());
        assert!(regions("<path d='M0 0h1v1h-1z' transform='translate(30 40) scale(.5 20)'/>").is_empty());
    }

    #[test]
    fn what_is_not_as_written_is_left_out() {
        let line = "<text x='60' y='80' font-size='16' fill='#c00'>Oat</text>";
        assert_eq!(regions(&format!("<rect width='300' height='200' fill='#fff'/>{line}")).len(), 1);
        assert!(regions(&format!("{line}<rect width='300' height='200' fill='#fff'/>")).is_empty());
        assert!(regions("<text x='190' y='80' font-size='16'>leaves the label</text>").is_empty());
        assert!(regions("<g transform='matrix(-1 0 0 1 200 0)'><text x='60' y='80'>Oat</text></g>").is_empty());
        assert!(regions("<text x='60' y='80' visibility='hidden'>Oat</text><text x='60' y='80'> </text>").is_empty());
        let picture = Artwork::from_encoded(vec![1, 2, 3], "a picture");
        assert!(label_regions(&picture, None).expect("no SVG").is_empty());
    }
}
