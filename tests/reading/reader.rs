//! A real reader finds the bar codes in rendered pictures, where the truth says they are.

use endcap::annotate::annotate;
use endcap::frame::Plane;
use endcap::render::RenderSettings;
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
    let (top, bottom) = (clamp(low.y, height), clamp(high.y, height));
    let luma = (top..bottom).flat_map(|y| (left..right).map(move |x| rgb[[y, x, 1]])).collect();
    (luma, (right - left) as u32, (bottom - top) as u32)
}

#[test]
fn bar_codes_in_a_rendered_frame_are_read_and_give_the_number_in_the_truth() {
    // Cartons with the code on their left side, a can and a jar with it at the left of the label, a pouch from behind.
    let placed = [("oat-muesli", 90.0), ("corn-flakes", 84.0), ("farmhouse-soup", 108.0), ("nut-cream", 112.0), ("drops", 180.0)];
    let mut x = 0.0;
    let units = placed.map(|(name, yaw): (&str, f64)| {
        let product = stage::product(name);
        let half = 0.5 * product.size.x.max(product.size.z).min(0.12);
        x += half + 0.01;
        // Lifted so that all codes stand in one row: each is in the lower half of its package.
        let unit = stage::unit(&product, DAffine3::from_translation(DVec3::new(x, 0.0, 0.0)) * DAffine3::from_rotation_y(yaw.to_radians()));
        x += half;
        unit
    });
    let camera = stage::camera((900, 300), 1080.0, DVec3::new(0.5 * x, 0.09, 0.62), DVec3::new(0.5 * x, 0.055, 0.0));
    let scene = stage::scene(camera, units.into());
    let settings = RenderSettings { planes: vec![Plane::Rgb, Plane::Instance], samples: 9, ..RenderSettings::default() };
    let frame = support::renderer().render(&scene, &settings).expect("rendered");
    let annotation = annotate(&scene, &frame).expect("sound");

    let (mut read, mut asked) = (0, 0);
    for instance in &annotation.instances {
        let codes = &instance.reading.as_ref().expect("seen").bar_codes;
        for code in codes.iter().filter(|code| code.place.legibility > 0.99) {
            asked += 1;
            let rgb = frame.rgb().expect("asked for");
            let (luma, width, height) = cut(rgb, code.place.quad, 9.0 * code.module_px);
            let found = detect_in_luma_slice(&luma, width, height, Some(BarcodeFormat::EAN_13));
            let found = found.unwrap_or_else(|error| panic!("{}: {error}: {code:?}", instance.name));
            assert_eq!(found.getText(), code.digits, "{}", instance.name);
            read += 1;
        }
    }
    assert!(read >= 4 && read == asked, "{read} of {asked}");
}
