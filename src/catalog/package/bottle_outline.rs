use super::bottle::{CAP, CONTENT, Frame, LABEL_RADIUS, NECK, THREAD_ROWS, thread_range};
use super::profile::Profile;

/// Outline of a bottle of this style from the middle of its base to the middle of its top, or to the lip of an open one.
/// A capsule around the neck is left out.
pub(super) fn outline(f: &Frame, style: &str, lid: &str) -> Profile {
    let profile = match style {
        "water" => water(f),
        "juice" => juice(f),
        "beer" => beer(f),
        "wine" => wine(f, lid),
        "flask" => flask(f),
        _ => soda(f),
    };
    if lid == "none" { open_neck(profile, f) } else { closed_neck(profile, f, lid) }
}

/// Contour bottle: feet, a waist for the hand, the label in a shallow recess, a long shoulder.
fn soda(f: &Frame) -> Profile {
    let r = f.r;
    let foot = Profile::new(CONTENT, 0.0, 0.035 * f.h)
        .to(0.3 * r, 0.03 * f.h, 0.0)
        .to(0.6 * r, 0.0, 0.0)
        .to(0.72 * r, 0.0, 0.0)
        .curve([(0.97 * r, 0.03 * f.h), (r, 0.07 * f.h)], (r, f.at(0.13)), 4)
        .curve([(r, f.at(0.19)), (0.93 * r, f.at(0.2))], (0.93 * r, f.at(0.25)), 3)
        .curve([(0.93 * r, f.at(0.29)), (r, f.at(0.3))], (r, f.at(0.325)), 3);
    f.label(foot, 0.335, LABEL_RADIUS).to(r, f.at(0.665), 0.0).to(r, f.at(0.69), 0.02 * f.h).curve(
        [(r, f.at(0.78)), (1.1 * f.neck, f.at(0.8))],
        (f.neck, f.neck_y),
        8,
    )
}

/// Straight bottle with grooves around it below and above the label.
fn water(f: &Frame) -> Profile {
    let (r, g) = (f.r, 0.012 * f.h);
    let groove = |profile: Profile, share: f64| {
        let y = f.at(share);
        profile.to(r, y - 1.6 * g, 0.0).to(0.95 * r, y, 0.0).to(r, y + 1.6 * g, 0.0)
    };
    let mut profile = Profile::new(CONTENT, 0.0, 0.03 * f.h)
        .to(0.55 * r, 0.02 * f.h, 0.0)
        .to(0.8 * r, 0.0, 0.05 * r)
        .to(r, 0.015 * f.h + 0.1 * r, 0.2 * r);
    for share in [0.12, 0.17, 0.22] {
        profile = groove(profile, share);
    }
    profile = f.label(profile.to(r, f.at(0.268), 0.0), 0.278, LABEL_RADIUS).to(r, f.at(0.608), 0.0);
    for share in [0.64, 0.69] {
        profile = groove(profile, share);
    }
    profile.to(r, f.at(0.72), 0.03 * f.h).curve([(r, f.at(0.8)), (1.2 * f.neck, f.at(0.82))], (f.neck, f.neck_y), 7)
}

/// Squarish body with a grip groove under the shoulder and a wide neck.
fn juice(f: &Frame) -> Profile {
    let r = f.r;
    let base = Profile::new(CONTENT, 0.0, 0.03 * f.h)
        .to(0.6 * r, 0.02 * f.h, 0.0)
        .to(0.8 * r, 0.0, 0.08 * r)
        .to(r, 0.015 * f.h + 0.12 * r, 0.25 * r)
        .to(r, f.at(0.12), 0.01 * f.h)
        .to(0.95 * r, f.at(0.135), 0.01 * f.h)
        .to(r, f.at(0.15), 0.01 * f.h)
        .to(r, f.at(0.165), 0.0);
    f.label(base, 0.175, LABEL_RADIUS)
        .to(r, f.at(0.505), 0.0)
        .to(r, f.at(0.54), 0.01 * f.h)
        .to(0.93 * r, f.at(0.565), 0.02 * f.h)
        .to(0.97 * r, f.at(0.6), 0.02 * f.h)
        .curve([(0.98 * r, f.at(0.72)), (1.15 * f.neck, f.at(0.8))], (f.neck, f.neck_y), 8)
}

/// Longneck: straight wall, rounded shoulder, long tapering neck.
fn beer(f: &Frame) -> Profile {
    let (r, k) = (f.r, f.k);
    let base = Profile::new(CONTENT, 0.0, 5.0 * k)
        .to(0.72 * r, 2.0 * k, 0.2 * r)
        .to(0.86 * r, 0.0, 1.5 * k)
        .to(r, 5.0 * k, 4.0 * k)
        .to(r, f.at(0.125), 0.0);
    f.label(base, 0.13, 0.995)
        .to(r, f.at(0.455), 0.0)
        .to(r, f.at(0.54), 0.05 * f.h)
        .curve([(0.99 * r, f.at(0.62)), (1.5 * f.neck, f.at(0.64))], (1.32 * f.neck, f.neck_y), 8)
        .slot(NECK)
        .to(f.neck, f.h - f.cap_height - 12.0 * k, 40.0 * k)
}

/// Bordeaux bottle: straight wall, high shoulder, cylindrical neck, under its capsule where it has one.
fn wine(f: &Frame, lid: &str) -> Profile {
    let (r, k) = (f.r, f.k);
    let base = Profile::new(CONTENT, 0.0, 22.0 * k)
        .to(0.5 * r, 16.0 * k, 0.3 * r)
        .to(0.84 * r, 0.0, 2.0 * k)
        .to(r, 4.0 * k, 4.0 * k)
        .to(r, f.at(0.145), 0.0);
    let body = f.label(base, 0.15, 0.995).to(r, f.at(0.475), 0.0).to(r, f.at(0.55), 0.05 * f.h);
    let shoulder = body.curve([(0.99 * r, f.at(0.63)), (1.2 * f.neck, f.at(0.64))], (1.1 * f.neck, f.at(0.715)), 9);
    if lid == "capsule" {
        return shoulder.slot(NECK).to(f.neck, f.at(0.79), 0.0);
    }
    shoulder.slot(NECK).to(f.neck, f.neck_y.max(f.at(0.74)), 0.0)
}

/// The capsule of a wine bottle, around its neck.
pub(super) fn capsule(f: &Frame) -> Profile {
    let (k, from) = (f.k, f.at(0.79));
    Profile::new(CAP, 1.02 * f.neck, from)
        .to(1.075 * f.neck, from + 0.3 * k, 0.0)
        .to(f.cap * 0.99, f.h - 9.0 * k, 4.0 * k)
        .to(f.cap, f.h - 6.0 * k, 1.0 * k)
        .to(f.cap, f.h, 1.6 * k)
        .to(0.0, f.h - 0.2 * k, 0.0)
}

/// Oval plastic bottle with soft shoulders.
fn flask(f: &Frame) -> Profile {
    let r = f.r;
    let base = Profile::new(CONTENT, 0.0, 0.012 * f.h)
        .to(0.8 * r, 0.008 * f.h, 0.0)
        .to(0.86 * r, 0.0, 0.02 * r)
        .curve([(0.95 * r, 0.0), (0.985 * r, 0.03 * f.h)], (0.99 * r, f.at(0.09)), 6)
        .to(r, f.at(0.2), 0.1 * f.h);
    let top = f.neck_y;
    f.label(base, 0.26, 0.998).curve(
        [(0.99 * r, f.at(0.58) + 0.62 * (top - f.at(0.58))), (0.95 * r, top - 0.02 * f.h)],
        (1.0 * f.neck, top),
        10,
    )
}

/// A neck that ends inside its closure, with the carrying ring under a screw cap.
fn closed_neck(profile: Profile, f: &Frame, lid: &str) -> Profile {
    let (k, base) = (f.k, f.h - f.cap_height);
    match lid {
        "capsule" => return profile.to(f.neck, f.h - 8.0 * k, 0.0).to(0.0, f.h - 8.0 * k, 0.0),
        "crown" => {
            let lip = 1.1 * f.neck;
            return profile
                .to(lip, base - 10.0 * k, 1.5 * k)
                .to(lip, base + 1.0 * k, 0.5 * k)
                .to(0.9 * f.neck, f.h - 2.5 * k, 0.0)
                .to(0.0, f.h - 2.5 * k, 0.0);
        }
        "flip" => profile.slot(NECK),
        _ => carrying_ring(profile.slot(NECK), f, base),
    }
    .to(f.neck, base + 0.3 * f.cap_height, 0.0)
    .to(0.8 * f.neck, f.h - 0.3 * f.cap_height, 0.0)
    .to(0.0, f.h - 0.3 * f.cap_height, 0.0)
}

/// An open neck: the carrying ring, room for the thread, the lip.
fn open_neck(profile: Profile, f: &Frame) -> Profile {
    let k = f.k;
    let (from, to) = thread_range(f);
    let mut profile = carrying_ring(profile.slot(NECK), f, from).to(f.neck, from, 0.0);
    for i in 1..=THREAD_ROWS {
        profile = profile.to(f.neck, from + (to - from) * i as f64 / THREAD_ROWS as f64, 0.0);
    }
    profile.to(f.neck, f.h, 0.5 * k).to(0.84 * f.neck, f.h, 0.0)
}

fn carrying_ring(profile: Profile, f: &Frame, base: f64) -> Profile {
    let (k, r) = (f.k, 1.06 * f.cap);
    profile
        .to(f.neck, base - 4.4 * k, 0.0)
        .to(r - 0.3 * k, base - 3.5 * k, 0.0)
        .to(r, base - 3.1 * k, 0.0)
        .to(r, base - 2.2 * k, 0.0)
        .to(r - 0.4 * k, base - 1.8 * k, 0.0)
        .to(f.neck, base - 1.6 * k, 0.4 * k)
}

/// What is hollow inside a glass bottle, from the middle of its bottom up to its mouth at the height `mouth`.
pub(super) fn cavity(f: &Frame, style: &str, mouth: f64) -> Profile {
    let (r, k, wall) = (f.r, f.k, glass_wall(f));
    let inside = r - wall;
    let throat = 0.72 * f.neck;
    if style == "wine" {
        let above = (f.at(0.715) + 12.0 * k).min(mouth - 3.0 * k);
        return Profile::new(CONTENT, 0.0, 26.0 * k)
            .to(0.5 * r, 20.0 * k, 0.3 * r)
            .to(0.76 * r, 7.0 * k, 2.0 * k)
            .to(inside, 10.0 * k, 4.0 * k)
            .to(inside, f.at(0.55), 0.05 * f.h)
            .curve([(inside, f.at(0.63)), (1.2 * f.neck - wall, f.at(0.64))], (1.1 * f.neck - wall, f.at(0.715)), 6)
            .to(throat, above, 0.0)
            .to(throat, mouth, 0.0);
    }
    let top = 1.32 * f.neck - wall;
    let above = (f.h - f.cap_height - 12.0 * k).max(f.neck_y + k).min(mouth - 3.0 * k);
    Profile::new(CONTENT, 0.0, 9.0 * k)
        .to(0.6 * r, 8.0 * k, 0.3 * r)
        .to(inside, 7.0 * k, 0.24 * r)
        .to(inside, f.at(0.54), 0.05 * f.h)
        .curve([(0.99 * inside, f.at(0.62)), (1.5 * f.neck - wall, f.at(0.64))], (top, f.neck_y), 6)
        .to(throat, above, 0.0)
        .to(throat, mouth, 0.0)
}

/// Thickness of a glass bottle's wall, millimetres.
pub(super) fn glass_wall(f: &Frame) -> f64 {
    (0.075 * f.r).min(0.2 * f.neck)
}
