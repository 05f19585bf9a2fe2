//! Arrangements of the main picture, badges and small marks.

use crate::pen::{Align, Pen, Rect, Words, d, n};

/// Places a picture by its middle, its size and its turn.
pub(crate) fn picture(pen: &mut Pen, name: &str, x: f64, y: f64, size: f64, turn: f64) {
    let rotate = if turn == 0.0 { String::new() } else { format!(" rotate({})", n(turn)) };
    pen.raw(&format!(
        "<use href='#p-{name}' transform='translate({} {}){rotate} scale({:.3}) translate(-50-50)'/>",
        n(x),
        n(y),
        size / 100.0
    ));
}

/// The flavour's picture, which each product names for itself.
pub(crate) const FLAVOUR: &str = "{{motif}}";

fn shadow(pen: &mut Pen, x: f64, y: f64, rx: f64) {
    pen.ellipse(x, y, rx, rx * 0.16, "#000000", "opacity='.22'");
}

/// A heap of the flavour's picture, with what it is served in.
pub(crate) fn heap(pen: &mut Pen, stage: &str, r: Rect) {
    let s = r.h.min(r.w * 0.8);
    let (x, y) = (r.cx(), r.cy());
    match stage {
        "" if r.w > 1.15 * r.h => {
            let k = (r.w / 2.1).min(r.h * 0.95);
            shadow(pen, x, y + k * 0.44, r.w * 0.46);
            picture(pen, FLAVOUR, x - k * 0.62, y + k * 0.08, k * 0.72, -16.0);
            picture(pen, FLAVOUR, x + k * 0.62, y + k * 0.08, k * 0.72, 14.0);
            picture(pen, FLAVOUR, x, y, k * 0.98, 0.0);
        }
        "" => {
            shadow(pen, x, y + s * 0.46, s * 0.55);
            picture(pen, FLAVOUR, x - s * 0.3, y - s * 0.12, s * 0.56, -18.0);
            picture(pen, FLAVOUR, x + s * 0.32, y - s * 0.06, s * 0.56, 20.0);
            picture(pen, FLAVOUR, x, y + s * 0.12, s * 0.72, 0.0);
        }
        "splash" | "cream" => {
            picture(pen, FLAVOUR, x - s * 0.34, y - s * 0.1, s * 0.5, -20.0);
            picture(pen, FLAVOUR, x + s * 0.36, y - s * 0.06, s * 0.5, 22.0);
            picture(pen, FLAVOUR, x, y - s * 0.14, s * 0.68, 0.0);
            pen.raw(&format!(
                "<g transform='translate({} {}) scale({:.3} {:.3}) translate(-50-50)'><use href='#p-{stage}'/></g>",
                n(x),
                n(y + s * 0.2),
                s * 1.25 / 100.0,
                s * 0.62 / 100.0
            ));
        }
        "bowl" | "cereal" | "flakes" | "soupbowl" | "plate" | "coffeecup" | "teacup" | "noodles" | "glass" | "milk" => {
            let wide = stage != "glass" && stage != "milk";
            shadow(pen, x, y + s * 0.46, s * 0.62);
            if wide {
                picture(pen, FLAVOUR, x - s * 0.42, y + s * 0.1, s * 0.42, -14.0);
                picture(pen, FLAVOUR, x + s * 0.42, y + s * 0.08, s * 0.42, 16.0);
                picture(pen, stage, x, y - s * 0.04, s * 0.92, 0.0);
                picture(pen, FLAVOUR, x + s * 0.24, y + s * 0.3, s * 0.36, 8.0);
            } else {
                picture(pen, stage, x + s * 0.14, y, s * 0.98, 0.0);
                picture(pen, FLAVOUR, x - s * 0.24, y + s * 0.18, s * 0.58, -8.0);
            }
        }
        _ => {
            shadow(pen, x, y + s * 0.46, s * 0.58);
            picture(pen, stage, x + s * 0.26, y - s * 0.1, s * 0.66, 12.0);
            picture(pen, FLAVOUR, x - s * 0.2, y + s * 0.1, s * 0.76, -6.0);
        }
    }
}

/// Pictures that cover the whole width at the lower edge of the box.
pub(crate) fn pile(pen: &mut Pen, r: Rect) {
    let s = (r.w / 2.6).min(r.h * 0.78);
    let count = (r.w / (s * 0.62)).ceil() as i32;
    for row in 0..2 {
        for k in -1..=count {
            let turn = f64::from((k * 47 + row * 31) % 60 - 30);
            let x = r.x + (f64::from(k) + 0.5 * f64::from(row)) * s * 0.66 + s * 0.2;
            let y = r.y + r.h - s * (0.62 - 0.34 * f64::from(row)) + s * 0.08 * f64::from(k % 2);
            if x > r.x + s * 0.2 && x < r.x + r.w - s * 0.2 {
                picture(pen, FLAVOUR, x, y, s, turn);
            }
        }
    }
}

/// A toothed badge with a short text on two lines.
pub(crate) fn badge(pen: &mut Pen, text: &str, x: f64, y: f64, radius: f64, fill: &str, ink: &str) {
    if text.is_empty() {
        return;
    }
    let mut path = String::new();
    for k in 0..32 {
        let (sin, cos) = (f64::from(k) * std::f64::consts::TAU / 32.0).sin_cos();
        let reach = if k % 2 == 0 { radius } else { radius * 0.86 };
        path.push_str(&format!("{}{} {}", if k == 0 { "M" } else { "L" }, n(x + reach * cos), n(y + reach * sin)));
    }
    pen.path(&(path + "z"), fill, "");
    pen.circle(
        x,
        y,
        radius * 0.76,
        "none",
        &format!("stroke='{ink}' stroke-width='{}' opacity='.7'", n(radius * 0.035)),
    );
    pen.raw(&format!("<g transform='rotate(-10 {} {})'>", n(x), n(y)));
    let lines: Vec<&str> = text.split('|').collect();
    let room = radius * 1.25 / lines.len() as f64;
    for (i, line) in lines.iter().enumerate() {
        let top = y - radius * 0.5 + radius / lines.len() as f64 * i as f64;
        let cell = Rect::new(x - radius * 0.62, top + room * 0.08, radius * 1.24, room * 0.64);
        pen.fit(&Words::from(*line), "cb", cell, Align::Middle, ink, "");
    }
    pen.raw("</g>");
}

/// A pill with a claim in it.
pub(crate) fn pill(pen: &mut Pen, claim: &str, r: Rect, fill: &str, ink: &str) {
    let words = Words::from(claim);
    let size = (r.h * 0.55 / 0.73).min(r.w * 0.88 / words.width("cb"));
    let wide = words.width("cb") * size + size * 1.5;
    let (height, x) = (size * 1.5, r.cx() - wide / 2.0);
    pen.rect(Rect::new(x, r.cy() - height / 2.0, wide, height), height / 2.0, fill, "");
    pen.write([r.cx(), r.cy() + size * 0.36, size], "cb", ink, &words.shown, "text-anchor='middle'");
}

/// Rays from a point to beyond the box.
pub(crate) fn rays(x: f64, y: f64, reach: f64, count: u32) -> String {
    let mut path = String::new();
    for k in 0..count {
        let angle = f64::from(k) * std::f64::consts::TAU / f64::from(count);
        let half = std::f64::consts::TAU / f64::from(count) / 4.0;
        let at = |angle: f64| [x + reach * angle.cos(), y + reach * angle.sin()];
        let ([ax, ay], [bx, by]) = (at(angle - half), at(angle + half));
        path += &d("M_ _L_ _L_ _z", &[x, y, ax, ay, bx, by]);
    }
    path
}
