//! Brand marks. Each is drawn once per ink in its own box and placed by `use`.

use crate::color::{dark, ink, light};
use crate::design::Brand;
use crate::lettering::{Hand, word};
use crate::pen::{Pen, Rect, d, n, width};

/// Draws the brand's mark as large as the box allows. `on` is the colour for marks that have no ground of their own.
pub(crate) fn place(pen: &mut Pen, brand: &Brand, r: Rect, on: &str) {
    let mut mark = Pen::default();
    let (w, h) = draw(&mut mark, brand, on);
    let id = format!("m{}", on.replace(['#', '{', '}', '_'], ""));
    if !pen.defs.contains(&format!("id='{id}'")) {
        pen.defs.push_str(&format!("<g id='{id}'>{}</g>", mark.out));
    }
    let scale = (r.w / w).min(r.h / h);
    let (x, y) = (r.cx() - w * scale / 2.0, r.cy() - h * scale / 2.0);
    pen.raw(&format!("<use href='#{id}' transform='translate({} {}) scale({scale:.4})'/>", n(x), n(y)));
}

/// Strokes of a drawn word, widest first.
fn strokes(pen: &mut Pen, path: &str, at: (f64, f64), layers: &[(&str, f64)], join: &str) {
    let (x, y) = at;
    for (color, width) in layers {
        pen.path(
            path,
            "none",
            &format!(
                "transform='translate({} {})' stroke='{color}' stroke-width='{width}' stroke-linejoin='{join}' stroke-linecap='{join}'",
                n(x),
                n(y)
            ),
        );
    }
}

/// Gives the size of the mark's box.
fn draw(pen: &mut Pen, brand: &Brand, on: &str) -> (f64, f64) {
    let (name, color, accent) = (brand.name.as_str(), brand.color.as_str(), brand.accent.as_str());
    let (caps, lower) = (name.to_uppercase(), name.to_lowercase());
    let on_color = ink(color);
    match brand.logo.as_str() {
        "sticker" => {
            let (path, w) = word(name, Hand { bounce: 0.7, gap: 3.1, ..Hand::default() });
            let at = (4.0, 4.5);
            strokes(pen, &path, (4.3, 5.2), &[(&dark(color, 0.65), 6.4)], "round");
            strokes(pen, &path, at, &[(&dark(color, 0.4), 6.2), ("#ffffff", 4.6), (color, 2.7)], "round");
            strokes(pen, &path, (3.7, 4.1), &[(&light(color, 0.55), 0.5)], "round");
            (w + 8.0, 21.0)
        }
        "oval" => {
            let (path, w) = word(&caps, Hand { gap: 2.7, ..Hand::default() });
            let (rx, ry) = (w / 2.0 + 9.0, 12.0);
            pen.ellipse(rx, ry, rx, ry, accent, "");
            pen.ellipse(rx, ry, rx - 0.9, ry - 0.9, "#ffffff", "");
            pen.ellipse(rx, ry, rx - 1.6, ry - 1.6, color, "");
            strokes(pen, &path, (9.0, 7.0), &[(&dark(color, 0.5), 2.9), (&on_color, 1.9)], "round");
            (2.0 * rx, 2.0 * ry)
        }
        "ribbon" => {
            let wide = width(&caps, "sc") * 12.0 + 20.0;
            let fold = dark(color, 0.45);
            let tails = d("M0 5H12V21H0L5 13zM_ 5H_V21H_L_ 13z", &[wide, wide - 12.0, wide, wide - 5.0]);
            pen.path(&tails, &fold, "");
            pen.path(&d("M6 1H_V17H6z", &[wide - 6.0]), color, "");
            pen.path(&d("M6 17v4l4-4zM_ 17v4l-4-4z", &[wide - 6.0]), &dark(color, 0.65), "");
            pen.path(
                &d("M6 2.2H_M6 15.8H_", &[wide - 6.0, wide - 6.0]),
                "none",
                &format!("stroke='{accent}' stroke-width='.5'"),
            );
            pen.write([wide / 2.0, 13.4, 12.0], "sc", &on_color, &caps, "text-anchor='middle'");
            (wide, 21.0)
        }
        "tilt" => {
            let wide = width(name, "bi") * 12.0 + 6.0;
            let ground =
                d("M4 1H_Q_ 12 _ 18C_ 15 _ 16 2 19Q-1 8 4 1z", &[wide + 2.0, wide + 5.0, wide, wide * 0.7, wide * 0.4]);
            pen.path(&ground, color, "");
            pen.path(
                &d(
                    "M3 20.4C_ 17 _ 17 _ 19.6C_ 18.4 _ 18.6 3 20.4z",
                    &[wide * 0.4, wide * 0.7, wide, wide * 0.7, wide * 0.4],
                ),
                accent,
                "",
            );
            pen.write([wide / 2.0 + 1.0, 13.6, 12.0], "bi", &on_color, name, "text-anchor='middle'");
            (wide + 4.0, 21.0)
        }
        "block" => {
            let wide = width(&caps, "b") * 9.0 + (caps.len() as f64) * 0.9 + 9.0;
            pen.rect(Rect::new(0.0, 0.0, wide, 15.0), 2.4, color, "");
            pen.rect(Rect::new(0.0, 12.6, wide, 2.4), 1.2, accent, "");
            pen.write([wide / 2.0, 10.2, 9.0], "b", &on_color, &caps, "text-anchor='middle' letter-spacing='.9'");
            (wide, 15.0)
        }
        "sun" => {
            let wide = (width(name, "sb") * 11.0).max(24.0) + 2.0;
            let c = wide / 2.0;
            for k in 0..7 {
                let turn = -72 + k * 24;
                pen.path(
                    &d("M_ 1.2L_ 6.2h1.6z", &[c, c - 0.8]),
                    accent,
                    &format!("transform='rotate({turn} {} 13)'", n(c)),
                );
            }
            pen.path(&d("M_ 13a6 6 0 0 1 12 0z", &[c - 6.0]), accent, "");
            pen.path(&d("M0 14.4H_", &[wide]), "none", &format!("stroke='{on}' stroke-width='.45'"));
            pen.write([c, 24.5, 11.0], "sb", on, name, "text-anchor='middle'");
            (wide, 25.5)
        }
        "techno" => {
            let (path, w) = word(&caps, Hand { angular: true, slant: 0.28, gap: 2.9, stretch: 1.12, bounce: 0.0 });
            pen.path(&d("M0 16L3 12H_L_ 16z", &[w + 4.0, w - 2.0]), accent, "transform='translate(0 1.4)'");
            strokes(pen, &path, (1.8, 2.0), &[("#05060a", 3.6), (on, 2.0)], "miter");
            (w + 6.6, 17.6)
        }
        "script" => {
            let (path, w) = word(&lower, Hand { slant: 0.3, gap: 2.2, ..Hand::default() });
            strokes(pen, &path, (1.6, 2.0), &[(on, 1.7)], "round");
            pen.path(&d("M0 17.6Q_ 14.4 _ 15.6Q_ 16 0 17.6z", &[w * 0.5, w + 5.0, w * 0.5]), accent, "");
            (w + 6.5, 18.0)
        }
        "crest" => {
            let wide = width(&caps, "s") * 9.0 + caps.len() as f64 * 1.3 + 6.0;
            let c = wide / 2.0;
            pen.path(
                &d(
                    "M_ 0l3 3-3 3-3-3zM_ 1.8l1.2 1.2-1.2 1.2-1.2-1.2zM_ 1.8l1.2 1.2-1.2 1.2-1.2-1.2z",
                    &[c, c - 6.5, c + 6.5],
                ),
                accent,
                "",
            );
            pen.path(
                &d("M0 3H_M_ 3H_M0 18.6H_M0 19.8H_", &[c - 9.5, c + 9.5, wide, wide, wide]),
                "none",
                &format!("stroke='{accent}' stroke-width='.35'"),
            );
            pen.write([c + 0.6, 15.4, 9.0], "s", on, &caps, "text-anchor='middle' letter-spacing='1.3'");
            (wide, 20.0)
        }
        "leaf" => {
            let wide = width(&lower, "l") * 12.0 + 13.0;
            pen.path(
                "M1 12C0 5 4 1 11 1C12 9 8 13 3 12.4C4 9 6 6.4 8.6 4.4C5.4 6 3.2 8.6 1.9 14.6L.8 14.4z",
                accent,
                "",
            );
            pen.write([13.0, 12.4, 12.0], "l", on, &lower, &format!("stroke='{on}' stroke-width='.3'"));
            (wide + 1.0, 16.0)
        }
        "seal" => {
            let wide = (width(&caps, "cb") * 8.0).max(26.0) + 8.0;
            let c = wide / 2.0;
            pen.circle(c, 13.0, 13.0, color, "");
            pen.circle(c, 13.0, 11.6, "none", &format!("stroke='{accent}' stroke-width='.7'"));
            pen.rect(Rect::new(0.0, 8.0, wide, 10.4), 1.2, accent, "");
            pen.rect(Rect::new(0.6, 8.6, wide - 1.2, 9.2), 0.9, color, "");
            pen.write([c, 16.1, 8.0], "cb", &on_color, &caps, "text-anchor='middle'");
            pen.path(&d("M_ 3.2l.9 1.9 2 .3-1.5 1.4.4 2-1.8-1-1.8 1 .4-2-1.5-1.4 2-.3z", &[c]), accent, "");
            pen.path(
                &d("M_ 21.4q3-1.6 4 .6q1-2.2 4-.6", &[c - 4.0]),
                "none",
                &format!("stroke='{accent}' stroke-width='.7'"),
            );
            (wide, 26.0)
        }
        "arch" => {
            let (path, w) = word(&caps, Hand { gap: 3.0, ..Hand::default() });
            let (wide, c) = (w + 12.0, w / 2.0 + 6.0);
            pen.path(&d("M0 21V13Q_ -9 _ 13V21z", &[c, wide]), accent, "");
            pen.path(&d("M1 21V13.4Q_ -7.4 _ 13.4V21z", &[c, wide - 1.0]), color, "");
            strokes(pen, &path, (6.0, 8.4), &[(&on_color, 1.8)], "round");
            (wide, 21.0)
        }
        other => panic!("brand {name} has an unknown logo {other:?}"),
    }
}
