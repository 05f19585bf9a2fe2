//! A few small pictures that must not change: ids to the bit, depth to a fifth of a millimetre, colour on the mean.
//!
//! `ENDCAP_UPDATE_GOLDEN=1 cargo test --test golden` writes them anew. On failure the actual picture and the difference
//! are in `target/golden-failures`.
#![cfg(feature = "gpu")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use endcap::catalog::{Artwork, Look, Material, Texture, Textures};
use endcap::frame::{Frame, Plane};
use endcap::render::RenderSettings;
use endcap::scene::{Light, Scene};
use glam::{DAffine3, DMat3, DVec3, Vec3};
use image::{DynamicImage, GrayImage, ImageBuffer, Luma, RgbImage};
use support::scenes;

/// Largest file, bytes.
const MAX_BYTES: u64 = 16 << 10;
/// Steps of stored depth in one metre.
const DEPTH_STEPS: f32 = 10_000.0;

type Gray16 = ImageBuffer<Luma<u16>, Vec<u16>>;

/// How far a picture is from its golden one, as a picture and in words; no words when it is near enough.
struct Difference {
    picture: DynamicImage,
    complaint: Option<String>,
}

fn render(scene: &Scene, planes: &[Plane], samples: u32) -> Frame {
    let settings = RenderSettings { planes: planes.to_vec(), silhouettes: false, samples, ..Default::default() };
    support::renderer().render(scene, &settings).expect("rendered")
}

/// Compares with `tests/golden/<name>.png`, or writes it when asked to.
fn check(name: &str, actual: &DynamicImage, compare: impl Fn(&DynamicImage) -> Difference) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.png"));
    assert!(actual.width() <= 128 && actual.height() <= 128, "goldens are small");
    if std::env::var_os("ENDCAP_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(golden.parent().expect("a folder")).expect("can be made");
        actual.save(&golden).expect("can be written");
    }
    let missing = "is missing or broken; ENDCAP_UPDATE_GOLDEN=1 writes it";
    let expected = image::open(&golden).unwrap_or_else(|error| panic!("{} {missing}: {error}", golden.display()));
    let bytes = std::fs::metadata(&golden).expect("just read").len();
    assert!(bytes <= MAX_BYTES, "{} has {bytes} bytes", golden.display());
    let sizes = (expected.width(), expected.height(), expected.color());
    assert_eq!(sizes, (actual.width(), actual.height(), actual.color()), "{name}: size and kind");
    let difference = compare(&expected);
    if let Some(complaint) = difference.complaint {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder").join("golden-failures");
        std::fs::create_dir_all(&folder).expect("can be made");
        let file = |what: &str| -> PathBuf { folder.join(format!("{name}.{what}.png")) };
        actual.save(file("actual")).expect("can be written");
        difference.picture.save(file("difference")).expect("can be written");
        panic!("{name}: {complaint}; see {}", folder.display());
    }
}

fn pixels(frame: &Frame) -> impl Iterator<Item = (u32, u32)> + use<> {
    let (width, height) = (frame.width, frame.height);
    (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
}

#[test]
fn ids() {
    let frame = render(&scenes::clutter(1, 96, 72), &[Plane::Instance], 1);
    let ids = frame.instance().expect("asked for");
    let actual = Gray16::from_fn(96, 72, |x, y| Luma([ids[[y as usize, x as usize]] as u16]));
    check("clutter-instance", &actual.clone().into(), |expected| {
        let expected = expected.as_luma16().expect("compared before");
        let wrong = pixels(&frame).filter(|&(x, y)| expected.get_pixel(x, y) != actual.get_pixel(x, y)).count();
        let differs = |x, y| expected.get_pixel(x, y) != actual.get_pixel(x, y);
        Difference {
            picture: GrayImage::from_fn(96, 72, |x, y| Luma([if differs(x, y) { 255 } else { 0 }])).into(),
            complaint: (wrong > 0).then(|| format!("{wrong} pixels show another unit")),
        }
    });
}

#[test]
fn depth() {
    let frame = render(&scenes::clutter(2, 96, 72), &[Plane::Depth], 1);
    let depth = frame.depth().expect("asked for");
    // Nothing is 0; the test scene ends far before 6.5 m.
    let stored = |x: u32, y: u32| {
        let depth = depth[[y as usize, x as usize]];
        Luma([if depth.is_finite() { (depth * DEPTH_STEPS).round() as u16 } else { 0 }])
    };
    let actual = Gray16::from_fn(96, 72, stored);
    check("clutter-depth", &actual.clone().into(), |expected| {
        let expected = expected.as_luma16().expect("compared before");
        let off = |x, y| expected.get_pixel(x, y).0[0].abs_diff(actual.get_pixel(x, y).0[0]);
        let worst = pixels(&frame).map(|(x, y)| off(x, y)).max().expect("there are pixels");
        Difference {
            picture: GrayImage::from_fn(96, 72, |x, y| Luma([off(x, y).min(255) as u8])).into(),
            complaint: (worst > 2).then(|| format!("a pixel is off by {worst} tenths of a millimetre")),
        }
    });
}

#[test]
fn colour() {
    let frame = render(&still_life(), &[Plane::Rgb], 256);
    let rgb = frame.rgb().expect("asked for");
    let actual =
        RgbImage::from_fn(80, 60, |x, y| image::Rgb([0, 1, 2].map(|channel| rgb[[y as usize, x as usize, channel]])));
    check("still-life-rgb", &actual.clone().into(), |expected| {
        let expected = expected.as_rgb8().expect("compared before");
        let off =
            |x, y, channel: usize| expected.get_pixel(x, y).0[channel].abs_diff(actual.get_pixel(x, y).0[channel]);
        let all = pixels(&frame).flat_map(|(x, y)| [0, 1, 2].map(|channel| off(x, y, channel)));
        let mean = all.map(f64::from).sum::<f64>() / f64::from(80 * 60 * 3);
        let scaled = |x, y| image::Rgb([0, 1, 2].map(|channel| off(x, y, channel).saturating_mul(16)));
        Difference {
            picture: RgbImage::from_fn(80, 60, scaled).into(),
            complaint: (mean > 0.25).then(|| format!("off by {mean:.3} of 255 on the mean")),
        }
    });
}

/// A labelled carton, a steel ball, a matt ball and a glowing block under a lamp: one of each kind of surface.
fn still_life() -> Scene {
    let mut scene = scenes::empty(scenes::camera(80, 60, DVec3::new(0.25, 0.5, 1.3), DVec3::new(0.0, 0.14, 0.0)));
    let label = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="#e8c35a"/>
        <rect width="4" height="1" fill="#20406a"/><circle cx="1.5" cy="2.5" r="0.9" fill="#b02a30"/></svg>"##;
    let texture = Texture::new(Arc::new(Artwork::from_svg(label, "test label")));
    let printed = Material {
        textures: Textures { base_color: Some(texture), ..Textures::default() },
        ..Material::plain("printed", Vec3::ONE, 0.4)
    };
    let glowing = Material { emissive: Vec3::new(0.2, 0.9, 0.4), ..Material::plain("glowing", Vec3::splat(0.1), 0.6) };
    let ball = || scenes::sphere(0.12, 64, 32);
    let at = |x, y, z| DAffine3::from_translation(DVec3::new(x, y, z));
    let units: [(Look, DAffine3); 4] = [
        (
            scenes::look("carton", scenes::cuboid(Vec3::new(0.2, 0.3, 0.1)), printed),
            at(-0.28, 0.15, -0.1) * DAffine3::from_mat3(DMat3::from_rotation_y(0.4)),
        ),
        (scenes::look("ball", ball(), Material::metal("steel", Vec3::new(0.8, 0.8, 0.82), 0.15)), at(0.0, 0.12, 0.0)),
        (scenes::look("ball", ball(), Material::plain("paper", Vec3::new(0.2, 0.3, 0.7), 0.9)), at(0.28, 0.12, -0.1)),
        (scenes::look("block", scenes::cuboid(Vec3::splat(0.08)), glowing), at(0.17, 0.04, 0.2)),
    ];
    scene.units.extend(units.iter().map(|(look, pose)| scenes::unit(look, *pose)));
    let floor = Material::plain("floor", Vec3::splat(0.6), 0.7);
    let floor = scenes::look("floor", scenes::cuboid(Vec3::new(4.0, 0.02, 4.0)), floor);
    scene.props.push(scenes::prop(&floor, at(0.0, -0.01, 0.0)));
    scene.lights.push(Light::Rect {
        center: DVec3::new(-0.4, 1.2, 0.5),
        half_u: DVec3::X * 0.3,
        half_v: DVec3::Z * 0.15,
        radiance: Vec3::new(9.0, 8.4, 7.6),
    });
    scene.environment.radiance = Vec3::new(0.25, 0.28, 0.32);
    scene
}
