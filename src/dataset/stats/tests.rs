use std::fs;

use ndarray::{Array2, Array3};
use proptest::prelude::*;

use super::*;
use crate::annotate::{InstanceAnnotation, PixelBox, PlanogramPlace, Rle};
use crate::dataset::native::record_path;
use crate::dataset::{FrameRecord, MANIFEST, plane_path, png_file};
use crate::frame::Plane;
use crate::geometry::{CameraRecord, Distortion, YawPitchRoll};

const SIDE: u32 = 100;

/// A unit that fills its box, on a shelf or on none.
fn unit(id: u32, [x, y, width, height]: [u32; 4], shelf: Option<u32>) -> InstanceAnnotation {
    let bbox = PixelBox { x, y, width, height };
    let mask =
        Array2::from_shape_fn((SIDE as usize, SIDE as usize), |(row, column)| bbox.contains(column as u32, row as u32));
    let mask = Rle::from_mask(mask.view());
    let place = |shelf| PlanogramPlace {
        bay: 0,
        shelf,
        position: id,
        facing: 0,
        level: 0,
        depth: 0,
        expected_gtin: None,
        expected_sku: format!("S{id}"),
    };
    InstanceAnnotation {
        id,
        gtin: None,
        sku: Some(format!("S{}", id % 3)),
        brand: None,
        category: ["tea", "milk"][id as usize % 2].to_owned(),
        category_id: 1,
        name: format!("Tea & <milk> {}", id % 3),
        world_from_object: glam::DMat4::IDENTITY.to_cols_array_2d(),
        size_m: [0.1; 3],
        visible_px: width * height,
        amodal_px: width * height,
        silhouette_px: u64::from(width * height),
        bbox_silhouette: [x, y, width, height].map(i64::from),
        silhouette_is_cut: false,
        visibility: Some(1.0),
        truncated: false,
        bbox_visible: Some(bbox),
        bbox_amodal: Some(bbox),
        mask_visible: mask.clone(),
        mask_amodal: mask,
        camera_from_object_quaternion: [0.0, 0.0, 0.0, 1.0],
        yaw_pitch_roll_deg: YawPitchRoll { yaw: f64::from(id), pitch: 0.0, roll: 0.0 },
        occluded_by: Vec::new(),
        planogram: shelf.map(place),
        symmetry: crate::catalog::Symmetry::None,
        on_shelf: None,
        reading: None,
        obb_visible: None,
        obb_amodal: None,
        box_3d: None,
        keypoints: Vec::new(),
    }
}

fn record(frame: u64, instances: Vec<InstanceAnnotation>) -> FrameRecord {
    let camera = CameraRecord {
        width: SIDE,
        height: SIDE,
        fx: 80.0,
        fy: 80.0,
        cx: 50.0,
        cy: 50.0,
        distortion: Distortion::default(),
        world_from_camera: glam::DMat4::IDENTITY.to_cols_array_2d(),
    };
    FrameRecord {
        frame,
        camera,
        sequence: None,
        photography: Default::default(),
        shelf: None,
        instances,
        occlusion: Vec::new(),
    }
}

fn grey(value: u8) -> Array3<u8> {
    Array3::from_elem((SIDE as usize, SIDE as usize, 3), value)
}

/// A dataset of these frames, from number 5 on.
fn dataset(frames: &[(Vec<InstanceAnnotation>, Array3<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |path: &str| folder.path().join(path);
    fs::create_dir(at("frames")).expect("can be made");
    fs::create_dir(at("rgb")).expect("can be made");
    for (index, (units, rgb)) in (5..).zip(frames) {
        let text = record(index, units.clone()).to_json().expect("finite");
        fs::write(at(&record_path(index)), text).expect("room");
        let picture = png_file::encode_rgb(rgb.view()).expect("fits");
        fs::write(at(&plane_path(Plane::Rgb, index)), picture).expect("room");
    }
    let end = 5 + frames.len();
    let manifest = serde_json::json!({
        "format": crate::dataset::FORMAT, "version": crate::dataset::VERSION, "engine": "endcap test", "seed": 1,
        "frames": {"start": 5, "end": end}, "width": SIDE, "height": SIDE,
        "planes": [{"plane": "rgb", "extension": "png", "encoding": "uint8 srgb", "channels": 3}],
        "layers": 0, "pictures": 1, "export": crate::dataset::Export::default(), "formats": ["native"], "classes": [{"id": 1, "name": "tea", "is_product": true}],
        "settings": {}, "catalog_digest": "", "recipe": "",
        "files": vec![serde_json::json!({"path": "x", "bytes": 1, "blake3": ""}); 2 * frames.len()],
    });
    fs::write(at(MANIFEST), manifest.to_string()).expect("room");
    folder
}

fn whole_bay() -> Profile {
    Profile::builtin("whole_bay").expect("built in")
}

fn measured(frames: &[(Vec<InstanceAnnotation>, Array3<u8>)]) -> Stats {
    stats(dataset(frames).path(), &whole_bay()).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn assert_mean(stats: &Stats, key: &str, wanted: f64) {
    let summary = stats.figure(key).expect("a figure").summary.unwrap_or_else(|| panic!("{key} has no values"));
    assert!((summary.mean - wanted).abs() < 1e-6, "{key}: {} is not {wanted}", summary.mean);
}

/// Boxes of two shelves: the upper one ragged, the lower one with a hole.
const UPPER: [[u32; 4]; 5] = [[10, 20, 10, 20], [20, 22, 10, 20], [30, 20, 10, 20], [40, 22, 10, 20], [50, 20, 10, 20]];
const LOWER: [[u32; 4]; 3] = [[10, 60, 10, 30], [22, 60, 20, 30], [54, 60, 20, 30]];

fn shelves(known: bool) -> Vec<InstanceAnnotation> {
    let boxes = LOWER.iter().map(|&bbox| (bbox, 0)).chain(UPPER.iter().map(|&bbox| (bbox, 1)));
    (1..).zip(boxes).map(|(id, (bbox, shelf))| unit(id, bbox, known.then_some(shelf))).collect()
}

#[test]
fn figures_of_a_drawn_shelf_are_those_of_the_ruler() {
    // With a planogram, and with rows found by their bottoms.
    for known in [true, false] {
        let stats = measured(&[(shelves(known), grey(128))]);
        assert_mean(&stats, "products", 8.0);
        let area = 5.0 * 200.0 + 300.0 + 600.0 + 600.0;
        assert_mean(&stats, "covered", area / 1e4);
        assert_mean(&stats, "box_area", area / 8e4);
        assert_mean(&stats, "box_ratio", (5.0 * 0.5 + 1.0 / 3.0 + 2.0 / 3.0 + 2.0 / 3.0) / 8.0);
        assert_mean(&stats, "rows", 2.0);
        // Four times nothing above; 2 of 10 and 12 of 20 below.
        assert_mean(&stats, "gap", (0.2 + 0.6) / 6.0);
        assert_mean(&stats, "wide_gaps", 1.0 / 6.0);
        assert_mean(&stats, "voids", 1.0);
        assert_mean(&stats, "void_width", 0.12);
        assert_mean(&stats, "void_height", 0.3);
        // Bottoms 40, 42, 40, 42, 40: their line is flat, so both figures are the standard deviation.
        let ragged = f64::sqrt(0.96) / 20.0;
        assert_mean(&stats, "ragged", ragged);
        assert_mean(&stats, "bottoms", ragged);
        assert_mean(&stats, "yaw", 4.5);
        assert_mean(&stats, "visibility", 1.0);
        assert_eq!(stats.frames, 1);
    }
}

#[test]
fn a_tilted_shelf_is_not_ragged() {
    let units: Vec<_> = (0..6).map(|i| unit(i + 1, [10 + 12 * i, 20 + 3 * i, 10, 20], Some(0))).collect();
    let stats = measured(&[(units, grey(128))]);
    assert_mean(&stats, "ragged", 0.0);
    assert!(stats.figure("bottoms").and_then(|figure| figure.summary).expect("a row").mean > 0.2);
}

#[test]
fn hidden_units_and_slivers_are_no_products() {
    let mut hidden = unit(1, [10, 10, 10, 10], Some(0));
    hidden.visible_px = 49;
    let mut sliver = unit(2, [0, 10, 1, 10], Some(0));
    sliver.silhouette_px = 101;
    let mut unseen = unit(3, [40, 10, 10, 10], Some(0));
    (unseen.visible_px, unseen.bbox_visible) = (0, None);
    let stats = measured(&[(vec![hidden, sliver, unseen, unit(4, [60, 10, 10, 10], Some(0))], grey(128))]);
    assert_mean(&stats, "products", 1.0);
    assert_mean(&stats, "visibility", (0.49 + 1.0 + 0.0 + 1.0) / 4.0);
}

#[test]
fn stacks_and_rear_units_stay_out_of_their_row() {
    let front = unit(1, [10, 40, 10, 20], Some(0));
    let mut above = unit(1, [10, 20, 10, 20], Some(0));
    let mut behind = unit(1, [12, 38, 8, 20], Some(0));
    above.planogram.as_mut().expect("placed").level = 1;
    behind.planogram.as_mut().expect("placed").depth = 1;
    let stats = measured(&[(vec![behind, front, above, unit(4, [21, 40, 10, 20], Some(0))], grey(128))]);
    assert_mean(&stats, "gap", 0.1);
    assert_mean(&stats, "rows", 1.0);
    assert_eq!(stats.figure("gap").and_then(|figure| figure.summary).expect("a pair").count, 1);
}

#[test]
fn colours_are_those_of_the_brush() {
    let mut stripes = grey(0);
    stripes.indexed_iter_mut().for_each(|((_, column, _), value)| *value = 255 * (column % 2) as u8);
    let stats = measured(&[(Vec::new(), stripes)]);
    assert_mean(&stats, "luma", 0.5);
    assert_mean(&stats, "luma_std", 0.5);
    assert_mean(&stats, "clipped", 0.5);
    assert_mean(&stats, "black", 0.5);
    assert_mean(&stats, "saturation", 0.0);

    let mut red = grey(51);
    red.indexed_iter_mut().filter(|((_, _, channel), _)| *channel == 0).for_each(|(_, value)| *value = 102);
    let stats = measured(&[(Vec::new(), red)]);
    assert_mean(&stats, "luma", 0.2 + 0.2126 * 0.2);
    assert_mean(&stats, "saturation", 0.5);
    assert_mean(&stats, "gradient", 0.0);
    assert_mean(&stats, "cast_red", 2.0);
    assert_mean(&stats, "cast_blue", 1.0);
}

#[test]
fn gradients_are_differences_to_the_next_pixel() {
    // At 640 x 640 nothing is resized: every difference along x is 51 of 255, along y nothing.
    let stripes = Array3::from_shape_fn((640, 640, 3), |(_, column, _)| 51 * (column % 2) as u8);
    let found = color::gradient(stripes.view());
    assert!((found - 0.2).abs() < 1e-6, "{found}");
    let both = Array3::from_shape_fn((640, 640, 3), |(row, column, _)| 51 * ((row + column) % 2) as u8);
    let found = color::gradient(both.view());
    assert!((found - 0.2 * f64::sqrt(2.0)).abs() < 1e-6, "{found}");
}

#[test]
fn a_dataset_without_colour_has_no_colour_figures() {
    let folder = dataset(&[(shelves(true), grey(9))]);
    let path = folder.path().join(MANIFEST);
    let text = fs::read_to_string(&path).expect("written");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    manifest["planes"] = serde_json::json!([]);
    fs::write(&path, manifest.to_string()).expect("room");
    let stats = stats(folder.path(), &whole_bay()).expect("sound");
    let luma = stats.figure("luma").expect("a figure");
    assert_eq!((luma.summary, luma.verdicts[0].1), (None, Verdict::Nothing));
    assert!(stats.to_string().contains("no value"));
}

#[test]
fn everything_is_told_in_text_json_and_pictures() {
    let stats = measured(&[(shelves(true), grey(128)), (shelves(false), grey(90))]);
    let table = stats.to_string();
    for part in ["2 pictures of 100 x 100", "products per picture", "COLOUR", "SKU-110K", "bands are met", "3 products"]
    {
        assert!(table.contains(part), "{part} in {table}");
    }
    let mut json = Vec::new();
    stats.write_json(&mut json).expect("memory");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["figures"].as_array().map(Vec::len), Some(definitions().count()));
    assert_eq!(json["figures"][0]["histogram"]["values"], serde_json::json!([[8.0, 2]]));
    assert_eq!(json["products"].as_array().map(Vec::len), Some(3));
    assert!(json["product_entropy_bits"].as_f64().is_some_and(|bits| (1.5..1.59).contains(&bits)), "{json}");

    let folder = tempfile::tempdir().expect("a folder");
    let plots = folder.path().join("new/plots");
    stats.write_plots(&plots).expect("drawn");
    for group in GROUPS {
        let picture = image::open(plots.join(format!("{}.png", group.key))).expect("a picture").to_rgb8();
        let dark = picture.pixels().filter(|pixel| pixel.0.iter().all(|&channel| channel < 80)).count();
        assert!(dark > 1000, "{}: {dark} dark pixels are no text", group.key);
    }
    let empty = measured(&[]);
    assert_eq!(empty.frames, 0);
    empty.write_plots(&plots).expect("drawn without a single value");
}

#[test]
fn hostile_folders_are_errors_that_name_the_file() {
    let fails = |change: &dyn Fn(&Path)| {
        let folder = dataset(&[(shelves(true), grey(1)), (shelves(true), grey(2))]);
        change(folder.path());
        let error = stats(folder.path(), &whole_bay()).expect_err("is broken");
        assert!(error.is_bad_input(), "{error}");
        error.to_string()
    };
    let edit = |path: &'static str, from: &'static str, to: &'static str| {
        move |folder: &Path| {
            let text = fs::read_to_string(folder.join(path)).expect("is there");
            assert!(text.contains(from), "{from} in {text}");
            fs::write(folder.join(path), text.replacen(from, to, 1)).expect("room");
        }
    };
    let remove = |path: &'static str| move |folder: &Path| fs::remove_file(folder.join(path)).expect("is there");
    let picture = |width: usize| {
        move |folder: &Path| {
            let file = png_file::encode_rgb(Array3::zeros((100, width, 3)).view()).expect("fits");
            fs::write(folder.join("rgb/000006.png"), file).expect("room");
        }
    };
    for (message, wanted) in [
        (fails(&remove("rgb/000006.png")), ["rgb/000006.png", "cannot read"]),
        (fails(&remove("frames/000005.json")), ["frames/000005.json", "cannot read"]),
        (fails(&remove(MANIFEST)), [MANIFEST, "cannot read"]),
        (fails(&picture(99)), ["rgb/000006.png", "99 x 100 pixels, not 100 x 100"]),
        (
            fails(&|folder: &Path| fs::write(folder.join("rgb/000005.png"), "PNG").expect("room")),
            ["rgb/000005.png", ""],
        ),
        (fails(&edit("frames/000006.json", "\"yaw\":1.0", "\"yaw\":NaN")), ["frames/000006.json", "line"]),
        (fails(&edit("frames/000006.json", "\"yaw\":1.0", "\"yaw\":1e999")), ["frames/000006.json", "out of range"]),
        (
            fails(&edit("frames/000006.json", "\"frame\": 6", "\"frame\": 7")),
            ["frames/000006.json", "frame: is 7, not 6"],
        ),
        (
            fails(&edit("frames/000006.json", "[10,60,10,30]", "[95,60,10,30]")),
            ["000006.json", "bbox_visible: [95, 60, 10, 30] leaves"],
        ),
        (fails(&edit("frames/000006.json", "[10,60,10,30]", "[10,60,0,30]")), ["000006.json", "no pixel box"]),
        (
            fails(&edit("frames/000006.json", "\"amodal_px\":300", "\"amodal_px\":0")),
            ["000006.json", "300 visible of 0 amodal"],
        ),
        (
            fails(&edit("frames/000006.json", "\"width\":100", "\"width\":1000000")),
            ["000006.json", "1000000 x 100 pixels"],
        ),
        (fails(&edit(MANIFEST, "\"end\":7", "\"end\":18446744073709551615")), [MANIFEST, "4 files for"]),
        (fails(&edit(MANIFEST, "\"width\":100", "\"width\":0")), [MANIFEST, "no picture"]),
        (fails(&edit(MANIFEST, "{", "[")), [MANIFEST, ""]),
    ] {
        for part in wanted {
            assert!(message.contains(part), "{part:?} in {message}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_order_of_frames_is_seen(
        boxes in prop::collection::vec(prop::collection::vec((0u32..80, 0u32..80, 1u32..20, 1u32..20, 0u32..3), 0..9), 1..6),
        turn in 1usize..5,
    ) {
        let mut frames: Vec<_> = boxes.iter().enumerate().map(|(i, boxes)| {
            let units = (1..).zip(boxes).map(|(id, &(x, y, w, h, shelf))| unit(id, [x, y, w, h], Some(shelf)));
            (units.collect::<Vec<_>>(), grey(20 * i as u8))
        }).collect();
        let before = measured(&frames);
        let count = frames.len();
        frames.rotate_left(turn % count);
        prop_assert_eq!(&measured(&frames), &before);
        frames.reverse();
        prop_assert_eq!(measured(&frames), before);
    }
}
