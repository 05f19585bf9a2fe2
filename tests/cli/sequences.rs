//! Stereo pairs: two pictures of a scene, and where each point of one is in the other.

use std::collections::BTreeSet;

use exr::prelude::{FlatSamples, ReadChannels, ReadLayers};
use image::GenericImageView;
use serde_json::Value;

use crate::{Shop, run};

fn record(shop: &Shop, frame: u64) -> Value {
    let text = std::fs::read_to_string(shop.path(&format!("set/frames/{frame:06}.json"))).expect("written");
    serde_json::from_str(&text).expect("JSON")
}

/// Channels R, G and B of an EXR file.
fn channels(shop: &Shop, path: &str) -> [Vec<f32>; 3] {
    let image = exr::prelude::read().no_deep_data().largest_resolution_level().all_channels().first_valid_layer();
    let image = image.all_attributes().from_file(shop.path(path)).expect("an EXR");
    ["R", "G", "B"].map(|name| {
        let list = &image.layer_data.channel_data.list;
        match &list.iter().find(|channel| channel.name.eq(name)).expect("there").sample_data {
            FlatSamples::F32(values) => values.clone(),
            _ => panic!("{name} is not 32-bit"),
        }
    })
}

#[test]
fn the_points_of_a_stereo_pair_are_where_the_flow_says() {
    let shop = Shop::open();
    let arguments = "close --seed 3 --stereo 0.05 --frames 0..4 --planes instance,depth --format native \
                     --split a=0.5,b=0.5 --split-by product --out set --quiet";
    let (code, _, err) = run(shop.render(arguments));
    assert_eq!(code, 0, "{err}");
    assert_eq!(run(shop.endcap("check set")), (0, "set: no problems\n".to_owned(), String::new()));

    // One scene, whose products stand where they stood, seen from 5 cm further to the right.
    let (left, right) = (record(&shop, 0), record(&shop, 1));
    assert_eq!((&left["sequence"]["flow_to"], &right["sequence"]["flow_to"]), (&1.into(), &0.into()));
    assert_eq!((&left["sequence"]["camera"], &right["sequence"]["camera"]), (&right["camera"], &left["camera"]));
    let eye = |record: &Value, row: usize| record["camera"]["world_from_camera"][row][3].as_f64().expect("a number");
    let apart = (0..3).map(|row| (eye(&left, row) - eye(&right, row)).powi(2)).sum::<f64>().sqrt();
    assert!((apart - 0.05).abs() < 1e-9, "{apart}");
    let poses = |record: &Value| -> BTreeSet<String> {
        let units = record["instances"].as_array().expect("a list").iter();
        units.map(|unit| format!("{} {}", unit["id"], unit["world_from_object"])).collect()
    };
    assert!(poses(&left).intersection(&poses(&right)).count() > 10);
    assert!(poses(&left).is_disjoint(&poses(&record(&shop, 2))));

    // What the other camera sees of a pixel's point is the same unit; at its silhouette a pixel beside may be met.
    let pictures = [0, 1].map(|n| image::open(shop.path(&format!("set/instance/00000{n}.png"))).expect("a picture"));
    let ids = pictures.each_ref().map(|picture| picture.to_luma16());
    let (width, height) = pictures[0].dimensions();
    let [dx, dy, state] = channels(&shop, "set/flow/000000.exr");
    let (mut same, mut seen, mut moved) = (0, 0, 0.0_f32);
    for (at, (x, y, id)) in ids[0].enumerate_pixels().enumerate() {
        if state[at] < 2.0 || id[0] == 0 {
            continue;
        }
        let place = (x as f32 + 0.5 + dx[at], y as f32 + 0.5 + dy[at]);
        let (column, row) = (place.0 as i64, place.1 as i64);
        let near = (-1..=1).flat_map(|y| (-1..=1).map(move |x| (column + x, row + y)));
        let mut near = near.filter(|&(x, y)| (0..i64::from(width)).contains(&x) && (0..i64::from(height)).contains(&y));
        seen += 1;
        same += u32::from(near.any(|(x, y)| ids[1].get_pixel(x as u32, y as u32) == id));
        moved = moved.min(dx[at]);
    }
    assert!(seen > width * height / 5 && moved < -1.0, "{seen} {moved}");
    assert!(f64::from(same) > 0.995 * f64::from(seen), "{same} of {seen}");

    // A pair stays together when the dataset is divided.
    for part in ["a", "b"] {
        let list = std::fs::read_to_string(shop.path(&format!("set/splits/{part}.txt"))).expect("a list");
        assert_eq!(list.contains("000000"), list.contains("000001"), "{list}");
        assert_eq!(list.contains("000002"), list.contains("000003"), "{list}");
    }

    // The flow of another frame is not that of this one.
    std::fs::copy(shop.path("set/flow/000001.exr"), shop.path("set/flow/000000.exr")).expect("writable");
    let (code, out, _) = run(shop.endcap("check set"));
    assert!(code == 1 && out.contains("flow/000000.exr: pixel"), "{out}");
}
