//! What the law wants on the back and the sides: ingredients, nutrition, bar code, addresses.

use crate::design::Family;
use crate::pen::{Align, Pen, Rect, Words, d, n};

/// Is it eaten or drunk?
pub(crate) fn edible(family: &Family) -> bool {
    !matches!(family.category.as_str(), "laundry" | "cleaning" | "shampoo" | "body_care" | "oral_care")
}

/// Module widths that tills read, in millimetres: from 80 % of the nominal 0.33 (GS1 General Specifications, symbol
/// specification table 1) to what looks right on a package.
const MODULE: [f64; 2] = [0.264, 0.42];
/// A symbol with its quiet zones (11 modules at the left, 7 at the right), in modules; how high its field is, and may at
/// least be on a small package.
const WIDE: f64 = 113.0;
const HIGH: [f64; 2] = [32.0, 70.0];

/// Bars in a light field with their digits, in a box of any shape: upright, or lying where only that fits. A box that is
/// too small for modules that tills read stays empty.
pub(crate) fn bar_code(pen: &mut Pen, r: Rect) {
    let fits = |w: f64, h: f64| {
        let module = (w / WIDE).min(h / HIGH[0]).min(MODULE[1]);
        (module >= MODULE[0]).then_some((module, h.min(module * HIGH[1])))
    };
    if let Some((module, high)) = fits(r.w, r.h) {
        symbol(pen, [r.cx(), r.cy()], module, high);
    } else if let Some((module, high)) = fits(r.h, r.w) {
        pen.raw(&format!("<g transform='translate({} {}) rotate(-90)'>", n(r.cx()), n(r.cy())));
        symbol(pen, [0.0, 0.0], module, high);
        pen.raw("</g>");
    }
}

fn symbol(pen: &mut Pen, [cx, cy]: [f64; 2], module: f64, high: f64) {
    let wide = module * WIDE;
    let (x, y) = (cx - wide / 2.0, cy - high / 2.0);
    pen.rect(Rect::new(x, y, wide, high), 0.0, "#ffffff", "");
    let bars = format!(
        "transform='translate({} {}) scale({module:.4} {})'",
        n(x + module * 11.0),
        n(y + module * 3.0),
        n(high - module * 14.0)
    );
    pen.path("{{barcode}}", "#000000", &bars);
    let text = "text-anchor='middle'";
    // Under the bars, which are not in the middle of the field.
    let middle = x + module * (11.0 + 47.5);
    pen.write([middle, y + high - module * 2.0, module * 9.0], "m", "#000000", "{{gtin_text}}", text);
}

/// The nutrition table, or directions for what is not eaten.
pub(crate) fn table(pen: &mut Pen, family: &Family, r: Rect, ink: &str) {
    let rows = [
        ("Energy", "{{kj}} kJ / {{kcal}} kcal"),
        ("Fat", "{{fat}} g"),
        ("of which saturates", "{{saturates}} g"),
        ("Carbohydrate", "{{carbohydrate}} g"),
        ("of which sugars", "{{sugars}} g"),
        ("Protein", "{{protein}} g"),
        ("Salt", "{{salt}} g"),
    ];
    let unit = if family.net.ends_with('l') { "100 ml" } else { "100 g" };
    let size = (r.h / 12.6).min(r.w / 17.5);
    let (step, high) = (size * 1.38, size * 1.38 * 8.0);
    let top = r.y + (r.h - high).max(0.0) * 0.3;
    let mut lines = String::new();
    for i in 0..=8 {
        lines += &d("M_ _h_", &[r.x, top + step * f64::from(i), r.w]);
    }
    lines += &d("M_ _v_M_ _v_", &[r.x, top, high, r.x + r.w, top, high]);
    pen.path(&lines, "none", &format!("stroke='{ink}' stroke-width='{}'", n(size * 0.06)));
    pen.raw(&format!("<g font-size='{}' fill='{ink}'>", n(size)));
    let mut cell = |row: usize, left: &str, right: &str, face: &str| {
        let y = n(top + step * (row as f64 + 0.76));
        pen.raw(&format!(
            "<text x='{}' y='{y}' class='{face}'>{left}</text><text x='{}' y='{y}' class='{face}' text-anchor='end'>{right}</text>",
            n(r.x + size * 0.4),
            n(r.x + r.w - size * 0.4)
        ));
    };
    cell(0, "Nutrition", &format!("per {unit}"), "cb");
    for (i, (left, right)) in rows.into_iter().enumerate() {
        cell(i + 1, left, right, "c");
    }
    pen.raw("</g>");
}

/// Running text about the product.
pub(crate) fn story(family: &Family, variants: &[String], brand: &str) -> Words {
    let longest = variants.iter().max_by_key(|variant| variant.len()).cloned().unwrap_or_default();
    let text = if edible(family) {
        format!(
            "Ingredients: {}, {{{{variant}}}} 4 %. May contain traces of nuts and milk. Store cool and dry. Best before: see \
             base. Packed by {brand} Foods, Mill Lane 7, Harbourside.",
            family.contents
        )
    } else {
        format!(
            "Directions: {}. With {{{{variant}}}}. Keep out of reach of children. In case of contact with eyes rinse \
             thoroughly with water. {brand} Works, Dock Road 12, Harbourside.",
            family.contents
        )
    };
    Words { shown: crate::pen::escape(&text), samples: vec![longest] }
}

/// Bin man, recycling loop and dot: small line marks in a row.
pub(crate) fn marks(pen: &mut Pen, r: Rect, ink: &str) {
    let k = r.h.min(r.w / 3.6);
    let stroke =
        format!("stroke='{ink}' stroke-width='{}' stroke-linejoin='round' stroke-linecap='round'", n(k * 0.08));
    let at = |i: f64| (r.x + k * 1.25 * i, r.cy() - k / 2.0);
    let (x, y) = at(0.0);
    let corner = |a: f64, b: f64| [x + k * a, y + k * b];
    let ([a, b], [c, e], [f, g]) = (corner(0.5, 0.08), corner(0.94, 0.86), corner(0.06, 0.86));
    pen.path(&d("M_ _L_ _L_ _z", &[a, b, c, e, f, g]), "none", &stroke);
    let (x, y) = at(1.0);
    pen.path(
        &d(
            "M_ _h_l_ _h_zM_ _a_ _ 0 1 0 .01 0",
            &[
                x + k * 0.5,
                y + k * 0.45,
                k * 0.4,
                -k * 0.1,
                k * 0.45,
                -k * 0.2,
                x + k * 0.2,
                y + k * 0.1,
                k * 0.08,
                k * 0.08,
            ],
        ),
        "none",
        &stroke,
    );
    let (x, y) = at(2.0);
    pen.path(
        &d(
            "M_ _h_l-_ _v_h_M_ _h-_",
            &[
                x + k * 0.15,
                y + k * 0.06,
                k * 0.7,
                k * 0.32,
                k * 0.48,
                k * 0.4,
                k * 0.2,
                x + k * 0.53,
                y + k * 0.94,
                k * 0.24,
            ],
        ),
        "none",
        &stroke,
    );
}

/// Fills a box with all of it, in one column or two.
pub(crate) fn block(pen: &mut Pen, family: &Family, story: &Words, title: &Words, r: Rect, paper: &str, ink: &str) {
    let k = r.w.min(r.h);
    pen.rect(r, k * 0.03, paper, "");
    let i = r.inset(k * 0.05);
    let size = (k * 0.06).clamp(1.1, 7.0);
    if r.w > 1.25 * r.h {
        let left = i.part(0.0, 0.0, 0.48, 1.0);
        pen.fit(title, "cb", left.part(0.0, 0.0, 1.0, 0.1), Align::Left, ink, "");
        pen.paragraph(story, "c", left.part(0.0, 0.16, 1.0, 0.86), size, ink, Align::Left);
        marks(pen, left.part(0.0, 0.9, 0.5, 1.0), ink);
        if edible(family) {
            table(pen, family, i.part(0.53, 0.0, 1.0, 0.56), ink);
            bar_code(pen, i.part(0.53, 0.6, 1.0, 1.0));
        } else {
            bar_code(pen, i.part(0.53, 0.2, 1.0, 0.8));
        }
        return;
    }
    pen.fit(title, "cb", i.part(0.0, 0.0, 1.0, 0.055), Align::Left, ink, "");
    if edible(family) {
        pen.paragraph(story, "c", i.part(0.0, 0.085, 1.0, 0.36), size, ink, Align::Left);
        table(pen, family, i.part(0.0, 0.39, 1.0, 0.72), ink);
    } else {
        pen.paragraph(story, "c", i.part(0.0, 0.1, 1.0, 0.7), size * 1.1, ink, Align::Left);
    }
    let band = i.part(0.0, 0.75, 1.0, 1.0);
    bar_code(pen, band.part(0.24, 0.0, 1.0, 1.0));
    marks(pen, band.part(0.0, 0.1, 0.22, 0.9).part(0.0, 0.3, 1.0, 0.7), ink);
}
