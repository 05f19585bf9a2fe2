//! Writes SVG in millimetres and fits text into boxes by measuring it with the fonts that will paint it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

/// A box on the label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Rect {
    pub(crate) fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    pub(crate) fn cx(&self) -> f64 {
        self.x + self.w / 2.0
    }

    pub(crate) fn cy(&self) -> f64 {
        self.y + self.h / 2.0
    }

    /// The part between two shares of the width and of the height.
    pub(crate) fn part(&self, x0: f64, y0: f64, x1: f64, y1: f64) -> Self {
        Self::new(self.x + self.w * x0, self.y + self.h * y0, self.w * (x1 - x0), self.h * (y1 - y0))
    }

    pub(crate) fn inset(&self, by: f64) -> Self {
        Self::new(self.x + by, self.y + by, self.w - 2.0 * by, self.h - 2.0 * by)
    }
}

/// Words on a label: what the template says, and all texts that may stand there once it is filled.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub shown: String,
    pub samples: Vec<String>,
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self { shown: escape(text), samples: vec![text.to_owned()] }
    }
}

impl Words {
    pub(crate) fn field(name: &str, samples: Vec<String>) -> Self {
        Self { shown: format!("{{{{{name}}}}}"), samples }
    }

    /// Width of the longest sample at size 1.
    pub(crate) fn width(&self, face: &str) -> f64 {
        self.samples.iter().map(|sample| width(sample, face)).fold(0.0, f64::max)
    }
}

/// Faces, as classes of the style sheet that every label carries.
pub(crate) const FACES: &str = "text{font-family:DejaVu Sans}.b{font-weight:700}.bi{font-weight:700;font-style:oblique}\
.c{font-stretch:condensed}.cb{font-stretch:condensed;font-weight:700}\
.ci{font-stretch:condensed;font-weight:700;font-style:oblique}.l{font-weight:200}\
.s{font-family:DejaVu Serif}.sb{font-family:DejaVu Serif;font-weight:700}\
.si{font-family:DejaVu Serif;font-style:italic}.sbi{font-family:DejaVu Serif;font-weight:700;font-style:italic}\
.sc{font-family:DejaVu Serif;font-stretch:condensed;font-weight:700}.m{font-family:DejaVu Sans Mono}";

/// Share of the size that capitals are high.
const CAPITALS: f64 = 0.73;

/// Where text stands in its box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Align {
    Left,
    Middle,
}

/// The label as it grows.
#[derive(Debug, Default)]
pub(crate) struct Pen {
    pub out: String,
    pub defs: String,
    ids: usize,
}

impl Pen {
    pub(crate) fn raw(&mut self, svg: &str) {
        self.out.push_str(svg);
    }

    /// An id that nothing else on this label has.
    pub(crate) fn id(&mut self) -> String {
        self.ids += 1;
        format!("i{}", self.ids)
    }

    pub(crate) fn rect(&mut self, r: Rect, radius: f64, fill: &str, extra: &str) {
        let rx = if radius > 0.0 { format!(" rx='{}'", n(radius)) } else { String::new() };
        let (x, y, w, h) = (n(r.x), n(r.y), n(r.w), n(r.h));
        write!(self.out, "<rect x='{x}' y='{y}' width='{w}' height='{h}'{rx} fill='{fill}' {extra}/>").expect("text");
    }

    pub(crate) fn circle(&mut self, x: f64, y: f64, r: f64, fill: &str, extra: &str) {
        write!(self.out, "<circle cx='{}' cy='{}' r='{}' fill='{fill}' {extra}/>", n(x), n(y), n(r)).expect("text");
    }

    pub(crate) fn ellipse(&mut self, x: f64, y: f64, rx: f64, ry: f64, fill: &str, extra: &str) {
        let (x, y, rx, ry) = (n(x), n(y), n(rx), n(ry));
        write!(self.out, "<ellipse cx='{x}' cy='{y}' rx='{rx}' ry='{ry}' fill='{fill}' {extra}/>").expect("text");
    }

    /// Path data: letters and numbers, the latter scaled to millimetres: `x` by the box's width, `y` by its height.
    pub(crate) fn path(&mut self, data: &str, fill: &str, extra: &str) {
        write!(self.out, "<path d='{data}' fill='{fill}' {extra}/>").expect("text");
    }

    /// A linear gradient from top to bottom, or along the vector given in shares of the painted box.
    pub(crate) fn gradient(&mut self, vector: [f64; 4], stops: &[(f64, &str)]) -> String {
        let id = self.id();
        let [x1, y1, x2, y2] = vector.map(n);
        let stops = stops_of(stops);
        write!(self.defs, "<linearGradient id='{id}' x1='{x1}' y1='{y1}' x2='{x2}' y2='{y2}'>{stops}</linearGradient>")
            .expect("text");
        format!("url(#{id})")
    }

    /// A radial gradient around a point given in shares of the painted box.
    pub(crate) fn glow(&mut self, x: f64, y: f64, r: f64, stops: &[(f64, &str)]) -> String {
        let id = self.id();
        let (x, y, r, stops) = (n(x), n(y), n(r), stops_of(stops));
        write!(self.defs, "<radialGradient id='{id}' cx='{x}' cy='{y}' r='{r}'>{stops}</radialGradient>")
            .expect("text");
        format!("url(#{id})")
    }

    /// Text at a point (x, y), at a size.
    pub(crate) fn write(&mut self, [x, y, size]: [f64; 3], face: &str, fill: &str, text: &str, extra: &str) {
        let (x, y, size) = (n(x), n(y), n(size));
        let class = if face.is_empty() { String::new() } else { format!(" class='{face}'") };
        write!(self.out, "<text x='{x}' y='{y}' font-size='{size}'{class} fill='{fill}' {extra}>{text}</text>")
            .expect("text");
    }

    /// Text as large as the box allows; gives the size it got.
    pub(crate) fn fit(&mut self, words: &Words, face: &str, r: Rect, align: Align, fill: &str, extra: &str) -> f64 {
        let size = (r.h / CAPITALS).min(r.w / words.width(face).max(0.1));
        let (x, anchor) = match align {
            Align::Left => (r.x, ""),
            Align::Middle => (r.cx(), "text-anchor='middle' "),
        };
        let y = r.cy() + size * CAPITALS / 2.0;
        self.write([x, y, size], face, fill, &words.shown, &format!("{anchor}{extra}"));
        size
    }

    /// Lines of running text in a box, no larger than `size`; shrinks until they fit.
    pub(crate) fn paragraph(&mut self, words: &Words, face: &str, r: Rect, size: f64, fill: &str, anchor: Align) {
        let longest = words.samples.iter().max_by_key(|sample| sample.len()).cloned().unwrap_or_default();
        let mut size = size;
        let lines = loop {
            let lines = wrap(&words.shown, &longest, face, r.w / size);
            if lines.len() as f64 * size * 1.22 <= r.h || size < 0.5 {
                break lines;
            }
            size *= 0.94;
        };
        let x = if anchor == Align::Middle { r.cx() } else { r.x };
        let align = if anchor == Align::Middle { " text-anchor='middle'" } else { "" };
        let class = if face.is_empty() { String::new() } else { format!(" class='{face}'") };
        write!(self.out, "<g font-size='{}' fill='{fill}'{align}>", n(size)).expect("text");
        for (i, line) in lines.iter().enumerate() {
            let y = n(r.y + size * (0.95 + 1.22 * i as f64));
            write!(self.out, "<text x='{}' y='{y}'{class}>{line}</text>", n(x)).expect("text");
        }
        self.raw("</g>");
    }
}

/// Breaks text between words. A placeholder is taken to be as wide as the longest text that may replace it.
fn wrap(shown: &str, longest: &str, face: &str, room: f64) -> Vec<String> {
    let space = width("n n", face) - 2.0 * width("n", face);
    let mut lines: Vec<(String, f64)> = vec![(String::new(), 0.0)];
    for word in shown.split_whitespace() {
        let sample = match word.find("{{") {
            Some(_) => longest,
            None => word,
        };
        let wide = width(&sample.replace("&amp;", "&"), face);
        let last = lines.last_mut().expect("there is always a line");
        if last.0.is_empty() {
            *last = (word.to_owned(), wide);
        } else if last.1 + space + wide <= room {
            last.0 += " ";
            last.0 += word;
            last.1 += space + wide;
        } else {
            lines.push((word.to_owned(), wide));
        }
    }
    lines.into_iter().map(|line| line.0).collect()
}

/// A number with at most two decimals.
pub(crate) fn n(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    let text = format!("{}", if rounded == 0.0 { 0.0 } else { rounded });
    text.strip_prefix("0.").map(|rest| format!(".{rest}")).unwrap_or(text)
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;")
}

fn stops_of(stops: &[(f64, &str)]) -> String {
    let stop = |(at, color): &(f64, &str)| match color.split_once('/') {
        Some((color, opacity)) => {
            format!("<stop offset='{}' stop-color='{color}' stop-opacity='{opacity}'/>", n(*at))
        }
        None => format!("<stop offset='{}' stop-color='{color}'/>", n(*at)),
    };
    stops.iter().map(stop).collect()
}

/// Width of a text at size 1.
pub(crate) fn width(text: &str, face: &str) -> f64 {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<(String, String), f64>> = const { RefCell::new(BTreeMap::new()) };
        static FONTS: Arc<Database> = Arc::new(fonts());
    }
    let key = (face.to_owned(), text.to_owned());
    if let Some(width) = KNOWN.with_borrow(|known| known.get(&key).copied()) {
        return width;
    }
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><style>{FACES}</style>\
         <text font-size='100' class='{face}'>{}</text></svg>",
        escape(text)
    );
    let options = Options { fontdb: FONTS.with(Arc::clone), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).expect("a line of text is valid SVG");
    let width = f64::from(tree.root().abs_bounding_box().width()) / 100.0;
    KNOWN.with_borrow_mut(|known| known.insert(key, width));
    width
}

fn fonts() -> Database {
    use dejavu::{sans, sans_condensed, sans_mono, serif, serif_condensed};
    let mut fonts = Database::new();
    for bytes in [
        sans::regular(),
        sans::bold(),
        sans::bold_oblique(),
        sans::extra_light(),
        sans_condensed::regular(),
        sans_condensed::bold(),
        sans_condensed::bold_oblique(),
        serif::regular(),
        serif::bold(),
        serif::italic(),
        serif::bold_italic(),
        serif_condensed::bold(),
        sans_mono::regular(),
    ] {
        fonts.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    fonts
}

/// Path data whose `_` stand for the numbers.
pub(crate) fn d(data: &str, numbers: &[f64]) -> String {
    let mut numbers = numbers.iter();
    let mut path = String::with_capacity(data.len() * 2);
    for c in data.chars() {
        match c {
            '_' => path.push_str(&n(*numbers.next().expect("as many numbers as gaps"))),
            _ => path.push(c),
        }
    }
    assert!(numbers.next().is_none(), "as many gaps as numbers in {data}");
    path
}
