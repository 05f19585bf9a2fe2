//! A real reader finds the bar codes in rendered pictures, where the truth says they are.

use endcap::annotate::annotate;
use endcap::catalog::label::LabelContent;
use endcap::catalog::label::label_regions;
use endcap::frame::Plane;
use endcap::render::RenderSettings;
use endcap::scene::Unit;
use glam::{DAffine3, DVec2, DVec3};
use ndarray::ArrayView3;
use rxing::BarcodeFormat;
use rxing::helpers::detect_in_luma_slice;

use crate::{stage, support};

/// The picture around a quad, with the quiet zones, as grey values.
fn cut(rgb: ArrayView3<'_, u8>, quad: [[f64; 2]; 4], margin: f64) -> (Vec<u8>, u32, u32) {
    let (height, width, _) = rgb.dim();
    let corners = quad.map(DVec2::from_array);
    let (low, high) = corners.iter().fold((corners[0], corners[0]), |(a, b), &c| (a.min(c), b.max(c)));
    let clamp = |at: f64, end: usize| (at.max(0.0) as usize).min(end);
    let (left, right) = (clamp(low.x - margin, width), clamp(high.x + margin, width));
    let (top, bottom) = (clamp(low.y - margin, height), clamp(high.y + margin, height));
    let luma = (top..bottom).flat_map(|y| (left..right).map(move |x| rgb[[y, x, 1]])).collect();
    (luma, (right - left) as u32, (bottom - top) as u32)
}

/// Where a vertex of the mesh prints the middle of the bar code, about, and which way it faces.
fn code_of(unit: &Unit) -> (DVec3, DVec3) {
    let label = unit.look.materials[0].textures.base_color.as_ref().expect("a label");
    let gtin = unit.product.as_ref().and_then(|product| product.gtin);
    let regions = label_regions(&label.artwork, gtin).expect("sound");
    let code = regions.iter().find(|region| matches!(region.content, LabelContent::BarCode { .. })).expect("a code");
    let middle = code.corners.iter().sum::<DVec2>() / 4.0;
    let mesh = &unit.look.model.mesh;
    let found = mesh.triangles.iter().zip(&unit.look.model.slots).filter(|(_, slot)| **slot == 0).find_map(|(t, _)| {
        let [a, b, c] = t.map(|corner| mesh.uvs[corner as usize].as_dvec2());
        let shares = glam::DMat2::from_cols(b - a, c - a);
        if shares.determinant().abs() < 1e-14 {
            return None;
        }
        let share = shares.inverse() * (middle - a);
        let [a, b, c] = t.map(|corner| mesh.positions[corner as usize].as_dvec3());
        let inside = share.min_element() >= 0.0 && share.x + share.y <= 1.0;
        inside.then(|| (a + (b - a) * share.x + (c - a) * share.y, (b - a).cross(c - a).normalize()))
    });
    found.expect("printed")
}

#[test]
fn bar_codes_in_rendered_frames_are_read_and_give_the_number_in_the_truth() {
    let mut renderer = support::renderer();
    let settings =
        RenderSettings { planes: vec![Plane::Rgb, Plane::Instance], samples: 4, ..RenderSettings::default() };
    // Flat boards, walls that bend, bags: each a little aslant, and one with its code lying on its side.
    for (i, name) in ["oat-muesli", "farmhouse-soup", "nut-cream", "drops", "fresh-milk"].into_iter().enumerate() {
        let unit = stage::unit(&stage::product(name), DAffine3::IDENTITY);
        let (point, normal) = code_of(&unit);
        let aside = DVec3::Y * 0.12 + normal.cross(DVec3::Y) * (0.1 * i as f64 - 0.2);
        let eye = point + (normal + aside).normalize() * 0.5;
        // The whole code and its quiet zones, as large as they fit.
        let camera = stage::camera((320, 320), 3000.0, eye, point);
        let scene = stage::scene(camera, vec![unit]);
        let frame = renderer.render(&scene, &settings).expect("rendered");
        let annotation = annotate(&scene, &frame).expect("sound");
        let codes = &annotation.instances[0].reading.as_ref().expect("seen").bar_codes;
        let [code] = &codes[..] else { panic!("{name}: {codes:?}") };
        assert!(code.place.legibility > 0.9, "{name}: {code:?}");
        let (luma, width, height) = cut(frame.rgb().expect("asked for"), code.place.quad, 9.0 * code.module_px);
        let found = detect_in_luma_slice(&luma, width, height, Some(BarcodeFormat::EAN_13));
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}: {code:?}"));
        assert_eq!(found.getText(), code.digits, "{name}");
    }
}
