//! Ways to lay out a front. A style paints the ground of any panel and the words and pictures of the front.

mod bold;
mod calm;
mod fresh;

use crate::design::{Brand, Family};
use crate::pen::{Align, Pen, Rect, Words};

/// Colours of the flavour, which each product fills in for itself.
pub(crate) const C: &str = "{{color}}";
pub(crate) const D: &str = "{{color_dark}}";
pub(crate) const L: &str = "{{color_light}}";
pub(crate) const INK: &str = "{{color_ink}}";

/// All that a front says.
pub(crate) struct Front<'a> {
    pub brand: &'a Brand,
    pub family: &'a Family,
    pub title: Words,
    pub variant: Words,
    pub caps: Words,
    pub net: Words,
}

/// How the other panels continue the front.
pub(crate) struct Tone {
    /// Colour of boxes with information, and of the words in them.
    pub paper: &'static str,
    pub ink: &'static str,
    /// Colour of brand marks and words that stand on the ground itself.
    pub on: String,
}

/// A style's two painters and its tone.
pub(crate) struct Style {
    pub ground: fn(&mut Pen, &Front, Rect),
    pub front: fn(&mut Pen, &Front, Rect),
    pub tone: fn(&Front) -> Tone,
}

/// The style of this name.
///
/// # Panics
/// If there is none.
pub(crate) fn style(name: &str) -> Style {
    bold::style(name)
        .or_else(|| calm::style(name))
        .or_else(|| fresh::style(name))
        .unwrap_or_else(|| panic!("there is no style {name:?}"))
}

/// Where things stand on a front.
pub(crate) struct Slots {
    pub logo: Rect,
    pub title: Rect,
    pub variant: Rect,
    pub claim: Rect,
    pub hero: Rect,
    pub net: Rect,
    /// Middle and radius of a badge.
    pub badge: (f64, f64, f64),
    pub wide: bool,
}

/// Order from top to bottom.
pub(crate) enum Plan {
    /// Words above the picture.
    PictureLast,
    /// Picture between brand and words.
    PictureMiddle,
}

/// Divides a front; a wide one has its words on the left and its picture on the right.
pub(crate) fn slots(r: Rect, plan: Plan) -> Slots {
    if r.w > 1.2 * r.h {
        let radius = r.h * 0.17;
        return Slots {
            logo: r.part(0.04, 0.06, 0.56, 0.38),
            title: r.part(0.05, 0.44, 0.55, 0.56),
            variant: r.part(0.05, 0.665, 0.55, 0.785),
            claim: r.part(0.05, 0.905, 0.36, 0.985),
            hero: r.part(0.58, 0.1, 0.97, 0.92),
            net: r.part(0.38, 0.92, 0.55, 0.97),
            badge: (r.x + r.w * 0.93, r.y + r.h * 0.2, radius.min(r.w * 0.07)),
            wide: true,
        };
    }
    let net = r.part(0.58, 0.935, 0.92, 0.97);
    let claim = r.part(0.06, 0.925, 0.56, 0.98);
    let radius = r.w * 0.13;
    match plan {
        Plan::PictureLast => Slots {
            logo: r.part(0.08, 0.04, 0.92, 0.22),
            title: r.part(0.08, 0.245, 0.92, 0.32),
            variant: r.part(0.1, 0.385, 0.9, 0.45),
            claim,
            hero: r.part(0.04, 0.485, 0.96, 0.9),
            net,
            badge: (r.x + r.w * 0.84, r.y + r.h * 0.575, radius),
            wide: false,
        },
        Plan::PictureMiddle => Slots {
            logo: r.part(0.08, 0.05, 0.92, 0.22),
            title: r.part(0.08, 0.69, 0.92, 0.775),
            variant: r.part(0.1, 0.815, 0.9, 0.885),
            claim,
            hero: r.part(0.05, 0.25, 0.95, 0.65),
            net,
            badge: (r.x + r.w * 0.83, r.y + r.h * 0.31, radius),
            wide: false,
        },
    }
}

/// The net weight with the estimated sign.
pub(crate) fn net(pen: &mut Pen, front: &Front, r: Rect, fill: &str) {
    let size = (r.h / 0.73).min(r.w / (front.net.width("cb") + 1.0));
    let text = format!("{} ℮", front.net.shown);
    pen.write([r.x + r.w, r.cy() + size * 0.36, size], "cb", fill, &text, "text-anchor='end'");
}

/// Text with an outline behind it.
pub(crate) fn outlined(pen: &mut Pen, words: &Words, face: &str, r: Rect, colors: [&str; 2]) {
    let size = (r.h / 0.73).min(r.w / words.width(face).max(0.1));
    let extra = format!(
        "stroke='{}' stroke-width='{:.2}' stroke-linejoin='round' paint-order='stroke'",
        colors[1],
        size * 0.16
    );
    pen.fit(words, face, r, Align::Middle, colors[0], &extra);
}
