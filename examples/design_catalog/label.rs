//! A family's whole label sheet: front, back, sides and lids.

use std::collections::BTreeSet;

use endcap::catalog::package::{Face, Sheet};

use crate::design::{Brand, Family};
use crate::hero::{FLAVOUR, picture};
use crate::info;
use crate::logo;
use crate::motif;
use crate::pen::{Align, FACES, Pen, Rect, Words, d, n};
use crate::style::{Front, INK, Style, Tone, style};

/// The SVG template of a family.
pub(crate) fn template(brand: &Brand, family: &Family, sheet: &Sheet) -> String {
    let names = |field: &str, upper: bool| {
        let text = |flavour: &(String, String, String)| {
            if upper { flavour.0.to_uppercase() } else { flavour.0.clone() }
        };
        Words::field(field, family.flavours.iter().map(text).collect())
    };
    let front = Front {
        brand,
        family,
        title: family.title.as_str().into(),
        variant: names("variant", false),
        caps: names("variant_caps", true),
        net: Words::field("net_weight", vec![family.net.clone()]),
    };
    let style = style(&family.style);
    let mut pen = Pen::default();
    let front_height = sheet.panels.iter().find(|panel| panel.face == Face::Front).map_or(f64::INFINITY, |p| p.height);
    for panel in &sheet.panels {
        let r = Rect::new(panel.x, panel.y, panel.width, panel.height);
        match panel.face {
            Face::Front => {
                (style.ground)(&mut pen, &front, r);
                (style.front)(&mut pen, &front, r);
            }
            Face::Back => back(&mut pen, &style, &front, r),
            Face::Left => side(&mut pen, &style, &front, r, true),
            Face::Right => side(&mut pen, &style, &front, r, false),
            // What lies flat, such as a tray under film, shows its face on top.
            Face::Top if r.h > 1.5 * front_height => {
                (style.ground)(&mut pen, &front, r);
                (style.front)(&mut pen, &front, r);
            }
            Face::Top => lid(&mut pen, &style, &front, r),
            Face::Bottom => base(&mut pen, &style, &front, r),
            Face::Wrap => wrap(&mut pen, &style, &front, r),
        }
    }
    finish(pen, sheet, family)
}

fn finish(pen: Pen, sheet: &Sheet, family: &Family) -> String {
    let mut pictures: BTreeSet<&str> = family.flavours.iter().map(|flavour| flavour.1.as_str()).collect();
    for name in motif::names() {
        if pen.out.contains(&format!("'#p-{name}'")) {
            pictures.insert(name);
        }
    }
    let pictures: String = pictures.into_iter().map(motif::definition).collect();
    let (w, h) = (n(sheet.width_mm), n(sheet.height_mm));
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {w} {h}'>\n<style>{FACES}</style>\n<defs>{}{pictures}</defs>\n{}</svg>\n",
        pen.defs, pen.out
    );
    // Lines keep a placeholder's place findable.
    svg.replace("<text", "\n<text").replace("<g id=", "\n<g id=")
}

fn story(front: &Front) -> Words {
    info::story(front.family, &front.variant.samples, &front.brand.name)
}

fn back(pen: &mut Pen, style: &Style, front: &Front, r: Rect) {
    (style.ground)(pen, front, r);
    let Tone { paper, ink, on } = (style.tone)(front);
    if r.w > 1.2 * r.h {
        logo::place(pen, front.brand, r.part(0.04, 0.08, 0.3, 0.4), &on);
        picture(pen, FLAVOUR, r.x + r.w * 0.17, r.y + r.h * 0.68, (r.h * 0.45).min(r.w * 0.26), 0.0);
        info::block(pen, front.family, &story(front), &front.variant, r.part(0.34, 0.06, 0.97, 0.94), paper, ink);
        return;
    }
    logo::place(pen, front.brand, r.part(0.1, 0.04, 0.62, 0.16), &on);
    picture(pen, FLAVOUR, r.x + r.w * 0.8, r.y + r.h * 0.1, (r.w * 0.26).min(r.h * 0.13), 10.0);
    info::block(pen, front.family, &story(front), &front.title, r.part(0.07, 0.19, 0.93, 0.96), paper, ink);
}

/// A narrow panel: the name runs up its height; the left one also carries the bar code.
fn side(pen: &mut Pen, style: &Style, front: &Front, r: Rect, left: bool) {
    (style.ground)(pen, front, r);
    let Tone { paper, ink, on } = (style.tone)(front);
    let k = r.w.min(r.h);
    if r.w > 1.4 * r.h {
        logo::place(pen, front.brand, r.part(0.08, 0.15, 0.5, 0.6), &on);
        info::block(pen, front.family, &story(front), &front.variant, r.part(0.54, 0.08, 0.97, 0.92), paper, ink);
        return;
    }
    if left {
        let plate = Rect::new(r.x + k * 0.08, r.y + r.h * 0.42, r.w - k * 0.16, r.h * 0.54);
        pen.rect(plate, k * 0.04, paper, "");
        let i = plate.inset(k * 0.06);
        if info::edible(front.family) {
            info::table(pen, front.family, i.part(0.0, 0.02, 1.0, 0.62), ink);
        } else {
            pen.paragraph(&story(front), "c", i.part(0.0, 0.0, 1.0, 0.62), k * 0.07, ink, Align::Left);
        }
        info::bar_code(pen, i.part(0.0, 0.66, 1.0, 1.0));
        logo::place(pen, front.brand, r.part(0.1, 0.05, 0.9, 0.17), &on);
        picture(pen, FLAVOUR, r.cx(), r.y + r.h * 0.29, (r.w * 0.7).min(r.h * 0.2), 0.0);
        return;
    }
    logo::place(pen, front.brand, r.part(0.1, 0.05, 0.9, 0.17), &on);
    picture(pen, FLAVOUR, r.cx(), r.y + r.h * 0.83, (r.w * 0.74).min(r.h * 0.24), 0.0);
    pen.raw(&format!("<g transform='translate({} {}) rotate(-90)'>", n(r.cx()), n(r.y + r.h * 0.7)));
    let long = Rect::new(0.0, -r.w * 0.24, r.h * 0.48, r.w * 0.27);
    pen.rect(Rect::new(-k * 0.06, -r.w * 0.36, r.h * 0.48 + k * 0.12, r.w * 0.72), k * 0.05, paper, "");
    pen.fit(&front.title, "cb", long, Align::Middle, ink, "");
    pen.fit(&front.variant, "c", Rect::new(0.0, r.w * 0.11, r.h * 0.48, r.w * 0.15), Align::Middle, ink, "");
    pen.raw("</g>");
}

fn lid(pen: &mut Pen, style: &Style, front: &Front, r: Rect) {
    let Tone { on, .. } = (style.tone)(front);
    (style.ground)(pen, front, r);
    logo::place(pen, front.brand, r.part(0.08, 0.12, 0.6, 0.56), &on);
    pen.rect(r.part(0.0, 0.66, 1.0, 0.94), 0.0, crate::style::D, "");
    pen.fit(&front.variant, "cb", r.part(0.08, 0.72, 0.92, 0.88), Align::Middle, "#ffffff", "");
    picture(pen, FLAVOUR, r.x + r.w * 0.8, r.y + r.h * 0.36, (r.h * 0.5).min(r.w * 0.3), 0.0);
}

fn base(pen: &mut Pen, style: &Style, front: &Front, r: Rect) {
    let Tone { paper, ink, .. } = (style.tone)(front);
    pen.rect(r, 0.0, crate::style::D, "");
    let plate = r.part(0.05, 0.14, 0.95, 0.86);
    pen.rect(plate, plate.h * 0.06, paper, "");
    pen.paragraph(
        &"Best before end and lot: 11 2027 L4711 B".into(),
        "m",
        plate.part(0.04, 0.12, 0.5, 0.7),
        plate.h * 0.12,
        ink,
        Align::Left,
    );
    info::marks(pen, plate.part(0.04, 0.72, 0.4, 0.92), ink);
    info::bar_code(pen, plate.part(0.55, 0.08, 0.97, 0.92));
}

/// All around: the front in the middle third, information beside it. The outer thirds mirror the ground, so that its
/// bands go on across the seams.
fn wrap(pen: &mut Pen, style: &Style, front: &Front, r: Rect) {
    let third = r.part(1.0 / 3.0, 0.0, 2.0 / 3.0, 1.0);
    let mut ground = Pen::default();
    std::mem::swap(&mut ground.defs, &mut pen.defs);
    let middle = {
        // A little wider than its third, so that no hairline shows between the three.
        let bleed = third.w * 0.002;
        (style.ground)(&mut ground, front, Rect::new(third.x - bleed, third.y, third.w + 2.0 * bleed, third.h));
        std::mem::take(&mut ground.out)
    };
    std::mem::swap(&mut ground.defs, &mut pen.defs);
    let (id, clip) = ("wrap-ground", "wrap-clip");
    let bounds = d("M_ _h_v_h-_z", &[third.x - third.w * 0.002, r.y, third.w * 1.004, r.h, third.w * 1.004]);
    pen.defs.push_str(&format!(
        "<clipPath id='{clip}'><path d='{bounds}'/></clipPath><g id='{id}' clip-path='url(#{clip})'>{middle}</g>"
    ));
    for mirror in [2.0 * third.x, 2.0 * (third.x + third.w)] {
        pen.raw(&format!("<use href='#{id}' transform='matrix(-1 0 0 1 {} 0)'/>", n(mirror)));
    }
    pen.raw(&format!("<use href='#{id}'/>"));
    // Ids of the ground were given out by another pen.
    for _ in 0..40 {
        pen.id();
    }
    (style.front)(pen, front, third.part(0.03, 0.0, 0.97, 1.0));
    let Tone { paper, ink, on } = (style.tone)(front);
    let left = r.part(0.025, 0.06, 0.3, 0.94);
    let text = story(front);
    if left.h > 0.8 * left.w {
        info::block(pen, front.family, &text, &front.variant, left, paper, ink);
    } else {
        let k = left.h;
        pen.rect(left, k * 0.04, paper, "");
        let i = left.inset(k * 0.06);
        pen.paragraph(&text, "c", i.part(0.0, 0.0, 0.53, 1.0), k * 0.09, ink, Align::Left);
        info::bar_code(pen, i.part(0.56, 0.0, 1.0, 1.0));
    }
    let right = r.part(0.69, 0.05, 0.97, 0.95);
    logo::place(pen, front.brand, right.part(0.1, 0.02, 0.9, 0.3), &on);
    picture(pen, FLAVOUR, right.cx(), right.y + right.h * 0.53, right.w.min(right.h * 0.42), 0.0);
    let v = right.part(0.04, 0.78, 0.96, 0.92);
    pen.rect(v, v.h * 0.2, crate::style::C, "");
    pen.fit(&front.variant, "cb", v.part(0.06, 0.24, 0.94, 0.76), Align::Middle, INK, "");
}
