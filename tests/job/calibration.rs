//! Tolerances are measured: what two honest machines differ by passes afterwards, and more does not.

use endcap::frame::{Plane, PlaneData};
use endcap::job::verify::{Differences, Margins, Outcome, Sample, Tolerance};
use endcap::job::{Bundle, EngineClass, JobOptions, Verifier};
use ndarray::s;

use crate::shop::{Made, Shop};
use crate::support;

/// What a machine of another class might make: a patch of colour some steps off, the unit at some edge one pixel wider,
/// a few depths off by millimetres.
fn of_another_class(made: &[Made], steps: u8) -> Vec<Made> {
    let mut other = made.to_vec();
    let planes = &mut other[0].frame.planes;
    if let Some(PlaneData::U8(rgb)) = planes.get_mut(&Plane::Rgb) {
        rgb.slice_mut(s![4..30, 4..30, ..])
            .mapv_inplace(|value| if value > 127 { value - steps } else { value + steps });
    }
    if let Some(PlaneData::U32(ids)) = planes.get_mut(&Plane::Instance) {
        let edge =
            (0..79).flat_map(|y| (0..59).map(move |x| (y, x))).find(|&(y, x)| ids[[y, x, 0]] != ids[[y, x + 1, 0]]);
        let (y, x) = edge.expect("a shelf has edges");
        ids[[y, x, 0]] = ids[[y, x + 1, 0]];
    }
    if let Some(PlaneData::F32(depth)) = planes.get_mut(&Plane::Depth) {
        depth.slice_mut(s![30..50, 20..40, ..]).mapv_inplace(|metres| metres + 0.004);
    }
    other
}

fn measure(shop: &Shop, other: &[Made], made: &[Made]) -> Differences {
    let deliver = |made: &[Made]| shop.deliver(&shop.encode(made), shop.class.clone()).expect("sound");
    let pairs = [(deliver(other), deliver(made), shop.header())];
    Differences::measure(&pairs, &Tolerance::default()).expect("one job")
}

#[test]
fn what_was_measured_is_what_differs_and_passes_afterwards() {
    let mut shop = Shop::open();
    let made = shop.honest();
    let same = measure(&shop, &made, &made);
    assert_eq!((same.frames, same.ids, same.band_px, same.color_steps), (2, 0, Some(0), 0));
    assert_eq!((same.band_share, same.depth_m, same.color_psnr_db), (0.0, 0.0, None));

    let found = measure(&shop, &of_another_class(&made, 20), &made);
    assert_eq!((found.ids, found.band_px, found.color_steps), (1, Some(0), 20));
    assert!(found.band_share > 0.0 && found.band_share < 0.01, "{found:?}");
    assert!((found.depth_m - 0.004).abs() < 1e-4, "{found:?}");
    assert!(found.color_psnr_db.is_some_and(|psnr| (20.0..60.0).contains(&psnr)), "{found:?}");
    let profile = found.tolerance(&Margins::default(), &Tolerance::default()).expect("near the edges");
    assert_eq!((profile.band_px, profile.color_steps), (1, 21));

    // Colours alone, because another instance plane would need a record that follows from it.
    let colored = |steps| {
        let mut colored = made.clone();
        colored[0].frame.planes.insert(Plane::Rgb, of_another_class(&made, steps)[0].frame.planes[&Plane::Rgb].clone());
        colored
    };
    let class = EngineClass { adapter: "Another GPU".to_owned(), ..shop.class.clone() };
    let judge = |shop: &Shop, made: &[Made]| {
        let delivery = shop.deliver(&shop.encode(made), class.clone()).expect("sound");
        let mut verifier = Verifier::new(&shop.bundle, shop.composer.clone(), support::renderer());
        verifier.verify(&delivery, &Sample::all(&shop.unit(), (60, 80))).expect("this machine works").outcome
    };
    assert_eq!(judge(&shop, &colored(20)), Outcome::Inconclusive, "more than the starting values allow");
    let manifest = shop.bundle.manifest().clone();
    let options = JobOptions {
        unit_frames: manifest.unit_frames,
        catalog_source: manifest.catalog.source,
        limits: manifest.limits,
        tolerance: profile,
        ..JobOptions::new(manifest.color)
    };
    let header = shop.bundle.header().clone();
    shop.bundle = Bundle::pack(&shop.path("measured"), &header, &options).expect("sound");
    assert_eq!(judge(&shop, &colored(20)), Outcome::Valid);
    assert_eq!(judge(&shop, &colored(23)), Outcome::Inconclusive);
}

#[test]
fn labels_that_differ_anywhere_cannot_be_excused() {
    let shop = Shop::open();
    let made = shop.honest();
    let mut other = made.clone();
    if let Some(PlaneData::U32(ids)) = other[0].frame.planes.get_mut(&Plane::Instance) {
        ids.fill(1);
    }
    let found = measure(&shop, &other, &made);
    let refused = found.tolerance(&Margins::default(), &Tolerance::default());
    assert!(refused.expect_err("too much").contains("have not made the same"), "{found:?}");
}
