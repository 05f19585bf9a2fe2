use std::collections::{BTreeMap, HashMap};

use glam::{DVec2, DVec3};
use proptest::prelude::*;

use super::*;

/// Name, size in millimetres, fields.
type Sold = (&'static str, [f64; 3], &'static [(&'static str, &'static str)]);

/// Packages in the sizes and variants that shops sell.
const SOLD: &[Sold] = &[
    ("carton", [190.0, 300.0, 60.0], &[]),
    ("carton", [60.0, 160.0, 45.0], &[("lid", "plain")]),
    ("carton", [72.0, 200.0, 68.0], &[("lid", "screw")]),
    ("carton", [180.0, 35.0, 45.0], &[]),
    ("gable_top", [95.0, 240.0, 95.0], &[]),
    ("gable_top", [70.0, 235.0, 70.0], &[("lid", "none")]),
    ("can", [66.0, 115.0, 66.0], &[]),
    ("can", [57.0, 145.0, 57.0], &[("lid", "plain")]),
    ("can", [73.0, 110.0, 73.0], &[("style", "food"), ("beads", "yes")]),
    ("can", [84.0, 36.0, 84.0], &[("style", "food")]),
    ("bottle", [65.0, 230.0, 65.0], &[]),
    ("bottle", [85.0, 315.0, 85.0], &[("style", "water"), ("lid", "none")]),
    ("bottle", [75.0, 215.0, 75.0], &[("style", "juice")]),
    ("bottle", [61.0, 230.0, 61.0], &[("style", "beer")]),
    ("bottle", [75.0, 300.0, 75.0], &[("style", "wine")]),
    ("bottle", [80.0, 220.0, 48.0], &[("style", "flask")]),
    ("bottle", [75.0, 300.0, 62.0], &[("style", "wine"), ("lid", "none"), ("fill", "0.5")]),
    ("bottle", [65.0, 230.0, 65.0], &[("content", "opaque"), ("fill", "0.6")]),
    ("bottle", [65.0, 230.0, 65.0], &[("fill", "0")]),
    ("jar", [72.0, 105.0, 72.0], &[]),
    ("jar", [72.0, 105.0, 72.0], &[("content", "honey"), ("fill", "0.7")]),
    ("jar", [72.0, 105.0, 72.0], &[("content", "clear")]),
    ("bottle", [75.0, 300.0, 75.0], &[("style", "wine"), ("content", "oil")]),
    ("jar", [72.0, 105.0, 72.0], &[("content", "powder"), ("fill", "0.8")]),
    ("carton", [95.0, 185.0, 55.0], &[("window", "yes")]),
    ("pillow_bag", [140.0, 230.0, 60.0], &[("window", "yes")]),
    ("jar", [68.0, 135.0, 68.0], &[("style", "tall")]),
    ("tube", [55.0, 160.0, 36.0], &[]),
    ("tube", [50.0, 130.0, 34.0], &[("lid", "screw")]),
    ("pillow_bag", [200.0, 290.0, 70.0], &[]),
    ("pillow_bag", [120.0, 170.0, 45.0], &[]),
    ("pouch", [160.0, 240.0, 80.0], &[]),
    ("pouch", [95.0, 150.0, 50.0], &[("lid", "screw")]),
    ("tray", [220.0, 45.0, 160.0], &[]),
    ("tray", [140.0, 60.0, 180.0], &[]),
    ("multipack", [200.0, 122.0, 132.0], &[]),
    ("bottle_pack", [195.0, 310.0, 130.0], &[]),
    ("tub", [95.0, 90.0, 95.0], &[("lid", "foil")]),
    ("tub", [190.0, 120.0, 125.0], &[]),
    ("tub", [68.0, 75.0, 68.0], &[]),
    ("spray", [105.0, 270.0, 62.0], &[]),
];

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Every sold package with a text that names it.
fn sold() -> impl Iterator<Item = (String, &'static str, DVec3, Look)> {
    SOLD.iter().map(|&(name, size, pairs)| {
        let size = DVec3::from_array(size) * 1e-3;
        let look = build(name, size, &fields(pairs)).expect(name);
        (format!("{name} {size} {pairs:?}"), name, size, look)
    })
}

/// Edges of the triangles that are of the kind, after welding equal positions: how often each is walked.
fn edges(model: &Model, is_kind: impl Fn(u16) -> bool) -> BTreeMap<(u32, u32), usize> {
    let mut welded: HashMap<[u32; 3], u32> = HashMap::new();
    let ids: Vec<u32> = model
        .mesh
        .positions
        .iter()
        .map(|p| {
            let next = welded.len() as u32;
            *welded.entry(p.to_array().map(f32::to_bits)).or_insert(next)
        })
        .collect();
    let mut edges: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for (t, _) in model.mesh.triangles.iter().zip(&model.slots).filter(|(_, slot)| is_kind(**slot)) {
        for k in 0..3 {
            *edges.entry((ids[t[k] as usize], ids[t[(k + 1) % 3] as usize])).or_default() += 1;
        }
    }
    edges
}

/// True for single sheets, which need not close.
fn is_sheet(material: &Material) -> bool {
    material.transmission > 0.0 && material.thickness == 0.0
}

/// Number of edges without exactly one partner in the opposite direction; a sheet may end anywhere, and may be the
/// partner where another surface has none.
fn open_edges(look: &Look) -> usize {
    let sheet = |slot: u16| is_sheet(&look.materials[usize::from(slot)]);
    let (solid, sheets) = (edges(&look.model, |slot| !sheet(slot)), edges(&look.model, sheet));
    let closed = |a: u32, b: u32| match solid.get(&(b, a)) {
        Some(&count) => count == 1,
        None => sheets.get(&(b, a)) == Some(&1),
    };
    solid.iter().filter(|&(&(a, b), &count)| count != 1 || !closed(a, b)).count()
}

#[test]
fn media_are_closed_by_themselves_and_face_outwards() {
    let mut found = 0;
    for (what, _, _, look) in sold() {
        let is_used = |slot: &usize| look.model.slots.iter().any(|used| usize::from(*used) == *slot);
        let media = look.materials.iter().enumerate().filter(|(_, material)| material.thickness > 0.0);
        for (slot, material) in media.filter(|(slot, _)| is_used(slot)) {
            found += 1;
            let own = edges(&look.model, |other| usize::from(other) == slot);
            let open = own.iter().filter(|&(&(a, b), &count)| count != 1 || own.get(&(b, a)) != Some(&1)).count();
            assert_eq!(open, 0, "{what}: {} is not closed", material.name);
            let volume = signed_volume(&look.model, |other| usize::from(other) == slot);
            assert!(volume > 1e-6, "{what}: {} has {volume} m³", material.name);
        }
    }
    assert!(found >= 8, "{found} media");
}

#[test]
fn liquid_reaches_into_the_glass_around_it() {
    let size = DVec3::new(0.061, 0.23, 0.061);
    let pairs = [("style", "beer"), ("fill", "0.7")];
    let look = build("bottle", size, &fields(&pairs)).expect("a bottle");
    let [liquid, glass] = ["content", "wall"]
        .map(|name| look.materials.iter().position(|material| material.name == name).expect("a medium"));
    assert!(look.materials[glass].medium_priority > look.materials[liquid].medium_priority);
    let radii = |slot: usize| {
        let model = &look.model;
        let own = model.mesh.triangles.iter().zip(&model.slots).filter(move |(_, s)| usize::from(**s) == slot);
        let points = own.flat_map(|(t, _)| t.map(|v| model.mesh.positions[v as usize]));
        points.filter(|p| (0.011..0.13).contains(&p.y)).map(|p| f64::from(p.x.hypot(p.z))).collect::<Vec<_>>()
    };
    let most = |radii: &[f64]| radii.iter().copied().fold(0.0, f64::max);
    let least = |radii: &[f64]| radii.iter().copied().fold(f64::INFINITY, f64::min);
    let (liquid, glass) = (radii(liquid), radii(glass));
    assert!(least(&glass) < most(&liquid) && most(&liquid) < most(&glass), "{liquid:?} {glass:?}");
    let top = |fill: &str| {
        let look = build("jar", size, &fields(&[("content", "clear"), ("fill", fill)])).expect("a jar");
        let own = look.model.mesh.triangles.iter().zip(&look.model.slots).filter(|(_, slot)| **slot == 1);
        own.flat_map(|(t, _)| t.map(|v| look.model.mesh.positions[v as usize].y)).fold(0.0, f32::max)
    };
    assert!(top("0.8") > top("0.4") + 0.05);
    assert_eq!(top("0"), 0.0);
}

/// Volume inside the triangles of the kind, in cubic metres.
fn signed_volume(model: &Model, is_kind: impl Fn(u16) -> bool) -> f64 {
    (0..model.mesh.triangles.len())
        .filter(|&t| is_kind(model.slots[t]))
        .map(|t| {
            let [a, b, c] = model.mesh.corners(t);
            a.dot(b.cross(c)) / 6.0
        })
        .sum()
}

fn area(model: &Model, triangle: usize) -> f64 {
    let [a, b, c] = model.mesh.corners(triangle);
    0.5 * (b - a).cross(c - a).length()
}

fn uv_area(model: &Model, triangle: usize, sheet: DVec2) -> f64 {
    let [a, b, c] = model.mesh.triangles[triangle].map(|v| model.mesh.uvs[v as usize].as_dvec2() * sheet);
    // v points down, so a counter-clockwise triangle turns the other way on the sheet.
    -0.5 * (b - a).perp_dot(c - a)
}

fn assert_sane(what: &str, size: DVec3, look: &Look) {
    let model = &look.model;
    assert_eq!(model.mesh.positions.len(), model.mesh.normals.len());
    assert_eq!(model.mesh.positions.len(), model.mesh.uvs.len());
    assert_eq!(model.slots.len(), model.mesh.triangles.len());
    assert_eq!(look.materials.len(), model.slot_count(), "{what}");
    assert!(model.mesh.positions.iter().all(|p| p.is_finite()), "{what}");
    let (bounds, half) = (model.bounds, DVec3::new(0.5 * size.x, 0.0, 0.5 * size.z));
    assert!((bounds.min + half).abs().max_element() < 1e-4, "{what}: {bounds:?}");
    assert!((bounds.max - DVec3::new(half.x, size.y, half.z)).abs().max_element() < 1e-4, "{what}: {bounds:?}");
    assert_eq!(model.mesh.positions.len(), model.mesh.uvs1.len());
    assert_eq!(model.mesh.positions.len(), model.mesh.tangents.len());
    assert_eq!(open_edges(look), 0, "{what} is not closed");
}

#[test]
fn every_package_is_tested() {
    for name in names() {
        assert!(SOLD.iter().any(|(sold, ..)| sold == name), "{name}");
    }
}

#[test]
fn meshes_are_closed_and_as_large_as_asked_for() {
    for (what, _, size, look) in sold() {
        assert_sane(&what, size, &look);
    }
}

#[test]
fn triangles_are_few_and_none_is_empty() {
    for (what, _, _, look) in sold() {
        let count = look.model.mesh.triangles.len();
        assert!((200..=6000).contains(&count), "{what}: {count} triangles");
        let smallest = (0..count).map(|t| area(&look.model, t)).fold(f64::INFINITY, f64::min);
        assert!(smallest > 1e-12, "{what}: {smallest} m²");
    }
}

#[test]
fn surfaces_face_outwards() {
    for (what, _, size, look) in sold() {
        let model = &look.model;
        let volume = signed_volume(model, |_| true);
        let share = volume / (size.x * size.y * size.z);
        assert!((0.15..1.3).contains(&share), "{what}: {share} of its box");
    }
}

#[test]
fn normals_are_unit_and_agree_with_their_faces() {
    for (what, _, _, look) in sold() {
        let model = &look.model;
        for (t, triangle) in model.mesh.triangles.iter().enumerate() {
            let [a, b, c] = model.mesh.corners(t);
            let face = (b - a).cross(c - a).normalize();
            for &vertex in triangle {
                let normal = model.mesh.normals[vertex as usize].as_dvec3();
                assert!((normal.length() - 1.0).abs() < 1e-5, "{what}");
                assert!(normal.dot(face) > 0.3, "{what}: triangle {t} at {a}: {}", normal.dot(face));
            }
        }
    }
}

#[test]
fn labels_are_upright_and_undistorted() {
    for (what, name, size, look) in sold() {
        let (model, sheet) = (&look.model, sheet(name, size).expect("a sold size"));
        let label = look.materials.iter().position(|material| material.is_label).expect("a label slot");
        assert_eq!(label, 0, "{what}");
        let (mut printed, mut even) = (0.0, 0.0);
        for t in (0..model.slots.len()).filter(|&t| usize::from(model.slots[t]) == label) {
            let (real, on_sheet) = (area(model, t) * 1e6, uv_area(model, t, sheet.size()));
            let [a, b, c] = model.mesh.corners(t);
            printed += real;
            if (0.75..=1.25).contains(&(on_sheet / real)) {
                even += real;
            }
            // Seen from outside nothing is mirrored.
            assert!(on_sheet > 0.0, "{what}: triangle {t} at {a} {b} {c}: {real} mm², on sheet {on_sheet}");
        }
        assert!(even > 0.93 * printed, "{what}: only {} of the label keeps its scale", even / printed);
    }
}

#[test]
fn the_middle_of_the_front_panel_faces_the_viewer() {
    for (what, name, size, look) in sold() {
        let (model, sheet) = (&look.model, sheet(name, size).expect("a sold size"));
        let panel = sheet.panel(Face::Front).or_else(|| sheet.panel(Face::Wrap)).expect("a front");
        let middle = DVec2::new(panel.x + 0.5 * panel.width, panel.y + 0.5 * panel.height) / sheet.size();
        let right = middle + DVec2::new(0.05 * panel.width, 0.0) / sheet.size();
        let up = middle - DVec2::new(0.0, 0.1 * panel.height) / sheet.size();
        let [middle, right, up] = [middle, right, up].map(|uv| surface_at(model, uv).expect(&what));
        assert!(middle.z > 0.2 * size.z && middle.x.abs() < 0.03 * size.x, "{what}: {middle}");
        assert!(right.x > middle.x && up.y > middle.y, "{what}");
    }
}

/// Point of the label that has the given texture coordinates.
fn surface_at(model: &Model, uv: DVec2) -> Option<DVec3> {
    let inside = |t: usize| {
        let [a, b, c] = model.mesh.triangles[t].map(|v| model.mesh.uvs[v as usize].as_dvec2());
        let whole = (b - a).perp_dot(c - a);
        let weights =
            [(b - uv).perp_dot(c - uv), (c - uv).perp_dot(a - uv), (a - uv).perp_dot(b - uv)].map(|w| w / whole);
        let hit = weights.iter().all(|&w| w >= -1e-6);
        hit.then(|| model.mesh.corners(t).into_iter().zip(weights).map(|(p, w)| p * w).sum())
    };
    (0..model.slots.len()).filter(|&t| model.slots[t] == 0).find_map(inside)
}

#[test]
fn sheets_hold_their_panels() {
    for (what, name, size, _) in sold() {
        let sheet = sheet(name, size).expect("a sold size");
        for (i, a) in sheet.panels.iter().enumerate() {
            let (right, bottom) = (a.x + a.width, a.y + a.height);
            assert!(a.x >= 0.0 && a.y >= 0.0, "{what} {a:?}");
            assert!(right <= sheet.width_mm + 1e-6 && bottom <= sheet.height_mm + 1e-6, "{what} {a:?}");
            for b in &sheet.panels[..i] {
                let apart = |a0: f64, a1: f64, b0: f64, b1: f64| a1 <= b0 + 1e-6 || b1 <= a0 + 1e-6;
                let apart = apart(a.x, right, b.x, b.x + b.width) || apart(a.y, bottom, b.y, b.y + b.height);
                assert!(apart, "{what}: {a:?} on {b:?}");
            }
        }
    }
}

#[test]
fn keys_tell_meshes_apart() {
    let looks: Vec<(String, Look)> = sold().map(|(what, _, _, look)| (what, look)).collect();
    for (i, (what, a)) in looks.iter().enumerate() {
        for (other, b) in &looks[..i] {
            assert_ne!(a.model.key, b.model.key, "{what} and {other}");
        }
    }
    let size = DVec3::new(0.066, 0.122, 0.066);
    let plain = build("can", size, &fields(&[])).expect("a can");
    let red = build("can", size + 2e-5, &fields(&[("body_color", "#ff0000"), ("brand", "X")])).expect("a can");
    let food = build("can", size, &fields(&[("style", "food")])).expect("a can");
    assert_eq!(plain.model, red.model);
    assert_ne!(plain.materials, red.materials);
    assert_ne!(plain.model.key, food.model.key);
}

/// All words of the fields that change a geometry.
const WORDS: &[(&str, &str, &[&str], &[&str])] = &[
    ("carton", "style", &[""], &["flap", "plain", "screw"]),
    ("gable_top", "style", &[""], &["screw", "none"]),
    ("can", "style", &["drink"], &["tab", "plain"]),
    ("can", "style", &["food"], &["ring", "plain"]),
    ("can", "beads", &[""], &["tab"]),
    ("bottle", "style", &["soda", "water", "juice"], &["screw", "flip", "none"]),
    ("bottle", "style", &["beer"], &["crown", "screw", "none"]),
    ("bottle", "style", &["wine"], &["capsule", "screw", "none"]),
    ("bottle", "style", &["flask"], &["flip", "screw", "none"]),
    ("jar", "style", &["round", "tall"], &[""]),
    ("jar", "content", &["clear", "powder"], &[""]),
    ("jar", "fill", &["0.4", "0.7"], &[""]),
    ("carton", "window", &["yes"], &[""]),
    ("pillow_bag", "window", &["no", "yes"], &[""]),
    ("tube", "style", &[""], &["flip", "screw"]),
    ("pouch", "style", &[""], &["zip", "plain", "screw"]),
    ("multipack", "columns", &["1", "2", "5"], &[""]),
    ("bottle_pack", "rows", &["1", "3"], &[""]),
    ("tub", "style", &[""], &["snap", "foil"]),
];

#[test]
fn equal_keys_mean_equal_meshes() {
    let mut seen: BTreeMap<ModelKey, Arc<Model>> = BTreeMap::new();
    for &(name, field, values, lids) in WORDS {
        for (value, lid) in values.iter().flat_map(|value| lids.iter().map(move |lid| (value, lid))) {
            let mut pairs = vec![(field, *value), ("lid", *lid)];
            pairs.retain(|(_, word)| !word.is_empty());
            let (_, size, _) = SOLD.iter().find(|(sold, ..)| *sold == name).expect("a sold package");
            let size = DVec3::from_array(*size) * 1e-3;
            let look = build(name, size, &fields(&pairs)).expect(name);
            assert_sane(&format!("{name} {pairs:?}"), size, &look);
            if let Some(other) = seen.insert(look.model.key.clone(), look.model.clone()) {
                assert_eq!(other, look.model, "{name} {pairs:?}");
            }
        }
    }
    let models: Vec<&Arc<Model>> = seen.values().collect();
    for (i, a) in models.iter().enumerate() {
        assert!(models[..i].iter().all(|b| a.mesh != b.mesh), "{} is not the only one of its kind", a.key);
    }
}

#[test]
fn errors_name_the_field_and_the_value() {
    let size = DVec3::splat(0.1);
    let error = |name: &str, pairs: &[(&str, &str)]| build(name, size, &fields(pairs)).expect_err(name);
    assert!(error("barrel", &[]).contains("\"barrel\""));
    assert_eq!(error("can", &[("style", "paper")]), "style is \"paper\", expected one of drink, food");
    assert!(error("jar", &[("cap_color", "red")]).starts_with("cap_color is \"red\""));
    assert_eq!(error("jar", &[("fill", "full")]), "fill is \"full\", expected a number from 0 to 1");
    assert!(error("jar", &[("fill", "1.5")]).contains("1.5") && error("jar", &[("fill", "NaN")]).contains("NaN"));
    assert!(error("bottle", &[("content", "sand")]).contains("sand"));
    assert!(error("carton", &[("finish", "velvet")]).contains("matt, satin, gloss, foil"));
    assert!(error("multipack", &[("columns", "99999999999")]).contains("99999999999"));
    assert!(sheet("can", DVec3::new(f64::NAN, 0.1, 0.1)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn odd_sizes_make_an_error_or_a_closed_mesh(
        w in 0.5..8.0f64, h in 0.5..8.0f64, d in 0.5..8.0f64, scale in -3.0..0.2f64, style in 0usize..6,
    ) {
        let size = DVec3::new(w, h, d) * libm::pow(10.0, scale) * 0.25;
        for name in names() {
            let styles = ["soda", "water", "juice", "beer", "wine", "flask"];
            let pairs = if *name == "bottle" { vec![("style", styles[style])] } else { vec![] };
            if let Ok(look) = build(name, size, &fields(&pairs)) {
                assert_sane(&format!("{name} {size} {pairs:?}"), size, &look);
            }
        }
    }
}
