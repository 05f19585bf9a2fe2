//! Loud styles: cereal, snacks, sweets, energy, soft drinks.

use super::{C, D, Front, INK, L, Plan, Style, Tone, net, outlined, slots};
use crate::color::{dark, light};
use crate::hero::{FLAVOUR, badge, heap, picture, pile, pill, rays};
use crate::logo;
use crate::pen::{Align, Pen, Rect, d, n};

pub(crate) fn style(name: &str) -> Option<Style> {
    let on_white = |_: &Front| Tone { paper: "#ffffff", ink: "#1c1c22", on: "#ffffff".to_owned() };
    Some(match name {
        "burst" => Style { ground: burst_ground, front: burst, tone: on_white },
        "split" => Style { ground: split_ground, front: split, tone: on_white },
        "neon" => Style {
            ground: neon_ground,
            front: neon,
            tone: |_| Tone { paper: "#0c0d12", ink: "#e9edf2", on: "#ffffff".to_owned() },
        },
        "stripes" => Style {
            ground: stripes_ground,
            front: stripes,
            tone: |f| Tone { paper: "#fffaf0", ink: "#2a1a1a", on: dark(&f.brand.color, 0.3) },
        },
        "poster" => Style {
            ground: poster_ground,
            front: poster,
            tone: |_| Tone { paper: "#ffffff", ink: "#14141a", on: INK.to_owned() },
        },
        "wave" => Style { ground: wave_ground, front: wave, tone: on_white },
        "tide" => Style { ground: tide_ground, front: tide, tone: on_white },
        _ => return None,
    })
}

fn burst_ground(pen: &mut Pen, _: &Front, r: Rect) {
    let glow = pen.glow(0.5, 0.45, 0.75, &[(0.0, L), (0.55, C), (1.0, D)]);
    pen.rect(r, 0.0, &glow, "");
    let clip = pen.id();
    pen.defs.push_str(&format!(
        "<clipPath id='{clip}'><path d='{}'/></clipPath>",
        d("M_ _h_v_h-_z", &[r.x, r.y, r.w, r.h, r.w])
    ));
    let reach = r.w.hypot(r.h) * 0.7;
    pen.path(&rays(r.cx(), r.y + r.h * 0.62, reach, 22), "#ffffff", &format!("opacity='.17' clip-path='url(#{clip})'"));
}

fn burst(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    heap(pen, &f.family.stage, s.hero);
    logo::place(pen, f.brand, s.logo, "#ffffff");
    outlined(pen, &f.title, "ci", s.title, ["#ffffff", D]);
    let v = s.variant;
    let size = (v.h / 0.73).min(v.w / f.variant.width("cb"));
    pen.raw(&format!("<g transform='rotate(-3 {} {})'>", n(v.cx()), n(v.cy())));
    let (half, top) =
        ((f.variant.width("cb") * size * 0.5 + size * 0.6).min(v.w * 0.5 + size * 0.1), v.cy() - size * 0.62);
    let corners = [
        v.cx() - half,
        top,
        v.cx() + half,
        top - size * 0.06,
        v.cx() + half * 0.97,
        top + size * 1.22,
        v.cx() - half * 0.97,
        top + size * 1.3,
    ];
    pen.path(&d("M_ _L_ _L_ _L_ _z", &corners), "#ffe135", "");
    pen.write([v.cx(), v.cy() + size * 0.36, size], "cb", "#b3121d", &f.variant.shown, "text-anchor='middle'");
    pen.raw("</g>");
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, "#e2001a", "#ffffff");
    pill(pen, &f.family.claim, s.claim, "#ffffff", "#1d2b6b");
    net(pen, f, s.net, "#ffffff");
}

fn split_ground(pen: &mut Pen, f: &Front, r: Rect) {
    pen.rect(r, 0.0, C, "");
    let lower = d("M_ _L_ _V_H_z", &[r.x, r.y + r.h * 0.52, r.x + r.w, r.y + r.h * 0.36, r.y + r.h, r.x]);
    pen.path(&lower, &f.brand.color, "");
    let edge = d(
        "M_ _L_ _v_L_ _z",
        &[r.x, r.y + r.h * 0.52, r.x + r.w, r.y + r.h * 0.36, r.h * 0.022, r.x, r.y + r.h * 0.542],
    );
    pen.path(&edge, &f.brand.accent, "");
    pen.path(
        &d("M_ _L_ _V_H_z", &[r.x, r.y + r.h * 0.97, r.x + r.w, r.y + r.h * 0.9, r.y + r.h, r.x]),
        &dark(&f.brand.color, 0.35),
        "",
    );
}

fn split(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let hero = s.hero;
    pen.circle(hero.cx(), hero.cy(), hero.w.min(hero.h) * 0.56, "#ffffff", "opacity='.2'");
    pen.circle(hero.cx(), hero.cy(), hero.w.min(hero.h) * 0.47, L, "opacity='.55'");
    heap(pen, &f.family.stage, hero);
    logo::place(pen, f.brand, s.logo, INK);
    let on = crate::color::ink(&f.brand.color);
    if s.wide {
        outlined(pen, &f.title, "cb", s.title, ["#ffffff", D]);
    } else {
        pen.fit(&f.title, "cb", s.title, Align::Middle, &on, "");
    }
    let v = s.variant;
    pen.rect(
        Rect::new(v.x, v.y - v.h * 0.35, v.w, v.h * 1.7),
        v.h * 0.3,
        C,
        &format!("stroke='{}' stroke-width='{}'", f.brand.accent, n(v.h * 0.1)),
    );
    pen.fit(&f.caps, "cb", v.inset(v.h * 0.08), Align::Middle, INK, "");
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, &f.brand.accent, &crate::color::ink(&f.brand.accent));
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.22, 1.0, 0.78), Align::Left, &on, "");
    net(pen, f, s.net, &on);
}

fn neon_ground(pen: &mut Pen, _: &Front, r: Rect) {
    let night = pen.gradient([0.0, 0.0, 0.3, 1.0], &[(0.0, "#15171f"), (0.5, "#07080c"), (1.0, "#191c26")]);
    pen.rect(r, 0.0, &night, "");
    for (at, share, opacity) in
        [(0.1, 0.12, 0.9), (0.3, 0.03, 1.0), (0.36, 0.015, 0.7), (0.78, 0.07, 0.55), (0.9, 0.02, 0.9)]
    {
        let (x, w, slant) = (r.x + r.w * (at - 0.1), r.w * share, r.w * 0.2);
        let (x0, x1) = (x.max(r.x), (x + w + slant).min(r.x + r.w));
        if x1 > x0 {
            pen.path(
                &d("M_ _L_ _h_L_ _z", &[x + slant, r.y, x0, r.y + r.h, w, (x + w + slant).min(r.x + r.w), r.y]),
                C,
                &format!("opacity='{opacity}'"),
            );
        }
    }
}

fn neon(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let glow =
        pen.glow(0.5, 0.5, 0.5, &[(0.0, &format!("{C}/.9")), (0.6, &format!("{C}/.35")), (1.0, &format!("{C}/0"))]);
    let slim = r.h > 2.2 * r.w;
    let h = if slim { r.part(0.0, 0.56, 1.0, 0.79) } else { s.hero };
    let k = h.w.min(h.h);
    pen.ellipse(h.cx(), h.cy(), h.w * 0.55, h.h * 0.75, &glow, "");
    picture(pen, "bolt", h.cx() + k * 0.05, h.cy() - k * 0.02, k * 1.05, 8.0);
    picture(pen, FLAVOUR, h.cx() - k * 0.2, h.cy() + k * 0.2, k * 0.62, -10.0);
    if slim {
        // A slim can carries its name upwards.
        let (x, y) = (r.x + r.w * 0.5, r.y + r.h * 0.3);
        pen.raw(&format!("<g transform='translate({} {}) rotate(-90)'>", n(x), n(y)));
        logo::place(pen, f.brand, Rect::new(-r.h * 0.25, -r.w * 0.32, r.h * 0.5, r.w * 0.64), "#ffffff");
        pen.raw("</g>");
    } else {
        logo::place(pen, f.brand, s.logo, "#ffffff");
    }
    let (title, v) =
        if slim { (r.part(0.06, 0.8, 0.94, 0.85), r.part(0.04, 0.878, 0.96, 0.925)) } else { (s.title, s.variant) };
    pen.fit(&f.title, "ci", title, Align::Middle, "#ffffff", "");
    pen.path(
        &d(
            "M_ _H_L_ _H_z",
            &[v.x + v.h * 0.4, v.y - v.h * 0.3, v.x + v.w, v.x + v.w - v.h * 0.4, v.y + v.h * 1.3, v.x],
        ),
        C,
        "",
    );
    pen.fit(&f.caps, "ci", v.part(0.08, 0.04, 0.92, 0.96), Align::Middle, INK, "");
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, "#ffffff", "#101218");
    let foot = if slim { r.part(0.04, 0.957, 0.62, 0.98) } else { s.claim.part(0.0, 0.22, 1.0, 0.78) };
    pen.fit(&f.family.claim.as_str().into(), "c", foot, Align::Left, "#c8ccd6", "");
    net(pen, f, if slim { r.part(0.6, 0.955, 0.97, 0.982) } else { s.net }, "#ffffff");
}

fn stripes_ground(pen: &mut Pen, _: &Front, r: Rect) {
    pen.rect(r, 0.0, "#fffaf0", "");
    let count = ((r.w / r.h * 12.0).round() as i32).clamp(8, 26) | 1;
    let step = r.w / f64::from(count);
    let bars: String =
        (0..count).step_by(2).map(|k| d("M_ _h_v_h-_z", &[r.x + step * f64::from(k), r.y, step, r.h, step])).collect();
    pen.path(&bars, C, "");
}

fn stripes(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    let m = if s.wide { r.part(0.03, 0.06, 0.57, 0.94) } else { r.part(0.05, 0.03, 0.95, 0.46) };
    let corner = m.h.min(m.w) * 0.18;
    let (color, accent) = (&f.brand.color, &f.brand.accent);
    pen.rect(m, corner, "#fffaf0", &format!("stroke='{color}' stroke-width='{}'", n(m.h * 0.025)));
    pen.rect(
        m.inset(m.h * 0.035),
        corner * 0.8,
        "none",
        &format!("stroke='{accent}' stroke-width='{}'", n(m.h * 0.012)),
    );
    let on = dark(color, 0.3);
    logo::place(pen, f.brand, m.part(0.1, 0.09, 0.9, 0.5), &on);
    pen.fit(&f.title, "sbi", m.part(0.12, 0.53, 0.88, 0.65), Align::Middle, &on, "");
    let v = m.part(0.0, 0.74, 1.0, 0.9);
    let (x0, x1, lip) = (v.x, v.x + v.w, v.h * 0.5);
    pen.path(&d("M_ _H_l-_ _l_ _H_l_-_z", &[x0, v.y, x1, lip, v.h / 2.0, lip, v.h / 2.0, x0, lip, v.h / 2.0]), D, "");
    pen.fit(&f.caps, "cb", v.part(0.12, 0.2, 0.88, 0.8), Align::Middle, "#ffffff", "");
    let h = if s.wide { s.hero } else { r.part(0.06, 0.5, 0.94, 0.9) };
    pen.ellipse(h.cx(), h.cy(), h.w * 0.5, h.h * 0.5, L, &format!("stroke='{color}' stroke-width='{}'", n(h.h * 0.02)));
    heap(pen, &f.family.stage, h.part(0.12, 0.1, 0.88, 0.92));
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, color, &crate::color::ink(color));
    let foot =
        if s.wide { Rect::new(s.hero.x, r.y + r.h * 0.9, s.hero.w, r.h * 0.1) } else { r.part(0.0, 0.92, 1.0, 1.0) };
    pen.rect(foot, 0.0, D, "");
    pen.fit(&f.family.claim.as_str().into(), "c", foot.part(0.06, 0.3, 0.58, 0.7), Align::Left, "#ffffff", "");
    net(pen, f, foot.part(0.6, 0.26, 0.94, 0.74), "#ffffff");
}

fn poster_ground(pen: &mut Pen, _: &Front, r: Rect) {
    pen.rect(r, 0.0, C, "");
    pen.rect(r.part(0.0, 0.9, 1.0, 1.0), 0.0, D, "");
}

fn poster(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureMiddle);
    let k = r.w.min(r.h);
    let (cx, cy, big) = if s.wide {
        (s.hero.cx(), s.hero.cy(), s.hero.h * 0.9)
    } else {
        (r.x + r.w * 0.5, r.y + r.h * 0.525, (k * 0.8).min(r.h * 0.46))
    };
    pen.circle(cx, cy, big * 0.56, L, "");
    picture(pen, FLAVOUR, cx, cy, big, -8.0);
    if s.wide {
        logo::place(pen, f.brand, s.logo, INK);
        pen.fit(&f.title, "b", s.title, Align::Left, INK, "");
        pen.fit(&f.variant, "l", s.variant, Align::Left, INK, &format!("stroke='{INK}' stroke-width='.15'"));
    } else {
        logo::place(pen, f.brand, r.part(0.07, 0.8, 0.6, 0.885), INK);
        pen.fit(&f.title, "b", r.part(0.07, 0.04, 0.93, 0.15), Align::Left, INK, "");
        pen.fit(
            &f.variant,
            "l",
            r.part(0.07, 0.175, 0.93, 0.25),
            Align::Left,
            INK,
            &format!("stroke='{INK}' stroke-width='.2'"),
        );
        let (x, y, radius) = (r.x + r.w * 0.83, r.y + r.h * 0.8, r.w * 0.12);
        badge(pen, &f.family.badge, x, y, radius, "#ffffff", "#14141a");
    }
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.25, 1.0, 0.75), Align::Left, "#ffffff", "");
    net(pen, f, s.net, "#ffffff");
}

/// A band across the box that swings once; from and to are shares of the height.
fn ribbon(r: Rect, from: f64, to: f64) -> String {
    let (w, h) = (r.w, r.h);
    d(
        "M_ _C_ _ _ _ _ _V_C_ _ _ _ _ _z",
        &[
            r.x,
            r.y + h * from,
            r.x + w * 0.3,
            r.y + h * (from - 0.18),
            r.x + w * 0.6,
            r.y + h * (from + 0.22),
            r.x + w,
            r.y + h * from,
            r.y + h * to,
            r.x + w * 0.6,
            r.y + h * (to + 0.22),
            r.x + w * 0.3,
            r.y + h * (to - 0.18),
            r.x,
            r.y + h * to,
        ],
    )
}

fn wave_ground(pen: &mut Pen, f: &Front, r: Rect) {
    let (top, bottom) = (light(&f.brand.color, 0.12), dark(&f.brand.color, 0.25));
    let sheen = pen.gradient([0.0, 0.0, 0.0, 1.0], &[(0.0, &top), (1.0, &bottom)]);
    pen.rect(r, 0.0, &sheen, "");
    pen.path(&ribbon(r, 0.5, 0.74), C, "");
    pen.path(&ribbon(r, 0.485, 0.5), &f.brand.accent, "");
    pen.path(&ribbon(r, 0.74, 0.75), "#ffffff", "");
    pen.path(&ribbon(r, 0.79, 0.8), "#ffffff", "opacity='.5'");
}

fn tide_ground(pen: &mut Pen, f: &Front, r: Rect) {
    let sheen = pen.gradient([0.0, 0.0, 0.0, 1.0], &[(0.0, C), (0.6, C), (1.0, D)]);
    pen.rect(r, 0.0, &sheen, "");
    pen.path(&ribbon(r, 0.02, 0.31), &f.brand.color, "");
    pen.path(&ribbon(r, 0.31, 0.335), "#ffffff", "");
    pen.path(&ribbon(r, 0.345, 0.355), L, "");
    pen.path(&ribbon(r, 0.86, 0.875), L, "opacity='.6'");
}

/// A soft drink in its own colour under the brand's ribbon.
fn tide(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    let h = r.part(0.0, 0.56, 1.0, 0.91);
    let glow = pen.glow(0.5, 0.5, 0.5, &[(0.0, &format!("{L}/.95")), (1.0, &format!("{L}/0"))]);
    pen.ellipse(h.cx(), h.cy(), h.w * 0.6, h.h * 0.6, &glow, "");
    heap(pen, &f.family.stage, h);
    for (x, y, k) in [
        (0.1, 0.47, 0.03),
        (0.9, 0.5, 0.04),
        (0.82, 0.44, 0.02),
        (0.16, 0.55, 0.022),
        (0.93, 0.9, 0.03),
        (0.08, 0.9, 0.025),
    ] {
        pen.circle(r.x + r.w * x, r.y + r.h * y, r.w * k, "#ffffff", "opacity='.4'");
    }
    logo::place(pen, f.brand, r.part(0.04, 0.06, 0.96, 0.27), "#ffffff");
    outlined(pen, &f.caps, "ci", r.part(0.1, 0.42, 0.9, 0.5), ["#ffffff", D]);
    pen.fit(&f.title, "b", r.part(0.2, 0.535, 0.8, 0.57), Align::Middle, INK, "");
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, &f.brand.accent, &crate::color::ink(&f.brand.accent));
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.22, 1.0, 0.78), Align::Left, "#ffffff", "");
    net(pen, f, s.net, "#ffffff");
}

fn wave(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    let on = crate::color::ink(&f.brand.color);
    for (x, y, k) in [
        (0.12, 0.3, 0.02),
        (0.88, 0.34, 0.03),
        (0.8, 0.42, 0.018),
        (0.16, 0.44, 0.028),
        (0.9, 0.86, 0.03),
        (0.1, 0.84, 0.022),
    ] {
        pen.circle(r.x + r.w * x, r.y + r.h * y, r.w * k, "#ffffff", "opacity='.35'");
    }
    heap(pen, &f.family.stage, s.hero.part(0.08, 0.06, 0.92, 0.94));
    logo::place(pen, f.brand, s.logo, &on);
    pen.fit(&f.title, "ci", s.title.part(0.0, 0.05, 1.0, 0.95), Align::Middle, &on, "");
    outlined(pen, &f.variant, "ci", s.variant, [D, "#ffffff"]);
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, &f.brand.accent, &crate::color::ink(&f.brand.accent));
    pen.fit(&f.family.claim.as_str().into(), "c", s.claim.part(0.0, 0.22, 1.0, 0.78), Align::Left, &on, "");
    net(pen, f, s.net, &on);
}

/// Pictures along the lower edge under a curved field of colour: the classic tin.
pub(super) fn harvest(pen: &mut Pen, f: &Front, r: Rect) {
    let s = slots(r, Plan::PictureLast);
    if s.wide {
        heap(pen, &f.family.stage, s.hero);
    } else {
        if !f.family.stage.is_empty() {
            picture(pen, &f.family.stage, r.cx(), r.y + r.h * 0.64, (r.w * 0.5).min(r.h * 0.34), 0.0);
        }
        let top = if f.family.stage.is_empty() { 0.5 } else { 0.66 };
        pile(pen, r.part(0.0, top, 1.0, 0.92));
    }
    logo::place(pen, f.brand, s.logo, "#ffffff");
    outlined(pen, &f.title, "sb", s.title, ["#ffffff", D]);
    let v = s.variant;
    pen.rect(Rect::new(v.x, v.y - v.h * 0.3, v.w, v.h * 1.6), v.h * 0.8, "#ffffff", "");
    pen.fit(&f.variant, "sbi", v.part(0.08, 0.0, 0.92, 1.0), Align::Middle, D, "");
    let (x, y, radius) = s.badge;
    badge(pen, &f.family.badge, x, y, radius, "#ffd21f", "#8a0f14");
    let foot = if s.wide { r.part(0.0, 0.9, 1.0, 1.0) } else { r.part(0.0, 0.92, 1.0, 1.0) };
    pen.rect(foot, 0.0, &f.brand.color, "");
    let on = crate::color::ink(&f.brand.color);
    pen.fit(&f.family.claim.as_str().into(), "c", foot.part(0.06, 0.28, 0.6, 0.72), Align::Left, &on, "");
    net(pen, f, foot.part(0.62, 0.24, 0.94, 0.76), &on);
}
