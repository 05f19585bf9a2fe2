//! Quiet styles: organic, retro, premium, craft paper, far-eastern, Nordic.

use super::{C, D, Front, INK, L, Plan, Style, Tone, net, slots};
use crate::color::{dark, light};
use crate::hero::{FLAVOUR, badge, heap, picture};
use crate::logo;
use crate::pen::{Align, Pen, Rect, d, n};

pub(crate) fn style(name: &str) -> Option<Style> {
    Some(match name {
        "organic" => Style {
            ground: organic_ground,
            front: organic,
            tone: |f| Tone { paper: "#fbf7ec", ink: "#3b3a2e", on: dark(&f.brand.color, 0.25) },
        },
        "retro" => Style {
            ground: retro_ground,
            front: retro,
            tone: |f| Tone { paper: "#fff3d9", ink: "#4a2414", on: dark(&f.brand.color, 0.2) },
        },
        "premium" => Style {
            ground: premium_ground,
            front: premium,
            tone: |_| Tone { paper: "#15120f", ink: "#d8c391", on: "#e3c77d".to_owned() },
        },
        "kraft" => Style {
            ground: kraft_ground,
            front: kraft,
            tone: |_| Tone { paper: "#e3cda4", ink: "#33241a", on: "#33241a".to_owned() },
        },
        "asian" => Style {
            ground: asian_ground,
            front: asian,
            tone: |f| Tone { paper: "#fff8ea", ink: "#2a1414", on: light(&f.brand.accent, 0.1) },
        },
        "nordic" => Style {
            ground: nordic_ground,
            front: nordic,
            tone: |f| Tone { paper: "#ffffff", ink: "#22303a", on: f.brand.color.clone() },
        },
        _ => return None,
    })
}

fn organic_ground(pen: &mut Pen, _: &Front, r: Rect) {
    pen.rect(r, 0.0, "#fbf7ec", "");
    let (x, w) = (r.x, r.w);
    let y = |share: f64| r.y + r.h * share;
    pen.path(
        &d(
            "M_ _C_ _ _ _ _ _V_H_z",
            &[x, y(0.66), x + w * 0.35, y(0.58), x + w * 0.65, y(0.72), x + w, y(0.64), y(1.0), x],
        ),
        L,
        "opacity='.7'",
    );
    pen.path(
        &d(
            "M_ _C_ _ _ _ _ _V_H_z",
            &[x, y(0.8), x + w * 0.35, y(0.73), x + w * 0.65, y(0.87), x + w, y(0.78), y(1.0), x],
        ),
        C,
        "",
    );
}

fn organic(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    let on = dark(&f.brand.color, 0.25);
    if s.wide {
        heap(pen, &f.family.stage, s.hero.part(0.0, 0.0, 1.0, 0.9));
        logo::place(pen, f.brand, s.logo, &on);
        pen.fit(&f.title, "s", s.title, Align::Middle, "#3b3a2e", "");
        pen.fit(&f.variant, "sbi", s.variant.part(0.0, -0.1, 1.0, 0.8), Align::Middle, D, "");
    } else {
        heap(pen, &f.family.stage, r.part(0.02, 0.425, 0.98, 0.86));
        logo::place(pen, f.brand, r.part(0.18, 0.05, 0.82, 0.16), &on);
        pen.path(
            &d("M_ _h_", &[r.x + r.w * 0.4, r.y + r.h * 0.195, r.w * 0.2]),
            "none",
            &format!("stroke='{on}' stroke-width='{}'", n(r.w * 0.004)),
        );
        pen.fit(&f.title, "s", r.part(0.12, 0.225, 0.88, 0.3), Align::Middle, "#3b3a2e", "");
        pen.fit(&f.variant, "sbi", r.part(0.14, 0.335, 0.86, 0.4), Align::Middle, D, "");
    }
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y - radius * 0.2, radius * 0.85, &on, "#ffffff");
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.22, 1.0, 0.78), Align::Left, INK, "");
    net(pen, f, s.net, INK);
}

fn retro_ground(pen: &mut Pen, f: &Front, r: Rect) {
    pen.rect(r, 0.0, "#fff3d9", "");
    let k = r.h * 0.055;
    let colors = [D, C, f.brand.accent.as_str(), L];
    for (i, color) in colors.into_iter().enumerate() {
        let y = r.y + r.h * 0.62 + k * i as f64;
        pen.rect(Rect::new(r.x, y, r.w, k * 1.02), 0.0, color, "");
    }
    pen.rect(r.part(0.0, 0.91, 1.0, 1.0), 0.0, D, "");
}

fn retro(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    let on = dark(&f.brand.color, 0.2);
    let h = if s.wide { s.hero.part(0.0, 0.0, 1.0, 0.95) } else { r.part(0.08, 0.47, 0.92, 0.895) };
    let k = h.w.min(h.h) * 0.5;
    for (share, color) in [(1.0, D), (0.87, C), (0.74, f.brand.accent.as_str()), (0.61, "#fff3d9")] {
        pen.circle(h.cx(), h.cy(), k * share, color, "");
    }
    picture(pen, FLAVOUR, h.cx(), h.cy(), k * 1.15, 0.0);
    logo::place(pen, f.brand, s.logo, &on);
    pen.fit(&f.title, "sb", s.title, Align::Middle, "#4a2414", "");
    if s.wide {
        let v = s.variant;
        pen.rect(
            Rect::new(v.x, v.y - v.h * 0.4, v.w, v.h * 1.8),
            v.h * 0.9,
            "#fff3d9",
            &format!("stroke='{}' stroke-width='{}'", D, n(v.h * 0.12)),
        );
        pen.fit(&f.variant, "sbi", v.part(0.08, 0.0, 0.92, 1.0), Align::Middle, D, "");
    } else {
        pen.fit(&f.variant, "sbi", s.variant, Align::Middle, D, "");
    }
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius * 0.9, &f.brand.color, &crate::color::ink(&f.brand.color));
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.22, 1.0, 0.78), Align::Left, "#ffffff", "");
    net(pen, f, s.net, "#ffffff");
}

fn premium_ground(pen: &mut Pen, _: &Front, r: Rect) {
    let night = pen.gradient([0.0, 0.0, 1.0, 1.0], &[(0.0, "#2a241e"), (0.45, "#110e0c"), (1.0, "#241e18")]);
    pen.rect(r, 0.0, &night, "");
    let k = r.h.min(r.w) * 0.022;
    pen.rect(Rect::new(r.x, r.y + r.h * 0.9, r.w, r.h * 0.1), 0.0, C, "");
    pen.rect(Rect::new(r.x, r.y + r.h * 0.9 - k, r.w, k * 0.5), 0.0, "#d9b866", "");
}

fn premium(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let gold =
        pen.gradient([0.0, 0.0, 1.0, 0.3], &[(0.0, "#b98d3a"), (0.4, "#f6e4a6"), (0.7, "#c99b45"), (1.0, "#f1d78e")]);
    let k = r.w.min(r.h);
    let frame = Rect::new(r.x + k * 0.045, r.y + k * 0.045, r.w - k * 0.09, r.h * 0.9 - k * 0.1);
    pen.rect(frame, k * 0.02, "none", &format!("stroke='{gold}' stroke-width='{}'", n(k * 0.008)));
    pen.rect(frame.inset(k * 0.018), k * 0.012, "none", &format!("stroke='{gold}' stroke-width='{}'", n(k * 0.003)));
    let h = if s.wide { s.hero.part(0.05, 0.0, 0.95, 0.88) } else { r.part(0.14, 0.25, 0.86, 0.62) };
    let glow = pen.glow(0.5, 0.5, 0.5, &[(0.0, &format!("{C}/.95")), (1.0, &format!("{C}/0"))]);
    pen.ellipse(h.cx(), h.cy(), h.w * 0.56, h.h * 0.56, &glow, "");
    picture(pen, FLAVOUR, h.cx(), h.cy(), h.w.min(h.h) * 0.9, 0.0);
    let logo_box = if s.wide { r.part(0.08, 0.12, 0.55, 0.4) } else { r.part(0.13, 0.075, 0.87, 0.215) };
    logo::place(pen, f.brand, logo_box, "#f0d993");
    let (title, variant) = if s.wide {
        (r.part(0.09, 0.48, 0.54, 0.6), r.part(0.09, 0.67, 0.54, 0.78))
    } else {
        (r.part(0.13, 0.66, 0.87, 0.73), r.part(0.15, 0.775, 0.85, 0.83))
    };
    pen.fit(&f.title, "s", title, Align::Middle, &gold, "");
    pen.fit(&f.variant, "si", variant, Align::Middle, "#ffffff", "");
    let foot = r.part(0.0, 0.9, 1.0, 1.0);
    pen.fit(&f.family.claim.as_str().into(), "c", foot.part(0.07, 0.32, 0.6, 0.68), Align::Left, INK, "");
    net(pen, f, foot.part(0.64, 0.3, 0.93, 0.7), INK);
}

fn kraft_ground(pen: &mut Pen, _: &Front, r: Rect) {
    let paper = pen.gradient([0.0, 0.0, 1.0, 1.0], &[(0.0, "#cda970"), (0.5, "#c29b60"), (1.0, "#b98f54")]);
    pen.rect(r, 0.0, &paper, "");
    let mut flecks = String::new();
    for k in 0..46 {
        let (x, y) = (f64::from((k * 61) % 97) / 97.0, f64::from((k * 37) % 89) / 89.0);
        flecks += &d("M_ _l_ _", &[r.x + r.w * x, r.y + r.h * y, r.w * 0.012, r.h * 0.003 * f64::from(k % 5 - 2)]);
    }
    pen.path(&flecks, "none", &format!("stroke='#8a6430' stroke-width='{}' opacity='.4'", n(r.w.min(r.h) * 0.004)));
    pen.rect(r.part(0.0, 0.0, 1.0, 0.035), 0.0, C, "");
    pen.rect(r.part(0.0, 0.965, 1.0, 1.0), 0.0, C, "");
}

fn kraft(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let dark_ink = "#33241a";
    let h = if s.wide { s.hero } else { r.part(0.1, 0.25, 0.9, 0.6) };
    let k = h.w.min(h.h);
    pen.circle(h.cx(), h.cy(), k * 0.52, "#f6ead0", "");
    pen.circle(
        h.cx(),
        h.cy(),
        k * 0.495,
        "none",
        &format!(
            "stroke='{dark_ink}' stroke-width='{}' stroke-dasharray='{} {}'",
            n(k * 0.008),
            n(k * 0.03),
            n(k * 0.02)
        ),
    );
    heap(pen, "", Rect::new(h.cx() - k * 0.38, h.cy() - k * 0.36, k * 0.76, k * 0.74));
    let logo_box = if s.wide { s.logo } else { r.part(0.12, 0.065, 0.88, 0.215) };
    logo::place(pen, f.brand, logo_box, dark_ink);
    let t = if s.wide { s.title } else { r.part(0.08, 0.645, 0.92, 0.725) };
    pen.fit(&f.title, "sc", t, Align::Middle, dark_ink, "");
    let v = if s.wide { s.variant } else { r.part(0.1, 0.775, 0.9, 0.84) };
    pen.rect(Rect::new(v.x, v.y - v.h * 0.4, v.w, v.h * 1.8), v.h * 0.12, C, "");
    pen.rect(
        Rect::new(v.x + v.h * 0.16, v.y - v.h * 0.24, v.w - v.h * 0.32, v.h * 1.48),
        v.h * 0.05,
        "none",
        &format!("stroke='{INK}' stroke-width='{}'", n(v.h * 0.04)),
    );
    pen.fit(&f.caps, "cb", v.part(0.07, 0.02, 0.93, 0.98), Align::Middle, INK, "");
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius * 0.9, dark_ink, "#f6ead0");
    pen.fit(&f.family.claim.as_str().into(), "m", s.claim.part(0.0, 0.0, 1.0, 0.5), Align::Left, dark_ink, "");
    net(pen, f, s.net.part(0.0, -0.5, 1.0, 0.4), dark_ink);
}

fn asian_ground(pen: &mut Pen, f: &Front, r: Rect) {
    pen.rect(r, 0.0, &f.brand.color, "");
    let id = pen.id();
    let k = r.h.min(r.w * 1.6) * 0.075;
    let mut scales = String::new();
    for (x, y) in [(0.0, 1.0), (2.0, 1.0), (1.0, 2.0), (1.0, 0.0), (-1.0, 0.0), (3.0, 0.0)] {
        let (x, y) = (x * k, y * k * 0.5);
        for radius in [1.0, 0.68, 0.36] {
            scales +=
                &d("M_ _a_ _ 0 0 1 _ 0", &[x - k * radius, y + k * 0.5, k * radius, k * radius, 2.0 * k * radius]);
        }
    }
    pen.defs.push_str(&format!(
        "<pattern id='{id}' width='{}' height='{}' patternUnits='userSpaceOnUse'><path d='{scales}' fill='none' stroke='{}' stroke-width='{}'/></pattern>",
        n(2.0 * k),
        n(k),
        f.brand.accent,
        n(k * 0.045)
    ));
    pen.rect(r, 0.0, &format!("url(#{id})"), "opacity='.38'");
    pen.rect(r.part(0.0, 0.93, 1.0, 1.0), 0.0, C, "");
    pen.rect(r.part(0.0, 0.92, 1.0, 0.93), 0.0, &f.brand.accent, "");
}

fn asian(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let h = if s.wide { s.hero.part(0.0, 0.0, 1.0, 0.92) } else { r.part(0.06, 0.25, 0.94, 0.645) };
    let k = h.w.min(h.h);
    pen.circle(h.cx(), h.cy(), k * 0.515, &f.brand.accent, "");
    pen.circle(h.cx(), h.cy(), k * 0.48, "#fff8ea", "");
    pen.path(
        &d("M_ _a_ _ 0 0 0 _ 0z", &[h.cx() - k * 0.46, h.cy() + k * 0.137, k * 0.48, k * 0.48, k * 0.92]),
        C,
        "opacity='.85'",
    );
    heap(pen, &f.family.stage, Rect::new(h.cx() - k * 0.4, h.cy() - k * 0.36, k * 0.8, k * 0.72));
    logo::place(pen, f.brand, s.logo, &f.brand.accent);
    pen.fit(&f.title, "sb", s.title, Align::Middle, "#fff8ea", "");
    let v = s.variant;
    pen.rect(Rect::new(v.x, v.y - v.h * 0.25, v.w, v.h * 1.5), 0.0, "#fff8ea", "");
    pen.rect(Rect::new(v.x, v.y - v.h * 0.25, v.h * 1.5, v.h * 1.5), 0.0, D, "");
    let q = Rect::new(v.x, v.y - v.h * 0.25, v.h * 1.5, v.h * 1.5);
    pen.path(
        &d(
            "M_ _h_M_ _h_M_ _v_M_ _q_ _ _ _",
            &[
                q.x + q.w * 0.22,
                q.y + q.h * 0.3,
                q.w * 0.56,
                q.x + q.w * 0.3,
                q.y + q.h * 0.52,
                q.w * 0.4,
                q.cx(),
                q.y + q.h * 0.16,
                q.h * 0.68,
                q.x + q.w * 0.24,
                q.y + q.h * 0.84,
                q.w * 0.26,
                -q.h * 0.06,
                q.w * 0.5,
                -q.h * 0.02,
            ],
        ),
        "none",
        &format!("stroke='#fff8ea' stroke-width='{}'", n(q.h * 0.08)),
    );
    pen.fit(
        &f.variant,
        "sbi",
        Rect::new(v.x + v.h * 1.8, v.y + v.h * 0.08, v.w - v.h * 2.1, v.h * 0.84),
        Align::Middle,
        D,
        "",
    );
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius * 0.9, "#ffd34a", "#8a0f14");
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.28, 1.0, 0.8), Align::Left, INK, "");
    net(pen, f, s.net, INK);
}

fn nordic_ground(pen: &mut Pen, _: &Front, r: Rect) {
    pen.rect(r, 0.0, "#ffffff", "");
    let (x, w) = (r.x, r.w);
    let y = |share: f64| r.y + r.h * share;
    pen.path(
        &d(
            "M_ _L_ _L_ _L_ _L_ _V_H_z",
            &[x, y(0.8), x + w * 0.25, y(0.7), x + w * 0.45, y(0.78), x + w * 0.75, y(0.66), x + w, y(0.8), y(1.0), x],
        ),
        L,
        "",
    );
    pen.path(
        &d(
            "M_ _L_ _L_ _L_ _V_H_z",
            &[x, y(0.9), x + w * 0.35, y(0.79), x + w * 0.6, y(0.88), x + w, y(0.74), y(1.0), x],
        ),
        C,
        "",
    );
    pen.rect(r.part(0.0, 0.0, 1.0, 0.022), 0.0, C, "");
}

fn nordic(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let on = f.brand.color.as_str();
    let (logo_box, title, variant, hero) = if s.wide {
        (s.logo, s.title, s.variant.part(0.0, -0.1, 1.0, 0.85), s.hero.part(0.0, 0.0, 1.0, 0.9))
    } else {
        (
            r.part(0.1, 0.055, 0.9, 0.165),
            r.part(0.1, 0.2, 0.9, 0.265),
            r.part(0.1, 0.295, 0.9, 0.345),
            r.part(0.02, 0.405, 0.98, 0.83),
        )
    };
    logo::place(pen, f.brand, logo_box, on);
    pen.fit(&f.title, "b", title, Align::Middle, "#22303a", "");
    pen.fit(&f.variant, "", variant, Align::Middle, D, "");
    heap(pen, &f.family.stage, hero);
    let (x, y, radius) = s.badge;
    let (x, y) = if s.wide { (x, y) } else { (x, r.y + r.h * 0.44) };
    badge(pen, &f.family.badge, x, y, radius * 0.9, on, &crate::color::ink(on));
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.22, 1.0, 0.78), Align::Left, INK, "");
    net(pen, f, s.net, INK);
}
