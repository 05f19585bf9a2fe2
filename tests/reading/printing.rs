//! How labels of the built-in catalogue are printed.

use endcap::annotate::{annotate, reading::Reading};
use endcap::catalog::label::{LabelContent, label_regions};
use endcap::catalog::{Artwork, Product, Shape, package};
use glam::{DAffine3, DVec2, DVec3};

use crate::stage;

fn label(product: &Product) -> Artwork {
    let look = stage::CATALOG.look(product).expect("sound");
    let texture = look.materials.iter().filter(|material| material.is_label);
    let texture = texture.filter_map(|material| material.textures.base_color.as_ref()).next().expect("a label");
    (*texture.artwork).clone()
}

/// Metres of the label's width and height.
fn sheet(product: &Product) -> DVec2 {
    let Shape::Package(name) = &product.shape else { panic!("{} is no package", product.sku) };
    let sheet = package::sheet(name, product.size).expect("sound");
    DVec2::new(sheet.width_mm, sheet.height_mm)
}

#[test]
fn every_label_says_its_name_and_carries_a_bar_code_that_tills_accept() {
    let products = stage::one_of_each();
    assert!(products.len() > 60, "{}", products.len());
    for product in products {
        let (label, sheet) = (label(&product), sheet(&product));
        let regions = label_regions(&label, product.gtin).expect("sound");
        let words: String = regions
            .iter()
            .filter_map(|region| match &region.content {
                LabelContent::Text(text) => Some(text.to_lowercase() + " "),
                LabelContent::BarCode { .. } => None,
            })
            .collect();
        assert!(words.contains(&product.fields["variant"].to_lowercase()), "{}: {words}", product.name);

        let codes: Vec<_> = regions.iter().filter(|region| region.content.gtin().is_some()).collect();
        assert!(!codes.is_empty(), "{} has no bar code", product.name);
        for code in codes {
            let LabelContent::BarCode { gtin, modules } = code.content else { unreachable!("filtered") };
            assert_eq!(Some(gtin), product.gtin);
            let [a, b, _, d] = code.corners.map(|corner| corner * sheet);
            let module_mm = a.distance(b) / f64::from(modules);
            assert!((0.264 - 1e-3..=0.66).contains(&module_mm), "{}: {module_mm} mm", product.name);
            assert!(a.distance(d) > 15.0 * module_mm, "{}: bars are {} mm high", product.name, a.distance(d));
        }
    }
}

#[test]
fn bar_codes_have_quiet_zones_and_bars_of_the_right_width() {
    const TEXELS: u32 = 2048;
    // Cartons, cans and bottles, large and small.
    for name in ["oat-muesli", "soda-can", "smoothie", "pralines", "first-menu", "butter-biscuits"] {
        let product = stage::product(name);
        let pixels = label(&product).load(TEXELS, TEXELS).expect("sound");
        let light = |place: DVec2| {
            let at = (place * f64::from(TEXELS)).floor().clamp(DVec2::ZERO, DVec2::splat(f64::from(TEXELS - 1)));
            f64::from(pixels.get_pixel(at.x as u32, at.y as u32).0[1]) / 255.0
        };
        let regions = label_regions(&label(&product), product.gtin).expect("sound");
        for code in regions.iter() {
            let LabelContent::BarCode { gtin, modules } = code.content else { continue };
            let [a, b, _, d] = code.corners;
            let (across, down) = ((b - a) / f64::from(modules), d - a);
            let symbol = endcap::catalog::label::modules(gtin).expect("EAN-13");
            for row in [0.2, 0.5, 0.8] {
                let at = |module: f64| light(a + across * module + down * row);
                for quiet in (0..10).map(|i| -1.0 - f64::from(i)).chain((0..6).map(|i| 96.0 + f64::from(i))) {
                    assert!(at(quiet) > 0.9, "{name}: dark {quiet} modules from the first bar, at {row}");
                }
                for (module, &is_bar) in symbol.iter().enumerate() {
                    let middle = at(module as f64 + 0.5);
                    assert!(is_bar == (middle < 0.5), "{name}: module {module} has {middle}");
                }
            }
        }
    }
}

#[test]
fn every_kind_of_package_shows_its_print_where_it_is_turned_to_the_camera() {
    for name in [
        "oat-muesli",
        "oat-drink",
        "soda-can",
        "soda-bottle",
        "fruit-spread",
        "toothpaste-tube",
        "gummy",
        "drops",
        "pralines-tray",
        "six-pack-multi",
        "spring-water-6",
        "fruit-yogurt",
        "multi-cleaner",
    ] {
        let product = stage::product(name);
        let size = product.size.max_element();
        let height = 0.5 * product.size.y;
        let eye = DVec3::new(0.1 * size, height + 0.3 * size, 3.0 * size);
        let camera = stage::camera((280, 280), 1400.0, eye, DVec3::Y * height);
        let scene = stage::scene(camera, vec![stage::unit(&product, DAffine3::IDENTITY)]);
        let annotation = annotate(&scene, &stage::frame(&scene)).expect("sound");
        let reading: &Reading = annotation.instances[0].reading.as_ref().expect("seen");
        assert!(!reading.text.is_empty(), "{name} says nothing");
        assert!(
            reading.text.iter().any(|line| line.place.legibility > 0.3),
            "{name} cannot be read: {:?}",
            reading.text.iter().map(|line| (&line.text, line.height_px, line.place.seen_share)).collect::<Vec<_>>()
        );
        assert_eq!(reading.front.visible_px, reading.front.amodal_px);
        assert!(reading.front.visible_share == Some(1.0) && reading.front.viewing_angle_deg < 15.0, "{name}");
    }
}
