//! Pictures of what is in the pack: each fills a box of 100 x 100 units around (50, 50).

mod food;
mod home;
mod pantry;
mod produce;

use std::fmt::Write;

/// The definition of a picture as a group with the id `p-NAME`, with the gradients it uses.
///
/// # Panics
/// If there is no such picture.
pub(crate) fn definition(name: &str) -> String {
    let mut draw = Draw { name: name.to_owned(), out: String::new(), defs: String::new(), gradients: 0 };
    let known = produce::draw(name, &mut draw)
        || pantry::draw(name, &mut draw)
        || food::draw(name, &mut draw)
        || home::draw(name, &mut draw);
    assert!(known, "there is no picture {name:?}");
    format!("{}<g id='p-{name}'>{}</g>", draw.defs, draw.out)
}

/// Names of all pictures.
pub(crate) fn names() -> Vec<&'static str> {
    [produce::NAMES, pantry::NAMES, food::NAMES, home::NAMES].concat()
}

/// A picture as it grows.
pub(crate) struct Draw {
    name: String,
    out: String,
    defs: String,
    gradients: usize,
}

impl Draw {
    /// Filled path.
    pub(crate) fn p(&mut self, fill: &str, data: &str) -> &mut Self {
        write!(self.out, "<path d='{data}' fill='{fill}'/>").expect("text");
        self
    }

    /// Stroked path with round ends.
    pub(crate) fn s(&mut self, stroke: &str, width: f64, data: &str) -> &mut Self {
        write!(
            self.out,
            "<path d='{data}' fill='none' stroke='{stroke}' stroke-width='{width}' stroke-linecap='round' stroke-linejoin='round'/>"
        )
        .expect("text");
        self
    }

    /// Ellipse.
    pub(crate) fn e(&mut self, fill: &str, x: f64, y: f64, rx: f64, ry: f64) -> &mut Self {
        write!(self.out, "<ellipse cx='{x}' cy='{y}' rx='{rx}' ry='{ry}' fill='{fill}'/>").expect("text");
        self
    }

    /// Soft light spot.
    pub(crate) fn shine(&mut self, x: f64, y: f64, rx: f64, ry: f64) -> &mut Self {
        write!(
            self.out,
            "<ellipse cx='{x}' cy='{y}' rx='{rx}' ry='{ry}' fill='#fff' opacity='.45' transform='rotate(-35 {x} {y})'/>"
        )
        .expect("text");
        self
    }

    /// Parts drawn by `draw`, moved by the transform.
    pub(crate) fn g(&mut self, transform: &str, draw: impl FnOnce(&mut Self)) -> &mut Self {
        write!(self.out, "<g transform='{transform}'>").expect("text");
        draw(self);
        self.out.push_str("</g>");
        self
    }

    /// Ball-like shading from a light at the upper left.
    pub(crate) fn ball(&mut self, colors: [&str; 3]) -> String {
        let id = self.gradient_id();
        let [a, b, c] = colors;
        write!(self.defs, "<radialGradient id='{id}' cx='.36' cy='.3' r='.8'><stop stop-color='{a}'/><stop offset='.45' stop-color='{b}'/><stop offset='1' stop-color='{c}'/></radialGradient>").expect("text");
        format!("url(#{id})")
    }

    /// Shading from the upper left to the lower right.
    pub(crate) fn slope(&mut self, from: &str, to: &str) -> String {
        let id = self.gradient_id();
        write!(self.defs, "<linearGradient id='{id}' x2='.7' y2='1'><stop stop-color='{from}'/><stop offset='1' stop-color='{to}'/></linearGradient>").expect("text");
        format!("url(#{id})")
    }

    /// A leaf from a point in a direction (degrees, 0 to the right).
    pub(crate) fn leaf(&mut self, x: f64, y: f64, length: f64, angle: f64, color: &str, vein: &str) -> &mut Self {
        write!(
            self.out,
            "<g transform='translate({x} {y}) rotate({angle}) scale({})'><path d='M0 0C20-30 70-34 100 0C70 30 22 28 0 0z' fill='{color}'/><path d='M4 0H88M30 0l16-14M30 0l16 13M54 0l14-11M54 0l14 10' fill='none' stroke='{vein}' stroke-width='3.5'/></g>",
            length / 100.0
        )
        .expect("text");
        self
    }

    fn gradient_id(&mut self) -> String {
        self.gradients += 1;
        format!("g{}-{}", self.gradients, self.name)
    }
}

const GREEN: &str = "#4f9a2f";
const VEIN: &str = "#a8d26e";
