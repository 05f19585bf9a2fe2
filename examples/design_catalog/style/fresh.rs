//! Fresh styles: dairy, tins, detergents, pharmacy, care.

use super::{C, D, Front, INK, L, Plan, Style, Tone, net, outlined, slots};
use crate::color::{dark, ink, light};
use crate::hero::{FLAVOUR, badge, heap, picture, pill};
use crate::logo;
use crate::pen::{Align, Pen, Rect, d, n};

pub(crate) fn style(name: &str) -> Option<Style> {
    Some(match name {
        "dairy" => Style {
            ground: dairy_ground,
            front: dairy,
            tone: |f| Tone { paper: "#ffffff", ink: "#17324f", on: f.brand.color.clone() },
        },
        "harvest" => Style {
            ground: harvest_ground,
            front: super::bold::harvest,
            tone: |_| Tone { paper: "#fffdf5", ink: "#26241c", on: "#ffffff".to_owned() },
        },
        "clean" => Style {
            ground: clean_ground,
            front: clean,
            tone: |_| Tone { paper: "#ffffff", ink: "#14264a", on: "#ffffff".to_owned() },
        },
        "pharma" => Style {
            ground: pharma_ground,
            front: pharma,
            tone: |f| Tone { paper: "#ffffff", ink: "#1d3a58", on: f.brand.color.clone() },
        },
        "spa" => Style {
            ground: spa_ground,
            front: spa,
            tone: |f| Tone { paper: "#ffffff", ink: "#3a3540", on: dark(&f.brand.color, 0.15) },
        },
        _ => return None,
    })
}

fn dairy_ground(pen: &mut Pen, _: &Front, r: Rect) {
    let sky = pen.gradient([0.0, 0.0, 0.0, 1.0], &[(0.0, "#ffffff"), (0.45, "#d8edf9"), (1.0, "#7fbde6")]);
    pen.rect(r, 0.0, &sky, "");
    let (x, w) = (r.x, r.w);
    let y = |share: f64| r.y + r.h * share;
    pen.path(
        &d("M_ _H_V_C_ _ _ _ _ _z", &[x, y(0.0), x + w, y(0.25), x + w * 0.7, y(0.36), x + w * 0.3, y(0.2), x, y(0.3)]),
        C,
        "",
    );
    pen.path(
        &d(
            "M_ _C_ _ _ _ _ _V_C_ _ _ _ _ _z",
            &[
                x,
                y(0.3),
                x + w * 0.3,
                y(0.2),
                x + w * 0.7,
                y(0.36),
                x + w,
                y(0.25),
                y(0.27),
                x + w * 0.7,
                y(0.39),
                x + w * 0.3,
                y(0.235),
                x,
                y(0.325),
            ],
        ),
        D,
        "",
    );
    pen.path(
        &d(
            "M_ _C_ _ _ _ _ _V_H_z",
            &[x, y(0.88), x + w * 0.3, y(0.8), x + w * 0.7, y(0.95), x + w, y(0.87), y(1.0), x],
        ),
        C,
        "",
    );
}

fn dairy(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    let (hero, title, variant) = if s.wide {
        (s.hero, s.title, s.variant)
    } else {
        (r.part(0.0, 0.56, 1.0, 0.91), r.part(0.08, 0.375, 0.92, 0.445), r.part(0.1, 0.48, 0.9, 0.545))
    };
    heap(pen, &f.family.stage, hero);
    let logo_box = if s.wide { s.logo.part(0.0, -0.1, 1.0, 0.9) } else { r.part(0.1, 0.045, 0.9, 0.2) };
    pen.ellipse(logo_box.cx(), logo_box.cy(), logo_box.w * 0.54, logo_box.h * 0.64, "#ffffff", "");
    logo::place(pen, f.brand, logo_box.part(0.08, 0.04, 0.92, 0.96), &f.brand.color);
    pen.fit(&f.title, "b", title, Align::Middle, "#17324f", "");
    pen.fit(&f.variant, "sbi", variant, Align::Middle, D, "");
    let (x, _, radius) = s.badge;
    let y = if s.wide { s.badge.1 } else { r.y + r.h * 0.6 };
    badge(pen, &f.family.badge, x, y, radius * 0.85, "#e2001a", "#ffffff");
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.25, 1.0, 0.8), Align::Left, INK, "");
    net(pen, f, s.net.part(0.0, 0.1, 1.0, 1.1), INK);
}

fn harvest_ground(pen: &mut Pen, f: &Front, r: Rect) {
    let field = pen.gradient([0.0, 0.0, 0.0, 1.0], &[(0.0, C), (0.7, D), (1.0, D)]);
    pen.rect(r, 0.0, &field, "");
    let glow = pen.glow(0.5, 0.6, 0.5, &[(0.0, &format!("{L}/.9")), (1.0, &format!("{L}/0"))]);
    pen.rect(r.part(0.0, 0.3, 1.0, 1.0), 0.0, &glow, "");
    pen.rect(r.part(0.0, 0.92, 1.0, 1.0), 0.0, &f.brand.color, "");
    pen.rect(r.part(0.0, 0.908, 1.0, 0.92), 0.0, &f.brand.accent, "");
    pen.rect(r.part(0.0, 0.0, 1.0, 0.02), 0.0, &f.brand.accent, "");
}

fn clean_ground(pen: &mut Pen, f: &Front, r: Rect) {
    let base = pen.glow(
        0.5,
        0.55,
        0.8,
        &[(0.0, &light(&f.brand.color, 0.35)), (0.5, &f.brand.color), (1.0, &dark(&f.brand.color, 0.45))],
    );
    pen.rect(r, 0.0, &base, "");
    let (x, w) = (r.x, r.w);
    let y = |share: f64| r.y + r.h * share;
    pen.path(
        &d(
            "M_ _C_ _ _ _ _ _V_C_ _ _ _ _ _z",
            &[
                x,
                y(0.72),
                x + w * 0.2,
                y(0.5),
                x + w * 0.7,
                y(0.98),
                x + w,
                y(0.6),
                y(0.72),
                x + w * 0.7,
                y(1.08),
                x + w * 0.25,
                y(0.68),
                x,
                y(0.86),
            ],
        ),
        C,
        "",
    );
    pen.path(
        &d(
            "M_ _C_ _ _ _ _ _V_C_ _ _ _ _ _z",
            &[
                x,
                y(0.68),
                x + w * 0.2,
                y(0.46),
                x + w * 0.7,
                y(0.94),
                x + w,
                y(0.56),
                y(0.58),
                x + w * 0.7,
                y(0.97),
                x + w * 0.2,
                y(0.5),
                x,
                y(0.72),
            ],
        ),
        "#ffffff",
        "",
    );
    for (cx, cy, k) in [(0.08, 0.1, 0.03), (0.9, 0.2, 0.04), (0.14, 0.5, 0.025), (0.94, 0.46, 0.02), (0.06, 0.94, 0.03)]
    {
        pen.circle(x + w * cx, y(cy), w.min(r.h) * k, "#ffffff", "opacity='.3'");
    }
}

fn clean(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    let on = ink(&f.brand.color);
    let h = s.hero;
    let k = h.w.min(h.h);
    let shine = pen.glow(0.5, 0.5, 0.5, &[(0.0, "#ffffff/.95"), (0.5, "#ffffff/.4"), (1.0, "#ffffff/0")]);
    pen.circle(h.cx(), h.cy(), k * 0.7, &shine, "");
    picture(
        pen,
        if f.family.stage.is_empty() { "sparkle" } else { &f.family.stage },
        h.cx() + k * 0.02,
        h.cy() - k * 0.06,
        k * 0.85,
        0.0,
    );
    picture(pen, FLAVOUR, h.cx() - h.w * 0.26, h.cy() + k * 0.24, k * 0.44, -12.0);
    picture(pen, FLAVOUR, h.cx() + h.w * 0.28, h.cy() + k * 0.26, k * 0.4, 14.0);
    logo::place(pen, f.brand, s.logo, "#ffffff");
    pen.fit(&f.title, "bi", s.title, Align::Middle, &on, "");
    let v = s.variant;
    pen.rect(Rect::new(v.x, v.y - v.h * 0.3, v.w, v.h * 1.6), v.h * 0.8, "#ffffff", "");
    pen.rect(Rect::new(v.x, v.y - v.h * 0.3, v.w, v.h * 1.6).inset(v.h * 0.12), v.h * 0.68, C, "");
    pen.fit(&f.variant, "ci", v.part(0.08, 0.08, 0.92, 0.92), Align::Middle, INK, "");
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, "#ffe135", "#c3101b");
    pill(pen, &f.family.claim, s.claim, "#ffffff", "#14264a");
    net(pen, f, s.net, "#ffffff");
}

fn pharma_ground(pen: &mut Pen, f: &Front, r: Rect) {
    pen.rect(r, 0.0, "#ffffff", "");
    let (x, w) = (r.x, r.w);
    let y = |share: f64| r.y + r.h * share;
    pen.path(&d("M_ _Q_ _ _ _V_H_z", &[x, y(0.6), x + w * 0.6, y(0.76), x + w, y(0.5), y(1.0), x]), L, "");
    pen.path(&d("M_ _Q_ _ _ _V_H_z", &[x, y(0.68), x + w * 0.6, y(0.84), x + w, y(0.6), y(1.0), x]), C, "");
    pen.path(
        &d("M_ _Q_ _ _ _V_H_z", &[x, y(0.86), x + w * 0.5, y(0.96), x + w, y(0.84), y(1.0), x]),
        &f.brand.color,
        "",
    );
}

fn pharma(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let blue = f.brand.color.as_str();
    let (logo_box, title, variant, hero) = if r.w > 3.0 * r.h {
        (
            r.part(0.03, 0.14, 0.34, 0.54),
            r.part(0.39, 0.13, 0.64, 0.31),
            r.part(0.39, 0.4, 0.64, 0.54),
            s.hero.part(0.05, 0.05, 0.95, 0.95),
        )
    } else if s.wide {
        (
            s.logo.part(0.0, 0.0, 1.0, 0.9),
            s.title.part(0.0, -0.2, 1.0, 0.8),
            s.variant.part(0.0, -0.35, 1.0, 0.45),
            s.hero.part(0.05, 0.05, 0.95, 0.95),
        )
    } else {
        (
            r.part(0.07, 0.05, 0.93, 0.18),
            r.part(0.07, 0.225, 0.93, 0.295),
            r.part(0.07, 0.335, 0.93, 0.39),
            r.part(0.1, 0.44, 0.9, 0.82),
        )
    };
    logo::place(pen, f.brand, logo_box, blue);
    pen.fit(&f.title, "b", title, Align::Left, "#1d3a58", "");
    let bar = Rect::new(variant.x - variant.h * 0.1, variant.y - variant.h * 0.35, variant.h * 0.35, variant.h * 1.7);
    pen.rect(bar, 0.0, C, "");
    pen.fit(&f.variant, "", variant.part(0.08, 0.0, 1.0, 1.0), Align::Left, D, "");
    let k = hero.w.min(hero.h);
    pen.circle(hero.cx(), hero.cy(), k * 0.5, "#ffffff", &format!("stroke='{C}' stroke-width='{}'", n(k * 0.03)));
    pen.circle(hero.cx(), hero.cy(), k * 0.45, L, "opacity='.5'");
    picture(pen, FLAVOUR, hero.cx(), hero.cy(), k * 0.72, 0.0);
    let (x, y, radius) = s.badge;
    let y = if s.wide { y } else { r.y + r.h * 0.48 };
    badge(pen, &f.family.badge, x, y, radius * 0.85, blue, &ink(blue));
    let on = ink(blue);
    let claim = if s.wide { s.claim.part(0.0, 0.35, 1.0, 0.95) } else { s.claim.part(0.0, 0.25, 1.0, 0.8) };
    pen.fit(&f.family.claim.as_str().into(), "c", claim, Align::Left, &on, "");
    net(pen, f, s.net.part(0.0, 0.15, 1.0, 1.15), &on);
}

fn spa_ground(pen: &mut Pen, _: &Front, r: Rect) {
    let haze = pen.gradient([0.0, 0.0, 0.2, 1.0], &[(0.0, "#ffffff"), (0.45, L), (1.0, C)]);
    pen.rect(r, 0.0, &haze, "");
    let k = r.w.min(r.h);
    for (x, y, s) in [(0.0, 0.9, 0.5), (1.0, 0.75, 0.45), (0.5, 1.05, 0.6)] {
        let (cx, cy) = (r.x + r.w * x, r.y + r.h * y);
        let s = k * s * 0.5;
        let (x0, x1) = ((cx - s).max(r.x), (cx + s).min(r.x + r.w));
        if cy + s <= r.y + r.h && x0 < x1 && cx - s >= r.x && cx + s <= r.x + r.w {
            pen.circle(cx, cy, s, "#ffffff", "opacity='.12'");
        }
    }
    pen.rect(r.part(0.0, 0.0, 1.0, 0.014), 0.0, D, "");
    pen.rect(r.part(0.0, 0.986, 1.0, 1.0), 0.0, D, "");
}

fn spa(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let on = dark(&f.brand.color, 0.15);
    let (logo_box, title, variant, hero) = if s.wide {
        (s.logo, s.title, s.variant, s.hero)
    } else {
        (
            r.part(0.12, 0.06, 0.88, 0.19),
            r.part(0.12, 0.235, 0.88, 0.29),
            r.part(0.1, 0.33, 0.9, 0.4),
            r.part(0.1, 0.45, 0.9, 0.84),
        )
    };
    logo::place(pen, f.brand, logo_box, &on);
    pen.fit(&f.title, "l", title, Align::Middle, "#3a3540", "stroke='#3a3540' stroke-width='.12'");
    pen.fit(&f.variant, "sbi", variant, Align::Middle, D, "");
    let k = hero.w.min(hero.h);
    pen.ellipse(hero.cx(), hero.cy(), k * 0.5, k * 0.5, "#ffffff", "opacity='.6'");
    if f.family.stage.is_empty() {
        heap(pen, "", Rect::new(hero.cx() - k * 0.42, hero.cy() - k * 0.4, k * 0.84, k * 0.8));
    } else {
        heap(pen, &f.family.stage, Rect::new(hero.cx() - k * 0.46, hero.cy() - k * 0.42, k * 0.92, k * 0.84));
    }
    let (x, y, radius) = s.badge;
    let y = if s.wide { y } else { r.y + r.h * 0.5 };
    badge(pen, &f.family.badge, x, y, radius * 0.85, &on, "#ffffff");
    outlined(pen, &f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.2, 1.0, 0.7), [INK, C]);
    net(pen, f, s.net.part(0.0, -0.1, 1.0, 0.8), INK);
}
